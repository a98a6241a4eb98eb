package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a trigger that is there still, by the records of its shards and by its age. */
class LeftTriggerTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Trigger THIRD = new Trigger(
            3,
            NOON,
            "r",
            new Trigger.Content(new TreeSet<>(List.of(0, 2)), 3, null, null),
            false,
            Operator.UNKNOWN,
            Map.of());

    private static final ShardRecord IDLE = ShardRecord.NEW;
    private static final ShardRecord RUNS = IDLE.claimed(new Firing.Triggered(3), "a", 1, 0, NOON);
    private static final ShardRecord RUNS_ANOTHER = IDLE.claimed(new Firing.Triggered(2), "a", 1, 0, NOON);
    private static final ShardRecord RAN = RUNS.completed(new Outcome.Failed("boom"), null, NOON);
    private static final ShardRecord RUNS_THE_NEXT = RAN.claimed(new Firing.Triggered(4), "a", 1, 0, NOON);

    @Test
    void isDoneWhenAllOfItsShardsHaveRunItWhateverTheyDoNow() {
        assertThat(outlook(RAN, RAN)).isEqualTo(TriggerOutlook.DONE);
        assertThat(outlook(RUNS_THE_NEXT, RAN)).isEqualTo(TriggerOutlook.DONE);
        assertThat(TriggerOutlook.of(THIRD, Map.of(0, RAN, 1, IDLE, 2, RAN)))
                .as("a shard that it does not list says nothing")
                .isEqualTo(TriggerOutlook.DONE);
    }

    @Test
    void isStillToBeRunWhenOneShardHasNot() {
        assertThat(outlook(RAN, IDLE)).isEqualTo(TriggerOutlook.TO_RUN);
        assertThat(outlook(RUNS, RAN)).isEqualTo(TriggerOutlook.TO_RUN);
        assertThat(outlook(RUNS_ANOTHER, RAN)).isEqualTo(TriggerOutlook.TO_RUN);
        assertThat(TriggerOutlook.of(THIRD, Map.of(2, IDLE)))
                .as("nothing need be known of the others")
                .isEqualTo(TriggerOutlook.TO_RUN);
    }

    @Test
    void isUnknownWhenOnlyOthersCanTell() {
        assertThat(TriggerOutlook.of(THIRD, Map.of())).isEqualTo(TriggerOutlook.UNKNOWN);
        assertThat(TriggerOutlook.of(THIRD, Map.of(0, RAN))).isEqualTo(TriggerOutlook.UNKNOWN);
        assertThat(TriggerOutlook.of(THIRD, Map.of(0, RAN, 1, RAN))).isEqualTo(TriggerOutlook.UNKNOWN);
    }

    @ParameterizedTest(name = "after {0} s: {1}")
    @CsvSource({"-5, TO_OTHERS", "10, TO_OTHERS", "11, PERHAPS_DONE", "86399, PERHAPS_DONE", "86400, EXPIRED"})
    void theLeaderLooksAtItByItsAge(int seconds, LeftTrigger expected) {
        assertThat(LeftTrigger.of(THIRD, NOON.plusSeconds(seconds))).isEqualTo(expected);
    }

    @Test
    void whatIsGivenUpNamesTheShardsThatHaveNotRunItAndStaysWhileOneDoes() {
        assertThat(notRun(IDLE, RAN)).contains(new TreeSet<>(List.of(0)));
        assertThat(notRun(RUNS_ANOTHER, IDLE)).contains(new TreeSet<>(List.of(0, 2)));
        assertThat(notRun(RAN, RUNS_THE_NEXT)).contains(new TreeSet<>());
        assertThat(notRun(IDLE, RUNS)).isEmpty();
        assertThat(notRun(RUNS, RAN)).isEmpty();
    }

    @ParameterizedTest(name = "a stranger''s {0}, after {1} s: {2}")
    @CsvSource({"false, 86399, false", "false, 86400, true", "true, 0, true"})
    void whatNoInstanceCanReadGoesAfterTheSameTimeAndAStrangersAtOnce(
            boolean isStrangers, int seconds, boolean expected) {
        assertThat(LeftTrigger.isUnreadableExpired(NOON, isStrangers, NOON.plusSeconds(seconds)))
                .isEqualTo(expected);
    }

    @Test
    void whatWasLookedAtLastComesLast() {
        List<Long> all = LongStream.range(0, 50).boxed().toList();

        assertThat(LeftTrigger.inTurn(all, -1, 20)).isEqualTo(all.subList(0, 20));
        assertThat(LeftTrigger.inTurn(all, 39, 20))
                .startsWith(40L, 41L)
                .endsWith(8L, 9L)
                .hasSize(20);
        assertThat(LeftTrigger.inTurn(List.of(3L, 7L), 3, 20)).containsExactly(7L, 3L);
        assertThat(LeftTrigger.inTurn(List.of(), 3, 20)).isEmpty();
    }

    @Test
    void aPlannedOneIsGivenUpWhereItsFiringWasNotBegun() {
        Trigger planned = new Trigger(
                3, NOON, "r", new Trigger.Content(new TreeSet<>(), 0, null, null), false, Operator.UNKNOWN, Map.of());
        FiringRecord.Whole whole = new FiringRecord.Whole(planned.firing(), NOON, 0, new TreeSet<>(), NOON, 1);
        FiringRecord planning = FiringRecord.NEW.opened(whole, new FiringRecord.Planning("a.0"));
        FiringRecord closed =
                planning.closed(new FiringRecord.Closed(FiringResult.SKIPPED, new TreeMap<>(), NOON, null, true), null);
        FiringRecord later = new FiringRecord(null, new FiringRecord.Decided(NOON, 4), Map.of());

        assertThat(LeftTrigger.ofPlanned(planned, FiringRecord.NEW)).isEqualTo(LeftTrigger.OfPlanned.GIVEN_UP);
        assertThat(LeftTrigger.ofPlanned(planned, planning)).isEqualTo(LeftTrigger.OfPlanned.UNDER_WAY);
        assertThat(LeftTrigger.ofPlanned(planned, closed)).isEqualTo(LeftTrigger.OfPlanned.DONE);
        assertThat(LeftTrigger.ofPlanned(planned, later)).isEqualTo(LeftTrigger.OfPlanned.DONE);
    }

    private static TriggerOutlook outlook(ShardRecord first, ShardRecord second) {
        return TriggerOutlook.of(THIRD, Map.of(0, first, 2, second));
    }

    private static Optional<SortedSet<Integer>> notRun(ShardRecord first, ShardRecord second) {
        return LeftTrigger.notRun(THIRD, Map.of(0, first, 2, second));
    }
}
