package io.elasticjob.boot.actuate.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Instance;
import io.elasticjob.coordination.Soundness;
import io.elasticjob.registry.RegistryLocation;
import io.elasticjob.view.EngineStatus;
import io.elasticjob.view.EngineStatus.Clock;
import io.elasticjob.view.EngineStatus.Condition;
import io.elasticjob.view.EngineStatus.Contact;
import io.elasticjob.view.EngineStatus.Executions;
import io.elasticjob.view.EngineStatus.Intake;
import io.elasticjob.view.EngineStatus.Leadership;
import io.elasticjob.view.EngineStatus.Outage;
import io.elasticjob.view.EngineStatus.Phase;
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
import org.springframework.boot.health.actuate.endpoint.SimpleStatusAggregator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class ElasticJobHealthIndicatorTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private static final Condition STARTED = new Condition(Phase.STARTED, null, null);

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
                .containsEntry("awayBecause", "nothing listens there");
        assertThat(later.getStatus()).isEqualTo(Status.DOWN);
        assertThat(later.getDetails().get("reason").toString()).contains("there has been no connection to ZooKeeper");
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
    void aWrongClockThatDoesNoHarmIsInTheDetails() {
        Health health = health(clock(new Clock(Duration.ofHours(1), EngineStatus.WallClock.IGNORED, null)), NOON);

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsEntry("clockSkew", Duration.ofHours(1))
                .containsEntry("clockIgnored", true)
                .containsEntry("clockRefused", false);
    }

    @Test
    void aClockOfTheRegistrysThatHasSteppedDegrades() {
        Health health = health(
                clock(new Clock(
                        Duration.ZERO,
                        EngineStatus.WallClock.RIGHT,
                        Duration.ofHours(-1).minusNanos(7))),
                NOON);

        assertThat(health.getStatus()).isEqualTo(ElasticJobHealthIndicator.DEGRADED);
        assertThat(health.getDetails().get("reason").toString()).contains("stepped back by 1h,");
        assertThat(health.getDetails()).containsKey("registryClockStep");
    }

    private static EngineStatus clock(Clock clock) {
        EngineStatus up = status("till-7.x", null, null);
        return new EngineStatus(
                up.instanceName(), up.condition(), up.contact(), clock, up.intake(), up.executions(), up.leadership());
    }

    @Test
    void itSaysWhichRegistryIsUsedAndThatItIsAnEmbeddedOne() {
        Health health = new ElasticJobHealthIndicator(
                        () -> Optional.of(status("till-7.x", null, null)),
                        () -> Optional.of(new RegistryLocation("127.0.0.1:2181", true)),
                        Duration.ofMinutes(1),
                        () -> NOON)
                .health();

        assertThat(health.getDetails())
                .containsEntry("registry", Map.of("address", "127.0.0.1:2181", "embedded", true));
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
        assertThat(health.getDetails().get("reason").toString()).contains("stuck for 9s");
    }

    @Test
    void anEngineThatDoesNotDoItsWorkIsDownThoughItIsConnected() {
        Health health = health(impaired("a step of it failed: assigning orders"), NOON);

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails())
                .containsEntry("connected", true)
                .containsEntry("impairedSince", NOON.minusSeconds(70));
        assertThat(health.getDetails().get("reason").toString()).contains("a step of it failed: assigning orders");
    }

    @Test
    void anInstanceWhoseSlotsAreAllHeldForTooLongIsStuck() {
        EngineStatus up = with(Phase.STARTED, false, null, null);
        EngineStatus stuck = new EngineStatus(
                up.instanceName(),
                up.condition(),
                up.contact(),
                up.clock(),
                up.intake(),
                new Executions(64, 0, 64, EngineStatus.Waiting.NONE, NOON.minusSeconds(5)),
                up.leadership());

        Health health = health(stuck, NOON);

        assertThat(health.getStatus()).isEqualTo(ElasticJobHealthIndicator.STUCK);
        assertThat(health.getDetails()).containsEntry("slotsStuckSince", NOON.minusSeconds(5));
        assertThat(health.getDetails().get("reason").toString()).startsWith("all 64 execution slots are held by runs");
        assertThat(new SimpleStatusAggregator().getAggregateStatus(Status.UP, health.getStatus()))
                .as("readiness is as it was")
                .isEqualTo(Status.UP);
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
                .containsEntry("undeclaredJobs", 0)
                .containsEntry("activeExecutions", 3)
                .containsEntry("lingeringExecutions", 2)
                .containsEntry("slots", 64)
                .containsEntry("clockRefused", false);
        assertThat(health(status("till-7.x", null, null), NOON).getDetails())
                .as("who does not lead does not know")
                .doesNotContainKeys("overdueJobs", "undeclaredJobs");
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
        String page = Files.readString(Path.of("..", "docs", "operations", "observability.md"));
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

        details.addAll(
                health(impaired("it does not know the jobs"), NOON).getDetails().keySet());

        assertThat(details)
                .contains(
                        "impairedSince",
                        "drainedBy",
                        "reason",
                        "awaySince",
                        "stuckSince",
                        "clockSkew",
                        "clockIgnored",
                        "overdueJobs",
                        "instance");
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
                "till-7",
                STARTED,
                new Contact(
                        instance,
                        Duration.ofSeconds(15),
                        away == null ? null : new Outage(away, "nothing listens there")),
                new Clock(skew, off),
                new Intake(false, null),
                new Executions(3, 0, 64, EngineStatus.Waiting.NONE, null),
                Leadership.NONE);
    }

    private static EngineStatus impaired(String reason) {
        return new EngineStatus(
                "till-7",
                new Condition(Phase.STARTED, null, new Soundness.Trouble(reason, NOON.minusSeconds(70))),
                new Contact("till-7.x", Duration.ofSeconds(15), null),
                new Clock(Duration.ZERO, false),
                new Intake(false, null),
                new Executions(0, 0, 64, EngineStatus.Waiting.NONE, null),
                Leadership.NONE);
    }

    /** A leader with jobs overdue and executions that linger. */
    private static EngineStatus with(Phase phase, boolean draining, @Nullable Instant stuck, @Nullable Instant away) {
        return new EngineStatus(
                "till-7",
                new Condition(phase, stuck, null),
                new Contact("till-7.x", Duration.ofSeconds(15), away == null ? null : new Outage(away, null)),
                new Clock(null, false),
                new Intake(draining, draining ? new Instance.Drain("ann", NOON, "disk") : null),
                new Executions(3, 2, 64, EngineStatus.Waiting.NONE, null),
                new Leadership(true, 7, 0, 0));
    }
}
