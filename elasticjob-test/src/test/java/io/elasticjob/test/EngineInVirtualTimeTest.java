package io.elasticjob.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Cancellation;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Outcome;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whole engines run hours of jobs in no time, with what this module has and nothing else. */
class EngineInVirtualTimeTest {

    private final VirtualTime time = new VirtualTime(Instant.parse("2026-01-01T00:00:00.500Z"));
    private final MemoryEnsemble ensemble = new MemoryEnsemble(time.watch(Duration.ZERO));
    private final List<String> ran = new ArrayList<>();

    @Test
    void eachShardOfEachFiringRunsOnceAmongTheInstances() {
        JobEngine a = start("a", time.watch(Duration.ZERO), client());
        JobEngine b = start("b", time.watch(Duration.ofMillis(30)), client());

        time.passUntil(Instant.parse("2026-01-01T06:00:00.500Z"));

        List<String> expected = new ArrayList<>();
        for (int hour = 1; hour <= 6; hour++) {
            Instant fireTime = Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofHours(hour));
            expected.add(fireTime + "/0");
            expected.add(fireTime + "/1");
        }
        assertThat(ran).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(a.status().isConnected()).isTrue();
        assertThat(b.status().isConnected()).isTrue();
    }

    @Test
    void theSurvivorRunsTheShardsOfAnInstanceThatDied() {
        start("a", time.watch(Duration.ZERO), client());
        VirtualTime.Watch itsTime = time.watch(Duration.ZERO);
        MemoryRegistry itsClient = client();
        start("b", itsTime, itsClient);
        time.passUntil(Instant.parse("2026-01-01T01:30:00Z"));

        itsTime.kill();
        itsClient.link().kill();
        time.passUntil(Instant.parse("2026-01-01T02:00:30Z"));

        assertThat(ran)
                .containsExactlyInAnyOrder(
                        "2026-01-01T01:00:00Z/0",
                        "2026-01-01T01:00:00Z/1",
                        "2026-01-01T02:00:00Z/0",
                        "2026-01-01T02:00:00Z/1");
    }

    private MemoryRegistry client() {
        return ensemble.client(Duration.ofSeconds(6));
    }

    private JobEngine start(String name, VirtualTime.Watch watch, MemoryRegistry client) {
        JobEngine engine = JobEngine.builder()
                .namespace("test")
                .application("shop")
                .instanceName(name)
                .registry(client)
                .timekeeper(watch)
                .fireSource(new SimulatedFireSource(watch))
                .eventExecutor(Runnable::run)
                .answerExecutor(watch::execute)
                .runner(new AtOnce())
                .job(JobDefinition.named("hourly")
                        .every(Duration.ofHours(1))
                        .shards(2)
                        .set(JobKey.HANDLER, "hourly")
                        .build())
                .build();
        engine.start();
        return engine;
    }

    /** Notes each execution, which succeeds at once. */
    private final class AtOnce implements ShardRunner {

        private Listener listener;

        @Override
        public void open(Listener engine) {
            listener = engine;
        }

        @Override
        public Set<String> handlers() {
            return Set.of("hourly");
        }

        @Override
        public int slots() {
            return 4;
        }

        @Override
        public void start(Order order) {
            ran.add(order.context().fireTime() + "/" + order.context().shardingItem());
            listener.ended(order, new Outcome.Succeeded());
        }

        @Override
        public void cancel(Order order, Cancellation why) {}

        @Override
        public void close(Duration atMost) {}
    }
}
