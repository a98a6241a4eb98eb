package io.elasticjob.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.boot.autoconfigure.ElasticJobAutoConfiguration;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.SystemTimekeeper;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.PayloadApplicationEvent;

/** Jobs of an application that run in Kubernetes. */
class KubernetesJobsTest {

    @TempDir
    Path folder;

    private final Queue<ElasticJobEvent.ExecutionEnded> ends = new ConcurrentLinkedQueue<>();
    private final SystemTimekeeper time = new SystemTimekeeper();
    private final MemoryEnsemble ensemble = new MemoryEnsemble(time);
    private final RulesServer server = new RulesServer();
    private LocalControl control;
    private KubernetesClient client;

    @BeforeEach
    void begin() {
        control = new LocalControl(server, folder);
        client = server.client();
    }

    @AfterEach
    void end() {
        client.close();
        control.close();
        server.close();
        assertThat(server.forbidden()).isEmpty();
    }

    @Test
    void aFiringIsOneJobWhoseIndexesAreItsTasks() {
        instance("printf '%s of %s: %s' \"$EJ_SHARD\" \"$EJ_SHARDS\" \"$EJ_SHARD_PARAMETER\"")
                .withPropertyValues("elasticjob.jobs.images.array-parameters=0=eu,2=us")
                .run(context -> {
                    fire(context);
                    await().atMost(Duration.ofSeconds(60))
                            .until(() -> ends.stream().anyMatch(end -> end.outcome() instanceof Outcome.Succeeded));
                    assertThat(control.printed(0)).contains("0 of 3: eu");
                    assertThat(control.printed(1)).contains("1 of 3: ");
                    assertThat(control.printed(2)).contains("2 of 3: us");
                });
    }

    @Test
    void aNextAttemptHasTheTasksThatAreLeft() {
        instance("[ \"$EJ_SHARD\" != 1 ] || [ \"$EJ_ATTEMPT\" != 1 ]")
                .withPropertyValues("elasticjob.jobs.images.retry-attempts=2", "elasticjob.jobs.images.retry-delay=1s")
                .run(context -> {
                    fire(context);
                    await().atMost(Duration.ofSeconds(60))
                            .until(() -> ends.stream()
                                    .anyMatch(end -> end.outcome() instanceof Outcome.Succeeded
                                            && end.execution().attempt() == 2));
                    assertThat(control.starts(0)).isEqualTo(2); // once as 0, and once as the only one that is left
                    assertThat(control.starts(1)).isEqualTo(1);
                });
    }

    @Test
    void anotherInstanceTakesOverWhatRuns() throws IOException {
        Path go = folder.resolve("go");
        ApplicationContextRunner instance = instance("while [ ! -e " + go + " ]; do sleep 0.1; done");
        instance.run(first -> {
            fire(first);
            await().atMost(Duration.ofSeconds(60)).until(() -> control.starts(2) == 1);
            instance.run(second -> {
                first.close();
                Files.createFile(go);

                await().atMost(Duration.ofSeconds(60))
                        .until(() -> ends.stream().anyMatch(end -> end.outcome() instanceof Outcome.Succeeded));
                assertThat(ends).allMatch(end -> end.execution().attempt() == 1);
                assertThat(control.starts(0)).isEqualTo(1);
                assertThat(control.starts(1)).isEqualTo(1);
                assertThat(control.starts(2)).isEqualTo(1);
            });
        });
    }

    @Test
    void whatRunsIsFoundByItsIdentityOnceABackupOfZooKeeperIsRestored() throws IOException {
        Path go = folder.resolve("go");
        instance("while [ ! -e " + go + " ]; do sleep 0.1; done").run(context -> {
            fire(context);
            await().atMost(Duration.ofSeconds(60)).until(() -> control.starts(2) == 1);
            MemoryEnsemble.Backup backup = ensemble.backup();
            ensemble.wipe();

            ensemble.restore(backup, true);
            Files.createFile(go);

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> ends.stream().anyMatch(end -> end.outcome() instanceof Outcome.Succeeded));
            assertThat(ends).allMatch(end -> end.execution().attempt() == 1);
            assertThat(control.starts(0)).isEqualTo(1);
            assertThat(control.starts(1)).isEqualTo(1);
            assertThat(control.starts(2)).isEqualTo(1);
        });
    }

    /** Each instance looks some seconds after its start, and then once a minute: so one is started. */
    @Test
    void whatRunsOfAJobThatZooKeeperHasLostIsCancelled() {
        ApplicationContextRunner instance = instance("while true; do sleep 0.1; done");
        instance.run(first -> {
            fire(first);
            await().atMost(Duration.ofSeconds(60)).until(() -> control.starts(2) == 1);

            ensemble.wipe();

            instance.run(second -> await().atMost(Duration.ofSeconds(60)).until(() -> jobs() == 0));
        });
    }

    @Test
    void whatRunsOfAJobThatWasRemovedIsCancelled() {
        ApplicationContextRunner instance = instance("while true; do sleep 0.1; done");
        instance.run(first -> {
            fire(first);
            await().atMost(Duration.ofSeconds(60)).until(() -> control.starts(2) == 1);

            first.getBean(JobOperations.class)
                    .remove("images", new Operator("ann", "not needed"))
                    .toCompletableFuture()
                    .join();

            instance.run(second -> await().atMost(Duration.ofSeconds(60)).until(() -> jobs() == 0));
        });
    }

    private int jobs() {
        return client.batch()
                .v1()
                .jobs()
                .inNamespace(RulesServer.NAMESPACE)
                .list()
                .getItems()
                .size();
    }

    private static void fire(ApplicationContext context) {
        context.getBean(JobOperations.class)
                .trigger(TriggerRequest.of("images"))
                .toCompletableFuture()
                .join();
    }

    /** With a job that fires by hand. */
    private ApplicationContextRunner instance(String script) {
        JobTemplate template = Templates.script(script);
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(LifecycleAutoConfiguration.class, ElasticJobAutoConfiguration.class))
                .withBean(Registry.class, () -> ensemble.client(Duration.ofSeconds(15)))
                .withBean(
                        Cluster.class,
                        () -> new KubernetesCluster(
                                client,
                                new KubernetesOptions("kubernetes", RulesServer.NAMESPACE, 1_000),
                                () -> Map.of("resize", template)))
                .withInitializer(context -> context.addApplicationListener(event -> {
                    if (event instanceof PayloadApplicationEvent<?> payload
                            && payload.getPayload() instanceof ElasticJobEvent.ExecutionEnded ended) {
                        ends.add(ended);
                    }
                }))
                .withPropertyValues(
                        "spring.application.name=shop",
                        "elasticjob.jobs.images.array=resize",
                        "elasticjob.jobs.images.array-size=3",
                        "elasticjob.jobs.images.at=2099-01-01T00:00:00Z");
    }
}
