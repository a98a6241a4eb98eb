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
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Runs nothing, for as long as chance says, and writes it down. On its way it may write checkpoints, each naming its
 * execution's token; like a handler, it goes on when one is acknowledged, and ends when one is refused.
 */
public final class SimulatedRunner implements ShardRunner {

    private final String process;
    private final Timekeeper timekeeper;
    private final VirtualTime time;
    private final Ledger ledger;
    private final Set<String> handlers;
    private final int slots;
    private final Supplier<Duration> durations;
    private Outcome outcome = new Outcome.Succeeded();
    private IntSupplier checkpoints = () -> 0;
    private boolean stubborn;
    private final Map<ExecutionId, Run> running = new LinkedHashMap<>();

    private final class Run {
        final ShardingContext context;
        final Ledger.Entry entry;
        final Function<String, CompletionStage<Void>> registry;
        final Consumer<Outcome> told;

        Run(
                ShardingContext context,
                Ledger.Entry entry,
                Function<String, CompletionStage<Void>> registry,
                Consumer<Outcome> told) {
            this.context = context;
            this.entry = entry;
            this.registry = registry;
            this.told = told;
        }

        void begin(int checkpoints) {
            Duration all = durations.get();
            goOn(checkpoints, all.dividedBy(checkpoints + 1L));
        }

        private void goOn(int checkpointsLeft, Duration part) {
            if (checkpointsLeft == 0 || entry.token < 0) {
                timekeeper.after(part, () -> end(outcome));
                return;
            }
            timekeeper.after(part, () -> {
                if (entry.ended == null) {
                    checkpoint(entry.token + ":" + checkpointsLeft)
                            .whenComplete((acknowledged, failed) -> timekeeper.execute(() -> {
                                if (failed == null) {
                                    goOn(checkpointsLeft - 1, part);
                                } else {
                                    end(new Outcome.Failed(failed.toString()));
                                }
                            }));
                }
            });
        }

        CompletionStage<Void> checkpoint(String text) {
            return registry.apply(text).whenComplete((acknowledged, failed) -> {
                if (failed == null) {
                    entry.acknowledged.add(text);
                }
            });
        }

        void end(Outcome how) {
            if (entry.ended == null) {
                entry.ended = time.now();
                running.remove(context.executionId());
                told.accept(how);
            }
        }
    }

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

    /** How many checkpoints each execution writes. */
    public SimulatedRunner checkpoints(IntSupplier each) {
        checkpoints = each;
        return this;
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
    public void start(
            String handler,
            ShardingContext.Builder context,
            Function<String, CompletionStage<Void>> registry,
            Consumer<Outcome> ended) {
        ShardingContext told = context.build();
        Ledger.Entry entry = ledger.started(process, told, tokenOf(told), time.now());
        Run run = new Run(told, entry, registry, ended);
        running.put(told.executionId(), run);
        run.begin(checkpoints.getAsInt());
    }

    /** How executions end from now on. */
    public void endWith(Outcome next) {
        outcome = next;
    }

    /** From now on an interruption ends nothing. */
    public void ignoreInterruptions() {
        stubborn = true;
    }

    /** As the handler of the running execution of this shard does it. */
    public CompletionStage<Void> checkpoint(String job, int shard, String text) {
        return running.values().stream()
                .filter(run -> run.context.jobName().equals(job) && run.context.shardingItem() == shard)
                .findFirst()
                .orElseThrow()
                .checkpoint(text);
    }

    /** Ends the running execution of this shard. */
    public void end(String job, int shard, Outcome how) {
        Run ended = running.values().stream()
                .filter(run -> run.context.jobName().equals(job) && run.context.shardingItem() == shard)
                .findFirst()
                .orElseThrow();
        timekeeper.execute(() -> ended.end(how));
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
        Run run = running.get(execution);
        if (run != null) {
            run.entry.cancelled = true;
            if (!stubborn) {
                timekeeper.execute(() -> run.end(new Outcome.Abandoned()));
            }
        }
    }

    @Override
    public void close(Duration atMost) {
        running.clear();
    }
}
