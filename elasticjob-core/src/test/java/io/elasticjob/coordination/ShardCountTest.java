package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ShardCountTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant ONE = NOON.plusSeconds(3600);
    private static final Instant TWO = NOON.plusSeconds(7200);

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
