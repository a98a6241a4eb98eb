package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HiddenDeclarationTest {

    private static final Instant MONDAY = Instant.parse("2026-03-02T00:00:00Z");
    private static final JobDefinition ORDERS = JobDefinition.named("orders")
            .every(Duration.ofSeconds(5))
            .set(JobKey.MISFIRE, "SKIP")
            .set(JobKey.JOB_PARAMETER, "hunter2")
            .build();

    @Test
    void anotherValueThanTheDeclaredOneHidesIt() {
        assertThat(HiddenDeclaration.of(ORDERS, Map.of(JobKey.MISFIRE, override("FIRE_ONCE"))))
                .singleElement()
                .satisfies(hidden -> {
                    assertThat(hidden.declaredInWords()).isEqualTo("misfire=SKIP");
                    assertThat(hidden.overridingInWords()).isEqualTo("misfire=FIRE_ONCE");
                    assertThat(hidden.override().who()).isEqualTo("ann");
                });
        assertThat(HiddenDeclaration.of(ORDERS, Map.of(JobKey.MISFIRE, override("skip"))))
                .isEmpty();
        assertThat(HiddenDeclaration.of(ORDERS, Map.of())).isEmpty();
    }

    @Test
    void aDefaultIsHiddenToo() {
        assertThat(HiddenDeclaration.of(ORDERS, Map.of(JobKey.ENABLED, override("false"))))
                .singleElement()
                .satisfies(hidden -> assertThat(hidden.declaredInWords()).isEqualTo("enabled=true"));
        assertThat(HiddenDeclaration.of(ORDERS, Map.of(JobKey.DESCRIPTION, override("x"))))
                .singleElement()
                .satisfies(hidden -> assertThat(hidden.declaredInWords()).isEqualTo("no description"));
    }

    @Test
    void aScheduleHidesTheDeclaredOneOfAnotherKind() {
        assertThat(HiddenDeclaration.of(ORDERS, Map.of(JobKey.CRON, override("0 0 3 * * ?"))))
                .singleElement()
                .satisfies(hidden -> {
                    assertThat(hidden.declaredInWords()).isEqualTo("every=PT5S");
                    assertThat(hidden.overridingInWords()).isEqualTo("cron=0 0 3 * * ?");
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            every                  | 60s        | PT1M       | false
            every                  | 60s        | 61s        | true
            misfireThreshold       | 1h30m      | 90m        | false
            misfire                | SKIP       | skip       | false
            cron                   | 0 0 3 ? * MON | 0 0 3 ? * mon | false
            shardingItemParameters | 0=a, 1=b   | 1=b,0=a    | false
            shardingItemParameters | 0=a,1=b    | 0=a,1=B    | true
            labels                 | zone=eu    | zone=EU    | true
            jobParameter           | EU         | eu         | true
            jobParameter           | 60s        | 1m         | true
            description            | Nightly    | nightly    | true
            executionGroup         | reports    | Reports    | true
            """)
    void whatIsWrittenOtherwiseAndMeansTheSameHidesNothing(
            JobKey key, String declared, String override, boolean hidden) {
        JobDefinition job =
                JobDefinition.named("orders").shards(2).set(key, declared).build();

        assertThat(HiddenDeclaration.of(job, Map.of(key, override(override)))).hasSize(hidden ? 1 : 0);
    }

    @Test
    void whatMayBeSecretIsNotShown() {
        assertThat(HiddenDeclaration.of(ORDERS, Map.of(JobKey.JOB_PARAMETER, override("swordfish"))))
                .singleElement()
                .satisfies(hidden -> {
                    assertThat(hidden.declaredInWords()).isEqualTo("jobParameter (value not shown)");
                    assertThat(hidden.overridingInWords()).isEqualTo("jobParameter (value not shown)");
                });
    }

    private static StoredJob.Override override(String value) {
        return new StoredJob.Override(value, "ann", MONDAY, "incident 7");
    }
}
