package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RequestNotSentException;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Reads, watches and writes the records of firings, one for each job that asks for it. Confined to the loop. */
final class FiringTraffic {

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Layout layout;
    private final Registration registration;
    private final JobTable jobs;
    private final Outbox outbox;
    private final Readers known;

    /** Hears what was read. */
    interface Readers {

        /** The record is another one than before. */
        void changed(FiringCell cell, FiringRecord record);

        /** It is the one that is known already. */
        void unchanged(FiringCell cell);
    }

    FiringTraffic(Layout layout, Registration registration, JobTable jobs, Outbox outbox, Readers known) {
        this.layout = layout;
        this.registration = registration;
        this.jobs = jobs;
        this.outbox = outbox;
        this.known = known;
    }

    String pathOf(FiringCell cell) {
        return layout.firings(cell.job.name(), cell.job.life().name());
    }

    void read(Connection over, FiringCell cell) {
        cell.traffic(FiringCell.Traffic.READING);
        outbox.readAndWatch(over, pathOf(cell), still(over, cell, result -> {
            if (cell.traffic() != FiringCell.Traffic.READING) {
                return;
            }
            if (result instanceof Result.Unknown<Read> unknown) {
                unread(over, cell, unknown.why());
            } else if (result instanceof Result.Told<Read> told) {
                if (told.answer() instanceof Read.Present present) {
                    found(over, cell, present);
                } else if (told.answer() instanceof Read.Unreadable unreadable) {
                    unread(over, cell, unreadable.why());
                } else {
                    make(over, cell, false);
                }
            }
        }));
    }

    private void unread(Connection over, FiringCell cell, Throwable why) {
        later(cell, FiringCell.Traffic.UNREAD);
        outbox.alarm(RETRY, () -> {
            if (registration.isUsable(over)) { // so it was not for want of a connection
                outbox.trouble("The record of the firings of " + cell.job.name() + " could not be read", why);
            }
        });
    }

    private void found(Connection over, FiringCell cell, Read.Present present) {
        Decoded<FiringRecord> decoded = FiringRecordCodec.decode(present.data());
        int version = present.stat().version();
        if (decoded instanceof Decoded.Value<FiringRecord> value) {
            found(cell, value.value(), version);
        } else if (decoded instanceof Decoded.Newer<FiringRecord> newer) {
            cell.traffic(FiringCell.Traffic.LEFT_ALONE);
            outbox.publish(
                    new ElasticJobEvent.ValueUnreadable(pathOf(cell), newer.reason(), "the job does not run here"));
        } else {
            FiringRecord anew = FiringRecord.NEW.correctedThrough(outbox.now());
            outbox.publish(new ElasticJobEvent.ValueUnreadable(
                    pathOf(cell), decoded.reason(), "it is replaced; the next firing runs"));
            put(over, cell, anew, version, List.of(cell.job.check()), List.of(), () -> {});
        }
    }

    private void found(FiringCell cell, FiringRecord record, int version) {
        if (cell.found(record, version, outbox.nanos())) {
            known.changed(cell, record);
        } else {
            known.unchanged(cell);
        }
    }

    /** There is no record yet. */
    private void make(Connection over, FiringCell cell, boolean withFolder) {
        if (withFolder) {
            Write folder = new Write.Create(layout.firings(), new byte[0], Write.Life.PERSISTENT);
            outbox.commit(over, List.of(folder), any -> {}); // there by now: just as well
        }
        List<Write> writes = List.of(
                registration.check(),
                cell.job.check(),
                cell.job.life().guard(),
                new Write.Create(pathOf(cell), FiringRecordCodec.encode(FiringRecord.NEW), Write.Life.PERSISTENT));
        cell.traffic(FiringCell.Traffic.WRITING);
        outbox.commit(over, writes, still(over, cell, result -> {
            boolean isFolderMissing = result instanceof Result.Told<Answer> told
                    && told.answer() instanceof Answer.Refused refused
                    && refused.index() == writes.size() - 1
                    && refused.reason() == Answer.Reason.ABSENT;
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed) {
                cell.job.life().laid();
                cell.traffic(FiringCell.Traffic.UNREAD);
            } else if (isFolderMissing && !withFolder) {
                make(over, cell, true);
            } else {
                refusedOrUnknown(over, cell, writes, List.of(), result);
            }
        }));
    }

    /**
     * Lays a portion of a plan. The record is read again afterwards: another instance may have taken it meanwhile.
     *
     * @param then once it is there
     */
    void lay(Connection over, FiringCell cell, String path, byte[] portion, Runnable then) {
        lay(over, cell, path, portion, false, then);
    }

    private void lay(Connection over, FiringCell cell, String path, byte[] portion, boolean withFolder, Runnable then) {
        if (withFolder) {
            Write folder = new Write.Create(layout.plans(), new byte[0], Write.Life.PERSISTENT);
            outbox.commit(over, List.of(folder), any -> {}); // there by now: just as well
        }
        List<Write> writes = List.of(
                registration.check(), cell.job.life().guard(), new Write.Create(path, portion, Write.Life.PERSISTENT));
        cell.traffic(FiringCell.Traffic.WRITING);
        outbox.commit(over, writes, still(over, cell, result -> {
            Answer.Refused refused = result instanceof Result.Told<Answer> told
                            && told.answer() instanceof Answer.Refused no
                            && no.index() == writes.size() - 1
                    ? no
                    : null;
            boolean isDone = result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed;
            if (isDone || (refused != null && refused.reason() == Answer.Reason.PRESENT)) { // by this, unanswered
                if (isDone) {
                    cell.job.life().laid();
                }
                cell.traffic(FiringCell.Traffic.UNREAD);
                then.run();
            } else if (refused != null && refused.reason() == Answer.Reason.ABSENT && !withFolder) {
                lay(over, cell, path, portion, true, then);
            } else {
                refusedOrUnknown(over, cell, writes, List.of(), result);
            }
        }));
    }

    /**
     * A step, by compare-and-set.
     *
     * @param others that the checks are of, beside its own job
     * @param then once it is written
     */
    void write(
            Connection over,
            FiringCell cell,
            FiringRecord next,
            List<Write> checks,
            Collection<JobState> others,
            Runnable then) {
        put(over, cell, next, cell.version(), checks, others, then);
    }

    private void put(
            Connection over,
            FiringCell cell,
            FiringRecord next,
            int version,
            List<Write> checks,
            Collection<JobState> others,
            Runnable then) {
        List<Write> writes = new ArrayList<>();
        writes.add(registration.check());
        writes.addAll(checks);
        writes.add(cell.job.life().guard()); // a version alone crosses lives
        writes.add(new Write.Put(pathOf(cell), FiringRecordCodec.encode(next), version));
        cell.traffic(FiringCell.Traffic.WRITING);
        outbox.commit(over, writes, still(over, cell, result -> {
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed done) {
                int written = done.results()
                        .get(writes.size() - 1)
                        .stat()
                        .orElseThrow()
                        .version();
                found(cell, next, written);
                if (!isOnlyForSelf(next)) {
                    cell.traffic(FiringCell.Traffic.UNREAD); // the watch has rung for it
                }
                then.run();
            } else {
                refusedOrUnknown(over, cell, writes, others, result);
            }
        }));
    }

    /**
     * Whether no other instance goes on with the record while this one lives: it is not watched meanwhile. Should somebody
     * write it all the same, the version says so with the next step.
     */
    private boolean isOnlyForSelf(FiringRecord record) {
        String listening = record.opening()
                .map(FiringRecord.Opening::by)
                .or(() -> record.untold().map(FiringRecord.Closed::teller))
                .orElse(null);
        return listening != null && registration.isSelf(listening);
    }

    private void refusedOrUnknown(
            Connection over, FiringCell cell, List<Write> writes, Collection<JobState> others, Result<Answer> result) {
        cell.lookEnded(true); // a close that was not written is decided again, from what is there then
        if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Refused refused) {
            Write first = writes.get(refused.index());
            if (layout.instanceAt(first.path()).isPresent()) {
                registration.node().reread(over);
                later(cell, FiringCell.Traffic.UNREAD);
            } else if (refused.reason() == Answer.Reason.ABSENT
                    && layout.joinsAt(first.path()).isPresent()) {
                later(cell, FiringCell.Traffic.UNREAD); // its folder cannot be made at present
            } else if (first.path().equals(pathOf(cell))
                    || layout.joinsAt(first.path()).isPresent()) {
                cell.traffic(FiringCell.Traffic.UNREAD); // somebody else was first
            } else {
                cell.refusals(cell.refusals() + 1);
                List<JobState> concerned = new ArrayList<>(others);
                concerned.add(cell.job);
                jobs.guarded(over, concerned, writes, refused);
                jobs.reread(over, concerned.stream().map(JobState::name).toList());
                later(cell, FiringCell.Traffic.UNREAD);
            }
        } else {
            if (isPerhapsTooLong(writes, others, result)) {
                cell.refusals(cell.refusals() + 1);
            }
            later(cell, FiringCell.Traffic.DOUBTED);
        }
    }

    /** What is long and gets no answer may be what the connection is lost over: it is not sent without end. */
    private static boolean isPerhapsTooLong(List<Write> writes, Collection<JobState> others, Result<Answer> result) {
        return !others.isEmpty()
                && result instanceof Result.Unknown<Answer> unknown
                && !(unknown.why() instanceof RequestNotSentException)
                && RequestSize.of(writes) > Parcels.LEAST_BYTES;
    }

    /** What is known of it may be old. */
    void readAgain(FiringCell cell) {
        if (cell.traffic() == FiringCell.Traffic.KNOWN) {
            cell.traffic(FiringCell.Traffic.UNREAD);
        }
    }

    /** Something was not answered: it is decided anew in a while. */
    void again(FiringCell cell) {
        later(cell, FiringCell.Traffic.UNREAD);
    }

    private void later(FiringCell cell, FiringCell.Traffic next) {
        FiringCell.Traffic now = cell.traffic();
        outbox.alarm(RETRY, () -> {
            if (cell.traffic() == now) {
                cell.traffic(next);
            }
        });
    }

    /** Of a cell that is still followed, over the present connection. */
    private <T> Consumer<Result<T>> still(Connection over, FiringCell cell, Consumer<Result<T>> then) {
        return result -> {
            if (registration.isUsable(over) && cell.job.firings() == cell) {
                then.accept(result);
            }
        };
    }

    /** Has the job looked at again at this time, where that comes before a tick does. */
    void considerAt(FiringCell cell, Instant until) {
        Duration left = outbox.time().until(until);
        if (left.compareTo(Machine.TICK.multipliedBy(2)) < 0) { // else a tick comes first
            outbox.alarm(left.isNegative() ? Duration.ZERO : left, cell::mark);
        }
    }
}
