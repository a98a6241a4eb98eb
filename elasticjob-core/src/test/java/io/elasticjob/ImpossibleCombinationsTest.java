package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.coordination.StoredJob;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Settings of which each is right by itself, and which exclude one another: the one table of them. A row has the settings,
 * separated by semicolons, the key that is refused, and the rule, of which a part is enough.
 */
class ImpossibleCombinationsTest {

    private static final String TABLE = "/impossible-combinations.csv";
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvFileSource(resources = TABLE, delimiter = '|')
    void aDeclarationOfThemIsRefusedWithKeyValueAndRule(String settings, String key, String rule) {
        Map<JobKey, String> values = values(settings);
        JobDefinition.Builder builder = JobDefinition.named("orders");
        values.forEach(builder::set);

        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(builder::build)
                .satisfies(refused -> assertRefused(refused, values, key, rule));
    }

    @ParameterizedTest
    @CsvFileSource(resources = TABLE, delimiter = '|')
    void neitherIsAJobMadeOfThemAtRunTime(String settings, String key, String rule) {
        Map<JobKey, String> values = values(settings);

        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> StoredJob.made("orders", values, new Operator("ann", "try"), NOW))
                .satisfies(refused -> assertRefused(refused, values, key, rule));
    }

    /** The last setting of the row comes as an override, where the others make a job by themselves. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            failover=true       | monitorExecution=false
            monitorExecution=false | failover=true
            """)
    void norIsAnOverrideBesideWhatIsDeclared(String declared, String override) {
        JobDefinition.Builder builder = JobDefinition.named("orders");
        values(declared).forEach(builder::set);
        StoredJob job = StoredJob.declared(builder.build(), "shop", NOW);

        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> job.configured(values(override), new Operator("ann", "try"), NOW, Duration.ZERO))
                .withMessageContaining("orders.failover");
    }

    private static void assertRefused(
            InvalidSettingException refused, Map<JobKey, String> values, String key, String rule) {
        JobKey known = JobKey.of(key).orElseThrow();
        assertThat(refused).hasMessageStartingWith("orders." + key + ": ").hasMessageContaining(rule);
        if (!known.isConfidential()) {
            assertThat(refused).hasMessageContaining("\"" + values.getOrDefault(known, "") + "\"");
        }
    }

    private static Map<JobKey, String> values(String settings) {
        Map<JobKey, String> values = new TreeMap<>();
        for (String setting : settings.split(";")) {
            String[] parts = setting.strip().split("=", 2);
            values.put(JobKey.of(parts[0]).orElseThrow(), parts[1]);
        }
        return values;
    }
}
