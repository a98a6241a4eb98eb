package io.elasticjob.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.benchmarks.environment.Options;
import org.junit.jupiter.api.Test;

class PredictionsTest {

    @Test
    void hasARowForEachPointAndPeriod() {
        String table = Predictions.table(new Options("--points=100x2x3,1000x2x3", "--period=1,60"));

        assertThat(table.lines()).hasSize(2 + 4);
        assertThat(table).contains("| 100 × 2 × 3 | 1 | 200 | 400 |").contains("| 1,000 × 2 × 3 | 60 |");
    }

    @Test
    void saysHowMuchOfARegistryIsUsedOnceItIsKnownWhatOneCanTake() {
        String unknown = Predictions.table(new Options("--points=50x1x1", "--period=1"));
        String known = Predictions.table(
                new Options("--points=50x1x1", "--period=1", "--monitoring=on", "--small=1000", "--large=1000"));

        assertThat(unknown).contains(" | – | ");
        assertThat(known).contains(" | 0.003–0.051 | "); // 3 transactions, or 51, at a millisecond each
    }

    @Test
    void refusesWhatIsNoPoint() {
        assertThatThrownBy(() -> Predictions.table(new Options("--points=100x2")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1000x2x20");
    }
}
