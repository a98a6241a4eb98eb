package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.ExecutionStarted;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.quartz.QuartzFireSource;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.zookeeper.ZooKeeperRegistry;
import io.elasticjob.zookeeper.ZooKeeperSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Handlers that never return take all slots of one instance, on a real ZooKeeper and real threads: what its other jobs have
 * come due for runs on the other instance. {@code -Dhanging.handlers=64} for more of them.
 */
class HangingHandlersTest {

    private static final int HANGING = Integer.getInteger("hanging.handlers", 8);
    private static final Duration STARVED_AFTER = Duration.ofSeconds(1);
    private static final String HANGS = "hangs";
    private static final List<String> OTHERS = List.of("others-1", "others-2", "others-3", "others-4");

    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final Set<Integer> hanging = ConcurrentHashMap.newKeySet();
    private final Map<String, JobEngine> engines = new TreeMap<>();
    private final Map<String, Queue<ExecutionStarted>> started = new ConcurrentHashMap<>();
    private final TestingServer server;

    HangingHandlersTest() throws Exception {
        server = new TestingServer(
                new InstanceSpec(null, -1, -1, -1, true, -1, 500, -1, Map.of("maxSessionTimeout", "60000")), true);
    }

    @AfterEach
    void end() throws Exception {
        mayEnd.countDown();
        engines.values().forEach(engine -> engine.close(Duration.ofSeconds(10)));
        server.close();
    }

    private void run(ShardingContext context) throws InterruptedException {
        if (context.jobName().equals(HANGS)) {
            hanging.add(context.shardingItem());
            mayEnd.await();
        }
    }

    private void start(String name, Map<String, String> labels) {
        Map<String, SimpleJob> handlers = new TreeMap<>();
        handlers.put(HANGS, this::run);
        OTHERS.forEach(job -> handlers.put(job, this::run));
        Queue<ExecutionStarted> heard = started.computeIfAbsent(name, any -> new ConcurrentLinkedQueue<>());
        Consumer<ElasticJobEvent> listener = event -> {
            if (event instanceof ExecutionStarted one && !one.execution().job().equals(HANGS)) {
                heard.add(one);
            }
        };
        JobEngineBuilder builder = JobEngine.builder()
                .namespace("proof")
                .instanceName(name)
                .labels(labels)
                .registry(new ZooKeeperRegistry(new ZooKeeperSettings(
                        server.getConnectString(), Duration.ofSeconds(40), Duration.ofSeconds(5), null)))
                .fireSource(new QuartzFireSource(Clock.systemUTC()))
                .runner(InProcessShardRunner.platform(handlers, HANGING))
                .offerStarvedShardsAfter(STARVED_AFTER)
                .listener(listener);
        builder.job(JobDefinition.named(HANGS)
                .shards(HANGING)
                .labels(Map.of("place", "here"))
                .build());
        OTHERS.forEach(job -> builder.job(
                JobDefinition.named(job).every(Duration.ofSeconds(5)).shards(2).build()));
        JobEngine engine = builder.build();
        engine.start();
        engines.put(name, engine);
    }

    private static void until(BooleanSupplier condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(condition::getAsBoolean);
    }

    private boolean hasShards(String name) {
        return engines.get(name).namespace().toCompletableFuture().join().jobs().values().stream()
                .filter(job -> !job.name().equals(HANGS))
                .anyMatch(job -> !job.assignment()
                        .shardsOf(engines.get(name).status().instance().orElse(""))
                        .isEmpty());
    }

    @Test
    void otherJobsRunOnOtherInstancesAndNoFiringOfTheirsIsPassedOver() throws Exception {
        start("a", Map.of("place", "here"));
        start("b", Map.of("place", "there"));
        until(() -> hasShards("a") && hasShards("b"));
        engines.get("a")
                .operations()
                .trigger(TriggerRequest.of(HANGS))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        until(() -> hanging.size() == HANGING);
        until(() -> engines.get("a").status().executions().active() == HANGING);
        started.values().forEach(Queue::clear);

        until(() -> started.get("b").stream()
                        .map(one ->
                                one.execution().job() + "/" + one.execution().shard() + "/" + one.fireTime())
                        .distinct()
                        .count()
                >= OTHERS.size() * 2 * 3L);

        assertThat(started.get("a")).as("a has no slot for them").isEmpty();
        assertThat(started.get("b"))
                .extracting(one -> one.execution().job() + "/" + one.execution().shard() + "/" + one.fireTime())
                .as("each once")
                .doesNotHaveDuplicates();
        System.out.printf(
                "%d handlers hang; the latest of %d other executions began %s after its fire time%n",
                HANGING,
                started.get("b").size(),
                started.get("b").stream()
                        .map(ExecutionStarted::lateness)
                        .max(Duration::compareTo)
                        .orElseThrow());
    }
}
