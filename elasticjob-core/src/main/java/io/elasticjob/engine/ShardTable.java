package io.elasticjob.engine;

import io.elasticjob.Cancellation;
import io.elasticjob.ExecutionId;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.OverdueRun;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.coordination.Starvation;
import io.elasticjob.registry.Write;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.view.EngineStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The shards that concern this instance. What happens to them only marks them in the {@link Agenda}; the end of the turn
 * considers each once, asks {@link ShardStep} what to do, and has it carried through. All claims and completions of one turn,
 * of all jobs, travel together. Confined to the loop.
 */
final class ShardTable {

    private final Registration registration;
    private final JobTable jobTable;
    private final Outbox outbox;

    private final ShardCells cells = new ShardCells();
    private final Agenda agenda;
    private final Slots slots;
    private final CaughtUp caughtUp;
    private final ShardExecutions executions;
    private final Adoptions adoptions;
    private final FormerRuns former;
    private final ClaimsAhead ahead;
    private final ShardSteps steps;
    private final RecordTraffic traffic;
    private final RecordWatches watches;
    private final StarvedShards starved;
    private final LimitTable limits;

    /** Since when all slots are held by overdue runs; null while they are not. */
    private OverdueRuns overdueRuns = OverdueRuns.NONE;

    private @Nullable Instant slotsStuckSince;

    /** Whether data was lost from the registry, so that no record is as it was read before. */
    private boolean dataLost;

    ShardTable(
            Namespace namespace,
            Presence presence,
            Finished finished,
            Changes changes,
            Outbox outbox,
            Capacity capacity) {
        Layout layout = namespace.layout();
        Roster roster = namespace.roster();
        this.registration = presence.registration();
        this.jobTable = namespace.jobs();
        this.outbox = outbox;
        this.agenda = new Agenda(registration::isUsable, outbox);
        this.slots = new Slots(capacity.offer());
        this.caughtUp = new CaughtUp(outbox);
        this.executions = new ShardExecutions(registration, jobTable, finished, outbox, agenda, this.slots, caughtUp);
        this.adoptions = new Adoptions(
                layout, registration, jobTable, new Adoptions.OfShards(cells, slots), outbox, agenda, executions);
        this.former = new FormerRuns(jobTable, cells, outbox, agenda, executions);
        NextStep next = new NextStep(registration, namespace, this.slots, outbox);
        this.ahead = new ClaimsAhead(
                registration,
                outbox,
                agenda,
                this.slots,
                executions,
                cell -> next.isTriggerUnheard(cell) || former.isRunBefore(cell));
        this.limits = new LimitTable(layout, capacity.limits(), presence, outbox, agenda, this.slots);
        this.steps = new ShardSteps(
                registration,
                outbox,
                agenda,
                new ShardSteps.Room(this.slots, limits),
                executions,
                new ShardSteps.Aside(adoptions, new Pauses(registration, changes, agenda, outbox), former),
                next);
        RecordAnswers answers = new RecordAnswers(presence, finished, outbox, agenda, this.slots, executions, ahead);
        this.traffic = new RecordTraffic(layout, registration, jobTable, outbox, agenda, answers, limits);
        if (!capacity.starvation().isOff()) {
            presence.watch(layout.offers());
        }
        this.starved = new StarvedShards(
                layout,
                capacity.starvation(),
                registration,
                jobTable,
                outbox,
                new StarvedShards.OfShards(cells, agenda, this.slots));
        this.watches = new RecordWatches(registration, roster, outbox, agenda, answers, executions);
    }

    /**
     * How much this instance takes.
     *
     * @param starvation when others may take what it has no slot for
     * @param limits that this process declares for all instances together
     */
    record Capacity(Offer offer, Starvation starvation, Map<String, Integer> limits) {}

    LimitTable limits() {
        return limits;
    }

    /** As {@link Slots#most(Offer)}. */
    void slots(Offer now) {
        slots.most(now);
    }

    /** What this instance runs. */
    EngineStatus.Executions status() {
        return new EngineStatus.Executions(
                slots.held(),
                executions.lingering(),
                slots.most(),
                new EngineStatus.Waiting(starved.offeredHere(), limits.waiting()),
                slotsStuckSince,
                new EngineStatus.Use(slots.use(), overdueRuns.count(), overdueRuns.examples()));
    }

    /** Looks whether all slots are held by runs that go on for too long, and what finds none. */
    void lookAtSlots() {
        starved.tick();
        limits.tick();
        List<ShardCell> late = slots.holders(this::isOverdue);
        overdueRuns = OverdueRuns.of(late);
        boolean areStuck = !late.isEmpty() && slots.areAllHeldBy(new HashSet<>(late)::contains);
        slotsStuckSince = !areStuck ? null : slotsStuckSince == null ? outbox.now() : slotsStuckSince;
    }

    /** What holds a slot for too long, as last seen. */
    private record OverdueRuns(int count, List<ExecutionId> examples) {

        static final OverdueRuns NONE = new OverdueRuns(0, List.of());

        static OverdueRuns of(List<ShardCell> late) {
            return late.isEmpty()
                    ? NONE
                    : new OverdueRuns(
                            late.size(),
                            late.stream()
                                    .flatMap(cell -> cell.run().stream())
                                    .map(run -> run.id)
                                    .sorted(Comparator.comparing(ExecutionId::job)
                                            .thenComparing(ExecutionId::shard))
                                    .limit(EngineStatus.Use.MOST_EXAMPLES)
                                    .toList());
        }
    }

    private boolean isOverdue(ShardCell cell) {
        return cell.run()
                .filter(run -> !run.hasEnded())
                .filter(run -> run.isCancelled()
                        || OverdueRun.is(run.definition, run.claimed().startedAt(), outbox.now()))
                .isPresent();
    }

    /** The shards of a job that instances offer which have had no slot for them for long, as far as is known here. */
    SortedSet<Integer> starved(JobState job) {
        return starved.offered(job);
    }

    /** What runs here, and remains to be recorded. */
    Remaining remaining() {
        List<ExecutionId> running = new ArrayList<>();
        int unrecorded = 0;
        for (ShardCell cell : cells.all()) {
            Optional<Run> runs = cell.run().filter(run -> !run.hasEnded());
            if (goesOnElsewhere(cell)) {
                continue;
            } else if (runs.isPresent()) {
                running.add(runs.get().id);
            } else if (cell.isBusy()) {
                unrecorded++;
            }
        }
        return new Remaining(running, unrecorded);
    }

    /** Whether nothing runs here and nothing remains to be recorded. */
    boolean isIdle() {
        return cells.all().stream().noneMatch(cell -> cell.isBusy() && !goesOnElsewhere(cell));
    }

    /** Whether what it runs is on a cluster, where another instance takes it over: nobody waits for that. */
    private static boolean goesOnElsewhere(ShardCell cell) {
        return cell.isSettled()
                && cell.run().filter(run -> run.isArray() && !run.hasEnded()).isPresent();
    }

    // ---- What happens to the whole --------------------------------------------------------------------------------

    /** Connected again. */
    void present(Return as) {
        if (as == Return.NEW_INSTANCE) {
            caughtUp.newInstance();
        }
        boolean lost = dataLost;
        dataLost = false;
        agenda.reconnected();
        watches.reconnected();
        starved.present(as == Return.SAME_INSTANCE);
        limits.present(as == Return.SAME_INSTANCE);
        for (ShardCell cell : cells.all()) {
            if (lost) {
                cell.dataLost();
            } else {
                cell.reconnected();
            }
            if (isUnsure(cell, as == Return.NEW_INSTANCE || lost, lost)) {
                readAgain(cell);
            } else if (cell.isDoubtful()) {
                agenda.settle(cell);
            }
        }
    }

    /**
     * Whether others may have written the record meanwhile, or what was under way about it is over.
     *
     * @param other whether others may have taken every shard meanwhile
     */
    private boolean isUnsure(ShardCell cell, boolean other, boolean lost) {
        if (cell.traffic() instanceof Traffic.ToWrite) {
            return true; // the version alone does not tell that the claim is still this one: a backup may have been
            // restored
        } else if (cell.traffic() instanceof Traffic.OfWrite) {
            return false;
        } else if (!(cell.traffic() instanceof Traffic.Idle)) {
            return true;
        } else if (cell.activity() instanceof Activity.Running running) {
            return running.run().isHeld();
        } else if (cell.activity() instanceof Activity.Poised) {
            return other;
        }
        boolean isFree = cell.isResting()
                || cell.activity() instanceof Activity.Waiting
                || cell.activity() instanceof Activity.Limited;
        return !isFree || lost || (other && cell.isMonitored());
    }

    private void readAgain(ShardCell cell) {
        if (cell.isClaiming()) {
            slots.release(cell);
        }
        cell.unpoise();
        agenda.withdraw(cell);
        agenda.doubt(cell);
    }

    /** {@link #present} follows: then all records are read again. */
    void dataLost() {
        dataLost = true;
    }

    /** Everything is known again: what had to wait for that is looked at. */
    void resume() {
        cells.all().forEach(this::considerIfIdle);
    }

    /** Unless it runs, waits, or has to hear of its record first. */
    private void considerIfIdle(ShardCell cell) {
        if (cell.isSettled() && !cell.isRunning()) {
            agenda.consider(cell);
        }
    }

    /** This instance can no longer be sure that others count it as alive. */
    void lifeLost() {
        executions.lifeLost(runs());
    }

    void cancelAll(Cancellation why) {
        runs().forEach(run -> executions.cancel(run, why));
    }

    private List<Run> runs() {
        return cells.all().stream().flatMap(cell -> cell.run().stream()).toList();
    }

    /** The clock is known to be wrong, or right again: what this turn decided by it and has not sent is decided again. */
    void clockChanged() {
        for (ShardCell cell : cells.all()) {
            if (cell.traffic() instanceof Traffic.ToWrite toWrite
                    && (toWrite.write() instanceof RecordWrite.Settlement
                            || toWrite.write() instanceof RecordWrite.Completion)) {
                decideAgain(cell);
            }
        }
    }

    private void decideAgain(ShardCell cell) {
        agenda.withdraw(cell);
        agenda.consider(cell);
    }

    /** As {@link Adoptions#ask}. */
    void adopt(ShardRunner.Holding holding, Question<Void> question) {
        adoptions.ask(holding, question);
    }

    void giveUpCheckpoints() {
        executions.giveUpCheckpoints();
    }

    /** Gives back what was claimed ahead and does not begin soon. */
    void giveUpPoised() {
        ahead.giveUp();
    }

    /** The roster was listed: the owner of a watched record may be gone. */
    void rosterListed() {
        watches.rosterListed();
    }

    /** A watched record was changed. */
    void changed(String path) {
        watches.changed(path);
        starved.changed(path);
        limits.changed(path);
    }

    // ---- What happens to a job ------------------------------------------------------------------------------------

    /** These shards of the job, and no others, are this instance's. */
    void assigned(JobState job) {
        for (ShardCell cell : cells.of(job)) {
            if (!job.owned().contains(cell.shard)) {
                disown(cell);
            }
        }
        for (int shard : job.owned()) {
            ShardCell cell = cells.obtain(job, shard);
            if (!cell.isMine()) {
                guestNoMore(cell);
                cell.assign();
                if (!cell.isBusy()) {
                    agenda.doubt(cell);
                }
            }
        }
    }

    /** Its own shard it runs in its turn: the slot that was kept for what another instance offered is free. */
    private void guestNoMore(ShardCell cell) {
        if (cell.isGuest() && !cell.isClaiming()) {
            cell.notGuestAnyMore();
            slots.release(cell);
        }
    }

    /** The job's settings are others than before: what was decided under the old ones is decided again. */
    void changed(JobState job) {
        for (ShardCell cell : cells.of(job)) {
            executions.move(cell);
            executions.replace(cell);
            if (cell.traffic() instanceof Traffic.ToWrite toWrite
                    && toWrite.write() instanceof RecordWrite.Settlement) {
                decideAgain(cell);
            } else {
                considerIfIdle(cell);
            }
        }
    }

    /** The job's triggers were listed. */
    void triggersListed(JobState job) {
        cells.of(job).forEach(this::considerIfIdle);
    }

    /** What is to end of the job was listed. */
    void cancelled(JobState job) {
        for (ShardCell cell : job.cancels().isEmpty() ? List.<ShardCell>of() : cells.of(job)) {
            executions.endIfCancelled(cell);
            considerIfIdle(cell);
        }
    }

    /** A fire time of the job came by. What cannot be claimed now is looked at when everything is known again. */
    void due(JobState job, Knowledge known) {
        cells.of(job).forEach(executions::move); // a firing may be due that is split otherwise
        cells.of(job).stream()
                .filter(cell -> known.isWhole() || !cell.isMonitored())
                .forEach(this::considerIfIdle);
    }

    /** This fire time of the job will come shortly: what will be due then is claimed. */
    void comingUp(JobState job, Instant fireTime) {
        ahead.comingUp(job, cells.of(job), fireTime);
    }

    /** What is open of the firings of the job is known: its shards are held to that. */
    void firingKnown(JobState job) {
        cells.of(job).forEach(this::considerIfIdle);
    }

    /** Whether something of the job is known or under way here. */
    boolean has(JobState job) {
        return !cells.of(job).isEmpty();
    }

    /** Whether all records of the job that are this instance's say so, of these shards. */
    boolean areDecided(JobState job, IntPredicate shards, BiPredicate<Integer, ShardRecord> isDecided) {
        return cells.of(job).stream()
                .filter(cell -> shards.test(cell.shard) && (cell.isMine() || cell.isBusy()))
                .allMatch(cell -> cell.isKnown() && isDecided.test(cell.shard, cell.record()));
    }

    /** Another one once a record of the job that is this instance's was written. */
    Object versions(JobState job) {
        return cells.of(job).stream()
                .map(cell -> cell.shard + "=" + cell.version())
                .toList();
    }

    void removed(JobState job) {
        cells.of(job).forEach(this::disown);
        former.left(job, cells.of(job));
    }

    private void disown(ShardCell cell) {
        cell.disown();
        executions.move(cell);
        ahead.giveBack(cell);
        if (!cell.isBusy()) {
            drop(cell);
        }
    }

    private void drop(ShardCell cell) {
        cells.remove(cell);
        agenda.forget(cell);
        watches.forget(cell);
        slots.release(cell);
        cell.unread();
        former.dropped(cell);
    }

    // ---- The end of a turn ----------------------------------------------------------------------------------------

    /** Decides about all that were marked. Those that the traffic has got since are marked again when it is done. */
    void considerMarked() {
        agenda.takeToConsider().stream().filter(ShardCell::isSettled).forEach(cell -> {
            take(cell, () -> steps.consider(cell));
            FiringCell firings = cell.job.firings();
            if (firings != null) {
                firings.mark(); // it may have been the last shard that was not decided
            }
            if (cell.isResting() && (!cell.isMine() || cell.job.isRemoved())) {
                drop(cell);
            }
        });
    }

    /** Sends what this turn decided. */
    void flush(Knowledge known) {
        if (registration.isDraining()) {
            ahead.giveBackAll(); // it takes nothing new, and this has not begun
            cells.all().forEach(executions::move);
        }
        adoptions.flush(known);
        if (known.isWhole()) {
            limits.wake();
        }
        do {
            do {
                considerMarked();
                takeSlots(known);
            } while (agenda.isToConsider()); // of those that had a slot, some have another step to take
        } while (limits.settle()); // of those that had a slot, some wait for something else
        Optional<Connection> over = registration.usable();
        over.ifPresent(watches::flush);
        over.ifPresent(former::flush);
        if (known.isWhole()) {
            over.ifPresent(starved::flush);
            over.ifPresent(traffic::flush);
            over.ifPresent(limits::flush);
        }
        caughtUp.tell();
    }

    /** Gives free slots to the longest waiting. Without a registry only what needs none can begin. */
    private void takeSlots(Knowledge known) {
        for (Optional<ShardCell> next = slots.next(outbox.now()); next.isPresent(); next = slots.next(outbox.now())) {
            ShardCell cell = next.get();
            take(cell, () -> {
                if (cell.activity() instanceof Activity.Poised poised) {
                    ahead.begin(cell, poised);
                } else {
                    steps.takeSlot(cell, known);
                }
            });
        }
    }

    /** What one job does costs that job alone: the others take their steps all the same. */
    private void take(ShardCell cell, Runnable step) {
        try {
            step.run();
        } catch (Throwable failed) {
            cell.unpoise();
            cell.settleDown();
            jobTable.failed(cell.job, failed);
        }
    }

    // ---- What is known --------------------------------------------------------------------------------------------

    /** What this instance knows of a record: what it recorded, or is recording; null where others may be ahead of it. */
    Finished.@Nullable Ahead outlook(JobState job, int shard) {
        ShardCell cell = cells.cell(job, shard).filter(ShardCell::isKnown).orElse(null);
        if (cell == null || cell.run().filter(Run::isFenced).isPresent()) {
            return null;
        }
        if (cell.traffic() instanceof Traffic.Writing writing
                && writing.write() instanceof RecordWrite.Completion
                && cell.record().isRunningBy(registration::isSelf)) {
            // As long as this instance is there nobody else writes what it holds: the next version is its own.
            return new Finished.Ahead(writing.write().next(), new Write.Check(cell.path(), cell.version() + 1));
        }
        return isCertain(cell) ? new Finished.Ahead(cell.record(), null) : null;
    }

    private static boolean isCertain(ShardCell cell) {
        Traffic traffic = cell.traffic();
        boolean isAsLastKnown = traffic instanceof Traffic.Idle
                || traffic instanceof Traffic.ToWrite
                || traffic instanceof Traffic.Writing;
        return isAsLastKnown && !cell.isWatching() && cell.isMonitored(); // else it is not as it was recorded
    }
}
