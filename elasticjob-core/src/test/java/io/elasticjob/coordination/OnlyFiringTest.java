package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OnlyFiringTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final OnlyFiring ONLY = new OnlyFiring(NOON);

    @Test
    void onlyAJobThatAnOperatorMadeToRunOnceIsRemovedAfterIt() {
        StoredJob once = made(JobKey.AT, NOON.toString());
        StoredJob often = made(JobKey.EVERY, "1s");
        JobDefinition at =
                JobDefinition.named("once").set(JobKey.AT, NOON.toString()).build();
        StoredJob declared = StoredJob.declared(at, "shop", NOON);

        assertThat(OnlyFiring.of(once, once.effective())).contains(ONLY);
        assertThat(OnlyFiring.of(often, often.effective())).isEmpty();
        assertThat(OnlyFiring.of(declared, at)).isEmpty();
    }

    @Test
    void aShardHasRunItWhenItsRecordIsDecidedThroughItAndNothingRuns() {
        ShardRecord runs = ShardRecord.NEW.claimed(new Firing.Scheduled(NOON), "a", 1, 0, NOON);
        ShardRecord ran = runs.completed(new Outcome.Failed("boom"), NOON, NOON);

        assertThat(ONLY.isDecidedBy(ShardRecord.NEW)).isFalse();
        assertThat(ONLY.isDecidedBy(runs)).isFalse();
        assertThat(ONLY.isDecidedBy(ran)).isTrue();
        assertThat(ONLY.isDecidedBy(ran.claimed(new Firing.Triggered(1), "a", 1, 0, NOON)))
                .as("what was asked for runs first")
                .isFalse();
        assertThat(ONLY.isDecidedBy(ShardRecord.NEW.decidedThrough(NOON.minusNanos(1))))
                .isFalse();
        assertThat(ONLY.isDecidedBy(ShardRecord.NEW.decidedThrough(NOON))).isTrue();
    }

    @Test
    void theLeaderLooksAtItWhenOthersHaveHadTheirTime() {
        assertThat(ONLY.isLeft(NOON.plusSeconds(10))).isFalse();
        assertThat(ONLY.isLeft(NOON.plusSeconds(10).plusNanos(1))).isTrue();
    }

    @Test
    void shardsThatWereEnabledAgainOnlyAfterTheFiringNeverRunIt() {
        JobDefinition job = JobDefinition.named("once")
                .set(JobKey.AT, NOON.toString())
                .shards(4)
                .build();
        Map<Integer, Switches.Switch> switches = new TreeMap<>();
        switches.put(0, new Switches.Switch(true, "ann", NOON, ""));
        switches.put(1, new Switches.Switch(true, "ann", NOON.plusNanos(1), ""));
        switches.put(2, new Switches.Switch(false, "ann", NOON.plusNanos(1), ""));
        ShardStep.Job known = new ShardStep.Job(
                job,
                NOON.minus(Duration.ofDays(1)),
                ShardCount.always(4),
                new Switches(new TreeMap<>(switches), new TreeMap<>()),
                Triggers.NONE,
                NOON);

        assertThat(ONLY.shards(ShardCount.always(4))).containsExactly(0, 1, 2, 3);
        assertThat(ONLY.shardsThatAreDue(known)).containsExactly(0, 2, 3);
    }

    private static StoredJob made(JobKey schedule, String value) {
        return StoredJob.made(
                "once", Map.of(JobKey.HANDLER, "orders", schedule, value), Operator.UNKNOWN, NOON.minusSeconds(60));
    }
}
