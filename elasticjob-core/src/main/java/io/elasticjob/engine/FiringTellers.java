package io.elasticjob.engine;

import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.FiringStep;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which instance has the listeners of a firing called. It is in the record, taken by compare-and-set, and another instance takes
 * its place on proof of its death only: then they may be called twice. Confined to the loop.
 */
final class FiringTellers {

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Layout layout;
    private final Registration registration;
    private final Roster roster;
    private final FiringTraffic traffic;
    private final FiringTelling telling;
    private final Inquiry inquiry;
    private final Outbox outbox;

    FiringTellers(
            Layout layout,
            Registration registration,
            Roster roster,
            FiringTraffic traffic,
            FiringTelling telling,
            Inquiry inquiry,
            Outbox outbox) {
        this.layout = layout;
        this.registration = registration;
        this.roster = roster;
        this.traffic = traffic;
        this.telling = telling;
        this.inquiry = inquiry;
        this.outbox = outbox;
    }

    /** This instance, as it opens or closes a firing: it calls the listeners then that want to hear of that. */
    FiringStep.Opener opener(JobState job) {
        return new FiringStep.Opener(
                registration.currentId(), job.version(), telling.isBefore(job), telling.isAfter(job));
    }

    /** Goes on with a firing that listeners are to hear of. */
    void tell(Connection over, FiringCell cell, FiringRecord record) {
        JobState job = cell.job;
        FiringRecord.Current current = record.current();
        if (current == null || cell.isTelling()) {
            return;
        }
        FiringRecord.Whole whole = current.whole();
        FiringRecord.Opening opening = record.opening().orElse(null);
        FiringRecord.Closed closed = record.untold().orElse(null);
        String teller = opening != null ? opening.by() : closed != null ? closed.teller() : null;
        Object what = List.of(job.life().name(), whole.firing(), opening != null);
        FiringRecord told = opening != null ? record.at(new FiringRecord.Open()) : record.at(toldBy(closed, teller));
        if (cell.tells(what, true) || job.usable().wholeFirings().listeners().isEmpty()) {
            if (teller == null || registration.isSelf(teller)) {
                traffic.write(over, cell, told, List.of(), List.of(), () -> {});
                return;
            }
        }
        if (teller == null) {
            take(over, cell, record);
        } else if (!registration.isSelf(teller)) {
            onDeath(over, cell, teller, () -> take(over, cell, record));
        } else if (outbox.now().isBefore(whole.fireTime()) && opening != null) {
            traffic.considerAt(cell, whole.fireTime());
        } else {
            cell.tells(what);
            if (closed == null) {
                telling.tell(job, whole, null, new TreeMap<>(), () -> cell.hasTold(what));
            } else {
                tellWithResults(over, cell, whole, closed, what);
            }
        }
    }

    /** The records of the shards stay as they are until it is told: an instance that closes it has read them. */
    private void tellWithResults(
            Connection over, FiringCell cell, FiringRecord.Whole whole, FiringRecord.Closed closed, Object what) {
        cell.resultsOf(whole.firing())
                .ifPresentOrElse(
                        known -> telling.tell(cell.job, whole, closed, known, () -> cell.hasTold(what)),
                        () -> readResults(over, cell, whole, closed, what));
    }

    private void readResults(
            Connection over, FiringCell cell, FiringRecord.Whole whole, FiringRecord.Closed closed, Object what) {
        SortedMap<Integer, String> results = new TreeMap<>();
        List<Integer> all = whole.shards();
        inquiry.askCaughtUp(over, all.stream().map(cell.job.life()::record).toList(), new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return cell.tells(what, false);
            }

            @Override
            public boolean read(int at, Read read) {
                RecordTraffic.recordIn(read)
                        .filter(record -> whole.firing().equals(record.firing()))
                        .flatMap(ShardRecord::result)
                        .ifPresent(result -> results.put(all.get(at), result));
                return true;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                return true; // it is told without this one
            }

            @Override
            public void complete() {
                telling.tell(cell.job, whole, closed, results, () -> cell.hasTold(what));
            }

            @Override
            public void unanswered(int from, Throwable why) {
                cell.tells(null);
                outbox.alarm(RETRY, cell::mark);
            }
        });
    }

    private static FiringRecord.Closed toldBy(FiringRecord.@Nullable Closed closed, @Nullable String teller) {
        if (closed == null) {
            throw new IllegalStateException("The firing is not closed");
        }
        return new FiringRecord.Closed(closed.result(), closed.ends(), closed.at(), teller, true);
    }

    /** Whoever tells is this instance from now on. */
    private void take(Connection over, FiringCell cell, FiringRecord record) {
        if (cell.job.owned().isEmpty()) {
            return; // who has no shard may not have the listeners
        }
        String self = registration.currentId();
        FiringRecord next = record.opening().isPresent()
                ? record.at(new FiringRecord.Opening(self))
                : record.at(record.untold()
                        .map(closed ->
                                new FiringRecord.Closed(closed.result(), closed.ends(), closed.at(), self, false))
                        .orElseThrow());
        traffic.write(over, cell, next, List.of(), List.of(), () -> {});
    }

    /**
     * Only a read of the teller's node, issued after that of the record, proves that it is dead.
     *
     * @param take in its place, while the record is the same
     */
    void onDeath(Connection over, FiringCell cell, String teller, Runnable take) {
        if (roster.isLive(teller) || cell.job.owned().isEmpty() || !cell.asks(teller)) {
            return;
        }
        int version = cell.version();
        outbox.read(over, List.of(layout.instance(teller)), result -> {
            if (!registration.isUsable(over)) {
                return;
            }
            cell.asksNoMore();
            boolean isDead = result instanceof Result.Told<List<Read>> told
                    && told.answer().get(0) instanceof Read.Absent;
            if (isDead && cell.version() == version && cell.traffic() == FiringCell.Traffic.KNOWN) {
                take.run();
            } else {
                outbox.alarm(RETRY, cell::mark);
            }
        });
    }
}
