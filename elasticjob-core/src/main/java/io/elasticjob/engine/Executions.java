package io.elasticjob.engine;

import io.elasticjob.ArrayPlace;
import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardLostException;
import io.elasticjob.ShardingContext;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.text.Thrown;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the runner was given and has not told the end of. Started and cancelled on the loop, which hears of everything that
 * the runner tells, from any thread.
 */
final class Executions implements ShardRunner.Listener {

    private static final Logger log = LoggerFactory.getLogger(Executions.class);

    /** What is found out of executions that are not, or not yet, this instance's. */
    interface Elsewhere {

        void adopt(ShardRunner.Holding holding, Question<Void> question);

        void running(Set<ExecutionId> asked, Question<Set<ExecutionId>> question);

        void abandoned(String cluster, Set<ExecutionId> first, Question<List<ShardRunner.Holding>> question);
    }

    private final ShardRunner runner;
    private final Replies replies;
    private final Consumer<Runnable> post;
    private final Runnable offers;
    private final Elsewhere elsewhere;
    private final Map<ShardRunner.Order, Effect.Start> begun = new ConcurrentHashMap<>();
    /** What is asked whether it is recorded. */
    private final Set<Question<?>> waiting = Collections.synchronizedSet(new LinkedHashSet<>());

    /** After it nobody on the loop hears anything. */
    private volatile boolean closed;

    /**
     * @param post hands something to the loop
     * @param offers done on the loop when the runner offers something else than before
     * @param elsewhere asked on the loop about what runs, or is claimed, elsewhere
     */
    Executions(ShardRunner runner, Replies replies, Consumer<Runnable> post, Runnable offers, Elsewhere elsewhere) {
        this.runner = runner;
        this.replies = replies;
        this.post = post;
        this.offers = offers;
        this.elsewhere = elsewhere;
    }

    void start(Effect.Start start) {
        begun.put(start.order(), start);
        try {
            runner.start(start.order());
        } catch (Throwable refused) { // it costs this execution
            log.error(
                    "The runner could not start handler {}: its execution has failed, and the next firing runs",
                    start.order().handler(),
                    Thrown.tellable(refused));
            ended(start.order(), Outcome.Failed.because(refused));
        }
    }

    void resume(Effect.Start start) {
        begun.put(start.order(), start);
        try {
            runner.resume(start.order());
        } catch (Throwable refused) { // it has asked for it, and nobody else will tell the end
            log.error(
                    "The runner could not go on with {}, which it had asked for: it is lost",
                    start.order(),
                    Thrown.tellable(refused));
            ended(start.order(), new Outcome.Lost());
        }
    }

    void release(ShardRunner.Order order) {
        begun.remove(order);
        runner.release(order);
    }

    void cancel(Effect.Cancel cancel) {
        runner.cancel(cancel.order(), cancel.why());
    }

    void move(Effect.Move move) {
        runner.move(move.order());
    }

    @Override
    public void ended(ShardRunner.Order order, Outcome outcome) {
        Effect.Start start = begun.remove(order);
        if (start != null) {
            ended(start, outcome, null);
        }
    }

    @Override
    public CompletionStage<Void> recordEnd(ShardRunner.Order order, Outcome outcome) {
        Question<Void> recorded = new Question<>();
        Effect.Start start = begun.remove(order);
        if (start == null) {
            replies.done(recorded);
            return recorded.stage();
        }
        waiting.add(recorded);
        CompletionStage<Void> answer = recorded.stage();
        answer.whenComplete((acknowledged, failed) -> waiting.remove(recorded));
        ended(start, outcome, recorded);
        if (closed) { // looked at after it was added: either close() finds it there, or it is answered here
            tooLate(recorded);
        }
        return answer;
    }

    private void ended(Effect.Start start, Outcome outcome, @Nullable Question<Void> recorded) {
        Outcome how = Objects.requireNonNullElseGet(
                outcome, () -> new Outcome.Failed("the runner did not tell how it ended"));
        post.accept(() -> start.ended().accept(new Effect.Ending(how, recorded)));
    }

    @Override
    public CompletionStage<Void> reached(ShardRunner.Order order, String text) {
        ExecutionId id = order.context().executionId();
        try {
            ShardingContext.checkCheckpoint(id, Objects.requireNonNull(text, "a checkpoint"));
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        return write(order, new Checkpoint(text));
    }

    @Override
    public CompletionStage<Void> placed(ShardRunner.Order order, ArrayPlace place) {
        return write(order, new Checkpoint(place));
    }

    private CompletionStage<Void> write(ShardRunner.Order order, Checkpoint checkpoint) {
        ExecutionId id = order.context().executionId();
        Effect.Start start = begun.get(order);
        if (start == null) {
            replies.refuse(checkpoint.question(), new ShardLostException(id + " has ended: nothing is recorded of it"));
            return checkpoint.question().stage();
        }
        waiting.add(checkpoint.question());
        CompletionStage<Void> answer = checkpoint.question().stage();
        answer.whenComplete((acknowledged, failed) -> waiting.remove(checkpoint.question()));
        post.accept(() -> start.checkpoint().accept(checkpoint));
        if (closed) { // looked at after it was added: either close() finds it there, or it is answered here
            tooLate(checkpoint.question());
        }
        return answer;
    }

    @Override
    public CompletionStage<ShardRunner.Adopted> adopt(ShardRunner.Holding holding) {
        Question<Void> taken = new Question<>();
        waiting.add(taken);
        CompletionStage<Void> answer = taken.stage();
        answer.whenComplete((adopted, failed) -> waiting.remove(taken));
        post.accept(() -> elsewhere.adopt(holding, taken));
        if (closed) { // looked at after it was added: either close() finds it there, or it is answered here
            tooLate(taken);
        }
        ShardRunner.Adopted done = holding.ended() == null ? ShardRunner.Adopted.GOES_ON : ShardRunner.Adopted.RECORDED;
        return answer.handle((adopted, failed) -> {
            if (failed == null) {
                return done;
            }
            Throwable why =
                    failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
            if (why instanceof ShardLostException && !closed) {
                return ShardRunner.Adopted.LOST;
            }
            throw new RegistryException(String.valueOf(why.getMessage()));
        });
    }

    @Override
    public CompletionStage<Set<ExecutionId>> running(Set<ExecutionId> asked) {
        return ask(question -> elsewhere.running(asked, question));
    }

    @Override
    public CompletionStage<List<ShardRunner.Holding>> abandoned(String cluster, Set<ExecutionId> first) {
        return ask(question -> elsewhere.abandoned(cluster, first, question));
    }

    private <T> CompletionStage<T> ask(Consumer<Question<T>> ask) {
        Question<T> question = new Question<>();
        waiting.add(question);
        CompletionStage<T> answer = question.stage();
        answer.whenComplete((told, failed) -> waiting.remove(question));
        post.accept(() -> ask.accept(question));
        if (closed) { // looked at after it was added: either close() finds it there, or it is answered here
            tooLate(question);
        }
        return answer;
    }

    @Override
    public void changed() {
        post.accept(offers);
    }

    /** Nothing is recorded any more: whoever waits for that hears so. */
    void close() {
        closed = true;
        List<Question<?>> left;
        synchronized (waiting) {
            left = List.copyOf(waiting); // what hangs on an answer may ask again
        }
        left.forEach(this::tooLate);
    }

    private void tooLate(Question<?> question) {
        replies.refuse(question, new ShardLostException("This instance has been closed: nothing is recorded any more"));
    }
}
