package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.CancelCodec;
import io.elasticjob.codec.Decoded;
import io.elasticjob.coordination.ShardStep.Owner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CancelsTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Firing AT_NOON = new Firing.Scheduled(NOON);
    private static final Firing BY_HAND = new Firing.Triggered(7);
    private static final Instant NOW = NOON.plusSeconds(2);
    private static final Operator ANN = new Operator("ann", "the disk is full");
    private static final Outcome CANCELLED = new Outcome.Cancelled("ann", "cancelled by ann: the disk is full");

    private static final JobDefinition ORDERS = JobDefinition.named("orders")
            .every(Duration.ofSeconds(10))
            .shards(3)
            .failover(true)
            .build();

    private static ShardStep.Job job(Trigger... triggers) {
        return new ShardStep.Job(
                ORDERS,
                NOON.minusSeconds(60),
                ShardCount.always(3),
                Switches.NONE,
                Triggers.of(List.of(triggers)),
                NOON);
    }

    private static Trigger trigger() {
        return new Trigger(7, NOON, "request", new Trigger.Content(shards(0, 1), 3, null, null), false, ANN, Map.of());
    }

    private static SortedSet<Integer> shards(Integer... shards) {
        return new TreeSet<>(List.of(shards));
    }

    private static Cancel cancel(Firing firing, Integer... shards) {
        return new Cancel(NOON, firing, shards(shards), ANN, Map.of());
    }

    /** A record in words. */
    private static ShardRecord record(String words) {
        ShardRecord before = ShardRecord.NEW.decidedThrough(NOON.minusSeconds(10));
        return switch (words) {
            case "new" -> before;
            case "runs it" -> before.claimed(AT_NOON, "a.0", 1, 0, NOON);
            case "runs another" -> before.claimed(new Firing.Scheduled(NOON.minusSeconds(20)), "a.0", 1, 0, NOON);
            case "runs by hand" -> before.claimed(BY_HAND, "a.0", 1, 0, NOON);
            case "gave it back" -> record("runs it").givenBack(null);
            case "gave by hand back" -> record("runs by hand").givenBack(null);
            case "has run it" -> record("runs it").completed(new Outcome.Succeeded(), NOON, NOW);
            case "has run by hand" -> record("runs by hand").completed(new Outcome.Succeeded(), null, NOW);
            case "is through it" -> before.decidedThrough(NOON);
            default -> throw new AssertionError(words);
        };
    }

    private static Firing firing(String words) {
        return words == null ? null : Firing.of(words);
    }

    // ---- What is asked for -----------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                               | new               |
                               | runs it           | 2026-03-01T12:00:00Z
                               | runs by hand      | trigger-7
                               | gave it back      | 2026-03-01T12:00:00Z
                               | has run it        |
                               | is through it     |
            2026-03-01T12:00:00Z | new             | 2026-03-01T12:00:00Z
            2026-03-01T12:00:00Z | runs it         | 2026-03-01T12:00:00Z
            2026-03-01T12:00:00Z | runs another    | 2026-03-01T12:00:00Z
            2026-03-01T12:00:00Z | has run it      |
            2026-03-01T12:00:00Z | is through it   |
            2026-03-01T11:59:50Z | runs it         |
            2026-03-01T12:00:10Z | new             |
            trigger-7          | new               | trigger-7
            trigger-7          | runs it           | trigger-7
            trigger-7          | gave by hand back | trigger-7
            trigger-7          | has run by hand   |
            trigger-8          | new               |
            """)
    void aFiringThatRunsOrIsToRunCanBeCancelledAndWithoutANameWhatHasBegun(
            String wanted, String record, String target) {
        assertThat(Cancels.targets(job(trigger()), firing(wanted), Map.of(1, record(record)), NOW))
                .isEqualTo(target == null ? Map.of() : Map.of(1, firing(target)));
    }

    @Test
    void aTriggerDoesNotConcernShardsThatItDoesNotList() {
        assertThat(Cancels.targets(job(trigger()), BY_HAND, Map.of(2, record("new")), NOW))
                .isEmpty();
    }

    private static Trigger planned() {
        return new Trigger(
                7, NOON, "request", new Trigger.Content(new TreeSet<>(), 0, null, null), false, ANN, Map.of());
    }

    private static FiringRecord of(Firing firing, FiringRecord.Stage stage, int parts) {
        FiringRecord.Plan plan = parts == 0 ? null : new FiringRecord.Plan("1.a.0.1", 1);
        return FiringRecord.NEW.opened(
                new FiringRecord.Whole(firing, NOON, parts, new TreeSet<>(), NOON, 1, List.of(), plan), stage);
    }

    @Test
    void ofAFiringThatIsPlannedAllIsMeantHoweverManyPartsItHasByNow() {
        Triggers none = Triggers.of(List.of());
        FiringRecord planning = of(AT_NOON, new FiringRecord.Planning("a.0"), 0);
        FiringRecord open = of(AT_NOON, new FiringRecord.Open(), 3);
        FiringRecord closed =
                open.closed(new FiringRecord.Closed(FiringResult.FAILED, new TreeMap<>(), NOON, "a.0", false), null);
        Triggers waiting = Triggers.of(List.of(planned()));

        assertThat(Cancels.entire(planning, none, null)).contains(new Cancels.Entire(AT_NOON, List.of()));
        assertThat(Cancels.entire(planning, none, AT_NOON)).contains(new Cancels.Entire(AT_NOON, List.of()));
        assertThat(Cancels.entire(planning, none, BY_HAND)).isEmpty();
        assertThat(Cancels.entire(planning, waiting, BY_HAND)).contains(new Cancels.Entire(BY_HAND, List.of()));
        assertThat(Cancels.entire(open, none, null)).contains(new Cancels.Entire(AT_NOON, List.of(0, 1, 2)));
        assertThat(Cancels.entire(closed, none, null)).isEmpty();
        assertThat(Cancels.entire(closed, none, AT_NOON)).isEmpty();
        assertThat(Cancels.entire(FiringRecord.NEW, waiting, null)).isEmpty();
    }

    @Test
    void ofAFiringThatIsSplitTheShardsAreMeantThatHaveNotEndedAlsoThoseWithoutARecord() {
        Cancels.Entire entire = new Cancels.Entire(AT_NOON, List.of(0, 1, 2, 3));

        assertThat(entire.undecided(Map.of(0, record("has run it"), 1, record("runs it"), 2, record("gave it back"))))
                .isEqualTo(Map.of(1, AT_NOON, 2, AT_NOON, 3, AT_NOON));
    }

    @Test
    void aCancelOfAllOfAFiringEndsEachShardAndStaysUntilTheFiringIsClosed() {
        Cancel whole = new Cancel(NOON, AT_NOON, new TreeSet<>(), ANN, Map.of());
        Cancels cancels = new Cancels(List.of(whole));
        FiringRecord open = of(AT_NOON, new FiringRecord.Open(), 3);
        FiringRecord closed =
                open.closed(new FiringRecord.Closed(FiringResult.FAILED, new TreeMap<>(), NOON, null, true), null);
        Instant tomorrow = NOON.plus(Cancel.TIME_TO_LIVE);

        assertThat(cancels.of(4_711, AT_NOON)).contains(whole);
        assertThat(cancels.isEndedWhole(AT_NOON)).isTrue();
        assertThat(cancels.isEndedWhole(BY_HAND)).isFalse();
        assertThat(new Cancels(List.of(cancel(AT_NOON, 1))).isEndedWhole(AT_NOON))
                .isFalse();
        assertThat(Cancels.isOver(whole, open, tomorrow)).isFalse();
        assertThat(Cancels.isOver(whole, closed, NOW)).isTrue();
        assertThat(Cancels.isOver(whole, FiringRecord.NEW, NOW)).isFalse();
        assertThat(Cancels.isOver(whole, FiringRecord.NEW, tomorrow)).isTrue();
        assertThat(Cancels.isOver(whole, (FiringRecord) null, NOW)).isFalse();
        assertThat(CancelCodec.decode(NOON, CancelCodec.encode(whole))).isEqualTo(new Decoded.Value<>(whole));
        assertThat(CancelCodec.decode(
                        NOON,
                        "{\"format\":1,\"firing\":\"trigger-1\",\"who\":\"\",\"why\":\"\"}"
                                .getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Decoded.Broken.class);
    }

    // ---- What follows ----------------------------------------------------------------------------------------------

    private static Optional<ShardStep> ended(Cancel cancel, String record, Owner owner) {
        return new Cancels(List.of(cancel)).ended(job(trigger()), 1, record(record), owner, NOW);
    }

    @Test
    void whatIsToRunAgainIsCancelledInstead() {
        assertThat(ended(cancel(AT_NOON, 1), "gave it back", Owner.UNKNOWN))
                .contains(new ShardStep.Settle(
                        record("gave it back")
                                .givenUp(
                                        CANCELLED,
                                        record("gave it back").fireTime().orElse(null),
                                        NOW),
                        new ElasticJobEvent.FiringCancelled("orders", 1, AT_NOON, ANN)));
        ShardRecord next = record("gave it back")
                .givenUp(CANCELLED, record("gave it back").fireTime().orElse(null), NOW);
        assertThat(next.through()).as("decided").isEqualTo(NOON);
        assertThat(next.outcome()).isEqualTo("CANCELLED");
        assertThat(next.error()).isEqualTo("cancelled by ann: the disk is full");
        assertThat(record("gave by hand back").givenUp(CANCELLED, null, NOW).trigger())
                .isEqualTo(7);
    }

    @Test
    void aDeadOwnersRunIsNotFailedOver() {
        ShardStep step = ended(cancel(AT_NOON, 1), "runs it", Owner.DEAD).orElseThrow();

        assertThat(step).isInstanceOfSatisfying(ShardStep.Settle.class, settle -> {
            assertThat(settle.next().outcome()).isEqualTo("CANCELLED");
            assertThat(settle.next().isRunning()).isFalse();
            assertThat(settle.event())
                    .isInstanceOfSatisfying(
                            ElasticJobEvent.OwnerDied.class,
                            died -> assertThat(died.retried()).isFalse());
        });
        assertThat(ShardStep.next(job(trigger()), 1, record("runs it"), Owner.DEAD, NOW))
                .as("which it is else")
                .isInstanceOf(ShardStep.Claim.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Owner.class,
            names = {"SELF", "LIVE", "UNKNOWN"})
    void whatMayStillRunIsLeftToTheOneThatRunsIt(Owner owner) {
        assertThat(ended(cancel(AT_NOON, 1), "runs it", owner)).isEmpty();
    }

    @Test
    void whatHasNotBegunDoesNot() {
        assertThat(ended(cancel(AT_NOON, 1), "new", Owner.UNKNOWN))
                .contains(new ShardStep.Settle(
                        record("new").decidedThrough(NOON),
                        new ElasticJobEvent.FiringCancelled("orders", 1, AT_NOON, ANN)));
        assertThat(ended(cancel(BY_HAND, 1), "new", Owner.UNKNOWN))
                .contains(new ShardStep.Settle(
                        record("new").decidedUpTo(7), new ElasticJobEvent.FiringCancelled("orders", 1, BY_HAND, ANN)));
    }

    /** Else what was missed of it would come due one after the other. */
    @Test
    void ofAFixedDelayAllIsDecidedUpToNow() {
        JobDefinition delayed = JobDefinition.named("orders")
                .fixedDelay(Duration.ofSeconds(10))
                .shards(3)
                .build();
        ShardStep.Job job = new ShardStep.Job(delayed, NOON, ShardCount.always(3), null);
        Instant now = NOON.plusSeconds(3600);

        assertThat(new Cancels(List.of(cancel(AT_NOON, 1))).ended(job, 1, ShardRecord.NEW, Owner.UNKNOWN, now))
                .contains(new ShardStep.Settle(
                        ShardRecord.NEW.decidedThrough(now),
                        new ElasticJobEvent.FiringCancelled("orders", 1, AT_NOON, ANN)));
    }

    @Test
    void othersAreNotConcerned() {
        assertThat(ended(cancel(AT_NOON, 0, 2), "gave it back", Owner.UNKNOWN)).isEmpty();
        assertThat(ended(cancel(new Firing.Scheduled(NOON.minusSeconds(10)), 1), "gave it back", Owner.UNKNOWN))
                .isEmpty();
        assertThat(ended(cancel(AT_NOON, 1), "has run it", Owner.UNKNOWN)).isEmpty();
        assertThat(Cancels.NONE.ended(job(), 1, record("gave it back"), Owner.UNKNOWN, NOW))
                .isEmpty();
    }

    // ---- When it is over -------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            new           | 0  | false
            new           | 25 | true
            runs it       | 0  | false
            runs it       | 25 | false
            gave it back  | 0  | false
            gave it back  | 25 | false
            runs another  | 0  | false
            has run it    | 0  | true
            is through it | 0  | true
            """)
    void aCancelIsOverWhenItsFiringIsForEachShard(String record, int hours, boolean over) {
        Map<Integer, ShardRecord> records = Map.of(0, record("is through it"), 1, record(record));

        assertThat(Cancels.isOver(cancel(AT_NOON, 0, 1), records, NOON.plus(Duration.ofHours(hours))))
                .isEqualTo(over);
    }

    @Test
    void aLaterFiringThatWasBegunShowsThatItIsOver() {
        ShardRecord later = record("new").claimed(new Firing.Scheduled(NOON.plusSeconds(10)), "a.0", 1, 0, NOON);

        assertThat(Cancels.isOver(cancel(AT_NOON, 1), Map.of(1, later), NOON)).isTrue();
    }
}
