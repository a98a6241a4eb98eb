package io.elasticjob.boot.actuate.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromQlTest {

    @Test
    void metricsLabelsAndGroupingsAreFoundAndFunctionsAreNone() {
        PromQl query = PromQl.of("sum by (job, shard) (rate(a_total{outcome=\"FAILED\", job=~\"$x\"}[5m]))"
                + " / on (job) clamp_min(b_seconds_sum, 1) > 0.5 and c == 0");

        assertThat(query.selectors())
                .containsExactly(
                        new PromQl.Selector("a_total", Map.of("outcome", "FAILED"), Set.of("outcome", "job")),
                        new PromQl.Selector("b_seconds_sum", Map.of(), Set.of()),
                        new PromQl.Selector("c", Map.of(), Set.of()));
        assertThat(query.grouping()).containsExactlyInAnyOrder("job", "shard");
    }

    @Test
    void theValuesOfALabelAreAskedForAsGrafanaDoes() {
        PromQl query = PromQl.of("label_values(a{job=\"$application\"}, exported_job)");

        assertThat(query.selectors()).extracting(PromQl.Selector::metric).containsExactly("a");
        assertThat(query.grouping()).containsExactly("exported_job");
    }

    @ParameterizedTest
    @ValueSource(strings = {"histogram_quantily(0.9, a)", "a{job~\"x\"}", "a{job=\"x\"", "a ? b", "sum by (a b) (c)"})
    void whatIsNotUnderstoodIsRefused(String expression) {
        assertThatThrownBy(() -> PromQl.of(expression)).isInstanceOf(IllegalArgumentException.class);
    }
}
