package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverdueRunTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # schedule | begun | now | overdue
            every=60s | 12:00:00 | 12:01:00 | false
            every=60s | 12:00:00 | 12:01:30 | false
            every=60s | 12:00:00 | 12:01:31 | true
            every=60s | 12:00:50 | 12:01:31 | true
            every=60s | 12:00:50 | 12:00:55 | false
            cron=-    | 12:00:00 | 23:00:00 | false
            at=2026-03-01T12:00:00Z | 12:00:00 | 23:00:00 | false
            at=2026-03-01T12:00:00Z | 11:00:00 | 23:00:00 | true
            every=60s |          | 23:00:00 | false
            """)
    void aRunIsOverdueOnceTheNextFiringIsAMisfire(String schedule, String begun, String now, boolean overdue) {
        String[] written = schedule.split("=", 2);
        JobDefinition job = JobDefinition.named("orders")
                .set(JobKey.of(written[0]).orElseThrow(), written[1])
                .set(JobKey.MISFIRE_THRESHOLD, "30s")
                .build();

        assertThat(OverdueRun.is(job, begun == null ? null : at(begun), at(now)))
                .isEqualTo(overdue);
    }

    private static Instant at(String time) {
        return Instant.parse("2026-03-01T" + time + "Z");
    }
}
