package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.ProcessShards.Process;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Shards of processes, which a job has that each instance runs as a whole. */
class ProcessShardsTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant LATER = NOON.plusSeconds(60);
    private static final Instant LAST = NOON.plusSeconds(120);
    private static final Process A = new Process("a", 7);
    private static final Process B = new Process("b", 9);
    private static final Process C = new Process("c", 12);
    private static final int FIRST = ProcessShards.FIRST;
    private static final Operator ANN = new Operator("ann", "try");

    private static final JobDefinition REFRESH = JobDefinition.named("refresh")
            .every(Duration.ofSeconds(10))
            .set(JobKey.BROADCAST, "true")
            .build();

    private static final ProcessShards TWO = ProcessShards.NONE.with(List.of(A, B), NOON);

    // ---- Who has which
    // -----------------------------------------------------------------------------------------------

    @Test
    void eachProcessGetsTheLowestFreeNumberAndKeepsIt() {
        assertThat(TWO.of(A)).contains(FIRST);
        assertThat(TWO.of(B)).contains(FIRST + 1);
        assertThat(TWO.of(C)).isEmpty();
        assertThat(ProcessShards.NONE.with(List.of(A, A, B), NOON))
                .as("the former instance of it has not gone yet")
                .isEqualTo(TWO);
        assertThat(TWO.with(List.of(A, C), LATER).without(List.of(FIRST)).with(List.of(C, B), LAST))
                .as("who has one keeps it")
                .isEqualTo(TWO.with(List.of(C), LATER).without(List.of(FIRST)));
        assertThat(TWO.without(List.of(FIRST)).with(List.of(C), LATER).of(C)).contains(FIRST);
    }

    @Test
    void aProcessThatStartedAgainUnderTheSameNameIsAnotherOne() {
        assertThat(TWO.of(new Process("a", 20))).isEmpty();
    }

    @Test
    void itIsRunByTheInstanceThatTheProcessIsNow() {
        assertThat(TWO.owners(Map.of("a.2", A, "c.1", C))).isEqualTo(new TreeMap<>(Map.of(FIRST, "a.2")));
        assertThat(TWO.owners(Map.of("a.1", A, "a.2", A)))
                .as("the former one has not gone yet")
                .isEqualTo(new TreeMap<>(Map.of(FIRST, "a.2")));
    }

    @Test
    void whereNoNumberIsLeftNobodyGetsOne() {
        Map<Integer, ProcessShards.Holder> all = new TreeMap<>();
        for (int shard = FIRST; shard < ProcessShards.END; shard++) {
            all.put(shard, new ProcessShards.Holder(new Process("p" + shard, shard), NOON));
        }
        ProcessShards full = new ProcessShards(new TreeMap<>(all));

        assertThat(full.with(List.of(A), LATER)).isEqualTo(full);
    }

    // ---- Which firings have them
    // -------------------------------------------------------------------------------------

    @Test
    void aFiringBeforeTheProcessGotItsShardIsNotOneOfIt() {
        ShardCount count = ShardCount.always(ShardCount.BROADCAST).with(TWO.with(List.of(C), LATER));

        assertThat(count.has(FIRST, NOON)).isTrue();
        assertThat(count.has(FIRST, NOON.minusNanos(1))).isFalse();
        assertThat(count.has(FIRST + 2, LATER.minusNanos(1))).isFalse();
        assertThat(count.has(FIRST + 2, LATER)).isTrue();
        assertThat(count.has(FIRST + 3, LATER)).as("nobody's").isFalse();
        assertThat(count.has(0, LATER)).as("it is not split").isFalse();
        assertThat(count.since(FIRST + 2)).contains(LATER);
    }

    @Test
    void aChangeHoldsFromAFiringOnBothWays() {
        ShardCount broadcast = ShardCount.always(3).with(TWO).changed(ShardCount.BROADCAST, LATER);
        assertThat(broadcast.has(2, LATER.minusNanos(1))).isTrue();
        assertThat(broadcast.has(FIRST, LATER.minusNanos(1))).isFalse();
        assertThat(broadcast.has(2, LATER)).isFalse();
        assertThat(broadcast.has(FIRST, LATER)).isTrue();
        assertThat(broadcast.since(FIRST)).contains(LATER);
        assertThat(broadcast.goneSince(2, LATER)).contains(LATER);
        assertThat(broadcast.upcoming(NOON)).contains(new ShardCount.Upcoming(3, 0, LATER));

        ShardCount split = broadcast.changed(2, LAST);
        assertThat(split.has(FIRST, LAST.minusNanos(1))).isTrue();
        assertThat(split.has(FIRST, LAST)).isFalse();
        assertThat(split.has(1, LAST)).isTrue();
        assertThat(split.goneSince(FIRST, LAST)).contains(LAST);
        assertThat(split.shown(NOON, 0)).containsExactly(0, 1, 2, FIRST, FIRST + 1);
        assertThat(split.isBroadcastOver(LAST)).isFalse();
        assertThat(split.isBroadcastOver(LAST.plusSeconds(3_601))).isTrue();
        assertThat(split.with(ProcessShards.NONE).withoutHistory()).isEqualTo(ShardCount.always(2));
    }

    @Test
    void theLatestFiringOfAShardIsDueFromItsProcessOnOnly() {
        assertThat(due(NOON.plusSeconds(9), ShardRecord.NEW)).isEqualTo(NOON);
        assertThat(due(NOON.plusSeconds(10), ShardRecord.NEW)).isEqualTo(NOON.plusSeconds(10));
        assertThat(due(NOON.minusSeconds(1), ShardRecord.NEW)).isNull();
        assertThat(due(NOON.plusSeconds(9), ShardRecord.NEW.decidedThrough(NOON)))
                .isNull();
    }

    private static @Nullable Instant due(Instant now, ShardRecord record) {
        ShardStep.Job job = new ShardStep.Job(
                REFRESH,
                NOON.minusSeconds(3_600),
                ShardCount.always(ShardCount.BROADCAST).with(TWO),
                REFRESH.schedule().latest(now).orElse(null));
        return DueFiring.of(job, FIRST, record, now).map(DueFiring::fireTime).orElse(null);
    }

    // ---- What is stored
    // ----------------------------------------------------------------------------------------------

    @Test
    void whatIsStoredComesBackAndIsOfALaterFormat() {
        StoredJob job = broadcast(TWO);
        StoredJob split = job.configured(Map.of(JobKey.BROADCAST, "false"), ANN, LATER, Duration.ofSeconds(10));

        assertThat(decoded(job)).isEqualTo(job);
        assertThat(decoded(split)).isEqualTo(split);
        assertThat(split.shardCount().processes()).isEqualTo(TWO);
        assertThat(JobFormat.of(job).because()).containsExactly(JobKey.BROADCAST);
        StoredJob reset = split.reset(Set.of(), LATER, Duration.ofSeconds(10));
        assertThat(JobFormat.of(reset).because())
                .as("firings before may still be run")
                .contains(JobKey.BROADCAST);
    }

    @Test
    void aTimeFromAClockThatWasAheadIsPutRight() {
        StoredJob job = broadcast(ProcessShards.NONE.with(List.of(A), NOON.plusSeconds(3_600)));
        Horizon horizon = new Horizon(NOON, Duration.ofSeconds(10));

        assertThat(FutureJob.corrected(job, horizon, Duration.ofSeconds(10)))
                .hasValueSatisfying(
                        right -> assertThat(right.shardCount().since(FIRST)).contains(NOON));
    }

    private static StoredJob broadcast(ProcessShards shards) {
        StoredJob job = StoredJob.declared(REFRESH, "shop", NOON);
        return job.with(job.shardCount().with(shards));
    }

    private static StoredJob decoded(StoredJob job) {
        return ((Decoded.Value<StoredJob>) StoredJobCodec.decode("refresh", StoredJobCodec.encode(job))).value();
    }

    // ---- What is asked for
    // -------------------------------------------------------------------------------------------

    @Test
    void aTriggerListsTheShardsOfThoseThatMayRunItNow() {
        Trigger trigger = trigger(List.of(A, C), TriggerRequest.of("refresh"));

        assertThat(trigger.shards()).containsExactly(FIRST);
        assertThat(trigger.shardingTotalCount()).isEqualTo(ShardCount.BROADCAST);
    }

    @Test
    void aTriggerThatWouldRunNowhereIsRefused() {
        assertThatExceptionOfType(OperationRefusedException.class)
                .isThrownBy(() -> trigger(List.of(C), TriggerRequest.of("refresh")))
                .withMessageContaining("No instance may run refresh at present");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() ->
                        trigger(List.of(A), TriggerRequest.of("refresh").withShards(new TreeSet<>(Set.of(FIRST + 1)))))
                .withMessageContaining("shards: \"10001\" names shard 10001, which does not exist");
    }

    private static Trigger trigger(List<Process> eligible, TriggerRequest request) {
        StoredJob job = broadcast(TWO);
        return Demand.trigger(job, Standing.DECLARED, eligible, job::effective, request, LATER);
    }

    @Test
    void noShardOfItIsSwitchedOff() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() ->
                        broadcast(TWO).switched(new JobPart.Shard(FIRST), false, ANN, NOON, Duration.ofSeconds(10)))
                .withMessageContaining("switch the job on the instance instead");
    }

    // ---- What is taken back
    // ------------------------------------------------------------------------------------------

    @Test
    void onlyWhatNobodyNeedsIsTakenBack() {
        ShardCount count = ShardCount.always(ShardCount.BROADCAST).with(TWO);

        assertThat(TakeBack.unneeded(count, List.of(A, B), LATER)).isEmpty();
        assertThat(TakeBack.unneeded(count, List.of(B, C), LATER)).containsExactly(FIRST);
        ShardCount split = count.changed(3, LATER);
        assertThat(TakeBack.unneeded(split, List.of(A, B), LATER)).isEmpty();
        assertThat(TakeBack.unneeded(split, List.of(A, B), LATER.plusSeconds(3_601)))
                .containsExactly(FIRST, FIRST + 1);
    }

    @Test
    void whatRunsIsNotTakenBackWhileItsHolderMayLive() {
        ShardRecord running = running();

        assertThat(TakeBack.of("refresh", Triggers.NONE, FIRST, running, false, LAST))
                .isEmpty();
        assertThatIllegalStateException().isThrownBy(running::vacated);
    }

    @Test
    void whatADeadOneHadBegunIsLostAndNothingElseOfItRemains() {
        TakeBack back = TakeBack.of("refresh", pending(4), FIRST, running().withCheckpoint("half"), true, LAST)
                .orElseThrow();

        assertThat(back.event()).satisfies(died -> {
            assertThat(died.owner()).isEqualTo("a.1");
            assertThat(died.retried()).isFalse();
        });
        ShardRecord next = back.next();
        assertThat(next.isRunning()).isFalse();
        assertThat(next.through()).isEqualTo(NOON);
        assertThat(next.trigger()).as("it will never run here").isEqualTo(4);
        assertThat(next.checkpoint()).isNull();
        assertThat(next.lastSucceeded()).isNull();
        assertThat(next.firing()).isNull();
    }

    @Test
    void whatHasEndedIsForgottenWithoutAWord() {
        ShardRecord ended = running().completed(new Outcome.Succeeded(""), NOON, LATER);

        TakeBack back =
                TakeBack.of("refresh", Triggers.NONE, FIRST, ended, false, LAST).orElseThrow();

        assertThat(back.event()).isNull();
        assertThat(back.next()).isEqualTo(ShardRecord.NEW.decidedThrough(NOON));
    }

    private static Triggers pending(long number) {
        Trigger asked = trigger(List.of(A, B), TriggerRequest.of("refresh"));
        return Triggers.of(List.of(asked.created(number, LATER)));
    }

    private static ShardRecord running() {
        return ShardRecord.NEW.claimed(new Firing.Scheduled(NOON), "a.1", 1, 0, NOON);
    }
}
