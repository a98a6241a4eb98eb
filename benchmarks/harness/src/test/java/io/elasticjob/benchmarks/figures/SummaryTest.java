package io.elasticjob.benchmarks.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummaryTest {

    private static final Case MONITORED = Case.plain().with("shards", 3).with(Case.MONITORING, "on");
    private static final Case PLAIN = Case.plain().with("shards", 3);

    private final Summary summary = new Summary(List.of(
            result("elasticjob", MONITORED, 4),
            result("apache-elasticjob", MONITORED, 26),
            result("quartz-memory", PLAIN, 2),
            result("elasticjob", MONITORED, 9),
            result("elasticjob", MONITORED, 5)));

    private static Measurement result(String system, Case inCase, double p50) {
        return new Measurement(
                "lateness",
                system,
                "1",
                inCase.circumstances(),
                1,
                false,
                "",
                Map.of("p50", p50),
                Map.of(),
                null,
                null,
                Map.of());
    }

    @Test
    void takesTheMedianOfTheRounds() {
        assertThat(summary.spread("lateness", MONITORED, "elasticjob", "p50")).contains(new Summary.Spread(5, 4, 9, 3));
    }

    @Test
    void putsCasesTogetherThatDifferInMonitoringAlone() {
        Case off = PLAIN.with(Case.MONITORING, "off");
        Case other = Case.plain().with("shards", 16);
        Summary mixed = new Summary(List.of(
                result("elasticjob", MONITORED, 1),
                result("elasticjob", other, 1),
                result("elasticjob", off, 1),
                result("quartz-memory", PLAIN, 1)));

        assertThat(mixed.cases("lateness")).containsExactly(MONITORED, off, PLAIN, other);
    }

    @Test
    void comparesInTheSameCase() {
        assertThat(summary.ratio("lateness", MONITORED, "elasticjob", "apache-elasticjob", "p50"))
                .hasValueSatisfying(ratio -> assertThat(ratio).isCloseTo(5 / 26.0, within(1e-9)));
    }

    @Test
    void comparesWithASystemThatKnowsNoMonitoring() {
        assertThat(summary.ratio("lateness", MONITORED, "elasticjob", "quartz-memory", "p50"))
                .hasValue(2.5);
    }

    @Test
    void hasNothingToCompareInAnotherCase() {
        Case other = Case.plain().with("shards", 16).with(Case.MONITORING, "on");

        assertThat(summary.ratio("lateness", other, "elasticjob", "quartz-memory", "p50"))
                .isEmpty();
        assertThat(summary.spread("lateness", MONITORED, "elasticjob", "p99")).isEmpty();
    }
}
