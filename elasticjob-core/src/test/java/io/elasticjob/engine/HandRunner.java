package io.elasticjob.engine;

import io.elasticjob.Cancellation;
import io.elasticjob.Outcome;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Runs nothing itself: notes what it is told, and tells what a test says. What it has begun goes on without it. */
final class HandRunner implements ShardRunner {

    static final Duration LEASE = Duration.ofSeconds(2);

    final List<Order> started = new ArrayList<>();
    final List<Order> resumed = new ArrayList<>();
    final List<Order> released = new ArrayList<>();
    final Map<Order, Cancellation> cancelled = new LinkedHashMap<>();

    private final Set<String> handlers;
    private Listener listener;

    HandRunner(String... handlers) {
        this.handlers = Set.of(handlers);
    }

    /** As whoever runs it tells the order of another runner. */
    CompletionStage<Adopted> adopt(Order order) {
        return adopt(order, Duration.ZERO, null);
    }

    CompletionStage<Adopted> adopt(Order order, Duration running, Outcome ended) {
        return listener.adopt(
                new Holding(order.context().executionId(), order.context().fencingToken(), running, ended));
    }

    CompletionStage<Adopted> adopt(Holding holding) {
        return listener.adopt(holding);
    }

    void end(Order order, Outcome outcome) {
        listener.ended(order, outcome);
    }

    CompletionStage<Void> recordEnd(Order order, Outcome outcome) {
        return listener.recordEnd(order, outcome);
    }

    CompletionStage<Void> checkpoint(Order order, String text) {
        return listener.reached(order, text);
    }

    @Override
    public void open(Listener opening) {
        listener = opening;
    }

    @Override
    public Set<String> handlers() {
        return handlers;
    }

    @Override
    public int slots() {
        return 10;
    }

    @Override
    public Duration lease(Duration session) {
        return LEASE;
    }

    @Override
    public void start(Order order) {
        started.add(order);
    }

    @Override
    public void resume(Order order) {
        resumed.add(order);
    }

    @Override
    public void release(Order order) {
        released.add(order);
    }

    @Override
    public void cancel(Order order, Cancellation why) {
        cancelled.put(order, why);
    }

    @Override
    public void close(Duration atMost) {}
}
