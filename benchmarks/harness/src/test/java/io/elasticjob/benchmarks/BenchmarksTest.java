package io.elasticjob.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.figures.Case;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchmarksTest {

    private static final Case CASE = Case.plain().with("shards", 3);

    @Test
    void whatIsNotAsUsualBelongsToTheCase() {
        assertThat(Benchmarks.asItIs(CASE, new Options("--zookeepers=1"), Optional.empty()))
                .isEqualTo(CASE);
        assertThat(Benchmarks.asItIs(CASE, new Options("--zookeepers=3"), Optional.of("25.0.3")))
                .isEqualTo(CASE.with("zookeepers", 3).with("JDK", "25.0.3"));
        assertThat(Benchmarks.asItIs(CASE, new Options("--zookeeper-jvm=-Xmx2g"), Optional.empty()))
                .isEqualTo(CASE.with("ZooKeeper's JVM", "-Xmx2g"));
    }

    @Test
    void whatTheCaseSaysItselfHolds() {
        Case one = CASE.with("zookeepers", 1);

        assertThat(Benchmarks.asItIs(one, new Options("--zookeepers=1,3"), Optional.empty()))
                .isEqualTo(one);
    }
}
