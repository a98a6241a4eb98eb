package io.elasticjob.runner;

import io.elasticjob.Cancellation;
import io.elasticjob.CheckpointUnconfirmedException;
import io.elasticjob.ExecutionId;
import io.elasticjob.ExecutionScope;
import io.elasticjob.Outcome;
import io.elasticjob.Progress;
import io.elasticjob.ShardLostException;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.spi.OutsideCall;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.spi.ThreadState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution: begins once at most, ends exactly once. It may be cancelled at any time and from any thread; the thread
 * that works is interrupted between the handler's begin and its end, never before and never after.
 */
final class Execution implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Execution.class);

    /** For an end that not even words could be found for, such as a second lack of memory. */
    private static final Outcome BEYOND_WORDS = new Outcome.Failed("unknown: its failure could not be described");

    private enum State {
        WAITING,
        WORKING,
        ENDED
    }

    private final SimpleJob handler;
    private final Surroundings surroundings;
    private final ShardRunner.Order order;
    private final ShardingContext context;
    private final ShardRunner.Listener listener;
    private final @Nullable ClassLoader loader;
    private final Predicate<StackTraceElement> closing;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final AtomicReference<@Nullable Cancellation> cancellation = new AtomicReference<>();

    private volatile boolean moving;

    // Guarded by this. The worker is there while the state is WORKING.
    private State state = State.WAITING;
    private @Nullable Thread worker;
    private boolean told;
    /** Whether it was cut off after its handler had ended: nothing more of somebody else's is begun then. */
    private boolean cutOffLate;
    /** Written by the worker; there while its surroundings are. */
    private volatile ExecutionScope.@Nullable Open opened;
    /** All that is done on the worker's thread: the handler, and the scopes around it. Null before it begins. */
    private volatile @Nullable OutsideCall call;
    /** How the handler has ended; null before that. Written by the worker. */
    private volatile @Nullable Outcome reached;

    Execution(
            SimpleJob handler,
            Surroundings surroundings,
            ShardRunner.Order order,
            ShardRunner.Listener listener,
            @Nullable ClassLoader loader,
            Predicate<StackTraceElement> closing) {
        this.loader = loader;
        this.closing = closing;
        this.handler = handler;
        this.surroundings = surroundings;
        this.order = order;
        this.listener = listener;
        this.context = order.context().toBuilder()
                .cancellation(() -> Optional.ofNullable(cancellation.get()))
                .moving(() -> moving)
                .checkpoints(this::checkpoint)
                .progress(this::progressed)
                .build();
    }

    ExecutionId id() {
        return context.executionId();
    }

    /** For the name of a thread, of which logs often show the end alone: job and shard come last. */
    private static String label(ExecutionId id) {
        return id.firing().text() + "/" + id.attempt() + " " + id.job() + "/" + id.shard();
    }

    /** Completes after it has ended and its end was told. */
    CompletableFuture<Void> end() {
        return end;
    }

    @Override
    public void run() {
        Thread thread = Thread.currentThread();
        Thread.interrupted(); // meant for whatever ran here before
        if (!begin(thread)) {
            return;
        }
        Outcome outcome = BEYOND_WORDS;
        ThreadState before = ThreadState.of(thread);
        OutsideCall outside = OutsideCall.begin(closing);
        call = outside;
        try {
            before.begin(thread, label(id()), loader);
            outcome = surrounded();
        } catch (Throwable beyond) { // not even its surroundings could be made
            outcome = failed(beyond);
            report(outcome, beyond, true);
        } finally {
            leave();
            outside.end();
            before.putBack(thread);
            tell(outcome);
        }
    }

    /** Runs the handler in its surroundings, in which its failure is logged as well. */
    private Outcome surrounded() {
        ExecutionScope.Open open = surroundings.open(context, this::heardOfScope);
        opened = open;
        Outcome outcome = BEYOND_WORDS;
        Throwable failure = null;
        boolean logs = true;
        try {
            try {
                handler.execute(context);
                logs = heard(null);
            } catch (Throwable thrown) {
                logs = heard(thrown);
                throw thrown;
            } finally {
                leave(); // what comes after is not the handler's, and no interrupt is meant for it
            }
            outcome = returned();
        } catch (Throwable thrown) {
            failure = thrown;
            Cancellation why = cancellation.get();
            outcome = why != null ? Outcome.cutOff(why) : failed(thrown);
            report(outcome, thrown, logs);
        } finally {
            opened = null;
            reached = outcome;
            open.close(outcome, failure);
        }
        return outcome;
    }

    /** What nobody continues has ended for that, whether its handler says so by an exception or by returning. */
    private Outcome returned() {
        Cancellation why = cancellation.get();
        return why != null && why.reason().isFinal()
                ? Outcome.cutOff(why)
                : context.isHandedOver()
                        ? new Outcome.Moved()
                        : context.skipped()
                                .<Outcome>map(Outcome.Skipped::new)
                                .orElseGet(() ->
                                        new Outcome.Succeeded(context.result().orElse("")));
    }

    /**
     * Tells the error handler of a failure, be it that the handler has returned after its time was over. It is part of the
     * execution: what cuts that off from now on, interrupts it.
     *
     * @return whether the failure is to be logged
     */
    private boolean heard(@Nullable Throwable thrown) {
        Thread.interrupted(); // which has done what it was meant for; one that comes after this is meant for what is
        // told now
        Throwable failure = failure(thrown);
        return failure == null || surroundings.errors().failed(order.settings().errorHandler(), context, failure);
    }

    /** As {@link #heard}, of what a scope has thrown, which is logged as well, be it that the handler has ended before. */
    private void heardOfScope(Throwable thrown) {
        boolean isOver = isLeft();
        if (isOver && !comesBack()) {
            return;
        }
        heard(thrown);
        if (isOver) {
            leave();
        } else if (cancellation.get() != null) {
            Thread.currentThread().interrupt(); // the handler is still to come, and cut off
        }
    }

    /** What has failed of it; null when nothing has: whoever was cut off otherwise has not. */
    private @Nullable Throwable failure(@Nullable Throwable thrown) {
        Cancellation why = cancellation.get();
        if (why == null) {
            return thrown;
        }
        return why.reason() == Cancellation.Reason.TIMEOUT
                ? (TimeoutException) new TimeoutException(why.text()).initCause(thrown)
                : null;
    }

    /** Waits on the handler's thread. An interrupt of before does not count: a cancelled execution can say where it stopped. */
    private void checkpoint(String text) {
        boolean interrupted = Thread.interrupted();
        try {
            listener.reached(order, text).toCompletableFuture().get();
        } catch (InterruptedException impatient) {
            interrupted = true;
            throw new CheckpointUnconfirmedException(
                    id() + " was interrupted while it waited for a checkpoint, which may have been written, or not");
        } catch (ExecutionException failed) {
            Throwable why = failed.getCause();
            if (why instanceof ShardLostException lost) {
                shouldEnd(lost.cancellation()); // as it is about to be told
                throw new ShardLostException(lost);
            }
            throw new CheckpointUnconfirmedException(String.valueOf(why == null ? failed : why.getMessage()), failed);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What is shown after the end is nobody's. */
    private void progressed(Progress progress) {
        ExecutionScope.Open open = opened;
        if (open != null) {
            open.progressed(progress);
        }
    }

    /** The first reason counts: whatever comes later is a consequence, or comes too late for the handler. */
    private void shouldEnd(Cancellation why) {
        cancellation.compareAndSet(null, why);
    }

    /** Nobody is interrupted for it: the handler looks when it can stop. */
    void move() {
        moving = true;
    }

    /** Interrupts it, or, when it has not begun, ends it here and now. */
    void cancel(Cancellation why) {
        synchronized (this) {
            if (state == State.ENDED) {
                cutOffLate = true;
                return;
            }
            shouldEnd(why);
            if (worker != null) {
                worker.interrupt();
            }
            if (state != State.WAITING) {
                return;
            }
            state = State.ENDED;
        }
        log.info("{} was cancelled before it started: {}", id(), why.text());
        tell(Outcome.cutOff(why));
    }

    /** Ends it because nobody can run it; does nothing when somebody does. */
    void refuse(Throwable reason) {
        synchronized (this) {
            if (state != State.WAITING) {
                return;
            }
            state = State.ENDED;
        }
        log.error("{} cannot be run and has failed; the next firing is tried all the same", id(), reason);
        tell(failed(reason));
    }

    /** As {@link OutsideCall#waitsForTheEnd}. */
    boolean waitsForTheEnd() {
        OutsideCall outside = call;
        return outside != null && outside.waitsForTheEnd();
    }

    /**
     * Ends it for everybody but its own thread, which is not touched: it has called for the end of its engine, or of the
     * process, which cannot come before the end of this. A handler that had ended has ended as it did.
     */
    void giveUp() {
        Outcome before = reached;
        synchronized (this) {
            if (told) {
                return;
            }
            if (before == null) {
                shouldEnd(new Cancellation(
                        Cancellation.Reason.SHUTDOWN,
                        "",
                        "It shuts its own application down, which does not wait for it"));
            }
            state = State.ENDED;
            worker = null;
        }
        if (before != null) {
            log.warn(
                    "A scope around {} shuts down the application and waits for that: the shutdown does not wait for it,"
                            + " and the handler's end counts",
                    id());
            tell(before);
            return;
        }
        log.warn(
                "{} shuts down its own application and waits for that: it counts as failed from now on, so that"
                        + " the shutdown does not wait for it. Let a handler return before its application is closed",
                id());
        tell(new Outcome.Failed("It shut down its own application before it had ended"));
    }

    private synchronized boolean begin(Thread thread) {
        if (state != State.WAITING) {
            return false;
        }
        state = State.WORKING;
        worker = thread;
        return true;
    }

    /** After this nobody interrupts the thread on behalf of this execution, and nothing is left of an interrupt. */
    private synchronized void leave() {
        state = State.ENDED;
        worker = null;
        Thread.interrupted();
    }

    private synchronized boolean isLeft() {
        return state == State.ENDED;
    }

    /**
     * What is done next, after it was left, can be interrupted on behalf of it.
     *
     * @return false when nobody would do that any more: it was cut off meanwhile, or given up
     */
    private synchronized boolean comesBack() {
        if (told || cutOffLate) {
            return false;
        }
        state = State.WORKING;
        worker = Thread.currentThread();
        return true;
    }

    private void report(Outcome outcome, Throwable thrown, boolean logs) {
        try {
            if (!(outcome instanceof Outcome.Failed)) {
                Cancellation why = cancellation.get();
                log.info("{} was cancelled and has ended: {}", id(), why == null ? "" : why.text(), thrown);
            } else if (logs) {
                log.error("{} failed; the next firing runs all the same", id(), thrown);
            }
        } catch (Throwable beyondWords) { // a logger asks for the message, and that may throw
            log.error(
                    "{} failed with a {} that cannot be shown; the next firing runs all the same",
                    id(),
                    thrown.getClass().getName());
        }
    }

    private static Outcome failed(Throwable thrown) {
        try {
            return Outcome.Failed.because(thrown);
        } catch (Throwable noMessage) {
            return new Outcome.Failed(thrown.getClass().getName());
        }
    }

    private void tell(Outcome outcome) {
        synchronized (this) {
            if (told) {
                return; // it was given up
            }
            told = true;
        }
        try {
            listener.ended(order, outcome);
        } catch (Throwable e) {
            log.error("{} ended, {}, but its listener failed", id(), outcome, e);
        } finally {
            end.complete(null);
        }
    }

    @Override
    public String toString() {
        return id().toString();
    }
}
