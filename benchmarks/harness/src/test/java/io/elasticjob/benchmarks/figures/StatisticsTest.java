package io.elasticjob.benchmarks.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatisticsTest {

    @ParameterizedTest
    @CsvSource({"0, 1", "0.25, 1", "0.26, 2", "0.5, 2", "0.99, 4", "1, 4"})
    void aPercentileIsTheSmallestValueThatTheShareDoesNotExceed(double share, double value) {
        assertThat(Statistics.percentile(List.of(4.0, 1.0, 3.0, 2.0), share)).isEqualTo(value);
    }

    @Test
    void aMedianIsInTheMiddle() {
        assertThat(Statistics.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Statistics.median(List.of(9.0, 1.0, 2.0, 4.0))).isEqualTo(3);
    }

    @Test
    void aSlopeIsThatOfTheNearestLine() {
        assertThat(Statistics.slope(List.of(0.0, 1.0, 2.0), List.of(5.0, 7.0, 9.0)))
                .isCloseTo(2, within(1e-9));
        assertThat(Statistics.slope(List.of(0.0, 1.0, 2.0), List.of(3.0, 0.0, 3.0)))
                .isCloseTo(0, within(1e-9));
    }

    @Test
    void nothingHasNoFigure() {
        assertThat(Statistics.percentile(List.of(), 0.5)).isNaN();
        assertThat(Statistics.median(List.of())).isNaN();
        assertThat(Statistics.slope(List.of(1.0), List.of(1.0))).isNaN();
    }

    @Test
    void whatIsNoNumberIsNoFigure() {
        Figures figures =
                Figures.builder().put("p50", Double.NaN).put("p99", 1.234567).build();

        assertThat(figures.numbers()).containsOnlyKeys("p99").containsEntry("p99", 1.2346);
    }
}
