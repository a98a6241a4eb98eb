package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.actuate.health.ElasticJobHealthIndicator;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.zookeeper.embedded.EmbeddedZooKeeper;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

class ZooKeeperStartTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LifecycleAutoConfiguration.class,
                    ElasticJobAutoConfiguration.class,
                    ElasticJobHealthContributorAutoConfiguration.class))
            .withUserConfiguration(Clock.class)
            .withPropertyValues("spring.application.name=shop");

    @Configuration(proxyBeanMethods = false)
    static class Clock {
        final Queue<ShardingContext> ticks = new ConcurrentLinkedQueue<>();

        @ElasticJob(every = "1s")
        void tick(ShardingContext context) {
            ticks.add(context);
        }
    }

    @Test
    void theApplicationStartsWithoutZooKeeperSaysSoAndBeginsWhenItAppears() {
        int port = InstanceSpec.getRandomPort();
        runner.withPropertyValues(
                        "elasticjob.registry.connect-string=127.0.0.1:" + port, "elasticjob.health.down-after=1s")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    ElasticJobHealthIndicator health = context.getBean(ElasticJobHealthIndicator.class);
                    await().until(() -> health.health().getStatus().equals(Status.DOWN));
                    assertThat(health.health().getDetails()).containsKey("awaySince");

                    try (TestingServer zooKeeper = new TestingServer(port)) {
                        Clock clock = context.getBean(Clock.class);
                        await().atMost(Duration.ofSeconds(30)).until(() -> !clock.ticks.isEmpty());
                        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
                        context.getBean(JobEngine.class).close();
                    }
                });
    }

    @Test
    void withoutAConnectStringAnEmbeddedZooKeeperStartsAndEndsAfterTheEngine(@TempDir Path data) {
        AtomicReference<String> connectString = new AtomicReference<>();
        runner.withPropertyValues("elasticjob.registry.embedded.data-dir=" + data)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    Clock clock = context.getBean(Clock.class);
                    await().atMost(Duration.ofSeconds(20)).until(() -> !clock.ticks.isEmpty());
                    connectString.set(context.getBean(EmbeddedZooKeeper.class).connectString());
                    assertThat(clock.ticks.peek().fencingToken()).isPositive();
                });
        int port = Integer.parseInt(
                connectString.get().substring(connectString.get().indexOf(':') + 1));
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> new Socket("127.0.0.1", port)))
                .isInstanceOf(ConnectException.class);
    }
}
