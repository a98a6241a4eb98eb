package io.elasticjob.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.spi.ArrayResources;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.RunId;
import io.elasticjob.testing.kubernetes.ApiServer;
import io.elasticjob.testing.kubernetes.Given;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

class ComposedJobTest {

    private static final TypeReference<Map<String, Object>> TREE = new TypeReference<>() {};

    static List<ArrayRun> runs() {
        List<ArrayTask> long10 = IntStream.range(0, 10)
                .mapToObj(shard -> new ArrayTask(shard, "p".repeat(50_000)))
                .toList();
        List<ArrayTask> everySecond = IntStream.range(0, 5_000)
                .mapToObj(place -> new ArrayTask(place * 2, ""))
                .toList();
        ArrayRules strict = new ArrayRules(3, Duration.ofMillis(1_500), 2, ArrayResources.parse("cpu=2,memory=1Gi"));
        RunId oddlyNamed = new RunId(
                "Köln, \"1\"",
                "-Übersicht täglich über alles, was es gibt-",
                "l",
                Templates.id(1).firing(),
                9);
        return List.of(
                Templates.run(1),
                Templates.run(10_000),
                Templates.run(150_000),
                Templates.run(long10),
                Templates.run(everySecond),
                new ArrayRun(Templates.id(7), "resize", Templates.run(4).tasks(), Map.of(), strict),
                new ArrayRun(
                        oddlyNamed,
                        "resize",
                        List.of(new ArrayTask(0, "$(HOME)\n\u0001\u007f😀")),
                        Map.of("EJ_JOB_PARAMETER", "x".repeat(100_000), "EJ_ODD", "$(EJ_JOB_PARAMETER)\n\u0001"),
                        ArrayRules.NONE));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void anApiServerTakesWhatIsSent(ArrayRun run) {
        ComposedJob composed = ComposedJob.of(run, Templates.resize(), "abcd1234");

        List<HasMetadata> objects = new ArrayList<>(List.of(composed.job()));
        if (!composed.values().isEmpty()) {
            Job created = composed.job();
            created.getMetadata().setUid("1b2c");
            objects.add(ComposedJob.map(created, composed.values()));
        }
        List<Map<String, Object>> trees = objects.stream()
                .map(object -> JsonMapper.shared().readValue(Serialization.asJson(object), TREE))
                .toList();

        assertThat(ApiServer.problems(trees, Given.NOTHING)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("runs")
    void saysWhichRunItIsSoThatItCanBeReadAgain(ArrayRun run) {
        ComposedJob composed = ComposedJob.of(run, Templates.resize(), "abcd1234");

        assertThat(Marks.run(composed.job())).isEqualTo(Optional.of(run.id()));
    }

    @Test
    void isSuspendedAndIndexedWithRetriesOfEachIndex() {
        ArrayRules rules = new ArrayRules(3, null, 2, ArrayResources.OF_TEMPLATE);
        JobSpec spec = job(rules).getSpec();

        assertThat(spec.getSuspend()).isTrue();
        assertThat(spec.getCompletionMode()).isEqualTo("Indexed");
        assertThat(spec.getCompletions()).isEqualTo(4);
        assertThat(spec.getParallelism()).isEqualTo(3);
        assertThat(spec.getBackoffLimitPerIndex()).isEqualTo(2);
        assertThat(spec.getBackoffLimit()).isNull();
        assertThat(spec.getMaxFailedIndexes()).isNull();
        assertThat(spec.getPodReplacementPolicy()).isEqualTo("Failed");
        assertThat(spec.getPodFailurePolicy().getRules().get(0).getAction()).isEqualTo("Ignore");
        assertThat(spec.getPodFailurePolicy().getRules().get(0).getOnPodConditions())
                .singleElement()
                .satisfies(condition -> assertThat(condition.getType()).isEqualTo("DisruptionTarget"));
        assertThat(spec.getTtlSecondsAfterFinished()).isEqualTo(7 * 24 * 60 * 60);
        assertThat(spec.getTemplate().getSpec().getRestartPolicy()).isEqualTo("Never");
    }

    @Test
    void limitsEachPodInsteadOfTheJob() {
        Job job = job(new ArrayRules(0, Duration.ofMillis(1_500), 0, ArrayResources.OF_TEMPLATE));

        assertThat(job.getSpec().getActiveDeadlineSeconds()).isNull();
        assertThat(job.getSpec().getTemplate().getSpec().getActiveDeadlineSeconds())
                .isEqualTo(2);
        assertThat(job.getSpec().getParallelism()).isEqualTo(4);
    }

    @Test
    void givesTheFirstContainerWhatIsAskedFor() {
        PodSpec pod = job(new ArrayRules(0, null, 0, ArrayResources.parse("cpu=2,memory=1Gi")))
                .getSpec()
                .getTemplate()
                .getSpec();

        assertThat(pod.getContainers().get(0).getResources().getRequests())
                .hasToString("{cpu=2000m, memory=1073741824}");
        assertThat(pod.getContainers().get(0).getResources().getLimits()).hasToString("{memory=1073741824}");
    }

    @Test
    void takesFewAtOnceOfVeryMany() {
        JobSpec spec = ComposedJob.of(Templates.run(150_000), Templates.resize(), "m")
                .job()
                .getSpec();

        assertThat(spec.getParallelism()).isEqualTo(10_000);
        assertThat(spec.getMaxFailedIndexes()).isEqualTo(10_000);
    }

    /** A pod is stored as often as there are tasks. */
    @Test
    void keepsLongAndManyValuesOutOfThePods() {
        ArrayRun run = new ArrayRun(
                Templates.id(1),
                "resize",
                IntStream.range(0, 5_000)
                        .mapToObj(place -> new ArrayTask(place * 2, "parameter " + place))
                        .toList(),
                Map.of("EJ_JOB_PARAMETER", "x".repeat(100_000), "EJ_TRIGGER", "manual"),
                ArrayRules.NONE);

        ComposedJob composed = ComposedJob.of(run, Templates.resize(), "m");

        assertThat(Serialization.asJson(composed.job())).hasSizeLessThan(5_000);
        assertThat(composed.values()).containsOnlyKeys("shards", "parameters", "EJ_JOB_PARAMETER");
    }

    @Test
    void needsNoFurtherObjectForShardsWithoutParameters() {
        assertThat(ComposedJob.of(Templates.run(10_000), Templates.resize(), "m")
                        .values())
                .isEmpty();
    }

    /** Kubernetes replaces $(NAME) in them. */
    @Test
    void handsOverValuesWithoutReferences() {
        String odd = "$(HOME) $$(X) $HOME $";
        ArrayRun run = new ArrayRun(
                Templates.id(1), "resize", Templates.run(1).tasks(), Map.of("EJ_ODD", odd), ArrayRules.NONE);

        String sent = variable(ComposedJob.of(run, Templates.resize(), "m").job(), "EJ_ODD");

        assertThat(LocalPod.expanded(sent, Map.of("HOME", "wrong", "X", "wrong")))
                .isEqualTo(odd);
    }

    @Test
    void keepsWhatTheTemplateSays() {
        Job job = job(ArrayRules.NONE);

        assertThat(job.getMetadata().getLabels()).containsEntry("team", "images");
        assertThat(job.getSpec().getTemplate().getSpec().getContainers().get(0).getArgs())
                .containsExactly("--quality=80");
        assertThat(job.getSpec().getTemplate().getSpec().getContainers().get(0).getCommand())
                .startsWith("/bin/sh", "-c")
                .endsWith("/app/resize");
    }

    @Test
    void refusesMoreValuesThanKubernetesKeeps() {
        ArrayRun run = Templates.run(IntStream.range(0, 11)
                .mapToObj(shard -> new ArrayTask(shard, "p".repeat(100_000)))
                .toList());

        assertThatThrownBy(() -> ComposedJob.of(run, Templates.resize(), "m"))
                .isInstanceOf(ClusterException.Refused.class)
                .hasMessageContaining("1000000");
    }

    private static Job job(ArrayRules rules) {
        ArrayRun run = new ArrayRun(Templates.id(1), "resize", Templates.run(4).tasks(), Map.of(), rules);
        return ComposedJob.of(run, Templates.resize(), "m").job();
    }

    private static String variable(Job job, String name) {
        return job.getSpec().getTemplate().getSpec().getContainers().get(0).getEnv().stream()
                .filter(variable -> variable.getName().equals(name))
                .map(EnvVar::getValue)
                .findFirst()
                .orElseThrow();
    }
}
