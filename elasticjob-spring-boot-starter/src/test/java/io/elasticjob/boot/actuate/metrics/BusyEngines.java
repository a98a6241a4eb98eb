package io.elasticjob.boot.actuate.metrics;

import static org.awaitility.Awaitility.await;

import io.elasticjob.ArrayPlace;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.Misfire;
import io.elasticjob.SimpleJob;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.kind.ArrayRuns;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.quartz.QuartzFireSource;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.view.EngineStatus;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.StreamSupport;
import org.awaitility.core.ConditionFactory;

/** An engine to which happens what can happen, in real time, with its meters; and a second one, which dies on it. */
final class BusyEngines implements AutoCloseable {

    private static final Duration SESSION = Duration.ofSeconds(3);

    private final MeterRegistry meters;
    private final SystemTimekeeper time = new SystemTimekeeper();
    private final MemoryEnsemble ensemble = new MemoryEnsemble(time);
    private final MemoryRegistry hand = ensemble.client(SESSION);
    private final CompletableFuture<Session> handsSession = new CompletableFuture<>();
    private final MemoryRegistry linkOfTheOther = ensemble.client(SESSION);
    private final JobEngine engine;
    private final JobEngine other;

    private final CountDownLatch never = new CountDownLatch(1);
    private final AtomicInteger fineRuns = new AtomicInteger();
    private final Set<String> begunOnTheOther = ConcurrentHashMap.newKeySet();

    BusyEngines(MeterRegistry meters) {
        this.meters = meters;
        hand.open(new RegistryListener() {
            @Override
            public void connected(Session session) {
                handsSession.complete(session);
            }

            @Override
            public void suspended() {}

            @Override
            public void lost(Session session) {}

            @Override
            public void changed(String path) {}
        });
        Map<String, SimpleJob> handlers = new HashMap<>();
        handlers.put("fine", context -> fineRuns.incrementAndGet());
        handlers.put("broken", context -> {
            throw new IllegalStateException("on purpose");
        });
        handlers.put("long", context -> someSeconds());
        handlers.put("skipping", context -> someSeconds());
        handlers.put("stuck", context -> never.await());
        handlers.put("fenced", context -> overwrite(record("fenced"), BusyEngines::byGhost));
        handlers.put("survivor", context -> {});
        handlers.put("casualty", context -> {});
        ArrayRuns arrays = new ArrayRuns(List::of);
        arrays.onChange(new ArrayMeters(meters, arrays));
        arrays.stands(new ArrayRuns.Standing(
                new RunId("shop", "broken", "x1", new Firing.Triggered(0), 1), ArrayPlace.none(100), null, 0, ""));
        AtomicReference<JobEngine> made = new AtomicReference<>();
        ElasticJobMetrics metrics = new ElasticJobMetrics(
                meters,
                () -> Optional.ofNullable(made.get()).map(JobEngine::status),
                () -> Optional.ofNullable(made.get())
                        .map(JobEngine::untoldEvents)
                        .orElse(0L));
        JobEngineBuilder builder = builder("b", ensemble.client(SESSION), handlers)
                .listener(metrics)
                .registryObserver(metrics)
                .job(everySecond("fine").build())
                .job(everySecond("broken").build())
                .job(everySecond("long").build())
                .job(everySecond("skipping").misfire(Misfire.SKIP).build())
                .job(everySecond("stuck").build())
                .job(everySecond("fenced").build());
        engine = both(builder).build();
        made.set(engine);
        other = both(builder("a", linkOfTheOther, Map.of("survivor", this::untilTheEnd, "casualty", this::untilTheEnd)))
                .build();
    }

    private static JobEngineBuilder builder(String name, MemoryRegistry registry, Map<String, SimpleJob> handlers) {
        return JobEngine.builder()
                .namespace("shop")
                .instanceName(name)
                .registry(registry)
                .fireSource(new QuartzFireSource(InstantSource.system()))
                .runner(InProcessShardRunner.platform(handlers, 16));
    }

    private static JobEngineBuilder both(JobEngineBuilder builder) {
        return builder.job(everySecond("survivor").shards(2).failover(true).build())
                .job(everySecond("casualty").shards(2).build());
    }

    private static JobDefinition.Builder everySecond(String name) {
        return JobDefinition.named(name).every(Duration.ofSeconds(1));
    }

    private void someSeconds() {
        int before = fineRuns.get();
        patiently().until(() -> fineRuns.get() >= before + 3);
    }

    private void untilTheEnd(io.elasticjob.ShardingContext context) throws InterruptedException {
        begunOnTheOther.add(context.jobName());
        never.await();
    }

    /** Starts the one that is measured. */
    void start() {
        engine.start();
    }

    /** Lets it all happen. */
    void run() {
        start();
        patiently().until(() -> engine.status().leadership().isHeld());
        other.start();
        patiently().until(() -> begunOnTheOther.containsAll(Set.of("survivor", "casualty")));
        linkOfTheOther.link().kill();

        until("elasticjob.executions", "job", "fenced", "outcome", "FENCED");

        until("elasticjob.executions", "job", "fine", "outcome", "SUCCEEDED");
        until("elasticjob.executions", "job", "broken", "outcome", "FAILED");
        until("elasticjob.firing.lateness", "job", "fine");
        until("elasticjob.firings.superseded", "job", "long");
        until("elasticjob.firings.misfired", "job", "long");
        until("elasticjob.firings.misfired", "job", "skipping");
        until("elasticjob.failovers", "job", "survivor");
        until("elasticjob.executions.lost", "job", "casualty");
        patiently().until(() -> {
            overwrite(record("fine"), text -> text); // somebody wrote it, so that what is known of it is of yesterday
            return value("elasticjob.claims.refused", "job", "fine") > 0;
        });
        until("elasticjob.jobs.overdue");
        until("elasticjob.registry.connected");
        until("elasticjob.shards.owned", "job", "survivor");
        until("elasticjob.executions.active");
    }

    /** As an operator's hand does it, or an API. */
    void removeFine() {
        ensemble.deleteTree("/shop/jobs/fine");
    }

    EngineStatus status() {
        return engine.status();
    }

    private void until(String meter, String... tags) {
        await(meter + " " + List.of(tags)).atMost(Duration.ofSeconds(60)).until(() -> value(meter, tags) > 0);
    }

    /** The count of what has one, or else the value; 0 where there is none. */
    double value(String name, String... tags) {
        return meters.find(name).tags(tags).meters().stream()
                .mapToDouble(BusyEngines::value)
                .sum();
    }

    private static double value(Meter meter) {
        return StreamSupport.stream(meter.measure().spliterator(), false)
                .filter(it -> it.getStatistic() == Statistic.COUNT || it.getStatistic() == Statistic.VALUE)
                .mapToDouble(it -> it.getValue())
                .sum();
    }

    /** Whoever asks the machine for something else at the same time. */
    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofSeconds(60));
    }

    /** As if a dead instance had taken the shard meanwhile. */
    private static String byGhost(String record) {
        return record.replaceFirst("\"owner\":\"[^\"]*\"", "\"owner\":\"ghost\"");
    }

    private String record(String job) {
        String folder = ensemble.children("/shop/shards").stream()
                .filter(name -> name.startsWith(job + "@"))
                .findFirst()
                .orElseThrow();
        return "/shop/shards/" + folder + "/0";
    }

    private void overwrite(String path, UnaryOperator<String> edit) {
        if (ensemble.node(path) instanceof Read.Present present) {
            String text = new String(present.data(), StandardCharsets.UTF_8);
            byte[] edited = edit.apply(text).getBytes(StandardCharsets.UTF_8);
            Write put = new Write.Put(path, edited, present.stat().version());
            hand.commit(handsSession.join(), List.of(put)).toCompletableFuture().join();
        }
    }

    @Override
    public void close() {
        never.countDown();
        engine.close();
        other.close();
        hand.close();
        time.close();
    }
}
