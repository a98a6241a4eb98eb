package io.elasticjob.engine;

import io.elasticjob.Firing;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.SessionDeadline;
import io.elasticjob.engine.ShardCell.Pending;
import io.elasticjob.engine.ShardCell.Phase;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Reads and writes the records of shards: gathers what a turn of the loop wants, of all jobs, and sends it together, in
 * transactions and reads of some two hundred. Knows how to ask and when to ask again; what an answer means is its
 * {@link Answers}' to say. Confined to the loop.
 */
final class RecordTraffic {

    /** As many writes in one transaction as pay; see the figures of group commit. */
    private static final int AT_ONCE = 200;
    /**
     * So many transactions with ends of executions are under way at a time; what ends meanwhile travels together afterwards.
     * Of executions that began together the first ends alone, and nearly all others while that is being written.
     */
    private static final int MOST_ENDS_UNDER_WAY = 2;
    /** What a registry surely takes in one transaction: a mebibyte, less what goes beside the records. */
    private static final int BYTES_AT_ONCE = 700 * 1024;
    /** More than a record without error text and checkpoint has. */
    private static final int SHORT_RECORD = 700;
    /** A completion that was refused so often travels apart from claims, whose refusals it would share. */
    private static final int REFUSALS_TOGETHER = 2;
    /** After so many refusals in a row there is a pause before the next try. */
    private static final int REFUSALS_AT_ONCE = 3;

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** What is done with answers. */
    interface Answers {

        /** The record was read, because that was asked for. */
        void read(ShardCell cell, Read read);

        /**
         * The pending write is in the registry.
         *
         * @param late whether the answer took so long that this instance may have been given up meanwhile
         */
        void written(ShardCell cell, Stat stat, boolean late);

        /**
         * The pending write was not done; the record will be read again.
         *
         * @param first that was refused of those that travelled together
         */
        void refused(ShardCell cell, Write first);

        /** What is there, caught up with all that was written before, after a write of unknown outcome. */
        void settled(ShardCell cell, Read read);

        /** Who is recorded as running the shard lives. */
        void ownerLives(ShardCell cell);

        /**
         * Who was recorded as running the shard is dead.
         *
         * @param isTriggerThere whether it ran a firing by hand whose trigger is there
         */
        void ownerDied(ShardCell cell, String owner, boolean isTriggerThere);
    }

    private final Layout layout;
    private final Presence presence;
    private final JobTable jobTable;
    private final Outbox outbox;
    private final Answers answers;

    private final Set<ShardCell> toRead = new LinkedHashSet<>();
    private final Set<ShardCell> toSettle = new LinkedHashSet<>();
    private final Set<ShardCell> toWrite = new LinkedHashSet<>();
    private final Map<String, List<ShardCell>> toAsk = new LinkedHashMap<>();

    /** How many transactions with ends of executions are not answered. */
    private int endsUnderWay;

    RecordTraffic(Layout layout, Presence presence, JobTable jobTable, Outbox outbox, Answers answers) {
        this.layout = layout;
        this.presence = presence;
        this.jobTable = jobTable;
        this.outbox = outbox;
        this.answers = answers;
    }

    // ---- What is wanted -------------------------------------------------------------------------------------------

    /** Has the record read. */
    void read(ShardCell cell) {
        cell.phase = Phase.UNREAD;
        toRead.add(cell);
    }

    /** Has the record read in a while, because a question about it was not answered. */
    void readLater(Connection over, ShardCell cell) {
        cell.phase = Phase.UNREAD;
        later(over, RETRY, () -> readIfUnread(cell));
    }

    /** Has this written over the record. */
    void write(ShardCell cell, Pending pending) {
        cell.pending = pending;
        cell.phase = Phase.TO_WRITE;
        toWrite.add(cell);
    }

    /** Has it found out what became of a write of unknown outcome. */
    void settle(ShardCell cell) {
        cell.phase = Phase.DOUBTFUL;
        toSettle.add(cell);
    }

    /** Has it found out whether this owner of the record is dead. */
    void ask(ShardCell cell, String owner) {
        cell.phase = Phase.ASKING;
        toAsk.computeIfAbsent(owner, any -> new ArrayList<>()).add(cell);
    }

    /** Takes back a write that was not sent. */
    void withdraw(ShardCell cell) {
        cell.pending = null;
        toWrite.remove(cell);
    }

    void forget(ShardCell cell) {
        toRead.remove(cell);
        toWrite.remove(cell);
    }

    /** Connected again: what was to be asked over the former connection is decided anew. */
    void reconnected() {
        toRead.clear();
        toAsk.clear();
    }

    /** Sends all that is wanted. */
    void flush(Connection over) {
        settleDoubts(over);
        writeAll(over);
        readAll(over);
        askAll(over);
    }

    // ---- Writes ---------------------------------------------------------------------------------------------------

    private void writeAll(Connection over) {
        List<ShardCell> together = new ArrayList<>();
        List<ShardCell> apart = new ArrayList<>();
        if (endsUnderWay >= MOST_ENDS_UNDER_WAY && toWrite.stream().allMatch(RecordTraffic::isEnd)) {
            return; // they travel together with those that end until the answer
        }
        for (ShardCell cell : toWrite) {
            boolean alone =
                    cell.refusals >= REFUSALS_TOGETHER && cell.pendingWrite().isOfExecution();
            (alone ? apart : together).add(cell);
        }
        toWrite.clear();
        Set<JobState> laid = new LinkedHashSet<>();
        transactions(together).forEach(chunk -> commit(over, chunk, laid));
        transactions(apart).forEach(chunk -> commit(over, chunk, laid));
    }

    private static boolean isEnd(ShardCell cell) {
        return cell.pendingWrite() instanceof Pending.Completion;
    }

    private static List<List<ShardCell>> transactions(List<ShardCell> cells) {
        List<List<ShardCell>> all = new ArrayList<>();
        int begin = 0;
        int bytes = 0;
        for (int i = 0; i < cells.size(); i++) {
            int size = sizeOf(cells.get(i).pendingWrite().next());
            if (i - begin == AT_ONCE || bytes + size > BYTES_AT_ONCE) {
                all.add(cells.subList(begin, i));
                begin = i;
                bytes = 0;
            }
            bytes += size;
        }
        if (begin < cells.size()) {
            all.add(cells.subList(begin, cells.size()));
        }
        return all;
    }

    private static int sizeOf(ShardRecord record) {
        boolean isShort = record.checkpoint() == null && record.error() == null;
        return isShort ? SHORT_RECORD : SHORT_RECORD + ShardRecordCodec.encode(record).length;
    }

    private void commit(Connection over, List<ShardCell> chunk, Set<JobState> laid) {
        Batch batch = new Batch(presence.check(), chunk, laid);
        chunk.forEach(cell -> cell.phase = Phase.WRITING);
        int ends = chunk.stream().anyMatch(RecordTraffic::isEnd) ? 1 : 0;
        endsUnderWay += ends;
        SessionDeadline patience =
                new SessionDeadline(outbox.now(), outbox.nanos(), over.session().timeout());
        outbox.commit(over, batch.writes(), result -> {
            endsUnderWay -= ends;
            if (result instanceof Result.Told<Answer> told) {
                if (told.answer() instanceof Answer.Committed done) {
                    boolean late = patience.passed(outbox.now(), outbox.nanos());
                    for (int i = 0; i < chunk.size(); i++) {
                        chunk.get(i).job.recordsLaid(true);
                        answers.written(chunk.get(i), batch.stat(done, i), late);
                    }
                } else if (told.answer() instanceof Answer.Refused refused) {
                    refused(over, chunk, batch.writes().get(refused.index()), refused.reason());
                }
            } else {
                chunk.forEach(cell -> cell.phase = Phase.DOUBTFUL);
                later(over, RETRY, () -> toSettle.addAll(chunk));
            }
        });
    }

    /** Nothing was written. One refusal is named, there may be more: all is read again, and decided again. */
    private void refused(Connection over, List<ShardCell> chunk, Write first, Answer.Reason reason) {
        Set<String> jobs = new LinkedHashSet<>();
        for (ShardCell cell : chunk) {
            answers.refused(cell, first);
            if (reason == Answer.Reason.ABSENT) {
                cell.job.recordsLaid(false);
            }
            cell.pending = null;
            cell.refusals++;
            readAgain(over, cell);
            jobs.add(cell.job.name());
        }
        if (!isCurrent(over)) {
            return;
        }
        if (reason == Answer.Reason.ABSENT && first instanceof Write.Create) {
            presence.layRoots(over);
        }
        if (first instanceof Write.Check check
                && layout.instanceAt(check.path()).isPresent()) {
            readOwnNode(over, check.path());
        }
        jobTable.reread(over, jobs);
    }

    private void readOwnNode(Connection over, String path) {
        outbox.read(over, List.of(path), result -> {
            if (result instanceof Result.Told<List<Read>> told && isCurrent(over)) {
                if (told.answer().get(0) instanceof Read.Present present) {
                    presence.read(present);
                } else {
                    presence.vanished();
                }
            }
        });
    }

    /** Reads at once, but pauses after some refusals in a row, lest a registry that always refuses be asked without end. */
    private void readAgain(Connection over, ShardCell cell) {
        if (cell.refusals <= REFUSALS_AT_ONCE) {
            read(cell);
        } else {
            cell.phase = Phase.UNREAD;
            later(over, PAUSE, () -> readIfUnread(cell));
        }
    }

    private void readIfUnread(ShardCell cell) {
        if (cell.phase == Phase.UNREAD) {
            toRead.add(cell);
        }
    }

    // ---- Reads ----------------------------------------------------------------------------------------------------

    private void readAll(Connection over) {
        for (List<ShardCell> chunk : chunks(toRead)) {
            Set<JobState> folders = chunk.stream()
                    .map(cell -> cell.job)
                    .filter(job -> !job.recordsLaid())
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            List<String> paths = new ArrayList<>();
            folders.forEach(job -> paths.add(job.recordsPath()));
            for (ShardCell cell : chunk) {
                cell.phase = Phase.READING;
                paths.add(cell.path());
            }
            Consumer<Result<List<Read>>> then = result -> {
                if (result instanceof Result.Told<List<Read>> told) {
                    int at = 0;
                    for (JobState job : folders) {
                        job.recordsLaid(told.answer().get(at++) instanceof Read.Present);
                    }
                    for (ShardCell cell : chunk) {
                        Read read = told.answer().get(at++);
                        if (cell.phase == Phase.READING) {
                            answers.read(cell, read);
                        }
                    }
                } else {
                    chunk.stream().filter(cell -> cell.phase == Phase.READING).forEach(cell -> readLater(over, cell));
                }
            };
            if (chunk.stream().anyMatch(cell -> cell.run != null)) {
                outbox.readCaughtUp(over, paths, then); // from before the claim, a record would look like another's
            } else {
                outbox.read(over, paths, then);
            }
        }
        toRead.clear();
    }

    private void settleDoubts(Connection over) {
        toSettle.removeIf(cell -> cell.phase != Phase.DOUBTFUL);
        for (List<ShardCell> chunk : chunks(toSettle)) {
            outbox.readCaughtUp(over, chunk.stream().map(ShardCell::path).toList(), result -> {
                if (result instanceof Result.Told<List<Read>> told) {
                    for (int i = 0; i < chunk.size(); i++) {
                        if (chunk.get(i).phase == Phase.DOUBTFUL) {
                            answers.settled(chunk.get(i), told.answer().get(i));
                        }
                    }
                } else {
                    later(over, RETRY, () -> toSettle.addAll(chunk));
                }
            });
        }
        toSettle.clear();
    }

    /** Asks for owners; where they ran firings by hand, for their triggers as well, which may have been taken back. */
    private void askAll(Connection over) {
        toAsk.forEach((owner, waiting) -> {
            Set<String> asked = new LinkedHashSet<>();
            asked.add(layout.instance(owner));
            waiting.forEach(cell -> triggerPath(cell).ifPresent(asked::add));
            List<String> paths = List.copyOf(asked);
            outbox.read(over, paths, result -> {
                List<ShardCell> asking = waiting.stream()
                        .filter(cell -> cell.phase == Phase.ASKING)
                        .toList();
                if (!(result instanceof Result.Told<List<Read>> told)) {
                    asking.forEach(cell -> readLater(over, cell));
                } else if (told.answer().get(0) instanceof Read.Present) {
                    asking.forEach(answers::ownerLives);
                } else {
                    Set<String> there = present(paths, told.answer());
                    asking.forEach(cell -> answers.ownerDied(
                            cell,
                            owner,
                            triggerPath(cell).filter(there::contains).isPresent()));
                }
            });
        });
        toAsk.clear();
    }

    private static Set<String> present(List<String> paths, List<Read> reads) {
        Set<String> there = new HashSet<>();
        for (int i = 0; i < paths.size(); i++) {
            if (reads.get(i) instanceof Read.Present) {
                there.add(paths.get(i));
            }
        }
        return there;
    }

    /** Where the trigger is that the record says it ran last; empty when it ran by schedule. */
    private Optional<String> triggerPath(ShardCell cell) {
        return cell.record.firing() instanceof Firing.Triggered triggered
                ? Optional.of(layout.trigger(cell.job.name(), triggered.number()))
                : Optional.empty();
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    /** Does it in a while, lest a registry that refuses to serve be asked without end; at once if it is to wait anyway. */
    private void later(Connection over, Duration pause, Runnable task) {
        if (isCurrent(over)) {
            outbox.alarm(pause, task);
        } else {
            task.run();
        }
    }

    private boolean isCurrent(Connection over) {
        return presence.usable().filter(current -> current == over).isPresent();
    }

    /** What a read says of a record: a new one where there is none; empty where this version can not read it. */
    static Optional<ShardRecord> recordIn(Read read) {
        if (!(read instanceof Read.Present present)) {
            return Optional.of(ShardRecord.NEW);
        }
        return ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> value
                ? Optional.of(value.value())
                : Optional.empty();
    }

    private static List<List<ShardCell>> chunks(Collection<ShardCell> cells) {
        List<ShardCell> all = List.copyOf(cells);
        List<List<ShardCell>> chunks = new ArrayList<>();
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            chunks.add(all.subList(from, Math.min(all.size(), from + AT_ONCE)));
        }
        return chunks;
    }
}
