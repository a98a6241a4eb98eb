package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DueFiringTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final JobDefinition JOB = JobDefinition.named("orders")
            .every(Duration.ofSeconds(10))
            .set(JobKey.MISFIRE_THRESHOLD, "60s")
            .build();

    @Test
    void aFiringThatBeginsInTimeOnAFreeShardIsNoMisfire() {
        assertThat(isMisfire(null, NOON.plusSeconds(60))).isFalse();
        assertThat(isMisfire(NOON.minusSeconds(1), NOON.plusMillis(5))).isFalse();
        assertThat(isMisfire(NOON, NOON.plusMillis(5))).isFalse();
    }

    @Test
    void oneThatCameDueDuringARunOrBeginsBeyondTheThresholdIs() {
        assertThat(isMisfire(NOON.plusMillis(1), NOON.plusMillis(5))).isTrue();
        assertThat(isMisfire(null, NOON.plusSeconds(60).plusNanos(1))).isTrue();
    }

    private static boolean isMisfire(@Nullable Instant freeSince, Instant now) {
        return DueFiring.isMisfire(JOB, 0, NOON, freeSince, now);
    }
}
