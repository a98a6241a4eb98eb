package io.elasticjob.boot.actuate.metrics;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.spi.RegistryObserver;
import io.elasticjob.view.EngineStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
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
    private final Map<Kind, Map<Ending, Timer>> requests = new EnumMap<>(Kind.class);

    /** What comes of a job after its removal comes soon, but for the ends of executions. */
    private static final int MOST_REMEMBERED = 1_000;

    // Confined to the teller of events.
    private final Map<String, JobMeters> jobs = new HashMap<>();
    /** The jobs that were removed last, in that order. */
    private final Set<String> removed = new LinkedHashSet<>();

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
        Gauge.builder(
                        "elasticjob.executions.active",
                        this,
                        its(engine -> engine.executions().active()))
                .description("Executions that are claimed or running on this instance")
                .register(meters);
        Gauge.builder(
                        "elasticjob.executions.slots",
                        this,
                        its(engine -> engine.executions().slots()))
                .description("Executions that may run at the same time on this instance")
                .register(meters);
        Gauge.builder(
                        "elasticjob.executions.stuck",
                        this,
                        its(engine -> engine.executions().stuck() == null ? 0 : 1))
                .description("1 while all slots of this instance are held by runs that go on for too long, otherwise 0")
                .register(meters);
        Gauge.builder(
                        "elasticjob.shards.starved",
                        this,
                        its(engine -> engine.executions().starved()))
                .description("Shards for which this instance has had no slot for so long that it offers them to others")
                .register(meters);
        Gauge.builder(
                        "elasticjob.shards.limited",
                        this,
                        its(engine -> engine.executions().limited()))
                .description("Shards of this instance that are due and wait until the limits of their jobs have room")
                .register(meters);
        Gauge.builder("elasticjob.registry.connected", this, its(now -> now.isConnected() ? 1 : 0))
                .description("1 while this instance is registered and connected, otherwise 0")
                .register(meters);
        Gauge.builder(
                        "elasticjob.jobs.overdue",
                        this,
                        its(engine -> engine.leadership().overdueJobs()))
                .description(
                        "Jobs with a firing that no instance has started in time, as the leader sees them; 0 elsewhere")
                .register(meters);
        Gauge.builder(
                        "elasticjob.jobs.undeclared",
                        this,
                        its(engine -> engine.leadership().undeclaredJobs()))
                .description("Jobs that no live instance of their application declares, as the leader sees them; 0"
                        + " elsewhere")
                .register(meters);
        Gauge.builder(
                        "elasticjob.shards.unassigned",
                        this,
                        its(engine -> engine.leadership().unassignedShards()))
                .description(
                        "Shards that no instance has, because too few are eligible or none has room, as the leader sees"
                                + " them; 0 elsewhere")
                .register(meters);
        TimeGauge.builder("elasticjob.clock.skew", this, TimeUnit.MILLISECONDS, its(ElasticJobMetrics::skewMillis))
                .description("ZooKeeper's clock minus the local one")
                .register(meters);
        TimeGauge.builder("elasticjob.clock.step", this, TimeUnit.MILLISECONDS, its(ElasticJobMetrics::stepMillis))
                .description("By how much ZooKeeper's clock has stepped and is not followed; 0 while it is followed")
                .register(meters);
        FunctionCounter.builder("elasticjob.events.untold", this, it -> it.untold.getAsLong())
                .description("Events that were dropped because listeners, such as these meters, were too slow")
                .register(meters);
        for (Kind kind : Kind.values()) {
            Map<Ending, Timer> byEnding = new EnumMap<>(Ending.class);
            for (Ending result : Ending.values()) {
                if (result != Ending.REFUSED || kind == Kind.COMMIT) { // nothing else is ever refused
                    byEnding.put(result, request(kind, result));
                }
            }
            requests.put(kind, byEnding);
        }
    }

    private static ToDoubleFunction<ElasticJobMetrics> its(ToDoubleFunction<EngineStatus> value) {
        return metrics -> metrics.status.get().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private static double skewMillis(EngineStatus engine) {
        Duration skew = engine.clock().skew();
        return skew == null ? Double.NaN : skew.toNanos() / 1e6;
    }

    private static double stepMillis(EngineStatus engine) {
        Duration step = engine.clock().step();
        return step == null ? 0 : step.toNanos() / 1e6;
    }

    private Timer request(Kind kind, Ending result) {
        return Timer.builder("elasticjob.registry.requests")
                .description("Requests to ZooKeeper, from sending to the answer")
                .tag("kind", lowerCase(kind))
                .tag("result", lowerCase(result))
                .register(meters);
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void observed(Kind kind, Ending result, Duration took) {
        Timer timer = requests.getOrDefault(kind, Map.of()).get(result);
        (timer == null ? request(kind, result) : timer).record(took);
    }

    @Override
    public void accept(ElasticJobEvent event) {
        if (event instanceof ElasticJobEvent.ExecutionStarted started) {
            of(started.execution().job()).ifPresent(job -> job.started(started.lateness()));
        } else if (event instanceof ElasticJobEvent.ExecutionEnded ended) {
            ended(ended);
        } else if (event instanceof ElasticJobEvent.ShardsAssigned assigned) {
            assigned(assigned.job(), assigned.owned().size());
        } else if (event instanceof ElasticJobEvent.SessionEnded) {
            jobs.values().forEach(job -> job.own(0));
        } else if (event instanceof ElasticJobEvent.JobRemoved gone) {
            remove(gone.job());
        } else if (event instanceof ElasticJobEvent.FiringsSuperseded superseded) {
            of(superseded.job()).ifPresent(job -> job.superseded(superseded.count()));
        } else if (event instanceof ElasticJobEvent.FiringsDropped dropped) {
            of(dropped.job()).ifPresent(job -> job.dropped(dropped.count()));
        } else if (event instanceof ElasticJobEvent.FiringDeadlineMissed missed) {
            of(missed.job()).ifPresent(JobMeters::deadlineMissed);
        } else if (event instanceof ElasticJobEvent.FiringRerun rerun) {
            of(rerun.job()).ifPresent(JobMeters::rerun);
        } else if (event instanceof ElasticJobEvent.JobPaused paused) {
            of(paused.job()).ifPresent(JobMeters::paused);
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

    /** The execution of a removed job is not counted, and what observed it has made its own meters again. */
    private void ended(ElasticJobEvent.ExecutionEnded ended) {
        String job = ended.execution().job();
        JobMeters its = jobs.get(job);
        if (its == null) {
            removeMeters(job);
        } else {
            its.ended(ended.outcome().name(), ended.duration());
        }
    }

    /** The meters of a job; empty when it was removed. */
    private Optional<JobMeters> of(String job) {
        return removed.contains(job)
                ? Optional.empty()
                : Optional.of(jobs.computeIfAbsent(job, name -> new JobMeters(meters, name)));
    }

    private void remove(String job) {
        jobs.remove(job);
        removed.remove(job);
        removed.add(job);
        if (removed.size() > MOST_REMEMBERED) {
            removed.remove(removed.iterator().next());
        }
        removeMeters(job);
    }

    private void removeMeters(String job) {
        meters.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("elasticjob.")
                        && job.equals(meter.getId().getTag("job")))
                .forEach(meters::remove);
    }
}
