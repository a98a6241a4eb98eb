package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ArrayKind;
import io.elasticjob.CancelRequest;
import io.elasticjob.ElasticJobEvent.ArrayProgressed;
import io.elasticjob.ElasticJobEvent.ExecutionAdopted;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.Progress;
import io.elasticjob.RerunRequest;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.engine.World.Process;
import io.elasticjob.kind.ArrayJournal;
import io.elasticjob.kind.ArrayRunner;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Session;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import io.elasticjob.test.LocalCluster;
import io.elasticjob.test.VirtualTime;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs whose firings run as arrays of tasks on a cluster, in virtual time. */
class ArraysTest {

    private final World world = new World();
    private final List<Map<String, String>> begun = new ArrayList<>();
    private final Map<String, OptionalInt> exits = new HashMap<>();
    private final LocalCluster cluster = LocalCluster.of("local", Map.of("resize", this::run));
    private final List<String> told = new ArrayList<>();

    private OptionalInt run(Map<String, String> environment, StringBuilder printed) {
        begun.add(environment);
        printed.append("out of ").append(environment.get(ArrayRun.SHARD));
        return exits.getOrDefault(environment.get(ArrayRun.SHARD), OptionalInt.of(0));
    }

    private final ArrayJournal journal = context -> new ArrayJournal.Page() {
        @Override
        public void progressed(Progress progress) {
            told.add(progress.text());
        }

        @Override
        public void wrote(String text) {
            told.add(text);
        }

        @Override
        public void end() {
            told.add("end");
        }
    };

    private record Member(Process process, VirtualTime.Watch watch) {

        void kill() {
            watch.kill();
            process.kill();
            process.registry.link().expire();
        }
    }

    private Member start(String name, JobDefinition... jobs) {
        VirtualTime.Watch watch = world.time.watch(Duration.ZERO);
        ArrayRunner runner = new ArrayRunner(
                "test",
                InProcessShardRunner.on(Runnable::run, Map.of(), 8),
                List.of(cluster.client()),
                watch,
                () -> {},
                journal);
        return new Member(world.startWith(name, builder -> builder.runner(runner), jobs), watch);
    }

    private static JobDefinition.Builder images() {
        return JobDefinition.named("images")
                .every(Duration.ofHours(1))
                .set(ArrayKind.ARRAY, "resize")
                .set(ArrayKind.ARRAY_SIZE, "4");
    }

    private ShardRecord record() {
        return world.record("images", 0);
    }

    private void fire() {
        world.time.passUntil(Instant.parse("2026-01-01T01:00:03.000Z"));
    }

    private void waiting(int... tasks) {
        for (int task : tasks) {
            exits.put(Integer.toString(task), OptionalInt.empty());
        }
    }

    private RunStatus onTheCluster() {
        return cluster.runs().get(cluster.runs().size() - 1);
    }

    @Test
    void aFiringIsOneArrayAndOneRecord() {
        Member a = start(
                "a", images().set(ArrayKind.ARRAY_PARAMETERS, "0=eu,2=\"a,b\"").build());

        fire();

        assertThat(begun).extracting(each -> each.get(ArrayRun.SHARD_PARAMETER)).containsExactly("eu", "", "a,b", "");
        assertThat(begun.get(0))
                .containsEntry("EJ_JOB", "images")
                .containsEntry("EJ_SHARDS", "4")
                .containsEntry("EJ_FIRE_TIME", "2026-01-01T01:00:00Z")
                .containsKey("EJ_FENCING_TOKEN");
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
        assertThat(record().array().succeeded().text()).isEqualTo("0-3");
        assertThat(record().array().cluster()).isEqualTo("local");
        assertThat(a.process().events(ExecutionEnded.class)).hasSize(1);
        assertThat(told).contains("100 %: 4 of 4").endsWith("end");
        assertThat(a.process().events(ArrayProgressed.class)).singleElement().satisfies(event -> {
            assertThat(event.cluster()).isEqualTo("local");
            assertThat(event.succeeded()).isEqualTo(4);
            assertThat(event.failed()).isZero();
            assertThat(event.size()).isEqualTo(4);
        });
    }

    /** An adapter that throws what no adapter is to throw, or answers nothing, once for each question: the firing comes to its end. */
    @ParameterizedTest
    @ValueSource(strings = {"error", "null stage", "null answer"})
    void whateverAnAdapterDoesOnceTheFiringComesToItsEnd(String kind) {
        exits.put("2", OptionalInt.of(3)); // so that its log is asked for
        Cluster real = cluster.client();
        Set<String> done = new HashSet<>();
        Cluster hostile = (Cluster) Proxy.newProxyInstance(
                Cluster.class.getClassLoader(), new Class<?>[] {Cluster.class}, (proxy, method, arguments) -> {
                    boolean answersNothing = kind.equals("null answer")
                            && Set.of("release", "cancel", "forget").contains(method.getName());
                    if (CompletionStage.class.isAssignableFrom(method.getReturnType())
                            && done.add(method.getName())
                            && !answersNothing) {
                        return switch (kind) {
                            case "error" -> throw new NoClassDefFoundError("com/example/Missing");
                            case "null stage" -> null;
                            default -> CompletableFuture.completedFuture(null);
                        };
                    }
                    return method.invoke(real, arguments);
                });
        VirtualTime.Watch watch = world.time.watch(Duration.ZERO);
        ArrayRunner runner = new ArrayRunner(
                "test",
                InProcessShardRunner.on(Runnable::run, Map.of(), 8),
                List.of(hostile),
                watch,
                () -> {},
                journal);
        world.startWith("a", builder -> builder.runner(runner), images().build());

        fire();
        world.time.pass(Duration.ofMinutes(10));

        assertThat(done).contains("prepare", "release", "log");
        assertThat(record().outcome()).isEqualTo("FAILED");
        assertThat(record().array().succeeded().text()).isEqualTo("0,1,3");
    }

    @Test
    void onlyTasksThatFailedRunAgain() {
        exits.put("1", OptionalInt.of(3));
        exits.put("3", OptionalInt.of(3));
        start(
                "a",
                images().set(JobKey.RETRY_ATTEMPTS, "2")
                        .set(JobKey.RETRY_DELAY, "1m")
                        .build());
        fire();
        assertThat(record().error()).isEqualTo("2 of 4 tasks failed: 1,3");
        assertThat(told).contains("[task 3]\nout of 3\n");
        exits.clear();
        begun.clear();

        world.time.pass(Duration.ofMinutes(2));

        assertThat(begun).extracting(each -> each.get(ArrayRun.SHARD)).containsExactly("1", "3");
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
        assertThat(record().array().done()).isEqualTo(4);
    }

    @Test
    void whatRunsAPastFiringAgainIsLeftAloneByTheSweepsOfOthers() {
        exits.put("1", OptionalInt.of(3));
        JobDefinition.Builder job = images().set(JobKey.RECORD_FIRINGS, "true");
        Member a = start("a", job.build());
        start("b", job.build());
        fire();
        assertThat(record().outcome()).isEqualTo("FAILED");
        waiting(1);

        world.now(a.process()
                .engine
                .operations()
                .rerun(RerunRequest.of("images", new Firing.Scheduled(Instant.parse("2026-01-01T01:00:00Z")))
                        .by(new Operator("ann", "again"))));
        world.time.pass(Duration.ofMinutes(3));

        assertThat(onTheCluster().phase()).isEqualTo(Phase.RELEASED);
        assertThat(onTheCluster().run().run().attempt()).isEqualTo(2);
        assertThat(record().outcome()).isNotEqualTo("LOST");
        cluster.finish(onTheCluster().run().run(), 1, 0);
        world.time.pass(Duration.ofSeconds(20));
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
    }

    @Test
    void whoeverTakesTheShardGoesOnWithTheArrayOfADeadOwner() {
        waiting(2, 3);
        Member a = start("a", images().build());
        Member b = start("b", images().build());
        fire();
        long token = Long.parseLong(begun.get(0).get("EJ_FENCING_TOKEN"));
        boolean isOfA = record().isRunningBy(owner -> owner.startsWith("a."));
        (isOfA ? a : b).kill();
        world.time.pass(Duration.ofSeconds(20));

        assertThat(record().isRunningBy(owner -> owner.startsWith(isOfA ? "b." : "a.")))
                .isTrue();
        assertThat(record().attempt()).isEqualTo(1);
        assertThat(record().runningToken(0)).hasValue(token);
        assertThat((isOfA ? b : a).process().events(ExecutionAdopted.class)).hasSize(1);

        cluster.finish(onTheCluster().run().run(), 2, 0);
        cluster.finish(onTheCluster().run().run(), 3, 0);
        world.time.pass(Duration.ofSeconds(20));
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
        assertThat(begun).hasSize(4);
    }

    /** Looking costs as much as there are arrays, and not as much as there are jobs. */
    @Test
    void onlyRecordsOfJobsThatAreArraysAreReadForWhatNobodyLooksAfter() {
        JobDefinition[] jobs = Stream.concat(
                        Stream.of(images().build()),
                        IntStream.range(0, 12)
                                .mapToObj(i -> JobDefinition.named("plain-" + i)
                                        .every(Duration.ofHours(1))
                                        .set(JobKey.HANDLER, "images")
                                        .build()))
                .toArray(JobDefinition[]::new);
        on(cluster.client(), "a", jobs);
        List<String> read = new ArrayList<>();
        world.around = registry -> new PassingRegistry(registry) {
            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                paths.stream()
                        .filter(path -> path.startsWith("/test/shards/plain-"))
                        .forEach(read::add);
                return super.read(session, paths);
            }
        };
        on(cluster.client(), "b", jobs);
        world.time.pass(Duration.ofMinutes(20));
        assertThat(read).isNotEmpty();
        read.clear();

        world.time.pass(Duration.ofMinutes(10));

        assertThat(read).isEmpty();
    }

    @Test
    void anArrayThatSomebodyDeletedIsLost() {
        waiting(2);
        start("a", images().build());
        fire();

        cluster.delete(onTheCluster().run().run());
        world.time.pass(Duration.ofSeconds(20));

        assertThat(record().outcome()).isEqualTo("LOST");
        assertThat(begun).hasSize(4);
    }

    @Test
    void aCancelReachesTheClusterAndIsRecordedOnceItHasEndedThere() {
        waiting(2);
        Member a = start("a", images().build());
        fire();

        a.process().engine.operations().cancel(CancelRequest.of("images").by(new Operator("ann", "no disk")));
        world.time.pass(Duration.ofSeconds(20));

        assertThat(onTheCluster().phase()).isEqualTo(Phase.ENDED);
        assertThat(record().outcome()).isEqualTo(new Outcome.Cancelled("", "").name());
        assertThat(record().array().succeeded().text()).isEqualTo("0,1,3");
    }

    @Test
    void aTimeoutEndsItOnTheCluster() {
        waiting(2);
        start("a", images().set(JobKey.TIMEOUT, "1m").build());
        fire();

        world.time.pass(Duration.ofMinutes(2));

        assertThat(onTheCluster().phase()).isEqualTo(Phase.ENDED);
        assertThat(record().outcome()).isEqualTo("TIMED_OUT");
    }

    @Test
    void aShutdownDoesNotWaitForItAndAnotherInstanceGoesOn() {
        waiting(2);
        Member a = start("a", images().build());
        fire();
        a.process().leave();
        world.time.pass(Duration.ofSeconds(1));
        assertThat(record().isRunning()).isTrue();

        start("b", images().build());
        world.time.pass(Duration.ofSeconds(20));

        assertThat(record().isRunningBy(owner -> owner.startsWith("b."))).isTrue();
        cluster.finish(onTheCluster().run().run(), 2, 0);
        world.time.pass(Duration.ofSeconds(20));
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
    }

    @Test
    void theArrayOfAJobThatWasRemovedIsCancelled() {
        waiting(2);
        Member a = start("a", images().build());
        fire();

        a.process().engine.operations().remove("images", new Operator("ann", "not needed"));
        world.time.pass(Duration.ofMinutes(3));

        assertThat(onTheCluster().phase()).isEqualTo(Phase.ENDED);
    }

    @Test
    void whatTheClusterRefusesHasFailed() {
        LocalCluster other = LocalCluster.of("local", Map.of("resize", (environment, printed) -> OptionalInt.of(0)));
        VirtualTime.Watch watch = world.time.watch(Duration.ZERO);
        Map<String, LocalCluster.Program> none = Map.of();
        LocalCluster refusing = LocalCluster.of("local", none);
        ArrayRunner runner = new ArrayRunner(
                "test",
                InProcessShardRunner.on(Runnable::run, Map.of(), 8),
                List.of(new ForwardingCluster(other, refusing)),
                watch,
                () -> {},
                journal);
        world.startWith("a", builder -> builder.runner(runner), images().build());

        fire();

        assertThat(record().outcome()).isEqualTo("FAILED");
        assertThat(record().error()).isEqualTo("There is no template resize");
    }

    @Test
    void howFarItHasComeIsWrittenOnceASecondAtMost() {
        int tasks = 60;
        waiting(IntStream.range(0, tasks).toArray());
        start("a", images().set(ArrayKind.ARRAY_SIZE, Integer.toString(tasks)).build());
        fire();
        AtomicInteger writes = new AtomicInteger();
        world.ensemble.observe(change -> {
            if (change.path().startsWith("/test/shards/")) {
                writes.incrementAndGet();
            }
        });

        for (int task = 0; task < tasks - 1; task++) {
            cluster.finish(onTheCluster().run().run(), task, 0);
            world.time.pass(Duration.ofMillis(100));
        }

        assertThat(writes).hasValueBetween(3, 7); // in 5.9 seconds
        assertThat(record().array().done()).isGreaterThan(tasks / 2);
    }

    @Test
    void whatAnAdapterThrowsIsNoAnswerAndItIsAskedAgain() {
        Set<String> thrown = new HashSet<>();
        Cluster sound = cluster.client();
        Cluster throwing = (Cluster) Proxy.newProxyInstance(
                Cluster.class.getClassLoader(), new Class<?>[] {Cluster.class}, (proxy, method, given) -> {
                    boolean isQuestion = CompletionStage.class.isAssignableFrom(method.getReturnType());
                    if (isQuestion && thrown.add(method.getName())) {
                        throw new IllegalStateException("thrown by " + method.getName());
                    }
                    return method.invoke(sound, given);
                });
        VirtualTime.Watch watch = world.time.watch(Duration.ZERO);
        ArrayRunner runner = new ArrayRunner(
                "test",
                InProcessShardRunner.on(Runnable::run, Map.of(), 8),
                List.of(throwing),
                watch,
                () -> {},
                journal);
        world.startWith("a", builder -> builder.runner(runner), images().build());

        fire();
        world.time.pass(Duration.ofSeconds(30));

        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
        assertThat(begun).hasSize(4);
        assertThat(thrown).contains("prepare", "find", "release", "list", "forget");
    }

    /** Another cluster has a template of the same name, and an instance that has only that one may have the shard. */
    @Test
    void whatRunsOnAClusterWaitsForAnInstanceThatHasItWhoeverHasTheShard() {
        waiting(2);
        Member a = start("a", images().build());
        fire();
        LocalCluster other = LocalCluster.of("other", Map.of("resize", (environment, printed) -> OptionalInt.of(0)));
        Process b = on(other, "b");
        a.kill();
        world.time.pass(Duration.ofMinutes(3));
        assertThat(record().isRunning())
                .as("nobody who is there has the cluster")
                .isTrue();
        assertThat(b.events(ExecutionEnded.class)).isEmpty();

        List<Process> others = List.of(on(cluster.client(), "c"), on(cluster.client(), "d"));
        world.time.pass(Duration.ofMinutes(2));

        assertThat(record().isRunningBy(owner -> owner.startsWith("c.") || owner.startsWith("d.")))
                .isTrue();
        cluster.finish(onTheCluster().run().run(), 2, 0);
        world.time.pass(Duration.ofSeconds(20));
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
        assertThat(record().attempt()).isEqualTo(1);
        assertThat(others.stream().flatMap(each -> each.events(ExecutionAdopted.class).stream()))
                .hasSize(1);
    }

    /** The job has another handler by now, and the instance that has its shard no cluster at all. */
    @Test
    void anInstanceWithTheClusterGoesOnWithTheArrayOfAJobThatIsNoneAnyMore() {
        waiting(2);
        Member a = start("a", images().build());
        fire();
        a.kill();
        JobDefinition plain =
                JobDefinition.named("images").every(Duration.ofHours(1)).build();
        world.start("b", plain);
        world.time.pass(Duration.ofMinutes(3));
        assertThat(record().isRunning()).isTrue();

        Process c = on(cluster.client(), "c", plain);
        world.time.pass(Duration.ofMinutes(3));

        assertThat(c.events(ExecutionAdopted.class)).hasSize(1);
        cluster.finish(onTheCluster().run().run(), 2, 0);
        world.time.pass(Duration.ofSeconds(20));
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
    }

    private Process on(Cluster one, String name) {
        return on(one, name, images().build());
    }

    private Process on(Cluster one, String name, JobDefinition... jobs) {
        VirtualTime.Watch watch = world.time.watch(Duration.ZERO);
        ArrayRunner runner = new ArrayRunner(
                "test",
                InProcessShardRunner.on(Runnable::run, Map.of("images", (SimpleJob) context -> {}), 8),
                List.of(one),
                watch,
                () -> {},
                journal);
        return world.startWith(name, builder -> builder.runner(runner), jobs);
    }

    @Test
    void itsContextIsThatOfOneShard() {
        List<ShardingContext> contexts = new ArrayList<>();
        VirtualTime.Watch watch = world.time.watch(Duration.ZERO);
        ArrayRunner runner = new ArrayRunner(
                "test",
                InProcessShardRunner.on(Runnable::run, Map.of(), 8),
                List.of(cluster),
                watch,
                () -> {},
                context -> {
                    contexts.add(context);
                    return ArrayJournal.NONE.open(context);
                });
        world.startWith("a", builder -> builder.runner(runner), images().build());

        fire();

        assertThat(contexts).singleElement().satisfies(context -> {
            assertThat(context.shardingTotalCount()).isEqualTo(1);
            assertThat(context.attempt()).isEqualTo(1);
        });
    }
}
