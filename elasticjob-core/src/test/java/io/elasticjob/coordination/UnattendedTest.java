package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnattendedTest {

    private static final Unattended NIGHT =
            new Unattended(Instant.parse("2026-01-01T01:00:00Z"), Instant.parse("2026-01-01T09:00:00Z"));

    @ParameterizedTest
    @CsvSource({
        "00:59:59.999, false", // somebody was there
        "01:00:00, true",
        "03:00:00, true",
        "08:58:59.999, true",
        "08:59:00, false", // no misfire yet when the first one came back
        "09:00:01, false"
    })
    void whatCameDueWhileNobodyWasThereAndWasAMisfireByItsEndIsMissed(String time, boolean missed) {
        JobDefinition job = JobDefinition.named("nightly")
                .set(JobKey.CRON, "0 0 3 * * ?")
                .set(JobKey.MISFIRE_THRESHOLD, "60s")
                .build();

        assertThat(NIGHT.hasMissed(job, Instant.parse("2026-01-01T" + time + "Z")))
                .isEqualTo(missed);
    }

    @ParameterizedTest
    @CsvSource({"03:00:00", "01:00:00"})
    void whatIsToRunOnceIsNeverMissedAndNothingIsWhereNothingIsKnown(String time) {
        Instant fireTime = Instant.parse("2026-01-01T" + time + "Z");
        JobDefinition once =
                JobDefinition.named("once").set(JobKey.AT, fireTime.toString()).build();
        JobDefinition nightly =
                JobDefinition.named("nightly").set(JobKey.CRON, "0 0 3 * * ?").build();

        assertThat(NIGHT.hasMissed(once, fireTime)).isFalse();
        assertThat(Unattended.NEVER.hasMissed(nightly, fireTime)).isFalse();
    }
}
