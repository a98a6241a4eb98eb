package io.elasticjob.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.benchmarks.worker.Execution;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettlingTest {

    private static final long SECOND = 1_000_000;
    private static final long EVENT = 10 * SECOND + SECOND / 2;

    private static Execution run(int shard, int instance, long second) {
        long begun = second * SECOND + 5_000;
        return new Execution(begun, begun + 10, 0, shard, instance, second * 1_000);
    }

    @Test
    void isInPlaceWhenTheLastShardFirstRanWithItsLastOwner() {
        List<Execution> executions = List.of(
                run(0, 1, 10),
                run(1, 2, 10),
                run(0, 1, 11),
                run(0, 1, 12),
                run(1, 1, 12),
                run(0, 1, 13),
                run(1, 1, 13));

        Settling settling = Settling.of(executions, 2, EVENT, 14 * SECOND);

        assertThat(settling.millisAfter(EVENT)).isEqualTo(1_505);
        assertThat(settling.owners()).containsExactly(1);
        assertThat(settling.missed()).isEqualTo(1); // shard 1 at second 11
        assertThat(settling.twice()).isZero();
    }

    @Test
    void doesNotCountARowThatWasBroken() {
        List<Execution> executions = List.of(run(0, 1, 11), run(0, 2, 12), run(0, 1, 13));

        assertThat(Settling.of(executions, 1, EVENT, 14 * SECOND).millisAfter(EVENT))
                .isEqualTo(2_505);
    }

    @Test
    void neverIsInPlaceWhenAShardDoesNotRunAnyMore() {
        List<Execution> executions = List.of(run(0, 1, 10), run(1, 2, 10), run(0, 1, 11), run(0, 1, 12));

        Settling settling = Settling.of(executions, 2, EVENT, 13 * SECOND);

        assertThat(settling.inPlace()).isEmpty();
        assertThat(settling.missed()).isEqualTo(2);
    }

    @Test
    void tellsWhatRanTwice() {
        List<Execution> executions = List.of(run(0, 1, 11), run(0, 2, 11), run(0, 2, 12));

        assertThat(Settling.of(executions, 1, EVENT, 13 * SECOND).twice()).isEqualTo(1);
    }
}
