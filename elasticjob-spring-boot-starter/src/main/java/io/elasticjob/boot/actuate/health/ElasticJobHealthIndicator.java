package io.elasticjob.boot.actuate.health;

import io.elasticjob.Durations;
import io.elasticjob.engine.EngineStatus;
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

/**
 * Whether this instance can run jobs.
 *
 * <ul>
 *   <li>DOWN when the registry has been away for too long; a shorter absence is told in the details only, since jobs go on
 *       by themselves when it is back. DOWN as well while the engine stands still.
 *   <li>OUT_OF_SERVICE while the clock is so wrong that this instance takes nothing: it is well but for that, and others
 *       run its jobs.
 *   <li>UP else, also while it drains or is closed: somebody wanted it so, and whatever else the application does goes on.
 * </ul>
 *
 * <p>Nothing that is wrong with jobs elsewhere, or with handlers, changes the status: it is in the details. Fit for a
 * readiness group, and never for liveness: to end a process because its registry is away helps nobody. Says nothing where
 * there is no engine.
 */
public final class ElasticJobHealthIndicator implements HealthIndicator {

    private final Supplier<Optional<EngineStatus>> status;
    private final Duration downAfter;
    private final InstantSource clock;

    /** @param status of the engine, empty where there is none */
    public ElasticJobHealthIndicator(Supplier<Optional<EngineStatus>> status, Duration downAfter, InstantSource clock) {
        this.status = status;
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
        engine.awaySince().ifPresent(since -> health.withDetail("awaySince", since));
        if (engine.awayBecause() != null) {
            health.withDetail("awayBecause", engine.awayBecause());
        }
        engine.sessionTimeout().ifPresent(timeout -> health.withDetail("sessionTimeout", timeout));
        engine.stuckSince().ifPresent(since -> health.withDetail("stuckSince", since));
        Duration skew = engine.clockSkew();
        if (skew != null) {
            health.withDetail("clockSkew", skew);
        }
        health.withDetail("clockRefused", engine.clockOff())
                .withDetail("draining", engine.draining())
                .withDetail("leader", engine.leader());
        engine.drained()
                .ifPresent(drain -> health.withDetail(
                        "drainedBy", Map.of("who", drain.who(), "when", drain.when(), "why", drain.why())));
        if (engine.leader()) {
            health.withDetail("overdueJobs", engine.overdueJobs());
        }
        return health.withDetail("activeExecutions", engine.activeExecutions())
                .withDetail("lingeringExecutions", engine.lingeringExecutions())
                .withDetail("slots", engine.slots())
                .build();
    }

    private Health.Builder judged(EngineStatus engine) {
        boolean awayTooLong = engine.awaySince()
                .filter(since -> !clock.instant().isBefore(since.plus(downAfter)))
                .isPresent();
        if (engine.stuckSince().isPresent()) {
            return stuck(engine.stuckSince().get());
        }
        if (awayTooLong) {
            return away();
        }
        return engine.clockOff() ? clockOff(engine) : Health.up();
    }

    private Health.Builder stuck(Instant since) {
        Duration silence = Duration.between(since, clock.instant());
        return Health.down()
                .withDetail(
                        "reason",
                        "the job engine has stood still for "
                                + Durations.format(silence.abs().truncatedTo(ChronoUnit.MILLIS))
                                + ": its session is given up, others take over; the log says where it is stuck");
    }

    private Health.Builder away() {
        return Health.down()
                .withDetail(
                        "reason",
                        "the registry has been away for " + Durations.format(downAfter)
                                + " or longer: no job starts here until it is back");
    }

    private static Health.Builder clockOff(EngineStatus engine) {
        Duration skew = engine.clockSkew();
        return Health.outOfService()
                .withDetail(
                        "reason",
                        "the clock here is "
                                + (skew == null
                                        ? ""
                                        : Durations.format(skew.abs().truncatedTo(ChronoUnit.MILLIS)) + " ")
                                + "away from the registry's, more than elasticjob.max-time-diff: no job starts here"
                                + " until one of them is set right");
    }
}
