package io.elasticjob.testing;

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
public final class SimulatedRunner implements ShardRunner {

    private final String process;
    private final Timekeeper timekeeper;
    private final VirtualTime time;
    private final Ledger ledger;
    private final Set<String> handlers;
    private final int slots;
    private final Supplier<Duration> durations;
    private Outcome outcome = new Outcome.Succeeded();
    private final Map<ExecutionId, Runnable> running = new LinkedHashMap<>();

    public SimulatedRunner(
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
        long token = tokenOf(told);
        Ledger.Entry entry = ledger.started(process, told, token, time.now());
        Consumer<Outcome> once = outcome -> {
            if (entry.ended == null) {
                entry.ended = time.now();
                running.remove(told.executionId());
                ended.accept(outcome);
            }
        };
        running.put(told.executionId(), () -> once.accept(new Outcome.Abandoned()));
        timekeeper.after(durations.get(), () -> once.accept(outcome));
    }

    /** How executions end from now on. */
    public void endWith(Outcome next) {
        outcome = next;
    }

    private static long tokenOf(ShardingContext context) {
        try {
            return context.fencingToken();
        } catch (IllegalStateException notMonitored) {
            return -1;
        }
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
