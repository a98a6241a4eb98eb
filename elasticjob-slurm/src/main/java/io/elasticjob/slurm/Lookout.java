package io.elasticjob.slurm;

import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks what there is, for all who ask and for all who watch, by one question to Slurm. It does not ask while nothing is there
 * that could change. It also ends what was left half done: releases, cancellations and deletions.
 *
 * <p>All happens on the timekeeper's thread; only {@link #next}, {@link #status(Look.Found)}, {@link #watch}
 * and {@link #isForgotten} are called by others.
 */
final class Lookout {

    private static final Logger log = LoggerFactory.getLogger(Lookout.class);

    /** How often, in looks, what is over is looked through for what can be deleted. */
    private static final int HOUSEKEEPING = 30;

    /** For how long what was never released is kept: longer than anybody can have been held up. */
    private static final Duration UNRELEASED = Duration.ofDays(1);

    private final Slurm slurm;
    private final SharedDirectory directory;
    private final SlurmSettings.Times times;
    private final MissingTasks missing;
    private final Timekeeper timekeeper;

    private final List<CompletableFuture<Look>> asked = new ArrayList<>(); // guarded by this
    private boolean closed; // guarded by this

    // Of the timekeeper's thread.
    private final Map<String, Watcher> watchers = new LinkedHashMap<>();
    private final Map<Creation, Folder.Facts> known = new HashMap<>();
    private final Map<Creation, RunStatus> over = new HashMap<>();
    private final Map<Creation, Instant> forgotten = new HashMap<>();
    private int looks;
    private boolean failing;

    /** Whoever watches a namespace, and what they were told. */
    private record Watcher(Consumer<RunStatus> changes, Map<Creation, RunStatus> told) {}

    Lookout(Slurm slurm, SharedDirectory directory, SlurmSettings.Times times, Timekeeper timekeeper) {
        this.slurm = slurm;
        this.directory = directory;
        this.times = times;
        this.missing = new MissingTasks(times.lost().toNanos(), timekeeper::nanoTime);
        this.timekeeper = timekeeper;
    }

    /** Begins to look from time to time. */
    void open() {
        timekeeper.execute(this::tick);
    }

    /**
     * What there is, as of a time after this call.
     *
     * @param now whether to look at once; else with the next look for those who watch
     */
    CompletableFuture<Look> next(boolean now) {
        CompletableFuture<Look> look = new CompletableFuture<>();
        synchronized (this) {
            if (closed) {
                look.completeExceptionally(new ClusterException("This client of Slurm is closed"));
                return look;
            }
            asked.add(look);
        }
        if (now) {
            timekeeper.execute(() -> {
                if (isAsked()) {
                    look();
                }
            });
        }
        return look;
    }

    /** How far it has come. */
    RunStatus status(Look.Found found) {
        return found.progress()
                .status(
                        new Created(found.facts().run(), found.creation().name()),
                        missing.mayBeTold(found.creation(), found.progress()));
    }

    /** Tells how the runs of a namespace change, from now on. */
    void watch(String namespace, Consumer<RunStatus> changes) {
        timekeeper.execute(() -> {
            watchers.put(namespace, new Watcher(changes, new HashMap<>()));
            look();
        });
    }

    /** It is to be deleted from this time on. */
    void isForgotten(Creation creation, Instant from) {
        timekeeper.execute(() -> forgotten.merge(
                creation, from, (known, other) -> known.isBefore(other) ? known : other)); // the earliest holds
    }

    void close() {
        List<CompletableFuture<Look>> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(asked);
            asked.clear();
        }
        left.forEach(look -> look.completeExceptionally(new ClusterException("This client of Slurm is closed")));
    }

    private synchronized boolean isAsked() {
        return !asked.isEmpty();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void tick() {
        if (!isClosed()) {
            look();
            timekeeper.after(times.poll(), this::tick);
        }
    }

    // ---- A look -----------------------------------------------------------------------------------------------------

    private void look() {
        List<CompletableFuture<Look>> answered;
        synchronized (this) {
            answered = List.copyOf(asked);
            asked.clear();
        }
        try {
            Optional<Look> look = answered.isEmpty() && !mayChange() ? Optional.empty() : Optional.of(seen());
            look.ifPresent(seen -> answered.forEach(each -> each.complete(seen)));
            if (!watchers.isEmpty()) {
                tell(look);
            }
            if (failing) {
                failing = false;
                log.info("Slurm answers again");
            }
        } catch (RuntimeException e) {
            answered.forEach(each -> each.completeExceptionally(e));
            watchers.values().forEach(watcher -> watcher.told().clear()); // everything is told again
            if (!failing) {
                failing = true;
                log.warn("It cannot be told how runs on Slurm go on: {}. They do, and it is asked again", e.toString());
            }
        }
    }

    private boolean mayChange() {
        return !watchers.isEmpty() && directory.all().stream().anyMatch(creation -> !over.containsKey(creation));
    }

    /** Slurm first: the folder of what it has is there, and a task that has ended meanwhile has its file. */
    private Look seen() {
        Map<Creation, List<QueueLine>> lines =
                slurm.queue().stream().collect(Collectors.groupingBy(line -> new Creation(line.name())));
        return new Look(lines, directory.all(), directory);
    }

    // ---- For those who watch ----------------------------------------------------------------------------------------

    private void tell(Optional<Look> look) {
        List<Creation> all = look.map(Look::creations).orElseGet(directory::all);
        Set<Creation> there = new HashSet<>();
        for (Creation creation : all) {
            RunStatus status = over.get(creation);
            try {
                if (status == null && look.isPresent()) {
                    status = status(creation, look.get()).orElse(null);
                }
            } catch (RuntimeException e) { // the others are told all the same
                there.add(creation);
                log.warn("It cannot be told how {} goes on: {}. It is looked at again", creation, e.toString());
            }
            if (status != null) {
                there.add(creation);
                tell(creation, status);
            }
        }
        watchers.values().forEach(watcher -> tellOfGone(watcher, there));
        keepHouse(all, look);
    }

    private void tell(Creation creation, RunStatus status) {
        Watcher watcher = watchers.get(status.run().run().namespace());
        if (watcher != null && !status.equals(watcher.told().put(creation, status))) {
            watcher.changes().accept(status);
        }
    }

    private static void tellOfGone(Watcher watcher, Set<Creation> there) {
        Map<Creation, RunStatus> gone = new LinkedHashMap<>(watcher.told());
        gone.keySet().removeAll(there);
        gone.forEach((creation, last) -> {
            watcher.told().remove(creation);
            if (last.phase() == Phase.GONE) {
                return;
            }
            watcher.changes()
                    .accept(new RunStatus(last.run(), Phase.GONE, 0, last.succeeded(), last.failed(), last.message()));
        });
    }

    /** How far it has come; empty when it is not there for others. Ends what was left half done. */
    private Optional<RunStatus> status(Creation creation, Look look) {
        Folder folder = directory.folder(creation);
        Folder.Facts facts = known.get(creation);
        if (facts == null) {
            Optional<Folder.Facts> read = folder.facts();
            if (read.isEmpty()) {
                return Optional.empty();
            }
            facts = read.get();
            known.put(creation, facts);
        }
        RunProgress progress = look.progress(creation, facts);
        progress.toNote().forEach(folder::noteEnd);
        if (progress.isPartlyReleased()) {
            slurm.release(creation);
        } else if (folder.isCancelled() && progress.isQueued()) {
            slurm.cancel(creation);
        }
        if (!progress.isThere() && (!progress.isCalledOff() || folder.isAbandoned())) {
            return Optional.empty();
        }
        RunStatus status = status(new Look.Found(creation, facts, progress));
        if (status.phase() == Phase.ENDED || status.phase() == Phase.GONE) {
            over.put(creation, status);
        }
        return Optional.of(status);
    }

    // ---- What is over -----------------------------------------------------------------------------------------------

    private void keepHouse(List<Creation> all, Optional<Look> look) {
        if (looks++ % HOUSEKEEPING == 0) {
            all.forEach(creation -> alone(creation, () -> note(creation, look)));
            Set<Creation> there = Set.copyOf(all);
            List.of(known, over, forgotten).forEach(each -> each.keySet().retainAll(there));
            missing.keep(there);
        }
        Instant now = timekeeper.now();
        List<Creation> due = forgotten.entrySet().stream()
                .filter(each -> !each.getValue().isAfter(now))
                .map(Map.Entry::getKey)
                .filter(creation -> over.containsKey(creation) || isDead(creation, look))
                .toList();
        for (Creation creation : due) {
            alone(creation, () -> directory.folder(creation).delete());
            List.of(known, over, forgotten).forEach(each -> each.remove(creation)); // noted again if it is still there
        }
    }

    /** What cannot be done about one costs the others nothing. */
    private static void alone(Creation creation, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            log.debug("The directory of {} cannot be cleared up now", creation, e);
        }
    }

    private void note(Creation creation, Optional<Look> look) {
        Folder folder = directory.folder(creation);
        Optional<Instant> asked = folder.forgotten();
        if (asked.isPresent()) {
            forgotten.put(creation, asked.get());
        } else if (over.containsKey(creation)) {
            forgotten.put(creation, folder.changed().plus(times.keep()));
        } else if (isDead(creation, look) && !folder.isReleased()) {
            forgotten.put(creation, folder.changed().plus(UNRELEASED));
        }
    }

    /** Whether Slurm has nothing of it. */
    private static boolean isDead(Creation creation, Optional<Look> look) {
        return look.isPresent() && !look.get().hasJobs(creation);
    }
}
