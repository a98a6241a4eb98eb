package io.elasticjob.boot.actuate.health;

import io.elasticjob.Durations;
import io.elasticjob.engine.EngineStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * DOWN when the registry has been away for too long; a shorter absence is told in the details only, since jobs go on by
 * themselves when it is back. OUT_OF_SERVICE while the clock is so wrong that this instance takes nothing: it is well but
 * for that, and others run its jobs. Says nothing where there is no engine.
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
        boolean tooLong = engine.awaySince()
                .filter(since -> !clock.instant().isBefore(since.plus(downAfter)))
                .isPresent();
        Health.Builder health = tooLong ? away() : engine.clockOff() ? clockOff(engine) : Health.up();
        health.withDetail("phase", engine.phase())
                .withDetail("connected", engine.isConnected())
                .withDetail("instanceName", engine.instanceName());
        engine.instance().ifPresent(id -> health.withDetail("instance", id));
        engine.awaySince().ifPresent(since -> health.withDetail("awaySince", since));
        if (engine.awayBecause() != null) {
            health.withDetail("awayBecause", engine.awayBecause());
        }
        engine.sessionTimeout().ifPresent(timeout -> health.withDetail("sessionTimeout", timeout));
        Duration skew = engine.clockSkew();
        if (skew != null) {
            health.withDetail("clockSkew", skew);
        }
        return health.withDetail("activeExecutions", engine.activeExecutions())
                .withDetail("slots", engine.slots())
                .build();
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
