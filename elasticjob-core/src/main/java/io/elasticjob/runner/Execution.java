package io.elasticjob.runner;

import io.elasticjob.CheckpointUnconfirmedException;
import io.elasticjob.ExecutionId;
import io.elasticjob.ExecutionScope;
import io.elasticjob.Outcome;
import io.elasticjob.ShardLostException;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
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
    private final ExecutionScope surroundings;
    private final ShardingContext context;
    private final Function<String, CompletionStage<Void>> checkpoints;
    private final Consumer<Outcome> ended;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile boolean cancelled;

    // Guarded by this. The worker is there while the state is WORKING.
    private State state = State.WAITING;
    private @Nullable Thread worker;

    Execution(
            SimpleJob handler,
            ExecutionScope surroundings,
            ShardingContext.Builder context,
            Function<String, CompletionStage<Void>> checkpoints,
            Consumer<Outcome> ended) {
        this.handler = handler;
        this.surroundings = surroundings;
        this.context =
                context.cancelled(() -> cancelled).checkpoints(this::checkpoint).build();
        this.checkpoints = checkpoints;
        this.ended = ended;
    }

    ExecutionId id() {
        return context.executionId();
    }

    /** Completes after it has ended and its end was told. */
    CompletableFuture<Void> end() {
        return end;
    }

    @Override
    public void run() {
        Thread thread = Thread.currentThread();
        if (!begin(thread)) {
            return;
        }
        Outcome outcome = BEYOND_WORDS;
        String name = thread.getName();
        try {
            thread.setName(name + " " + id());
            outcome = surrounded();
        } catch (Throwable beyond) { // not even its surroundings could be made
            outcome = failed(beyond);
            report(outcome, beyond);
        } finally {
            leave();
            thread.setName(name);
            tell(outcome);
        }
    }

    /** Runs the handler in its surroundings, in which its failure is logged as well. */
    private Outcome surrounded() {
        ExecutionScope.Open open = surroundings.open(context);
        Outcome outcome = BEYOND_WORDS;
        Throwable failure = null;
        try {
            handle();
            outcome = new Outcome.Succeeded();
        } catch (Throwable thrown) {
            failure = thrown;
            outcome = cancelled ? new Outcome.Abandoned() : failed(thrown);
            report(outcome, thrown);
        } finally {
            open.close(outcome, failure);
        }
        return outcome;
    }

    private void handle() throws Exception {
        try {
            handler.execute(context);
        } finally {
            leave(); // what comes after is not the handler's, and no interrupt is meant for it
        }
    }

    /** Waits on the handler's thread. An interrupt of before does not count: a cancelled execution can say where it stopped. */
    private void checkpoint(String text) {
        boolean interrupted = Thread.interrupted();
        try {
            checkpoints.apply(text).toCompletableFuture().get();
        } catch (InterruptedException impatient) {
            interrupted = true;
            throw new CheckpointUnconfirmedException(
                    id() + " was interrupted while it waited for a checkpoint, which may have been written, or not");
        } catch (ExecutionException failed) {
            Throwable why = failed.getCause();
            if (why instanceof ShardLostException) {
                cancelled = true; // as it is about to be told
                throw new ShardLostException(String.valueOf(why.getMessage()), why);
            }
            throw new CheckpointUnconfirmedException(String.valueOf(why == null ? failed : why.getMessage()), failed);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Interrupts it, or, when it has not begun, ends it here and now. */
    void cancel() {
        synchronized (this) {
            cancelled = true;
            if (worker != null) {
                worker.interrupt();
            }
            if (state != State.WAITING) {
                return;
            }
            state = State.ENDED;
        }
        log.info("Execution {} was cancelled before it began", id());
        tell(new Outcome.Abandoned());
    }

    /** Ends it because nobody can run it; does nothing when somebody does. */
    void refuse(Throwable reason) {
        synchronized (this) {
            if (state != State.WAITING) {
                return;
            }
            state = State.ENDED;
        }
        log.error("Execution {} can not be run and has failed; the next firing is tried all the same", id(), reason);
        tell(failed(reason));
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

    private void report(Outcome outcome, Throwable thrown) {
        try {
            if (outcome instanceof Outcome.Abandoned) {
                log.info("Execution {} was cut off", id(), thrown);
            } else {
                log.error("Execution {} failed; the next firing runs all the same", id(), thrown);
            }
        } catch (RuntimeException beyondWords) { // a logger asks for the message, and that may throw
            log.error(
                    "Execution {} failed with a {} that can not be told; the next firing runs all the same",
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
        try {
            ended.accept(outcome);
        } catch (Throwable e) {
            log.error("Execution {} ended, {}, but nobody could be told", id(), outcome, e);
        } finally {
            end.complete(null);
        }
    }

    @Override
    public String toString() {
        return id().toString();
    }
}
