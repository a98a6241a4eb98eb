package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.ExecutionLingers;
import io.elasticjob.ElasticJobEvent.LingererEnded;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.TriggerRequest;
import io.elasticjob.integration.Application.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Handlers that ignore that they have timed out, on a real ZooKeeper and real threads. {@code -Dtimeouts.ignored=200} for
 * more of them; there are as many slots as instances need for one shard of them in two.
 */
class IgnoredTimeoutsTest {

    private static final int IGNORED = Integer.getInteger("timeouts.ignored", 20);
    private static final Duration SESSION = Duration.ofSeconds(40);
    private static final String STUBBORN = "stubborn";
    private static final String PUNCTUAL = "punctual";

    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final Set<Integer> running = ConcurrentHashMap.newKeySet();
    private final Queue<Instant> punctual = new ConcurrentLinkedQueue<>();
    private final Queue<ElasticJobEvent> events = new ConcurrentLinkedQueue<>();
    private final TestingServer server;
    private Application a;
    private Application b;

    IgnoredTimeoutsTest() throws Exception {
        server = new TestingServer(
                new InstanceSpec(null, -1, -1, -1, true, -1, 500, -1, Map.of("maxSessionTimeout", "60000")), true);
    }

    @AfterEach
    void end() throws Exception {
        mayEnd.countDown();
        if (a != null) {
            a.close();
        }
        if (b != null) {
            b.close();
        }
        server.close();
    }

    private void run(ShardingContext context) {
        if (context.jobName().equals(PUNCTUAL)) {
            punctual.add(context.fireTime());
            return;
        }
        running.add(context.shardingItem());
        boolean waits = context.jobParameter().isEmpty(); // the first of them, not what runs after them
        while (waits) {
            try {
                waits = !mayEnd.await(120, TimeUnit.SECONDS);
            } catch (InterruptedException ignored) {
                Thread.interrupted(); // as code does that catches everything
            }
        }
    }

    private Application start(String name) {
        // Rounded up so that one instance has a slot for each of its shards, and some for others.
        int slots = IGNORED / 2 + 8;
        JobDefinition stubborn = JobDefinition.named(STUBBORN)
                .shards(IGNORED)
                .set(JobKey.TIMEOUT, "500ms")
                .set(JobKey.CANCEL_GRACE, "500ms")
                .set(JobKey.RETRY_ATTEMPTS, "3")
                .failover(true)
                .build();
        JobDefinition other =
                JobDefinition.named(PUNCTUAL).every(Duration.ofSeconds(1)).build();
        return new Application(
                name,
                new Place(server.getConnectString(), SESSION),
                List.of(stubborn, other),
                this::run,
                events::add,
                slots,
                (loop, runner) -> runner);
    }

    private <E extends ElasticJobEvent> long count(Class<E> type) {
        return events.stream().filter(type::isInstance).count();
    }

    private static void until(BooleanSupplier condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(condition::getAsBoolean);
    }

    @Test
    void nothingIsStuckByThemAndWhatTheyHoldIsTold() throws Exception {
        a = start("a");
        b = start("b");
        until(() -> a.shardsOf(STUBBORN).size() == 2 && b.shardsOf(STUBBORN).size() == 2);

        a.engine
                .operations()
                .trigger(TriggerRequest.of(STUBBORN))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        until(() -> running.size() == IGNORED);
        until(() -> count(ExecutionLingers.class) == IGNORED);

        // One that has timed out before its handler began, as on a busy machine, is over, and another attempt of it
        // lingers.
        List<ExecutionEnded> ended = events.stream()
                .filter(ExecutionEnded.class::isInstance)
                .map(ExecutionEnded.class::cast)
                .filter(one -> one.execution().job().equals(STUBBORN))
                .toList();
        assertThat(ended)
                .as("each is recorded as timed out, once")
                .allMatch(one -> one.outcome() instanceof Outcome.TimedOut)
                .extracting(ExecutionEnded::execution)
                .doesNotHaveDuplicates();
        assertThat(ended.stream().map(one -> one.execution().shard()).distinct())
                .hasSize(IGNORED);
        assertThat(a.engine.status().executions().lingering()
                        + b.engine.status().executions().lingering())
                .isEqualTo(IGNORED);

        // Others run on time.
        punctual.clear();
        until(() -> punctual.size() >= 4);
        assertThat(punctual).doesNotHaveDuplicates();
        assertThat(events.stream().filter(ElasticJobEvent.FiringsSuperseded.class::isInstance))
                .isEmpty();

        // What is asked for meanwhile waits for the shards, and runs once they have ended.
        running.clear();
        b.engine
                .operations()
                .trigger(TriggerRequest.of(STUBBORN).withParameter("again"))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        int before = punctual.size();
        until(() -> punctual.size() >= before + 2);
        assertThat(running).as("none begins beside what goes on").isEmpty();
        mayEnd.countDown();
        until(() -> count(LingererEnded.class) == IGNORED);
        until(() -> running.size() == IGNORED);
        until(() -> a.engine
                .job(STUBBORN)
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .triggers()
                .isEmpty());
    }
}
