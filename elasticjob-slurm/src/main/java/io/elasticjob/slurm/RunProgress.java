package io.elasticjob.slurm;

import io.elasticjob.Indexes;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.RunStatus.Phase;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a creation has come, by what Slurm and the files say together. Slurm does not tell of tasks that have succeeded, and
 * forgets the others after some minutes; a file tells how a task has ended, unless it was killed.
 */
final class RunProgress {

    /**
     * What is noted in the folder.
     *
     * @param ended by index, an exit code or a word of Slurm's
     */
    record Notes(boolean released, boolean cancelled, boolean begun, Map<Integer, String> ended) {}

    private final int tasks;
    private final List<QueueLine> lines;
    private final Notes notes;

    private final Indexes told;
    private final Indexes waiting;
    private final Indexes held;
    private final Indexes active;

    /** How tasks have ended that have no file, by Slurm's word. */
    private final SortedMap<Integer, String> killed = new TreeMap<>();

    /**
     * @param tasks of the run
     * @param lines of this creation
     */
    RunProgress(int tasks, List<QueueLine> lines, Notes notes) {
        this.tasks = tasks;
        this.lines = lines;
        this.notes = notes;
        BitSet told = new BitSet();
        BitSet waiting = new BitSet();
        BitSet held = new BitSet();
        BitSet active = new BitSet();
        // What names its tasks first: another line may be of all the others of its chunk.
        for (boolean named : new boolean[] {true, false}) {
            for (QueueLine line : lines) {
                if (line.tasks().isPresent() == named) {
                    BitSet own = indexes(line);
                    if (!named) {
                        own.andNot(told);
                        own.andNot(ended());
                    }
                    told.or(own);
                    switch (line.state()) {
                        case WAITING -> (line.isHeld() ? held : waiting).or(own);
                        case ACTIVE -> active.or(own);
                        case CANCELLED, FAILED ->
                            own.stream()
                                    .filter(index -> !notes.ended().containsKey(index))
                                    .forEach(index -> killed.put(index, line.word()));
                        case SUCCEEDED ->
                            own.stream()
                                    .filter(index -> !notes.ended().containsKey(index))
                                    .forEach(index -> killed.put(index, "0"));
                    }
                }
            }
        }
        this.told = indexes(told);
        this.waiting = indexes(waiting);
        this.held = indexes(held);
        this.active = indexes(active);
    }

    private BitSet indexes(QueueLine line) {
        BitSet own = new BitSet();
        Chunk chunk = line.chunk();
        line.tasks().orElseGet(() -> Indexes.upTo(chunk.length())).stream()
                .map(place -> place + chunk.first())
                .filter(index -> index < tasks)
                .forEach(own::set);
        return own;
    }

    private BitSet ended() {
        BitSet ended = new BitSet();
        notes.ended().keySet().forEach(ended::set);
        return ended;
    }

    private static Indexes indexes(BitSet bits) {
        return Indexes.of(bits.stream().toArray());
    }

    // ---- What there is ----------------------------------------------------------------------------------------------

    /**
     * Whether it was created as a whole, each chunk once, and nobody has cancelled it. What was not is never released, since
     * another part of it may still be on its way.
     */
    private boolean isWhole() {
        Map<Integer, Long> jobs = new HashMap<>();
        boolean isOnce = lines.stream().allMatch(line -> {
            Long other = jobs.putIfAbsent(line.chunk().number(), line.job());
            return other == null || other.equals(line.job());
        });
        return isOnce && !notes.cancelled() && waiting.size() + held.size() + active.size() == tasks;
    }

    /** Whether it is there for whoever asks: released, or ready to be. */
    boolean isThere() {
        return notes.released() || notes.begun() || isWhole();
    }

    boolean isReleased() {
        return notes.released() || notes.begun();
    }

    /** Whether it was cancelled before anything of it could start, so that nothing of it ever will. */
    boolean isCalledOff() {
        return notes.cancelled() && !isReleased() && !isQueued() && active.isEmpty();
    }

    /** Whether something of it is in Slurm's queue that may start some time. */
    boolean isQueued() {
        return !waiting.isEmpty() || !held.isEmpty();
    }

    /** Number of its first job, which tells the older of two creations; the highest there is when Slurm has none any more. */
    long firstJob() {
        return lines.stream().mapToLong(QueueLine::job).min().orElse(Long.MAX_VALUE);
    }

    /** Numbers of its array jobs. */
    Map<Chunk, Long> jobs() {
        Map<Chunk, Long> jobs = new LinkedHashMap<>();
        lines.forEach(line -> jobs.put(line.chunk(), line.job()));
        return jobs;
    }

    /** Whether nothing says how these tasks have ended, or that they have not. */
    Indexes missing() {
        BitSet missing = new BitSet();
        missing.set(0, tasks);
        told.stream().forEach(missing::clear);
        notes.ended().keySet().forEach(missing::clear);
        return indexes(missing);
    }

    /** Tasks that Slurm has ended, and that could not tell it: the word is to be kept, as Slurm will not. */
    Map<Integer, String> toNote() {
        return notes.cancelled() ? Map.of() : killed;
    }

    /** Whether a release was carried out for some of its chunks only. */
    boolean isPartlyReleased() {
        return notes.released() && !notes.cancelled() && !held.isEmpty() && !isAllHeld();
    }

    private boolean isAllHeld() {
        return !held.isEmpty() && held.size() == told.size() && notes.ended().isEmpty();
    }

    // ---- What is told -----------------------------------------------------------------------------------------------

    /** @param waitForMissing whether what is missing may yet be told */
    RunStatus status(Created created, boolean waitForMissing) {
        BitSet succeeded = new BitSet();
        BitSet failed = new BitSet();
        notes.ended().forEach((index, how) -> judge(index, how, succeeded, failed));
        killed.forEach((index, how) -> judge(index, how, succeeded, failed));
        active.stream().forEach(index -> {
            succeeded.clear(index); // its processes may not be gone
            failed.clear(index);
        });
        return new RunStatus(
                created,
                phase(waitForMissing),
                active.size(),
                indexes(succeeded),
                indexes(failed),
                message(waitForMissing));
    }

    private void judge(int index, String how, BitSet succeeded, BitSet failed) {
        if (index >= tasks) {
            return;
        }
        if (how.equals("0")) {
            succeeded.set(index);
        } else if (!notes.cancelled() || !isOfCancellation(how)) {
            failed.set(index);
        }
    }

    /** Whether a task that ends so can have been cancelled: by Slurm's word, or by SIGTERM or SIGKILL. */
    private static boolean isOfCancellation(String how) {
        return TaskState.of(how) == TaskState.CANCELLED || how.equals("143") || how.equals("137");
    }

    private Phase phase(boolean waitForMissing) {
        if (isCalledOff()) {
            return Phase.GONE;
        }
        boolean isOver = active.isEmpty() && waiting.isEmpty() && held.isEmpty();
        if (isOver && (missing().isEmpty() || !waitForMissing || notes.cancelled())) {
            return Phase.ENDED;
        }
        return isAllHeld() || !notes.released() && isOver ? Phase.SUSPENDED : Phase.RELEASED;
    }

    private String message(boolean waitForMissing) {
        SortedMap<Integer, String> all = new TreeMap<>(notes.ended());
        all.putAll(killed);
        lines.stream()
                .filter(line -> line.state() == TaskState.FAILED && !line.word().equals("FAILED"))
                .forEach(line -> indexes(line).stream().forEach(index -> all.put(index, line.word())));
        Optional<String> failure = all.entrySet().stream()
                .filter(each -> !each.getValue().equals("0"))
                .findFirst()
                .map(each -> Character.isDigit(each.getValue().charAt(0))
                        ? "Task " + each.getKey() + " ended with exit code " + each.getValue()
                        : "Task " + each.getKey() + " was ended by Slurm: " + each.getValue());
        Indexes missing = missing();
        return failure.orElseGet(() -> waitForMissing || missing.isEmpty() || notes.cancelled()
                ? ""
                : "Neither Slurm nor a file tells how " + missing.size() + " tasks have ended, the first of them "
                        + missing.stream().findFirst().orElseThrow());
    }
}
