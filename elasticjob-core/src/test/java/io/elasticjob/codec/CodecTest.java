package io.elasticjob.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.Setting;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.Chain;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123Z");

    @Test
    void aRecordComesBackAsItWas() {
        ShardRecord running = ShardRecord.NEW
                .decidedThrough(NOON)
                .claimed(new Firing.Scheduled(NOON.plusSeconds(5)), "host-1.x", 2, 1, NOON);
        ShardRecord triggered = ShardRecord.NEW.claimed(new Firing.Triggered(12), "host-1.x", 1, 0, NOON);
        ShardRecord failed = running.completed(new Outcome.Failed("\"quoted\" Ärger\n"), NOON.plusSeconds(5), NOON);

        ShardRecord noted = running.withCheckpoint("page 7 of \"Ärger\"\n\u0000 \uD83D\uDE00");

        for (ShardRecord record :
                new ShardRecord[] {ShardRecord.NEW, running, triggered, failed, noted, running.withToken(42)}) {
            assertThat(ShardRecordCodec.decode(ShardRecordCodec.encode(record))).isEqualTo(new Decoded.Value<>(record));
        }
    }

    @Test
    void theStoredFormOfATriggerIsTheOneThatOtherVersionsRead() {
        Trigger trigger = new Trigger(
                7,
                NOON,
                "r-1",
                new Trigger.Content(new TreeSet<>(Set.of(0, 2)), 3, "Ärger", null),
                true,
                new Operator("ann", "month end"),
                Map.of("mood", "good"));

        assertThat(new String(TriggerCodec.encode(trigger), StandardCharsets.UTF_8))
                .isEqualTo("{\"format\":1,\"request\":\"r-1\",\"shards\":[0,2],\"of\":3,\"parameter\":\"Ärger\","
                        + "\"forced\":true,\"who\":\"ann\",\"why\":\"month end\",\"mood\":\"good\"}");
        assertThat(TriggerCodec.decode(7, NOON, TriggerCodec.encode(trigger))).isEqualTo(new Decoded.Value<>(trigger));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"format\":1,\"request\":\"r\",\"shards\":[],\"of\":3,\"who\":\"\",\"why\":\"\"}",
                "{\"format\":1,\"request\":\"r\",\"shards\":[3],\"of\":3,\"who\":\"\",\"why\":\"\"}",
                "{\"format\":1,\"request\":\"r\",\"shards\":[-1],\"of\":3,\"who\":\"\",\"why\":\"\"}",
                "{\"format\":1,\"request\":\"r\",\"shards\":[\"x\"],\"of\":3,\"who\":\"\",\"why\":\"\"}",
                "{\"format\":1,\"request\":\"r\",\"shards\":[0],\"of\":3,\"who\":\"two\\nlines\",\"why\":\"\"}"
            })
    void aTriggerThatMakesNoSenseIsBroken(String stored) {
        assertThat(TriggerCodec.decode(0, NOON, utf8(stored))).isInstanceOf(Decoded.Broken.class);
    }

    @Test
    void whatOperatorsSetOfAJobComesBackAsItWas() {
        Operator ann = new Operator("ann", "why");
        StoredJob job = StoredJob.made(
                        "report", Map.of(JobKey.HANDLER, "orders", JobKey.AT, "2027-01-01T00:00:00Z"), ann, NOON)
                .switched(new JobPart.Shard(0), false, ann, NOON, Duration.ZERO)
                .switched(new JobPart.OnInstance("host-1"), false, ann, NOON, Duration.ZERO);

        assertThat(StoredJobCodec.decode("report", StoredJobCodec.encode(job))).isEqualTo(new Decoded.Value<>(job));
    }

    /** Written by a version whose kinds of handlers bring keys that this one has never heard of. */
    private static final String OF_A_LATER_VERSION = "{'format':1,'application':'shop','since':'2026-03-01T12:00:00Z',"
            + "'shards':{'count':2},'declared':{'CODE':{'every':'PT2S','shardingTotalCount':'2','retries':'3'},"
            + "'PROPERTIES':{'httpTarget':'billing'}},'overrides':{'retryDelay':{'value':'s3cret','who':'ann',"
            + "'when':'2026-03-01T12:00:00Z','why':'slower'}},'calendar':'kept'}";

    @Test
    void settingsThatOnlyALaterVersionKnowsAreKeptThroughEachChange() {
        StoredJob read = value(StoredJobCodec.decode("orders", utf8(OF_A_LATER_VERSION.replace('\'', '"'))));
        StoredJob changed = read.switched(new JobPart.Shard(1), false, new Operator("ann", ""), NOON, Duration.ZERO)
                .undeclared(NOON)
                .transferred("till");

        assertThat(StoredJobCodec.decode("orders", StoredJobCodec.encode(read))).isEqualTo(new Decoded.Value<>(read));
        StoredJob after = value(StoredJobCodec.decode("orders", StoredJobCodec.encode(changed)));
        assertThat(after.declared()).isEqualTo(read.declared()).hasSize(4);
        assertThat(after.overrides()).isEqualTo(read.overrides()).hasSize(1);
        assertThat(after.declared().get(JobKey.stored("httpTarget")))
                .isEqualTo(new Setting("billing", Setting.Source.PROPERTIES));
    }

    @Test
    void aJobWithASettingThatOnlyALaterVersionKnowsIsNoneForThisOne() {
        StoredJob read = value(StoredJobCodec.decode("orders", utf8(OF_A_LATER_VERSION.replace('\'', '"'))));

        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(read::effective)
                .withMessageContaining("orders.httpTarget")
                .withMessageContaining("does not know");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() ->
                        read.configured(Map.of(JobKey.FAILOVER, "true"), new Operator("ann", ""), NOON, Duration.ZERO))
                .withMessageContaining("does not know");
        assertThat(read.toString()).doesNotContain("s3cret").doesNotContain("billing");
    }

    @Test
    void aSourceOfSettingsThatOnlyALaterVersionKnowsIsLeftToIt() {
        String stored = OF_A_LATER_VERSION.replace("PROPERTIES", "TEMPLATE").replace('\'', '"');

        assertThat(StoredJobCodec.decode("orders", utf8(stored)))
                .isEqualTo(new Decoded.Newer<>("\"declared\" is \"TEMPLATE\", which only a later version may know"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Retries", "re tries", "re/tries", "../up", "_x"})
    void whatCanBeNoKeyOfAnyVersionIsBroken(String key) {
        String stored = OF_A_LATER_VERSION.replace("httpTarget", key).replace('\'', '"');

        assertThat(StoredJobCodec.decode("orders", utf8(stored))).isInstanceOf(Decoded.Broken.class);
    }

    @Test
    void aDrainedInstanceComesBackAsItWas() {
        Instance drained = new Instance(
                        "a.1",
                        "a",
                        "shop",
                        Map.of(),
                        new Instance.Process("host", 7, 3, NOON, "1.0"),
                        new Instance.Repertoire(Set.of("orders"), Set.of(), Set.of()),
                        Instance.Availability.UP)
                .withState(Instance.State.DRAINING, new Instance.Drain("ann", NOON, "disk"));

        assertThat(InstanceCodec.decode("a.1", 3, InstanceCodec.encode(drained)))
                .isEqualTo(new Decoded.Value<>(drained));
    }

    @Test
    void theStoredFormOfARecordIsTheOneThatOtherVersionsRead() {
        ShardRecord running = ShardRecord.NEW.claimed(new Firing.Scheduled(NOON), "host-1.x", 1, 0, NOON.plusMillis(4));

        assertThat(new String(ShardRecordCodec.encode(running), StandardCharsets.UTF_8))
                .isEqualTo("{\"format\":1,\"state\":\"RUNNING\",\"firing\":\"2026-03-01T12:00:00.123Z\","
                        + "\"owner\":\"host-1.x\",\"attempt\":1,\"startedAt\":\"2026-03-01T12:00:00.127Z\"}");
    }

    @Test
    void theStoredFormOfACheckpointIsTheOneThatOtherVersionsRead() {
        ShardRecord noted = ShardRecord.NEW.withCheckpoint("page 7");

        assertThat(new String(ShardRecordCodec.encode(noted), StandardCharsets.UTF_8))
                .isEqualTo("{\"format\":1,\"state\":\"IDLE\",\"checkpoint\":\"page 7\"}");
    }

    @Test
    void anErrorMessageThatIsNoTextCanBeRecordedAllTheSame() {
        String half = "\uD83D";
        String cut = "x".repeat(Outcome.MAX_ERROR_LENGTH - 1) + "\uD83D\uDE00";

        for (String error : new String[] {"a" + half + "b", cut}) {
            ShardRecord failed = ShardRecord.NEW
                    .claimed(new Firing.Scheduled(NOON), "a", 1, 0, NOON)
                    .completed(new Outcome.Failed(error), NOON, NOON);
            assertThat(value(ShardRecordCodec.decode(ShardRecordCodec.encode(failed)))
                            .error())
                    .contains("\uFFFD");
        }
    }

    @Test
    void aFieldOfALaterVersionIsKeptThroughAWrite() {
        byte[] stored = utf8("{\"format\":1,\"state\":\"IDLE\",\"mood\":{\"is\":[\"good\",1,true,0.5]}}");

        ShardRecord record = value(ShardRecordCodec.decode(stored));
        String written = new String(
                ShardRecordCodec.encode(record.claimed(new Firing.Triggered(0), "a", 1, 0, NOON)),
                StandardCharsets.UTF_8);

        assertThat(written).contains("\"mood\":{\"is\":[\"good\",1,true,0.5]}");
    }

    @Test
    void whatRunsAPastFiringAgainIsLeftAloneByVersionsThatDoNotKnowThat() {
        Firing.Past past = new Firing.Past(new Firing.Scheduled(NOON), NOON);
        Firing again = new Firing.Triggered(7, past);
        ShardRecord running = ShardRecord.NEW.claimed(again, "host-1.x", 4, 0, NOON);
        ShardRecord done = running.completed(new Outcome.Succeeded(), NOON, NOON);
        Trigger trigger = new Trigger(
                7,
                NOON,
                "rerun-r-0",
                new Trigger.Content(
                        new TreeSet<>(Set.of(0, 2)),
                        3,
                        null,
                        null,
                        null,
                        Chain.NONE,
                        new Trigger.Rerun(past, new TreeMap<>(Map.of(0, 3, 2, 1)), true)),
                false,
                new Operator("ann", ""),
                Map.of());

        assertThat(new String(ShardRecordCodec.encode(running), StandardCharsets.UTF_8))
                .startsWith("{\"format\":3,");
        assertThat(new String(ShardRecordCodec.encode(done), StandardCharsets.UTF_8))
                .startsWith("{\"format\":1,");
        assertThat(new String(TriggerCodec.encode(trigger), StandardCharsets.UTF_8))
                .startsWith("{\"format\":4,");
        for (ShardRecord record : new ShardRecord[] {running, done}) {
            ShardRecord read = value(ShardRecordCodec.decode(ShardRecordCodec.encode(record)));
            assertThat(read).isEqualTo(record);
            assertThat(read.firing().identity()).isEqualTo(past.firing());
        }
        Trigger read = value(TriggerCodec.decode(7, NOON, TriggerCodec.encode(trigger)));
        assertThat(read).isEqualTo(trigger);
        assertThat(read.firing().identity()).isEqualTo(past.firing());
    }

    @Test
    void aLaterFormatIsToldFromGarbage() {
        assertThat(ShardRecordCodec.decode(utf8("{\"format\":4,\"state\":\"FLYING\"}")))
                .isEqualTo(new Decoded.Newer<>("format 4 is a later version's"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLYING", "PLANNING", "CANCELLED_2"})
    void aStateThatOnlyALaterVersionKnowsIsLeftToIt(String state) {
        assertThat(ShardRecordCodec.decode(utf8("{\"format\":1,\"state\":\"" + state + "\"}")))
                .isEqualTo(new Decoded.Newer<>("\"state\" is \"" + state + "\", which only a later version may know"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"format\":1,\"state\":\"RUNNING\",\"owner\":\"a\"}",
                "{\"format\":1,\"state\":\"RUNNING\",\"firing\":\"trigger-1\"}",
                "{\"format\":1,\"state\":\"DONE\",\"firing\":\"trigger-1\"}",
                "{\"format\":1,\"state\":\"IDLE\",\"owner\":\"a\"}",
                "{\"format\":1,\"state\":\"DONE\"}"
            })
    void aFiringHasAnOwnerAndAnOwnerAFiring(String stored) {
        assertThat(ShardRecordCodec.decode(utf8(stored))).isInstanceOf(Decoded.Broken.class);
    }

    @Test
    void onlyWhatRunsHasAnOwner() {
        ShardRecord running = ShardRecord.NEW.claimed(new Firing.Scheduled(NOON), "host-1.x", 2, 1, NOON);

        assertThat(running.owner()).contains("host-1.x");
        for (ShardRecord over : new ShardRecord[] {
            running.givenBack(null), running.completed(new Outcome.Lost(), NOON, NOON), ShardRecord.NEW
        }) {
            assertThat(over.owner()).isEmpty();
            assertThatIllegalStateException().isThrownBy(() -> over.completed(new Outcome.Lost(), NOON, NOON));
            assertThatIllegalStateException().isThrownBy(() -> over.givenBack(null));
        }
        assertThat(running.givenBack(null).latest().map(ShardState.Attempt::owner))
                .contains("host-1.x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "[]",
                "{}",
                "{\"format\":\"one\"}",
                "{\"format\":1}",
                "{\"format\":1,\"state\":\"flying\"}",
                "{\"format\":1,\"state\":\"\"}",
                "{\"format\":1,\"state\":7}",
                "{\"format\":1,\"state\":\"RUNNING\"}",
                "{\"format\":1,\"state\":\"IDLE\",\"through\":\"yesterday\"}",
                "{\"format\":1,\"state\":\"IDLE\"} and more"
            })
    void whatNoVersionCanReadIsBrokenWithAReason(String stored) {
        assertThat(ShardRecordCodec.decode(utf8(stored)))
                .isInstanceOfSatisfying(
                        Decoded.Broken.class,
                        broken -> assertThat(broken.reason()).isNotBlank());
    }

    @Test
    void aJobComesBackAsItWas() {
        JobDefinition definition = JobDefinition.named("orders")
                .cron("0/5 * * * * ?", ZoneId.of("Europe/Berlin"))
                .set(JobKey.MISFIRE, new Setting("SKIP", Setting.Source.PROPERTIES))
                .build();
        StoredJob job = new StoredJob(
                "orders",
                "",
                new StoredJob.Settings(
                        "shop",
                        definition.settings(),
                        Map.of(JobKey.ENABLED, new StoredJob.Override("false", "ann", NOON, "stock-taking"))),
                NOON,
                ShardCount.always(3).changed(5, NOON.plusSeconds(5)).changed(4, NOON.plusSeconds(60)),
                StoredJob.Marks.NONE,
                Map.of("later", "kept"));

        assertThat(StoredJobCodec.decode("orders", StoredJobCodec.encode(job))).isEqualTo(new Decoded.Value<>(job));
        StoredJob born = job.born("k3x9");
        assertThat(StoredJobCodec.decode("orders", StoredJobCodec.encode(born))).isEqualTo(new Decoded.Value<>(born));
        assertThat(StoredJobCodec.decode("orders", StoredJobCodec.encode(job.born("a/b"))))
                .as("what would be no part of a name")
                .isInstanceOf(Decoded.Broken.class);
        StoredJob nobodys = job.undeclared(NOON);
        assertThat(StoredJobCodec.decode("orders", StoredJobCodec.encode(nobodys)))
                .isEqualTo(new Decoded.Value<>(nobodys));
    }

    @Test
    void parametersOfFiringsBeforeAChangeComeBackAndEarlierVersionsReadTheRest() {
        StoredJob job = StoredJob.declared(parametrised(3, "0=a,1=b,2=c", "of 3"), "shop", NOON)
                .redeclared(parametrised(2, "0=d,1=e", "of 2"), "shop", NOON.plusSeconds(1), Duration.ZERO);
        String stored = new String(StoredJobCodec.encode(job), StandardCharsets.UTF_8);

        assertThat(StoredJobCodec.decode("orders", StoredJobCodec.encode(job))).isEqualTo(new Decoded.Value<>(job));
        assertThat(stored)
                .contains("\"count\":3,\"changes\":{\"2026-03-01T12:00:05Z\":2}")
                .contains("\"first\":{")
                .contains("\"2\":\"c\"")
                .contains("\"job\":\"of 3\"");
    }

    @Test
    void aJobThatAnEarlierVersionStoredHasTheParametersThatAreSet() {
        String stored = "{\"format\":1,\"application\":\"shop\",\"since\":\"2026-03-01T12:00:00Z\","
                + "\"shards\":{\"count\":3,\"changes\":{\"2026-03-01T12:00:05Z\":5}},"
                + "\"declared\":{\"CODE\":{\"shardingTotalCount\":\"5\",\"shardingItemParameters\":\"0=a,4=e\"}}}";

        assertThat(StoredJobCodec.decode("orders", stored.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(Decoded.Value.class, read -> {
                    StoredJob job = (StoredJob) read.value();
                    assertThat(job.shardCount())
                            .isEqualTo(ShardCount.always(3).changed(5, Instant.parse("2026-03-01T12:00:05Z")));
                    assertThat(job.shardCount().parametersAt(NOON)).isEmpty();
                });
    }

    private static JobDefinition parametrised(int shards, String parameters, String ofJob) {
        return JobDefinition.named("orders")
                .every(Duration.ofSeconds(5))
                .shards(shards)
                .set(JobKey.SHARDING_ITEM_PARAMETERS, parameters)
                .set(JobKey.JOB_PARAMETER, ofJob)
                .build();
    }

    @Test
    void theStoredFormOfAJobIsTheOneThatOtherVersionsRead() {
        StoredJob job = new StoredJob(
                "orders",
                new StoredJob.Settings(
                        "shop",
                        JobDefinition.named("orders").shards(3).build().settings(),
                        Map.of(JobKey.ENABLED, new StoredJob.Override("false", "ann", NOON, "stock-taking"))),
                NOON,
                ShardCount.always(3).changed(5, NOON.plusSeconds(5)));

        assertThat(new String(StoredJobCodec.encode(job), StandardCharsets.UTF_8))
                .isEqualTo("{\"format\":1,\"application\":\"shop\",\"since\":\"2026-03-01T12:00:00.123Z\","
                        + "\"shards\":{\"count\":3,\"changes\":{\"2026-03-01T12:00:05.123Z\":5}},"
                        + "\"declared\":{\"CODE\":{\"shardingTotalCount\":\"3\"}},"
                        + "\"overrides\":{\"enabled\":{\"value\":\"false\",\"who\":\"ann\","
                        + "\"when\":\"2026-03-01T12:00:00.123Z\",\"why\":\"stock-taking\"}}}");
    }

    @Test
    void aJobThatUsesSomethingNewIsStoredInAFormatThatEarlierVersionsLeaveAlone() {
        StoredJob job = StoredJob.declared(
                JobDefinition.named("orders").set(JobKey.LABELS, "disk!=hdd").build(), "shop", NOON);

        byte[] stored = StoredJobCodec.encode(job);

        assertThat(new String(stored, StandardCharsets.UTF_8)).startsWith("{\"format\":2,");
        assertThat(StoredJobCodec.decode("orders", stored)).isEqualTo(new Decoded.Value<>(job));
        assertThat(StoredJobCodec.decode("orders", utf8("{\"format\":3}"))).isInstanceOf(Decoded.Newer.class);
    }

    @Test
    void anInstanceThatDoesNotSayWhichJobsItReadsReadsThoseOfTheFirstFormat() {
        String stored =
                "{\"format\":1,\"name\":\"a\",\"application\":\"shop\",\"host\":\"h\",\"pid\":1,\"state\":\"UP\","
                        + "\"startedAt\":\"2026-03-01T12:00:00Z\",\"version\":\"\",\"labels\":{},\"strategies\":[],\"handlers\":[]}";

        Instance earlier = value(InstanceCodec.decode("a", 7, utf8(stored)));

        assertThat(earlier.repertoire().jobFormat()).isEqualTo(1);
        assertThat(new String(InstanceCodec.encode(earlier), StandardCharsets.UTF_8))
                .doesNotContain("jobFormat");
    }

    @Test
    void anInstanceComesBackAsItWas() {
        Instance instance = new Instance(
                "host-1.x",
                "host-1",
                "shop",
                Map.of("disk", "ssd"),
                new Instance.Process("host", 42, 99, NOON, "1.0"),
                new Instance.Repertoire(Set.of("orders", "bills"), Set.of("orders"), Set.of("mine")),
                new Instance.Availability(Instance.State.DRAINING, null));

        assertThat(InstanceCodec.decode("host-1.x", 7, InstanceCodec.encode(instance)))
                .isEqualTo(new Decoded.Value<>(instance));
    }

    @Test
    void anInstanceWithAWrongClockComesBackAsItWas() {
        for (Duration step : new Duration[] {null, Duration.ofHours(-1)}) {
            Instance instance = new Instance(
                    "a",
                    "a",
                    "shop",
                    Map.of(),
                    new Instance.Process("host", 1, 7, NOON, "", new Instance.Clock(Duration.ofMillis(-61_001), step)),
                    new Instance.Repertoire(Set.of("x"), Set.of("x"), Set.of()),
                    Instance.Availability.UP);

            assertThat(InstanceCodec.decode("a", 7, InstanceCodec.encode(instance)))
                    .isEqualTo(new Decoded.Value<>(instance));
        }
    }

    @Test
    void aFirstRegistrationIsItsOwnOrderOfStart() {
        Instance first = new Instance(
                "a",
                "a",
                "shop",
                Map.of(),
                new Instance.Process("host", 1, 0, NOON, ""),
                new Instance.Repertoire(Set.of("x"), Set.of("x"), Set.of()),
                Instance.Availability.UP);

        assertThat(value(InstanceCodec.decode("a", 7, InstanceCodec.encode(first)))
                        .startedOrder())
                .isEqualTo(7);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static <T> T value(Decoded<T> decoded) {
        assertThat(decoded).isInstanceOf(Decoded.Value.class);
        return ((Decoded.Value<T>) decoded).value();
    }
}
