package io.elasticjob.boot.actuate.metrics;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.engine.EngineStatus;
import io.elasticjob.engine.RegistryObserver;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The meters of a job engine: what happens is counted as it is told, what is, is read when a registry asks for it. Tags
 * are {@code job}, {@code outcome}, {@code kind} and {@code result} alone, so that their number is bounded. The meters of a
 * job come, at zero, with the first shard of it that is assigned here, and go when the job is removed; what still ends of a
 * removed job is not counted.
 *
 * <p>Events are expected one at a time and in order, as an engine tells them; requests and questions from any thread.
 */
public final class ElasticJobMetrics implements Consumer<ElasticJobEvent>, RegistryObserver {

    private final MeterRegistry meters;
    private final Supplier<Optional<EngineStatus>> status;
    private final LongSupplier untold;
    private final Map<Kind, Map<Result, Timer>> requests = new EnumMap<>(Kind.class);

    // Confined to the teller of events.
    private final Map<String, JobMeters> jobs = new HashMap<>();
    private final Set<String> removed = new HashSet<>();

    /**
     * Registers the meters that do not belong to a job; the others come with their jobs.
     *
     * @param status of the engine, empty while there is none; never blocks
     * @param untold how many events were told to nobody so far, so that what happened is not in these meters
     */
    public ElasticJobMetrics(MeterRegistry meters, Supplier<Optional<EngineStatus>> status, LongSupplier untold) {
        this.meters = meters;
        this.status = status;
        this.untold = untold;
        Gauge.builder("elasticjob.executions.active", this, its(EngineStatus::activeExecutions))
                .description("Executions that are claimed or running on this instance")
                .register(meters);
        Gauge.builder("elasticjob.executions.slots", this, its(EngineStatus::slots))
                .description("Executions that may run at once on this instance")
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
        FunctionCounter.builder("elasticjob.events.untold", this, it -> it.untold.getAsLong())
                .description("Events that listeners, these meters among them, were too slow to hear")
                .register(meters);
        for (Kind kind : Kind.values()) {
            Map<Result, Timer> byResult = new EnumMap<>(Result.class);
            for (Result result : Result.values()) {
                if (result != Result.REFUSED || kind == Kind.COMMIT) { // nothing else is ever refused
                    byResult.put(result, request(kind, result));
                }
            }
            requests.put(kind, byResult);
        }
    }

    private static ToDoubleFunction<ElasticJobMetrics> its(ToDoubleFunction<EngineStatus> value) {
        return metrics -> metrics.status.get().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private static double skewMillis(EngineStatus engine) {
        Duration skew = engine.clockSkew();
        return skew == null ? Double.NaN : skew.toNanos() / 1e6;
    }

    private Timer request(Kind kind, Result result) {
        return Timer.builder("elasticjob.registry.requests")
                .description("Requests to the registry, from the sending to the answer")
                .tag("kind", lowerCase(kind))
                .tag("result", lowerCase(result))
                .register(meters);
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void observed(Kind kind, Result result, Duration took) {
        Timer timer = requests.getOrDefault(kind, Map.of()).get(result);
        (timer == null ? request(kind, result) : timer).record(took);
    }

    @Override
    public void accept(ElasticJobEvent event) {
        if (event instanceof ElasticJobEvent.ExecutionStarted started) {
            of(started.execution().job()).ifPresent(job -> job.started(started.lateness()));
        } else if (event instanceof ElasticJobEvent.ExecutionEnded ended) {
            of(ended.execution().job())
                    .ifPresent(job -> job.ended(ended.outcome().name(), ended.duration()));
        } else if (event instanceof ElasticJobEvent.ShardsAssigned assigned) {
            assigned(assigned.job(), assigned.owned().size());
        } else if (event instanceof ElasticJobEvent.SessionEnded) {
            jobs.values().forEach(job -> job.own(0));
        } else if (event instanceof ElasticJobEvent.JobRemoved gone) {
            remove(gone.job());
        } else if (event instanceof ElasticJobEvent.FiringsSuperseded superseded) {
            of(superseded.job()).ifPresent(job -> job.superseded(superseded.count()));
        } else if (event instanceof ElasticJobEvent.FiringMisfired misfired) {
            of(misfired.job()).ifPresent(JobMeters::misfired);
        } else if (event instanceof ElasticJobEvent.FiringSkipped skipped) {
            of(skipped.job()).ifPresent(JobMeters::misfired);
        } else if (event instanceof ElasticJobEvent.OwnerDied died) {
            of(died.execution().job()).ifPresent(died.retried() ? JobMeters::failedOver : JobMeters::lost);
        } else if (event instanceof ElasticJobEvent.ClaimRefused refused) {
            of(refused.job()).ifPresent(JobMeters::claimRefused);
        }
    }

    private void assigned(String job, int shards) {
        if (shards > 0) {
            removed.remove(job);
        }
        of(job).ifPresent(its -> its.own(shards));
    }

    /** The meters of a job; empty when it was removed. */
    private Optional<JobMeters> of(String job) {
        return removed.contains(job)
                ? Optional.empty()
                : Optional.of(jobs.computeIfAbsent(job, name -> new JobMeters(meters, name)));
    }

    private void remove(String job) {
        jobs.remove(job);
        removed.add(job);
        meters.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("elasticjob.")
                        && job.equals(meter.getId().getTag("job")))
                .forEach(meters::remove);
    }
}
