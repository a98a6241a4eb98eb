package io.elasticjob.integration;

import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.engine.ShardRunner;
import io.elasticjob.engine.SystemTimekeeper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Tells the ends of so many executions all in one turn of the loop, which only chance would do otherwise. */
final class EndingTogether implements ShardRunner {

    private final ShardRunner runner;
    private final SystemTimekeeper loop;
    private final int howMany;
    private final List<Runnable> ends = new ArrayList<>();

    EndingTogether(int howMany, SystemTimekeeper loop, ShardRunner runner) {
        this.howMany = howMany;
        this.loop = loop;
        this.runner = runner;
    }

    @Override
    public void start(String handler, ShardingContext.Builder context, Consumer<Outcome> ended) {
        runner.start(handler, context, outcome -> gather(() -> ended.accept(outcome)));
    }

    private synchronized void gather(Runnable end) {
        ends.add(end);
        if (ends.size() == howMany) {
            List<Runnable> together = List.copyOf(ends);
            ends.clear();
            loop.execute(() -> together.forEach(Runnable::run)); // the turn that hears of them comes behind this
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
    public void cancel(ExecutionId execution) {
        runner.cancel(execution);
    }

    @Override
    public void close(Duration atMost) {
        runner.close(atMost);
    }
}
