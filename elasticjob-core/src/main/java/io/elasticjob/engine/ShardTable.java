package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.Misfire;
import io.elasticjob.OnSessionLoss;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardingContext;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.DueFiring;
import io.elasticjob.coordination.FutureRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.engine.ShardCell.Owed;
import io.elasticjob.engine.ShardCell.Pending;
import io.elasticjob.engine.ShardCell.Phase;
import io.elasticjob.engine.ShardCell.Run;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The shards that concern this instance: reads their records, asks {@link ShardStep} what to do, and carries it through.
 * All claims and completions of one turn, of all jobs, travel together. Confined to the loop.
 */
final class ShardTable {

    private static final String OVERTAKEN =
            " was overtaken: its shard was taken by another instance, or its job removed";
    /**
     * No handler waits for a checkpoint for longer: by then a lost connection is either back or likely to have cost the
     * session, and what the handler could do meanwhile is worth more than the wait.
     */
    private static final Duration CHECKPOINT_PATIENCE = Duration.ofSeconds(30);

    private final Presence presence;
    private final Roster roster;
    private final Finished finished;
    private final Outbox outbox;
    private final int slots;

    private final Map<JobState, SortedMap<Integer, ShardCell>> cells = new LinkedHashMap<>();
    private final Map<String, ShardCell> watched = new LinkedHashMap<>();
    private final Backlog backlog = new Backlog();
    private final RecordTraffic traffic;
    private final ClaimsAhead ahead;

    /** Checkpoints that may not have been answered, in the order of asking. */
    private final Queue<Checkpoint> asked = new ArrayDeque<>();

    private int slotsHeld;

    /** How many executions were told to end and have not. */
    private int lingering;

    ShardTable(
            Layout layout,
            Presence presence,
            Roster roster,
            JobTable jobTable,
            Finished finished,
            Outbox outbox,
            int slots) {
        this.presence = presence;
        this.roster = roster;
        this.finished = finished;
        this.outbox = outbox;
        this.slots = slots;
        this.traffic = new RecordTraffic(layout, presence, jobTable, outbox, new Answers());
        this.ahead = new ClaimsAhead(presence, outbox, traffic, backlog, new Fate());
    }

    int slotsHeld() {
        return slotsHeld;
    }

    int lingering() {
        return lingering;
    }

    /** Whether nothing runs here and nothing remains to be recorded. */
    boolean isIdle() {
        return allCells().noneMatch(ShardCell::isBusy);
    }

    // ---- What happens to the whole --------------------------------------------------------------------------------

    /**
     * Connected again.
     *
     * @param sameInstance whether the session went on; if not, others may have taken every shard meanwhile
     */
    void present(boolean sameInstance) {
        traffic.reconnected();
        watched.clear();
        for (ShardCell cell : allCells().toList()) {
            cell.known &= cell.isMonitored();
            if (!sameInstance) {
                ahead.owe(cell);
            }
            boolean unsure = switch (cell.phase) {
                case UNREAD, READING, WATCHING, ASKING -> true;
                case POISED -> !sameInstance;
                case RESTING, WAITING, UNREADABLE -> !sameInstance && cell.isMonitored();
                case TO_WRITE -> !(cell.pending instanceof Pending.Completion);
                case RUNNING -> mayBeOvertaken(cell.run);
                case WRITING, DOUBTFUL -> false;
            };
            if (unsure) {
                traffic.withdraw(cell);
                unread(cell);
            } else if (cell.phase == Phase.DOUBTFUL) {
                traffic.settle(cell);
            }
        }
    }

    /** Whether it runs on under the name of an instance that is no more. */
    private boolean mayBeOvertaken(@Nullable Run run) {
        return run != null && !run.fenced && run.isClaimed && !presence.isSelf(String.valueOf(run.claimed.owner()));
    }

    /** Everything is known again: what had to wait for that is looked at. */
    void resume() {
        for (ShardCell cell : allCells().toList()) {
            if (cell.phase == Phase.RESTING) {
                consider(cell);
            }
        }
    }

    /** This instance can no longer be sure that others count it as alive. */
    void lifeLost() {
        allCells()
                .map(cell -> cell.run)
                .filter(Objects::nonNull)
                .filter(run -> run.definition.onSessionLoss() == OnSessionLoss.CANCEL)
                .toList()
                .forEach(run -> {
                    run.loseCheckpoints(" is cancelled: its instance may have lost its session");
                    cancel(run);
                });
    }

    void cancelAll() {
        allCells().map(cell -> cell.run).filter(Objects::nonNull).toList().forEach(this::cancel);
    }

    private void cancel(Run run) {
        if (!run.cancelled && run.outcome == null) {
            run.cancelled = true;
            lingering++;
            outbox.add(new Effect.Cancel(run.id));
        }
    }

    /** Gives back what was claimed ahead and does not begin soon. */
    void giveUpPoised() {
        ahead.giveUp();
    }

    /** The roster was listed: whoever is waited for may be gone. */
    void rosterListed() {
        for (ShardCell cell : List.copyOf(watched.values())) {
            String owner = cell.record.owner();
            if (cell.phase == Phase.WATCHING && (owner == null || !roster.isLive(owner))) {
                watched.remove(cell.path());
                consider(cell);
            }
        }
    }

    // ---- What happens to a job ------------------------------------------------------------------------------------

    /** These shards of the job, and no others, are this instance's. */
    void assigned(JobState job) {
        for (ShardCell cell : cellsOf(job)) {
            if (!job.owned().contains(cell.shard)) {
                disown(cell);
            }
        }
        for (int shard : job.owned()) {
            ShardCell cell = cells.computeIfAbsent(job, any -> new TreeMap<>())
                    .computeIfAbsent(shard, item -> new ShardCell(job, item));
            if (!cell.mine) {
                cell.mine = true;
                if (!cell.isBusy()) {
                    unread(cell);
                }
            }
        }
    }

    /** The job's settings are others than before: what was decided under the old ones is decided again. */
    void changed(JobState job) {
        for (ShardCell cell : cellsOf(job)) {
            if (cell.phase == Phase.TO_WRITE && cell.pending instanceof Pending.Settlement) {
                traffic.withdraw(cell);
                consider(cell);
            } else if (cell.phase == Phase.RESTING) {
                consider(cell);
            }
        }
    }

    /** The clock is known to be wrong, or right again: what this turn decided by it and has not sent is decided again. */
    void clockChanged() {
        for (ShardCell cell : allCells().toList()) {
            Run run = cell.run;
            if (cell.phase == Phase.TO_WRITE && cell.pending instanceof Pending.Settlement) {
                traffic.withdraw(cell);
                consider(cell);
            } else if (cell.phase == Phase.TO_WRITE && cell.pending instanceof Pending.Completion && run != null) {
                complete(cell, run);
            }
        }
    }

    /** The job's triggers were listed. */
    void triggersListed(JobState job) {
        for (ShardCell cell : cellsOf(job)) {
            if (cell.phase == Phase.RESTING) {
                consider(cell);
            }
        }
    }

    /** A fire time of the job came by. What can not be claimed now is looked at when everything is known again. */
    void due(JobState job, boolean ready) {
        for (ShardCell cell : cellsOf(job)) {
            if (cell.phase == Phase.RESTING && (ready || !cell.isMonitored())) {
                consider(cell);
            }
        }
    }

    /** This fire time of the job will come shortly: what will be due then is claimed. */
    void comingUp(JobState job, Instant fireTime) {
        ahead.comingUp(job, cellsOf(job), fireTime, slots - slotsHeld);
    }

    void removed(JobState job) {
        cellsOf(job).forEach(this::disown);
    }

    private void disown(ShardCell cell) {
        cell.mine = false;
        ahead.giveBack(cell);
        dropUnlessBusy(cell);
    }

    /** A watched record was changed. */
    void changed(String path) {
        ShardCell cell = watched.remove(path);
        if (cell != null
                && (cell.phase == Phase.WATCHING || (cell.phase == Phase.RUNNING && mayBeOvertaken(cell.run)))) {
            unread(cell);
        }
    }

    // ---- What to do about one shard -------------------------------------------------------------------------------

    private void unread(ShardCell cell) {
        if (cell.run == null && !cell.isMonitored()) {
            cell.record = cell.record.decidedThrough(outbox.now()); // nobody knows what ran before: begin with the next
            cell.known = false;
            consider(cell);
            return;
        }
        traffic.read(cell);
    }

    /** Decides from the record as known. Only for cells without a write under way or in doubt. */
    private void consider(ShardCell cell) {
        Run run = cell.run;
        if (run != null) {
            goOn(cell, run);
            return;
        }
        Owed owed = cell.owed;
        if (owed != null) {
            if (isStillClaimedBy(cell.record, owed.claimed())) {
                traffic.write(cell, new Pending.GiveBack(owed.givenBack()));
                return;
            }
            cell.owed = null;
        }
        if (!cell.mine || cell.job.isRemoved()) {
            drop(cell);
            return;
        }
        if (cell.job.definition() == null) {
            cell.phase = Phase.RESTING;
            return;
        }
        ShardStep step = next(cell);
        if (step instanceof ShardStep.Claim claim && !presence.isDraining()) {
            if (claim.trigger() != null && !cell.known) {
                traffic.read(cell); // firings by hand are recorded, also where those by schedule are not
            } else {
                cell.phase = Phase.WAITING;
                backlog.add(cell, claim.fireTime());
            }
        } else if (step instanceof ShardStep.Settle && presence.isClockOff() && !cell.record.isRunning()) {
            cell.phase = Phase.RESTING; // what came due too long ago is for a right clock to say
        } else if (step instanceof ShardStep.Settle settle) {
            settle(cell, settle);
        } else if (step instanceof ShardStep.Await) {
            watch(cell);
        } else if (step instanceof ShardStep.AskFor ask) {
            traffic.ask(cell, ask.owner());
        } else {
            cell.phase = Phase.RESTING;
        }
    }

    private ShardStep next(ShardCell cell) {
        Instant now = outbox.now();
        ShardStep.Job job = cell.job.forDecision(now);
        return outbox.registryClock()
                .flatMap(clock -> FutureRecord.corrected(
                        job, cell.shard, cell.record, clock.now(outbox.nanos()), presence.maxTimeDiff()))
                .orElseGet(() -> ShardStep.next(job, cell.shard, cell.record, ownerOf(cell), now));
    }

    private ShardStep.Owner ownerOf(ShardCell cell) {
        String owner = cell.record.owner();
        if (owner == null) {
            return ShardStep.Owner.UNKNOWN;
        }
        if (presence.isSelf(owner)) {
            return ShardStep.Owner.SELF;
        }
        if (owner.equals(cell.deadOwner)) {
            return ShardStep.Owner.DEAD;
        }
        return roster.isLive(owner) ? ShardStep.Owner.LIVE : ShardStep.Owner.UNKNOWN;
    }

    private void settle(ShardCell cell, ShardStep.Settle settle) {
        if (cell.isMonitored() || cell.record.isRunning()) {
            traffic.write(cell, new Pending.Settlement(settle.next(), settle.event()));
            return;
        }
        cell.record = settle.next();
        tell(settle.event());
        consider(cell);
    }

    private void watch(ShardCell cell) {
        Optional<Connection> over = presence.usable();
        if (over.isEmpty()) {
            unread(cell);
            return;
        }
        cell.phase = Phase.WATCHING;
        watched.put(cell.path(), cell);
        int seen = cell.version;
        outbox.readAndWatch(over.get(), cell.path(), result -> {
            if (cell.phase != Phase.WATCHING || watched.get(cell.path()) != cell) {
                return;
            }
            if (result instanceof Result.Told<Read> told) {
                if (told.answer() instanceof Read.Present present
                        && present.stat().version() == seen) {
                    return; // nothing happened between the read and the watch
                }
                watched.remove(cell.path());
                recordRead(cell, told.answer());
            } else {
                watched.remove(cell.path());
                traffic.readLater(over.get(), cell);
            }
        });
    }

    // ---- Executions -----------------------------------------------------------------------------------------------

    /**
     * @param token of the claim; null when the job is not monitored, so that nothing was claimed
     */
    private void begin(ShardCell cell, Pending.Claim claim, @Nullable Long token) {
        JobDefinition definition = claim.definition();
        ShardStep.Claim step = claim.step();
        ShardRecord claimed = claim.next();
        ExecutionId id = new ExecutionId(cell.job.name(), step.firing(), cell.shard, step.attempt());
        ElasticJobEvent.ExecutionStarted start = new ElasticJobEvent.ExecutionStarted(
                id,
                step.fireTime(),
                Duration.between(step.fireTime(), outbox.now()),
                String.valueOf(claimed.owner()),
                token);
        Run run = new Run(start, definition, claimed, outbox.nanos());
        cell.run = run;
        cell.phase = Phase.RUNNING;
        hold(cell);
        ShardingContext.Builder context = ShardingContext.builder()
                .executionId(id)
                .shard(cell.shard, Math.max(cell.shard + 1, shardingTotalCount(cell.job, step)))
                .shardingParameter(definition.shardingParameter(cell.shard))
                .jobParameter(jobParameter(definition, step))
                .fireTime(step.fireTime())
                .previousFireTime(claimed.lastSucceeded())
                .checkpoint(claimed.checkpoint());
        if (token != null) {
            context.fencingToken(token);
        }
        outbox.add(new Effect.Start(
                definition.handler(),
                context,
                checkpoint -> reached(cell, run, checkpoint),
                outcome -> ended(cell, run, outcome)));
        if (claim.superseded() > 0) {
            outbox.publish(new ElasticJobEvent.FiringsSuperseded(
                    cell.job.name(), cell.shard, claim.superseded(), step.fireTime()));
        }
        boolean first = step.attempt() == 1 && step.trigger() == null;
        if (first && DueFiring.isMisfire(definition, step.fireTime(), cell.freeSince, outbox.now())) {
            outbox.publish(new ElasticJobEvent.FiringMisfired(cell.job.name(), cell.shard, step.fireTime()));
        }
        outbox.publish(start);
    }

    private static int shardingTotalCount(JobState job, ShardStep.Claim step) {
        Trigger trigger = step.trigger();
        return trigger == null ? job.shardCount().at(step.fireTime()) : trigger.shardingTotalCount();
    }

    private static String jobParameter(JobDefinition definition, ShardStep.Claim step) {
        String asked = step.trigger() == null ? null : step.trigger().parameter();
        return asked == null ? definition.jobParameter() : asked;
    }

    /** The handler has come this far. */
    private void reached(ShardCell cell, Run run, Checkpoint checkpoint) {
        boolean cancels = run.definition.onSessionLoss() == OnSessionLoss.CANCEL;
        if (run.outcome != null || !run.isClaimed) {
            checkpoint.lost(run.id + " has ended, or is not monitored: nothing is recorded of it");
        } else if (run.fenced) {
            checkpoint.lost(run.id + OVERTAKEN);
        } else if (cancels && !presence.isAlive()) {
            checkpoint.lost(run.id + " can not be sure to hold its shard: its instance may have lost its session");
        } else {
            checkpoint.askedNanos = outbox.nanos();
            asked.add(checkpoint);
            run.checkpoints.add(checkpoint);
            if (cell.phase == Phase.RUNNING) {
                goOn(cell, run);
            }
        }
    }

    /** Lets no handler wait for ever while the registry is away. */
    void giveUpCheckpoints() {
        for (Checkpoint first = asked.peek(); first != null; first = asked.peek()) {
            if (!first.isAnswered() && outbox.nanos() - first.askedNanos < CHECKPOINT_PATIENCE.toNanos()) {
                return;
            }
            first.unconfirmed("The registry has not acknowledged a checkpoint for " + CHECKPOINT_PATIENCE.toSeconds()
                    + " s; it may have been written, or not");
            asked.remove();
        }
    }

    /** With the claim held and no write under way: what the execution wants written comes next. */
    private void goOn(ShardCell cell, Run run) {
        cell.phase = Phase.RUNNING;
        if (run.fenced) {
            return;
        }
        run.claimed = cell.record;
        while (!run.checkpoints.isEmpty() && run.checkpoints.element().isAnswered()) {
            run.checkpoints.remove();
        }
        if (run.outcome != null) {
            complete(cell, run);
        } else if (!run.checkpoints.isEmpty()) {
            Checkpoint next = run.checkpoints.element();
            traffic.write(cell, new Pending.Progress(run.record().withCheckpoint(next.text()), next));
        } else if (mayBeOvertaken(run)) {
            presence.usable().ifPresent(over -> watchOver(over, cell, run));
        }
    }

    /** Others may only now learn that the former instance is dead, and take what it ran: the change will ring. */
    private void watchOver(Connection over, ShardCell cell, Run run) {
        if (watched.putIfAbsent(cell.path(), cell) != null) {
            return;
        }
        outbox.readAndWatch(over, cell.path(), result -> {
            boolean unchanged = result instanceof Result.Told<Read> told
                    && told.answer() instanceof Read.Present present
                    && present.stat().version() <= cell.version; // if it lags behind, it rings when it catches up
            if (!unchanged && isCurrent(over) && cell.run == run && cell.phase == Phase.RUNNING) {
                watched.remove(cell.path(), cell);
                unread(cell);
            }
        });
    }

    private void ended(ShardCell cell, Run run, Outcome outcome) {
        if (run.outcome != null) {
            return;
        }
        run.outcome = outcome;
        if (run.cancelled) {
            lingering--;
        }
        run.took = Duration.ofNanos(outbox.nanos() - run.startedNanos);
        run.loseCheckpoints(" has ended");
        ahead.ended(run.took);
        release(cell);
        if (run.fenced) {
            over(cell, run, new Outcome.Fenced(outcome));
            unread(cell);
        } else if (!run.isClaimed) {
            over(cell, run, outcome);
            // What is not recorded takes nothing out of the record.
            cell.record = completion(cell, run, outcome).withCheckpoint(run.claimed.checkpoint());
            tellSkipped(cell, run, cell.record);
            consider(cell);
        } else if (cell.phase == Phase.RUNNING) {
            complete(cell, run);
        }
    }

    /** The execution has ended, and it is known what became of its end. */
    private void over(ShardCell cell, Run run, Outcome outcome) {
        cell.run = null;
        outbox.publish(new ElasticJobEvent.ExecutionEnded(run.start, outcome, run.took));
    }

    private void complete(ShardCell cell, Run run) {
        Outcome outcome = run.outcome;
        if (outcome == null) {
            throw new IllegalStateException(run.id + " has not ended");
        }
        ShardRecord next = completion(cell, run, outcome);
        finished.ending(cell.job, cell.record, next);
        traffic.write(cell, new Pending.Completion(next));
    }

    /** What this instance knows of a record: what it recorded, or is recording; null where others may be ahead of it. */
    Finished.@Nullable Ahead outlook(JobState job, int shard) {
        SortedMap<Integer, ShardCell> of = cells.get(job);
        ShardCell cell = of == null ? null : of.get(shard);
        if (cell == null || !cell.known || (cell.run != null && cell.run.fenced)) {
            return null;
        }
        boolean isEnding = cell.phase == Phase.WRITING && cell.pending instanceof Pending.Completion;
        if (isEnding && presence.isSelf(String.valueOf(cell.record.owner()))) {
            // As long as this instance is there nobody else writes what it holds: the next version is its own.
            return new Finished.Ahead(cell.pendingWrite().next(), new Write.Check(cell.path(), cell.version + 1));
        }
        boolean isCertain = switch (cell.phase) {
            case UNREAD, READING, DOUBTFUL, WATCHING, ASKING, UNREADABLE -> false;
            default -> cell.isMonitored(); // else it is not as it was recorded
        };
        return isCertain ? new Finished.Ahead(cell.record, null) : null;
    }

    private ShardRecord completion(ShardCell cell, Run run, Outcome outcome) {
        Instant now = outbox.now();
        boolean asks = run.definition.misfire() == Misfire.SKIP
                && !presence.isClockOff(); // only then does it matter what came due meanwhile
        Instant latest = asks ? run.definition.schedule().latest(now).orElse(null) : null;
        return ShardStep.completion(run.definition, run.record(), outcome, latest, now);
    }

    private void hold(ShardCell cell) {
        if (!cell.holdsSlot) {
            cell.holdsSlot = true;
            slotsHeld++;
        }
    }

    private void release(ShardCell cell) {
        if (cell.holdsSlot) {
            cell.holdsSlot = false;
            slotsHeld--;
        }
    }

    // ---- The end of a turn ----------------------------------------------------------------------------------------

    /**
     * Sends what this turn decided.
     *
     * @param ready whether instances and jobs are known since the connection was made
     */
    void flush(boolean ready) {
        Optional<Connection> over = presence.usable();
        if (presence.isDraining()) {
            ahead.giveBackAll(); // it takes nothing new, and this has not begun
        }
        takeSlots(ready);
        if (ready) {
            over.ifPresent(traffic::flush);
        }
    }

    /** Gives free slots to the longest waiting. Without a registry only what needs none can begin. */
    private void takeSlots(boolean ready) {
        while (slotsHeld < slots) {
            Optional<ShardCell> polled = backlog.poll(outbox.now());
            if (polled.isEmpty()) {
                return;
            }
            ShardCell cell = polled.get();
            if (cell.poised != null) {
                ahead.begin(cell, cell.poised);
                continue;
            }
            if (!cell.mine || cell.job.isRemoved() || cell.job.definition() == null || presence.isDraining()) {
                cell.phase = Phase.RESTING; // looked at again when that is over
                continue;
            }
            if (!(next(cell) instanceof ShardStep.Claim claim) || (claim.trigger() != null && !cell.known)) {
                consider(cell);
                continue;
            }
            boolean recorded = cell.isMonitored() || claim.trigger() != null;
            if (recorded ? !ready : !presence.isAlive()) {
                cell.phase = Phase.RESTING; // looked at again when the registry is back, or at the next firing
                continue;
            }
            Pending.Claim pending = cell.claim(claim, presence.currentId(), outbox.now());
            hold(cell);
            if (recorded) {
                traffic.write(cell, pending);
            } else {
                begin(cell, pending, null);
            }
        }
    }

    // ---- What became of writes ------------------------------------------------------------------------------------

    private void written(ShardCell cell, Stat stat, boolean late) {
        Pending pending = cell.pendingWrite();
        if (pending instanceof Pending.Claim
                && (late || !presence.isSelf(String.valueOf(pending.next().owner())))) {
            traffic.settle(cell); // acknowledged to an instance that is no more, or may be
            return;
        }
        cell.pending = null;
        cell.refusals = 0;
        ShardRecord before = cell.record;
        finished.recorded(cell.job, before, pending.next());
        cell.record = pending.next();
        cell.version = stat.version();
        cell.owed = null;
        if (pending instanceof Pending.Claim claim) {
            claimed(cell, claim, stat, before);
        } else {
            if (pending instanceof Pending.Settlement settlement) {
                tell(settlement.event());
            }
            if (cell.run != null) {
                recorded(cell, cell.run, pending);
            }
            consider(cell);
        }
    }

    /** What the execution wanted written is in the registry. */
    private void recorded(ShardCell cell, Run run, Pending pending) {
        Outcome outcome = run.outcome;
        if (pending instanceof Pending.Progress progress) {
            progress.checkpoint().acknowledged();
        } else if (pending instanceof Pending.Completion && outcome != null) {
            over(cell, run, outcome);
            tellSkipped(cell, run, pending.next());
        }
    }

    /** Under {@link Misfire#SKIP} an end decides what came due during the run as well. */
    private void tellSkipped(ShardCell cell, Run run, ShardRecord ended) {
        Instant through = ended.through();
        Instant before = ended.fireTime().orElse(run.claimed.through());
        boolean skips = run.definition.misfire() == Misfire.SKIP;
        if (skips && through != null && (before == null || through.isAfter(before))) {
            outbox.publish(new ElasticJobEvent.FiringSkipped(cell.job.name(), cell.shard, through));
        }
    }

    /** @param before the record that the claim was written over; null when that is not known */
    private void claimed(ShardCell cell, Pending.Claim claim, Stat stat, @Nullable ShardRecord before) {
        String dead = cell.deadOwner;
        if (claim.step().deaths() > 0 && dead != null) {
            cell.deadOwner = null;
            ExecutionId lost = new ExecutionId(
                    cell.job.name(),
                    claim.step().firing(),
                    cell.shard,
                    claim.step().attempt() - 1);
            outbox.publish(new ElasticJobEvent.OwnerDied(lost, dead, true, cell.deadClaimedAt));
        }
        if (cell.job.isRemoved()) {
            release(cell);
            cell.owed = new Owed(claim.next(), null);
            consider(cell);
            return;
        }
        if (cell.holdsSlot) {
            begin(cell, claim, stat.modified());
            return;
        }
        ahead.poise(cell, claim, stat.modified(), before);
    }

    private void recordRead(ShardCell cell, Read read) {
        if (!take(cell, read)) {
            return;
        }
        Run run = cell.run;
        if (run != null && !isStillClaimedBy(cell.record, run.claimed)) {
            overtaken(cell, run);
        }
        consider(cell);
    }

    /** Takes over what was read. False when nothing more can be decided from it. */
    private boolean take(ShardCell cell, Read read) {
        Instant decidedHere = cell.isMonitored() ? null : cell.record.through();
        cell.known = true;
        if (!(read instanceof Read.Present present)) {
            cell.record = ShardRecord.NEW.decidedThrough(decidedHere);
            cell.version = ShardCell.ABSENT;
            return true;
        }
        cell.job.recordsLaid(true);
        cell.version = present.stat().version();
        Decoded<ShardRecord> decoded = ShardRecordCodec.decode(present.data());
        if (decoded instanceof Decoded.Value<ShardRecord> value) {
            cell.record = value.value().decidedThrough(decidedHere);
            return true;
        }
        if (cell.run != null) {
            overtaken(cell, cell.run);
        }
        if (cell.run != null) {
            return false; // looked at again when it has ended
        }
        if (decoded instanceof Decoded.Newer<ShardRecord> newer) {
            cell.phase = Phase.UNREADABLE;
            outbox.publish(new ElasticJobEvent.ValueUnreadable(
                    cell.path(), "format " + newer.format() + " is a later version's", "the shard is left alone"));
        } else if (decoded instanceof Decoded.Broken<ShardRecord> broken) {
            // What ran last can not be told: begin with the next firing, rather than do something twice.
            traffic.write(
                    cell,
                    new Pending.Settlement(
                            ShardRecord.NEW.decidedThrough(outbox.now()),
                            new ElasticJobEvent.ValueUnreadable(
                                    cell.path(), broken.reason(), "it is replaced; the next firing runs")));
        }
        return false;
    }

    private static boolean isStillClaimedBy(ShardRecord record, ShardRecord claimed) {
        return record.isRunningBy(String.valueOf(claimed.owner())) && isSameExecution(record, claimed);
    }

    private static boolean isSameExecution(ShardRecord record, ShardRecord claimed) {
        return Objects.equals(record.firing(), claimed.firing()) && record.attempt() == claimed.attempt();
    }

    /** Somebody else has written the record since this process claimed it, or it is gone. */
    private void overtaken(ShardCell cell, Run run) {
        Outcome outcome = run.outcome;
        if (outcome != null) {
            over(cell, run, new Outcome.Fenced(outcome));
            return;
        }
        cell.phase = Phase.RUNNING; // to its end, which is not recorded; until then nothing is begun here for the shard
        run.fenced = true;
        run.loseCheckpoints(OVERTAKEN);
        outbox.publish(new ElasticJobEvent.ExecutionFenced(run.id));
        cancel(run);
    }

    /** The truth about a write whose outcome was unknown. Settled for shards that went elsewhere, too. */
    private void settleDoubt(ShardCell cell, Read read) {
        Pending pending = cell.pendingWrite();
        cell.pending = null;
        if (pending instanceof Pending.Claim) {
            release(cell);
        }
        if (!take(cell, read)) {
            return;
        }
        if (pending instanceof Pending.Claim claim
                && isStillClaimedBy(cell.record, claim.next())
                && read instanceof Read.Present present) {
            if (presence.isSelf(String.valueOf(claim.next().owner())) && !presence.isDraining()) {
                claimed(cell, claim, present.stat(), null);
                return;
            }
            cell.owed = new Owed(claim.next(), null);
        }
        if (pending instanceof Pending.Settlement settlement && cell.record.equals(settlement.next())) {
            tell(settlement.event());
        }
        Run run = cell.run;
        if (run != null && !isStillClaimedBy(cell.record, run.claimed)) {
            if (pending instanceof Pending.Completion && wasWritten(cell.record, pending.next())) {
                recorded(cell, run, pending);
            } else {
                overtaken(cell, run);
            }
        } else if (run != null
                && pending instanceof Pending.Progress progress
                && Objects.equals(cell.record.checkpoint(), progress.next().checkpoint())) {
            recorded(cell, run, pending);
        }
        consider(cell);
    }

    /** Whether a write of unknown outcome came through: it is there, or what is there was written over it. */
    private static boolean wasWritten(ShardRecord found, ShardRecord written) {
        boolean overwritten = !isBehind(found, written)
                && !Objects.equals(found.firing(), written.firing())
                && Objects.equals(found.outcome(), written.outcome());
        return found.equals(written) || overwritten;
    }

    /** Whether less is decided than was to be written: nothing takes that back. */
    private static boolean isBehind(ShardRecord found, ShardRecord written) {
        Instant decided = written.through();
        return found.trigger() < written.trigger()
                || (decided != null
                        && (found.through() == null || found.through().isBefore(decided)));
    }

    private boolean isCurrent(Connection over) {
        return presence.usable().filter(current -> current == over).isPresent();
    }

    private void dropUnlessBusy(ShardCell cell) {
        if (!cell.isBusy()) {
            drop(cell);
        }
    }

    private void drop(ShardCell cell) {
        SortedMap<Integer, ShardCell> of = cells.get(cell.job);
        if (of != null) {
            of.remove(cell.shard, cell);
            if (of.isEmpty()) {
                cells.remove(cell.job);
            }
        }
        traffic.forget(cell);
        watched.remove(cell.path(), cell);
        release(cell);
        cell.phase = Phase.UNREAD;
    }

    private void tell(@Nullable ElasticJobEvent event) {
        if (event != null) {
            outbox.publish(event);
        }
    }

    private List<ShardCell> cellsOf(JobState job) {
        SortedMap<Integer, ShardCell> of = cells.get(job);
        return of == null ? List.of() : List.copyOf(of.values());
    }

    private Stream<ShardCell> allCells() {
        return cells.values().stream().flatMap(of -> of.values().stream());
    }

    /** What the registry says about records. */
    private final class Answers implements RecordTraffic.Answers {

        @Override
        public void read(ShardCell cell, Read read) {
            recordRead(cell, read);
        }

        @Override
        public void written(ShardCell cell, Stat stat, boolean late) {
            ShardTable.this.written(cell, stat, late);
        }

        @Override
        public void refused(ShardCell cell, Write first) {
            if (cell.pending instanceof Pending.Claim) {
                release(cell);
                if (first.path().equals(cell.path())) {
                    outbox.publish(new ElasticJobEvent.ClaimRefused(cell.job.name(), cell.shard));
                }
            }
        }

        @Override
        public void settled(ShardCell cell, Read read) {
            settleDoubt(cell, read);
        }

        @Override
        public void ownerLives(ShardCell cell) {
            watch(cell);
        }

        @Override
        public void ownerDied(ShardCell cell, String owner, boolean isTriggerThere) {
            boolean isListed = cell.record.firing() instanceof Firing.Triggered triggered
                    && cell.job.triggers().pending().containsKey(triggered.number());
            if (isTriggerThere && !isListed) {
                presence.usable().ifPresentOrElse(over -> traffic.readLater(over, cell), () -> unread(cell));
                return; // it is about to be listed
            }
            cell.deadOwner = owner;
            cell.deadClaimedAt = cell.record.startedAt();
            consider(cell);
        }
    }

    /** What becomes of claims ahead. */
    private final class Fate implements ClaimsAhead.Fate {

        @Override
        public void begins(ShardCell cell, Pending.Claim claim, @Nullable Long token) {
            begin(cell, claim, token);
        }

        @Override
        public void comesToNothing(ShardCell cell) {
            consider(cell);
        }
    }
}
