package io.elasticjob.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggerConfiguration;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ApplicationListener;
import org.springframework.core.io.support.SpringFactoriesLoader;

class QuietLibrariesTest {

    private static final String CLIENT = "org.apache.zookeeper.ClientCnxn";

    private final Levels levels = new Levels();

    @Test
    void whatNobodyHasConfiguredBecomesQuiet() {
        levels.put("ROOT", LogLevel.INFO);
        QuietLibraries.quieten(levels);

        assertThat(levels)
                .extracting(all -> all.configured)
                .isEqualTo(Map.of(
                        "ROOT",
                        LogLevel.INFO,
                        "org.apache.zookeeper",
                        LogLevel.WARN,
                        CLIENT,
                        LogLevel.ERROR,
                        "org.apache.zookeeper.server.ServerCnxnFactory",
                        LogLevel.ERROR,
                        "org.apache.zookeeper.server.NIOServerCnxn",
                        LogLevel.ERROR,
                        "org.apache.curator",
                        LogLevel.WARN,
                        "org.apache.curator.CuratorZookeeperClient",
                        LogLevel.ERROR,
                        "org.apache.curator.ConnectionState",
                        LogLevel.ERROR,
                        "org.quartz",
                        LogLevel.WARN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"org", "org.apache", "org.apache.zookeeper"})
    void whatIsConfiguredHoldsAndForAllThatIsBelow(String name) {
        levels.put(name, LogLevel.DEBUG);
        QuietLibraries.quieten(levels);

        assertThat(levels.configured.get(name)).isEqualTo(LogLevel.DEBUG);
        assertThat(levels.configured).doesNotContainKey(CLIENT);
        if (!name.equals("org.apache.zookeeper")) {
            assertThat(levels.configured).doesNotContainKey("org.apache.zookeeper");
        }
    }

    @Test
    void whatIsConfiguredOfOneClassLeavesTheOthersQuiet() {
        levels.put(CLIENT, LogLevel.INFO);
        QuietLibraries.quieten(levels);

        assertThat(levels.configured)
                .containsEntry(CLIENT, LogLevel.INFO)
                .containsEntry("org.apache.zookeeper", LogLevel.WARN);
    }

    @Test
    void itIsFoundByBoot() {
        assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(ApplicationListener.class))
                .hasAtLeastOneElementOfType(QuietLibraries.class);
    }

    private static final class Levels extends LoggingSystem {

        private final Map<String, LogLevel> configured = new HashMap<>();

        void put(String logger, LogLevel level) {
            configured.put(logger, level);
        }

        @Override
        public void beforeInitialize() {}

        @Override
        public void setLogLevel(String logger, LogLevel level) {
            configured.put(logger, level);
        }

        @Override
        public LoggerConfiguration getLoggerConfiguration(String logger) {
            return new LoggerConfiguration(logger, configured.get(logger), LogLevel.INFO);
        }
    }
}
