package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.elasticjob.testing.ProbeKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandlerKindTest {

    @Test
    void theKeysOfAKindFollowThoseOfAllJobs() {
        assertThat(JobKey.values())
                .startsWith(JobKey.common().toArray(JobKey[]::new))
                .contains(ProbeKind.TARGET, ProbeKind.TIMEOUT)
                .doesNotHaveDuplicates();
        assertThat(JobKey.common()).doesNotContain(ProbeKind.TARGET).startsWith(JobKey.CRON, JobKey.EVERY);
        assertThat(JobKey.values().stream().sorted().limit(JobKey.common().size()))
                .as("shown and stored in that order")
                .containsExactlyElementsOf(JobKey.common());
    }

    @ParameterizedTest
    @ValueSource(strings = {"probeTimeout", "probe-timeout", "PROBETIMEOUT", "Probe-Timeout"})
    void aKeyOfAKindIsFoundAsThoseOfAllJobsAre(String written) {
        assertThat(JobKey.of(written)).containsSame(ProbeKind.TIMEOUT);
        assertThat(JobKey.stored(written)).isSameAs(ProbeKind.TIMEOUT);
    }

    @Test
    void valuesAreReadInTheirForm() {
        JobDefinition job = JobDefinition.named("orders")
                .set(ProbeKind.TARGET, "mill ")
                .set(ProbeKind.TIMEOUT, "2m")
                .set(ProbeKind.VARIABLES, "region=eu,names=\"a,b\"")
                .build();

        assertThat(job.value(ProbeKind.TARGET, SettingForm.text())).isEqualTo("mill");
        assertThat(job.value(ProbeKind.TIMEOUT, ProbeKind.TIMEOUT_FORM)).hasMinutes(2);
        assertThat(job.value(ProbeKind.VARIABLES, ProbeKind.VARIABLES_FORM))
                .containsExactly(Map.entry("names", "a,b"), Map.entry("region", "eu"));
        assertThat(JobDefinition.named("bills").build().value(ProbeKind.TIMEOUT, ProbeKind.TIMEOUT_FORM))
                .as("its default")
                .hasSeconds(30);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "probeTimeout | 2h | orders.probeTimeout: \"2h\" must be at most 1h",
                "probeTimeout | 30 | orders.probeTimeout: \"30\" has no unit: write 30s for seconds, or 30ms for milliseconds",
                "probeSize | 10 | orders.probeSize: \"10\" must be a whole number from 1 to 9",
                "probeTarget | '' | orders.probeTarget: \"\" must not be blank: name one, or leave the key out",
                "probeBroken | state | orders.probeBroken: \"state\" could not be checked: java.lang.IllegalStateException: of a form",
                "probeBroken | deep | orders.probeBroken: \"deep\" could not be checked: java.lang.StackOverflowError: of a form",
                "probeBroken | missing | orders.probeBroken: \"missing\" could not be checked: java.lang.NoClassDefFoundError: com/example/Missing",
                "probeVariables | a=1 | orders.probeVariables: \"(variables)\" needs probeTarget: name what they are for",
                "probeTarget | explode | orders: \"orders\" could not be checked as a job of the kind probe: java.lang.UnsupportedOperationException: of a kind"
            })
    void whatCannotBeUsedIsRefusedByKeyValueAndRule(String key, String value, String message) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("orders")
                        .set(JobKey.of(key).orElseThrow(), value)
                        .build())
                .withMessage(message);
    }

    @Test
    void aRuleThatRepeatsAValueWhichMayBeSecretIsNotShown() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("orders")
                        .set(ProbeKind.TOKEN, "hunter2")
                        .build())
                .withMessageNotContaining("hunter2")
                .withMessageContaining("orders.probeToken");
        JobDefinition job =
                JobDefinition.named("orders").set(ProbeKind.TOKEN, "t-hunter2").build();
        assertThat(job.toString()).doesNotContain("hunter2").contains("probeToken");
    }

    @Test
    void aKeyThatWasMadeElsewhereIsHeldToTheFormOfTheKind() {
        JobKey lax = JobKey.named("probeSize").build();

        assertThat(lax).isEqualTo(ProbeKind.SIZE).hasSameHashCodeAs(ProbeKind.SIZE);
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("orders").set(lax, "many").build());
    }

    @Test
    void anOperatorSetsThemLikeAllOthers() {
        Instant now = Instant.parse("2026-03-01T12:00:00Z");
        var job = io.elasticjob.coordination.StoredJob.declared(
                        JobDefinition.named("orders").build(), "shop", now)
                .configured(Map.of(ProbeKind.SIZE, "3"), new Operator("ann", "more"), now, Duration.ZERO);

        assertThat(job.effective().value(ProbeKind.SIZE, SettingForm.number(1, 9)))
                .isEqualTo(3);
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() ->
                        job.configured(Map.of(ProbeKind.SIZE, "0"), new Operator("ann", "less"), now, Duration.ZERO))
                .withMessageContaining("must be a whole number from 1 to 9");
    }

    // ---- Kinds that exclude one another -----------------------------------------------------------------------------

    private static HandlerKind kind(String name, JobKey... keys) {
        return new HandlerKind() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Collection<JobKey> keys() {
                return Arrays.asList(keys);
            }
        };
    }

    @Test
    void twoKindsDoNotBringKeysThatReadAlike() {
        HandlerKind one = kind("one", JobKey.named("urlPath").build());
        HandlerKind other = kind("other", JobKey.named("urlpath").build());

        assertThatIllegalStateException()
                .isThrownBy(() -> new KeyCatalog(List.of(one, other)))
                .withMessageContaining("\"other\"")
                .withMessageContaining("\"one\"")
                .withMessageContaining("urlpath");
    }

    @Test
    void aKindDoesNotBringAKeyThatAllJobsHave() {
        HandlerKind kind = kind("mine", JobKey.named("fAILOVER").build());

        assertThatIllegalStateException()
                .isThrownBy(() -> new KeyCatalog(List.of(kind)))
                .withMessageContaining("all jobs have");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JobKey.named("failover").build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Probe", "probe-size", "probe.size", "9lives", "größe", "a b"})
    void aKeyIsWrittenInCamelCase(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> JobKey.named(text).build());
    }
}
