package io.elasticjob.simulation;

import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.engine.ShardRunner;
import io.elasticjob.engine.Timekeeper;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Runs nothing, for as long as chance says, and writes it down. */
final class SimulatedRunner implements ShardRunner {

    private final String process;
    private final Timekeeper timekeeper;
    private final VirtualTime time;
    private final Ledger ledger;
    private final Set<String> handlers;
    private final int slots;
    private final Supplier<Duration> durations;
    private final Map<ExecutionId, Runnable> running = new LinkedHashMap<>();

    SimulatedRunner(
            String process,
            VirtualTime time,
            Timekeeper timekeeper,
            Ledger ledger,
            Set<String> handlers,
            int slots,
            Supplier<Duration> durations) {
        this.process = process;
        this.time = time;
        this.timekeeper = timekeeper;
        this.ledger = ledger;
        this.handlers = handlers;
        this.slots = slots;
        this.durations = durations;
    }

    @Override
    public Set<String> handlers() {
        return handlers;
    }

    @Override
    public int slots() {
        return slots;
    }

    @Override
    public void start(String handler, ShardingContext.Builder context, Consumer<Outcome> ended) {
        ShardingContext told = context.build();
        long token = told.fencingToken();
        Ledger.Entry entry = ledger.started(process, told.executionId(), token, told.fireTime(), time.now());
        Consumer<Outcome> once = outcome -> {
            if (entry.ended == null) {
                entry.ended = time.now();
                running.remove(told.executionId());
                ended.accept(outcome);
            }
        };
        running.put(told.executionId(), () -> once.accept(new Outcome.Abandoned()));
        timekeeper.after(durations.get(), () -> once.accept(new Outcome.Succeeded()));
    }

    @Override
    public void cancel(ExecutionId execution) {
        Runnable interruption = running.get(execution);
        if (interruption != null) {
            timekeeper.execute(interruption);
        }
    }

    @Override
    public void close(Duration atMost) {
        running.clear();
    }
}
