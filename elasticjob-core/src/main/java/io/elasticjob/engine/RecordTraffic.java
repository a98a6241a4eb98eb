package io.elasticjob.engine;

import io.elasticjob.Firing;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.SessionDeadline;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RequestSize;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the records of shards: sends what is on the {@link Agenda} of a turn of the loop, of all jobs, together,
 * in transactions and reads of some two hundred. Knows how to ask and when to ask again; {@link RecordAnswers} knows what an
 * answer means. Confined to the loop.
 */
final class RecordTraffic {

    /** As many writes in one transaction as pay; see the figures of group commit. */
    private static final int AT_ONCE = 200;
    /**
     * So many transactions with ends of executions are under way at a time; what ends meanwhile travels together afterwards.
     * Of executions that began together the first ends alone, and nearly all others while that is being written.
     */
    private static final int MOST_ENDS_UNDER_WAY = 2;
    /** More than a record without error text and checkpoint has. */
    private static final int SHORT_RECORD = 700;
    /**
     * What was refused so often travels apart from what was not, and whose refusals it would share: the ends of executions
     * together, all else with what is of the same job.
     */
    private static final int REFUSALS_TOGETHER = 2;
    /** What was refused so often travels alone: what can never be accepted costs its own shard. */
    private static final int REFUSALS_OF_A_JOB = 4;
    /** After so many refusals in a row there is a pause before the next try, and a longer one each further time. */
    private static final int REFUSALS_AT_ONCE = 3;

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int MOST_DOUBLINGS = 5;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Object ANYTHING = new Object();
    private static final Object ENDS = new Object();

    private final Layout layout;
    private final Registration registration;
    private final JobTable jobTable;
    private final Outbox outbox;
    private final Agenda agenda;
    private final RecordAnswers answers;
    private final LimitTable limits;
    private final Inquiry inquiry;

    /** How many transactions with ends of executions are not answered. */
    private int endsUnderWay;

    RecordTraffic(
            Layout layout,
            Registration registration,
            JobTable jobTable,
            Outbox outbox,
            Agenda agenda,
            RecordAnswers answers,
            LimitTable limits) {
        this.limits = limits;
        this.layout = layout;
        this.registration = registration;
        this.jobTable = jobTable;
        this.outbox = outbox;
        this.agenda = agenda;
        this.answers = answers;
        this.inquiry =
                new Inquiry(outbox, AT_ONCE, AT_ONCE, "the shard does not run here until its record can be read");
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
        if (endsUnderWay >= MOST_ENDS_UNDER_WAY && agenda.toWrite().stream().allMatch(RecordTraffic::isEnd)) {
            return; // they travel together with those that end until the answer
        }
        Map<Object, List<ShardCell>> together = new LinkedHashMap<>();
        together.put(ANYTHING, new ArrayList<>());
        for (ShardCell cell : agenda.takeToWrite()) {
            together.computeIfAbsent(companyOf(cell), any -> new ArrayList<>()).add(cell);
        }
        Set<JobState> laid = new LinkedHashSet<>();
        together.values()
                .forEach(cells ->
                        outbox.cut(cells, AT_ONCE, RecordTraffic::sizeOf).forEach(chunk -> commit(over, chunk, laid)));
    }

    /** What travels with it has the same company: the more often it was refused, the fewer share that. */
    private static Object companyOf(ShardCell cell) {
        if (cell.offer().isPresent() && cell.isClaiming()) {
            return cell; // somebody else may have taken what is offered
        }
        boolean isCounted = cell.isClaiming()
                && !cell.permits.toTake(cell.record(), cell.write().next()).isEmpty();
        if (cell.refusals() < REFUSALS_TOGETHER) {
            return isCounted ? cell.write().next().permits() : ANYTHING;
        }
        if (isCounted) {
            return cell;
        }
        if (cell.refusals() >= REFUSALS_OF_A_JOB) {
            return cell;
        }
        return cell.write().isOfExecution() ? ENDS : cell.job;
    }

    private static boolean isEnd(ShardCell cell) {
        return cell.write() instanceof RecordWrite.Completion;
    }

    /** The record, and what may go with it: its creation, that of the folder, checks of job, folder and trigger. */
    private static int sizeOf(ShardCell cell) {
        ShardRecord record = cell.write().next();
        boolean isShort = record.checkpoint() == null
                && record.error() == null
                && record.result().isEmpty()
                && record.unknown().isEmpty();
        int bytes = isShort ? SHORT_RECORD : SHORT_RECORD + ShardRecordCodec.encode(record).length;
        return bytes + 5 * RequestSize.of(cell.path());
    }

    private void commit(Connection over, List<ShardCell> chunk, Set<JobState> laid) {
        Batch batch = new Batch(registration.check(), chunk, laid, limits);
        chunk.forEach(ShardCell::writing);
        int ends = chunk.stream().anyMatch(RecordTraffic::isEnd) ? 1 : 0;
        endsUnderWay += ends;
        SessionDeadline patience = SessionDeadline.ofClaim(
                outbox.wall(), outbox.nanos(), over.session().timeout());
        outbox.commit(over, batch.writes(), result -> {
            endsUnderWay -= ends;
            if (result instanceof Result.Told<Answer> told) {
                if (told.answer() instanceof Answer.Committed done) {
                    batch.counted(done);
                    Arrival arrival = Arrival.of(patience.passed(outbox.wall(), outbox.nanos()));
                    for (int i = 0; i < chunk.size(); i++) {
                        written(chunk.get(i), batch.stat(done, i), arrival);
                    }
                } else if (told.answer() instanceof Answer.Refused refused) {
                    refused(over, chunk, batch.writes().get(refused.index()), refused.reason());
                }
            } else {
                chunk.forEach(this::doubtLimits);
                agenda.settleLater(over, chunk, RETRY);
            }
        });
    }

    private void doubtLimits(ShardCell cell) {
        limits.doubt(cell.permits.toTake(cell.record(), cell.write().next()));
    }

    private void written(ShardCell cell, Stat stat, Arrival arrival) {
        cell.job.life().laid();
        limits.written(cell, cell.write().next());
        try {
            answers.written(cell, stat, arrival);
        } catch (Throwable failed) {
            jobTable.failed(cell.job, failed); // the other cells are told all the same
        }
    }

    /** Nothing was written. One refusal is named, there may be more: all is read again, and decided again. */
    private void refused(Connection over, List<ShardCell> chunk, Write first, Answer.Reason reason) {
        Set<String> jobs = new LinkedHashSet<>();
        boolean isOfLimit = layout.ofLimit(first.path()).isPresent();
        for (ShardCell cell : chunk) {
            if (isOfLimit) {
                doubtLimits(cell);
                cell.permits.refused(layout, LimitTable.shardOf(cell), first, reason);
            }
            answers.refused(cell, first);
            boolean isOfFolder = first.path().equals(cell.job.life().records());
            boolean isAbsent = reason == Answer.Reason.ABSENT && !isOfLimit && !(first instanceof Write.Delete);
            if (isOfFolder || isAbsent) {
                cell.job.life().doubt();
            }
            readAgain(over, cell, cell.refused());
            jobs.add(cell.job.name());
        }
        if (!registration.isUsable(over)) {
            return;
        }
        if (reason == Answer.Reason.ABSENT && first instanceof Write.Create && !isOfLimit) {
            registration.layRoots(over);
        }
        if (first instanceof Write.Check check
                && layout.instanceAt(check.path()).isPresent()) {
            registration.node().reread(over);
        }
        if (first instanceof Write.Check check && reason == Answer.Reason.VERSION) {
            layout.triggerAt(check.path())
                    .flatMap(of -> jobTable.job(of.job()))
                    .ifPresent(JobState::doubtTriggers); // somebody has written over it
        }
        jobTable.reread(over, jobs);
    }

    /** Reads at once, but pauses after some refusals in a row: a registry that always refuses is not asked without end. */
    private void readAgain(Connection over, ShardCell cell, int refusals) {
        if (refusals <= REFUSALS_AT_ONCE) {
            agenda.read(cell);
        } else {
            int doublings = Math.min(refusals - REFUSALS_AT_ONCE - 1, MOST_DOUBLINGS);
            agenda.readLater(over, cell, PAUSE.multipliedBy(1L << doublings));
        }
    }

    // ---- Reads ----------------------------------------------------------------------------------------------------

    private void readAll(Connection over) {
        for (List<ShardCell> chunk : chunks(agenda.takeToRead())) {
            List<JobState> folders = chunk.stream()
                    .map(cell -> cell.job)
                    .filter(job -> !job.life().isLaid())
                    .distinct()
                    .toList();
            List<String> paths = new ArrayList<>();
            for (JobState job : folders) {
                paths.add(job.life().records());
                paths.add(job.path());
            }
            for (ShardCell cell : chunk) {
                cell.reading();
                paths.add(cell.path());
            }
            Inquiry.Asker asker = new Cells(over, folders, chunk, ShardCell::isReading) {
                @Override
                void answered(ShardCell cell, Read read) {
                    answers.read(cell, read);
                }

                @Override
                void again(ShardCell cell) {
                    agenda.readLater(over, cell, RETRY);
                }

                @Override
                void unreadable(ShardCell cell, String why) {
                    if (cell.isRunning()) {
                        again(cell); // whether it was overtaken cannot be told yet
                    } else {
                        cell.unreadable();
                    }
                }
            };
            if (chunk.stream().anyMatch(cell -> cell.isRunning() || cell.asked().isPresent())) {
                inquiry.askCaughtUp(over, paths, asker); // from before the claim, a record would look like another's
            } else {
                inquiry.ask(over, paths, asker);
            }
        }
    }

    private void settleDoubts(Connection over) {
        for (List<ShardCell> chunk : chunks(agenda.takeToSettle())) {
            List<String> paths = chunk.stream().map(ShardCell::path).toList();
            inquiry.askCaughtUp(over, paths, new Cells(over, List.of(), chunk, ShardCell::isDoubtful) {
                @Override
                void answered(ShardCell cell, Read read) {
                    answers.settled(cell, read);
                }

                @Override
                void again(ShardCell cell) {
                    agenda.settleLater(over, List.of(cell), RETRY);
                }

                @Override
                void unreadable(ShardCell cell, String why) {
                    again(cell); // nothing is decided for the shard before it is known what became of the write
                }
            });
        }
    }

    /** Some cells whose records are asked for, after the folders of some jobs. Each takes what comes of it by itself. */
    private abstract class Cells implements Inquiry.Asker {

        private final Connection over;
        private final List<JobState> folders;
        private final List<ShardCell> chunk;
        private final Predicate<ShardCell> isWaiting;
        private @Nullable Read folder;

        /** @param isWaiting of the cells as long as they wait for the answer */
        Cells(Connection over, List<JobState> folders, List<ShardCell> chunk, Predicate<ShardCell> isWaiting) {
            this.over = over;
            this.folders = folders;
            this.chunk = chunk;
            this.isWaiting = isWaiting;
        }

        /** How many nodes are read before the records: the folder of each job, then the job. */
        private int before() {
            return 2 * folders.size();
        }

        abstract void answered(ShardCell cell, Read read);

        abstract void again(ShardCell cell);

        abstract void unreadable(ShardCell cell, String why);

        @Override
        public boolean isWanted() {
            return true;
        }

        @Override
        public boolean read(int at, Read read) {
            if (at < before()) {
                if (at % 2 == 0) {
                    folder = read;
                } else if (folder != null) {
                    jobTable.foundRecords(folders.get(at / 2), folder, read);
                }
                return true;
            }
            ShardCell cell = chunk.get(at - before());
            if (isWaiting.test(cell)) {
                try {
                    answered(cell, read);
                } catch (Throwable failed) {
                    jobTable.failed(cell.job, failed); // the other cells are told all the same
                }
            }
            return true;
        }

        @Override
        public boolean unreadable(int at, String why, Duration pause) {
            folder = null;
            if (at >= before() && isWaiting.test(chunk.get(at - before()))) {
                ShardCell cell = chunk.get(at - before());
                unreadable(cell, why);
                outbox.alarm(pause, () -> {
                    if (cell.isUnreadable()) {
                        agenda.read(cell);
                    }
                });
            }
            return true;
        }

        @Override
        public void complete() {
            // each was told
        }

        @Override
        public void unanswered(int from, Throwable why) {
            List<ShardCell> rest = chunk.subList(Math.max(0, from - before()), chunk.size());
            rest.stream().filter(isWaiting).toList().forEach(this::again);
        }
    }

    /** Asks for owners; where they ran firings by hand, for their triggers as well, which may have been taken back. */
    private void askAll(Connection over) {
        agenda.takeToAsk().forEach((owner, waiting) -> {
            Set<String> asked = new LinkedHashSet<>();
            asked.add(layout.instance(owner));
            waiting.forEach(cell -> triggerPath(cell).ifPresent(asked::add));
            List<String> paths = List.copyOf(asked);
            outbox.read(over, paths, result -> {
                List<ShardCell> asking =
                        waiting.stream().filter(ShardCell::isAsking).toList();
                if (!(result instanceof Result.Told<List<Read>> told)) {
                    asking.forEach(cell -> agenda.readLater(over, cell, RETRY));
                } else if (told.answer().get(0) instanceof Read.Present) {
                    asking.forEach(answers::ownerLives);
                } else {
                    Set<String> there = present(paths, told.answer());
                    asking.forEach(cell -> answers.ownerDied(
                            over,
                            cell,
                            owner,
                            triggerPath(cell).filter(there::contains).isPresent()));
                }
            });
        });
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
        return cell.record().firing() instanceof Firing.Triggered triggered
                ? Optional.of(layout.trigger(cell.job.name(), triggered.number()))
                : Optional.empty();
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    /** What a read says of a record: a new one where there is none; empty where this version cannot read it. */
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
