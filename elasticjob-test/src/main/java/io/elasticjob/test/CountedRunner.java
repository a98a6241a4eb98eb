package io.elasticjob.test;

import io.elasticjob.Cancellation;
import io.elasticjob.Outcome;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Another runner, whose executions hold time up until they have ended. */
final class CountedRunner implements ShardRunner {

    private final ShardRunner runner;
    private final SteppedTime.Work executions;
    private final Set<Order> running = ConcurrentHashMap.newKeySet();

    CountedRunner(ShardRunner runner, SteppedTime.Work executions) {
        this.runner = runner;
        this.executions = executions;
    }

    /** What runs now, as ids. */
    List<String> running() {
        return running.stream()
                .map(order -> order.context().toString())
                .sorted()
                .toList();
    }

    /** The process dies: what runs is interrupted. */
    void interruptAll() {
        Cancellation death = new Cancellation(Cancellation.Reason.SHUTDOWN, "", "The test has killed the instance");
        running.forEach(order -> runner.cancel(order, death));
    }

    @Override
    public void open(Listener listener) {
        runner.open(new Listener() {
            @Override
            public void ended(Order order, Outcome outcome) {
                listener.ended(order, outcome);
                over(order);
            }

            @Override
            public CompletionStage<Void> recordEnd(Order order, Outcome outcome) {
                CompletionStage<Void> recorded = listener.recordEnd(order, outcome);
                over(order);
                return recorded;
            }

            @Override
            public CompletionStage<Void> reached(Order order, String checkpoint) {
                return listener.reached(order, checkpoint);
            }

            @Override
            public CompletionStage<Adopted> adopt(Holding holding) {
                return listener.adopt(holding);
            }

            @Override
            public void changed() {
                listener.changed();
            }
        });
    }

    private void begun(Order order) {
        if (running.add(order)) {
            executions.begin();
        }
    }

    private void over(@Nullable Order order) {
        if (order != null && running.remove(order)) {
            executions.end();
        }
    }

    @Override
    public Set<String> handlers() {
        return runner.handlers();
    }

    @Override
    public int slots() {
        return runner.slots();
    }

    @Override
    public Map<String, Integer> groups() {
        return runner.groups();
    }

    @Override
    public Set<String> errorHandlers() {
        return runner.errorHandlers();
    }

    @Override
    public void start(Order order) {
        begun(order);
        try {
            runner.start(order);
        } catch (RuntimeException | Error refused) {
            over(order);
            throw refused;
        }
    }

    @Override
    public void resume(Order order) {
        begun(order);
        runner.resume(order);
    }

    @Override
    public void kept(Order order) {
        runner.kept(order);
    }

    @Override
    public void release(Order order) {
        runner.release(order);
        over(order);
    }

    @Override
    public Duration lease(Duration session) {
        return runner.lease(session);
    }

    @Override
    public void cancel(Order order, Cancellation why) {
        runner.cancel(order, why);
    }

    @Override
    public void move(Order order) {
        runner.move(order);
    }

    @Override
    public void giveUpWhatShutsDown() {
        runner.giveUpWhatShutsDown();
    }

    @Override
    public void close(Duration atMost) {
        runner.close(atMost);
    }
}
