package io.elasticjob.slurm;

import io.elasticjob.Indexes;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.LogReads;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.SystemTimekeeper;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs executions as array jobs of Slurm, by its command line, with a directory that this machine and all nodes share.
 *
 * <p>A run is one array job, or several where it has more tasks than an array can have. They are submitted as held jobs. All
 * have one name, with a random part, which is the identity of what was created: Slurm releases and cancels by that name, so
 * that numbers of jobs that come again do no harm. A creation of which not all submissions were answered is never released;
 * the next one is another one.
 *
 * <p>Owns a thread that looks what there is, and some that run programs of Slurm. They keep no process alive.
 *
 * @since 0.1.0
 */
public final class SlurmCluster implements Cluster {

    private static final Logger log = LoggerFactory.getLogger(SlurmCluster.class);

    private static final int THREADS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(25);
    private static final int LONGEST_LOG = 64 * 1024;

    private final SlurmSettings settings;
    private final Slurm slurm;
    private final SharedDirectory directory;
    private final Lookout lookout;
    private final SystemTimekeeper timekeeper = SystemTimekeeper.daemon("elasticjob-slurm");
    private final ExecutorService threads;
    private final LogReads logReads = new LogReads("slurm", SlurmCluster::asAnswer);
    private final RandomGenerator random;

    /** Begins to look what there is as soon as somebody watches or asks. */
    public SlurmCluster(SlurmSettings settings) {
        this(settings, new LocalPrograms(environment(settings), settings.times().command()), new SecureRandom());
    }

    SlurmCluster(SlurmSettings settings, Programs programs, RandomGenerator random) {
        this.settings = settings;
        this.slurm = new Slurm(new Commands(settings.programs()), programs);
        this.directory = new SharedDirectory(settings.directory());
        this.lookout = new Lookout(slurm, directory, settings.times(), timekeeper);
        this.random = random;
        AtomicInteger count = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "elasticjob-slurm-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        lookout.open();
    }

    private static Map<String, String> environment(SlurmSettings settings) {
        return settings.configuration() == null
                ? Map.of()
                : Map.of("SLURM_CONF", settings.configuration().toString());
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Set<Ability> abilities() {
        return Set.of(Ability.CANCEL_TASKS);
    }

    @Override
    public Set<String> templates() {
        return settings.templates().keySet();
    }

    // ---- Two phases -------------------------------------------------------------------------------------------------

    @Override
    public CompletionStage<Created> prepare(ArrayRun run) {
        return soon(() -> {
            SlurmTemplate template = settings.templates().get(run.template());
            if (template == null) {
                throw new ClusterException.Refused(
                        "There is no template \"" + run.template() + "\" under elasticjob.slurm.templates; there are "
                                + settings.templates().keySet());
            }
            if (run.rules().retries() > 0) {
                throw new ClusterException.Refused("Slurm itself begins no task again: retries must be 0");
            }
            Optional<Look.Found> there = look(true).of(run.id());
            return there.isPresent() ? created(there.get()) : created(run, template);
        });
    }

    private static Created created(Look.Found found) {
        return new Created(found.facts().run(), found.creation().name());
    }

    private Created created(ArrayRun run, SlurmTemplate template) {
        List<Chunk> chunks = Chunk.of(run.tasks().size(), slurm.largestArray());
        Creation creation = Creation.of(run.id(), random);
        Folder folder = directory.folder(creation);
        folder.create(run, template, chunks.get(0).size());
        try {
            List<Integer> jobs = new ArrayList<>();
            for (Chunk chunk : chunks) {
                OptionalInt after = chunk.after(run.rules().parallelism())
                        .map(number -> OptionalInt.of(jobs.get(number)))
                        .orElseGet(OptionalInt::empty);
                jobs.add(slurm.submit(creation, chunk, template, run.rules(), folder, after));
            }
        } catch (ClusterException e) {
            abandon(creation);
            throw e;
        }
        return new Created(run.id(), creation.name());
    }

    /** Not all of it is there for certain. It is never released, even if the rest comes; the note has it cancelled then. */
    private void abandon(Creation creation) {
        try {
            directory.folder(creation).noteAbandoned();
            slurm.cancel(creation);
        } catch (ClusterException e) {
            log.debug("{} is cancelled later", creation, e);
        }
    }

    @Override
    public CompletionStage<Void> release(Created run) {
        return soon(() -> {
            Folder folder = there(run)
                    .filter(it -> !it.isCancelled())
                    .orElseThrow(() -> new ClusterException.Gone(run + " is not there any more"));
            Creation creation = Creation.of(run);
            folder.noteReleased();
            slurm.release(creation); // is done also when there is no job of that name
            if (!look(false).hasJobs(creation) && !folder.hasBegun()) {
                throw new ClusterException.Gone("Slurm has no jobs of " + run + " any more");
            }
            return null;
        });
    }

    // ---- What is there ----------------------------------------------------------------------------------------------

    @Override
    public CompletionStage<Optional<RunStatus>> find(RunId run) {
        return soon(() -> look(true).of(run).map(lookout::status));
    }

    @Override
    public CompletionStage<List<RunStatus>> list(String namespace) {
        return soon(() -> {
            Look look = look(true);
            return look.creations().stream()
                    .flatMap(creation -> readable(look, creation).stream())
                    .filter(found -> found.facts().run().namespace().equals(namespace))
                    .filter(found ->
                            found.progress().isThere() || found.progress().isQueued())
                    .map(lookout::status)
                    .toList();
        });
    }

    /** Empty as well where it cannot be read now: it keeps no other from being listed. */
    private static Optional<Look.Found> readable(Look look, Creation creation) {
        try {
            return look.found(creation);
        } catch (RuntimeException e) {
            log.warn("{} cannot be read, and is not listed now: {}", creation, e.toString());
            return Optional.empty();
        }
    }

    @Override
    public void watch(String namespace, Consumer<RunStatus> changes) {
        lookout.watch(namespace, changes);
    }

    @Override
    public CompletionStage<String> log(Created run, int index, int bytes) {
        return logReads.ask(() -> {
            Folder folder =
                    there(run).orElseThrow(() -> new ClusterException.Gone("Nothing of " + run + " is kept any more"));
            return folder.log(index, Math.min(bytes, LONGEST_LOG));
        });
    }

    // ---- Ends -------------------------------------------------------------------------------------------------------

    @Override
    public CompletionStage<Void> cancel(Created run) {
        return soon(() -> {
            Optional<Folder> folder = there(run);
            if (folder.isPresent()) {
                folder.get().noteCancelled();
                slurm.cancel(Creation.of(run));
            }
            return null;
        });
    }

    @Override
    public CompletionStage<Void> cancel(Created run, Indexes tasks) {
        return soon(() -> {
            Creation creation = Creation.of(run);
            Look.Found found = there(run)
                    .flatMap(folder -> look(true).found(creation))
                    .orElseThrow(() -> new ClusterException.Gone(run + " is not there any more"));
            Map<Chunk, Long> jobs = found.progress().jobs();
            if (!jobs.isEmpty() && !tasks.isEmpty()) {
                slurm.cancel(creation, tasks, jobs);
            }
            return null;
        });
    }

    @Override
    public CompletionStage<Void> forget(Created run, Duration keep) {
        return soon(() -> {
            Optional<Folder> folder = there(run);
            if (folder.isPresent()) {
                Instant from = timekeeper.now().plus(keep);
                folder.get().noteForgotten(from);
                lookout.isForgotten(Creation.of(run), from);
            }
            return null;
        });
    }

    @Override
    public void close() {
        lookout.close();
        logReads.close();
        timekeeper.close();
        threads.shutdownNow();
    }

    // ---- How --------------------------------------------------------------------------------------------------------

    /** Its folder; empty when it is not there, or is none of ours. */
    private Optional<Folder> there(Created run) {
        directory.check();
        if (!Creation.isOne(run.identity()) || !Creation.of(run).isOf(run.run())) {
            return Optional.empty();
        }
        Folder folder = directory.folder(Creation.of(run));
        return folder.isThere() ? Optional.of(folder) : Optional.empty();
    }

    private Look look(boolean now) {
        try {
            return lookout.next(now).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ClusterException told
                    ? told
                    : new ClusterException("Slurm cannot be asked: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new ClusterException("Slurm has not answered within " + PATIENCE.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("Interrupted", e);
        }
    }

    private static Throwable asAnswer(Throwable e) {
        return e instanceof ClusterException ? e : new ClusterException("It cannot be told: " + e, e);
    }

    private <T> CompletionStage<T> soon(Supplier<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                try {
                    answer.complete(work.get());
                } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(asAnswer(e));
                }
            });
        } catch (RejectedExecutionException closed) {
            answer.completeExceptionally(new ClusterException("This client of Slurm is closed", closed));
        }
        return answer;
    }
}
