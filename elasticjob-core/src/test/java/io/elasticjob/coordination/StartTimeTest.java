package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.ShardStep.Owner;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Jitter: the start is later than the fire time, the firing is the same. */
class StartTimeTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final JobDefinition JOB = job("30s").build();

    private static JobDefinition.Builder job(String jitter) {
        return JobDefinition.named("orders")
                .every(Duration.ofMinutes(1))
                .shards(100)
                .set(JobKey.JITTER, jitter);
    }

    /** Instances of different versions name the same start: these figures never change. */
    @Test
    void theStartOfAShardIsTheSameInEveryVersion() {
        assertThat(IntStream.range(0, 4)
                        .mapToObj(shard -> Duration.between(NOON, StartTime.of(JOB, shard, NOON))
                                .toMillis())
                        .toList())
                .isEqualTo(PINNED);
        assertThat(StartTime.of(job("0s").build(), 1, NOON)).isEqualTo(NOON);
    }

    @Test
    void startsAreSpreadOverTheWholeJitterAndDifferFromFiringToFiring() {
        List<Duration> starts = IntStream.range(0, 100)
                .mapToObj(shard -> Duration.between(NOON, StartTime.of(JOB, shard, NOON)))
                .toList();

        assertThat(starts).allMatch(late -> !late.isNegative() && late.compareTo(Duration.ofSeconds(30)) < 0);
        assertThat(starts.stream().filter(late -> late.compareTo(Duration.ofSeconds(15)) < 0))
                .hasSizeBetween(30, 70);
        assertThat(Duration.between(NOON.plusSeconds(60), StartTime.of(JOB, 0, NOON.plusSeconds(60))))
                .isNotEqualTo(starts.get(0));
    }

    @Test
    void noShardStartsLaterThanTheNextFireTime() {
        JobDefinition hectic = job("1h").build();

        assertThat(IntStream.range(0, 100).mapToObj(shard -> StartTime.of(hectic, shard, NOON)))
                .allMatch(start -> start.isBefore(NOON.plusSeconds(60)));
    }

    @Test
    void aFiringIsWaitedForAndClaimedUnderItsFireTime() {
        int shard = lateShard();
        Instant start = StartTime.of(JOB, shard, NOON);
        ShardRecord before = ShardRecord.NEW.decidedThrough(NOON.minusSeconds(60));

        assertThat(step(JOB, shard, before, start.minusMillis(1))).isEqualTo(new ShardStep.Rest(start));
        assertThat(step(JOB, shard, before, start))
                .isEqualTo(new ShardStep.Claim(new Firing.Scheduled(NOON), NOON, 1, 0));
        assertThat(step(JOB, shard, before.decidedThrough(NOON), start)).isEqualTo(new ShardStep.Rest());
    }

    @Test
    void meanwhileTheFiringBeforeIsStillTheOneThatIsDue() {
        int shard = lateShard();

        assertThat(step(JOB, shard, ShardRecord.NEW, NOON))
                .isEqualTo(
                        new ShardStep.Claim(new Firing.Scheduled(NOON.minusSeconds(60)), NOON.minusSeconds(60), 1, 0));
    }

    @Test
    void theThresholdCountsFromTheLatestStart() {
        JobDefinition skip = job("30s")
                .misfire(Misfire.SKIP)
                .set(JobKey.MISFIRE_THRESHOLD, "20s")
                .build();

        assertThat(DueFiring.isTooLate(skip, NOON, NOON.plusSeconds(50))).isFalse();
        assertThat(DueFiring.isTooLate(skip, NOON, NOON.plusSeconds(50).plusNanos(1)))
                .isTrue();
    }

    @Test
    void whatCameDueDuringARunAndStartsAfterItIsNoMisfire() {
        JobDefinition skip = job("30s").misfire(Misfire.SKIP).build();
        int shard = lateShard();
        Instant start = StartTime.of(skip, shard, NOON);
        Instant end = start.minusMillis(1);
        ShardRecord running =
                ShardRecord.NEW.claimed(new Firing.Scheduled(NOON.minusSeconds(60)), "a", 1, 0, NOON.minusSeconds(60));

        ShardRecord ended =
                ShardStep.completion(skip, running, new Outcome.Succeeded(), DueFiring.latest(skip, shard, end), end);

        assertThat(ended.through()).isEqualTo(NOON.minusSeconds(60));
        assertThat(step(skip, shard, ended, start)).isInstanceOf(ShardStep.Claim.class);
        assertThat(DueFiring.isMisfire(skip, shard, NOON, end, start)).isFalse();
        assertThat(DueFiring.isMisfire(skip, shard, NOON, start.plusMillis(1), start.plusMillis(2)))
                .isTrue();
    }

    private static int lateShard() {
        return IntStream.range(0, 100)
                .filter(shard -> StartTime.of(JOB, shard, NOON).isAfter(NOON.plusSeconds(5)))
                .findFirst()
                .orElseThrow();
    }

    private static ShardStep step(JobDefinition job, int shard, ShardRecord record, Instant now) {
        @Nullable Instant latest = job.schedule().latest(now).orElse(null);
        return ShardStep.next(
                new ShardStep.Job(job, Instant.EPOCH, ShardCount.always(100), latest),
                shard,
                record,
                Owner.UNKNOWN,
                now);
    }

    private static final List<Long> PINNED = List.of(27_219L, 17_203L, 13_715L, 7_066L);
}
