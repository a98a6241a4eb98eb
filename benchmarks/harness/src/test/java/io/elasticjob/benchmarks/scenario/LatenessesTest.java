package io.elasticjob.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.benchmarks.worker.Execution;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatenessesTest {

    private static final Execution THREE_SECONDS_LATE = new Execution(13_250_000, 13_250_010, 0, 0, 0, 10_000);
    private static final Execution WITHOUT_FIRE_TIME = new Execution(13_250_000, 13_250_010, 0, 0, 0, -1);

    @Test
    void areCountedFromTheFireTimeThatIsNamed() {
        assertThat(Latenesses.of(THREE_SECONDS_LATE, 1)).isEqualTo(3_250);
    }

    @Test
    void areCountedFromTheLastWholePeriodWhereNoneIsNamed() {
        assertThat(Latenesses.of(WITHOUT_FIRE_TIME, 1)).isEqualTo(250);
        assertThat(Latenesses.of(WITHOUT_FIRE_TIME, 5)).isEqualTo(3_250);
    }

    @Test
    void whatWasDueIsNotWhatBegan() {
        List<Execution> both = List.of(THREE_SECONDS_LATE, WITHOUT_FIRE_TIME);

        assertThat(Latenesses.due(both, 10_000, 3)).containsExactly(THREE_SECONDS_LATE);
        assertThat(Latenesses.due(both, 13_000, 1)).containsExactly(WITHOUT_FIRE_TIME);
        assertThat(Latenesses.within(both, 10_000, 3)).isEmpty();
        assertThat(Latenesses.within(both, 13_000, 1)).hasSize(2);
    }
}
