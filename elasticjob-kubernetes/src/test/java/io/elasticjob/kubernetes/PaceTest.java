package io.elasticjob.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {

    private static final long SECOND = 1_000_000_000L;

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20, 1_000})
    void letsTwiceAsManyThroughAtOnceAndThenSoManyASecond(int perSecond) {
        Pace pace = new Pace(perSecond);

        long atOnce = IntStream.range(0, 10 * perSecond)
                .filter(each -> pace.take(5) == 0)
                .count();
        long waiting = pace.take(5);

        assertThat(atOnce).isBetween(2L * perSecond - 1, 2L * perSecond);
        assertThat(waiting).isBetween(8 * SECOND - SECOND / perSecond, 8 * SECOND + SECOND / perSecond);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -7 * SECOND, Long.MAX_VALUE / 2})
    void isFullAgainAfterAPauseAndNoFullerThanThat(long start) {
        Pace pace = new Pace(10);
        for (int i = 0; i < 20; i++) {
            pace.take(start);
        }

        assertThat(pace.take(start)).isPositive();
        long later = start + 100 * SECOND;
        assertThat(IntStream.range(0, 30).filter(each -> pace.take(later) == 0).count())
                .isEqualTo(20);
    }
}
