package io.elasticjob.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.InvalidSettingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.support.SpringFactoriesLoader;

class FailureAnalyzersTest {

    private static final StandardEnvironment ENVIRONMENT = environment();

    /** As Spring Boot finds them; those that need more of a real start are left out. */
    private static final List<FailureAnalyzer> ANALYZERS = SpringFactoriesLoader.forDefaultResourceLocation()
            .load(
                    FailureAnalyzer.class,
                    SpringFactoriesLoader.ArgumentResolver.of(Environment.class, ENVIRONMENT),
                    (type, name, failure) -> {})
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
    void fileAndLineOfASettingAreTold() {
        InvalidSettingException refused =
                new InvalidSettingException("elasticjob.jobs.nightly-report.cron", "often", "is not a cron expression");

        assertThat(analyze(refused).getDescription())
                .isEqualTo("elasticjob.jobs.nightly-report.cron: \"often\" is not a cron expression\n\n"
                        + "It is written in Byte array resource [Inlined resource] - 3:11.");
    }

    @Test
    void aSettingThatNobodyHasWrittenHasNoPlace() {
        assertThat(analyze(new InvalidSettingException("elasticjob.jobs.other.cron", "", "is missing"))
                        .getDescription())
                .doesNotContain("written");
    }

    private static StandardEnvironment environment() {
        StandardEnvironment environment = new StandardEnvironment();
        byte[] file = """
                elasticjob.jobs:
                  nightlyReport:
                    cron: often
                """.getBytes(StandardCharsets.UTF_8);
        try {
            new YamlPropertySourceLoader()
                    .load("file", new ByteArrayResource(file, "Inlined resource"))
                    .forEach(environment.getPropertySources()::addLast);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return environment;
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
