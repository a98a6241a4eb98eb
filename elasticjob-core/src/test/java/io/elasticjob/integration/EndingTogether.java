package io.elasticjob.integration;

import io.elasticjob.Cancellation;
import io.elasticjob.Outcome;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.spi.SystemTimekeeper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

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
    public void open(Listener listener) {
        runner.open(new Listener() {
            @Override
            public void ended(Order order, Outcome outcome) {
                gather(() -> listener.ended(order, outcome));
            }

            @Override
            public CompletionStage<Void> recordEnd(Order order, Outcome outcome) {
                return listener.recordEnd(order, outcome);
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

    @Override
    public void start(Order order) {
        runner.start(order);
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
    public void cancel(Order order, Cancellation why) {
        runner.cancel(order, why);
    }

    @Override
    public void close(Duration atMost) {
        runner.close(atMost);
    }
}
