package io.elasticjob.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Indexes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArrayRunTest {

    private static final RunId ID = new RunId("shop", "orders", "k3x9", new Firing.Triggered(7), 1);

    @Test
    void aRunIsNamedAlikeInEachProcessAndVersion() {
        assertThat(ID.name()).isEqualTo("ej-orders-5pk232swvjtd5");
        assertThat(RunId.of("shop", new ExecutionId("orders", "k3x9", new Firing.Triggered(7), 0, 1)))
                .isEqualTo(ID);
    }

    @Test
    void differentRunsHaveDifferentNames() {
        Instant noon = Instant.parse("2026-06-01T12:00:00Z");
        Set<String> names = new HashSet<>();
        List<RunId> ids = List.of(
                ID,
                new RunId("shop", "orders", "k3x9", new Firing.Triggered(7), 2),
                new RunId("shop", "orders", "k3x9", new Firing.Triggered(71), 1),
                new RunId("shop", "orders", "k3x9", new Firing.Scheduled(noon), 1),
                new RunId("shop", "orders", "other", new Firing.Triggered(7), 1),
                new RunId("shop", "Orders", "k3x9", new Firing.Triggered(7), 1),
                new RunId("shop2", "orders", "k3x9", new Firing.Triggered(7), 1),
                new RunId("shop2/6:orders", "", "k3x9", new Firing.Triggered(7), 1));

        ids.forEach(id -> names.add(id.name()));

        assertThat(names).hasSameSizeAs(ids);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"orders", "Täglicher Bericht", "---", "日本語", "a.very.long.name.of.a.job-with-much-text", "x"})
    void aNameIsADnsLabelAlsoWithAnIndexBehindIt(String job) {
        String name = new RunId("shop", job, "k3x9", new Firing.Triggered(7), 1).name();

        assertThat(name + "-99999").matches("[a-z]([a-z0-9-]*[a-z0-9])?").hasSizeLessThanOrEqualTo(63);
        assertThat(name).hasSizeLessThanOrEqualTo(42).doesNotContain("--");
    }

    @Test
    void tasksAreToldTheirShardAndWhatAllAreTold() {
        ArrayRun run = new ArrayRun(
                ID,
                "resize",
                List.of(new ArrayTask(0, ""), new ArrayTask(4, "a,b\n\"c\"")),
                Map.of("EJ_JOB", "orders"),
                ArrayRules.NONE);

        assertThat(run.environmentOf(1))
                .isEqualTo(Map.of("EJ_JOB", "orders", "EJ_SHARD", "4", "EJ_SHARD_PARAMETER", "a,b\n\"c\""));
        assertThat(run).hasToString("orders@k3x9/trigger-7/1 (2 × resize)");
        assertThat(run.tasks().get(1)).hasToString("task 4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PATH", "EJ_SHARD", "EJ_SHARD_PARAMETER", "EJ_a", "EJ_A B"})
    void noVariableIsSetThatIsNotOurs(String name) {
        Map<String, String> environment = Map.of(name, "x");
        List<ArrayTask> tasks = List.of(new ArrayTask(0, ""));

        assertThatThrownBy(() -> new ArrayRun(ID, "resize", tasks, environment, ArrayRules.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 0, 0",
        "cpu=2, 2000, 0",
        "cpu=0.5, 500, 0",
        "cpu=250m, 250, 0",
        "memory=512Mi, 0, 536870912",
        "'cpu=1,memory=2Gi', 1000, 2147483648"
    })
    void resourcesAreReadAsKubernetesWritesThem(String text, int milliCpus, long memory) {
        assertThat(ArrayResources.parse(text)).isEqualTo(new ArrayResources(milliCpus, memory));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cpu=lots",
                "cpu=0",
                "memory=0",
                "memory=999999999Ti",
                "memory=8388608Ti",
                "memory=2G",
                "gpu=1",
                "cpu",
                "cpu=1,cpu=2",
                "cpu=-1"
            })
    void otherResourcesAreRefused(String text) {
        assertThatThrownBy(() -> ArrayResources.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rulesAndStatesThatMeanNothingAreRefused() {
        Created created = new Created(ID, "uid-1");

        assertThatThrownBy(() -> new ArrayRules(-1, null, 0, ArrayResources.OF_TEMPLATE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ArrayRules(0, Duration.ZERO, 0, ArrayResources.OF_TEMPLATE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Created(ID, "two words")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RunStatus(created, RunStatus.Phase.RELEASED, 0, Indexes.of(1), Indexes.of(1), ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(created).hasToString("orders@k3x9/trigger-7/1 as uid-1");
        assertThat(ArrayRules.NONE.taskTimeout()).isEmpty();
    }
}
