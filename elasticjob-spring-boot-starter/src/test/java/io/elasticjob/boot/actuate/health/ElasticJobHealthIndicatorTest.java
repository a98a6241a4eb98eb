package io.elasticjob.boot.actuate.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.engine.EngineStatus;
import io.elasticjob.engine.EngineStatus.Phase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class ElasticJobHealthIndicatorTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    @Test
    void aConnectedEngineIsUpWithItsDetails() {
        Health health = health(status("till-7.x", null, Duration.ofMillis(12)), NOON);

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsEntry("connected", true)
                .containsEntry("instance", "till-7.x")
                .containsEntry("instanceName", "till-7")
                .containsEntry("clockSkew", Duration.ofMillis(12))
                .containsEntry("activeExecutions", 3)
                .doesNotContainKey("awaySince");
    }

    @Test
    void anAbsenceIsToldAtOnceAndIsDownOnlyWhenItLasts() {
        EngineStatus away = status(null, NOON, null);

        Health soon = health(away, NOON.plusSeconds(59));
        Health later = health(away, NOON.plusSeconds(60));

        assertThat(soon.getStatus()).isEqualTo(Status.UP);
        assertThat(soon.getDetails()).containsEntry("connected", false).containsEntry("awaySince", NOON);
        assertThat(later.getStatus()).isEqualTo(Status.DOWN);
        assertThat(later.getDetails().get("reason").toString()).contains("the registry has been away");
    }

    @Test
    void aWrongClockPutsTheInstanceOutOfService() {
        Health health = health(status("till-7.x", null, Duration.ofSeconds(-90).plusNanos(5), true), NOON);

        assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(health.getDetails().get("reason").toString())
                .contains("1m29s")
                .contains("elasticjob.max-time-diff");
    }

    @Test
    void withoutAnEngineNothingIsSaid() {
        assertThat(new ElasticJobHealthIndicator(Optional::empty, Duration.ofMinutes(1), () -> NOON).health())
                .isNull();
    }

    private static Health health(EngineStatus status, Instant now) {
        InstantSource clock = () -> now;
        return new ElasticJobHealthIndicator(() -> Optional.of(status), Duration.ofMinutes(1), clock).health();
    }

    private static EngineStatus status(@Nullable String instance, @Nullable Instant away, @Nullable Duration skew) {
        return status(instance, away, skew, false);
    }

    private static EngineStatus status(
            @Nullable String instance, @Nullable Instant away, @Nullable Duration skew, boolean off) {
        return new EngineStatus(
                Phase.STARTED, "till-7", instance, Duration.ofSeconds(15), away, skew, off, 3, 64, false, 0, null);
    }
}
