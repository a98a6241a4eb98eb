package io.elasticjob.benchmarks.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WriteCostTest {

    private static final double CLOSE = 1e-9;

    @Test
    void goesThroughBothPoints() {
        WriteCost cost = WriteCost.measured(6_000, 2_000, 200);

        assertThat(cost.share(traffic(6_000, 6_000))).isCloseTo(1, within(CLOSE));
        assertThat(cost.share(traffic(2_000, 400_000))).isCloseTo(1, within(CLOSE));
        assertThat(cost.share(traffic(200, 40_000))).isCloseTo(0.1, within(CLOSE));
    }

    @Test
    void isNeverLessThanNothing() {
        WriteCost cost = WriteCost.measured(1_000, 1_100, 200);

        assertThat(cost.secondsPerPut()).isZero();
        assertThat(cost.secondsPerTransaction()).isEqualTo(0.001);
        assertThatThrownBy(() -> WriteCost.measured(0, 1, 200)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Traffic traffic(double transactions, double puts) {
        return new Traffic(transactions, transactions, puts, 0, 0, 0, 0, 0);
    }
}
