package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.Indexes;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import io.elasticjob.testing.slurm.LoopbackSlurm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Has a run done, as the engine does: prepares it, records the identity, releases it, and looks how it goes on; what is lost it
 * does again under the next attempt. Its record is a file, so that another process can go on where one was killed.
 */
final class Owner {

    static final String NAMESPACE = "faults";

    private static final Duration POLL = Duration.ofMillis(200);

    /** So that arrays of at most four tasks make it three. */
    static final int TASKS = 10;

    private final Cluster cluster;
    private final String job;
    private final Path record;

    private int attempt = 1;
    private String identity = "";
    private Indexes left = Indexes.upTo(TASKS);

    Owner(Cluster cluster, Path shared, String job) throws IOException {
        this.cluster = cluster;
        this.job = job;
        this.record = shared.resolve(job + ".record");
        if (Files.exists(record)) {
            List<String> lines = Files.readAllLines(record);
            attempt = Integer.parseInt(lines.get(0));
            identity = lines.get(1);
            left = Indexes.parse(lines.get(2));
        }
    }

    /** A client of a Slurm, by programs that a test can interrupt. */
    static SlurmCluster client(Path configuration, Path shared, Interrupting.When when, int which, Runnable what) {
        return client(
                configuration,
                shared,
                new Interrupting(
                        new LocalPrograms(Map.of("SLURM_CONF", configuration.toString()), Duration.ofSeconds(20)),
                        when,
                        which,
                        what));
    }

    static SlurmCluster client(Path configuration, Path shared, Programs programs) {
        String command = "echo \"$EJ_SHARD $EJ_TRIGGER $EJ_ATTEMPT\" >> " + shared + "/$EJ_JOB.ledger; sleep 0.2";
        return new SlurmCluster(
                new SlurmSettings(
                        "loopback",
                        shared.resolve("runs"),
                        null,
                        configuration,
                        new SlurmSettings.Times(
                                POLL, Duration.ofSeconds(20), Duration.ofSeconds(2), Duration.ofDays(1)),
                        Map.of("task", new SlurmTemplate(List.of("sh", "-c", command), null, Map.of(), List.of()))),
                programs,
                new SecureRandom());
    }

    /** Until each task has succeeded. */
    void finish() throws Exception {
        cluster.watch(NAMESPACE, status -> {}); // looks from time to time, which finds what is lost
        while (!left.isEmpty()) {
            try {
                step();
            } catch (ClusterException.Gone gone) {
                next(Indexes.NONE);
            } catch (ClusterException.Refused refused) {
                throw refused;
            } catch (ClusterException unknown) {
                // asked again: each question takes its time
            }
        }
    }

    private void step() throws Exception {
        if (identity.isEmpty()) {
            identity = answer(cluster.prepare(run())).identity();
            write();
            answer(cluster.release(created()));
        }
        Optional<RunStatus> there = answer(cluster.find(created().run()));
        if (there.isEmpty() || !there.get().run().equals(created())) {
            next(Indexes.NONE);
        } else if (there.get().phase() == Phase.SUSPENDED) {
            answer(cluster.release(created()));
        } else if (there.get().phase() == Phase.ENDED) {
            next(there.get().succeeded());
        }
    }

    private void next(Indexes succeeded) throws IOException {
        List<Integer> shards = left.stream().boxed().toList();
        left = left.without(Indexes.of(succeeded.stream().map(shards::get).toArray()));
        attempt++;
        identity = "";
        write();
    }

    private void write() throws IOException {
        Path written = Files.writeString(
                record.resolveSibling(record.getFileName() + ".new"),
                attempt + "\n" + identity + "\n" + left.text() + "\n");
        Files.move(written, record, StandardCopyOption.ATOMIC_MOVE);
    }

    private Created created() {
        return new Created(run().id(), identity);
    }

    private ArrayRun run() {
        return new ArrayRun(
                new RunId(NAMESPACE, job, "life", new Firing.Triggered(1), attempt),
                "task",
                left.stream().mapToObj(shard -> new ArrayTask(shard, "")).toList(),
                Map.of("EJ_JOB", job, "EJ_ATTEMPT", Integer.toString(attempt)),
                ArrayRules.NONE);
    }

    // ---- Afterwards -------------------------------------------------------------------------------------------------

    /** Each task has run, and none twice in the same attempt. */
    static void assertEachHasRunOnce(Path shared, String job) throws IOException {
        List<String> ledger = Files.readAllLines(shared.resolve(job + ".ledger"));
        assertThat(ledger).as(job).doesNotHaveDuplicates();
        assertThat(new HashSet<>(ledger.stream()
                        .map(line -> line.substring(0, line.indexOf(' ')))
                        .toList()))
                .as(job)
                .hasSize(TASKS);
    }

    /** What was created and never recorded is held, and goes by its identity. Then nothing is left. */
    static void assertNoOrphanIsLeft(LoopbackSlurm slurm, Cluster cluster) {
        for (RunStatus orphan : answer(cluster.list(NAMESPACE))) {
            if (orphan.phase() != Phase.ENDED) {
                assertThat(orphan.phase()).isEqualTo(Phase.SUSPENDED);
                answer(cluster.cancel(orphan.run()));
            }
        }
        List<String> left =
                new ArrayList<>(slurm.run("squeue", "--me", "--noheader", "--states=PENDING,RUNNING", "--format=%j")
                        .lines()
                        .filter(name -> name.startsWith("ej-"))
                        .toList());
        assertThat(left).isEmpty();
    }

    static <T> T answer(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }
}
