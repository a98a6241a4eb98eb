package io.elasticjob.samples.quickstart.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Before the application starts, settles what differs from copy to copy: {@code server.port}, unless it is given, and
 * {@code quickstart.database}, the address of the database, unless that is given. Copies that name the same {@code quickstart.directory}
 * share database and ZooKeeper.
 */
public final class SideBySide implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {

    private static final Log LOG = LogFactory.getLog(SideBySide.class);

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        if (Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
            return; // Spring looks at the application and does not start it.
        }
        ConfigurableEnvironment environment = event.getEnvironment();
        Path directory =
                Path.of(environment.getRequiredProperty("quickstart.directory")).toAbsolutePath();
        Map<String, Object> settled = new HashMap<>();
        try {
            Files.createDirectories(directory);
            if (!environment.containsProperty("server.port")) {
                settled.put("server.port", WebPort.claim(directory));
            }
            if (!environment.containsProperty("quickstart.database")) {
                settled.put("quickstart.database", SharedDatabase.in(directory).address());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("quickstart.directory: " + directory + " cannot be used", e);
        }
        environment.getPropertySources().addFirst(new MapPropertySource("sideBySide", settled));
        LOG.info("Database and ZooKeeper are kept in " + directory
                + "; to start again, stop all copies and delete that directory.");
        LOG.info("This is " + environment.getProperty("elasticjob.instance.name"));
    }
}
