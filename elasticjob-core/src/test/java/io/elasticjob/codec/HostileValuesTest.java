package io.elasticjob.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.Setting;
import io.elasticjob.ShardRecord;
import io.elasticjob.TriggerRequest;
import io.elasticjob.coordination.Cancel;
import io.elasticjob.coordination.Chain;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Homes;
import io.elasticjob.coordination.JoinRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Limit;
import io.elasticjob.coordination.Planned;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.coordination.TriggerProgress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.zookeeper.common.PathUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever writes to the registry may write anything: it is read as a value, or not, and harms nobody. */
class HostileValuesTest {

    private static final int ROUNDS = 20_000;
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123Z");
    private static final Layout LAYOUT = new Layout("shop");

    private static final Chain.Ancestor ANCESTOR =
            new Chain.Ancestor("orders", "life-1", new Firing.Scheduled(NOON), NOON);

    private static final List<byte[]> VALID = List.of(
            ShardRecordCodec.encode(ShardRecord.NEW),
            ShardRecordCodec.encode(ShardRecord.NEW
                    .claimed(new Firing.Scheduled(NOON), "host-1.x", 2, 1, NOON)
                    .withCheckpoint("page 7")),
            ShardRecordCodec.encode(ShardRecord.NEW
                    .claimed(new Firing.Triggered(3), "host-1.x", 1, 0, NOON)
                    .completed(new Outcome.Failed("no"), NOON, NOON)),
            StoredJobCodec.encode(job()),
            StoredJobCodec.encode(job().undeclared(NOON)),
            StoredJobCodec.encode(StoredJob.made(
                            "orders", Map.of(JobKey.AT, "2027-01-01T00:00:00Z"), new Operator("ann", "once"), NOON)
                    .switched(new JobPart.Shard(0), false, Operator.UNKNOWN, NOON, Duration.ZERO)
                    .switched(new JobPart.OnInstance("host-1"), false, Operator.UNKNOWN, NOON, Duration.ZERO)),
            TriggerCodec.encode(new Trigger(
                    7,
                    NOON,
                    "r-1",
                    new Trigger.Content(new TreeSet<>(Set.of(0, 2)), 3, "2026-10", null),
                    true,
                    new Operator("ann", "month end"),
                    Map.of())),
            FiringRecordCodec.encode(FiringRecord.NEW
                    .opened(
                            new FiringRecord.Whole(
                                    new Firing.Triggered(7), NOON, 3, new TreeSet<>(Set.of(0, 2)), NOON, 4),
                            new FiringRecord.Open())
                    .closed(
                            new FiringRecord.Closed(
                                    FiringResult.FAILED,
                                    new TreeMap<>(Map.of("FAILED", 1, "SKIPPED", 1)),
                                    NOON,
                                    "host-1.x",
                                    false),
                            NOON)),
            LimitCodec.encode(new Limit(3, 7)),
            HomesCodec.encode(new Homes(new TreeMap<>(Map.of(0, "host-1", 1, "host-2")), Map.of())),
            PlannedCodec.encode(
                    new Planned(TriggerRequest.of("orders").withId("r-1"), NOON, NOON, List.of(), null, 0, Map.of()),
                    "mark-1"),
            PlannedCodec.encode(
                    new Planned(
                            TriggerRequest.of("orders").withId("r-2"),
                            NOON,
                            null,
                            List.of(NOON.minusSeconds(9), NOON),
                            null,
                            1,
                            Map.of()),
                    "mark-2"),
            CancelCodec.encode(
                    new Cancel(NOON, new Firing.Triggered(7), new TreeSet<>(Set.of(0, 2)), Operator.UNKNOWN, Map.of())),
            JoinRecordCodec.encode(new JoinRecord(
                    List.of(new JoinRecord.Entry(
                            ANCESTOR, NOON, new TreeMap<>(Map.of("bills", new JoinRecord.Arrival.Not("it failed"))))),
                    List.of(
                            new JoinRecord.Done(ANCESTOR.identity(), true),
                            new JoinRecord.Done(ANCESTOR.identity(), false)),
                    List.of(new JoinRecord.Entry(
                            ANCESTOR, NOON, new TreeMap<>(Map.of("bills", new JoinRecord.Arrival.Not("it failed"))))),
                    Map.of())),
            InstanceCodec.encode(new Instance(
                    "host-1.x",
                    "host-1",
                    "shop",
                    Map.of("disk", "ssd"),
                    new Instance.Process("host", 42, 99, NOON, "1.0"),
                    new Instance.Repertoire(Set.of("orders", "bills"), Set.of("orders"), Set.of("mine")),
                    Instance.Availability.UP)));

    /** What takes the place of something. */
    private static final List<String> ODD = List.of(
            "-1",
            "0",
            "2000000000",
            "-9223372036854775808",
            "9223372036854775807",
            "99999999999999999999999",
            "1e999",
            "null",
            "true",
            "[]",
            "{}",
            "\"\"",
            "\"+1000000000-12-31T23:59:59.999999999Z\"",
            "\"-1000000000-01-01T00:00:00Z\"",
            "\"trigger-99999999999999999999\"",
            "\"..\"",
            "\"a/b\"",
            "\"\\u0000\\u001b[31m\\n\"",
            "\"\\ud83d\"",
            "\"PT9223372036854775807S\"",
            "\"P106751991167D\"",
            "\"0 0 0 30 2 ?\"",
            "\"*/0 * * * * ?\"",
            "\"RUNNING\"",
            "\"DONE\"");

    private static StoredJob job() {
        JobDefinition definition = JobDefinition.named("orders")
                .cron("0/5 * * * * ?", ZoneId.of("Europe/Berlin"))
                .shards(4)
                .set(JobKey.MISFIRE_THRESHOLD, new Setting("60s", Setting.Source.PROPERTIES))
                .build();
        return new StoredJob(
                "orders",
                "",
                new StoredJob.Settings(
                        "shop",
                        definition.settings(),
                        Map.of(JobKey.ENABLED, new StoredJob.Override("false", "ann", NOON, "stock-taking"))),
                NOON,
                ShardCount.always(3).changed(5, NOON.plusSeconds(5)),
                StoredJob.Marks.NONE,
                Map.of("later", "kept"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whateverIsThereIsAValueThatCanBeWorkedWithOrNone(long seed) {
        Random random = new Random(seed);
        Map<String, Integer> seen = new TreeMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            byte[] stored = mutated(VALID.get(random.nextInt(VALID.size())), random);
            try {
                seen.merge(usedAsRecord(ShardRecordCodec.decode(stored)), 1, Integer::sum);
                seen.merge(usedAsJob(StoredJobCodec.decode("orders", stored)), 1, Integer::sum);
                seen.merge(told(InstanceCodec.decode("host-1.x", 7, stored)), 1, Integer::sum);
                seen.merge(usedAsFirings(FiringRecordCodec.decode(stored)), 1, Integer::sum);
                seen.merge(told(LimitCodec.decode(stored)), 1, Integer::sum);
                seen.merge(told(HomesCodec.decode(stored)), 1, Integer::sum);
                seen.merge(told(CancelCodec.decode(NOON, stored)), 1, Integer::sum);
                seen.merge(usedAsJoins(JoinRecordCodec.decode(stored)), 1, Integer::sum);
                seen.merge(usedAsPlan(PlannedCodec.decode("orders", NOON, stored)), 1, Integer::sum);
                seen.merge(usedAsTrigger(TriggerCodec.decode(7, NOON, stored)), 1, Integer::sum);
            } catch (RuntimeException | StackOverflowError | AssertionError e) {
                throw new AssertionError("seed " + seed + ", round " + round + ": " + new String(stored, UTF_8), e);
            }
        }
        assertThat(seen.get("Value")).isGreaterThan(ROUNDS / 20);
        assertThat(seen.get("Broken")).isGreaterThan(ROUNDS / 20);
        assertThat(seen.get("Newer")).isPositive();
    }

    private static byte[] mutated(byte[] valid, Random random) {
        String text = new String(valid, UTF_8);
        for (int change = random.nextInt(4); change >= 0; change--) {
            text = switch (random.nextInt(4)) {
                case 0 -> withBytesChanged(text, random);
                case 1 -> withValueReplaced(text, random);
                case 2 -> {
                    int from = random.nextInt(text.length() + 1);
                    yield text.substring(0, from) + text.substring(from + random.nextInt(text.length() - from + 1));
                }
                default -> {
                    int from = random.nextInt(text.length() + 1);
                    int to = from + random.nextInt(text.length() - from + 1);
                    yield text.substring(0, to) + text.substring(from);
                }
            };
        }
        return random.nextInt(10) == 0 ? text.getBytes(ISO_8859_1) : text.getBytes(UTF_8);
    }

    private static String withBytesChanged(String text, Random random) {
        StringBuilder changed = new StringBuilder(text);
        for (int i = random.nextInt(3); i >= 0 && !changed.isEmpty(); i--) {
            changed.setCharAt(random.nextInt(changed.length()), (char) random.nextInt(256));
        }
        return changed.toString();
    }

    /** What stands between a colon and the next comma or brace. */
    private static String withValueReplaced(String text, Random random) {
        int colon = text.indexOf("\":", random.nextInt(text.length() + 1));
        if (colon < 0) {
            return text;
        }
        int end = colon + 2;
        while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(0, colon + 2) + ODD.get(random.nextInt(ODD.size())) + text.substring(end);
    }

    private static String usedAsRecord(Decoded<ShardRecord> decoded) {
        if (decoded instanceof Decoded.Value<ShardRecord> value) {
            ShardRecord record = value.value();
            ShardRecord next =
                    record.claimed(new Firing.Scheduled(NOON), "me", record.attempt() + 1, record.deaths() + 1, NOON);
            assertThat(next.attempt()).isPositive();
            record.owner().ifPresent(owner -> PathUtils.validatePath(LAYOUT.instance(owner)));
            if (record.through() != null) {
                assertThat(record.through().minus(Duration.ofDays(36500)).toEpochMilli())
                        .isLessThan(
                                record.through().plus(Duration.ofDays(36500)).toEpochMilli());
            }
            assertThat(ShardRecordCodec.decode(ShardRecordCodec.encode(next))).isInstanceOf(Decoded.Value.class);
        }
        return told(decoded);
    }

    private static String usedAsJob(Decoded<StoredJob> decoded) {
        if (decoded instanceof Decoded.Value<StoredJob> value) {
            StoredJob job = value.value();
            assertThat(job.shardCount().largest()).isBetween(1, JobDefinition.MAX_SHARDS);
            assertThat(job.shardCount().shownAt(NOON)).isBetween(1, JobDefinition.MAX_SHARDS);
            try {
                JobDefinition definition = job.effective();
                definition.schedule().next(NOON);
                definition.schedule().latest(NOON);
                definition.schedule().next(job.since());
                job.since().plus(definition.misfireThreshold()).toEpochMilli();
                job.redeclared(definition, "shop", NOON, Duration.ofSeconds(10));
            } catch (IllegalArgumentException unusable) {
                assertThat(unusable).hasMessageNotContaining("null");
            }
        }
        return told(decoded);
    }

    private static String usedAsFirings(Decoded<FiringRecord> decoded) {
        if (decoded instanceof Decoded.Value<FiringRecord> value) {
            FiringRecord record = value.value();
            assertThat(record.open().map(open -> open.has(0))).isNotNull();
            assertThat(FiringRecordCodec.decode(FiringRecordCodec.encode(record)))
                    .isEqualTo(decoded);
        }
        return told(decoded);
    }

    private static String usedAsJoins(Decoded<JoinRecord> decoded) {
        if (decoded instanceof Decoded.Value<JoinRecord> value) {
            assertThat(JoinRecordCodec.decode(JoinRecordCodec.encode(value.value())))
                    .isInstanceOf(Decoded.Value.class);
        }
        return told(decoded);
    }

    private static String usedAsPlan(Decoded<PlannedCodec.Stored> decoded) {
        if (decoded instanceof Decoded.Value<PlannedCodec.Stored> value) {
            Planned planned = value.value().planned();
            planned.next(new TreeMap<>(), NOON);
            planned.isTooOld(NOON);
            if (planned.made() < planned.count()) {
                planned.nextRequest();
                planned.nextInterval();
            }
            PathUtils.validatePath(
                    LAYOUT.planned("a@b@c") + "/m" + value.value().mark());
            assertThat(PlannedCodec.decode(
                            "orders",
                            NOON,
                            PlannedCodec.encode(planned, value.value().mark())))
                    .isInstanceOf(Decoded.Value.class);
        }
        return told(decoded);
    }

    private static String usedAsTrigger(Decoded<Trigger> decoded) {
        if (decoded instanceof Decoded.Value<Trigger> value) {
            Trigger trigger = value.value();
            assertThat(trigger.shardingTotalCount()).isBetween(1, JobDefinition.MAX_SHARDS);
            assertThat(trigger.shards()).isNotEmpty().allMatch(shard -> shard < trigger.shardingTotalCount());
            PathUtils.validatePath(LAYOUT.request("orders", trigger.request()));
            TriggerProgress.of("orders", trigger, Map.of(), true);
        }
        return told(decoded);
    }

    private static String told(Decoded<?> decoded) {
        if (decoded instanceof Decoded.Broken<?> broken) {
            assertThat(broken.reason()).isNotBlank().hasSizeLessThanOrEqualTo(201);
            assertThat(broken.reason().chars().noneMatch(Character::isISOControl))
                    .as(broken.reason())
                    .isTrue();
        } else if (decoded instanceof Decoded.Newer<?> newer) {
            assertThat(newer.reason()).contains("later version").hasSizeLessThanOrEqualTo(201);
        }
        return decoded.getClass().getSimpleName();
    }

    private static Decoded<StoredJob> jobOf(String shards) {
        return StoredJobCodec.decode(
                "orders",
                ("{\"format\":1,\"application\":\"shop\",\"since\":\"2026-03-01T12:00:00Z\",\"shards\":" + shards + "}")
                        .getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"count\":2000000000}",
                "{\"count\":0}",
                "{\"count\":4294967297}",
                "{\"count\":3,\"changes\":{\"2026-03-01T12:00:00Z\":10001}}",
                "{\"count\":3,\"changes\":{\"+999999999-01-01T00:00:00Z\":4}}",
            })
    void anAbsurdNumberOfShardsIsNotBelieved(String shards) {
        assertThat(jobOf(shards)).isInstanceOf(Decoded.Broken.class);
    }

    @Test
    void theLargestNumberOfShardsIs() {
        assertThat(jobOf("{\"count\":10000}")).isInstanceOf(Decoded.Value.class);
    }

    @Test
    void whatIsTooLongOrTooDeepToBeOursIsNotRead() {
        String deep = "[".repeat(Json.LONGEST / 4);
        String wide = "{\"format\":1,\"state\":\"IDLE\",\"x\":\"" + "x".repeat(Json.LONGEST) + "\"}";
        String name = "{\"format\":1,\"state\":\"IDLE\",\"" + "x".repeat(10_000) + "\":1}";
        for (String stored : List.of(deep, "{\"format\":1,\"state\":\"IDLE\",\"x\":" + deep, wide, name)) {
            assertThat(told(ShardRecordCodec.decode(stored.getBytes(UTF_8)))).isEqualTo("Broken");
        }
    }

    @Test
    void aNumberThatNoLongHoldsIsNoFormat() {
        assertThat(ShardRecordCodec.decode("{\"format\":9223372036854775807}".getBytes(UTF_8)))
                .isEqualTo(new Decoded.Newer<>("format 9223372036854775807 is a later version's"));
    }
}
