package io.elasticjob.benchmarks.elasticjob;

import io.elasticjob.DataflowJob;
import io.elasticjob.FiringListener;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.TriggerRequest;
import io.elasticjob.benchmarks.system.InstanceSettings;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.system.ShardBody;
import io.elasticjob.benchmarks.system.SystemUnderTest;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import io.elasticjob.quartz.QuartzFireSource;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.zookeeper.ZooKeeperRegistry;
import io.elasticjob.zookeeper.ZooKeeperSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * This project's core, composed as its starter does it, with the starter's defaults. It wants to know its jobs beforehand:
 * they are registered by {@link #launch}.
 */
public final class ElasticJobSystem implements SystemUnderTest {

    private static final String NAMESPACE = "benchmarks";
    private static final int SLOTS = 64;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final int WORK_FOR_EACH_LOOK = 4;
    private static final int BATCH = 100;
    private static final String LISTENER = "listener";

    private final Map<String, JobDefinition> jobs = new TreeMap<>();
    private final Map<String, SimpleJob> handlers = new TreeMap<>();
    private @Nullable InstanceSettings settings;
    private @Nullable JobEngine engine;

    /** Reaches the registry only where that is asked for: with an instance that has no jobs, and goes again. */
    @Override
    public void start(InstanceSettings given) throws Exception {
        settings = given;
        if (given.isWarm()) {
            JobEngine first = build(given, "first-" + given.ordinal(), Map.of("nothing", context -> {}), List.of());
            first.start();
            await(first, "the registry", view -> view.status().isConnected());
            first.close(Duration.ZERO);
        }
    }

    @Override
    public void register(JobSpec job, ShardBody body) {
        jobs.put(job.name(), definition(job));
        if (job.when() == JobSpec.When.STREAM) {
            handlers.put(job.name(), new Batches(body));
            return;
        }
        handlers.put(job.name(), handler(job.when(), body));
    }

    private static SimpleJob handler(JobSpec.When when, ShardBody body) {
        return switch (when) {
            case ON_TRIGGER -> context -> run(body, context.shardingItem(), null);
            case AFTER_ANOTHER ->
                context -> run(
                        body, context.shardingItem(), context.originFireTime().orElseThrow());
            default -> context -> run(body, context.shardingItem(), context.fireTime());
        };
    }

    /** A stream of numbers, a batch of which costs nothing but what it costs to run one. */
    private record Batches(ShardBody body) implements DataflowJob<Long> {

        @Override
        public List<Long> fetch(ShardingContext context) {
            long from = context.checkpoint().map(Long::parseLong).orElse(0L);
            return LongStream.range(from, from + BATCH).boxed().toList();
        }

        @Override
        public void process(ShardingContext context, List<Long> items) throws InterruptedException {
            body.run(context.shardingItem(), null);
        }

        @Override
        public String position(List<Long> items) {
            return String.valueOf(items.get(items.size() - 1) + 1);
        }
    }

    private static void run(ShardBody body, int shard, @Nullable Instant fireTime) {
        try {
            body.run(shard, fireTime);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static JobDefinition definition(JobSpec job) {
        JobDefinition.Builder builder = JobDefinition.named(job.name())
                .shards(job.shards())
                .monitorExecution(job.monitoring())
                .failover(job.failover());
        if (job.when() == JobSpec.When.STREAM) {
            builder.set(DataflowJob.STREAMING, "true").set(JobKey.KEEP_CHECKPOINT, "true");
        }
        switch (job.when()) {
            case AFTER_END -> builder.fixedDelay(Duration.ofSeconds(job.periodSeconds()));
            case AFTER_ANOTHER -> builder.set(JobKey.AFTER, job.before());
            case ON_TRIGGER -> {}
            default -> builder.cron(job.cron(), ZoneOffset.UTC);
        }
        if (job.when() == JobSpec.When.LISTENED) {
            builder.set(JobKey.FIRING_LISTENERS, LISTENER);
        } else if (job.when() == JobSpec.When.RECORDED) {
            builder.set(JobKey.RECORD_FIRINGS, "true");
        }
        return builder.build();
    }

    @Override
    public void launch() throws Exception {
        InstanceSettings given = required(settings);
        JobEngine launched = build(given, "instance-" + given.ordinal(), handlers, jobs.values());
        engine = launched;
        launched.start();
        await(
                launched,
                jobs.size() + " jobs",
                view -> view.status()
                        .instance()
                        .filter(self -> jobs.keySet().stream()
                                .allMatch(job -> isEligible(view.jobs().get(job), self)))
                        .isPresent());
    }

    private static boolean isEligible(@Nullable JobView job, String instance) {
        return job != null && job.eligible().contains(instance);
    }

    /** It hears of both, so that each firing goes through all stages. */
    private static final class Once implements FiringListener {

        @Override
        public void beforeFiring(Start firing) {}

        @Override
        public void afterFiring(End firing) {}
    }

    private static JobEngine build(
            InstanceSettings settings, String name, Map<String, SimpleJob> handlers, Collection<JobDefinition> jobs) {
        JobEngineBuilder builder = JobEngine.builder()
                .namespace(NAMESPACE)
                .instanceName(name)
                .registry(new ZooKeeperRegistry(new ZooKeeperSettings(
                        settings.required("zookeeper"),
                        Duration.ofMillis(settings.number("sessionMillis", 15_000)),
                        CONNECTION_TIMEOUT,
                        null)))
                .fireSource(new QuartzFireSource(InstantSource.system()))
                .runner(InProcessShardRunner.platform(handlers, settings.number("slots", SLOTS)))
                .firingListeners(Map.of(LISTENER, new Once()));
        jobs.forEach(builder::job);
        return builder.build();
    }

    /** Lets the engine work for most of the time: with many jobs, a look at all of them takes a while. */
    private static void await(JobEngine engine, String what, Predicate<NamespaceView> reached) throws Exception {
        long begin = System.nanoTime();
        long asked = begin;
        while (!reached.test(answer(engine.namespace()))) {
            long now = System.nanoTime();
            if (now - begin > PATIENCE.toNanos()) {
                throw new IllegalStateException(what + " did not come within " + PATIENCE);
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos() + WORK_FOR_EACH_LOOK * (now - asked));
            asked = System.nanoTime();
        }
    }

    /** Does not wait until the trigger is acknowledged: what it comes to is seen by its executions. */
    @Override
    public void trigger(String job) {
        required(engine).operations().trigger(TriggerRequest.of(job)).whenComplete((receipt, failed) -> {
            if (failed != null) {
                failed.printStackTrace();
            }
        });
    }

    @Override
    public Optional<Sight> sight(String job) throws Exception {
        NamespaceView view = answer(required(engine).namespace());
        JobView known = view.jobs().get(job);
        if (known == null) {
            return Optional.empty();
        }
        int shards = known.effective().map(JobDefinition::shardingTotalCount).orElse(0);
        int own = view.status()
                .instance()
                .map(self -> known.assignment().shardsOf(self).size())
                .orElse(0);
        return Optional.of(new Sight(shards, OptionalInt.of(own)));
    }

    @Override
    public void reshard(String job, int shards) throws Exception {
        answer(required(engine)
                .operations()
                .configure(
                        job,
                        Map.of(JobKey.SHARDING_TOTAL_COUNT, String.valueOf(shards)),
                        new Operator("benchmarks", "")));
    }

    @Override
    public OptionalLong requests() {
        return engine == null ? OptionalLong.empty() : OptionalLong.of(engine.registryRequests());
    }

    @Override
    public void close() {
        if (engine != null) {
            engine.close(CONNECTION_TIMEOUT);
        }
    }

    private static <T> T answer(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the instance is not up yet");
        }
        return value;
    }
}
