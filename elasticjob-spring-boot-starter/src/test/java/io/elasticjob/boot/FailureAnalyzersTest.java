package io.elasticjob.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.InvalidSettingException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;

class FailureAnalyzersTest {

    /** As Spring Boot finds them; those that need the environment of a real start are left out. */
    private static final List<FailureAnalyzer> ANALYZERS =
            SpringFactoriesLoader.forDefaultResourceLocation()
                    .load(FailureAnalyzer.class, (type, name, failure) -> {})
                    .stream()
                    .filter(analyzer -> analyzer.getClass().getName().startsWith("io.elasticjob."))
                    .toList();

    @Test
    void aSettingIsExplainedWithItsKey() {
        FailureAnalysis analysis = analyze(
                new IllegalStateException(new InvalidSettingException("elasticjob.namespace", "a/b", "is bad")));

        assertThat(analysis.getDescription()).isEqualTo("elasticjob.namespace: \"a/b\" is bad");
        assertThat(analysis.getAction()).startsWith("Correct elasticjob.namespace.");
    }

    @Test
    void soIsOneThatAnAdapterRefuses() {
        assertThat(analyze(new IllegalArgumentException("elasticjob.registry.digest: the value must be user:password."))
                        .getAction())
                .startsWith("Correct elasticjob.registry.digest.");
    }

    @Test
    void aBeanIsExplainedWithItsWayOut() {
        FailureAnalysis analysis = analyze(new UnusableJobException("It is static.", "Make it an instance method."));

        assertThat(analysis.getDescription()).isEqualTo("It is static.");
        assertThat(analysis.getAction()).isEqualTo("Make it an instance method.");
    }

    @Test
    void whatIsNotOursIsLeftAlone() {
        Throwable other = new IllegalArgumentException("port out of range");

        assertThat(ANALYZERS)
                .hasSize(3)
                .allSatisfy(analyzer -> assertThat(analyzer.analyze(other)).isNull());
    }

    private static FailureAnalysis analyze(Throwable failure) {
        List<FailureAnalysis> analyses = ANALYZERS.stream()
                .map(analyzer -> analyzer.analyze(failure))
                .filter(java.util.Objects::nonNull)
                .toList();
        assertThat(analyses).hasSize(1);
        return analyses.get(0);
    }
}
