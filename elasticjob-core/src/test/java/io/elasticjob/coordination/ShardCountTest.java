package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ShardCountTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant ONE = NOON.plusSeconds(3600);
    private static final Instant TWO = NOON.plusSeconds(7200);
    private static final ShardParameters OLD = parameters("old", "a", "b", "c");
    private static final ShardParameters NEW = parameters("new", "d", "e");

    @Test
    void eachFiringHasTheNumberThatHeldForItWhateverCameAfter() {
        ShardCount count = ShardCount.always(3).changed(5, NOON).changed(2, ONE).changed(4, TWO);

        assertThat(count.at(NOON.minusNanos(1))).isEqualTo(3);
        assertThat(count.at(NOON)).isEqualTo(5);
        assertThat(count.at(ONE)).isEqualTo(2);
        assertThat(count.at(TWO)).isEqualTo(4);
        assertThat(count.count()).isEqualTo(4);
        assertThat(count.largest()).isEqualTo(5);
    }

    @Test
    void aChangeThatIsTakenBackBeforeItTookEffectLeavesNothing() {
        ShardCount three = ShardCount.always(3);

        assertThat(three.changed(5, ONE).changed(3, ONE)).isEqualTo(three);
        assertThat(three.changed(5, ONE).changed(4, ONE)).isEqualTo(three.changed(4, ONE));
        assertThat(three.changed(5, TWO).changed(4, ONE)).isEqualTo(three.changed(4, ONE));
    }

    @Test
    void aShardKnowsSinceWhenItIsThereAndSinceWhenNotAnyMore() {
        ShardCount count = ShardCount.always(3).changed(5, NOON).changed(2, ONE).changed(4, TWO);

        assertThat(count.since(0)).isEmpty();
        assertThat(count.since(2)).contains(TWO);
        assertThat(count.since(4)).contains(NOON);
        assertThat(count.goneSince(0, TWO)).isEmpty();
        assertThat(count.goneSince(2, TWO)).contains(ONE);
        assertThat(count.goneSince(4, NOON)).isEmpty();
        assertThat(count.goneSince(4, TWO)).contains(ONE);
    }

    @Test
    void whatIsShownIsWhatMayStillComeDue() {
        ShardCount count = ShardCount.always(5).changed(2, ONE);

        assertThat(count.shownAt(NOON)).isEqualTo(5);
        assertThat(count.shownAt(ONE)).isEqualTo(2);
        assertThat(ShardCount.always(2).changed(5, ONE).shownAt(NOON)).isEqualTo(5);
    }

    @Test
    void parametersChangeTogetherWithTheNumber() {
        ShardCount count = ShardCount.always(3).changed(2, ONE, OLD, NEW);

        assertThat(count.at(ONE.minusNanos(1))).isEqualTo(3);
        assertThat(count.parametersAt(ONE.minusNanos(1))).contains(OLD);
        assertThat(count.at(ONE)).isEqualTo(2);
        assertThat(count.parametersAt(ONE)).as("those that are set now").isEmpty();
        assertThat(count.upcoming(NOON)).contains(new ShardCount.Upcoming(3, 2, ONE));
        assertThat(count.upcoming(ONE)).isEmpty();
    }

    @Test
    void parametersOfTheSameNumberOfShardsHoldFromAFiringOnToo() {
        ShardParameters swapped = parameters("old", "b", "a", "c");
        ShardCount count = ShardCount.always(3).changed(3, ONE, OLD, swapped);

        assertThat(count.parametersAt(NOON)).contains(OLD);
        assertThat(count.parametersAt(ONE)).isEmpty();
        assertThat(count.upcoming(NOON)).contains(new ShardCount.Upcoming(3, 3, ONE));
        assertThat(count.changed(3, TWO, swapped, OLD).parametersAt(ONE)).contains(swapped);
        assertThat(count.changed(3, ONE, swapped, OLD)).as("taken back").isEqualTo(ShardCount.always(3));
    }

    @Test
    void eachOfSeveralChangesKeepsItsOwnParameters() {
        ShardParameters last = parameters("last", "x");
        ShardCount count = ShardCount.always(3).changed(2, NOON, OLD, NEW).changed(1, ONE, NEW, last);

        assertThat(count.parametersAt(NOON.minusNanos(1))).contains(OLD);
        assertThat(count.parametersAt(NOON)).contains(NEW);
        assertThat(count.parametersAt(ONE)).isEmpty();
    }

    @Test
    void theParameterOfTheJobAloneHoldsAtOnceAndElseWithTheShards() {
        ShardParameters other = new ShardParameters(OLD.ofShards(), "other");

        assertThat(ShardCount.always(3).changed(3, ONE, OLD, other)).isEqualTo(ShardCount.always(3));
        ShardCount pending = ShardCount.always(3).changed(2, ONE, OLD, NEW);
        ShardCount changed = pending.changed(2, TWO, NEW, new ShardParameters(NEW.ofShards(), "other"));
        assertThat(changed.at(ONE)).isEqualTo(2);
        assertThat(changed.parametersAt(NOON)).contains(other);
        assertThat(changed.parametersAt(ONE)).isEmpty();
        assertThat(pending.changed(2, TWO, NEW, NEW)).as("nothing changes").isEqualTo(pending);
    }

    @Test
    void earlierParametersTakeNoMoreRoomThanSettingsMay() {
        ShardCount count = ShardCount.always(1);
        ShardParameters before = parameters("", "0" + "x".repeat(100_000));
        for (int i = 1; i < 20; i++) {
            ShardParameters after = parameters("", i + "x".repeat(100_000));
            count = count.changed(1, NOON.plusSeconds(i), before, after);
            before = after;
        }

        assertThat(count.changes()).hasSizeLessThan(4);
        assertThat(count.parametersAt(NOON.plusSeconds(18)).orElseThrow().of(0)).startsWith("18x");
        assertThat(count.parametersAt(NOON.plusSeconds(19))).isEmpty();
    }

    private static ShardParameters parameters(String ofJob, String... ofShards) {
        SortedMap<Integer, String> byShard = new TreeMap<>();
        for (int i = 0; i < ofShards.length; i++) {
            byShard.put(i, ofShards[i]);
        }
        return new ShardParameters(byShard, ofJob);
    }

    @Test
    void manyChangesInAShortTimeAreAllRemembered() {
        ShardCount count = ShardCount.always(1);
        for (int i = 2; i < 10; i++) {
            count = count.changed(i, NOON.plusSeconds(i));
        }

        for (int i = 2; i < 10; i++) {
            assertThat(count.at(NOON.plusSeconds(i))).isEqualTo(i);
        }
    }

    @Test
    void oldChangesAreForgottenAndAJobWithoutScheduleChangesAtOnce() {
        ShardCount count = ShardCount.always(1);
        for (int i = 2; i < 10; i++) {
            count = count.changed(i, NOON.plusSeconds(3600 * i));
        }

        assertThat(count.changes()).hasSizeLessThan(4);
        assertThat(count.count()).isEqualTo(9);
        assertThat(count.at(NOON.plusSeconds(3600 * 8))).isEqualTo(8);
        assertThat(count.changed(3, null)).isEqualTo(ShardCount.always(3));
    }
}
