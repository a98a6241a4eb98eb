package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.SimpleJob;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.quartz.QuartzFireSource;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.zookeeper.ZooKeeperRegistry;
import io.elasticjob.zookeeper.ZooKeeperSettings;
import io.elasticjob.zookeeper.embedded.EmbeddedZooKeeper;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As docs/guides/plain-java.md shows it. */
class PlainJavaTests {

    private final Queue<Integer> ran = new ConcurrentLinkedQueue<>();

    @Test
    void anEngineRunsWithoutSpring(@TempDir Path data) {
        try (EmbeddedZooKeeper server = new EmbeddedZooKeeper(data, 0, Duration.ofSeconds(30))) {
            server.start().toCompletableFuture().join();
            String connectString = server.connectString();

            SimpleJob report = context -> ran.add(context.shardingItem());
            ZooKeeperSettings zooKeeper =
                    new ZooKeeperSettings(connectString, Duration.ofSeconds(15), Duration.ofSeconds(15), null);
            JobEngine engine = JobEngine.builder()
                    .namespace("shop")
                    .registry(new ZooKeeperRegistry(zooKeeper))
                    .fireSource(new QuartzFireSource(InstantSource.system()))
                    .runner(InProcessShardRunner.platform(Map.of("report", report), 16))
                    .job(JobDefinition.named("report")
                            .every(Duration.ofHours(1))
                            .shards(2)
                            .set(JobKey.HANDLER, "report")
                            .build())
                    .build();
            engine.start();

            engine.operations()
                    .trigger(TriggerRequest.of("report"))
                    .thenCompose(receipt -> receipt.completion())
                    .toCompletableFuture()
                    .join();

            engine.close(Duration.ofSeconds(20));
            await().untilAsserted(() -> assertThat(ran).containsExactlyInAnyOrder(0, 1));
        }
    }
}
