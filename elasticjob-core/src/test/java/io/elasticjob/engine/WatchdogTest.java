package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.sharding.Sharding;
import io.elasticjob.sharding.ShardingStrategy;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.test.SimulatedFireSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A loop that is really stuck, in real time: virtual time stands still with it. */
class WatchdogTest {

    private static final Duration SESSION = Duration.ofSeconds(5);
    private static final ShardingStrategy AVERAGE = StrategyCatalog.builtIn().strategy("average");

    private final SystemTimekeeper time = new SystemTimekeeper();
    private final MemoryEnsemble ensemble = new MemoryEnsemble(time);
    private final AtomicBoolean trap = new AtomicBoolean();
    private final CountDownLatch release = new CountDownLatch(1);
    private final List<ElasticJobEvent> ofA = new CopyOnWriteArrayList<>();
    private final List<ElasticJobEvent> ofB = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        release.countDown();
        time.close();
    }

    @Test
    void aStuckLoopGivesItsSessionUpSoThatOthersTakeOverAndComesBackAsANewInstance() {
        try (JobEngine a = engine("a", this::trapped, ofA);
                JobEngine b = engine("b", AVERAGE, ofB)) {
            a.start();
            await().until(() -> owned(ofA) == 4);
            trap.set(true); // it will be asked when b joins
            b.start();
            await().until(() -> owned(ofB) == 2);
            await().atMost(Duration.ofSeconds(20)).until(() -> owned(ofB) == 4);

            assertThat(ofA)
                    .filteredOn(ElasticJobEvent.LoopStuck.class::isInstance)
                    .singleElement()
                    .satisfies(event -> assertThat(((ElasticJobEvent.LoopStuck) event).where())
                            .anyMatch(frame -> frame.getMethodName().equals("trapped")));

            assertThat(a.status().stuckSince()).isPresent();
            assertThat(a.status().isConnected())
                    .as("whatever the loop said last")
                    .isFalse();

            release.countDown();
            await().until(() -> owned(ofA) == 2 && owned(ofB) == 2);
            assertThat(a.status().stuckSince()).isEmpty();
            assertThat(a.status().isConnected()).isTrue();
            assertThat(ofA)
                    .filteredOn(ElasticJobEvent.InstanceRegistered.class::isInstance)
                    .hasSize(2);
        }
    }

    private Assignment trapped(Sharding sharding) {
        if (trap.get()) {
            try {
                release.await();
            } catch (InterruptedException goesOn) {
                Thread.currentThread().interrupt();
            }
        }
        return AVERAGE.assign(sharding);
    }

    private JobEngine engine(String name, ShardingStrategy strategy, List<ElasticJobEvent> events) {
        return JobEngine.builder()
                .namespace("test")
                .instanceName(name)
                .registry(ensemble.client(SESSION))
                .fireSource(new SimulatedFireSource(time, () -> false))
                .runner(InProcessShardRunner.platform(Map.of("orders", context -> {}), 4))
                .strategies(StrategyCatalog.builtIn().with("mine", strategy))
                .job(JobDefinition.named("orders")
                        .every(Duration.ofHours(1))
                        .shards(4)
                        .set(JobKey.SHARDING_STRATEGY, "mine")
                        .build())
                .listener(events::add)
                .build();
    }

    /** How many shards were last assigned to the instance that tells these events. */
    private static int owned(List<ElasticJobEvent> events) {
        return events.stream()
                .filter(ElasticJobEvent.ShardsAssigned.class::isInstance)
                .map(event -> ((ElasticJobEvent.ShardsAssigned) event).owned())
                .reduce((earlier, later) -> later)
                .map(SortedSet::size)
                .orElse(0);
    }
}
