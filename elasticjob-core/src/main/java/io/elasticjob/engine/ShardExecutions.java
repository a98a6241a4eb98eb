package io.elasticjob.engine;

import io.elasticjob.Cancellation;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardLostException;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.Adoption;
import io.elasticjob.coordination.DelayedFiring;
import io.elasticjob.coordination.DueFiring;
import io.elasticjob.coordination.OwnWrite;
import io.elasticjob.coordination.Pausing;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The executions of this instance, from the claim to the end that is recorded. Confined to the loop. */
final class ShardExecutions {

    private static final String OVERTAKEN =
            " was overtaken: its shard was taken by another instance, or its job removed";

    private static final String CUT_OFF = " was told to end and has not: it is recorded as ended";

    /**
     * No handler waits for a checkpoint for longer: by then a lost connection is either back or likely to have cost the
     * session, and what the handler could do meanwhile is worth more than the wait.
     */
    private static final Duration CHECKPOINT_PATIENCE = Duration.ofSeconds(30);

    private final Registration registration;
    private final Ends ends;
    private final RunNews news;
    private final Finished finished;
    private final Outbox outbox;
    private final Agenda agenda;
    private final Slots slots;
    private final CaughtUp caughtUp;

    /** Checkpoints that may not have been answered, in the order of asking. */
    private final Queue<Checkpoint> asked = new ArrayDeque<>();

    private final TimeBounds bounds;
    private final Replacements replacements;

    private int lingering;

    ShardExecutions(
            Registration registration,
            JobTable jobTable,
            Finished finished,
            Outbox outbox,
            Agenda agenda,
            Slots slots,
            CaughtUp caughtUp) {
        this.registration = registration;
        this.ends = new Ends(jobTable, outbox);
        this.news = new RunNews(outbox);
        this.finished = finished;
        this.outbox = outbox;
        this.agenda = agenda;
        this.slots = slots;
        this.caughtUp = caughtUp;
        this.bounds = new TimeBounds(outbox);
        this.replacements = new Replacements(
                outbox,
                cell -> Ends.isUsable(cell.job) ? Optional.of(ends.forDecision(cell)) : Optional.empty(),
                this::stop);
    }

    /** How many executions were told to end and have not. */
    int lingering() {
        return lingering;
    }

    // ---- The beginning --------------------------------------------------------------------------------------------

    /** @param token of the claim; null when the job is not monitored, so that nothing was claimed */
    void begin(ShardCell cell, RecordWrite.Claim claim, @Nullable Long token) {
        JobDefinition definition = claim.definition();
        ShardStep.Claim step = claim.step();
        ExecutionId id = cell.executionId(step.firing(), step.attempt());
        ElasticJobEvent.ExecutionStarted start = new ElasticJobEvent.ExecutionStarted(
                id, step.fireTime(), Duration.between(step.fireTime(), outbox.now()), claim.owner(), token);
        ShardRunner.Order order = Orders.of(cell, claim, id, token);
        Run run = new Run(order, start, claim.next(), outbox.nanos());
        cell.run(run);
        slots.hold(cell, definition);
        outbox.add(start(cell, run));
        if (claim.superseded() > 0) {
            news.passedOver(cell, claim);
        }
        boolean first = step.attempt() == 1 && step.trigger() == null;
        Instant freeSince = outbox.time().horizon().ifPast(claim.freeSince());
        if (first && DueFiring.isMisfire(definition, cell.shard, step.fireTime(), freeSince, outbox.now())) {
            outbox.publish(new ElasticJobEvent.FiringMisfired(cell.job.name(), cell.shard, step.fireTime()));
            caughtUp.begun(cell, claim);
        }
        outbox.publish(start);
        setTimeout(cell, run);
        replace(cell);
        endIfCancelled(cell); // that may have been asked for while it was claimed
        move(cell); // the shard may have gone elsewhere while it was claimed
    }

    // ---- What goes on though another instance claimed it -----------------------------------------------------------

    /** It goes on as this instance's, or its end is recorded as such; the runner hears of it once it is. */
    void take(ShardCell cell, Run run) {
        cell.run(run);
        if (!run.hasEnded()) {
            slots.hold(cell, run.definition);
        }
        agenda.consider(cell);
    }

    /**
     * Whether it is to become the present instance's. What was told to end because its session is lost is not: others may take
     * it at once.
     */
    private boolean isToBeAdopted(Run run) {
        boolean goesOn = run.isAsked() || !run.isCancelled() || run.stopped().isPresent();
        return mayBeOvertaken(run) && goesOn && registration.id() != null;
    }

    private RecordWrite adoption(Run run) {
        return new RecordWrite.Adoption(run.record()
                .adopted(registration.currentId(), run.token(), slots.lease(registration.sessionTimeout())));
    }

    /** It is handed to the runner, which asked for it. */
    private void resume(ShardCell cell, Run run, Question<Void> asked) {
        outbox.add(new Effect.Resume(start(cell, run)));
        outbox.done(asked);
        ShardState.Stop told = run.claimed().stop().orElse(null);
        if (told != null) {
            stop(cell, run, new Cancellation(told.reason(), told.who(), told.text()));
            return;
        }
        setTimeout(cell, run);
        replace(cell);
        endIfCancelled(cell);
        move(cell);
    }

    private Effect.Start start(ShardCell cell, Run run) {
        return new Effect.Start(
                run.order, checkpoint -> reached(cell, run, checkpoint), ending -> ended(cell, run, ending));
    }

    private void setTimeout(ShardCell cell, Run run) {
        run.definition
                .timeout()
                .after()
                .ifPresent(limit -> bounds.set(
                        run, limit.minus(run.runsFor(outbox.nanos())), () -> stop(cell, run, timedOut(limit))));
    }

    /** The record does not hold it any more as this instance's. */
    void notHeld(ShardCell cell, Run run) {
        if (run.hasEndedElsewhere()) {
            endNotHeld(cell, run);
            return;
        }
        boolean isMoved = Adoption.isMoved(run.record(), cell.record());
        if (isMoved && run.isAsked()) { // another instance was asked, too
            refuse(cell, run, new RegistryException(run.id + " was adopted by another instance meanwhile"));
        } else if (isMoved && !run.isRecorded()) {
            moved(cell, run);
        } else {
            overtaken(cell, run);
        }
    }

    /** Its end is known here alone, whoever has adopted it meanwhile: nothing else is lost than what holds no claim. */
    private void endNotHeld(ShardCell cell, Run run) {
        switch (Adoption.of(new Adoption.Holding(run.id, run.token(), true), cell.record(), cell.modified())) {
            case HELD -> run.wrote(cell.record()); // the end is written over that
            case RECORDED -> {
                run.end().ifPresent(end -> answer(run, end.outcome(), end));
                leave(cell, run);
            }
            case LOST -> overtaken(cell, run);
        }
    }

    /** It goes on under another instance, which tells its end. */
    private void moved(ShardCell cell, Run run) {
        Run.End end = run.end().orElse(null);
        if (end != null) {
            answer(run, new Outcome.Fenced(end.outcome()), end);
        } else {
            lingering -= run.isCancelled() ? 1 : 0;
            outbox.add(new Effect.Release(run.order));
        }
        leave(cell, run);
    }

    /** It does not become this instance's. */
    void refuse(ShardCell cell, Run run, RuntimeException why) {
        run.takeAsked().ifPresent(asked -> outbox.refuse(asked, why));
        leave(cell, run);
        agenda.consider(cell);
    }

    private void leave(ShardCell cell, Run run) {
        bounds.forget(run);
        run.loseCheckpoints(outbox, run.lost(" goes on under another instance"));
        slots.release(cell);
        cell.over();
    }

    // ---- While it runs --------------------------------------------------------------------------------------------

    /** The handler has come this far. */
    private void reached(ShardCell cell, Run run, Checkpoint checkpoint) {
        if (run.hasEnded() || !run.isClaimed()) {
            checkpoint.lost(outbox, run.lost(" has ended, or is not monitored: nothing is recorded of it"));
        } else if (run.isFenced()) {
            checkpoint.lost(outbox, overtakenBy(cell, run));
        } else if (run.isRecorded()) {
            checkpoint.lost(outbox, run.lost(CUT_OFF));
        } else if (run.endsWithSession() && !registration.isAlive()) {
            checkpoint.lost(
                    outbox, run.doubted(" cannot be sure to hold its shard: its instance may have lost its session"));
        } else {
            checkpoint.askedNanos = outbox.nanos();
            asked.add(checkpoint);
            run.asks(checkpoint);
            considerIfSettled(cell);
        }
    }

    private void considerIfSettled(ShardCell cell) {
        if (cell.isSettled()) {
            agenda.consider(cell);
        }
    }

    /** Lets no handler wait for ever while the registry is away. */
    void giveUpCheckpoints() {
        for (Checkpoint first = asked.peek(); first != null; first = asked.peek()) {
            if (!first.isAnswered() && outbox.nanos() - first.askedNanos < CHECKPOINT_PATIENCE.toNanos()) {
                return;
            }
            first.unconfirmed(
                    outbox,
                    "ZooKeeper has not acknowledged a checkpoint for " + CHECKPOINT_PATIENCE.toSeconds()
                            + " s; it may have been written, or not");
            asked.remove();
        }
    }

    /** With the claim held and no write under way: what the execution wants written comes next. */
    void goOn(ShardCell cell, Run run) {
        if (run.isFenced() || run.isRecorded() || !run.isClaimed()) {
            return;
        }
        String before = run.claimed().owner().orElse("");
        run.wrote(cell.record());
        if (!before.equals(cell.record().owner().orElse(before))) {
            news.adopted(cell, run, before);
            cell.ownerSucceeded(); // its death is told by that
            if (!run.isAsked()) {
                outbox.add(new Effect.Keep(run.order));
            }
        }
        Run.End end = run.end().orElse(null);
        Checkpoint next = run.nextCheckpoint().orElse(null);
        ShardState.Stop unwritten = run.unwrittenStop().orElse(null);
        if (end != null) {
            complete(cell, run, end.outcome(), false);
        } else if (run.lingers()) {
            complete(cell, run, run.cutOff(), true);
        } else if (run.isAskedTooLong(outbox.nanos()) && mayBeOvertaken(run)) {
            refuse(cell, run, new RegistryException(run.id + " could not be adopted in time"));
        } else if (isToBeAdopted(run)) {
            agenda.write(cell, adoption(run));
        } else if (run.isAsked() && !mayBeOvertaken(run)) {
            run.takeAsked().ifPresent(asked -> resume(cell, run, asked));
            agenda.consider(cell);
        } else if (unwritten != null) {
            agenda.write(cell, new RecordWrite.Stopping(run.record().stopping(unwritten)));
        } else if (next != null) {
            agenda.write(cell, new RecordWrite.Progress(next.in(run.record()), next));
        } else if (mayBeOvertaken(run)) {
            agenda.watchOver(cell);
        }
    }

    /** Whether it runs on under the name of an instance that is no more. */
    boolean mayBeOvertaken(Run run) {
        return run.isHeld() && new OwnWrite(run.claimed()).mayBeOvertaken(registration.id());
    }

    /** This instance can no longer be sure that others count it as alive. */
    void lifeLost(List<Run> runs) {
        runs.stream().filter(Run::endsWithSession).forEach(run -> {
            Cancellation why = run.doubted(" is cancelled: its instance may have lost its session");
            run.loseCheckpoints(outbox, why);
            cancel(run, why);
        });
    }

    /** Asks the execution of a shard to stop on its way, if it can, when it is not to go on here. */
    void move(ShardCell cell) {
        cell.run()
                .filter(run -> !run.isAsked() && !goesOnHere(cell, run))
                .filter(Run::move)
                .ifPresent(run -> outbox.add(new Effect.Move(run.order)));
    }

    private boolean goesOnHere(ShardCell cell, Run run) {
        if (!cell.isMine() || registration.isDraining() || !Ends.isUsable(cell.job)) {
            return false;
        }
        return ShardStep.goesOn(ends.forDecision(cell), cell.shard, run.firing(), Ends.count(run));
    }

    /** Ends what runs of the shard when the next firing has come due, if its job wants that. */
    void replace(ShardCell cell) {
        cell.run().ifPresent(any -> replacements.look(cell));
    }

    /** Ends what runs of the shard, when an operator wants it. */
    void endIfCancelled(ShardCell cell) {
        cell.run()
                .ifPresent(run -> cell.job
                        .cancels()
                        .of(cell.shard, run.firing())
                        .ifPresent(asked -> stop(cell, run, asked.cancellation())));
    }

    private static Cancellation timedOut(Duration limit) {
        return new Cancellation(Cancellation.Reason.TIMEOUT, "", "timed out after " + Durations.format(limit));
    }

    /** Ends it for good: whatever its handler does, it is recorded as cut off, after a while even though it goes on. */
    private void stop(ShardCell cell, Run run, Cancellation why) {
        if (!run.hasEnded() && !run.isFenced() && run.stopped().isEmpty()) {
            cancel(run, why); // which it may have been before, by the loss of a session that came back
            run.stop(new ShardState.Stop(why.reason(), outbox.now(), why.who(), why.text()));
            if (!run.isArray()) { // what is to end on a cluster is recorded once it is seen to have ended there
                bounds.set(run, run.definition.timeout().grace(), () -> linger(cell, run));
            }
            considerIfSettled(cell);
        }
    }

    /** It has not ended though it was told to, for long. */
    private void linger(ShardCell cell, Run run) {
        run.linger();
        if (run.isClaimed()) {
            considerIfSettled(cell);
        } else {
            news.lingers(run);
        }
    }

    /** @return false when it has ended, or was told before */
    boolean cancel(Run run, Cancellation why) {
        boolean isNews = !run.isAsked() && run.cancel(why); // of what is asked nobody here has heard
        if (isNews) {
            lingering++;
            outbox.add(new Effect.Cancel(run.order, why));
        }
        return isNews;
    }

    /** Somebody else has written the record since this process claimed it, or it is gone. */
    void overtaken(ShardCell cell, Run run) {
        if (run.isRecorded()) {
            return; // it holds nothing any more
        }
        if (run.isAsked()) {
            refuse(cell, run, new ShardLostException(run.lost(OVERTAKEN)));
            return;
        }
        Run.End end = run.end().orElse(null);
        if (end != null) {
            over(cell, run, new Outcome.Fenced(end.outcome()), end);
            return;
        }
        cell.settleDown(); // it runs to its end, which is not recorded; until then nothing is begun here for the shard
        run.fence();
        Cancellation why = overtakenBy(cell, run);
        run.loseCheckpoints(outbox, why);
        outbox.publish(new ElasticJobEvent.ExecutionFenced(run.id));
        cancel(run, why);
    }

    /** Names the instance that runs the shard now, if there is one. */
    private static Cancellation overtakenBy(ShardCell cell, Run run) {
        Optional<String> owner = cell.record().owner();
        String who = owner.equals(run.claimed().owner()) ? "" : owner.orElse("");
        return new Cancellation(Cancellation.Reason.SHARD_LOST, who, run.id + OVERTAKEN);
    }

    // ---- The end --------------------------------------------------------------------------------------------------

    /** What was told to end for good has ended for that, whatever its runner says of it. */
    private static Outcome howItEnded(Run run, Outcome told) {
        if (run.stopped().isPresent()) {
            return run.cutOff();
        }
        if (told instanceof Outcome.Moved && !run.isMoving()) {
            return new Outcome.Failed("It stopped on its way, which nobody had asked for");
        }
        return told instanceof Outcome.Abandoned ? run.cutOff() : told;
    }

    private void ended(ShardCell cell, Run run, Effect.Ending told) {
        if (run.hasEnded()) {
            return;
        }
        if (cell.run().filter(run::equals).isEmpty()) { // it has moved in this very turn
            answer(run, new Outcome.Fenced(told.outcome()), run.end(told, outbox.nanos()));
            return;
        }
        Outcome outcome = howItEnded(run, told.outcome());
        if (run.isCancelled()) {
            lingering--;
        }
        bounds.forget(run);
        replacements.forget(run);
        Run.End end = run.end(new Effect.Ending(outcome, told.recorded()), outbox.nanos());
        run.loseCheckpoints(outbox, run.lost(" has ended"));
        slots.ended(run.definition, end.took());
        slots.release(cell);
        if (run.isRecorded()) {
            cell.clear();
            answer(run, outcome, end);
            outbox.publish(new ElasticJobEvent.LingererEnded(run.id));
            agenda.read(cell);
        } else if (run.isFenced()) {
            over(cell, run, new Outcome.Fenced(outcome), end);
            agenda.doubt(cell);
        } else if (!run.isClaimed()) {
            over(cell, run, outcome, end);
            // What is not recorded takes nothing out of the record.
            cell.decided(ends.completion(cell, run, outcome)
                    .withCheckpoint(run.claimed().checkpoint()));
            news.skipped(cell, run, cell.record());
            cell.forgetDoubted();
            agenda.consider(cell);
        } else {
            considerIfSettled(cell);
        }
    }

    /** The execution has ended, and it is known what became of its end. */
    private void over(ShardCell cell, Run run, Outcome outcome, Run.End end) {
        cell.over();
        answer(run, outcome, end);
        outbox.publish(new ElasticJobEvent.ExecutionEnded(run.start, outcome, end.took()));
    }

    /** Tells the runner, if it asks, what became of the end that it told. */
    private void answer(Run run, Outcome outcome, Run.End end) {
        if (end.recorded() != null && outcome instanceof Outcome.Fenced) {
            outbox.refuse(end.recorded(), new ShardLostException(run.lost(OVERTAKEN)));
        } else if (end.recorded() != null) {
            outbox.done(end.recorded());
        }
    }

    /** @param lingers whether it has not ended, and is recorded all the same */
    private void complete(ShardCell cell, Run run, Outcome outcome, boolean lingers) {
        ShardRecord next = lingers
                ? Pausing.ended(
                                run.record()
                                        .completed(
                                                outcome,
                                                DelayedFiring.decidedBy(run.definition, run.record(), outbox.now()),
                                                outbox.now()),
                                outcome)
                        .lingeringFor(run.record().lease())
                        .withPermits(run.record().permits())
                : ends.completion(cell, run, outcome);
        finished.ending(cell.job, cell.record(), next);
        agenda.write(cell, new RecordWrite.Completion(next));
    }

    /** What the execution wanted written is in the registry. */
    void recorded(ShardCell cell, Run run, RecordWrite write) {
        if (write instanceof RecordWrite.Progress progress) {
            progress.checkpoint().acknowledged(outbox);
            news.array(run, write.next());
        } else if (write instanceof RecordWrite.Completion) {
            if (write.next().lingers()) {
                recordedAlthoughItGoesOn(cell, run);
            } else {
                run.end().ifPresent(end -> over(cell, run, end.outcome(), end));
            }
            news.skipped(cell, run, write.next());
            news.retry(cell, run, write.next());
        }
    }

    /** The end that was recorded is told; if it has come meanwhile, that it did not linger is written next. */
    private void recordedAlthoughItGoesOn(ShardCell cell, Run run) {
        run.recorded();
        run.loseCheckpoints(outbox, run.lost(CUT_OFF));
        outbox.publish(new ElasticJobEvent.ExecutionEnded(run.start, run.cutOff(), run.runsFor(outbox.nanos())));
        Run.End end = run.end().orElse(null);
        if (end == null) {
            news.lingers(run);
        } else {
            cell.clear();
            answer(run, end.outcome(), end);
        }
    }
}
