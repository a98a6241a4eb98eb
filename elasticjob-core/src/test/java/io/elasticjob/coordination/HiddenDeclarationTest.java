package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
