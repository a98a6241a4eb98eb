package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
import io.elasticjob.Schedule;
import io.elasticjob.ShardingContext;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Something that the machine wants done outside. Effects of one turn are begun in their order; what comes of them is
 * handed to {@code then} in a later turn, on the loop.
 */
sealed interface Effect {

    record WatchTree(Session session, String path, Consumer<Result<Void>> then) implements Effect {}

    record Children(Session session, String path, Consumer<Result<List<String>>> then) implements Effect {}

    /**
     * @param caughtUp whether the server has to catch up first with all that was written before
     */
    record ReadAll(Session session, List<String> paths, boolean caughtUp, Consumer<Result<List<Read>>> then)
            implements Effect {}

    record ReadAndWatch(Session session, String path, Consumer<Result<Read>> then) implements Effect {}

    record Commit(Session session, List<Write> writes, Consumer<Result<Answer>> then) implements Effect {}

    record Renew(Session session) implements Effect {}

    record Follow(Schedule schedule) implements Effect {}

    record Forget(Schedule schedule) implements Effect {}

    record Start(
            String handler, ShardingContext.Builder context, Consumer<Checkpoint> checkpoint, Consumer<Outcome> ended)
            implements Effect {}

    record Cancel(ExecutionId execution) implements Effect {}

    record Alarm(Duration delay, Runnable then) implements Effect {}

    record Publish(ElasticJobEvent event) implements Effect {}
}
