package io.elasticjob.boot.actuate.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Instance;
import io.elasticjob.engine.EngineStatus;
import io.elasticjob.engine.EngineStatus.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
        assertThat(soon.getDetails())
                .containsEntry("connected", false)
                .containsEntry("awaySince", NOON)
                .containsEntry("awayBecause", "nobody listens there");
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

    @Test
    void anEngineThatStandsStillIsDownWhateverItsLastWordWas() {
        EngineStatus engine = with(Phase.STARTED, false, NOON.minusSeconds(9), null);
        Health health = health(engine, NOON);

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails())
                .containsEntry("connected", false)
                .containsEntry("stuckSince", NOON.minusSeconds(9));
        assertThat(health.getDetails().get("reason").toString()).contains("stood still for 9s");
    }

    @Test
    void anInstanceThatDrainsIsUpAndSaysSo() {
        Health health = health(with(Phase.STARTED, true, null, null), NOON);

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsEntry("draining", true).doesNotContainKey("reason");
    }

    @Test
    void whatIsWrongWithHandlersAndWithJobsElsewhereIsToldAndChangesNoStatus() {
        Health health = health(with(Phase.STARTED, false, null, null), NOON);

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsEntry("leader", true)
                .containsEntry("overdueJobs", 7)
                .containsEntry("activeExecutions", 3)
                .containsEntry("lingeringExecutions", 2)
                .containsEntry("slots", 64)
                .containsEntry("clockRefused", false);
        assertThat(health(status("till-7.x", null, null), NOON).getDetails())
                .as("who does not lead does not know")
                .doesNotContainKey("overdueJobs");
    }

    @ParameterizedTest
    @EnumSource(names = {"LATENT", "CLOSED"})
    void anEngineThatIsNotMeantToRunIsNotDownWithoutARegistry(Phase phase) {
        Health health = health(with(phase, false, null, NOON.minusSeconds(3600)), NOON);

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsEntry("phase", phase);
    }

    @Test
    void whoHasDrainedTheInstanceIsToldAndItStaysUp() {
        EngineStatus engine = with(Phase.STARTED, true, null, null);

        assertThat(health(engine, NOON).getStatus()).isEqualTo(Status.UP);
        assertThat(health(engine, NOON).getDetails())
                .containsEntry("draining", true)
                .containsEntry("drainedBy", Map.of("who", "ann", "when", NOON, "why", "disk"));
    }

    @Test
    void everyDetailIsDocumented() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "observability.md"));
        String section = page.substring(page.indexOf("\n## Health\n"), page.indexOf("\n## Info\n"));
        Set<String> details = new TreeSet<>();
        details.addAll(health(with(Phase.STARTED, false, NOON, NOON), NOON.plusSeconds(60))
                .getDetails()
                .keySet());
        details.addAll(health(status("till-7.x", null, Duration.ofSeconds(90), true), NOON)
                .getDetails()
                .keySet());

        details.addAll(
                health(with(Phase.STARTED, true, null, null), NOON).getDetails().keySet());

        assertThat(details)
                .contains("drainedBy", "reason", "awaySince", "stuckSince", "clockSkew", "overdueJobs", "instance");
        assertThat(details).allSatisfy(detail -> assertThat(section).contains("`" + detail + "`"));
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
                Phase.STARTED,
                "till-7",
                instance,
                Duration.ofSeconds(15),
                away,
                away == null ? null : "nobody listens there",
                skew,
                off,
                3,
                64,
                false,
                0,
                false,
                0,
                null,
                null);
    }

    /** A leader with jobs overdue and executions that linger. */
    private static EngineStatus with(Phase phase, boolean draining, @Nullable Instant stuck, @Nullable Instant away) {
        return new EngineStatus(
                phase,
                "till-7",
                "till-7.x",
                Duration.ofSeconds(15),
                away,
                null,
                null,
                false,
                3,
                64,
                true,
                7,
                draining,
                2,
                stuck,
                draining ? new Instance.Drain("ann", NOON, "disk") : null);
    }
}
