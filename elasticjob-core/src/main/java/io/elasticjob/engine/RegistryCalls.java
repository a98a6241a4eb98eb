package io.elasticjob.engine;

import io.elasticjob.RegistryException;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.spi.RegistryObserver;
import io.elasticjob.spi.RegistryObserver.Kind;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.text.Thrown;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the registry what the machine wants to know or have written, counts and times it, and hands what comes of it on. */
final class RegistryCalls {

    private static final Logger log = LoggerFactory.getLogger(RegistryCalls.class);

    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(20);

    private final Registry registry;
    private final List<RegistryObserver> observers;
    private final Timekeeper timekeeper;
    private final Consumer<Runnable> loop;
    private final LongAdder sent = new LongAdder();

    /** In the order of asking. Confined to the loop. */
    private final Set<Open<?>> open = new LinkedHashSet<>();

    /** @param loop where answers are dealt with */
    RegistryCalls(Registry registry, List<RegistryObserver> observers, Timekeeper timekeeper, Consumer<Runnable> loop) {
        this.registry = registry;
        this.observers = List.copyOf(observers);
        this.timekeeper = timekeeper;
        this.loop = loop;
    }

    /** How many requests were sent. */
    long count() {
        return sent.sum();
    }

    void make(Effect.Commit commit) {
        ask(
                commit.session(),
                () -> send(Kind.COMMIT, () -> registry.commit(commit.session(), commit.writes())),
                commit.then());
    }

    void make(Effect.ReadAll read) {
        ask(read.session(), () -> read.caughtUp() ? readCaughtUp(read) : read(read), read.then());
    }

    void make(Effect.Sync sync) {
        ask(sync.session(), () -> send(Kind.SYNC, () -> registry.sync(sync.session())), sync.then());
    }

    void make(Effect.ReadAndWatch read) {
        ask(
                read.session(),
                () -> send(Kind.WATCH, () -> registry.readAndWatch(read.session(), read.path())),
                read.then());
    }

    void make(Effect.Children children) {
        ask(
                children.session(),
                () -> send(Kind.CHILDREN, () -> registry.children(children.session(), children.path())),
                children.then());
    }

    void make(Effect.WatchTree watch) {
        ask(
                watch.session(),
                () -> send(Kind.WATCH, () -> registry.watchTree(watch.session(), watch.path())),
                watch.then());
    }

    private CompletionStage<List<Read>> read(Effect.ReadAll read) {
        return send(Kind.READ, () -> registry.read(read.session(), read.paths()));
    }

    /** Both have to answer: a read on a server that has not caught up settles nothing. */
    private CompletionStage<List<Read>> readCaughtUp(Effect.ReadAll read) {
        Session session = read.session();
        CompletionStage<Void> caughtUp = send(Kind.SYNC, () -> registry.sync(session));
        return read(read).thenCombine(caughtUp, (reads, done) -> reads);
    }

    private <T> CompletionStage<T> send(Kind kind, Supplier<CompletionStage<T>> request) {
        sent.increment();
        if (observers.isEmpty()) {
            return request.get();
        }
        long begun = timekeeper.nanoTime();
        try {
            CompletionStage<T> answer = request.get();
            answer.whenComplete((told, failure) -> observed(kind, resultOf(told, failure), begun));
            return answer;
        } catch (Throwable notSent) {
            observed(kind, RegistryObserver.Ending.UNANSWERED, begun);
            throw notSent;
        }
    }

    private static RegistryObserver.Ending resultOf(@Nullable Object told, @Nullable Throwable failure) {
        if (failure != null) {
            return RegistryObserver.Ending.UNANSWERED;
        }
        return told instanceof Answer.Refused ? RegistryObserver.Ending.REFUSED : RegistryObserver.Ending.ANSWERED;
    }

    private void observed(Kind kind, RegistryObserver.Ending result, long begun) {
        Duration took = Duration.ofNanos(timekeeper.nanoTime() - begun);
        for (RegistryObserver observer : observers) {
            try {
                observer.observed(kind, result, took);
            } catch (Throwable failed) {
                log.error(
                        "The observer {} failed at a {} request to ZooKeeper; nothing else is affected",
                        observer,
                        kind,
                        Thrown.tellable(failed));
            }
        }
    }

    /** Whatever comes of it, {@code then} hears of it, once. */
    private <T> void ask(Session under, Supplier<CompletionStage<T>> question, Consumer<Result<T>> then) {
        Open<T> one = new Open<>(then, timekeeper.nanoTime() + patience(under).toNanos());
        open.add(one);
        try {
            long sent = timekeeper.nanoTime();
            question.get().whenComplete((answer, failure) -> {
                Result<T> result = failure == null
                        ? new Result.Told<>(answer, sent, timekeeper.nanoTime())
                        : new Result.Unknown<>(cause(failure));
                loop.accept(() -> answered(one, result));
            });
        } catch (Throwable notAsked) {
            loop.accept(() -> answered(one, new Result.Unknown<>(notAsked)));
        }
    }

    /** Of a question that was put together of two, the reason itself. */
    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private <T> void answered(Open<T> one, Result<T> result) {
        if (open.remove(one)) {
            one.then.accept(result);
        }
    }

    /** Longer than a session lasts: what has not been answered by then is most likely not going to be. */
    private static Duration patience(Session session) {
        Duration twice = session.timeout().multipliedBy(2);
        return twice.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : twice;
    }

    /** Gives up what has waited for an answer too long. Nothing is known of it then, as if the connection was lost. */
    void giveUp() {
        long now = timekeeper.nanoTime();
        for (Open<?> one : List.copyOf(open)) {
            if (one.until - now > 0) {
                return;
            }
            open.remove(one);
            one.then.accept(new Result.Unknown<>(new RegistryException("ZooKeeper did not answer in time")));
        }
    }

    /** A question that is not answered yet. */
    private static final class Open<T> {

        private final Consumer<Result<T>> then;
        private final long until;

        Open(Consumer<Result<T>> then, long until) {
            this.then = then;
            this.until = until;
        }
    }
}
