package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringListener;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardPlanner;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.FiringStep;
import io.elasticjob.coordination.Horizon;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.MissedDeadlines;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.coordination.Succession;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import io.elasticjob.sharding.Assignment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The firings of jobs as wholes, of those jobs that ask for it and have shards here: opens them, closes them when all their
 * shards are decided, and has listeners told.
 *
 * <ul>
 *   <li>The record of a job is watched while a shard of it is here. Each step is a compare-and-set, so that it does not matter
 *       who takes it.
 *   <li>Who has a part in a firing looks at all its shards after each deciding write of its own, each change of the job and
 *       each change of the roster: whoever decides last sees that all are decided.
 *   <li>Claims do not check the record. A close checks the job's version, and that is enough: what is closed is decided in
 *       the records of the shards, by settings that are refused once they change.
 * </ul>
 *
 * <p>Confined to the loop.
 */
final class FiringTable {

    private static final int AT_ONCE = 200;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Namespace namespace;
    private final Layout layout;
    private final Registration registration;
    private final JobTable jobs;
    private final ShardTable shards;
    private final DeadlineNews deadlines;
    private final Outbox outbox;
    private final FiringTraffic traffic;
    private final FiringTellers tellers;
    private final FiringPlanners planners;
    private final Consumer<JobState> reassign;
    private final Finished finished;
    private final Successors successors;
    private final Inquiry inquiry;
    private final Map<String, FiringCell> cells = new LinkedHashMap<>();

    private long rosterLists;

    /**
     * What the application brings.
     *
     * @param listeners of firings, by name
     * @param planners of shards, by name
     */
    record UserCode(Map<String, FiringListener> listeners, Map<String, ShardPlanner> planners) {}

    /** @param reassign has the shards of a job assigned again, since its firing has others */
    FiringTable(
            Namespace namespace,
            Registration registration,
            ShardTable shards,
            UserCode code,
            Finished finished,
            Consumer<JobState> reassign,
            DeadlineNews deadlines,
            Outbox outbox) {
        this.finished = finished;
        this.reassign = reassign;
        this.namespace = namespace;
        this.layout = namespace.layout();
        this.registration = registration;
        this.jobs = namespace.jobs();
        Roster roster = namespace.roster();
        this.shards = shards;
        this.deadlines = deadlines;
        this.outbox = outbox;
        this.successors = new Successors(layout, jobs, roster, outbox);
        this.traffic = new FiringTraffic(layout, registration, jobs, outbox, new Readers());
        this.inquiry = new Inquiry(outbox, AT_ONCE, AT_ONCE, "its firing stays open until its record can be read");
        this.tellers = new FiringTellers(
                layout, registration, roster, traffic, new FiringTelling(code.listeners(), outbox), inquiry, outbox);
        this.planners = new FiringPlanners(
                layout, registration, roster, traffic, tellers, code.planners(), outbox, this::closeUnplanned);
    }

    // ---- What happens
    // --------------------------------------------------------------------------------------------------

    /** The job has shards here, or other settings, or neither. */
    void follow(JobState job) {
        successors.follow(job);
        FiringCell known = cells.get(job.name());
        boolean isRecorded = isRecorded(job);
        if (known != null && (known.job != job || !isRecorded || job.isRemoved())) {
            cells.remove(job.name());
            known.job.firings(null);
            known = null;
        }
        if (known != null) {
            known.mark();
        } else if (isRecorded && !job.isRemoved() && (!job.owned().isEmpty() || mayGetParts(job))) {
            obtain(job);
        }
    }

    /** Whether a firing may have parts for this instance, once it is planned. */
    private boolean mayGetParts(JobState job) {
        JobDefinition definition = job.definition();
        return definition != null
                && definition.plannedShards().arePlanned()
                && job.eligible().contains(String.valueOf(registration.id()));
    }

    private void obtain(JobState job) {
        FiringCell cell = new FiringCell(job);
        cells.put(job.name(), cell);
        job.firings(cell);
    }

    private static boolean isRecorded(JobState job) {
        JobDefinition definition = job.definition();
        return definition != null && definition.wholeFirings().areRecorded();
    }

    /** Connected again. */
    void present() {
        cells.values().forEach(FiringCell::reconnected);
    }

    void dataLost() {
        cells.values().forEach(FiringCell::dataLost);
    }

    void rosterListed() {
        rosterLists++;
        tick();
    }

    /** Looks again at what nothing has rung for. */
    void tick() {
        cells.values().forEach(FiringCell::mark);
    }

    /** A watch rang. */
    void changed(String path) {
        layout.firingsAt(path)
                .map(of -> cells.get(of.job()))
                .filter(cell -> path.equals(traffic.pathOf(cell)))
                .filter(cell -> cell.traffic() != FiringCell.Traffic.WRITING)
                .ifPresent(cell -> cell.traffic(FiringCell.Traffic.UNREAD));
    }

    void triggersListed(JobState job) {
        marked(job);
    }

    void due(JobState job) {
        marked(job);
    }

    /** What is to end of the job was listed. */
    void cancelled(JobState job) {
        marked(job);
    }

    private void marked(JobState job) {
        FiringCell cell = job.firings();
        if (cell != null) {
            cell.mark();
        }
    }

    void comingUp(JobState job, Instant fireTime) {
        FiringCell cell = job.firings();
        if (cell != null) {
            cell.comingUp(fireTime);
        }
    }

    /** The leader looks after those of whom nobody is left who could. */
    void round() {
        for (JobState job : jobs.jobs()) {
            if (isRecorded(job) && !job.isRemoved() && job.eligible().isEmpty() && !cells.containsKey(job.name())) {
                obtain(job);
            }
        }
    }

    /** Whether nothing is under way that has to come to its end before this instance leaves. */
    boolean isIdle() {
        return registration.usable().isEmpty() || cells.values().stream().noneMatch(this::isUnderWay);
    }

    /** The jobs that this keeps from being idle, by name. */
    List<String> remaining() {
        return isIdle()
                ? List.of()
                : cells.values().stream()
                        .filter(this::isUnderWay)
                        .map(cell -> cell.job.name())
                        .sorted()
                        .toList();
    }

    private boolean isUnderWay(FiringCell cell) {
        return cell.isBusy() || cell.isToldBy(registration::isSelf);
    }

    // ---- The end of a turn
    // ---------------------------------------------------------------------------------------------

    /** @param over the connection; null while nothing can be decided */
    void flush(@Nullable Connection over) {
        if (over == null) {
            return;
        }
        for (FiringCell cell : List.copyOf(cells.values())) {
            if (cell.takeMark()) {
                take(cell, () -> consider(over, cell));
            }
        }
    }

    /** What one job does when it is decided on costs that job alone. */
    private void take(FiringCell cell, Runnable task) {
        try {
            task.run();
        } catch (Throwable failed) {
            jobs.failed(cell.job, failed);
        }
    }

    private void consider(Connection over, FiringCell cell) {
        switch (cell.traffic()) {
            case DOUBTED -> {
                cell.traffic(FiringCell.Traffic.UNREAD);
                outbox.sync(over, any -> {}); // what is asked after it sees all that was written before
                traffic.read(over, cell);
            }
            case UNREAD -> traffic.read(over, cell);
            case KNOWN -> decide(over, cell);
            default -> {} // it is marked again when the answer comes, or it changes
        }
    }

    private void decide(Connection over, FiringCell cell) {
        FiringRecord record = cell.record();
        JobState job = cell.job;
        if (record == null || job.isRemoved() || !isRecorded(job)) {
            return;
        }
        Instant ahead = cell.takeAhead();
        endTriggers(job, record);
        planners.settle(cell, record);
        FiringRecord.Plan plan = cell.plan().orElse(null);
        if (plan != null && !plan.lost() && !cell.isPlanKnown()) {
            planners.read(over, cell, plan, () -> shards.firingKnown(job));
        }
        if (record.planning().isPresent()) {
            plan(over, cell, record);
        } else if (record.isFree()) {
            open(over, cell, record, ahead);
        } else if (record.open().isPresent()) {
            look(over, cell, record.open().get());
        } else {
            tellers.tell(over, cell, record);
        }
        boolean isOver = job.owned().isEmpty() && !mayGetParts(job) && !shards.has(job) && !cell.isBusy();
        boolean isAwaited =
                cell.isToldBy(registration::isSelf); // others wait for what this instance has taken upon itself
        if (isOver && !isAwaited && cell.traffic() == FiringCell.Traffic.KNOWN) {
            cells.remove(job.name(), cell);
            job.firings(null);
        }
    }

    private void plan(Connection over, FiringCell cell, FiringRecord record) {
        FiringRecord.Current current = record.current();
        if (current != null
                && current.stage() instanceof FiringRecord.Planning planning
                && isTriggerKnown(cell.job, current.whole().firing())) {
            planners.plan(over, cell, record, current.whole(), planning.by());
        }
    }

    private void closeUnplanned(Connection over, FiringCell cell, FiringRecord closed) {
        writeWithSuccessors(over, cell, closed, List.of(cell.job.check()), Map.of());
    }

    /** A trigger that lists no shards is over once its firing is closed. */
    private void endTriggers(JobState job, FiringRecord record) {
        if (job.owned().contains(0)) {
            job.triggers().pending().headMap(record.decided().trigger() + 1).values().stream()
                    .filter(Trigger::isPlanned)
                    .forEach(trigger -> finished.left(job, trigger.number()));
        }
    }

    private final class Readers implements FiringTraffic.Readers {

        /** What is open is another than before. */
        @Override
        public void changed(FiringCell cell, FiringRecord record) {
            known(cell, record);
        }

        /** Shards that have waited for it to be read go on. */
        @Override
        public void unchanged(FiringCell cell) {
            JobDefinition definition = cell.job.definition();
            if (definition != null && definition.plannedShards().arePlanned()) {
                shards.firingKnown(cell.job);
            }
        }
    }

    private void known(FiringCell cell, FiringRecord record) {
        deadlines.heard(cell.job, record);
        Assignment assigned = cell.job.assignment();
        if (mayGetParts(cell.job)
                && (assigned == null
                        || assigned.shardingTotalCount()
                                != cell.job.shardCount().count())) {
            reassign.accept(cell.job);
        }
        shards.firingKnown(cell.job);
        Instant now = outbox.now();
        record.open()
                .map(FiringRecord.Whole::fireTime)
                .filter(fireTime -> fireTime.isAfter(now))
                .ifPresent(fireTime -> shards.comingUp(cell.job, fireTime));
    }

    // ---- The opening
    // ---------------------------------------------------------------------------------------------------

    private void open(Connection over, FiringCell cell, FiringRecord record, @Nullable Instant ahead) {
        JobState job = cell.job;
        if (!registration.takes(job.usable()) || job.owned().isEmpty()) {
            return;
        }
        Instant now = outbox.now();
        Horizon horizon = outbox.time().horizonOfAll();
        Optional<FiringRecord> corrected =
                outbox.time().told().flatMap(any -> FiringStep.corrected(job.forDecision(now), record, horizon));
        if (corrected.isPresent()) {
            traffic.write(over, cell, corrected.get(), List.of(job.check()), List.of(), () -> {});
            return;
        }
        boolean isPlanned = job.usable().plannedShards().arePlanned(); // never ahead
        boolean isAhead = ahead != null && ahead.isAfter(now) && !isPlanned;
        Instant then = isAhead && ahead != null ? ahead : now;
        ShardStep.Job decided = isAhead ? job.at(then) : job.forDecision(now);
        FiringStep step = FiringStep.next(decided, record, tellers.opener(job), then);
        if (step instanceof FiringStep.Open open && isMyTurn(cell, open)) {
            List<Write> checks = new ArrayList<>(List.of(job.check()));
            Trigger trigger = open.trigger();
            if (trigger != null) {
                checks.add(job.checkOf(trigger));
            }
            writeWithSuccessors(over, cell, open.next(), checks, Map.of());
        } else if (step instanceof FiringStep.Rest rest && rest.until() != null) {
            traffic.considerAt(cell, rest.until());
        }
    }

    private boolean isMyTurn(FiringCell cell, FiringStep.Open open) {
        Trigger trigger = open.trigger();
        int first =
                trigger == null || trigger.isPlanned() ? 0 : trigger.shards().first();
        if (cell.job.owned().contains(first)) {
            return true;
        }
        long late = Math.min(Duration.between(open.due(), outbox.now()).toNanos(), outbox.nanos() - cell.freeSince());
        return late >= FiringStep.FIRST_TRY.toNanos();
    }

    // ---- The close
    // -----------------------------------------------------------------------------------------------------

    private void look(Connection over, FiringCell cell, FiringRecord.Whole open) {
        JobState job = cell.job;
        ShardStep.Job decided = job.forDecision(outbox.now());
        Horizon horizon = outbox.time().horizonOfAll();
        if (!isTriggerKnown(job, open.firing())) {
            return; // it is about to be listed
        }
        if (cell.isLooking()
                || !shards.areDecided(
                        job,
                        shard -> open.has(shard),
                        (shard, record) -> FiringStep.isDecided(decided, open, shard, record, horizon))) {
            return;
        }
        Object known = List.of(
                cell.version(),
                job.version(),
                job.knownTriggers().keySet().hashCode(),
                rosterLists,
                shards.versions(job));
        if (cell.hasLooked(known)) {
            return;
        }
        Object look = cell.looks(known);
        int version = job.version();
        List<Integer> all = open.shards();
        Map<Integer, ShardRecord> records = new LinkedHashMap<>();
        inquiry.ask(over, all.stream().map(job.life()::record).toList(), new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return cell.isLook(look);
            }

            @Override
            public boolean read(int at, Read read) {
                Optional<ShardRecord> found = RecordTraffic.recordIn(read);
                boolean isDecided = found.filter(
                                record -> FiringStep.isDecided(decided, open, all.get(at), record, horizon))
                        .isPresent();
                found.ifPresent(record -> records.put(all.get(at), record));
                if (!isDecided) {
                    cell.lookEnded(false); // its write will make somebody look again
                    cell.mark();
                }
                return isDecided;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                cell.lookEnded(false);
                outbox.alarm(pause, () -> lookAgain(cell));
                return false;
            }

            @Override
            public void complete() {
                cell.lookEnded(job.version() != version);
                cell.mark();
                if (job.version() == version && !job.isRemoved() && isRecorded(job)) {
                    take(cell, () -> close(over, cell, decided, records));
                }
            }

            @Override
            public void unanswered(int from, Throwable why) {
                cell.lookEnded(false);
                outbox.alarm(RETRY, () -> lookAgain(cell));
            }
        });
    }

    /** Whether it is known to be there, or to be gone. */
    private boolean isTriggerKnown(JobState job, Firing firing) {
        return !(firing instanceof Firing.Triggered triggered)
                || (!job.areTriggersDoubted() && !namespace.isUnheard(job, triggered.number()));
    }

    private static void lookAgain(FiringCell cell) {
        if (!cell.isLooking()) {
            cell.lookEnded(true);
            cell.mark();
        }
    }

    private void close(Connection over, FiringCell cell, ShardStep.Job decided, Map<Integer, ShardRecord> records) {
        FiringRecord record = cell.record();
        if (record == null || cell.traffic() != FiringCell.Traffic.KNOWN || !registration.isUsable(over)) {
            cell.lookEnded(true);
            return;
        }
        FiringStep.closed(
                        cell.job.usable().plannedShards().arePlanned() ? cell.job.forDecision(outbox.now()) : decided,
                        record,
                        shard -> records.getOrDefault(shard, ShardRecord.NEW),
                        tellers.opener(cell.job),
                        outbox.time().horizonOfAll(),
                        outbox.now())
                .ifPresent(next ->
                        writeWithSuccessors(over, cell, next, List.of(cell.job.check()), resultsOf(next, records)));
    }

    private static Map<Integer, String> resultsOf(FiringRecord closed, Map<Integer, ShardRecord> records) {
        Map<Integer, String> results = new TreeMap<>();
        FiringRecord.Current current = closed.current();
        records.forEach((shard, record) -> {
            if (current != null && current.whole().firing().equals(record.firing())) {
                record.result().ifPresent(result -> results.put(shard, result));
            }
        });
        return results;
    }

    /** So often a close is tried again with the jobs that run after it, as they are by then; after that without them. */
    private static final int MOST_REFUSALS = 5;

    /** So often joins are read for one close: each time shows all that concern it, as far as is known by then. */
    private static final int MOST_READS = 5;

    /** So often, a second apart, a close waits for a successor that cannot be read; then it is closed without that one. */
    private static final int MOST_POSTPONED = 10;

    /** Where a firing is closed by it, what runs after it is created by the same transaction. */
    private void writeWithSuccessors(
            Connection over, FiringCell cell, FiringRecord next, List<Write> checks, Map<Integer, String> results) {
        JobState job = cell.job;
        FiringRecord.Current current = next.current();
        if (current == null || !(current.stage() instanceof FiringRecord.Closed closed)) {
            traffic.write(over, cell, next, checks, List.of(), () -> {});
            return;
        }
        Succession.Ended ended = new Succession.Ended(
                new Layout.JobLife(job.name(), job.life().name()),
                current.whole(),
                closed.result(),
                results,
                job.life().name() + "-" + (cell.version() + 1));
        FiringRecord before = cell.record();
        Close close = new Close(over, cell, next, checks, ended, closed);
        if (before == null
                || before.marks().past().hasSuccessors(current.whole().firing())) {
            close.decide(MOST_READS);
        } else {
            close.write(successors.unwanted());
        }
    }

    /** A close that is decided, with what has to be read of joins for it. */
    private final class Close {

        private final Connection over;
        private final FiringCell cell;
        private final FiringRecord next;
        private final List<Write> checks;
        private final Succession.Ended ended;
        private final FiringRecord.Closed closed;
        private final Successors.Joins joins = new Successors.Joins();
        private final int version;
        private final int jobVersion;

        Close(
                Connection over,
                FiringCell cell,
                FiringRecord next,
                List<Write> checks,
                Succession.Ended ended,
                FiringRecord.Closed closed) {
            this.over = over;
            this.cell = cell;
            this.next = next;
            this.checks = checks;
            this.ended = ended;
            this.closed = closed;
            this.version = cell.version();
            this.jobVersion = cell.job.version();
        }

        void decide(int readsLeft) {
            if (cell.refusals() >= MOST_REFUSALS || readsLeft == 0) {
                write(successors.none(ended, "ZooKeeper has refused its trigger each time"));
                return;
            }
            if (successors.isUnread(ended.of().job()) && cell.postponed() < MOST_POSTPONED) {
                cell.postponed(cell.postponed() + 1);
                cell.lookEnded(true);
                cell.traffic(FiringCell.Traffic.WRITING);
                traffic.again(cell);
                return;
            }
            Succession.Following following = successors.after(ended, joins);
            if (following.toRead().isEmpty()) {
                write(following);
            } else {
                read(successors.toRead(following), readsLeft - 1);
            }
        }

        private void read(List<JobState> toRead, int readsLeft) {
            cell.traffic(FiringCell.Traffic.WRITING);
            inquiry.askCaughtUp(over, toRead.stream().map(successors::joinsOf).toList(), new Inquiry.Asker() {
                @Override
                public boolean isWanted() {
                    return registration.isUsable(over)
                            && cell.job.firings() == cell
                            && cell.traffic() == FiringCell.Traffic.WRITING;
                }

                @Override
                public boolean read(int at, Read read) {
                    successors.read(joins, toRead.get(at), read);
                    return true;
                }

                @Override
                public boolean unreadable(int at, String why, Duration pause) {
                    successors.unreadable(joins, toRead.get(at), why);
                    return true;
                }

                @Override
                public void complete() {
                    if (cell.version() == version && cell.job.version() == jobVersion && !cell.job.isRemoved()) {
                        take(cell, () -> decide(readsLeft));
                    } else {
                        cell.lookEnded(true);
                        cell.traffic(FiringCell.Traffic.UNREAD);
                    }
                }

                @Override
                public void unanswered(int from, Throwable why) {
                    cell.lookEnded(true);
                    traffic.again(cell);
                }
            });
        }

        private void write(Succession.Following following) {
            Successors.Writes writes = successors.writes(following, joins);
            if (writes.isFirst()) {
                outbox.commit(over, List.of(successors.folder()), any -> {}); // there by now: just as well
            }
            List<Write> all = new ArrayList<>(checks);
            all.addAll(writes.writes());
            FiringRecord noted = MissedDeadlines.closing(
                    next, cell.job.usable().wholeFirings().deadline(), deadlines.noter(registration.currentId()));
            traffic.write(over, cell, noted, all, writes.jobs(), () -> {
                cell.refusals(0);
                if (!closed.told()) {
                    cell.closedWith(ended.whole().firing(), ended.results());
                }
                writes.jobs().forEach(one -> one.life().laid());
                publishClosed(cell.job, ended.whole(), closed);
                following.told().forEach(outbox::publish);
                planners.closed(cell, ended.whole());
                planners.delete(over, cell.job, ended.whole().plan());
                endTriggers(cell.job, noted);
            });
        }
    }

    private void publishClosed(JobState job, FiringRecord.Whole whole, FiringRecord.Closed closed) {
        outbox.publish(new ElasticJobEvent.FiringClosed(
                job.name(), whole.seen().firing(), whole.seen().fireTime(), closed.result(), closed.ends()));
    }
}
