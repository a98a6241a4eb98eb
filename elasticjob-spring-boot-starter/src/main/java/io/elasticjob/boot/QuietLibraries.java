package io.elasticjob.boot;

import io.elasticjob.boot.properties.Switches;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggerConfiguration;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

/**
 * Gives loggers of the libraries beneath the job engine a level of their own, where nobody else has: ZooKeeper's client
 * prints the class path at each start and a stack trace each second while no server can be reached, and this log tells both
 * better in a line. A level that is configured for the logger, or for a package above it, by {@code logging.level}, by a
 * group or in a configuration file of the logging system, holds as it is; and {@code loggers} of the actuator changes it at
 * run time, as any other.
 */
final class QuietLibraries implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

    /** What is left of each: what somebody can do something about. */
    private static final Map<String, LogLevel> LEVELS = levels();

    private static Map<String, LogLevel> levels() {
        Map<String, LogLevel> levels = new LinkedHashMap<>();
        levels.put("org.apache.zookeeper", LogLevel.WARN);
        levels.put("org.apache.zookeeper.ClientCnxn", LogLevel.ERROR); // each lost or refused connection
        levels.put("org.apache.zookeeper.server.NIOServerCnxn", LogLevel.ERROR); // the same, seen by an embedded server
        levels.put("org.apache.zookeeper.server.ServerCnxnFactory", LogLevel.ERROR); // a limit that it does not have
        levels.put("org.apache.curator", LogLevel.WARN);
        levels.put("org.apache.curator.CuratorZookeeperClient", LogLevel.ERROR); // time-outs that are not used
        levels.put("org.apache.curator.ConnectionState", LogLevel.ERROR); // sessions that have expired
        levels.put("org.quartz", LogLevel.WARN);
        return levels;
    }

    /** Right after the logging system was set up from the environment. */
    @Override
    public int getOrder() {
        return LoggingApplicationListener.DEFAULT_ORDER + 1;
    }

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        if (Switches.isOn(event.getEnvironment())) {
            quieten(LoggingSystem.get(event.getSpringApplication().getClassLoader()));
        }
    }

    static void quieten(LoggingSystem logging) {
        Map<String, LogLevel> wanted = new LinkedHashMap<>();
        LEVELS.forEach((logger, level) -> {
            if (!isConfigured(logging, logger)) {
                wanted.put(logger, level);
            }
        });
        wanted.forEach(logging::setLogLevel);
    }

    /** Whether somebody has said something of the logger or of a package above it; the root says something of all. */
    private static boolean isConfigured(LoggingSystem logging, String logger) {
        for (String name = logger; !name.isEmpty(); name = name.substring(0, Math.max(0, name.lastIndexOf('.')))) {
            LoggerConfiguration configuration = configuration(logging, name);
            if (configuration != null && configuration.getConfiguredLevel() != null) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable LoggerConfiguration configuration(LoggingSystem logging, String name) {
        try {
            return logging.getLoggerConfiguration(name);
        } catch (UnsupportedOperationException e) {
            return null; // a system that cannot tell
        }
    }
}
