package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.InstanceRegistered;
import io.elasticjob.ElasticJobEvent.JobRefused;
import io.elasticjob.ElasticJobEvent.RegistryDataLost;
import io.elasticjob.ElasticJobEvent.RegistrySuspended;
import io.elasticjob.ElasticJobEvent.RegistryTrouble;
import io.elasticjob.ElasticJobEvent.ValueUnreadable;
import io.elasticjob.Instance;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is too long for one answer or one request is read and written in parts, or refused in words; the jobs go on. */
class LongValuesTest {

    private static final int KIB = 1024;
    private static final Operator ANN = new Operator("ann", "because");
    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).shards(2).build();

    private final World world = new World();

    private static byte[] stored(String name, int length) {
        Map<JobKey, String> settings =
                Map.of(JobKey.HANDLER, "elsewhere", JobKey.SHARDING_ITEM_PARAMETERS, "0=" + "x".repeat(length));
        return StoredJobCodec.encode(StoredJob.made(name, settings, ANN, Instant.parse("2026-01-01T00:00:00Z")));
    }

    /** As an earlier version may have stored it, which took longer ones. */
    private static byte[] longer(String name, int length) {
        String json = new String(stored(name, 1), StandardCharsets.UTF_8);
        return ("{\"later\":\"" + "x".repeat(length) + "\"," + json.substring(1)).getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, byte[]> jobs(int count, int length) {
        Map<String, byte[]> nodes = new LinkedHashMap<>();
        IntStream.range(0, count).forEach(i -> nodes.put("/test/jobs/job-" + i, longer("job-" + i, length)));
        return nodes;
    }

    private void ordersRun() {
        world.seconds(3);
        Instant last = Instant.ofEpochSecond(world.time.now().getEpochSecond());
        assertThat(world.ran("orders", last)).isEqualTo("a:0 a:1");
    }

    private static int suspensions(Process process) {
        return process.events(RegistrySuspended.class).size();
    }

    private Throwable refusal(CompletionStage<?> asked) {
        try {
            world.now(asked);
        } catch (CompletionException refused) {
            return refused.getCause();
        }
        throw new AssertionError("it was not refused");
    }

    // ---- Answers --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"100, 20, 64", "25, 750, 1024", "7, 1000, 1024", "1500, 1, 64", "2, 33, 64"})
    void jobsThatAreTooLongForOneAnswerAreReadInPortions(int count, int kib, int mostKib) {
        Process first = world.start("first", ORDERS);
        world.create(jobs(count, kib * KIB));
        first.kill();
        world.ensemble.takesAtMost(1024 * KIB, mostKib * KIB);

        Process a = world.start("a", ORDERS);
        world.seconds(20);

        ordersRun();
        assertThat(a.view().jobs()).hasSize(count + 1);
        int learnt = suspensions(a);
        assertThat(learnt).isBetween(1, 6);
        a.registry.link().reset();
        ordersRun();
        assertThat(suspensions(a)).as("what was learnt is kept").isLessThanOrEqualTo(learnt + 2);
        assertThat(a.events(ValueUnreadable.class)).isEmpty();
    }

    @Test
    void aJobThatCannotBeReadEvenAloneCostsItselfAloneAndIsAskedForLessAndLess() {
        Process first = world.start("first", ORDERS);
        world.create(Map.of("/test/jobs/huge", stored("huge", 100 * KIB)));
        first.kill();
        world.ensemble.takesAtMost(1024 * KIB, 64 * KIB);

        Process a = world.start("a", ORDERS);
        world.seconds(20);
        ordersRun();
        assertThat(a.events(ValueUnreadable.class)).singleElement().satisfies(told -> {
            assertThat(told.path()).isEqualTo("/test/jobs/huge");
            assertThat(told.reason()).contains("asked for alone");
        });
        int before = suspensions(a);
        world.seconds(1_200);
        ordersRun();
        assertThat(suspensions(a) - before).isLessThan(8);

        world.ensemble.takesAtMost(1024 * KIB, 1024 * KIB);
        world.seconds(1_100);
        assertThat(a.view().jobs()).containsKey("huge");
    }

    @Test
    void anInstanceThatCannotBeReadGetsNothingAndTheOthersGoOn() {
        Process a = world.start("a", ORDERS);
        world.ensemble.takesAtMost(1024 * KIB, 64 * KIB);
        Map<String, byte[]> nodes = new LinkedHashMap<>();
        IntStream.range(0, 30).forEach(i -> nodes.put("/test/instances/other-" + i, new byte[15 * KIB]));
        nodes.put("/test/instances/huge", new byte[100 * KIB]);
        world.create(nodes);
        world.seconds(20);

        ordersRun();
        assertThat(suspensions(a)).isLessThan(10);
        assertThat(a.events(ValueUnreadable.class))
                .extracting(ValueUnreadable::path)
                .contains("/test/instances/huge");
    }

    @Test
    void anInstanceWhoseOwnNodeIsTooLongToBeReadRegistersAgain() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b");
        world.ensemble.takesAtMost(1024 * KIB, 64 * KIB);
        String before = nodeOf("a");
        world.overwrite(before, new byte[100 * KIB]);
        world.seconds(20);

        ordersRun();
        assertThat(nodeOf("a")).isNotEqualTo(before);
        assertThat(suspensions(a)).isLessThan(10);
        assertThat(suspensions(b)).isLessThan(10);
        assertThat(a.events(RegistryTrouble.class))
                .extracting(RegistryTrouble::what)
                .containsOnlyOnce(
                        "The node of this instance cannot be read: the connection was lost before the registry"
                                + " answered, each time that it was asked for alone; perhaps it is longer than an answer may be");
    }

    @Test
    void anInstanceWhoseOwnNodeIsMadeTooLongAgainAndAgainDoesNotRegisterWithoutEnd() {
        Process a = world.start("a", ORDERS);
        world.ensemble.takesAtMost(1024 * KIB, 64 * KIB);
        for (int minutes = 0; minutes < 5; minutes++) {
            for (int seconds = 0; seconds < 60; seconds += 5) {
                world.overwrite(nodeOf("a"), new byte[100 * KIB]);
                world.seconds(5);
            }
        }
        assertThat(a.events(InstanceRegistered.class)).hasSizeBetween(3, 12);
        assertThat(suspensions(a)).isLessThan(150);

        world.seconds(120);
        ordersRun();
    }

    private String nodeOf(String process) {
        return world.ensemble.children("/test/instances").stream()
                .filter(id -> id.startsWith(process + "."))
                .map(id -> "/test/instances/" + id)
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/test", "/test/jobs", "/test/shards", "/test/instances"})
    void aFolderThatIsTooLongToBeReadHoldsUpNothing(String folder) {
        Process a = world.start("a", ORDERS);
        world.ensemble.takesAtMost(1024 * KIB, 64 * KIB);
        world.overwrite(folder, new byte[100 * KIB]);
        world.seconds(20);
        ordersRun();
        Process b = world.start("b");
        world.seconds(20);
        ordersRun();
        assertThat(b.view().jobs()).containsKey("orders");
        assertThat(b.events(ValueUnreadable.class))
                .extracting(ValueUnreadable::path)
                .containsExactly(folder);
        int before = suspensions(a);
        world.seconds(300);
        ordersRun();
        assertThat(suspensions(a) - before).isLessThan(8);
        assertThat(a.events(RegistryDataLost.class)).isEmpty();

        world.overwrite(folder, new byte[0]);
        world.seconds(1_100);
        world.ensemble.deleteTree("/test/shards");
        world.seconds(20);
        ordersRun();
        assertThat(a.events(RegistryDataLost.class)).hasSize(1);
    }

    @Test
    void aRecordThatIsTooLongToBeReadCostsItsShardAlone() {
        Process a = world.start("a", ORDERS);
        world.seconds(2);
        a.kill();
        String folder = world.ensemble.children("/test/shards").get(0);
        world.overwrite("/test/shards/" + folder + "/1", new byte[100 * KIB]);
        world.ensemble.takesAtMost(1024 * KIB, 64 * KIB);

        Process b = world.start("b", ORDERS);
        world.seconds(20);

        Instant last = Instant.ofEpochSecond(world.time.now().getEpochSecond());
        assertThat(world.ran("orders", last)).isEqualTo("b:0");
        assertThat(b.events(ValueUnreadable.class))
                .extracting(ValueUnreadable::path)
                .contains("/test/shards/" + folder + "/1");

        world.ensemble.takesAtMost(1024 * KIB, 1024 * KIB);
        world.seconds(600);
        last = Instant.ofEpochSecond(world.time.now().getEpochSecond());
        assertThat(world.ran("orders", last)).isEqualTo("b:0 b:1");
    }

    @Test
    void aTriggerThatIsTooLongToBeReadHoldsUpNothing() {
        Process a = world.start("a", ORDERS);
        world.seconds(2);
        a.kill();
        world.create(Map.of("/test/jobs/orders/trigger-0000000000", new byte[100 * KIB]));
        world.ensemble.takesAtMost(1024 * KIB, 64 * KIB);

        Process b = world.start("b", ORDERS);
        world.seconds(20);

        Instant last = Instant.ofEpochSecond(world.time.now().getEpochSecond());
        assertThat(world.ran("orders", last)).isEqualTo("b:0 b:1");
        assertThat(b.events(ValueUnreadable.class))
                .extracting(ValueUnreadable::path)
                .containsOnly("/test/jobs/orders/trigger-0000000000");
    }

    /** The records of a job, each of such a length, whose only instance has left; they take 12 MiB together. */
    private void leaveRecords(int length) {
        Process mail = world.startOf("mail", "mail", wide());
        world.seconds(2);
        mail.leave();
        world.settle();
        String folder = records();
        for (String shard : world.ensemble.children(folder)) {
            ShardRecord record = world.record("wide", Integer.parseInt(shard));
            world.overwrite(folder + "/" + shard, ShardRecordCodec.encode(record.withCheckpoint("x".repeat(length))));
        }
    }

    private String records() {
        return world.ensemble.children("/test/shards").stream()
                .filter(name -> name.startsWith("wide@"))
                .map(name -> "/test/shards/" + name)
                .findFirst()
                .orElseThrow();
    }

    private static JobDefinition wide() {
        return JobDefinition.named("wide")
                .every(Duration.ofSeconds(1))
                .shards(60)
                .build();
    }

    @Test
    void aJobWhoseRecordsAreTooLongForOneAnswerIsShownInPortionsAndCostsNoConnectionAgain() {
        leaveRecords(200 * KIB);
        Process a = world.start("a", ORDERS);
        world.seconds(2);
        world.ensemble.takesAtMost(1024 * KIB, 9 * KIB * KIB);

        assertThat(refusal(a.engine.job("wide")))
                .as("all at once were too long")
                .isNotNull();
        world.seconds(3);
        for (int i = 0; i < 5; i++) {
            assertThat(a.detail("wide").orElseThrow().shards())
                    .hasSize(60)
                    .allSatisfy(shard -> assertThat(shard.record().checkpoint()).hasSize(200 * KIB));
        }
        assertThat(suspensions(a)).isEqualTo(1);
        ordersRun();
    }

    @Test
    void aRecordThatIsTooLongToBeReadIsMissingAloneWhereItsJobIsShown() {
        leaveRecords(1);
        Process a = world.start("a", ORDERS);
        world.seconds(2);
        world.overwrite(records() + "/7", new byte[100 * KIB]);
        world.ensemble.takesAtMost(1024 * KIB, 64 * KIB);
        for (int i = 0; i < 12; i++) {
            a.engine.job("wide");
            world.seconds(4);
        }

        assertThat(a.detail("wide").orElseThrow().shards()).hasSize(60).allSatisfy(shard -> {
            boolean isLong = shard.shard() == 7;
            assertThat(shard.unreadable() != null).isEqualTo(isLong);
            assertThat(shard.record().checkpoint() == null).isEqualTo(isLong);
        });
        assertThat(a.events(ValueUnreadable.class)).singleElement().satisfies(told -> {
            assertThat(told.path()).endsWith("/7");
            assertThat(told.consequence()).isEqualTo("nothing can be shown of the shard");
        });
    }

    @Test
    void aJobWhoseRecordsAreTooLongForOneAnswerIsForgottenAllTheSame() {
        Process leader = world.startForgetting("a", Duration.ofHours(2), ORDERS);
        leaveRecords(200 * KIB);
        world.ensemble.takesAtMost(1024 * KIB, 9 * KIB * KIB);
        world.startOf(
                "mail",
                "next",
                JobDefinition.named("letters").every(Duration.ofMinutes(1)).build());
        world.time.pass(Duration.ofHours(4));

        assertThat(world.ensemble.children("/test/jobs")).doesNotContain("wide");
        assertThat(leader.events(ElasticJobEvent.JobForgotten.class)).hasSize(1);
    }

    // ---- Requests -------------------------------------------------------------------------------------------------

    @Test
    void aSettingThatTakesTooManyBytesIsRefusedInWordsAndNothingIsSent() {
        Process a = world.start("a", ORDERS);

        Throwable refused = refusal(a.engine
                .operations()
                .configure("orders", Map.of(JobKey.SHARDING_ITEM_PARAMETERS, "0=" + "\u0001".repeat(150_000)), ANN));

        assertThat(refused).isInstanceOf(InvalidSettingException.class);
        assertThat(refused.getMessage()).contains("orders.shardingItemParameters", "524288", "six");
        assertThat(suspensions(a)).isZero();
        ordersRun();
    }

    @Test
    void aJobThatIsStoredAndLongerThanIsAcceptedTodayIsReadAndCanBeChanged() {
        Process a = world.start("a", ORDERS);
        world.create(Map.of("/test/jobs/old", longest("old")));
        world.seconds(2);

        assertThat(a.view().jobs()).containsKey("old");
        world.now(a.engine.operations().disable("old", JobPart.WHOLE_JOB, ANN));
        assertThat(refusal(a.engine
                        .operations()
                        .configure("old", Map.of(JobKey.JOB_PARAMETER, "\u4e2d".repeat(50_000)), ANN)))
                .hasMessageContaining("too long");
        world.now(a.engine.operations().configure("old", Map.of(JobKey.SHARDING_ITEM_PARAMETERS, "0=short"), ANN));
        world.seconds(1);
        assertThat(a.view()
                        .jobs()
                        .get("old")
                        .stored()
                        .overrides()
                        .get(JobKey.SHARDING_ITEM_PARAMETERS)
                        .value())
                .isEqualTo("0=short");
    }

    /** Three bytes each, of the most characters that a job may have. */
    private static byte[] longest(String name) {
        Map<JobKey, String> settings =
                Map.of(JobKey.HANDLER, "orders", JobKey.SHARDING_ITEM_PARAMETERS, "0=" + "\u4e2d".repeat(190_000));
        return StoredJobCodec.encode(StoredJob.made(name, settings, ANN, Instant.parse("2026-01-01T00:00:00Z")));
    }

    @Test
    void moreSwitchesThanAJobHasRoomForAreRefusedInWords() {
        JobDefinition wide = JobDefinition.named("wide").shards(10_000).build();
        Process a = world.start("a", ORDERS, wide);
        Operator wordy = new Operator("ann", "w".repeat(200));
        StoredJob stored = StoredJob.declared(wide, "shop", world.time.now());
        for (int i = 0; i < 1_700; i++) {
            stored = stored.switched(new JobPart.Shard(i), false, wordy, world.time.now(), Duration.ZERO);
        }
        world.overwrite("/test/jobs/wide", StoredJobCodec.encode(stored));
        Throwable refused = null;
        for (int i = 1_700; i < 3_000 && refused == null; i++) {
            CompletionStage<Void> one = a.engine.operations().disable("wide", new JobPart.Shard(i), wordy);
            if (!world.isDone(one)) {
                refused = refusal(one);
            }
        }

        assertThat(refused).isInstanceOf(InvalidSettingException.class);
        assertThat(refused.getMessage()).contains("wide.switches", "524288");
        assertThat(suspensions(a)).isZero();
        ordersRun();
    }

    @Test
    void aJobIsRemovedWithTensOfThousandsOfTriggersThatWait() {
        JobDefinition idle = JobDefinition.named("idle").build();
        Process a = world.start("a", ORDERS, idle);
        world.now(a.engine.operations().disable("idle", JobPart.WHOLE_JOB, ANN));
        Map<String, byte[]> nodes = new LinkedHashMap<>();
        IntStream.range(0, 24_000).forEach(i -> nodes.put("/test/jobs/idle/trigger-%010d".formatted(i), trigger(i)));
        world.create(nodes);
        world.seconds(3);

        world.now(a.engine.operations().remove("idle", ANN));

        assertThat(world.ensemble.node("/test/jobs/idle")).isInstanceOf(Read.Absent.class);
        assertThat(suspensions(a)).isZero();
        ordersRun();
    }

    private static byte[] trigger(int i) {
        return TriggerCodec.encode(new Trigger(
                i,
                Instant.EPOCH,
                "r-" + i,
                new Trigger.Content(new TreeSet<>(Set.of(0)), 1, null, null),
                false,
                ANN,
                Map.of()));
    }

    @Test
    void whereAServerTakesLessDeclarationsAreCutAndOneThatIsTooLongAloneIsRefusedInWords() {
        world.ensemble.takesAtMost(150 * KIB, 40 * KIB * KIB);
        JobDefinition[] jobs = new JobDefinition[102];
        jobs[0] = ORDERS;
        jobs[1] = JobDefinition.named("long")
                .set(JobKey.SHARDING_ITEM_PARAMETERS, "0=" + "x".repeat(180 * KIB))
                .build();
        IntStream.range(2, jobs.length)
                .forEach(i -> jobs[i] = JobDefinition.named("job-" + i)
                        .set(JobKey.SHARDING_ITEM_PARAMETERS, "0=" + "x".repeat(5 * KIB))
                        .build());

        Process a = world.start("a", jobs);
        world.seconds(40);

        ordersRun();
        assertThat(world.ensemble.children("/test/jobs")).hasSize(101).doesNotContain("long");
        assertThat(a.events(JobRefused.class)).singleElement().satisfies(told -> {
            assertThat(told.job()).isEqualTo("long");
            assertThat(told.reason()).contains("jute.maxbuffer");
        });
        int before = suspensions(a);
        world.seconds(300);
        ordersRun();
        assertThat(suspensions(a)).as("it is not tried without end").isEqualTo(before);
    }

    @Test
    void whereAServerTakesLessAnOperationIsGivenUpInWords() {
        Process a = world.start("a", ORDERS);
        world.ensemble.takesAtMost(100 * KIB, 40 * KIB * KIB);

        Throwable refused = refusal(a.engine
                .operations()
                .configure("orders", Map.of(JobKey.SHARDING_ITEM_PARAMETERS, "0=" + "x".repeat(180 * KIB)), ANN));

        assertThat(refused).hasMessageContaining("jute.maxbuffer");
        int before = suspensions(a);
        world.seconds(120);
        assertThat(suspensions(a)).isEqualTo(before);
        ordersRun();
    }

    @Test
    void anInstanceWithAHundredThousandHandlersRegistersAndIsUnderstoodByOthers() {
        Process a = world.start("a", ORDERS);
        JobDefinition[] many = IntStream.range(0, 100_000)
                .mapToObj(i -> JobDefinition.named("nightly-report-number-" + i).build())
                .toArray(JobDefinition[]::new);
        Instance large = new Instance(
                "b.1",
                "b",
                "shop",
                Map.of(),
                new Instance.Process("host", 1, 7, world.time.now(), ""),
                new Instance.Repertoire(names(many), names(many), Set.of()),
                Instance.Availability.UP);
        byte[] data = InstanceCodec.encode(large);
        assertThat(data.length).isLessThan(1_000_000);
        world.create(Map.of("/test/instances/b.1", data));
        world.seconds(1);

        assertThat(a.view().instances().get("b.1").instance()).isEqualTo(large);
        assertThat(suspensions(a)).isZero();
    }

    private static Set<String> names(JobDefinition... jobs) {
        Set<String> names = new TreeSet<>();
        for (JobDefinition job : jobs) {
            names.add(job.name());
        }
        return names;
    }

    @Test
    void anInstanceWhoseNamesFitIntoNoNodeIsRefusedAtTheStart() {
        java.util.Random random = new java.util.Random(7);
        JobDefinition[] many = IntStream.range(0, 30_000)
                .mapToObj(i -> JobDefinition.named(random.ints(60, 'a', 'z')
                                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                                .toString())
                        .build())
                .toArray(JobDefinition[]::new);

        assertThatThrownBy(() -> world.start("a", many))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("30000 names")
                .hasMessageContaining("1000000");
    }

    @Test
    void namesThatInflateWithoutEndAreNotInflated() throws Exception {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        try (var deflating = new java.util.zip.DeflaterOutputStream(bytes)) {
            byte[] zeros = new byte[KIB * KIB];
            for (int i = 0; i < 100; i++) {
                deflating.write(zeros);
            }
        }
        String names = java.util.Base64.getEncoder().encodeToString(bytes.toByteArray());
        Process a = world.start("a", ORDERS);
        world.create(Map.of(
                "/test/instances/bomb",
                ("{\"format\":2,\"names\":\"" + names + "\"}").getBytes(StandardCharsets.UTF_8)));

        ordersRun();
        assertThat(a.events(ValueUnreadable.class)).singleElement().satisfies(told -> {
            assertThat(told.path()).isEqualTo("/test/instances/bomb");
            assertThat(told.reason()).contains("more than");
        });
    }
}
