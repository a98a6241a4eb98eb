package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.Setting;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.ShardStep.Owner;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ShardStepTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final JobDefinition JOB = JobDefinition.named("orders")
            .every(Duration.ofSeconds(10))
            .shards(3)
            .build();
    private static final JobDefinition FAILOVER = JobDefinition.named("orders")
            .every(Duration.ofSeconds(10))
            .shards(3)
            .failover(true)
            .build();
    private static final JobDefinition SKIP = JobDefinition.named("orders")
            .every(Duration.ofSeconds(10))
            .shards(3)
            .misfire(Misfire.SKIP)
            .build();

    // ---- Nobody runs it

    @Test
    void aFiringThatCameDueIsClaimed() {
        assertThat(step(JOB, doneThrough(NOON.minusSeconds(10)), Owner.UNKNOWN, NOON.plusMillis(3)))
                .isEqualTo(new ShardStep.Claim(scheduled(NOON), NOON, 1, 0));
    }

    @Test
    void whatIsDecidedIsNotDueAgain() {
        assertThat(step(JOB, doneThrough(NOON), Owner.UNKNOWN, NOON.plusSeconds(9)))
                .isEqualTo(new ShardStep.Rest());
    }

    @Test
    void aFiringBeforeTheScheduleTookEffectIsNeverDue() {
        ShardStep.Job job = new ShardStep.Job(JOB, NOON.plusSeconds(1), ShardCount.always(3), NOON);
        assertThat(ShardStep.next(job, 0, ShardRecord.NEW, Owner.UNKNOWN, NOON.plusSeconds(2)))
                .isEqualTo(new ShardStep.Rest());
    }

    @Test
    void ofSeveralDueFiringsTheLatestIsClaimedAndTheOlderOnesAreCounted() {
        assertThat(step(JOB, doneThrough(NOON.minusSeconds(40)), Owner.UNKNOWN, NOON))
                .isEqualTo(new ShardStep.Claim(scheduled(NOON), NOON, 1, 0));
        assertThat(DueFiring.between(JOB.schedule(), NOON.minusSeconds(40), NOON))
                .isEqualTo(3);
        assertThat(DueFiring.between(JOB.schedule(), Instant.EPOCH, NOON)).isEqualTo(DueFiring.MOST_COUNTED);
    }

    @Test
    void whatIsCountedBeginsWithTheScheduleAndWithTheShard() {
        Instant since = NOON.minusSeconds(5);
        ShardCount grown = ShardCount.always(3).changed(5, NOON);

        assertThat(DueFiring.undecidedAfter(since, grown, 0, null)).isEqualTo(since.minusNanos(1));
        assertThat(DueFiring.undecidedAfter(since, grown, 0, NOON)).isEqualTo(NOON);
        assertThat(DueFiring.undecidedAfter(since, grown, 4, null)).isEqualTo(NOON.minusNanos(1));
    }

    @Test
    void aDisabledJobRests() {
        JobDefinition disabled = JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .set(io.elasticjob.JobKey.ENABLED, "false")
                .build();
        assertThat(step(disabled, ShardRecord.NEW, Owner.UNKNOWN, NOON)).isEqualTo(new ShardStep.Rest());
    }

    @Test
    void aMisfireBeyondTheThresholdRunsOnceOrIsSkippedAsTheJobSays() {
        JobDefinition hourly =
                JobDefinition.named("orders").every(Duration.ofHours(1)).build();
        JobDefinition hourlySkip = JobDefinition.named("orders")
                .every(Duration.ofHours(1))
                .misfire(Misfire.SKIP)
                .build();
        ShardRecord record = doneThrough(NOON.minusSeconds(3600));
        Instant late = NOON.plusSeconds(61);

        assertThat(stepAt(hourly, record, late)).isInstanceOf(ShardStep.Claim.class);
        assertThat(stepAt(hourlySkip, record, NOON.plusSeconds(60))).isInstanceOf(ShardStep.Claim.class);
        assertThat(stepAt(hourlySkip, record, late))
                .isEqualTo(new ShardStep.Settle(
                        record.decidedThrough(NOON), new ElasticJobEvent.FiringSkipped("orders", 0, NOON)));
    }

    private static ShardStep stepAt(JobDefinition job, ShardRecord record, Instant now) {
        return ShardStep.next(
                new ShardStep.Job(job, Instant.EPOCH, ShardCount.always(1), NOON), 0, record, Owner.UNKNOWN, now);
    }

    @Test
    void aFiringThatWasGivenBackIsClaimedAgainUnderAnotherAttempt() {
        ShardRecord record = running("a", NOON, 1, 0).givenBack(null);
        assertThat(step(JOB, record, Owner.LIVE, NOON.plusMillis(5)))
                .isEqualTo(new ShardStep.Claim(scheduled(NOON), NOON, 2, 0));
    }

    // ---- It moved on its way

    @Test
    void aFiringThatMovedGoesOnWhateverCameDueMeanwhileAndHoweverLateItIs() {
        Instant later = NOON.plusSeconds(3_600);
        ShardRecord moved = running("a", NOON, 2, 1).withCheckpoint("row 7").givenBack(new Outcome.Moved());

        for (JobDefinition job : List.of(JOB, SKIP, FAILOVER)) {
            assertThat(ShardStep.next(
                            new ShardStep.Job(job, Instant.EPOCH, ShardCount.always(3), later),
                            0,
                            moved,
                            Owner.UNKNOWN,
                            later))
                    .as("under %s", job)
                    .isEqualTo(new ShardStep.Claim(scheduled(NOON), NOON, 3, 1));
        }
    }

    static Stream<Arguments> whatNobodyWantsToGoOn() {
        ShardCount three = ShardCount.always(3);
        JobDefinition disabled = JOB.with(Map.of(JobKey.ENABLED, new Setting("false", Setting.Source.OVERRIDE)));
        Switches off = Switches.NONE.with(0, new Switches.Switch(false, "ann", NOON, ""));
        return Stream.of(
                arguments("nothing changed", job(JOB, Instant.EPOCH, three, Switches.NONE), true),
                arguments("disabled", job(disabled, Instant.EPOCH, three, Switches.NONE), false),
                arguments("the shard switched off", job(JOB, Instant.EPOCH, three, off), false),
                arguments("another schedule", job(JOB, NOON.plusSeconds(1), three, Switches.NONE), false),
                arguments(
                        "more shards from the next firing on",
                        job(JOB, Instant.EPOCH, three.changed(5, NOON.plusSeconds(10)), Switches.NONE),
                        true),
                arguments(
                        "more shards",
                        job(JOB, Instant.EPOCH, three.changed(5, NOON.plusSeconds(5)), Switches.NONE),
                        false),
                arguments(
                        "fewer shards",
                        job(JOB, Instant.EPOCH, three.changed(1, NOON.plusSeconds(5)), Switches.NONE),
                        false));
    }

    private static ShardStep.Job job(JobDefinition definition, Instant since, ShardCount count, Switches switches) {
        return new ShardStep.Job(definition, since, count, switches, Triggers.NONE, NOON.plusSeconds(9));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatNobodyWantsToGoOn")
    void whatStoppedOnItsWayIsGivenBackOrDecidedAndKeepsItsCheckpoint(String what, ShardStep.Job job, boolean goesOn) {
        ShardRecord running = running("a", NOON, 1, 0).withCheckpoint("row 7");
        ShardRecord moved = ShardStep.moved(job, 0, running, 3, NOON.plusSeconds(99));

        assertThat(ShardStep.goesOn(job, 0, scheduled(NOON), 3)).isEqualTo(goesOn);
        assertThat(moved.checkpoint()).isEqualTo("row 7");
        assertThat(moved.outcome()).isEqualTo("MOVED");
        assertThat(moved.error()).isNull();
        assertThat(moved.deaths()).isZero();
        if (goesOn) {
            assertThat(moved.state()).isInstanceOf(ShardState.Idle.class);
            assertThat(moved.through()).isNull();
        } else {
            assertThat(moved.state()).isInstanceOf(ShardState.Done.class);
            assertThat(moved.through()).isEqualTo(NOON);
            assertThat(ShardStep.next(job, 0, moved, Owner.UNKNOWN, NOON.plusSeconds(99)))
                    .as("nothing of it is begun again")
                    .isNotEqualTo(new ShardStep.Claim(scheduled(NOON), NOON, 2, 0));
        }
    }

    @Test
    void aFiringByHandThatStoppedOnItsWayGoesOnUnlessItsTriggerWasCancelled() {
        Trigger trigger = new Trigger(
                4,
                NOON,
                "",
                new Trigger.Content(new TreeSet<>(Set.of(0)), 3, null, null),
                false,
                new Operator("ann", ""),
                Map.of());
        ShardRecord running = ShardRecord.NEW.claimed(new Firing.Triggered(4), "a", 1, 0, NOON);
        ShardStep.Job there = new ShardStep.Job(
                JOB, Instant.EPOCH, ShardCount.always(3), Switches.NONE, Triggers.of(List.of(trigger)), null);
        ShardStep.Job cancelled = job(JOB, Instant.EPOCH, ShardCount.always(3), Switches.NONE);

        ShardRecord moved = ShardStep.moved(there, 0, running, 3, NOON);
        assertThat(ShardStep.next(there, 0, moved, Owner.UNKNOWN, NOON))
                .isEqualTo(new ShardStep.Claim(new Firing.Triggered(4), NOON, trigger, 2, 0));
        assertThat(ShardStep.moved(cancelled, 0, running, 3, NOON).trigger()).isEqualTo(4);
        assertThat(ShardStep.next(cancelled, 0, moved, Owner.UNKNOWN, NOON))
                .as("only what is due by schedule")
                .isEqualTo(new ShardStep.Claim(scheduled(NOON.plusSeconds(9)), NOON.plusSeconds(9), 1, 0));
    }

    @Test
    void aShardThatAChangeTookAwayRunsItsLastFiringAndNoOther() {
        ShardCount count = ShardCount.always(3).changed(2, NOON);
        ShardRecord record = doneThrough(NOON.minusSeconds(20));
        ShardStep.Job job = new ShardStep.Job(JOB, Instant.EPOCH, count, NOON);
        Instant last = NOON.minusSeconds(10);

        assertThat(ShardStep.next(job, 2, record, Owner.UNKNOWN, NOON))
                .isEqualTo(new ShardStep.Claim(scheduled(last), last, 1, 0));
        assertThat(ShardStep.next(job, 2, doneThrough(last), Owner.UNKNOWN, NOON))
                .isEqualTo(new ShardStep.Rest());
        assertThat(ShardStep.next(job, 1, record, Owner.UNKNOWN, NOON))
                .isEqualTo(new ShardStep.Claim(scheduled(NOON), NOON, 1, 0));
    }

    @Test
    void aShardThatAChangeAddedIsNotDueBeforeTheChange() {
        ShardCount count = ShardCount.always(2).changed(3, NOON);
        ShardStep.Job before = new ShardStep.Job(JOB, Instant.EPOCH, count, NOON.minusSeconds(10));
        assertThat(ShardStep.next(before, 2, ShardRecord.NEW, Owner.UNKNOWN, NOON.minusSeconds(1)))
                .isEqualTo(new ShardStep.Rest());
    }

    // ---- Somebody runs it

    @Test
    void aLiveOwnerIsWaitedForAndAnUnknownOneIsAskedFor() {
        assertThat(step(JOB, running("a", NOON, 1, 0), Owner.LIVE, NOON)).isEqualTo(new ShardStep.Await("a"));
        assertThat(step(JOB, running("a", NOON, 1, 0), Owner.UNKNOWN, NOON)).isEqualTo(new ShardStep.AskFor("a"));
    }

    @Test
    void whatThisInstanceNeverStartedIsGivenBack() {
        ShardRecord record = running("me", NOON, 1, 0);
        assertThat(step(JOB, record, Owner.SELF, NOON)).isEqualTo(new ShardStep.Settle(record.givenBack(null), null));
    }

    @Test
    void theShardOfADeadInstanceIsRunAgainUnderTheSameFiring() {
        assertThat(step(FAILOVER, running("a", NOON, 1, 0), Owner.DEAD, NOON.plusSeconds(15)))
                .isEqualTo(new ShardStep.Claim(scheduled(NOON), NOON, 2, 1));
    }

    @Test
    void deathsAreCountedUpToTheLimit() {
        assertThat(step(FAILOVER, running("a", NOON, 3, 2), Owner.DEAD, NOON))
                .isEqualTo(new ShardStep.Claim(scheduled(NOON), NOON, 4, 3));
        assertThat(step(FAILOVER, running("a", NOON, 4, 3), Owner.DEAD, NOON)).isInstanceOf(ShardStep.Settle.class);
    }

    @Test
    void withoutFailoverTheFiringOfADeadInstanceIsLostAndDecided() {
        ShardStep step = step(JOB, running("a", NOON, 1, 0), Owner.DEAD, NOON.plusSeconds(3));

        assertThat(step).isInstanceOfSatisfying(ShardStep.Settle.class, settle -> {
            assertThat(settle.next().outcome()).isEqualTo("LOST");
            assertThat(settle.next().through()).isEqualTo(NOON);
            assertThat(settle.next().isRunning()).isFalse();
            assertThat(settle.event()).isInstanceOf(ElasticJobEvent.OwnerDied.class);
        });
    }

    @Test
    void aDeadInstancesFiringFromBeforeTheScheduleTookEffectIsLostNotRunAgain() {
        ShardStep.Job job = new ShardStep.Job(FAILOVER, NOON.plusSeconds(1), ShardCount.always(3), NOON);
        assertThat(ShardStep.next(job, 0, running("a", NOON, 1, 0), Owner.DEAD, NOON.plusSeconds(5)))
                .isInstanceOf(ShardStep.Settle.class);
    }

    @Test
    void aDeadInstancesShardThatTheFiringIsNotKnownToHaveIsLostNotRunAgain() {
        ShardCount forgotten = ShardCount.always(2).changed(4, NOON.plusSeconds(3600));
        ShardStep.Job job = new ShardStep.Job(FAILOVER, Instant.EPOCH, forgotten, NOON);

        assertThat(ShardStep.next(job, 3, running("a", NOON, 1, 0), Owner.DEAD, NOON.plusSeconds(5)))
                .isInstanceOf(ShardStep.Settle.class);
        assertThat(ShardStep.next(job, 1, running("a", NOON, 1, 0), Owner.DEAD, NOON.plusSeconds(5)))
                .isInstanceOf(ShardStep.Claim.class);
    }

    // ---- Its end

    @Test
    void anEndDecidesItsFiringAndRemembersSuccess() {
        ShardRecord done =
                ShardStep.completion(JOB, running("a", NOON, 1, 0), new Outcome.Succeeded(), NOON, NOON.plusSeconds(1));

        assertThat(done.state()).isInstanceOf(ShardState.Done.class);
        assertThat(done.through()).isEqualTo(NOON);
        assertThat(done.lastSucceeded()).isEqualTo(NOON);
        assertThat(done.outcome()).isEqualTo("SUCCEEDED");
    }

    @Test
    void aFailureIsAnEndWithAnErrorAndNoSuccess() {
        ShardRecord done = ShardStep.completion(
                JOB, running("a", NOON, 1, 0), new Outcome.Failed("boom"), NOON, NOON.plusSeconds(1));

        assertThat(done.outcome()).isEqualTo("FAILED");
        assertThat(done.error()).isEqualTo("boom");
        assertThat(done.through()).isEqualTo(NOON);
        assertThat(done.lastSucceeded()).isNull();
    }

    @Test
    void whatCameDueDuringALongRunRunsOnceOrIsSkippedAsTheJobSays() {
        Instant latest = NOON.plusSeconds(20);
        ShardRecord running = running("a", NOON, 1, 0);

        ShardRecord fireOnce =
                ShardStep.completion(JOB, running, new Outcome.Succeeded(), latest, latest.plusSeconds(1));
        ShardRecord skip = ShardStep.completion(SKIP, running, new Outcome.Succeeded(), latest, latest.plusSeconds(1));

        assertThat(fireOnce.through()).isEqualTo(NOON);
        assertThat(skip.through()).isEqualTo(latest);
    }

    @Test
    void aCheckpointGoesWithTheSuccessUnlessTheJobKeepsIt() {
        JobDefinition keeps = JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .set(io.elasticjob.JobKey.KEEP_CHECKPOINT, "true")
                .build();
        ShardRecord running =
                ShardRecord.NEW.claimed(scheduled(NOON), "a", 1, 0, NOON).withCheckpoint("page 7");

        assertThat(ShardStep.completion(JOB, running, new Outcome.Succeeded(), NOON, NOON)
                        .checkpoint())
                .isNull();
        assertThat(ShardStep.completion(JOB, running, new Outcome.Failed("boom"), NOON, NOON)
                        .checkpoint())
                .isEqualTo("page 7");
        assertThat(ShardStep.completion(keeps, running, new Outcome.Succeeded(), NOON, NOON)
                        .checkpoint())
                .isEqualTo("page 7");
    }

    @Test
    void whatWasCutOffIsRunAgainOnlyUnderFailover() {
        ShardRecord running = running("a", NOON, 1, 0);

        assertThat(ShardStep.completion(JOB, running, new Outcome.Abandoned(), NOON, NOON)
                        .through())
                .isEqualTo(NOON);
        ShardRecord given = ShardStep.completion(FAILOVER, running, new Outcome.Abandoned(), NOON, NOON);
        assertThat(given.through()).isNull();
        assertThat(given.outcome()).isEqualTo("ABANDONED");
        assertThat(step(FAILOVER, given, Owner.LIVE, NOON)).isEqualTo(new ShardStep.Claim(scheduled(NOON), NOON, 2, 0));
    }

    private static ShardStep step(JobDefinition job, ShardRecord record, Owner owner, Instant now) {
        Instant latest = job.schedule().latest(now).orElseThrow();
        Instant since = NOON.minusSeconds(3600);
        return ShardStep.next(new ShardStep.Job(job, since, ShardCount.always(3), latest), 0, record, owner, now);
    }

    private static Firing scheduled(Instant fireTime) {
        return new Firing.Scheduled(fireTime);
    }

    private static ShardRecord doneThrough(Instant fireTime) {
        return ShardRecord.NEW
                .claimed(scheduled(fireTime), "a", 1, 0, fireTime)
                .completed(new Outcome.Succeeded(), fireTime, fireTime);
    }

    private static ShardRecord running(String owner, Instant fireTime, int attempt, int deaths) {
        return ShardRecord.NEW.claimed(scheduled(fireTime), owner, attempt, deaths, fireTime);
    }
}
