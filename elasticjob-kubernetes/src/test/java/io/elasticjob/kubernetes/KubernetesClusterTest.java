package io.elasticjob.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.spi.ArrayResources;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.mockwebserver.http.MockResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only Kubernetes does; {@link KubernetesContractTest} has what each cluster does. */
class KubernetesClusterTest {

    private static final String JOBS = "/apis/batch/v1/namespaces/jobs/jobs";
    private static final String SCRIPT = """
            case "$EJ_SHARD_PARAMETER" in
              fail) exit 1 ;;
              hopeless) exit 64 ;;
              wait) sleep 600 ;;
            esac
            """;

    @TempDir
    Path folder;

    private final AtomicReference<Map<String, JobTemplate>> templates =
            new AtomicReference<>(Map.of("resize", Templates.script(SCRIPT)));
    private final RulesServer server = new RulesServer();
    private final KubernetesClient client = server.client();
    private final KubernetesCluster cluster = new KubernetesCluster(
            client, new KubernetesOptions("kubernetes", RulesServer.NAMESPACE, 1_000), templates::get);
    private final BlockingQueue<RunStatus> told = new LinkedBlockingQueue<>();

    private LocalControl control;

    @BeforeEach
    void begin() {
        control = new LocalControl(server, folder);
    }

    @AfterEach
    void close() {
        cluster.close();
        client.close();
        control.close();
        server.close();
        assertThat(server.forbidden()).isEmpty();
    }

    /** Nothing of the ten thousand is begun here: no pod fits. */
    @Test
    void submitsTenThousandShardsWithThreeRequests() {
        control.close();
        ArrayRun plain = Templates.run(10_000);
        Created created = answer(cluster.prepare(plain));
        answer(cluster.release(created));
        assertThat(server.requests()).hasSize(2);

        ArrayRun withParameters = new ArrayRun(
                Templates.id(2),
                "resize",
                IntStream.range(0, 10_000)
                        .mapToObj(shard -> new ArrayTask(shard, "customer " + shard))
                        .toList(),
                Map.of("EJ_JOB_PARAMETER", "x".repeat(50_000)),
                ArrayRules.NONE);
        answer(cluster.release(answer(cluster.prepare(withParameters))));
        assertThat(server.requests()).hasSize(2 + 3);
    }

    @Test
    void createsNothingTwiceWhenAnAnswerIsLost() {
        server.faults(line -> line.startsWith("POST " + JOBS) ? Optional.of(server.doneAndLost()) : Optional.empty());
        ArrayRun run = run("ok");
        assertThatThrownBy(() -> answer(cluster.prepare(run)))
                .isInstanceOf(ClusterException.class)
                .isNotInstanceOf(ClusterException.Refused.class);
        server.faults(line -> Optional.empty());

        Created created = answer(cluster.prepare(run));

        assertThat(jobs())
                .singleElement()
                .satisfies(job -> assertThat(job.getMetadata().getUid()).isEqualTo(created.identity()));
    }

    @Test
    void createsTheValuesThatAreMissingWhenItIsAskedAgain() throws InterruptedException {
        String maps = "POST /api/v1/namespaces/jobs/configmaps";
        server.faults(line -> line.startsWith(maps)
                ? Optional.of(RulesServer.failure(503, "ServiceUnavailable", "no"))
                : Optional.empty());
        ArrayRun run = run("ok", "ok");
        assertThatThrownBy(() -> answer(cluster.prepare(run))).isInstanceOf(ClusterException.class);
        server.faults(line -> Optional.empty());

        Created created = answer(cluster.prepare(run));
        answer(cluster.release(created));

        assertThat(await(status -> status.phase() == Phase.ENDED).succeeded().text())
                .isEqualTo("0,1");
    }

    @Test
    void retriesEachIndexByItself() throws InterruptedException {
        ArrayRules twice = new ArrayRules(0, null, 2, ArrayResources.OF_TEMPLATE);
        ArrayRun run = run(twice, "ok", "fail", "hopeless");
        answer(cluster.release(answer(cluster.prepare(run))));

        RunStatus ended = await(status -> status.phase() == Phase.ENDED);

        assertThat(ended.succeeded().text()).isEqualTo("0");
        assertThat(ended.failed().text()).isEqualTo("1,2");
        assertThat(ended.message()).startsWith("FailedIndexes");
        assertThat(control.starts(run.id().name(), 0)).isEqualTo(1);
        assertThat(control.starts(run.id().name(), 1)).isEqualTo(3);
        assertThat(control.starts(run.id().name(), 2)).isEqualTo(1); // by the rule of the template
    }

    @Test
    void beginsADisruptedTaskAgainWithoutCountingIt() throws InterruptedException {
        ArrayRun run = run("wait");
        Created created = answer(cluster.prepare(run));
        answer(cluster.release(created));
        await(status -> status.running() == 1);

        control.disrupt(run.id().name(), 0);

        await(status -> control.starts(run.id().name(), 0) == 2);
        assertThat(answer(cluster.find(run.id())).orElseThrow().failed().isEmpty())
                .isTrue();
    }

    @Test
    void endsATaskThatTakesTooLong() throws InterruptedException {
        ArrayRules limited = new ArrayRules(0, Duration.ofSeconds(1), 0, ArrayResources.OF_TEMPLATE);
        answer(cluster.release(answer(cluster.prepare(run(limited, "wait")))));

        assertThat(await(status -> status.phase() == Phase.ENDED).failed().text())
                .isEqualTo("0");
    }

    @Test
    void refusesANameThatBelongsToSomethingElse() {
        ArrayRun run = run("ok");
        Job foreign = new JobBuilder(
                        ComposedJob.of(run, Templates.resize(), "m").job())
                .withNewMetadata()
                .withName(run.id().name())
                .endMetadata()
                .build();
        client.batch()
                .v1()
                .jobs()
                .inNamespace(RulesServer.NAMESPACE)
                .resource(foreign)
                .create();

        assertThatThrownBy(() -> answer(cluster.prepare(run)))
                .isInstanceOf(ClusterException.Refused.class)
                .hasMessageContaining("is something else");
        assertThat(answer(cluster.find(run.id()))).isEmpty();
    }

    @Test
    void cannotTellWhatALaterVersionHasCreated() {
        ArrayRun run = run("ok");
        Job later = ComposedJob.of(run, Templates.resize(), "m").job();
        later.getMetadata().getAnnotations().put(Marks.FORMAT, "2");
        client.batch()
                .v1()
                .jobs()
                .inNamespace(RulesServer.NAMESPACE)
                .resource(later)
                .create();

        assertThatThrownBy(() -> answer(cluster.find(run.id()))).isInstanceOf(ClusterException.class);
        assertThat(answer(cluster.list(run.id().namespace()))).isEmpty();
    }

    @Test
    void tellsWhyTheServerRefuses() {
        templates.set(Map.of("resize", JobTemplate.parse(Templates.RESIZE.replace("cpu: 500m", "cpu: lots"))));

        assertThatThrownBy(() -> answer(cluster.prepare(run("ok"))))
                .isInstanceOf(ClusterException.Refused.class)
                .hasMessageContaining("lots");
    }

    @Test
    void isNotRefusedWhereTheServerCannotTell() {
        for (int code : List.of(401, 408, 410, 429, 500, 503, 504)) {
            server.faults(line -> Optional.of(RulesServer.failure(code, "Unknown", "")));

            assertThatThrownBy(() -> answer(cluster.find(Templates.id(code))))
                    .isExactlyInstanceOf(ClusterException.class);
        }
    }

    @Test
    void tellsAllAgainAfterTheConnectionWasAway() throws InterruptedException {
        ArrayRun run = run("ok");
        Created created = answer(cluster.prepare(run));
        await(status -> status.phase() == Phase.SUSPENDED);

        server.cutWatches();
        answer(cluster.release(created));

        await(status -> status.phase() == Phase.ENDED);
    }

    /** Whoever deletes a Job with kubectl leaves its pods to end after it. */
    @Test
    void isThereAsLongAsPodsOfItRun() throws InterruptedException {
        ArrayRun run = run("wait");
        Created created = answer(cluster.prepare(run));
        answer(cluster.release(created));
        await(status -> status.running() == 1);
        control.hold();

        try (KubernetesClient somebody = server.client(RulesServer.INTERNAL)) {
            somebody.batch()
                    .v1()
                    .jobs()
                    .inNamespace(RulesServer.NAMESPACE)
                    .withName(run.id().name())
                    .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                    .delete();
        }

        RunStatus left = answer(cluster.find(run.id())).orElseThrow();
        assertThat(left.phase()).isEqualTo(Phase.RELEASED);
        assertThat(left.run()).isEqualTo(created);
        assertThat(left.running()).isEqualTo(1);
        control.goOn();
        await(status -> status.phase() == Phase.GONE);
        assertThat(answer(cluster.find(run.id()))).isEmpty();
    }

    /** The client would also wait for the pod to be ready, by a watch that the Role does not allow. */
    @Test
    void readsALogWithTwoRequests() throws InterruptedException {
        ArrayRun run = run("ok");
        Created created = answer(cluster.prepare(run));
        answer(cluster.release(created));
        await(status -> status.phase() == Phase.ENDED);
        int before = server.requests().size();

        assertThat(answer(cluster.log(created, 0, 100))).isEmpty();

        assertThat(server.requests().subList(before, server.requests().size()))
                .filteredOn(line -> line.contains("/pods"))
                .hasSize(2);
    }

    /** 5,000 lines of such a length would be a hundred megabytes. The end is told, though a limited answer is cut at its end. */
    @Test
    void readsNoMoreOfALogThanItNeeds() throws InterruptedException {
        ArrayRun run = run("ok");
        Created created = answer(cluster.prepare(run));
        answer(cluster.release(created));
        await(status -> status.phase() == Phase.ENDED);
        String line = "x".repeat(20_000);
        byte[] log = ((line + "\n").repeat(1_000) + "the end").getBytes(StandardCharsets.UTF_8);
        server.logs(pod -> Optional.of(log));
        int before = server.requests().size();

        assertThat(answer(cluster.log(created, 0, 20_100)))
                .endsWith(line + "\nthe end")
                .hasSizeLessThan(20_101);

        assertThat(server.requests().subList(before, server.requests().size()))
                .filteredOn(request -> request.contains("/log?"))
                .hasSizeLessThan(4)
                .allMatch(request -> request.contains("limitBytes="));
    }

    /** The node of a task may be away, and its kubelet says nothing. */
    @Test
    void cancelsWhileLogsHang() throws InterruptedException {
        ArrayRun run = run("ok");
        Created created = answer(cluster.prepare(run));
        answer(cluster.release(created));
        await(status -> status.phase() == Phase.ENDED);
        server.faults(line -> line.contains("/log?")
                ? Optional.of(
                        new MockResponse().setResponseCode(200).setBody("late").setBodyDelay(Duration.ofSeconds(30)))
                : Optional.empty());

        List<CompletableFuture<String>> logs = IntStream.range(0, 20)
                .mapToObj(i -> cluster.log(created, 0, 100).toCompletableFuture())
                .toList();

        assertThat(cluster.cancel(created).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));
        assertThat(logs.get(19))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("too many logs are read");
        assertThat(logs.get(0))
                .failsWithin(Duration.ofSeconds(28))
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("within 20 s");
        assertThat(logs).allSatisfy(log -> assertThat(log).failsWithin(Duration.ofSeconds(10)));
        server.faults(line -> Optional.empty());
        assertThat(answer(cluster.log(created, 0, 100)))
                .as("what hung was ended")
                .isEmpty();
    }

    @Test
    void countsTheTimeToKeepFromNow() throws InterruptedException {
        ArrayRun run = run("ok");
        Created created = answer(cluster.prepare(run));
        answer(cluster.release(created));
        await(status -> status.phase() == Phase.ENDED);
        Instant finished =
                Instant.parse(jobs().get(0).getStatus().getConditions().get(0).getLastTransitionTime());
        Clock hourLater = Clock.fixed(finished.plus(Duration.ofHours(1)), ZoneOffset.UTC);

        try (KubernetesCluster late = new KubernetesCluster(
                client, new KubernetesOptions("kubernetes", RulesServer.NAMESPACE, 20), Map::of, hourLater)) {
            answer(late.forget(created, Duration.ofMinutes(10)));
        }

        assertThat(jobs().get(0).getSpec().getTtlSecondsAfterFinished()).isEqualTo(70 * 60 + 1);
    }

    private List<Job> jobs() {
        return client.batch()
                .v1()
                .jobs()
                .inNamespace(RulesServer.NAMESPACE)
                .list()
                .getItems();
    }

    private ArrayRun run(String... parameters) {
        return run(ArrayRules.NONE, parameters);
    }

    private static ArrayRun run(ArrayRules rules, String... parameters) {
        List<ArrayTask> tasks = IntStream.range(0, parameters.length)
                .mapToObj(shard -> new ArrayTask(shard, parameters[shard]))
                .toList();
        return new ArrayRun(Templates.id(1), "resize", tasks, Map.of("EJ_JOB_PARAMETER", ""), rules);
    }

    private boolean watching;

    private RunStatus await(Predicate<RunStatus> condition) throws InterruptedException {
        if (!watching) {
            cluster.watch("shop", told::add);
            watching = true;
        }
        while (true) {
            RunStatus status = told.poll(60, TimeUnit.SECONDS);
            assertThat(status).as("a status that is waited for").isNotNull();
            if (condition.test(status)) {
                return status;
            }
        }
    }

    private static <T> T answer(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }
}
