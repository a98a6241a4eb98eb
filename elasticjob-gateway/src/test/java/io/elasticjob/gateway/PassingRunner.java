package io.elasticjob.gateway;

import io.elasticjob.Cancellation;
import io.elasticjob.Outcome;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** A crew's runner that hears of its engine through something between them. */
final class PassingRunner implements ShardRunner {

    /** Passes everything on; what is to be otherwise is overridden. */
    static class Ear implements Listener {

        private final Listener listener;

        Ear(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void ended(Order order, Outcome outcome) {
            listener.ended(order, outcome);
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
    }

    private final ShardRunner runner;
    private final UnaryOperator<Listener> between;

    PassingRunner(ShardRunner runner, UnaryOperator<Listener> between) {
        this.runner = runner;
        this.between = between;
    }

    @Override
    public void open(Listener listener) {
        runner.open(between.apply(listener));
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
    public void start(Order order) {
        runner.start(order);
    }

    @Override
    public void resume(Order order) {
        runner.resume(order);
    }

    @Override
    public void kept(Order order) {
        runner.kept(order);
    }

    @Override
    public void release(Order order) {
        runner.release(order);
    }

    @Override
    public void cancel(Order order, Cancellation why) {
        runner.cancel(order, why);
    }

    @Override
    public Duration lease(Duration session) {
        return runner.lease(session);
    }

    @Override
    public void close(Duration atMost) {
        runner.close(atMost);
    }
}
