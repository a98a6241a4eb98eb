package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.coordination.Clocks;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.spi.OutsideCall;
import io.elasticjob.spi.RegistryObserver;
import io.elasticjob.text.Thrown;
import io.elasticjob.view.EngineStatus;
import io.elasticjob.view.EngineStatus.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns of the one thread that decides: what has happened goes into the machine, and what it wants done comes out and is
 * carried out.
 */
final class Loop {

    private static final Logger log = LoggerFactory.getLogger(Loop.class);

    private final Machine machine;
    private final Ports ports;
    private final EventFeed events;
    private final Replies replies;
    private final Shutdown shutdown;
    private final Supplier<Phase> phase;
    private final ClockReader clocks;
    private final Mailbox mailbox;
    private final RegistryCalls calls;
    private final Executions executions;
    private final EffectRunner effects;

    // Written by the loop alone.
    private volatile EngineStatus status;
    private volatile long turns;

    private volatile @Nullable Thread thread;

    /** The present turn, or the one before. */
    private volatile @Nullable OutsideCall turning;

    /** Since when the loop has not turned, once the watchdog has noticed. Written by the watchdog and the loop. */
    private volatile @Nullable Instant stuckSince;

    /** Of the present session. Written by the registry's thread alone: for the watchdog, when the loop cannot say. */
    private volatile @Nullable Session session;

    /** After it the loop does nothing more. */
    private volatile boolean ended;

    /** @param observers of the requests to the registry */
    Loop(
            Machine machine,
            Ports ports,
            List<RegistryObserver> observers,
            EventFeed events,
            Replies replies,
            Shutdown shutdown,
            Supplier<Phase> phase) {
        this.machine = machine;
        this.ports = ports;
        this.events = events;
        this.replies = replies;
        this.shutdown = shutdown;
        this.phase = phase;
        this.clocks = new ClockReader(ports.timekeeper());
        this.mailbox = new Mailbox(ports.timekeeper(), this::turn);
        this.calls = new RegistryCalls(ports.registry(), observers, ports.timekeeper(), mailbox::post);
        this.executions = new Executions(ports.runner(), replies, mailbox::post, this::offers, machine);
        this.effects = new EffectRunner(ports, events, calls, replies, executions, mailbox::post);
        this.status = machine.status(Phase.LATENT);
    }

    /** Begins to listen to fire source, runner and registry. */
    void start(@Nullable Watchdog watchdog) {
        ports.fireSource().open((schedule, fireTime) -> post(() -> machine.fired(schedule, fireTime)));
        ports.runner().open(executions);
        post(machine::started);
        if (watchdog != null) {
            watchdog.start();
        }
        ports.registry().open(new Heard());
    }

    /** Hands something that happened to the loop. From any thread; never blocks. */
    void post(Runnable happening) {
        mailbox.post(happening);
    }

    /** How this instance is doing, as of the last turn. From any thread. */
    EngineStatus status() {
        Instant stuck = stuckSince;
        EngineStatus last = status;
        return ended ? last.closed() : stuck == null ? last : last.stuckSince(stuck);
    }

    /** How many requests were sent to the registry. */
    long requests() {
        return calls.count();
    }

    /** Has calls of listeners and planners end that wait for the end of the engine. On the thread that closes the engine. */
    void giveUpWhatShutsDown() {
        effects.giveUpWhatShutsDown();
    }

    /** Turns no more. From any thread. */
    void end() {
        ended = true;
    }

    /** Refuses the checkpoints that are not recorded, once the loop has ended. */
    void refuseCheckpoints() {
        executions.close();
    }

    /** Whether somebody else's code waits, in a turn, for the end of the engine. On the thread that closes the engine. */
    boolean isHeldByWhatShutsDown() {
        OutsideCall present = turning;
        return present != null && present.waitsForTheEnd();
    }

    private void turn() {
        OutsideCall call = OutsideCall.begin(); // strategies, calendars and kinds of handlers are asked on the way
        turning = call;
        try {
            takeTurn();
        } finally {
            call.end();
        }
    }

    /** One turn: everything that has happened by now is decided on together, then carried out together. */
    private void takeTurn() {
        List<Runnable> happened = mailbox.take();
        if (ended) {
            return;
        }
        thread = Thread.currentThread();
        Clocks now = clocks.read(); // afterwards: a turn is never earlier than what it deals with
        machine.turn(now);
        happened.forEach(one -> machine.step(() -> "dealing with what has happened", one));
        machine.step(() -> "giving up what is not answered", calls::giveUp);
        machine.endTurn(phase.get())
                .forEach(effect ->
                        machine.step(() -> EffectRunner.nameOf(effect), () -> effects.carryOut(effect, now.nanos())));
        machine.step(() -> "telling how this instance is", () -> status = machine.status(phase.get()));
        turns++;
        stuckSince = null;
        machine.step(() -> "waking who tells events", events::ring); // before anybody hears that all is done
        machine.step(() -> "waking who gives answers", replies::ring);
        machine.step(() -> "leaving", () -> shutdown.look(machine));
        replies.look();
        mailbox.ringForTheRest();
    }

    /** Takes over what the runner offers now; what it offered before stays when that cannot be used. */
    private void offers() {
        try {
            machine.offers(Offer.of(ports.runner()));
        } catch (Throwable refused) {
            log.error(
                    "The runner offers handlers or slots that cannot be used. The previous ones stay in use",
                    Thrown.tellable(refused));
        }
    }

    // ---- While the loop is stuck ----------------------------------------------------------------------------------

    Watchdog watchdog() {
        return new Watchdog(
                ports.timekeeper(),
                () -> turns,
                () -> {
                    Session present = session;
                    return present == null ? Duration.ZERO : present.timeout();
                },
                this::stuck);
    }

    /** On the watchdog's thread: leaves the loop to itself, and lets the others have its shards. */
    private void stuck(Duration silence) {
        Thread stuck = thread;
        List<StackTraceElement> where = stuck == null ? List.of() : List.of(stuck.getStackTrace());
        stuckSince = ports.timekeeper().now().minus(silence);
        events.publish(new ElasticJobEvent.LoopStuck(silence, where));
        Session present = session;
        if (present != null) {
            ports.registry().renew(present);
        }
    }

    private final class Heard implements RegistryListener {

        @Override
        public void connected(Session connected) {
            session = connected;
            post(() -> machine.connected(connected));
        }

        @Override
        public void suspended() {
            post(machine::suspended);
        }

        @Override
        public void lost(Session lost) {
            session = null;
            post(() -> machine.lost(lost));
        }

        @Override
        public void changed(String path) {
            changed(path, 0);
        }

        @Override
        public void changed(String path, long transaction) {
            post(() -> machine.changed(path, transaction));
        }

        @Override
        public void unreachable(String why) {
            post(() -> machine.unreachable(why));
        }
    }
}
