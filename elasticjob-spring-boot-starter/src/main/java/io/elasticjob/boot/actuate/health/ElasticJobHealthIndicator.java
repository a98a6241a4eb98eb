package io.elasticjob.boot.actuate.health;

import io.elasticjob.coordination.Soundness;
import io.elasticjob.registry.RegistryLocation;
import io.elasticjob.text.Durations;
import io.elasticjob.view.EngineStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * Whether this instance can run jobs.
 *
 * <ul>
 *   <li>DOWN when the registry has been away for too long; a shorter absence is told in the details only, since jobs go on
 *       by themselves when it is back. DOWN as well while the engine stands still, or does not do its work though it turns.
 *   <li>OUT_OF_SERVICE while the clock is so wrong that this instance takes nothing: it is well but for that, and others
 *       run its jobs.
 *   <li>STUCK while all execution slots are held by runs that were interrupted, or go on for so long that the next firing of
 *       their shard is a misfire: this instance starts nothing more. Spring Boot leaves a status that it does not know out of
 *       the health of groups, and so of readiness: the rest of the application works.
 *   <li>DEGRADED while ZooKeeper's clock has stepped and is not followed: jobs go on, and somebody has to set that clock right.
 *       Spring Boot leaves it out as it does STUCK.
 *   <li>UP else, also while it drains or is closed: somebody wanted it so, and whatever else the application does goes on.
 * </ul>
 *
 * <p>Nothing that is wrong with jobs elsewhere, or with handlers, changes the status: it is in the details. Fit for a
 * readiness group, and never for liveness: to end a process because its registry is away helps nobody. Says nothing where
 * there is no engine.
 */
public final class ElasticJobHealthIndicator implements HealthIndicator {

    /** All execution slots are held by runs that go on for too long. */
    public static final Status STUCK = new Status("STUCK");

    /** ZooKeeper's clock is wrong; jobs go on all the same. */
    public static final Status DEGRADED = new Status("DEGRADED");

    private final Supplier<Optional<EngineStatus>> status;
    private final Supplier<Optional<RegistryLocation>> registry;
    private final Duration downAfter;
    private final InstantSource clock;

    /** @param status of the engine, empty where there is none */
    public ElasticJobHealthIndicator(Supplier<Optional<EngineStatus>> status, Duration downAfter, InstantSource clock) {
        this(status, Optional::empty, downAfter, clock);
    }

    /**
     * With the detail {@code registry}: {@code address} and whether it is {@code embedded}.
     *
     * @param status of the engine, empty where there is none
     * @param registry which one the engine uses, empty where that is not known
     */
    public ElasticJobHealthIndicator(
            Supplier<Optional<EngineStatus>> status,
            Supplier<Optional<RegistryLocation>> registry,
            Duration downAfter,
            InstantSource clock) {
        this.status = status;
        this.registry = registry;
        this.downAfter = downAfter;
        this.clock = clock;
    }

    @Override
    public @Nullable Health health() {
        return status.get().map(this::health).orElse(null);
    }

    private Health health(EngineStatus engine) {
        Health.Builder health = engine.phase() == EngineStatus.Phase.STARTED ? judged(engine) : Health.up();
        health.withDetail("phase", engine.phase())
                .withDetail("connected", engine.isConnected())
                .withDetail("instanceName", engine.instanceName());
        engine.instance().ifPresent(id -> health.withDetail("instance", id));
        registry.get()
                .ifPresent(used ->
                        health.withDetail("registry", Map.of("address", used.address(), "embedded", used.embedded())));
        engine.away().ifPresent(outage -> detail(health, outage));
        engine.sessionTimeout().ifPresent(timeout -> health.withDetail("sessionTimeout", timeout));
        engine.stuckSince().ifPresent(since -> health.withDetail("stuckSince", since));
        engine.impaired().ifPresent(trouble -> health.withDetail("impairedSince", trouble.since()));
        Duration skew = engine.clock().skew();
        if (skew != null) {
            health.withDetail("clockSkew", skew);
        }
        Duration step = engine.clock().step();
        if (step != null) {
            health.withDetail("registryClockStep", step);
        }
        health.withDetail("clockIgnored", engine.clock().wall() == EngineStatus.WallClock.IGNORED)
                .withDetail("clockRefused", engine.clock().isOff())
                .withDetail("draining", engine.intake().isDraining())
                .withDetail("leader", engine.leadership().isHeld());
        engine.drained()
                .ifPresent(drain -> health.withDetail(
                        "drainedBy", Map.of("who", drain.who(), "when", drain.when(), "why", drain.why())));
        if (engine.leadership().isHeld()) {
            health.withDetail("overdueJobs", engine.leadership().overdueJobs());
            health.withDetail("undeclaredJobs", engine.leadership().undeclaredJobs());
        }
        Instant slotsStuck = engine.executions().stuck();
        if (slotsStuck != null) {
            health.withDetail("slotsStuckSince", slotsStuck);
        }
        return health.withDetail("activeExecutions", engine.executions().active())
                .withDetail("lingeringExecutions", engine.executions().lingering())
                .withDetail("slots", engine.executions().slots())
                .build();
    }

    private static void detail(Health.Builder health, EngineStatus.Outage outage) {
        health.withDetail("awaySince", outage.since());
        if (outage.why() != null) {
            health.withDetail("awayBecause", outage.why());
        }
    }

    private Health.Builder judged(EngineStatus engine) {
        boolean awayTooLong = engine.away()
                .filter(outage -> !clock.instant().isBefore(outage.since().plus(downAfter)))
                .isPresent();
        if (engine.stuckSince().isPresent()) {
            return stuck(engine.stuckSince().get());
        }
        if (awayTooLong) {
            return away();
        }
        if (engine.impaired().isPresent()) {
            return impaired(engine.impaired().get());
        }
        if (engine.clock().isOff()) {
            return clockOff(engine);
        }
        if (engine.executions().stuck() != null) {
            return slotsStuck(engine.executions().slots());
        }
        Duration step = engine.clock().step();
        return step == null ? Health.up() : registryClockStepped(step);
    }

    private static Health.Builder slotsStuck(int slots) {
        return Health.status(STUCK)
                .withDetail(
                        "reason",
                        (slots == 1 ? "the only execution slot is" : "all " + slots + " execution slots are")
                                + " held by runs that were interrupted, or go on for so long that the next firing of their"
                                + " shard is a misfire: no job starts here until one of them ends; a thread dump shows where"
                                + " they are");
    }

    private Health.Builder stuck(Instant since) {
        Duration silence = Duration.between(since, clock.instant());
        return Health.down()
                .withDetail(
                        "reason",
                        "the job engine has been stuck for "
                                + Durations.format(silence.abs().truncatedTo(ChronoUnit.MILLIS))
                                + ": its session is given up, and others take over; the log shows where it is stuck");
    }

    private static Health.Builder impaired(Soundness.Trouble trouble) {
        return Health.down().withDetail("reason", "the job engine does not work correctly: " + trouble.reason());
    }

    private Health.Builder away() {
        return Health.down()
                .withDetail(
                        "reason",
                        "there has been no connection to ZooKeeper for " + Durations.format(downAfter)
                                + " or longer: no job starts here until there is one");
    }

    private static Health.Builder registryClockStepped(Duration step) {
        return Health.status(DEGRADED)
                .withDetail(
                        "reason",
                        "ZooKeeper's clock has stepped " + (step.isNegative() ? "back" : "ahead") + " by "
                                + Durations.format(step.abs().truncatedTo(ChronoUnit.MILLIS))
                                + ", and the clock of this instance has not: jobs fire as if it had not stepped, until the"
                                + " clocks of the ZooKeeper servers are set right");
    }

    private static Health.Builder clockOff(EngineStatus engine) {
        Duration skew = engine.clock().skew();
        return Health.outOfService()
                .withDetail(
                        "reason",
                        "the clock of this instance is "
                                + (skew == null
                                        ? ""
                                        : Durations.format(skew.abs().truncatedTo(ChronoUnit.MILLIS)) + " ")
                                + "away from ZooKeeper's, more than elasticjob.max-time-diff: no job starts here"
                                + " until one of them is set right");
    }
}
