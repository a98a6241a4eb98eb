package io.elasticjob.engine;

import io.elasticjob.engine.RegistryObserver.Kind;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import java.time.Duration;
import java.util.List;
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

    private final Registry registry;
    private final List<RegistryObserver> observers;
    private final Timekeeper timekeeper;
    private final Consumer<Runnable> loop;
    private final LongAdder sent = new LongAdder();

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
        ask(() -> send(Kind.COMMIT, () -> registry.commit(commit.session(), commit.writes())), commit.then());
    }

    void make(Effect.ReadAll read) {
        ask(() -> read.caughtUp() ? readCaughtUp(read) : read(read), read.then());
    }

    void make(Effect.ReadAndWatch read) {
        ask(() -> send(Kind.WATCH, () -> registry.readAndWatch(read.session(), read.path())), read.then());
    }

    void make(Effect.Children children) {
        ask(() -> send(Kind.CHILDREN, () -> registry.children(children.session(), children.path())), children.then());
    }

    void make(Effect.WatchTree watch) {
        ask(() -> send(Kind.WATCH, () -> registry.watchTree(watch.session(), watch.path())), watch.then());
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
        } catch (RuntimeException notSent) {
            observed(kind, RegistryObserver.Result.UNANSWERED, begun);
            throw notSent;
        }
    }

    private static RegistryObserver.Result resultOf(@Nullable Object told, @Nullable Throwable failure) {
        if (failure != null) {
            return RegistryObserver.Result.UNANSWERED;
        }
        return told instanceof Answer.Refused ? RegistryObserver.Result.REFUSED : RegistryObserver.Result.ANSWERED;
    }

    private void observed(Kind kind, RegistryObserver.Result result, long begun) {
        Duration took = Duration.ofNanos(timekeeper.nanoTime() - begun);
        for (RegistryObserver observer : observers) {
            try {
                observer.observed(kind, result, took);
            } catch (Throwable failed) {
                log.error("The observer {} failed at a {} to the registry; nothing else does", observer, kind, failed);
            }
        }
    }

    /** Whatever comes of it, {@code then} hears of it. */
    private <T> void ask(Supplier<CompletionStage<T>> question, Consumer<Result<T>> then) {
        try {
            question.get().whenComplete((answer, failure) -> {
                Result<T> result = failure == null ? new Result.Told<>(answer) : new Result.Unknown<>(failure);
                loop.accept(() -> then.accept(result));
            });
        } catch (RuntimeException notAsked) {
            loop.accept(() -> then.accept(new Result.Unknown<>(notAsked)));
        }
    }
}
