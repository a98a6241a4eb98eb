package io.elasticjob.benchmarks.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContenderTest {

    @TempDir
    Path home;

    @Test
    void isOneOfThose() {
        for (Contender contender : Contender.values()) {
            assertThat(Contender.of(contender.id())).isEqualTo(contender);
        }
        assertThatThrownBy(() -> Contender.of("quartz"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"quartz\"")
                .hasMessageContaining("quartz-memory, quartz-jdbc");
    }

    @Test
    void theRegistryItselfIsMeasuredButSchedulesNothing() {
        assertThat(Contender.ZOOKEEPER.isScheduler()).isFalse();
        assertThat(Contender.ZOOKEEPER.isSharded()).isFalse();
        assertThat(Contender.BEANSTALKD.isScheduler()).isFalse();
        assertThat(Contender.ELASTICJOB.isScheduler()).isTrue();
        assertThat(Contender.ELASTICJOB.isSharded()).isTrue();
    }

    @Test
    void hasTheVersionOfItsLibrary() throws IOException {
        Path lib = Files.createDirectories(home.resolve("adapter-quartz/target/lib"));
        assertThatThrownBy(() -> Contender.QUARTZ_JDBC.version(home, new Options()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no quartz in");
        Files.createFile(lib.resolve("quartz-jobs-9.9.jar"));
        Files.createFile(lib.resolve("quartz-2.5.2.jar"));

        assertThat(Contender.QUARTZ_JDBC.version(home, new Options())).isEqualTo("2.5.2");
    }
}
