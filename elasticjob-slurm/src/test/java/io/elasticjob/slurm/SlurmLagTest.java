package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.Firing;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.SlurmDaemons;
import io.elasticjob.testing.slurm.LoopbackSlurm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** How long after its end a task is told to have succeeded, with the usual times. Measures, so it runs when asked for: -Dclusters.lag=true. */
@Needs(value = SlurmDaemons.NAME, there = SlurmDaemons.class)
@EnabledIfSystemProperty(named = "clusters.lag", matches = "true")
class SlurmLagTest {

    private static final int TASKS = 60;
    private static final Duration BOUND = Duration.ofSeconds(5);

    @Test
    void isWithinFiveSeconds() throws Exception {
        try (LoopbackSlurm slurm = LoopbackSlurm.start(1001)) {
            Path ends = Files.createDirectory(slurm.shared().resolve("ends"));
            SlurmSettings settings = new SlurmSettings(
                    "loopback",
                    slurm.shared().resolve("runs"),
                    null,
                    slurm.configuration(),
                    new SlurmSettings.Times(
                            Duration.ofSeconds(2), Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofDays(1)),
                    Map.of(
                            "t",
                            new SlurmTemplate(
                                    List.of("sh", "-c", "sleep $((EJ_SHARD % 7)); date +%s%N > " + ends + "/$EJ_SHARD"),
                                    null,
                                    Map.of(),
                                    List.of())));
            Map<Integer, Instant> told = new ConcurrentHashMap<>();
            try (SlurmCluster cluster = new SlurmCluster(
                    settings,
                    new LocalPrograms(Map.of("SLURM_CONF", slurm.configuration().toString()), Duration.ofSeconds(20)),
                    new SecureRandom())) {
                cluster.watch(
                        "lag",
                        status -> status.succeeded().stream().forEach(task -> told.putIfAbsent(task, Instant.now())));
                Created created = Owner.answer(cluster.prepare(new ArrayRun(
                        new RunId("lag", "images", "life", new Firing.Triggered(1), 1),
                        "t",
                        IntStream.range(0, TASKS)
                                .mapToObj(shard -> new ArrayTask(shard, ""))
                                .toList(),
                        Map.of(),
                        ArrayRules.NONE)));
                Owner.answer(cluster.release(created));
                await().atMost(Duration.ofMinutes(5)).until(() -> told.size() == TASKS);
            }
            Duration most = Duration.ZERO;
            for (int task = 0; task < TASKS; task++) {
                long nanos = Long.parseLong(
                        Files.readString(ends.resolve(Integer.toString(task))).strip());
                Duration lag = Duration.between(Instant.ofEpochSecond(0, nanos), told.get(task));
                most = lag.compareTo(most) > 0 ? lag : most;
            }
            System.out.println("status behind by at most " + most.toMillis() + " ms");
            assertThat(most).isLessThan(BOUND);
        }
    }
}
