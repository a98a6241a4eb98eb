package io.elasticjob.engine;

import io.elasticjob.Cancellation;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Outcome;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that the machine wants done outside. Effects of one turn are begun in their order; what comes of them is
 * handed to {@code then} in a later turn, on the loop. What runs code of whoever asked runs elsewhere.
 */
sealed interface Effect {

    record WatchTree(Session session, String path, Consumer<Result<Void>> then) implements Effect {}

    record Children(Session session, String path, Consumer<Result<List<String>>> then) implements Effect {}

    /**
     * @param caughtUp whether the server has to catch up first with all that was written before
     */
    record ReadAll(Session session, List<String> paths, boolean caughtUp, Consumer<Result<List<Read>>> then)
            implements Effect {}

    /** Asks for nothing but an answer, of the server and of the leader that it follows. */
    record Sync(Session session, Consumer<Result<Void>> then) implements Effect {}

    record ReadAndWatch(Session session, String path, Consumer<Result<Read>> then) implements Effect {}

    record Commit(Session session, List<Write> writes, Consumer<Result<Answer>> then) implements Effect {}

    record Renew(Session session) implements Effect {}

    record Follow(Schedule schedule) implements Effect {}

    record Forget(Schedule schedule) implements Effect {}

    /**
     * How an execution ended, as its runner tells.
     *
     * @param recorded asks whether that is recorded; null when nobody does
     */
    record Ending(Outcome outcome, @Nullable Question<Void> recorded) {}

    record Start(ShardRunner.Order order, Consumer<Checkpoint> checkpoint, Consumer<Ending> ended) implements Effect {}

    /** As {@link Start}, of what goes on elsewhere. */
    record Resume(Start begun) implements Effect {}

    /** It goes on under the present instance of this process. */
    record Keep(ShardRunner.Order order) implements Effect {}

    /** It goes on under another instance. */
    record Release(ShardRunner.Order order) implements Effect {}

    record Cancel(ShardRunner.Order order, Cancellation why) implements Effect {}

    record Move(ShardRunner.Order order) implements Effect {}

    /**
     * Calls a listener or planner of a firing, on a thread of its own.
     *
     * @param whose in words
     * @param then hears on the loop that it has returned: null, or what it has thrown
     */
    record Call(String whose, Callable<@Nullable Void> listener, Consumer<@Nullable Throwable> then)
            implements Effect {}

    /** Interrupts a call that goes on for too long. */
    record Interrupt(Call call) implements Effect {}

    record Alarm(Duration delay, Runnable then) implements Effect {}

    record Publish(ElasticJobEvent event) implements Effect {}

    /**
     * @param answer what it throws is the answer
     * @param isWork whether it takes some time: then it is asked for off the loop, and must not look at what changes
     */
    record Reply<T>(Question<T> to, Supplier<? extends T> answer, boolean isWork) implements Effect {}

    /**
     * Works out one answer to many questions, on a thread of its own.
     *
     * @param then on the loop, once they are answered
     */
    record Make<T>(List<Question<T>> to, Supplier<? extends T> answer, Runnable then) implements Effect {}

    /** @param isWork as of {@link Reply} */
    record Refusal(Question<?> to, Supplier<? extends Throwable> why, boolean isWork) implements Effect {}
}
