package io.elasticjob.boot.actuate.health;

import io.elasticjob.Durations;
import io.elasticjob.engine.EngineStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * DOWN when the registry has been away for too long; a shorter absence is told in the details only, since jobs go on by
 * themselves when it is back. Says nothing where there is no engine.
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
        Health.Builder health = tooLong
                ? Health.down()
                        .withDetail(
                                "reason",
                                "the registry has been away for " + Durations.format(downAfter)
                                        + " or longer: no job starts here until it is back")
                : Health.up();
        health.withDetail("phase", engine.phase())
                .withDetail("connected", engine.isConnected())
                .withDetail("instanceName", engine.instanceName());
        engine.instance().ifPresent(id -> health.withDetail("instance", id));
        engine.awaySince().ifPresent(since -> health.withDetail("awaySince", since));
        engine.sessionTimeout().ifPresent(timeout -> health.withDetail("sessionTimeout", timeout));
        Duration skew = engine.clockSkew();
        if (skew != null) {
            health.withDetail("clockSkew", skew);
        }
        return health.withDetail("activeExecutions", engine.activeExecutions())
                .withDetail("slots", engine.slots())
                .build();
    }
}
