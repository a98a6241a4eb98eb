package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Misfire;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus.Progress;
import io.elasticjob.TriggerStatus.State;
import io.elasticjob.coordination.ShardStep.Owner;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a shard does about firings by hand, beside those by schedule. */
class TriggersDecisionTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Operator ANN = new Operator("ann", "");
    private static final JobDefinition JOB = job().build();
    private static final JobDefinition FAILOVER = job().failover(true).build();
    private static final JobDefinition DISABLED =
            job().set(JobKey.ENABLED, "false").build();

    /** With the record decided up to the latest fire time, nothing is due by schedule. */
    private static final ShardRecord RESTING = ran(new Firing.Scheduled(NOON));

    // ---- Which one

    @Test
    void aShardRunsTheLowestThatListsItAndThatItHasNotDecided() {
        Triggers triggers = Triggers.of(List.of(trigger(7, 0, 1), trigger(3, 1), trigger(5, 0)));

        assertThat(triggers.next(0, ShardRecord.NEW)).map(Trigger::number).contains(5L);
        assertThat(triggers.next(1, ShardRecord.NEW)).map(Trigger::number).contains(3L);
        assertThat(triggers.next(0, ran(new Firing.Triggered(5))))
                .map(Trigger::number)
                .contains(7L);
        assertThat(triggers.next(0, ran(new Firing.Triggered(7)))).isEmpty();
        assertThat(triggers.next(2, ShardRecord.NEW)).isEmpty();
    }

    @Test
    void onlyAnEndDecidesATriggerAndNothingTakesThatBack() {
        ShardRecord claimed = ShardRecord.NEW.claimed(new Firing.Triggered(4), "a", 1, 0, NOON);

        assertThat(claimed.trigger()).isEqualTo(-1);
        assertThat(claimed.givenBack(null).trigger()).isEqualTo(-1);
        ShardRecord done = claimed.completed(new Outcome.Failed("boom"), null, NOON);
        assertThat(done.trigger()).isEqualTo(4);
        assertThat(done.claimed(new Firing.Scheduled(NOON), "a", 1, 0, NOON)
                        .completed(new Outcome.Succeeded(), NOON, NOON)
                        .trigger())
                .isEqualTo(4);
    }

    // ---- When

    @Test
    void aTriggerIsClaimedUnderItsNumberAndTheTimeOfTheRequest() {
        assertThat(step(JOB, RESTING, trigger(3, 0)))
                .isEqualTo(new ShardStep.Claim(new Firing.Triggered(3), NOON.minusSeconds(60), trigger(3, 0), 1, 0));
    }

    @Test
    void scheduleAndTriggersTakeTurns() {
        ShardRecord afterSchedule = ran(new Firing.Scheduled(NOON.minusSeconds(10)));
        ShardRecord afterTrigger = ran(new Firing.Triggered(2));

        assertThat(firing(step(JOB, ShardRecord.NEW, trigger(3, 0)))).isEqualTo(new Firing.Triggered(3));
        assertThat(firing(step(JOB, afterSchedule, trigger(3, 0)))).isEqualTo(new Firing.Triggered(3));
        assertThat(firing(step(JOB, afterTrigger, trigger(3, 0)))).isEqualTo(new Firing.Scheduled(NOON));
        assertThat(firing(step(JOB, afterTrigger.decidedThrough(NOON), trigger(3, 0))))
                .isEqualTo(new Firing.Triggered(3));
    }

    @Test
    void whatWasBegunAndGivenBackComesFirstAndCountsOn() {
        ShardRecord trigger = ran(new Firing.Scheduled(NOON.minusSeconds(10)))
                .claimed(new Firing.Triggered(3), "a", 2, 1, NOON)
                .givenBack(null);
        ShardRecord scheduled = ran(new Firing.Triggered(2))
                .claimed(new Firing.Scheduled(NOON), "a", 1, 0, NOON)
                .givenBack(null);

        assertThat(step(JOB, trigger, trigger(3, 0)))
                .isEqualTo(new ShardStep.Claim(new Firing.Triggered(3), NOON.minusSeconds(60), trigger(3, 0), 3, 1));
        assertThat(step(JOB, scheduled, trigger(3, 0)))
                .isEqualTo(new ShardStep.Claim(new Firing.Scheduled(NOON), NOON, 2, 0));
    }

    @Test
    void whileItIsDisabledATriggerWaitsUnlessForced() {
        assertThat(step(DISABLED, RESTING, trigger(3, 0))).isEqualTo(new ShardStep.Rest());
        assertThat(firing(step(DISABLED, RESTING, forced(3, 0)))).isEqualTo(new Firing.Triggered(3));
        assertThat(step(DISABLED, RESTING, trigger(3, 0), forced(4, 0)))
                .as("their order is kept, or the first would be passed over for good")
                .isEqualTo(new ShardStep.Rest());

        Switches off = Switches.NONE.with(0, new Switches.Switch(false, "ann", NOON, ""));
        ShardStep.Job job = new ShardStep.Job(
                JOB, Instant.EPOCH, ShardCount.always(3), off, Triggers.of(List.of(trigger(3, 0, 1))), NOON);
        assertThat(ShardStep.next(job, 0, RESTING, Owner.UNKNOWN, NOON)).isEqualTo(new ShardStep.Rest());
        assertThat(firing(ShardStep.next(job, 1, RESTING, Owner.UNKNOWN, NOON))).isEqualTo(new Firing.Triggered(3));
    }

    @Test
    void aSkippedMisfireIsDecidedFirst() {
        JobDefinition skip = job().misfire(Misfire.SKIP).build();
        ShardRecord late = ran(new Firing.Scheduled(NOON.minusSeconds(600)));
        ShardStep.Job job = new ShardStep.Job(
                skip,
                Instant.EPOCH,
                ShardCount.always(3),
                Switches.NONE,
                Triggers.of(List.of(trigger(3, 0))),
                NOON.minusSeconds(300));

        assertThat(ShardStep.next(job, 0, late, Owner.UNKNOWN, NOON)).isInstanceOf(ShardStep.Settle.class);
    }

    @Test
    void whatCameDueWhileATriggerRanIsAMisfire() {
        JobDefinition skip = job().misfire(Misfire.SKIP).build();
        ShardRecord running = RESTING.claimed(new Firing.Triggered(3), "a", 1, 0, NOON.plusSeconds(5));

        assertThat(ShardStep.completion(
                                skip, running, new Outcome.Succeeded(), NOON.plusSeconds(10), NOON.plusSeconds(11))
                        .through())
                .isEqualTo(NOON.plusSeconds(10));
        assertThat(ShardStep.completion(skip, running, new Outcome.Succeeded(), NOON, NOON.plusSeconds(6))
                        .through())
                .isEqualTo(NOON);
        assertThat(ShardStep.completion(
                                JOB, running, new Outcome.Succeeded(), NOON.plusSeconds(10), NOON.plusSeconds(11))
                        .through())
                .isEqualTo(NOON);
    }

    // ---- After a death

    @Test
    void aDeadOwnersTriggerIsClaimedAgainUnderFailoverAsLongAsItIsThere() {
        ShardRecord running = RESTING.claimed(new Firing.Triggered(3), "dead", 1, 0, NOON);

        assertThat(dead(FAILOVER, running, trigger(3, 0)))
                .isEqualTo(new ShardStep.Claim(new Firing.Triggered(3), NOON.minusSeconds(60), trigger(3, 0), 2, 1));
        for (ShardStep lost : List.of(
                dead(FAILOVER, running, (Trigger) null),
                dead(JOB, running, trigger(3, 0)),
                dead(FAILOVER, RESTING.claimed(new Firing.Triggered(3), "dead", 4, 3, NOON), trigger(3, 0)))) {
            assertThat(lost).isInstanceOfSatisfying(ShardStep.Settle.class, settle -> {
                assertThat(settle.next().outcome()).isEqualTo("LOST");
                assertThat(settle.next().trigger()).isEqualTo(3);
                assertThat(settle.event())
                        .isInstanceOfSatisfying(
                                ElasticJobEvent.OwnerDied.class,
                                died -> assertThat(died.retried()).isFalse());
            });
        }
    }

    // ---- Asking

    @Test
    void aRequestListsTheShardsThatTheJobHasWhenItIsAskedFor() {
        StoredJob stored = stored(3).switched(new JobPart.Shard(1), false, ANN, NOON, Duration.ZERO);

        assertThat(Demand.trigger(stored, stored::effective, TriggerRequest.of("orders"), NOON)
                        .shards())
                .containsExactly(0, 2);
        assertThat(Demand.trigger(
                                stored,
                                stored::effective,
                                TriggerRequest.of("orders").withForce(true),
                                NOON)
                        .shards())
                .containsExactly(0, 1, 2);
        assertThatThrownBy(() -> Demand.trigger(
                        stored,
                        stored::effective,
                        TriggerRequest.of("orders").withShards(new TreeSet<>(List.of(1))),
                        NOON))
                .isInstanceOf(OperationRefusedException.class)
                .hasMessageContaining("Shard 1 of orders is disabled");
        assertThatThrownBy(() -> Demand.trigger(
                        stored,
                        stored::effective,
                        TriggerRequest.of("orders").withShards(new TreeSet<>(List.of(-1))),
                        NOON))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("names shard -1");
        StoredJob off = stored(1).switched(new JobPart.Shard(0), false, ANN, NOON, Duration.ZERO);
        assertThatThrownBy(() -> Demand.trigger(off, off::effective, TriggerRequest.of("orders"), NOON))
                .hasMessageContaining("All shards of orders are disabled");
    }

    @Test
    void aTriggerIsTooOldAfterADay() {
        Instant asked = trigger(1, 0).requestedAt();

        assertThat(trigger(1, 0).isTooOld(asked.plus(Duration.ofDays(1)).minusNanos(1)))
                .isFalse();
        assertThat(trigger(1, 0).isTooOld(asked.plus(Duration.ofDays(1)))).isTrue();
    }

    @Test
    void whatIsLongerOrOddIsRefused() {
        assertThatThrownBy(() -> new Operator("x".repeat(201), "")).hasMessageContaining("at most 200 characters");
        assertThatThrownBy(() -> new Operator("", "two\nlines")).hasMessageContaining("one line");
        assertThatThrownBy(() -> TriggerRequest.of("orders").withParameter("x".repeat(4001)))
                .hasMessageContaining("at most 4000 characters");
    }

    // ---- How far

    @Test
    void theProgressOfAShardIsReadFromItsRecord() {
        Trigger trigger = trigger(3, 0, 1, 2, 4);
        Map<Integer, ShardRecord> records = Map.of(
                0, ran(new Firing.Triggered(3)),
                1, RESTING.claimed(new Firing.Triggered(3), "b", 1, 0, NOON),
                2, ran(new Firing.Triggered(3)).claimed(new Firing.Scheduled(NOON), "c", 1, 0, NOON));

        assertThat(TriggerProgress.of("orders", trigger, records, false).shards())
                .containsEntry(0, new Progress(State.DONE, "a", "SUCCEEDED"))
                .containsEntry(1, new Progress(State.RUNNING, "b", null))
                .containsEntry(2, new Progress(State.DONE, null, null))
                .containsEntry(4, new Progress(State.WAITING, null, null));
        assertThat(TriggerProgress.of("orders", trigger, records, true).shards())
                .containsEntry(1, new Progress(State.RUNNING, "b", null))
                .containsEntry(4, new Progress(State.CANCELLED, null, null));
        assertThat(TriggerProgress.of("orders", trigger, records, true).isDone())
                .isFalse();
    }

    // ---- Help

    private static JobDefinition.Builder job() {
        return JobDefinition.named("orders").every(Duration.ofSeconds(10)).shards(3);
    }

    private static StoredJob stored(int shards) {
        return StoredJob.declared(JobDefinition.named("orders").shards(shards).build(), "shop", NOON.minusSeconds(600));
    }

    private static Trigger trigger(long number, Integer... shards) {
        return asked(number, false, shards);
    }

    private static Trigger forced(long number, Integer... shards) {
        return asked(number, true, shards);
    }

    private static Trigger asked(long number, boolean forced, Integer... shards) {
        return new Trigger(
                number,
                NOON.minusSeconds(60),
                "r" + number,
                new Trigger.Content(new TreeSet<>(Arrays.asList(shards)), 5, null, null),
                forced,
                ANN,
                Map.of());
    }

    private static ShardRecord ran(Firing firing) {
        Instant fireTime = firing instanceof Firing.Scheduled scheduled ? scheduled.fireTime() : null;
        return ShardRecord.NEW.claimed(firing, "a", 1, 0, NOON).completed(new Outcome.Succeeded(), fireTime, NOON);
    }

    private static ShardStep step(JobDefinition job, ShardRecord record, Trigger... triggers) {
        return next(job, record, Owner.UNKNOWN, triggers);
    }

    private static ShardStep dead(JobDefinition job, ShardRecord record, @Nullable Trigger trigger) {
        return trigger == null ? next(job, record, Owner.DEAD) : next(job, record, Owner.DEAD, trigger);
    }

    private static ShardStep next(JobDefinition job, ShardRecord record, Owner owner, Trigger... triggers) {
        return ShardStep.next(
                new ShardStep.Job(
                        job, Instant.EPOCH, ShardCount.always(3), Switches.NONE, Triggers.of(List.of(triggers)), NOON),
                0,
                record,
                owner,
                NOON);
    }

    private static Firing firing(ShardStep step) {
        return ((ShardStep.Claim) step).firing();
    }
}
