package io.elasticjob.engine;

import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RegistryException;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Carries changes through that operators ask for: reads what is there, caught up with all that was written before, has it
 * decided what to write, and writes it with the check of this instance. What is refused, because somebody else was first,
 * is decided anew; what gets no answer, once the registry is back. Confined to the loop.
 */
final class Changes {

    static final Duration PAUSE = Duration.ofMillis(50);

    private static final Duration RETRY = Duration.ofSeconds(1);
    /** Nobody waits longer for an answer; what was begun is brought to an end all the same. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int MOST_REFUSALS = 50;

    /** Decides from what was read. What it throws is the answer. */
    interface Plan<T> {
        Decision<T> decide(List<Read> reads);

        /** Whether it finds out by what it reads whether a write of its own came through that was not answered. */
        default boolean settlesDoubts() {
            return false;
        }
    }

    /** What to do about it. */
    sealed interface Decision<T> {

        record Reply<T>(T reply) implements Decision<T> {}

        record Commit<T>(List<Write> writes, Consumer<Answer.Committed> then) implements Decision<T> {}

        record Again<T>() implements Decision<T> {}

        record Later<T>() implements Decision<T> {}

        /** It is done already. */
        static <T> Decision<T> answer(T reply) {
            return new Reply<>(reply);
        }

        /**
         * Write this.
         *
         * @param then gives the answer, once it is written
         */
        static <T> Decision<T> write(List<Write> writes, Consumer<Answer.Committed> then) {
            return new Commit<>(writes, then);
        }

        /** Something has to be heard of here first: decide anew in a moment. */
        static <T> Decision<T> again() {
            return new Again<>();
        }

        /** Whoever decided goes on with it. */
        static <T> Decision<T> later() {
            return new Later<>();
        }
    }

    private static final class Change<T> {
        final CompletableFuture<T> answer;
        final List<String> paths;
        final Plan<T> plan;
        int refusals;
        /** Whether a write of it was sent and not answered. */
        boolean doubtful;

        Change(CompletableFuture<T> answer, List<String> paths, Plan<T> plan) {
            this.answer = answer;
            this.paths = paths;
            this.plan = plan;
        }
    }

    private final Presence presence;
    private final Outbox outbox;

    private record Waiting(CompletableFuture<?> answer, long sinceNanos) {}

    /** Those that may not have been answered, in the order of asking. */
    private final Queue<Waiting> waiting = new ArrayDeque<>();

    /** Begun, and waiting for the registry. */
    private List<Change<?>> stranded = new ArrayList<>();

    Changes(Presence presence, Outbox outbox) {
        this.presence = presence;
        this.outbox = outbox;
    }

    /** Makes a change; {@code answer} is completed in any case. */
    <T> void make(CompletableFuture<T> answer, List<String> paths, Plan<T> plan) {
        if (begin(answer)) {
            goOn(answer, paths, plan);
        }
    }

    /**
     * Begins a change that somebody else makes: nobody waits for its answer for ever.
     *
     * @return false when nothing can be changed at present; {@code answer} is completed then
     */
    boolean begin(CompletableFuture<?> answer) {
        if (presence.usable().isEmpty()) {
            answer.completeExceptionally(
                    new RegistryException("The registry can not be reached at present; nothing was changed"));
            return false;
        }
        waiting.add(new Waiting(answer, outbox.nanos()));
        return true;
    }

    /** Lets nobody wait for ever while the registry is away. */
    void giveUp() {
        for (Waiting first = waiting.peek(); first != null; first = waiting.peek()) {
            if (!first.answer().isDone() && outbox.nanos() - first.sinceNanos() < PATIENCE.toNanos()) {
                return;
            }
            first.answer()
                    .completeExceptionally(new RegistryException("The registry has not answered within "
                            + PATIENCE.toSeconds() + " s; it may have been done, or not"));
            waiting.remove();
        }
    }

    /** As {@link #make} of a change that was begun before. */
    <T> void goOn(CompletableFuture<T> answer, List<String> paths, Plan<T> plan) {
        attempt(new Change<>(answer, paths, plan));
    }

    /** As {@link #goOn}, after a write of it got no answer over this connection: in a while, or once the registry is back. */
    <T> void settle(Connection over, CompletableFuture<T> answer, List<String> paths, Plan<T> plan) {
        again(over, new Change<>(answer, paths, plan));
    }

    /** Connected again. */
    void resume() {
        List<Change<?>> all = stranded;
        stranded = new ArrayList<>();
        all.forEach(this::attempt);
    }

    private <T> void attempt(Change<T> change) {
        Connection over = presence.usable().orElse(null);
        if (over == null) {
            stranded.add(change);
            return;
        }
        outbox.readCaughtUp(over, change.paths, result -> {
            if (result instanceof Result.Told<List<Read>> told) {
                decide(over, change, told.answer());
            } else {
                again(over, change);
            }
        });
    }

    private <T> void decide(Connection over, Change<T> change, List<Read> reads) {
        Decision<T> decision;
        try {
            decision = change.plan.decide(reads);
        } catch (RuntimeException refused) {
            boolean mayBeDone = change.doubtful && !change.plan.settlesDoubts();
            change.answer.completeExceptionally(
                    mayBeDone
                            ? new RegistryException(
                                    "An answer was lost, so that it may have been done before: " + refused.getMessage(),
                                    refused)
                            : refused);
            return;
        }
        if (decision instanceof Decision.Reply<T> reply) {
            change.answer.complete(reply.reply());
        } else if (decision instanceof Decision.Commit<T> commit) {
            write(over, change, commit);
        } else if (decision instanceof Decision.Again<T>) {
            refused(change);
        }
    }

    private <T> void write(Connection over, Change<T> change, Decision.Commit<T> commit) {
        List<Write> writes = new ArrayList<>();
        writes.add(presence.check());
        writes.addAll(commit.writes());
        outbox.commit(over, writes, result -> {
            if (!(result instanceof Result.Told<Answer> told)) {
                change.doubtful = true;
                again(over, change);
            } else if (told.answer() instanceof Answer.Committed done) {
                commit.then().accept(done);
            } else {
                refused(change);
            }
        });
    }

    private void refused(Change<?> change) {
        if (++change.refusals < MOST_REFUSALS) {
            outbox.alarm(PAUSE, () -> attempt(change));
        } else {
            change.answer.completeExceptionally(
                    new RegistryException("Others have written there all the time; nothing was changed"));
        }
    }

    private void again(Connection over, Change<?> change) {
        if (presence.usable().filter(current -> current == over).isPresent()) {
            outbox.alarm(RETRY, () -> attempt(change));
        } else {
            attempt(change);
        }
    }
}
