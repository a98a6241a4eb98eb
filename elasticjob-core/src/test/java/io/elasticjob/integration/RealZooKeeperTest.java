package io.elasticjob.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingInt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.InstanceRegistered;
import io.elasticjob.ElasticJobEvent.RegistryDataLost;
import io.elasticjob.ElasticJobEvent.RegistrySuspended;
import io.elasticjob.ElasticJobEvent.ValueUnreadable;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.TriggerRequest;
import io.elasticjob.integration.Application.Place;
import io.elasticjob.view.EngineStatus;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole core on a real ZooKeeper: engine, registry, Quartz and threads, in one JVM. Each test has its own server. */
@Execution(ExecutionMode.CONCURRENT)
class RealZooKeeperTest {

    /** Longer than any pause of a busy machine: no session ends but by the test's hand. */
    private static final Duration SESSION = Duration.ofSeconds(40);

    private final List<Application> applications = new ArrayList<>();
    private final Queue<Run> runs = new ConcurrentLinkedQueue<>();
    private final Queue<ElasticJobEvent> events = new ConcurrentLinkedQueue<>();
    private final TestingServer server;

    private record Run(String application, String job, int shard, Instant fireTime) {}

    RealZooKeeperTest() throws Exception {
        server = new TestingServer(spec(-1), true);
    }

    @AfterEach
    void close() throws Exception {
        applications.forEach(Application::close);
        server.close();
    }

    private static InstanceSpec spec(int port) {
        return spec(port, null);
    }

    /** @param data null for a new folder */
    private static InstanceSpec spec(int port, @Nullable File data) {
        return new InstanceSpec(
                data,
                port,
                -1,
                -1,
                true,
                -1,
                500,
                -1,
                Map.of("minSessionTimeout", "1000", "maxSessionTimeout", "60000"));
    }

    // ---- What it costs --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {1, 50})
    void aFiringCostsOneRequestToBeginAndOneToEndHoweverManyShards(int shards) {
        JobDefinition job = everySecond("orders", shards).build();

        assertThat(costOfThreeFirings(job)).isEqualTo(3 * 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 50})
    void aJobThatIsNotMonitoredCostsNoRequestAtAll(int shards) {
        JobDefinition job =
                everySecond("orders", shards).monitorExecution(false).build();

        assertThat(costOfThreeFirings(job)).isZero();
    }

    /**
     * How many requests the server receives while the job fires three times, and nothing else happens: what an instance
     * does every ten seconds or more seldom, however many firings there are, falls into some of the spans, not into all.
     */
    private long costOfThreeFirings(JobDefinition job) {
        ServerBooks books = new ServerBooks(server);
        List<Long> received = new CopyOnWriteArrayList<>();
        SimpleJob body = context -> {
            if (context.shardingItem() == 0) {
                received.add(books.packetsReceived());
            }
        };
        start(new Application(
                "a",
                new Place(server.getConnectString(), SESSION),
                List.of(job),
                body,
                events::add,
                (loop, runner) -> new EndingTogether(job.shardingTotalCount(), loop, runner)));
        until(() -> received.size() >= 12);
        return IntStream.range(3, received.size())
                .mapToLong(last -> received.get(last) - received.get(last - 3))
                .min()
                .orElseThrow();
    }

    @Test
    void aThousandJobsAreTheirNodesSixWatchesAndNoThreads() throws Exception {
        ServerBooks books = new ServerBooks(server);
        int nodes = books.nodes();
        List<JobDefinition> quiet =
                thousandJobs(name -> JobDefinition.named(name).shards(3));
        ThreadGroup threads = new ThreadGroup("a");

        long begun = System.nanoTime();
        Application a = in(threads, () -> start("a", quiet));
        until(() -> a.view().jobs().size() == 1_000);
        report("1,000 jobs registered", begun);

        assertThat(books.nodes() - nodes)
                .as("roots, the leader, an instance, what tells it the time, jobs with the folders of their records")
                .isEqualTo(4 + 1 + 1 + 1 + 2 * 1_000);
        assertThat(books.watches())
                .as("instances, jobs, the folder of records, cancels, plans, and the latch of the leader")
                .isEqualTo(6);
        assertThat(threads.activeCount()).isLessThan(10);

        begun = System.nanoTime();
        Application b = start(
                "b",
                thousandJobs(name ->
                        JobDefinition.named(name).every(Duration.ofSeconds(2)).shards(3)));
        until(() -> b.view().jobs().size() == 1_000);
        report("1,000 jobs known to a second instance", begun);

        // Now they fire, as the younger one declares.
        until(() -> runs.stream().map(Run::fireTime).distinct().count() >= 2);
        until(() -> books.nodes() - nodes >= 4 + 1 + 2 + 2 + 1_000 * (2 + 3));
        assertThat(books.nodes() - nodes)
                .as("two of each instance; a job, a folder, three records")
                .isEqualTo(4 + 1 + 2 + 2 + 1_000 * (2 + 3));
        assertThat(threads.activeCount()).as("beside the slots").isLessThan(Application.SLOTS + 10);
    }

    // ---- Who comes and goes ---------------------------------------------------------------------------------------

    @Test
    void shardsGoToWhoComesAndBackFromWhoLeaves() {
        List<JobDefinition> jobs = List.of(
                everySecond("orders", 12).build(),
                JobDefinition.named("by-hand").shards(12).build());
        Application a = start("a", jobs);
        until(() -> a.shardsOf("by-hand").equals(Map.of("a", 12)));

        long begun = System.nanoTime();
        Application b = start("b", jobs);
        until(() -> a.shardsOf("by-hand").equals(Map.of("a", 6, "b", 6))
                && b.shardsOf("by-hand").equals(Map.of("a", 6, "b", 6)));
        report("join", begun);
        untilRunAt("orders", Map.of("a", 6, "b", 6));

        begun = System.nanoTime();
        b.close();
        until(() -> a.shardsOf("by-hand").equals(Map.of("a", 12)));
        report("leave, its own end included", begun);
        untilRunAt("orders", Map.of("a", 12));
        assertThat(firings()).doesNotHaveDuplicates();
    }

    @Test
    void jobsOfManyWordsTravelInRequestsThatTheServerTakes() {
        String parameter = "x".repeat(8_000);
        List<JobDefinition> jobs = IntStream.range(0, 200)
                .mapToObj(i -> JobDefinition.named("job-" + i)
                        .set(JobKey.JOB_PARAMETER, parameter)
                        .build())
                .toList();
        Application a = start("a", jobs);
        until(() -> a.view().jobs().size() == 200);
        assertThat(events(RegistrySuspended.class, RegistrySuspended::instance)).isEmpty();
    }

    // ---- What operators do ----------------------------------------------------------------------------------------

    @Test
    void aThousandJobsForOneInstantRunOnceEachAndLeaveNothingBehind() throws Exception {
        JobDefinition handler = JobDefinition.named("by-hand").build();
        Application a = start("a", List.of(handler));
        Application b = start("b", List.of(handler));
        until(() -> a.shardsOf("by-hand").size() == 1 && b.shardsOf("by-hand").size() == 1); // so it is there
        until(() -> a.view().instances().size() == 2 && b.view().instances().size() == 2);
        until(() -> a.engine.status().leadership().isHeld()
                || b.engine.status().leadership().isHeld());
        until(() ->
                Stream.of(a, b).allMatch(one -> one.engine.status().clock().skew() != null)); // each has asked the time
        ServerBooks books = new ServerBooks(server);
        int nodes = books.nodes();
        // Far enough ahead that all are made before, also on a machine that has other things to do: what is past is
        // refused.
        Instant at = Instant.now().plusSeconds(20).truncatedTo(ChronoUnit.SECONDS);

        long begun = System.nanoTime();
        List<CompletableFuture<Void>> made = IntStream.range(0, 1_000)
                .mapToObj(i -> (i % 2 == 0 ? a : b)
                        .engine
                        .operations()
                        .create(
                                "once-" + i,
                                Map.of(JobKey.HANDLER, "by-hand", JobKey.AT, at.toString()),
                                Operator.UNKNOWN)
                        .toCompletableFuture())
                .toList();
        CompletableFuture.allOf(made.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        report("1,000 jobs made", begun);
        until(() -> runs.size() >= 1_000);
        begun = System.nanoTime();
        until(() -> books.nodes() == nodes);
        report("1,000 jobs gone after they ran", begun);

        assertThat(runs).hasSize(1_000).allMatch(run -> run.fireTime().equals(at));
        assertThat(firings()).doesNotHaveDuplicates();
        assertThat(a.view().jobs()).containsOnlyKeys("by-hand");
    }

    @Test
    void aChangeHoldsOnTenInstancesWhenItIsAnsweredAndIsKnownToAllSoonAfter() throws Exception {
        JobDefinition job = JobDefinition.named("by-hand").shards(10).build();
        List<Application> all = IntStream.range(0, 10)
                .mapToObj(i -> start("host-" + i, List.of(job)))
                .toList();
        until(() -> all.stream().allMatch(one -> one.shardsOf("by-hand").size() == 10));

        long begun = System.nanoTime();
        all.get(3)
                .engine
                .operations()
                .configure("by-hand", Map.of(JobKey.JOB_PARAMETER, "careful"), new Operator("ann", "why not"))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        report("a change answered", begun);
        until(() -> all.stream()
                .allMatch(one -> one.view()
                        .jobs()
                        .get("by-hand")
                        .effective()
                        .orElseThrow()
                        .jobParameter()
                        .equals("careful")));
        report("a change on 10 instances", begun);

        begun = System.nanoTime();
        all.get(7)
                .engine
                .operations()
                .trigger(TriggerRequest.of("by-hand"))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        report("a trigger answered", begun);
        until(() -> !runs.isEmpty());
        report("a trigger begun", begun);
        until(() -> runs.size() == 10);
        report("a trigger begun on 10 instances", begun);

        assertThat(runs.stream().map(Run::application)).doesNotHaveDuplicates();
    }

    // ---- What goes wrong ------------------------------------------------------------------------------------------

    @Test
    void everyJobGoesOnAfterARestartOfTheServer() throws Exception {
        List<JobDefinition> jobs = List.of(
                everySecond("orders", 3).build(),
                everySecond("bills", 2).build(),
                everySecond("pulse", 1).monitorExecution(false).build());
        Application a = start("a", jobs);
        untilAllRunAgain(jobs);
        String instance = a.engine.status().instance().orElseThrow();

        server.stop();
        until(() -> a.engine.status().away().isPresent());
        server.restart();

        untilAllRunAgain(jobs);
        assertThat(a.engine.status().instance()).as("the session went on").contains(instance);
        assertThat(firings()).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyJobGoesOnWhenTheServerHasLostItsData(boolean allOfIt) throws Exception {
        List<JobDefinition> before = List.of(
                everySecond("orders", 3).build(),
                everySecond("pulse", 1).monitorExecution(false).build());
        List<JobDefinition> after = List.of(everySecond("bills", 2).build());
        Path backup = Files.createTempDirectory("backup");
        Path data = server.getTempDirectory().toPath();
        int port = server.getPort();
        Duration session = Duration.ofSeconds(2); // it has to end before anybody comes back
        startAt(server, "a", session, before);
        startAt(server, "b", session, before);
        untilAllRunAgain(before);
        if (!allOfIt) {
            copy(data, backup);
        }
        startAt(server, "c", session, after);
        untilAllRunAgain(after);

        server.stop();
        delete(data);
        copy(backup, data);
        Files.createDirectories(data);
        try (TestingServer restored = new TestingServer(spec(port, data.toFile()), true)) {
            untilAllRunAgain(before);
            untilAllRunAgain(after);
            int canTell = allOfIt ? 3 : 1;
            until(() ->
                    events(RegistryDataLost.class, RegistryDataLost::wentBack).size() >= canTell);
            assertThat(events(RegistryDataLost.class, RegistryDataLost::wentBack))
                    .as("told once by each instance that can tell")
                    .hasSizeBetween(canTell, 3)
                    .containsOnly(true);
            applications.forEach(Application::close);
            applications.clear();
        } finally {
            delete(backup);
        }
    }

    private void startAt(TestingServer at, String name, Duration session, Collection<JobDefinition> jobs) {
        start(new Application(
                name, new Place(at.getConnectString(), session), jobs, context -> note(name, context), events::add));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/jobs", "/shards", "/instances"})
    void everyJobGoesOnWhenSomebodyDeletesAFolderOfTheNamespace(String folder) throws Exception {
        List<JobDefinition> jobs = List.of(
                everySecond("orders", 3).build(),
                everySecond("pulse", 1).monitorExecution(false).build());
        start("a", jobs);
        start("b", jobs);
        untilAllRunAgain(jobs);

        byHand(zooKeeper -> ZKUtil.deleteRecursive(zooKeeper, "/proof" + folder, 1000));

        untilAllRunAgain(jobs);
        until(() -> events(RegistryDataLost.class, RegistryDataLost::wentBack).equals(List.of(false, false)));
    }

    @Test
    void whoseSessionTheServerEndsRegistersAnewAndGoesOn() {
        List<JobDefinition> jobs = List.of(
                everySecond("orders", 3).build(),
                everySecond("pulse", 1).monitorExecution(false).build());
        Application a = start("a", jobs);
        untilAllRunAgain(jobs);
        String before = a.engine.status().instance().orElseThrow();

        new ServerBooks(server).onlySession().terminateSession();
        until(() ->
                a.engine.status().instance().filter(now -> !now.equals(before)).isPresent());

        untilAllRunAgain(jobs);
        assertThat(events(InstanceRegistered.class, InstanceRegistered::instance))
                .hasSize(2)
                .doesNotHaveDuplicates();
        assertThat(a.view().instances().keySet())
                .containsExactly(a.engine.status().instance().orElseThrow());
    }

    @Test
    void jobsBeginWhenZooKeeperAppears() throws Exception {
        int port = InstanceSpec.getRandomPort();
        List<JobDefinition> jobs = List.of(everySecond("orders", 3).build());
        Application a = start(new Application(
                "a", new Place("127.0.0.1:" + port, SESSION), jobs, context -> note("a", context), events::add));
        until(() -> a.engine.status().away().isPresent());
        assertThat(a.engine.status().phase()).isEqualTo(EngineStatus.Phase.STARTED);
        assertThat(a.engine.status().isConnected()).isFalse();

        try (TestingServer late = new TestingServer(spec(port), true)) {
            assertThat(late.getPort()).isEqualTo(port);
            untilAllRunAgain(jobs);
            assertThat(a.engine.status().away()).isEmpty();
            a.close();
        }
    }

    // ---- What others write ----------------------------------------------------------------------------------------

    @Test
    void aRecordThatNobodyCanReadIsReplacedAndItsShardGoesOn() throws Exception {
        List<JobDefinition> jobs = List.of(everySecond("orders", 3).build());
        Application a = start("a", jobs);
        untilAllRunAgain(jobs);

        byHand(zooKeeper -> zooKeeper.setData(recordOf(zooKeeper, 1), "not a record".getBytes(UTF_8), -1));
        until(() -> unreadable().stream().anyMatch(path -> path.endsWith("/1")));

        untilAllRunAgain(jobs);
        assertThat(unreadable()).hasSize(1);
        assertThat(firings()).doesNotHaveDuplicates();
    }

    @Test
    void aRecordOfALaterVersionIsLeftAloneAndTheOtherShardsGoOn() throws Exception {
        List<JobDefinition> jobs = List.of(everySecond("orders", 3).build());
        Application a = start("a", jobs);
        untilAllRunAgain(jobs);

        byte[] later = "{\"format\":99,\"news\":true}".getBytes(UTF_8);
        byHand(zooKeeper -> zooKeeper.setData(recordOf(zooKeeper, 1), later, -1));
        until(() -> unreadable().stream().anyMatch(path -> path.endsWith("/1")));
        long ran = runsOf("orders", 1);
        untilRunAgain("orders", 0, Instant.now().plusSeconds(1));
        untilRunAgain("orders", 2, Instant.now().plusSeconds(1));

        assertThat(runsOf("orders", 1)).isEqualTo(ran);
        byHand(zooKeeper -> assertThat(zooKeeper.getData(recordOf(zooKeeper, 1), false, null))
                .isEqualTo(later));
    }

    @Test
    void aJobNodeThatNobodyCanReadIsDeclaredAnewWhereItIsDeclaredAndLeftAloneElsewhere() throws Exception {
        List<JobDefinition> jobs = List.of(everySecond("orders", 2).build());
        Application a = start("a", jobs);
        untilAllRunAgain(jobs);

        byHand(zooKeeper -> {
            zooKeeper.create("/proof/jobs/by hand", "{".getBytes(UTF_8), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            zooKeeper.setData("/proof/jobs/orders", "not a job".getBytes(UTF_8), -1);
        });
        until(() -> unreadable().containsAll(Set.of("/proof/jobs/by hand", "/proof/jobs/orders")));

        untilAllRunAgain(jobs);
        assertThat(a.view().jobs()).containsOnlyKeys("orders");
        assertThat(a.view().jobs().get("orders").problem()).isEmpty();
        byHand(zooKeeper -> assertThat(zooKeeper.getData("/proof/jobs/by hand", false, null))
                .isEqualTo("{".getBytes(UTF_8)));
    }

    @Test
    void anInstanceWhoseNodeIsDeletedRegistersAnew() throws Exception {
        List<JobDefinition> jobs = List.of(everySecond("orders", 2).build());
        Application a = start("a", jobs);
        untilAllRunAgain(jobs);
        String before = a.engine.status().instance().orElseThrow();

        byHand(zooKeeper -> zooKeeper.delete("/proof/instances/" + before, -1));

        until(() ->
                a.engine.status().instance().filter(now -> !now.equals(before)).isPresent());
        untilAllRunAgain(jobs);
    }

    // ---- What is too long, or not for us ----------------------------------------------------------------------------

    @Test
    void whatIsTooLongOrNotForUsCostsItselfAloneAndTheLogNamesIt() throws Exception {
        List<JobDefinition> jobs = List.of(everySecond("orders", 2).build());
        Application first = start("first", jobs);
        untilAllRunAgain(jobs);
        first.close();
        byHand(zooKeeper -> {
            for (int i = 0; i < 60; i++) {
                zooKeeper.create(
                        "/proof/jobs/long-" + i, longJob("long-" + i), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
            zooKeeper.addAuthInfo("digest", "somebody:else".getBytes(UTF_8));
            zooKeeper.create("/proof/jobs/theirs", longJob("theirs"), Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
            zooKeeper.create("/proof/instances/theirs", new byte[9], Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
            zooKeeper.create("/proof/jobs/rubbish", new byte[1_000_000], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        });
        events.clear();

        Application a = start("a", jobs);
        untilAllRunAgain(jobs);
        until(() -> a.view().jobs().size() >= 61);

        // They are longer than what is accepted today, so that a first answer is too long.
        assertThat(events(RegistrySuspended.class, RegistrySuspended::instance)).hasSizeLessThan(4);
        assertThat(unreadable()).contains("/proof/jobs/theirs", "/proof/instances/theirs", "/proof/jobs/rubbish");
        events.clear();
        assertThatThrownBy(() -> a.engine
                        .operations()
                        .configure(
                                "orders",
                                Map.of(JobKey.SHARDING_ITEM_PARAMETERS, "0=" + "\u0001".repeat(150_000)),
                                Operator.UNKNOWN)
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS))
                .hasMessageContaining("orders.shardingItemParameters")
                .hasMessageContaining("524288");
        untilAllRunAgain(jobs);
        assertThat(events(RegistrySuspended.class, RegistrySuspended::instance)).isEmpty();
    }

    /** As long as a job could be that was accepted before. */
    private static byte[] longJob(String name) {
        String value = "x".repeat(740_000);
        return ("{\"format\":1,\"application\":\"\",\"since\":\"2026-01-01T00:00:00Z\",\"shards\":{\"count\":1},"
                        + "\"overrides\":{\"handler\":{\"value\":\"elsewhere\",\"who\":\"ann\","
                        + "\"when\":\"2026-01-01T00:00:00Z\",\"why\":\"\"}},\"later\":\"" + value + "\"}")
                .getBytes(UTF_8);
    }

    @Test
    void aJobWithTensOfThousandsOfTriggersThatWaitIsRemovedInPortions() throws Exception {
        List<JobDefinition> jobs = List.of(everySecond("orders", 2).build());
        JobDefinition idle = JobDefinition.named("idle").build();
        Application a = start("a", List.of(jobs.get(0), idle));
        untilAllRunAgain(jobs);
        a.engine
                .operations()
                .disable("idle", JobPart.WHOLE_JOB, Operator.UNKNOWN)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        byHand(zooKeeper -> {
            for (int begun = 0; begun < 20_000; begun += 1_000) {
                List<Op> some = new ArrayList<>();
                for (int i = begun; i < begun + 1_000; i++) {
                    byte[] trigger = ("{\"format\":1,\"request\":\"r-" + i
                                    + "\",\"shards\":[0],\"of\":1,\"who\":\"\",\"why\":\"\"}")
                            .getBytes(UTF_8);
                    some.add(Op.create(
                            "/proof/jobs/idle/trigger-",
                            trigger,
                            Ids.OPEN_ACL_UNSAFE,
                            CreateMode.PERSISTENT_SEQUENTIAL));
                }
                zooKeeper.multi(some);
            }
        });

        a.engine
                .operations()
                .remove("idle", Operator.UNKNOWN)
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);

        byHand(zooKeeper ->
                assertThat(zooKeeper.exists("/proof/jobs/idle", false)).isNull());
        assertThat(events(RegistrySuspended.class, RegistrySuspended::instance)).isEmpty();
        untilAllRunAgain(jobs);
    }

    @Test
    void anInstanceWhoseNodeSomebodyElseHasWrittenPutsItRight() throws Exception {
        List<JobDefinition> jobs = List.of(everySecond("orders", 2).build());
        Application a = start("a", jobs);
        untilAllRunAgain(jobs);
        String node = "/proof/instances/" + a.engine.status().instance().orElseThrow();

        byHand(zooKeeper -> zooKeeper.setData(node, "rubbish".getBytes(UTF_8), -1));

        until(() -> {
            List<byte[]> found = new ArrayList<>();
            try {
                byHand(zooKeeper -> found.add(zooKeeper.getData(node, false, null)));
            } catch (Exception goesOn) {
                return false;
            }
            return new String(found.get(0), UTF_8).contains("\"handlers\"");
        });
        untilAllRunAgain(jobs);
    }

    // ---- When ZooKeeper's client is held up
    // --------------------------------------------------------------------------

    @Test
    void anInstanceWhoseClientIsHeldUpInItsLogGivesUpWhatItRunsAndComesBack() throws Exception {
        Duration session = Duration.ofSeconds(6);
        JobDefinition work = JobDefinition.named("work").shards(2).build();
        JobDefinition loose = everySecond("loose", 2).monitorExecution(false).build();
        Place place = new Place(server.getConnectString(), session);
        Set<Integer> cancelled = ConcurrentHashMap.newKeySet();
        CountDownLatch over = new CountDownLatch(1);
        SimpleJob body = context -> {
            note("victim", context);
            if (context.jobName().equals("work")) {
                try {
                    over.await();
                } catch (InterruptedException interrupted) {
                    cancelled.add(context.shardingItem());
                    throw interrupted;
                }
            }
        };
        ThreadGroup threads = new ThreadGroup("victim");
        Application victim =
                in(threads, () -> start(new Application("victim", place, List.of(work, loose), body, events::add)));
        until(() -> victim.shardsOf("loose").equals(Map.of("victim", 2)));
        victim.engine
                .operations()
                .trigger(TriggerRequest.of("work"))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        until(() -> runsOf("work", 0) > 0 && runsOf("work", 1) > 0);

        Application other =
                start(new Application("other", place, List.of(loose), context -> note("other", context), events::add));
        try (HeldUpClient client = new HeldUpClient(threads)) {
            until(client::isHeld);
            until(() -> !victim.engine.status().isConnected());
            until(() -> cancelled.equals(Set.of(0, 1)));
            until(() -> other.shardsOf("loose").equals(Map.of("other", 2)));

            // By now the session has ended, and its client does not know.
            Instant takenOver = Instant.now();
            untilRunAgain("loose", 0, takenOver.plusSeconds(2));
            untilRunAgain("loose", 1, takenOver.plusSeconds(2));
            assertThat(runs.stream()
                            .filter(run ->
                                    run.job().equals("loose") && run.fireTime().isAfter(takenOver)))
                    .allMatch(run -> run.application().equals("other"));
        } finally {
            over.countDown();
        }
        untilRunAt("loose", Map.of("victim", 1, "other", 1));
    }

    // ---- Words of these tests -------------------------------------------------------------------------------------

    private Application start(String name, Collection<JobDefinition> jobs) {
        return start(new Application(
                name,
                new Place(server.getConnectString(), SESSION),
                jobs,
                context -> note(name, context),
                events::add));
    }

    private Application start(Application application) {
        applications.add(application);
        return application;
    }

    private void note(String application, ShardingContext context) {
        runs.add(new Run(application, context.jobName(), context.shardingItem(), context.fireTime()));
    }

    private static JobDefinition.Builder everySecond(String name, int shards) {
        return JobDefinition.named(name).every(Duration.ofSeconds(1)).shards(shards);
    }

    private static List<JobDefinition> thousandJobs(Function<String, JobDefinition.Builder> job) {
        return IntStream.range(0, 1_000)
                .mapToObj(i -> job.apply("job-" + i).build())
                .toList();
    }

    /** Every shard of every job runs a firing that is yet to come. */
    private void untilAllRunAgain(List<JobDefinition> jobs) {
        Instant now = Instant.now();
        for (JobDefinition job : jobs) {
            for (int shard = 0; shard < job.shardingTotalCount(); shard++) {
                untilRunAgain(job.name(), shard, now);
            }
        }
    }

    private void untilRunAgain(String job, int shard, Instant after) {
        until(() -> runs.stream()
                .anyMatch(run -> run.job().equals(job)
                        && run.shard() == shard
                        && run.fireTime().isAfter(after)));
    }

    /** So many shards of some firing that is yet to come are run by these applications. */
    private void untilRunAt(String job, Map<String, Integer> shards) {
        Instant now = Instant.now();
        until(() -> runs.stream()
                .filter(run -> run.job().equals(job) && run.fireTime().isAfter(now))
                .collect(groupingBy(Run::fireTime, groupingBy(Run::application, summingInt(run -> 1))))
                .containsValue(shards));
    }

    private long runsOf(String job, int shard) {
        return runs.stream()
                .filter(run -> run.job().equals(job) && run.shard() == shard)
                .count();
    }

    private Stream<String> firings() {
        return runs.stream().map(run -> run.job() + "/" + run.fireTime() + "/" + run.shard());
    }

    private List<String> unreadable() {
        return events(ValueUnreadable.class, ValueUnreadable::path);
    }

    private <E extends ElasticJobEvent, T> List<T> events(Class<E> type, Function<E, T> what) {
        return events.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .map(what)
                .toList();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path));
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private interface Hand {
        void write(ZooKeeper zooKeeper) throws Exception;
    }

    /** What somebody with ZooKeeper's own client does. */
    private void byHand(Hand hand) throws Exception {
        try (ZooKeeper zooKeeper = new ZooKeeper(server.getConnectString(), 10_000, event -> {})) {
            hand.write(zooKeeper);
        }
    }

    private static String recordOf(ZooKeeper zooKeeper, int shard) throws Exception {
        String folder = zooKeeper.getChildren("/proof/shards", false).get(0);
        return "/proof/shards/" + folder + "/" + shard;
    }

    /** All threads that the task starts, and those that these start, are of this group. */
    private static <T> T in(ThreadGroup group, Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(task);
        new Thread(group, future).start();
        return future.get();
    }

    private static void until(BooleanSupplier condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(condition::getAsBoolean);
    }

    /** Printed and not asserted: a time says more of the machine than of the code. */
    private static void report(String what, long begun) {
        System.out.printf("%s: %d ms%n", what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }
}
