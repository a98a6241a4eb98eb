package io.elasticjob.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.Indexes;
import io.elasticjob.spi.Created;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long after the API server knows it a task is told to have succeeded. Measures, so it runs when asked for:
 * -Dclusters.lag=true.
 */
@EnabledIfSystemProperty(named = "clusters.lag", matches = "true")
class KubernetesLagTest {

    private static final int TASKS = 12;
    private static final Duration BOUND = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    @Test
    void isWithinTwoSeconds() throws Exception {
        JobTemplate template = Templates.script("sleep $((EJ_SHARD % 4))");
        Map<Integer, Instant> known = new ConcurrentHashMap<>();
        Map<Integer, Instant> told = new ConcurrentHashMap<>();
        try (RulesServer server = new RulesServer();
                KubernetesClient client = server.client();
                KubernetesClient kubelet = server.client(RulesServer.INTERNAL);
                LocalControl control = new LocalControl(server, folder);
                KubernetesCluster cluster = new KubernetesCluster(
                        client,
                        new KubernetesOptions("kubernetes", RulesServer.NAMESPACE, 1_000),
                        () -> Map.of("resize", template))) {
            var run = Templates.run(TASKS);
            cluster.watch(
                    run.id().namespace(),
                    status -> status.succeeded().stream().forEach(task -> told.putIfAbsent(task, Instant.now())));
            Created created = answer(cluster.prepare(run).toCompletableFuture());
            answer(cluster.release(created).toCompletableFuture());
            await().atMost(Duration.ofMinutes(5))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        Job job = kubelet.batch()
                                .v1()
                                .jobs()
                                .inNamespace(RulesServer.NAMESPACE)
                                .withName(run.id().name())
                                .get();
                        String completed =
                                job.getStatus() == null ? null : job.getStatus().getCompletedIndexes();
                        if (completed != null && !completed.isEmpty()) {
                            Indexes.parse(completed).stream().forEach(task -> known.putIfAbsent(task, Instant.now()));
                        }
                        return told.size() == TASKS;
                    });
        }
        Duration most = Duration.ZERO;
        for (int task = 0; task < TASKS; task++) {
            Duration lag = Duration.between(known.getOrDefault(task, told.get(task)), told.get(task));
            most = lag.compareTo(most) > 0 ? lag : most;
        }
        System.out.println("status behind by at most " + most.toMillis() + " ms");
        assertThat(most).isLessThan(BOUND);
    }

    private static <T> T answer(CompletableFuture<T> stage) throws Exception {
        return stage.get(60, TimeUnit.SECONDS);
    }
}
