package io.elasticjob.engine;

import io.elasticjob.Cancellation;
import io.elasticjob.ExecutionId;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.Clocks;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Session;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.view.EngineStatus;
import io.elasticjob.view.NamespaceChanges;
import io.elasticjob.view.SessionProof;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of one instance: something happened comes in, effects come out. It does no I/O, starts no thread and
 * reads no clock; it never blocks. Confined to the loop, which begins each turn with {@link #turn} and ends it with
 * {@link #endTurn}.
 */
final class Machine implements Executions.Elsewhere {

    /** What no ring can be trusted for is looked at this often: fire times, and the deadline of a lost connection. */
    static final Duration TICK = Duration.ofSeconds(1);

    private final Parts parts;
    private final Reactions reactions;

    Machine(
            Layout layout,
            Instance self,
            Ids ids,
            Map<String, JobDefinition> declared,
            StrategyCatalog strategies,
            Offer offer,
            NamespaceRules rules) {
        this.parts = new Parts(layout, self, ids, declared, strategies, offer, rules);
        this.reactions = parts.reactions;
    }

    // ---- What happens ---------------------------------------------------------------------------------------------

    /** Begins a turn: all that happens until {@link #endTurn} happens at this time. */
    void turn(Clocks clocks) {
        parts.time.turn(clocks);
    }

    void started() {
        parts.presence.starting();
        tick();
    }

    void connected(Session session) {
        reactions.connected(session);
    }

    void suspended() {
        reactions.suspended();
    }

    void lost(Session session) {
        reactions.lost(session);
    }

    void unreachable(String why) {
        parts.presence.unreachable(why);
    }

    /** @param transaction 0 when it is not known */
    void changed(String path, long transaction) {
        parts.changeLog.rung(path, transaction);
        parts.layout.instanceAt(path).ifPresent(parts.roster::changed);
        parts.layout.jobAt(path).ifPresent(name -> {
            if (!parts.declarations.isUnderWay(name)) {
                parts.jobs.changed(name);
            }
            parts.leftovers.searchAgain(); // it may have come and gone before anybody could read it
        });
        parts.layout
                .triggerAt(path)
                .ifPresent(of -> parts.jobs.job(of.job()).ifPresent(job -> parts.triggers.rung(job, of.number())));
        parts.cancels.rung(path);
        parts.homes.changed(path);
        parts.planned.rung(path);
        parts.shards.changed(path);
        parts.firings.changed(path);
        parts.leadership.changed(path);
        parts.presence.changed(path);
    }

    void fired(Schedule schedule, Instant fireTime) {
        parts.time.notBefore(fireTime);
        parts.calendar.fired(schedule);
    }

    /** Asks for a proof of life for somebody outside. */
    void prove(Question<SessionProof> question) {
        parts.registration.prove(question);
    }

    /** Takes nothing new from now on, and shows the others that it does not. */
    void drain() {
        parts.registration.node().drain();
    }

    /** From now on this instance can run other handlers, or has another number of slots. */
    void offers(Offer offer) {
        boolean isOther = parts.registration.node().offers(offer.handlers());
        parts.shards.slots(offer);
        if (isOther) {
            reactions.lookAgain(); // what rests for want of a handler
        }
    }

    /** This process as it shows itself to the others. From any thread. */
    Instance self() {
        return parts.registration.node().self();
    }

    /** As {@link Adoptions#ask}. */
    @Override
    public void adopt(ShardRunner.Holding holding, Question<Void> question) {
        parts.shards.adopt(holding, question);
    }

    /** As {@link RunningRecords#ask}. */
    @Override
    public void running(Set<ExecutionId> asked, Question<Set<ExecutionId>> question) {
        new RunningRecords(parts.layout, parts.registration, parts.outbox).ask(asked, question);
    }

    /** As {@link AbandonedArrays#ask}. */
    @Override
    public void abandoned(String cluster, Set<ExecutionId> first, Question<List<ShardRunner.Holding>> question) {
        parts.abandonedArrays.ask(cluster, first, question);
    }

    /** As {@link KnownDeaths#confirm}. */
    void confirmDeath(String instance, Question<Boolean> question) {
        parts.knownDeaths.confirm(instance, question);
    }

    void cancelAll(Cancellation why) {
        parts.shards.cancelAll(why);
    }

    /** What a shutdown has to wait for. */
    Remaining remaining() {
        return parts.shards.remaining().with(parts.firings.remaining());
    }

    /** Whether this instance drains, nothing runs here, and nothing remains to be recorded. */
    boolean isDrained() {
        return parts.registration.node().isLeaving() && parts.shards.isIdle() && parts.firings.isIdle();
    }

    /** Takes a step of the turn; one that fails costs none of the others. */
    void step(Supplier<String> what, Runnable step) {
        parts.steps.take(what, step);
    }

    /** Ends the turn: gives what it wants done, in order, whatever fails meanwhile. */
    List<Effect> endTurn(EngineStatus.Phase phase) {
        parts.steps.take("looking at the clock", this::lookAtTheClock);
        parts.steps.take("telling what triggers came", parts.triggers::tell);
        if (reactions.isReady()) {
            parts.assignments.flush();
        }
        parts.steps.take("reading jobs", parts.jobs::flush);
        parts.steps.take("declaring jobs", parts.declarations::flush);
        if (parts.declarations.isSettled()) {
            parts.steps.take("looking at the folders of the namespace", parts.presence::flush);
        }
        parts.steps.take("listing triggers", parts.triggers::flush);
        parts.steps.take("listing what is to end", parts.cancels::flush);
        parts.steps.take("reading where shards are at home", parts.homes::flush);
        parts.steps.take("listing firings that are to come", parts.planned::flush);
        boolean ready = reactions.isReady();
        if (reactions.hasBecomeReady()) {
            parts.steps.take("going on with all shards", parts.shards::resume);
        }
        parts.steps.take("deciding what to do about shards", parts.shards::considerMarked);
        Connection now = ready ? parts.registration.usable().orElse(null) : null;
        parts.steps.take("opening and closing firings", () -> parts.firings.flush(now));
        parts.steps.take("claiming ahead", () -> parts.calendar.flush(Knowledge.of(ready)));
        parts.steps.take("sending what was decided on shards", () -> parts.shards.flush(Knowledge.of(ready)));
        parts.steps.take("going on with firings", () -> parts.firings.flush(now));
        parts.opening
                .due(ready && parts.declarations.isComplete())
                .forEach(asked -> parts.steps.take("doing what was asked at the start", asked));
        Connection over = parts.registration.usable().orElse(null);
        parts.steps.take("creating triggers", () -> parts.requests.triggers().flush(over));
        if (ready && over != null) {
            parts.steps.take("removing the nodes of requests", () -> parts.requestNodes.flush(over));
            parts.steps.take("making triggers of what is due", () -> parts.plannedTriggers.flush(over));
            parts.steps.take("removing what is done", () -> parts.finished.flush(over, parts.shards::outlook));
        }
        parts.steps.take("noting what has changed", () -> parts.changeLog.flush(ready));
        parts.steps.tell(missing());
        parts.steps.take(
                "telling what is known",
                () -> parts.views.flush(
                        ready ? over : null,
                        () -> status(phase),
                        (all, status, asOf, former) ->
                                all.view(parts.layout.namespace(), parts.application, status, asOf, former),
                        parts.changeLog.at()));
        return parts.outbox.take();
    }

    private void lookAtTheClock() {
        if (parts.presence.compareClocks()) {
            reactions.lookAgain(); // what rests because of it
            parts.shards.clockChanged();
        }
    }

    /** What is not known though this instance is connected; null when all is. */
    private @Nullable String missing() {
        return parts.registration.usable().isEmpty() ? null : parts.namespace.missing();
    }

    // ---- What operators ask for -----------------------------------------------------------------------------------

    /** Does what is asked for, as soon as this instance has declared its jobs and knows all others. */
    void whenKnown(Question<?> question, Runnable asked) {
        parts.opening.ask(question, asked);
    }

    Requests requests() {
        return parts.requests;
    }

    /** What was asked for cannot be dealt with. */
    void refuse(Question<?> question, Throwable why) {
        parts.outbox.refuse(question, why);
    }

    // ---- Views ----------------------------------------------------------------------------------------------------

    String namespaceName() {
        return parts.layout.namespace();
    }

    StrategyCatalog strategies() {
        return parts.strategies;
    }

    EngineStatus status(EngineStatus.Phase phase) {
        return parts.presence.status(
                new EngineStatus.Condition(phase, null, parts.steps.trouble().orElse(null)),
                parts.shards.status(),
                new EngineStatus.Leadership(
                        parts.leadership.isHeld(),
                        parts.overdue.jobs(),
                        parts.undeclared.jobs(),
                        parts.unassigned.shards()));
    }

    /** As {@link JobEngine#changes}. */
    void changes(long after, Question<NamespaceChanges> question) {
        parts.outbox.answer(question, parts.changeLog.since(after));
    }

    Views views() {
        return parts.views;
    }

    // ---- Inside ---------------------------------------------------------------------------------------------------

    private void tick() {
        parts.outbox.alarm(TICK, this::tick); // first of all: whatever fails here, there is a next time
        parts.steps.take("showing how this instance is", parts.presence::tick);
        if (parts.registration.usable().isPresent()) {
            parts.declarations.seen();
        }
        parts.calendar.tick();
        parts.firings.tick();
        parts.steps.take("looking whether this instance is alive", reactions::checkLife);
        parts.steps.take("looking at the slots", parts.shards::lookAtSlots);
        parts.steps.take("giving up checkpoints", parts.shards::giveUpCheckpoints);
        parts.steps.take("giving up what was claimed ahead", parts.shards::giveUpPoised);
        parts.steps.take("giving up changes", parts.changes::giveUp);
        parts.steps.take("giving up what was asked at the start", parts.opening::giveUp);
    }
}
