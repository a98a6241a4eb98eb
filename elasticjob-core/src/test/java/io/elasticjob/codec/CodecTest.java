package io.elasticjob.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.Scope;
import io.elasticjob.Setting;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Set;
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
                new ShardRecord[] {ShardRecord.NEW, running, triggered, failed, noted, failed.withToken(42)}) {
            assertThat(ShardRecordCodec.decode(ShardRecordCodec.encode(record))).isEqualTo(new Decoded.Value<>(record));
        }
    }

    @Test
    void theStoredFormOfATriggerIsTheOneThatOtherVersionsRead() {
        Trigger trigger = new Trigger(
                7,
                NOON,
                "r-1",
                new TreeSet<>(Set.of(0, 2)),
                3,
                "Ärger",
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
                .switched(new Scope.Shard(0), false, ann, NOON, Duration.ZERO)
                .switched(new Scope.OnInstance("host-1"), false, ann, NOON, Duration.ZERO);

        assertThat(StoredJobCodec.decode("report", StoredJobCodec.encode(job))).isEqualTo(new Decoded.Value<>(job));
    }

    @Test
    void aDrainedInstanceComesBackAsItWas() {
        Instance drained = new Instance(
                        "a.1",
                        "a",
                        "shop",
                        "host",
                        7,
                        Map.of(),
                        Set.of("orders"),
                        Set.of(),
                        Set.of(),
                        Instance.State.UP,
                        3,
                        NOON,
                        "1.0")
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
            ShardRecord failed = ShardRecord.NEW.completed(new Outcome.Failed(error), NOON, NOON);
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
    void aLaterFormatIsToldFromGarbage() {
        assertThat(ShardRecordCodec.decode(utf8("{\"format\":2,\"state\":\"FLYING\"}")))
                .isEqualTo(new Decoded.Newer<>(2));
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
                "{\"format\":1,\"state\":\"FLYING\"}",
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
                "shop",
                definition.settings(),
                Map.of(JobKey.ENABLED, new StoredJob.Override("false", "ann", NOON, "stock-taking")),
                NOON,
                ShardCount.always(3).changed(5, NOON.plusSeconds(5)).changed(4, NOON.plusSeconds(60)),
                Map.of("later", "kept"));

        assertThat(StoredJobCodec.decode("orders", StoredJobCodec.encode(job))).isEqualTo(new Decoded.Value<>(job));
        StoredJob nobodys = job.undeclared(NOON);
        assertThat(StoredJobCodec.decode("orders", StoredJobCodec.encode(nobodys)))
                .isEqualTo(new Decoded.Value<>(nobodys));
    }

    @Test
    void theStoredFormOfAJobIsTheOneThatOtherVersionsRead() {
        StoredJob job = new StoredJob(
                "orders",
                "shop",
                JobDefinition.named("orders").shards(3).build().settings(),
                Map.of(JobKey.ENABLED, new StoredJob.Override("false", "ann", NOON, "stock-taking")),
                NOON,
                ShardCount.always(3).changed(5, NOON.plusSeconds(5)),
                Map.of());

        assertThat(new String(StoredJobCodec.encode(job), StandardCharsets.UTF_8))
                .isEqualTo("{\"format\":1,\"application\":\"shop\",\"since\":\"2026-03-01T12:00:00.123Z\","
                        + "\"shards\":{\"count\":3,\"changes\":{\"2026-03-01T12:00:05.123Z\":5}},"
                        + "\"declared\":{\"CODE\":{\"shardingTotalCount\":\"3\"}},"
                        + "\"overrides\":{\"enabled\":{\"value\":\"false\",\"who\":\"ann\","
                        + "\"when\":\"2026-03-01T12:00:00.123Z\",\"why\":\"stock-taking\"}}}");
    }

    @Test
    void anInstanceComesBackAsItWas() {
        Instance instance = new Instance(
                "host-1.x",
                "host-1",
                "shop",
                "host",
                42,
                Map.of("disk", "ssd"),
                Set.of("orders", "bills"),
                Set.of("orders"),
                Set.of("mine"),
                Instance.State.DRAINING,
                99,
                NOON,
                "1.0");

        assertThat(InstanceCodec.decode("host-1.x", 7, InstanceCodec.encode(instance)))
                .isEqualTo(new Decoded.Value<>(instance));
    }

    @Test
    void aFirstRegistrationIsItsOwnOrderOfStart() {
        Instance first = new Instance(
                "a",
                "a",
                "shop",
                "host",
                1,
                Map.of(),
                Set.of("x"),
                Set.of("x"),
                Set.of(),
                Instance.State.UP,
                0,
                NOON,
                "");

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
