package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.coordination.StoredJob.Undeclared;
import io.elasticjob.coordination.Switches.Switch;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** At noon, for a job that fires every minute, with clocks that may differ by ten seconds, and writes that take thirty. */
class FutureJobTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Horizon HORIZON = new Horizon(NOON, Duration.ofSeconds(10));
    private static final Duration LEAD = Duration.ofSeconds(40);
    private static final Operator ANN = new Operator("ann", "disk");
    private static final JobDefinition JOB =
            JobDefinition.named("orders").every(Duration.ofMinutes(1)).shards(3).build();

    /** Each time that decides something, so many seconds from noon, and as what it counts. */
    @ParameterizedTest
    @CsvSource({"-3600, -3600", "0, 0", "20, 20", "21, 0", "3600, 0", "86400, 0"})
    void whatLiesBeyondTheHorizonCountsAsNow(long seconds, long counts) {
        Instant at = NOON.plusSeconds(seconds);
        Instant right = NOON.plusSeconds(counts);

        assertThat(HORIZON.readAs(at)).isEqualTo(right);
        assertThat(HORIZON.ifPast(at)).isEqualTo(at.equals(right) ? at : null);
        assertThat(corrected(created(at)).since()).isEqualTo(right);
        assertThat(corrected(shardOn(at)).switches().onSince(1)).contains(right);
        assertThat(corrected(undeclared(at)).marks().undeclared())
                .isEqualTo(new Undeclared(right, Duration.ofMinutes(7), right));
        assertThat(trigger(at).seen(null, HORIZON).requestedAt()).isEqualTo(right);
    }

    @Test
    void aJobThatIsRightIsNotWritten() {
        assertThat(FutureJob.corrected(created(NOON), HORIZON, LEAD)).isEmpty();
        assertThat(FutureJob.corrected(shardOn(NOON.minusSeconds(60)), HORIZON, LEAD))
                .isEmpty();
    }

    /** When a shard was switched off decides nothing, and stays what the operator has seen. */
    @Test
    void aShardThatIsOffStaysAsItIs() {
        StoredJob off =
                created(NOON.minusSeconds(60)).switched(new JobPart.Shard(1), false, ANN, NOON.plusSeconds(3600), LEAD);

        assertThat(FutureJob.corrected(off, HORIZON, LEAD)).isEmpty();
    }

    /** A change of the shards lies ahead in any case: as far as nobody can have begun. */
    @Test
    void shardsThatAreToHoldTooLateHoldFromTheFirstFiringThatNobodyHasBegun() {
        StoredJob late = resharded(NOON.plusSeconds(3600));
        assertThat(late.shardCount().upcoming(NOON).orElseThrow().from()).isEqualTo(NOON.plusSeconds(3660));

        StoredJob right = corrected(late);
        assertThat(right.shardCount().upcoming(NOON).orElseThrow())
                .isEqualTo(new ShardCount.Upcoming(3, 5, NOON.plusSeconds(60)));
        assertThat(right.shardCount().at(NOON.plusSeconds(59))).isEqualTo(3);
        assertThat(FutureJob.corrected(right, HORIZON, LEAD)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0", "10", "20"})
    void shardsThatHoldLaterByWhatIsToleratedAreLeftAlone(long seconds) {
        assertThat(FutureJob.corrected(resharded(NOON.plusSeconds(seconds)), HORIZON, LEAD))
                .isEmpty();
    }

    /** The first firing that nobody can have begun may be years away. */
    @Test
    void shardsOfAJobThatFiresOnceAYearAreLeftAlone() {
        JobDefinition yearly = JobDefinition.named("orders")
                .cron("0 0 3 1 1 ?", ZoneOffset.UTC)
                .shards(3)
                .build();
        StoredJob job = StoredJob.declared(yearly, "shop", NOON.minusSeconds(60))
                .configured(Map.of(JobKey.SHARDING_TOTAL_COUNT, "5"), ANN, NOON, LEAD);

        assertThat(FutureJob.corrected(job, HORIZON, LEAD)).isEmpty();
    }

    @Test
    void aTriggerThatIsKnownKeepsItsTime() {
        Trigger known = trigger(NOON.plusSeconds(3600)).seen(null, HORIZON);
        Horizon later = new Horizon(NOON.plusSeconds(5), Duration.ofSeconds(10));

        assertThat(trigger(NOON.plusSeconds(3600)).seen(known, later)).isSameAs(known);
        assertThat(trigger(NOON.plusSeconds(3600)).seen(null, later).requestedAt())
                .isEqualTo(NOON.plusSeconds(5));
    }

    private static StoredJob corrected(StoredJob job) {
        return FutureJob.corrected(job, HORIZON, LEAD).orElse(job);
    }

    private static StoredJob created(Instant at) {
        return StoredJob.declared(JOB, "shop", at);
    }

    private static StoredJob shardOn(Instant at) {
        StoredJob job = created(NOON.minusSeconds(7200));
        Switch on = new Switch(true, "ann", at, "disk");
        Switch off = new Switch(false, "ann", NOON.minusSeconds(7100), "disk");
        Switches switches = job.switches().with(1, off).with(1, on);
        return new StoredJob(
                job.name(),
                job.life(),
                job.settings(),
                job.since(),
                job.shardCount(),
                new StoredJob.Marks(switches, null),
                Map.of());
    }

    private static StoredJob undeclared(Instant at) {
        return created(NOON.minusSeconds(7200)).undeclared(new Undeclared(at, Duration.ofMinutes(7), at));
    }

    private static StoredJob resharded(Instant at) {
        return created(NOON.minusSeconds(7200)).configured(Map.of(JobKey.SHARDING_TOTAL_COUNT, "5"), ANN, at, LEAD);
    }

    private static Trigger trigger(Instant at) {
        return new Trigger(
                3, at, "r", new Trigger.Content(new TreeSet<>(Set.of(0)), 3, null, null), false, ANN, Map.of());
    }
}
