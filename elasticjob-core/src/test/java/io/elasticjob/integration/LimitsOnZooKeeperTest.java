package io.elasticjob.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.SimpleJob;
import io.elasticjob.TriggerRequest;
import io.elasticjob.integration.Application.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Limits on a real ZooKeeper, among several instances. */
class LimitsOnZooKeeperTest {

    /** Longer than any pause of a busy machine. */
    private static final Duration SESSION = Duration.ofSeconds(40);

    private static final int MOST = 3;
    private static final int SHARDS = 12;

    private final List<Application> applications = new ArrayList<>();
    private final TestingServer server;

    LimitsOnZooKeeperTest() throws Exception {
        server = new TestingServer(
                new InstanceSpec(
                        null,
                        -1,
                        -1,
                        -1,
                        true,
                        -1,
                        500,
                        -1,
                        Map.of("minSessionTimeout", "1000", "maxSessionTimeout", "60000")),
                true);
    }

    @AfterEach
    void close() throws Exception {
        applications.forEach(Application::close);
        server.close();
    }

    @Test
    void asManyRunAtATimeAsMayAndNeverMoreAndNothingIsLeft() throws Exception {
        JobDefinition job = JobDefinition.named("orders")
                .shards(SHARDS)
                .set(JobKey.MAX_CONCURRENT_SHARDS, String.valueOf(MOST))
                .build();
        CyclicBarrier allThatMay = new CyclicBarrier(MOST);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Queue<Integer> ran = new ConcurrentLinkedQueue<>();
        SimpleJob body = context -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            allThatMay.await(1, TimeUnit.MINUTES); // goes on as soon as so many run
            ran.add(context.shardingItem());
            running.decrementAndGet();
        };
        for (String name : List.of("a", "b", "c")) {
            Application application =
                    new Application(name, new Place(server.getConnectString(), SESSION), List.of(job), body, any -> {});
            applications.add(application);
        }
        Awaitility.await()
                .atMost(1, TimeUnit.MINUTES)
                .until(() -> applications.get(0).view().instances().size() == 3);
        applications
                .get(0)
                .engine
                .operations()
                .trigger(TriggerRequest.of("orders"))
                .toCompletableFuture()
                .get(1, TimeUnit.MINUTES);
        Awaitility.await().atMost(2, TimeUnit.MINUTES).until(() -> ran.size() == SHARDS);

        assertThat(most).hasValue(MOST);
        assertThat(ran).doesNotHaveDuplicates();
        try (ZooKeeper client = new ZooKeeper(server.getConnectString(), 40_000, any -> {})) {
            String limits = "/" + applications.get(0).view().namespace() + "/limits";
            Awaitility.await().atMost(1, TimeUnit.MINUTES).until(() -> {
                String limit = client.getChildren(limits, false).get(0);
                return client.getChildren(limits + "/" + limit, false).isEmpty();
            });
        }
    }
}
