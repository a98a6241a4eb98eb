package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.RegistryException;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.integration.Application.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A thousand firings by hand, asked for from three instances, while their ZooKeeper is restarted again and again. */
@Execution(ExecutionMode.CONCURRENT)
class TriggersUnderRestartsTest {

    private static final int TRIGGERS = 1_000;
    private static final int SHARDS = 2;
    private static final int RESTARTS = 5;
    private static final Duration SESSION = Duration.ofSeconds(40);
    private static final JobDefinition BY_HAND =
            JobDefinition.named("by-hand").shards(SHARDS).build();

    private final Queue<String> runs = new ConcurrentLinkedQueue<>();
    private final Map<String, Long> numbers = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void noneIsLostAndNoneIsDoubled() throws Exception {
        InstanceSpec spec = new InstanceSpec(
                null, -1, -1, -1, true, -1, 500, -1, Map.of("minSessionTimeout", "1000", "maxSessionTimeout", "60000"));
        ExecutorService threads = Executors.newCachedThreadPool();
        try (TestingServer server = new TestingServer(spec, true);
                Application a = start("a", server);
                Application b = start("b", server);
                Application c = start("c", server)) {
            List<Application> all = List.of(a, b, c);
            until(() -> all.stream()
                    .allMatch(one -> one.shardsOf("by-hand").values().stream()
                                    .mapToInt(Integer::intValue)
                                    .sum()
                            == SHARDS));

            List<Future<?>> asking = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Application by = all.get(i % all.size());
                asking.add(threads.submit(() -> askUntilThereAreEnough(by)));
            }
            for (int restart = 1; restart <= RESTARTS; restart++) {
                int enough = TRIGGERS * restart / (RESTARTS + 1);
                until(() -> numbers.size() >= enough);
                server.stop();
                server.restart();
            }
            for (Future<?> one : asking) {
                one.get(90, TimeUnit.SECONDS);
            }
            until(() -> runs.size() >= TRIGGERS * SHARDS);
            until(() -> triggersLeft(server) == 0);
        } finally {
            threads.shutdownNow();
        }

        Set<Long> distinct = new TreeSet<>(numbers.values());
        assertThat(distinct).as("each request has a number of its own").hasSize(TRIGGERS);
        assertThat(runs)
                .as("each shard has run each trigger once, and nothing that nobody asked for")
                .containsExactlyInAnyOrderElementsOf(distinct.stream()
                        .flatMap(number -> IntStream.range(0, SHARDS).mapToObj(shard -> number + "/" + shard))
                        .collect(Collectors.toList()));
    }

    private Application start(String name, TestingServer server) {
        return new Application(
                name,
                new Place(server.getConnectString(), SESSION),
                List.of(BY_HAND),
                context -> runs.add(context.trigger().orElseThrow() + "/" + context.shardingItem()),
                event -> {});
    }

    /** What is refused because the registry is away is asked for again, by the same id. */
    private Void askUntilThereAreEnough(Application by) throws Exception {
        for (int next = asked.getAndIncrement(); next < TRIGGERS; next = asked.getAndIncrement()) {
            String id = "request-" + next;
            until(() -> {
                try {
                    TriggerReceipt receipt = by.engine
                            .operations()
                            .trigger(TriggerRequest.of("by-hand").withId(id))
                            .toCompletableFuture()
                            .get(30, TimeUnit.SECONDS);
                    numbers.put(id, receipt.number());
                    return true;
                } catch (ExecutionException refused) {
                    if (refused.getCause() instanceof RegistryException away
                            && String.valueOf(away.getMessage()).contains("nothing was changed")) {
                        return false;
                    }
                    throw refused;
                }
            });
        }
        return null;
    }

    private static int triggersLeft(TestingServer server) throws Exception {
        try (ZooKeeper zooKeeper = new ZooKeeper(server.getConnectString(), 10_000, event -> {})) {
            return zooKeeper.getChildren("/proof/jobs/by-hand", false).size();
        }
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(20))
                .until(condition);
    }
}
