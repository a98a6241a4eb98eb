package io.elasticjob.engine;

import io.elasticjob.OperationRefusedException;
import io.elasticjob.RegistryException;
import io.elasticjob.coordination.UnknownNameException;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RequestNotSentException;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.RequestTooLargeException;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

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
    /** So often it is looked whether something was heard of here, after ever longer pauses. */
    private static final int MOST_UNHEARD = 20;

    private static final int MOST_DOUBLINGS = 4;
    /** So often it is tried without a pause. */
    private static final int AT_ONCE = 5;
    /** So often what is there is asked for that cannot be read. */
    private static final int MOST_UNREAD = 30;
    /** So often something long is sent that gets no answer. */
    private static final int MOST_LOSSES = 3;

    /** Decides from what was read. What it throws is the answer. */
    interface Plan<T> {
        Decision<T> decide(List<Read> reads);

        /** Whether it finds out by what it reads whether a write of its own came through that was not answered. */
        default boolean settlesDoubts() {
            return false;
        }

        /** It is not tried any more though nothing was decided against it. */
        default void abandoned() {}

        /** The same, which decides otherwise: of what it has left behind, it goes on to know. */
        default Plan<T> deciding(Function<List<Read>, Decision<T>> otherwise) {
            Plan<T> of = this;
            return new Plan<>() {
                @Override
                public Decision<T> decide(List<Read> reads) {
                    return otherwise.apply(reads);
                }

                @Override
                public boolean settlesDoubts() {
                    return of.settlesDoubts();
                }

                @Override
                public void abandoned() {
                    of.abandoned();
                }
            };
        }
    }

    /** What to do about it. */
    sealed interface Decision<T> {

        record Reply<T>(T reply) implements Decision<T> {}

        record Commit<T>(List<Write> writes, Consumer<Answer.Committed> then) implements Decision<T> {}

        record Hear<T>(String what, Consumer<Runnable> asking) implements Decision<T> {}

        record First<T>(Consumer<Runnable> doing) implements Decision<T> {}

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

        /**
         * Something is done first, then decides again, by the same change: it goes on to know whether an answer was lost.
         *
         * @param doing runs what it is given once that is done; never, where that comes to nothing
         */
        static <T> Decision<T> first(Consumer<Runnable> doing) {
            return new First<>(doing);
        }

        /**
         * Something has to be heard of here first: decides again then, or after a pause where it is not heard of.
         *
         * @param what is so as long as it was not heard of, in words
         * @param asking asks for it, and runs what it is given when that was answered
         */
        static <T> Decision<T> hear(String what, Consumer<Runnable> asking) {
            return new Hear<>(what, asking);
        }

        /** Whoever decided goes on with it. */
        static <T> Decision<T> later() {
            return new Later<>();
        }
    }

    private static final class Change<T> {
        final Question<T> answer;
        final Supplier<List<String>> paths;
        final Plan<T> plan;
        int refusals;
        /** How often something was to be heard of here first. */
        int unheard;
        /** How often it was tried. */
        int tries;
        /** How often a write of it was sent and not answered. */
        int losses;
        /** How often what is there could not be read. */
        int unread;
        /** Whether a write of it was sent and not answered. */
        boolean doubtful;

        Change(Question<T> answer, Supplier<List<String>> paths, Plan<T> plan) {
            this.answer = answer;
            this.paths = paths;
            this.plan = plan;
        }
    }

    private final Registration registration;
    private final Outbox outbox;

    private record Waiting(Question<?> answer, long sinceNanos) {}

    /** Those that may not have been answered, in the order of asking. */
    private final Queue<Waiting> waiting = new ArrayDeque<>();

    /** Begun, and waiting for the registry. */
    private List<Change<?>> stranded = new ArrayList<>();

    Changes(Registration registration, Outbox outbox) {
        this.registration = registration;
        this.outbox = outbox;
    }

    /** Makes a change; {@code answer} is given in any case. */
    <T> void make(Question<T> answer, List<String> paths, Plan<T> plan) {
        if (begin(answer)) {
            goOn(answer, paths, plan);
        }
    }

    /**
     * Begins a change that somebody else makes: nobody waits for its answer for ever.
     *
     * @return false when nothing can be changed at present; {@code answer} is refused then
     */
    boolean begin(Question<?> answer) {
        if (registration.usable().isEmpty()) {
            outbox.refuse(answer, new RegistryException("ZooKeeper cannot be reached at present; nothing was changed"));
            return false;
        }
        waiting.add(new Waiting(answer, outbox.nanos()));
        return true;
    }

    /** By which something can be asked now. */
    Optional<Connection> over() {
        return registration.usable();
    }

    /** Lets nobody wait for ever while the registry is away. */
    void giveUp() {
        for (Waiting first = waiting.peek(); first != null; first = waiting.peek()) {
            if (!first.answer().isSettled() && outbox.nanos() - first.sinceNanos() < PATIENCE.toNanos()) {
                return;
            }
            outbox.refuse(
                    first.answer(),
                    new RegistryException("No answer from ZooKeeper within " + PATIENCE.toSeconds()
                            + " s; the change may or may not have been applied"));
            waiting.remove();
        }
    }

    /** As {@link #make} of a change that was begun before. */
    <T> void goOn(Question<T> answer, List<String> paths, Plan<T> plan) {
        goOn(answer, () -> paths, plan);
    }

    /** As {@link #goOn}, of nodes that may be others at each try. */
    <T> void goOn(Question<T> answer, Supplier<List<String>> paths, Plan<T> plan) {
        attempt(new Change<>(answer, paths, plan));
    }

    /** As {@link #goOn}, after a write of it got no answer over this connection: in a while, or once the registry is back. */
    <T> void settle(Connection over, Question<T> answer, Supplier<List<String>> paths, Plan<T> plan) {
        again(over, new Change<>(answer, paths, plan));
    }

    /** Connected again. */
    void resume() {
        List<Change<?>> all = stranded;
        stranded = new ArrayList<>();
        all.forEach(this::attempt);
    }

    private <T> void attempt(Change<T> change) {
        Connection over = registration.usable().orElse(null);
        if (over == null) {
            stranded.add(change);
            return;
        }
        change.tries++;
        outbox.readCaughtUp(over, change.paths.get(), result -> {
            if (!registration.isUsable(over)) {
                attempt(change); // what was read over a connection that is gone is decided by nobody
            } else if (result instanceof Result.Told<List<Read>> told) {
                decide(over, change, told.answer());
            } else if (result instanceof Result.Unknown<List<Read>> unknown) {
                unread(over, change, unknown.why());
            }
        });
    }

    private void unread(Connection over, Change<?> change, Throwable why) {
        if (!(why instanceof RequestNotSentException) && ++change.unread >= MOST_UNREAD) {
            change.plan.abandoned();
            outbox.refuse(
                    change.answer,
                    new RegistryException("What is stored could not be read: " + why.getMessage()
                            + (change.doubtful ? "; it may have been done, or not" : "; nothing was changed")));
        } else {
            again(over, change);
        }
    }

    private <T> void decide(Connection over, Change<T> change, List<Read> reads) {
        Decision<T> decision;
        try {
            decision = change.plan.decide(reads);
        } catch (Throwable refused) {
            boolean mayBeDone = change.doubtful && !change.plan.settlesDoubts();
            outbox.refuseBy(change.answer, () -> {
                Throwable why = refused instanceof UnknownNameException unknown ? unknown.withHint() : refused;
                return mayBeDone
                        ? new RegistryException(
                                "An answer was lost, so that it may have been done before: " + why.getMessage(), why)
                        : why;
            });
            return;
        }
        if (decision instanceof Decision.Reply<T> reply) {
            outbox.answer(change.answer, reply.reply());
        } else if (decision instanceof Decision.Commit<T> commit) {
            write(over, change, commit);
        } else if (decision instanceof Decision.Hear<T> hear) {
            hear(change, hear);
        } else if (decision instanceof Decision.First<T> first) {
            first.doing().accept(() -> goOnAfter(change));
        }
    }

    private <T> void write(Connection over, Change<T> change, Decision.Commit<T> commit) {
        List<Write> writes = new ArrayList<>();
        writes.add(registration.check());
        writes.addAll(commit.writes());
        outbox.commit(over, writes, result -> {
            if (result instanceof Result.Unknown<Answer> unknown) {
                lost(over, change, RequestSize.of(writes), unknown.why());
            } else if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed done) {
                commit.then().accept(done);
            } else {
                refused(change);
            }
        });
    }

    /** What is too long is not sent; what the connection is lost over is not sent without end. */
    private <T> void lost(Connection over, Change<T> change, long bytes, Throwable why) {
        if (why instanceof RequestTooLargeException) {
            change.plan.abandoned();
            outbox.refuse(change.answer, new OperationRefusedException("It cannot be written: " + why.getMessage()));
            return;
        }
        if (!(why instanceof RequestNotSentException)) {
            change.doubtful = true;
            change.losses++;
        }
        if (bytes > Parcels.LEAST_BYTES && change.losses >= MOST_LOSSES) {
            change.plan.abandoned();
            outbox.refuse(
                    change.answer,
                    new RegistryException("The connection to ZooKeeper was lost each of the " + MOST_LOSSES
                            + " times that this was sent, in " + bytes
                            + " bytes; perhaps the servers take less (jute.maxbuffer)."
                            + " It is not retried. The change may or may not have been applied"));
            return;
        }
        again(over, change);
    }

    private void refused(Change<?> change) {
        if (++change.refusals < MOST_REFUSALS) {
            outbox.alarm(PAUSE, () -> attempt(change));
        } else {
            change.plan.abandoned();
            outbox.refuse(
                    change.answer,
                    new RegistryException(
                            "Gave up after " + MOST_REFUSALS + " concurrent modifications; nothing was changed"));
        }
    }

    /** Once as soon as it was heard of; what is not heard of then is asked for after ever longer pauses. */
    private void hear(Change<?> change, Decision.Hear<?> first) {
        if (change.answer.isSettled()) {
            change.plan.abandoned();
            return;
        }
        if (++change.unheard > MOST_UNHEARD) {
            change.plan.abandoned();
            outbox.refuse(
                    change.answer,
                    new RegistryException(first.what() + "; "
                            + (change.doubtful
                                    ? "the change may or may not have been applied"
                                    : "nothing was changed")));
            return;
        }
        int tries = change.tries;
        Runnable next = () -> {
            if (change.tries == tries) {
                attempt(change);
            }
        };
        boolean isFirst = change.unheard == 1;
        first.asking().accept(isFirst ? next : () -> {});
        outbox.alarm(PAUSE.multipliedBy(1L << Math.min(change.unheard - 1, MOST_DOUBLINGS)), next);
    }

    /** At once, and in a while where that was not enough some times: others may change what is read all the time. */
    private void goOnAfter(Change<?> change) {
        if (change.answer.isSettled()) {
            change.plan.abandoned();
        } else if (change.tries < AT_ONCE) {
            attempt(change);
        } else {
            outbox.alarm(PAUSE, () -> attempt(change));
        }
    }

    private void again(Connection over, Change<?> change) {
        if (registration.isUsable(over)) {
            outbox.alarm(RETRY, () -> attempt(change));
        } else {
            attempt(change);
        }
    }
}
