package io.elasticjob.boot.actuate.metrics;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.engine.EngineStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The meters of a job engine: what happens is counted as it is told, what is, is read when a registry asks for it. Tags
 * are {@code job} and {@code outcome} alone, so that their number is bounded.
 */
public final class ElasticJobMetrics implements Consumer<ElasticJobEvent> {

    private final MeterRegistry meters;
    private final Supplier<Optional<EngineStatus>> status;
    private final LongSupplier requests;
    private final Map<String, AtomicInteger> owned = new ConcurrentHashMap<>();

    /**
     * Registers the meters that do not belong to a job; the others come with their jobs.
     *
     * @param status of the engine, empty while there is none; never blocks
     * @param requests sent to the registry so far
     */
    public ElasticJobMetrics(MeterRegistry meters, Supplier<Optional<EngineStatus>> status, LongSupplier requests) {
        this.meters = meters;
        this.status = status;
        this.requests = requests;
        Gauge.builder("elasticjob.executions.active", this, its(EngineStatus::activeExecutions))
                .description("Executions that are claimed or running on this instance")
                .register(meters);
        Gauge.builder("elasticjob.registry.connected", this, its(now -> now.isConnected() ? 1 : 0))
                .description("1 while this instance is registered and connected, else 0")
                .register(meters);
        Gauge.builder("elasticjob.jobs.overdue", this, its(EngineStatus::overdueJobs))
                .description("Jobs with a firing that nobody has begun in time, as the leader sees them; 0 elsewhere")
                .register(meters);
        TimeGauge.builder("elasticjob.clock.skew", this, TimeUnit.MILLISECONDS, its(ElasticJobMetrics::skewMillis))
                .description("The registry's clock minus the local one")
                .register(meters);
        FunctionCounter.builder("elasticjob.registry.requests", this, it -> it.requests.getAsLong())
                .description("Requests sent to the registry")
                .register(meters);
    }

    private static ToDoubleFunction<ElasticJobMetrics> its(ToDoubleFunction<EngineStatus> value) {
        return metrics -> metrics.status.get().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private static double skewMillis(EngineStatus engine) {
        Duration skew = engine.clockSkew();
        return skew == null ? Double.NaN : skew.toNanos() / 1e6;
    }

    @Override
    public void accept(ElasticJobEvent event) {
        if (event instanceof ElasticJobEvent.ExecutionStarted started) {
            lateness(started.execution().job()).record(started.lateness());
        } else if (event instanceof ElasticJobEvent.ExecutionEnded ended) {
            executions(ended.execution().job(), ended.outcome().name()).record(ended.duration());
        } else if (event instanceof ElasticJobEvent.ShardsAssigned assigned) {
            owned(assigned.job()).set(assigned.owned().size());
        } else if (event instanceof ElasticJobEvent.SessionEnded) {
            owned.values().forEach(shards -> shards.set(0));
        } else if (event instanceof ElasticJobEvent.FiringsSuperseded superseded) {
            counter(
                            "elasticjob.firings.superseded",
                            "Firings not run because a later one came due first",
                            superseded.job())
                    .increment(superseded.count());
        } else if (event instanceof ElasticJobEvent.FiringSkipped skipped) {
            counter("elasticjob.firings.misfired", "Misfired firings that were not run", skipped.job())
                    .increment();
        } else if (event instanceof ElasticJobEvent.OwnerDied died && died.retried()) {
            counter(
                            "elasticjob.failovers",
                            "Executions run again because their instance died",
                            died.execution().job())
                    .increment();
        } else if (event instanceof ElasticJobEvent.ClaimRefused refused) {
            counter("elasticjob.claims.refused", "Claims that came too late", refused.job())
                    .increment();
        }
    }

    private Timer lateness(String job) {
        return Timer.builder("elasticjob.firing.lateness")
                .description("From the fire time to the start of an execution")
                .tag("job", job)
                .register(meters);
    }

    private Timer executions(String job, String outcome) {
        return Timer.builder("elasticjob.executions")
                .description(
                        "Executions on this instance that have ended, each once; FENCED where the end could not be recorded")
                .tag("job", job)
                .tag("outcome", outcome)
                .register(meters);
    }

    private Counter counter(String name, String description, String job) {
        return Counter.builder(name).description(description).tag("job", job).register(meters);
    }

    private AtomicInteger owned(String job) {
        return owned.computeIfAbsent(job, name -> {
            AtomicInteger shards = new AtomicInteger();
            Gauge.builder("elasticjob.shards.owned", shards, AtomicInteger::get)
                    .description("Shards that are assigned to this instance")
                    .tag("job", name)
                    .register(meters);
            return shards;
        });
    }
}
