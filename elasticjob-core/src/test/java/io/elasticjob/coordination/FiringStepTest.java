package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.Overlap;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.coordination.FiringRecord.Closed;
import io.elasticjob.coordination.FiringRecord.Open;
import io.elasticjob.coordination.FiringRecord.Opening;
import io.elasticjob.coordination.FiringRecord.Whole;
import io.elasticjob.coordination.FiringStep.Opener;
import io.elasticjob.coordination.ShardStep.Owner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FiringStepTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant NEXT = NOON.plusSeconds(60);
    private static final Firing AT_NOON = new Firing.Scheduled(NOON);
    private static final Opener OPENER = new Opener("a.0", 7, false, false);
    private static final Opener LISTENED = new Opener("a.0", 7, true, true);
    private static final Outcome SUCCEEDED = new Outcome.Succeeded();

    private static JobDefinition.Builder orders() {
        return JobDefinition.named("orders")
                .every(Duration.ofMinutes(1))
                .shards(3)
                .set(JobKey.RECORD_FIRINGS, "true");
    }

    private static ShardStep.Job job(JobDefinition definition, @Nullable Instant latest, Trigger... triggers) {
        return new ShardStep.Job(
                definition,
                NOON.minusSeconds(600),
                ShardCount.always(3),
                Switches.NONE,
                Triggers.of(Arrays.asList(triggers)),
                latest);
    }

    private static Trigger trigger(long number, Integer... shards) {
        return new Trigger(
                number,
                NOON.plusSeconds(1),
                "request",
                new Trigger.Content(new TreeSet<>(List.of(shards)), 3, null, null),
                false,
                Operator.UNKNOWN,
                Map.of());
    }

    private static Whole whole(Firing firing, Instant fireTime) {
        return new Whole(firing, fireTime, 3, new TreeSet<>(), fireTime, 7);
    }

    private static final FiringRecord OPEN = FiringRecord.NEW.opened(whole(AT_NOON, NOON), new Open());

    private static FiringRecord told(FiringRecord open, @Nullable Instant upTo) {
        return open.closed(
                new Closed(FiringResult.SUCCEEDED, new TreeMap<>(Map.of("SUCCEEDED", 3)), NOON, null, true), upTo);
    }

    private static Whole opened(FiringStep step) {
        return ((FiringStep.Open) step).next().current().whole();
    }

    private static Horizon horizon(Instant now) {
        return new Horizon(now, Duration.ofSeconds(10));
    }

    private static Optional<FiringRecord> closed(ShardStep.Job job, FiringRecord open, ShardRecord... records) {
        return FiringStep.closed(job, open, shard -> records[shard], OPENER, horizon(NEXT), NEXT.plusSeconds(5));
    }

    private static ShardRecord ran(Outcome outcome) {
        return ShardRecord.NEW.claimed(AT_NOON, "a.0", 1, 0, NOON).completed(outcome, NOON, NOON.plusSeconds(2));
    }

    private static final ShardRecord RUNS = ShardRecord.NEW.claimed(AT_NOON, "a.0", 1, 0, NOON);

    // ---- What is opened
    // -----------------------------------------------------------------------------------------------

    @Test
    void theLatestDueFiringIsOpenedWithItsNumberOfShards() {
        FiringStep step = FiringStep.next(job(orders().build(), NOON), FiringRecord.NEW, OPENER, NOON.plusSeconds(1));

        assertThat(step).isInstanceOfSatisfying(FiringStep.Open.class, open -> {
            assertThat(open.next().open())
                    .hasValue(new Whole(AT_NOON, NOON, 3, new TreeSet<>(), NOON.plusSeconds(1), 7));
            assertThat(open.due()).isEqualTo(NOON);
        });
    }

    private static ShardStep.Job planned() {
        return job(
                JobDefinition.named("orders")
                        .every(Duration.ofMinutes(1))
                        .set(JobKey.PLANNER, "cities")
                        .build(),
                NOON);
    }

    private static FiringRecord planning() {
        return ((FiringStep.Open) FiringStep.next(planned(), FiringRecord.NEW, LISTENED, NOON)).next();
    }

    @Test
    void whereThereIsAPlannerItIsPlannedFirstAndListenersHearOfItOnceItHasParts() {
        FiringRecord planning = planning();

        assertThat(planning.planning()).hasValue(new FiringRecord.Planning("a.0"));
        assertThat(planning.current().whole().shards()).isEmpty();

        FiringRecord begun = FiringStep.planned(
                planned(), planning, List.of("bonn", "ulm"), new FiringRecord.Plan("3.a.0", 1), LISTENED, NOON);

        assertThat(begun.opening()).hasValue(new Opening("a.0"));
        assertThat(begun.current().whole().shards()).containsExactly(0, 1);
    }

    @Test
    void withoutAPartAndWithoutAPlanAFiringIsOver() {
        FiringRecord empty = FiringStep.planned(planned(), planning(), List.of(), null, OPENER, NOON);
        FiringRecord failed = FiringStep.notPlanned(planned(), planning(), FiringResult.FAILED, OPENER, NOON);

        assertThat(empty.isFree()).isTrue();
        assertThat(((Closed) empty.current().stage()).result()).isEqualTo(FiringResult.SKIPPED);
        assertThat(((Closed) failed.current().stage()).result()).isEqualTo(FiringResult.FAILED);
        assertThat(failed.decided().has(AT_NOON)).isTrue();
        assertThat(failed.decided().has(new Firing.Scheduled(NEXT))).isFalse();
    }

    @Test
    void aPartOfAPlanRunsHoweverLongPlanningTookAndOnlyWhileTheJobIsPlanned() {
        FiringRecord open = FiringStep.planned(
                planned(), planning(), List.of("bonn", "ulm"), new FiringRecord.Plan("3.a.0", 1), OPENER, NOON);
        ShardStep.Job skips = job(
                JobDefinition.named("orders")
                        .every(Duration.ofMinutes(1))
                        .set(JobKey.PLANNER, "cities")
                        .misfire(Misfire.SKIP)
                        .build(),
                NOON);

        assertThat(new Barrier(open).begin(skips, 1, ShardRecord.NEW, NOON.plusSeconds(3_000)))
                .isInstanceOf(ShardStep.Claim.class);
        assertThat(new Barrier(open).begin(job(orders().build(), NOON), 1, ShardRecord.NEW, NOON.plusSeconds(1)))
                .isEqualTo(new ShardStep.Rest());
        assertThat(FiringStep.isDecided(planned(), open.open().get(), 1, ShardRecord.NEW, horizon(NOON)))
                .isFalse();
        assertThat(FiringStep.isDecided(
                        job(orders().build(), NOON), open.open().get(), 1, ShardRecord.NEW, horizon(NOON)))
                .isTrue();
    }

    @Test
    void aPlanIsStoredInAFormatThatEarlierVersionsLeaveAloneUntilItsFiringIsOver() {
        FiringRecord planning = planning();
        FiringRecord open = FiringStep.planned(
                planned(), planning, List.of("bonn", "ulm"), new FiringRecord.Plan("3.a.0", 1), OPENER, NOON);

        for (FiringRecord record : List.of(planning, open)) {
            assertThat(FiringRecordCodec.decode(FiringRecordCodec.encode(record)))
                    .isEqualTo(new Decoded.Value<>(record));
            assertThat(new String(FiringRecordCodec.encode(record), StandardCharsets.UTF_8))
                    .contains("\"format\":3");
        }
        assertThat(new String(FiringRecordCodec.encode(told(open, NOON)), StandardCharsets.UTF_8))
                .contains("\"format\":1");
    }

    @Test
    void aLostPlanIsStoredInALaterFormatUntilItsFiringIsOverAndThenNotAtAll() {
        FiringRecord lost = FiringStep.planLost(open());
        FiringRecord untold = lost.closed(ended(false), null);
        FiringRecord told = lost.closed(ended(true), null);

        for (FiringRecord record : List.of(lost, untold)) {
            assertThat(FiringRecordCodec.decode(FiringRecordCodec.encode(record)))
                    .isEqualTo(new Decoded.Value<>(record));
            assertThat(stored(record)).contains("\"format\":4", "\"planLost\":true");
        }
        assertThat(stored(told)).contains("\"format\":1").doesNotContain("planLost");
        assertThat(FiringRecordCodec.decode(
                        stored(lost).replace("\"format\":4", "\"format\":5").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new Decoded.Newer<>("format 5 is a later version's"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"new", "planning", "told"})
    void thatAPlanWasLostIsNotCarriedToTheNextOne(String state) {
        FiringRecord before = Map.of("new", FiringRecord.NEW, "planning", planning(), "told", told(open(), NOON))
                .get(state);
        String carried = stored(before).replaceFirst("\\{", "{\"planLost\":true,\"hue\":\"red\",");
        FiringRecord read = ((Decoded.Value<FiringRecord>)
                        FiringRecordCodec.decode(carried.getBytes(StandardCharsets.UTF_8)))
                .value();
        FiringRecord next = read.opened(open().current().whole(), new FiringRecord.Open());

        assertThat(next.unknown()).containsEntry("hue", "red").doesNotContainKey("planLost");
        assertThat(stored(next)).contains("\"format\":3", "\"hue\":\"red\"").doesNotContain("planLost");
        assertThat(FiringRecordCodec.decode(FiringRecordCodec.encode(next))).isEqualTo(new Decoded.Value<>(next));
    }

    private static Closed ended(boolean told) {
        return new Closed(FiringResult.FAILED, new TreeMap<>(), NOON, null, told);
    }

    private static String stored(FiringRecord record) {
        return new String(FiringRecordCodec.encode(record), StandardCharsets.UTF_8);
    }

    private static FiringRecord open() {
        return FiringStep.planned(
                planned(), planning(), List.of("bonn", "ulm"), new FiringRecord.Plan("3.a.0", 1), OPENER, NOON);
    }

    @Test
    void onceAPlanIsLostEachShardThatDoesNotRunIsDecidedForItself() {
        FiringRecord lost = FiringStep.planLost(open());
        ShardStep.Job job = planned().behind(new Barrier(lost));

        assertThat(FiringRecordCodec.decode(FiringRecordCodec.encode(lost))).isEqualTo(new Decoded.Value<>(lost));
        assertThat(ShardStep.next(job, 0, ShardRecord.NEW, ShardStep.Owner.UNKNOWN, NOON.plusSeconds(1)))
                .isEqualTo(new ShardStep.Settle(ShardRecord.NEW.decidedThrough(NOON), null));
        assertThat(ShardStep.next(
                        job, 0, ShardRecord.NEW.decidedThrough(NOON), ShardStep.Owner.UNKNOWN, NOON.plusSeconds(1)))
                .isEqualTo(new ShardStep.Rest());
        assertThat(ShardStep.next(job, 2, ShardRecord.NEW, ShardStep.Owner.UNKNOWN, NOON.plusSeconds(1)))
                .as("a shard that the firing does not have")
                .isEqualTo(new ShardStep.Rest());
        assertThat(ShardStep.next(job, 0, RUNS, ShardStep.Owner.LIVE, NOON.plusSeconds(1)))
                .isEqualTo(new ShardStep.Await("a.0"));
        assertThat(ShardStep.next(job, 0, RUNS.givenBack(null), ShardStep.Owner.UNKNOWN, NOON.plusSeconds(1)))
                .isInstanceOf(ShardStep.Settle.class);
        assertThat(ShardStep.next(
                        job,
                        0,
                        RUNS.givenBackByDeath(new Outcome.Lost()),
                        ShardStep.Owner.UNKNOWN,
                        NOON.plusSeconds(1)))
                .isInstanceOf(ShardStep.Settle.class);
    }

    private static final ShardRecord FAILED = RUNS.failed(new Outcome.Failed("away"), NOON.plusSeconds(1));

    private static ShardStep again(ShardStep.Job job, ShardRecord record, Owner owner, FiringRecord known) {
        return ShardStep.next(job.behind(new Barrier(known)), 0, record, owner, NOON.plusSeconds(60));
    }

    @Test
    void whatWasSplitBeforeTheJobHadAPlannerIsNotRunAsAPart() {
        FiringRecord fixed = OPEN;

        assertThat(again(planned(), ShardRecord.NEW, Owner.UNKNOWN, fixed))
                .isEqualTo(new ShardStep.Settle(ShardRecord.NEW.decidedThrough(NOON), null));
        assertThat(again(planned(), RUNS.givenBackByDeath(new Outcome.Lost()), Owner.UNKNOWN, fixed))
                .isInstanceOf(ShardStep.Settle.class);
        assertThat(again(retried(), FAILED, Owner.UNKNOWN, fixed)).isInstanceOf(ShardStep.Settle.class);
        assertThat(again(retried(), RUNS, Owner.LIVE, fixed)).isEqualTo(new ShardStep.Await("a.0"));
    }

    @Test
    void aTriggerThatListsItsShardsHasItsOwnPartsThoughTheJobHasAPlannerByNow() {
        Firing first = new Firing.Triggered(0);
        ShardStep.Job job = job(planned().definition(), NOON, trigger(0, 0, 1, 2));
        ShardRecord died = ShardRecord.NEW.claimed(first, "a.0", 1, 0, NOON).givenBackByDeath(new Outcome.Lost());

        assertThat(again(job, ShardRecord.NEW, Owner.UNKNOWN, FiringRecord.NEW.opened(whole(first, NOON), new Open())))
                .isInstanceOf(ShardStep.Claim.class);
        assertThat(again(job, died, Owner.UNKNOWN, told(OPEN, null))).isInstanceOf(ShardStep.Claim.class);
    }

    @Test
    void aPartWhoseFiringIsOverIsNotRunAgain() {
        FiringRecord open = open();
        FiringRecord next = open.closed(ended(true), null)
                .opened(new Whole(new Firing.Scheduled(NEXT), NEXT, 3, new TreeSet<>(), NEXT, 7), new Open());

        assertThat(again(retried(), FAILED, Owner.UNKNOWN, open)).isEqualTo(new ShardStep.Claim(AT_NOON, NOON, 2, 0));
        assertThat(again(retried(), FAILED, Owner.UNKNOWN, open.closed(ended(true), null)))
                .isInstanceOf(ShardStep.Settle.class);
        assertThat(again(retried(), FAILED, Owner.UNKNOWN, next)).isInstanceOf(ShardStep.Settle.class);
    }

    private static ShardStep.Job retried() {
        return job(
                JobDefinition.named("orders")
                        .every(Duration.ofMinutes(1))
                        .set(JobKey.PLANNER, "cities")
                        .set(JobKey.RETRY_ATTEMPTS, "2")
                        .set(JobKey.RETRY_DELAY, "1s")
                        .set(JobKey.RETRY_JITTER, "0")
                        .build(),
                NOON);
    }

    @Test
    void aFiringWhosePlanIsLostHasFailedUnlessAllOfItHasRun() {
        FiringRecord lost = FiringStep.planLost(open());
        ShardRecord ran = ran(new Outcome.Succeeded());
        ShardRecord not = ShardRecord.NEW.decidedThrough(NOON);

        assertThat(closed(planned(), lost, ran, ShardRecord.NEW)).isEmpty();
        assertThat(closed(planned(), lost, ran, RUNS)).isEmpty();
        assertThat(closed(planned(), lost, ran, ran)
                        .map(closed -> ((Closed) closed.current().stage()).result()))
                .hasValue(FiringResult.SUCCEEDED);
        assertThat(closed(planned(), lost, ran, not)
                        .map(closed -> ((Closed) closed.current().stage()).result()))
                .hasValue(FiringResult.FAILED);
        assertThat(closed(planned(), lost, not, not)
                        .map(closed -> ((Closed) closed.current().stage()).result()))
                .hasValue(FiringResult.FAILED);
    }

    @Test
    void aPlannerThatLivesHasItsTimeAndASessionToSayWhatHasComeOfIt() {
        Duration timeout = Duration.ofSeconds(60);
        Duration session = Duration.ofSeconds(15);

        assertThat(FiringStep.isPlannerLate(Duration.ofSeconds(79), timeout, session))
                .isFalse();
        assertThat(FiringStep.isPlannerLate(Duration.ofSeconds(80), timeout, session))
                .isTrue();
    }

    @Test
    void whereListenersHearOfItTheyAreToldFirst() {
        FiringStep step = FiringStep.next(job(orders().build(), NOON), FiringRecord.NEW, LISTENED, NOON);

        assertThat(((FiringStep.Open) step).next().opening()).hasValue(new Opening("a.0"));
    }

    @Test
    void whatIsDecidedForTheJobIsNotOpenedAgain() {
        FiringRecord done = told(OPEN, null);

        assertThat(FiringStep.next(job(orders().build(), NOON), done, OPENER, NOON.plusSeconds(9)))
                .isInstanceOf(FiringStep.Rest.class);
        assertThat(opened(FiringStep.next(job(orders().build(), NEXT), done, OPENER, NEXT))
                        .firing())
                .isEqualTo(new Firing.Scheduled(NEXT));
    }

    @Test
    void ofADisabledJobNothingIsOpened() {
        JobDefinition off = orders().set(JobKey.ENABLED, "false").build();

        assertThat(FiringStep.next(job(off, NOON, trigger(0, 1)), FiringRecord.NEW, OPENER, NOON))
                .isInstanceOf(FiringStep.Rest.class);
    }

    @Test
    void triggersAndFiringsByScheduleTakeTurns() {
        ShardStep.Job job = job(orders().build(), NEXT, trigger(0, 0, 1, 2), trigger(1, 2));
        FiringStep first = FiringStep.next(job, told(OPEN, null), OPENER, NEXT);
        assertThat(opened(first).firing()).isEqualTo(new Firing.Triggered(0));
        assertThat(opened(first).listed()).isEmpty();

        FiringStep second = FiringStep.next(job, told(((FiringStep.Open) first).next(), null), OPENER, NEXT);
        assertThat(opened(second).firing()).isEqualTo(new Firing.Scheduled(NEXT));

        FiringStep third = FiringStep.next(job, told(((FiringStep.Open) second).next(), null), OPENER, NEXT);
        assertThat(opened(third).firing()).isEqualTo(new Firing.Triggered(1));
        assertThat(opened(third).shards()).containsExactly(2);
    }

    @Test
    void whatCouldNotStartInTimeIsClosedAsSkippedWhereItIsToBeSkipped() {
        JobDefinition skips = orders().misfire(Misfire.SKIP).build();
        FiringStep step = FiringStep.next(job(skips, NOON), FiringRecord.NEW, LISTENED, NOON.plusSeconds(61));

        FiringRecord next = ((FiringStep.Open) step).next();
        assertThat(next.untold()).get().extracting(Closed::result).isEqualTo(FiringResult.SKIPPED);
        assertThat(next.decided().through()).isEqualTo(NOON);
    }

    @Test
    void firingsThatQueueAreOpenedOneAfterAnother() {
        JobDefinition queues =
                orders().set(JobKey.OVERLAP, Overlap.QUEUE_ALL.name()).build();
        FiringRecord late = OPEN.closed(
                new Closed(FiringResult.SUCCEEDED, new TreeMap<>(), NEXT.plusSeconds(65), null, true), null);

        assertThat(opened(FiringStep.next(job(queues, NEXT.plusSeconds(60)), late, OPENER, NEXT.plusSeconds(65)))
                        .fireTime())
                .isEqualTo(NEXT);
    }

    @Test
    void afterADelayTheNextFiringFollowsTheClose() {
        JobDefinition delayed = JobDefinition.named("orders")
                .fixedDelay(Duration.ofSeconds(30))
                .set(JobKey.RECORD_FIRINGS, "true")
                .build();
        FiringRecord done = told(OPEN, NOON.plusSeconds(100));

        assertThat(FiringStep.next(job(delayed, null), done, OPENER, NOON.plusSeconds(129)))
                .isEqualTo(new FiringStep.Rest(NOON.plusSeconds(130)));
        assertThat(opened(FiringStep.next(job(delayed, null), done, OPENER, NOON.plusSeconds(130)))
                        .fireTime())
                .isEqualTo(NOON.plusSeconds(130));
    }

    // ---- What a shard does
    // ----------------------------------------------------------------------------------------------

    private static ShardStep step(
            @Nullable FiringRecord firings, ShardRecord record, Instant now, Trigger... triggers) {
        ShardStep.Job job = job(orders().build(), NEXT, triggers).behind(new Barrier(firings));
        return ShardStep.next(job, 0, record, Owner.UNKNOWN, now);
    }

    @Test
    void aShardIsDueForWhatIsOpenOrForNothing() {
        assertThat(step(null, ShardRecord.NEW, NEXT)).isInstanceOf(ShardStep.Rest.class);
        assertThat(step(FiringRecord.NEW, ShardRecord.NEW, NEXT)).isInstanceOf(ShardStep.Rest.class);
        assertThat(step(told(OPEN, null), ShardRecord.NEW, NEXT)).isInstanceOf(ShardStep.Rest.class);
        assertThat(step(OPEN, ran(SUCCEEDED), NEXT)).isInstanceOf(ShardStep.Rest.class);
        assertThat(step(OPEN, ShardRecord.NEW, NOON.minusMillis(1))).isEqualTo(new ShardStep.Rest(NOON));
        assertThat(step(OPEN, ShardRecord.NEW, NEXT)).isEqualTo(new ShardStep.Claim(AT_NOON, NOON, 1, 0));
    }

    @Test
    void aTriggerRunsOnceItIsOpenAndNoOtherDoes() {
        Firing first = new Firing.Triggered(0);
        FiringRecord open = FiringRecord.NEW.opened(whole(first, NOON), new Open());

        assertThat(step(OPEN, ran(SUCCEEDED), NEXT, trigger(0, 0, 1, 2))).isInstanceOf(ShardStep.Rest.class);
        assertThat(step(open, ShardRecord.NEW, NEXT, trigger(0, 0, 1, 2), trigger(1, 0)))
                .isInstanceOfSatisfying(
                        ShardStep.Claim.class,
                        claim -> assertThat(claim.firing()).isEqualTo(first));
        assertThat(step(open, ShardRecord.NEW.decidedUpTo(0), NEXT, trigger(0, 0), trigger(1, 0)))
                .isInstanceOf(ShardStep.Rest.class);
    }

    @Test
    void aTriggerThatWasClosedWithoutTheShardIsOverForIt() {
        FiringRecord over = told(FiringRecord.NEW.opened(whole(new Firing.Triggered(0), NOON), new Open()), null);

        assertThat(step(over, ShardRecord.NEW, NEXT, trigger(0, 0, 1)))
                .isEqualTo(new ShardStep.Settle(ShardRecord.NEW.decidedUpTo(0), null));
    }

    @Test
    void whereItIsTooLateForAShardOfWhatIsOpenThatShardSkipsIt() {
        JobDefinition skips = orders().misfire(Misfire.SKIP).build();
        ShardStep.Job job = job(skips, NEXT).behind(new Barrier(OPEN));

        assertThat(ShardStep.next(job, 0, ShardRecord.NEW, Owner.UNKNOWN, NOON.plusSeconds(61)))
                .isInstanceOfSatisfying(ShardStep.Settle.class, settle -> {
                    assertThat(settle.next().through()).isEqualTo(NOON);
                    assertThat(settle.event()).isInstanceOf(ElasticJobEvent.FiringSkipped.class);
                });
    }

    @Test
    void endsSkipNothingThatCameDueMeanwhile() {
        JobDefinition skips = orders().misfire(Misfire.SKIP).build();

        assertThat(ShardStep.completion(skips, RUNS, SUCCEEDED, NEXT, NEXT.plusSeconds(1))
                        .through())
                .isEqualTo(NOON);
    }

    @Test
    void aFiringThatFailedIsRunAgainThoughTheNextOneIsDue() {
        JobDefinition retries = orders().set(JobKey.RETRY_ATTEMPTS, "2")
                .set(JobKey.RETRY_DELAY, "1s")
                .set(JobKey.RETRY_JITTER, "0")
                .build();
        ShardRecord failed = ShardStep.completion(retries, RUNS, new Outcome.Failed("away"), NEXT, NEXT.plusSeconds(1));
        assertThat(failed.toRetry()).isPresent();

        ShardStep.Job job = job(retries, NEXT).behind(new Barrier(OPEN));
        assertThat(ShardStep.next(job, 0, failed, Owner.UNKNOWN, NEXT.plusSeconds(3)))
                .isEqualTo(new ShardStep.Claim(AT_NOON, NOON, 2, 0));
        assertThat(closed(job(retries, NEXT), OPEN, ran(SUCCEEDED), failed, ran(SUCCEEDED)))
                .isEmpty();
    }

    // ---- The close
    // --------------------------------------------------------------------------------------------------------

    @Test
    void aFiringIsClosedWhenAllItsShardsHaveRunIt() {
        ShardStep.Job job = job(orders().build(), NEXT);

        assertThat(closed(job, OPEN, ran(SUCCEEDED), RUNS, ran(SUCCEEDED))).isEmpty();
        assertThat(closed(job, OPEN, ran(SUCCEEDED), ShardRecord.NEW, ran(SUCCEEDED)))
                .isEmpty();
        FiringRecord closed = closed(job, OPEN, ran(SUCCEEDED), ran(new Outcome.Failed("no")), ran(SUCCEEDED))
                .orElseThrow();
        assertThat(closed.isFree()).isTrue();
        assertThat(closed.decided().through()).isEqualTo(NOON);
        assertThat(closed.current().stage())
                .isEqualTo(new Closed(
                        FiringResult.FAILED,
                        new TreeMap<>(Map.of("SUCCEEDED", 2, "FAILED", 1)),
                        NEXT.plusSeconds(5),
                        null,
                        true));
    }

    @Test
    void whoClosesTellsTheListeners() {
        ShardRecord done = ran(SUCCEEDED);
        FiringRecord closed = FiringStep.closed(
                        job(orders().build(), NEXT), OPEN, any -> done, LISTENED, horizon(NEXT), NEXT)
                .orElseThrow();

        assertThat(closed.untold()).get().extracting(Closed::teller).isEqualTo("a.0");
    }

    @Test
    void whatTheSettingsDoNotWantAnyMoreIsDecided() {
        ShardRecord none = ShardRecord.NEW;
        JobDefinition off = orders().set(JobKey.ENABLED, "false").build();
        Switches.Switch isOff = new Switches.Switch(false, "", NOON, "");
        ShardStep.Job withoutOne = new ShardStep.Job(
                orders().build(),
                NOON.minusSeconds(600),
                ShardCount.always(3),
                Switches.NONE.with(1, isOff),
                Triggers.NONE,
                NEXT);
        ShardStep.Job later = new ShardStep.Job(orders().build(), NOON.plusSeconds(1), ShardCount.always(3), NEXT);

        assertThat(result(closed(job(off, NEXT), OPEN, none, none, none))).isEqualTo(FiringResult.SKIPPED);
        assertThat(result(closed(later, OPEN, none, none, none))).isEqualTo(FiringResult.SKIPPED);
        assertThat(result(closed(withoutOne, OPEN, ran(SUCCEEDED), none, ran(SUCCEEDED))))
                .isEqualTo(FiringResult.SUCCEEDED);
        assertThat(closed(job(off, NEXT), OPEN, none, RUNS, none)).isEmpty(); // it runs all the same
    }

    private static FiringResult result(Optional<FiringRecord> closed) {
        return ((Closed) closed.orElseThrow().current().stage()).result();
    }

    @Test
    void theCloseDecidesForTheJobWhatCameDueMeanwhile() {
        ShardRecord done = ran(SUCCEEDED);
        JobDefinition skips = orders().misfire(Misfire.SKIP).build();

        assertThat(closed(job(skips, NEXT), OPEN, done, done, done)
                        .orElseThrow()
                        .decided()
                        .through())
                .isEqualTo(NEXT);
        assertThat(closed(job(orders().build(), NEXT), OPEN, done, done, done)
                        .orElseThrow()
                        .decided()
                        .through())
                .isEqualTo(NOON);
    }

    @Test
    void aFiringByHandIsClosedWhenItsShardsHaveRunItOrItIsGone() {
        Firing first = new Firing.Triggered(0);
        FiringRecord open = FiringRecord.NEW.opened(whole(first, NOON), new Open());
        ShardRecord waits = ShardRecord.NEW;
        ShardRecord done = waits.decidedUpTo(0);
        ShardRecord runs = waits.claimed(first, "a.0", 1, 0, NOON);
        JobDefinition off = orders().set(JobKey.ENABLED, "false").build();

        assertThat(closed(job(orders().build(), NOON, trigger(0, 0, 1, 2)), open, done, waits, done))
                .isEmpty();
        assertThat(closed(job(off, NOON, trigger(0, 0, 1, 2)), open, done, waits, done))
                .isEmpty();
        assertThat(closed(job(orders().build(), NOON), open, done, runs, done)).isEmpty();
        FiringRecord gone =
                closed(job(orders().build(), NOON), open, done, waits, done).orElseThrow();
        assertThat(gone.decided()).isEqualTo(new FiringRecord.Decided(null, 0));
    }

    @Test
    void whatAClockThatWasAheadHasOpenedIsClosedAndPutRight() {
        Instant ahead = NOON.plusSeconds(36_000);
        ShardRecord none = ShardRecord.NEW;
        FiringRecord open = FiringRecord.NEW.opened(whole(new Firing.Scheduled(ahead), ahead), new Open());
        FiringRecord closed =
                closed(job(orders().build(), NOON), open, none, none, none).orElseThrow();

        assertThat(closed.decided().through()).isEqualTo(ahead);
        assertThat(FiringStep.corrected(job(orders().build(), NOON), closed, horizon(NOON))
                        .orElseThrow()
                        .decided()
                        .through())
                .isEqualTo(NOON);
        assertThat(FiringStep.corrected(job(orders().build(), NOON), told(OPEN, null), horizon(NOON)))
                .isEmpty();
    }

    @Test
    void whatTheRegistrysClockHasReachedWasOpenedByNoClockThatWasAhead() {
        Instant hence = NOON.plusSeconds(36_000);
        Horizon behind = new Horizon(NOON, Duration.ofSeconds(10), hence);
        FiringRecord open = FiringRecord.NEW.opened(whole(new Firing.Scheduled(hence), hence), new Open());

        assertThat(FiringStep.closed(job(orders().build(), NOON), open, any -> ShardRecord.NEW, OPENER, behind, NOON))
                .isEmpty();
        assertThat(FiringStep.corrected(job(orders().build(), NOON), told(open, hence), behind))
                .isEmpty();
        assertThat(FiringStep.corrected(job(orders().build(), NOON), told(open, hence), horizon(NOON)))
                .isPresent();
    }

    @Test
    void whatIsStoredComesBack() {
        Whole listed = new Whole(new Firing.Triggered(4), NOON, 3, new TreeSet<>(List.of(0, 2)), NOON, 7);
        for (FiringRecord record : List.of(
                FiringRecord.NEW,
                OPEN,
                FiringRecord.NEW.opened(listed, new Opening("a.0")),
                told(OPEN, NEXT),
                new FiringRecord(null, new FiringRecord.Decided(NOON, 4), Map.of("later", "kept")))) {
            assertThat(FiringRecordCodec.decode(FiringRecordCodec.encode(record)))
                    .isEqualTo(new Decoded.Value<>(record));
        }
    }
}
