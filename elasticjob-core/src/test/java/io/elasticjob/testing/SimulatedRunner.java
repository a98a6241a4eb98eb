package io.elasticjob.testing;

import io.elasticjob.Cancellation;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs nothing, for as long as chance says, and writes it down. On its way it may write checkpoints, each naming its
 * execution's token; like a handler, it goes on when one is acknowledged, and ends when one is refused.
 */
public final class SimulatedRunner implements ShardRunner {

    private final String process;
    private final Timekeeper timekeeper;
    private final VirtualTime time;
    private final Ledger ledger;
    private Set<String> handlers;
    private Supplier<Set<String>> said;
    private int slots;
    private Map<String, Integer> groups = Map.of();
    private final Supplier<Duration> durations;
    private Function<Order, Outcome> outcomes = order -> new Outcome.Succeeded();
    private Function<Order, @Nullable Duration> lasting = order -> null;
    private IntSupplier checkpoints = () -> 0;
    private Predicate<String> streams = job -> false;
    private boolean deaf;
    private boolean stubborn;
    private boolean asksForRecords;
    private final Map<Order, Run> running = new LinkedHashMap<>();
    private Listener listener;

    /** What is answered about the record of ends, by execution; filled after {@link #askForRecords}. */
    public final Map<String, CompletionStage<Void>> records = new LinkedHashMap<>();

    /** Why executions were cancelled, in order. */
    public final List<Cancellation> cancellations = new ArrayList<>();

    private final class Run {
        final Order order;
        final Ledger.Entry entry;

        Run(Order order, Ledger.Entry entry) {
            this.order = order;
            this.entry = entry;
        }

        boolean moving;

        /** One batch after the other, each with a checkpoint, until one is refused, or the shard is to move. */
        private void stream(int batch) {
            timekeeper.after(durations.get().plusMillis(400), () -> {
                if (entry.ended != null) {
                    return;
                }
                if (entry.token < 0) {
                    nextBatch(batch);
                    return;
                }
                checkpoint(entry.token + ":" + batch)
                        .whenComplete((acknowledged, failed) -> timekeeper.execute(() -> {
                            if (failed == null) {
                                nextBatch(batch);
                            } else {
                                end(new Outcome.Failed(failed.toString()));
                            }
                        }));
            });
        }

        private void nextBatch(int batch) {
            if (moving) {
                end(new Outcome.Moved());
            } else {
                stream(batch + 1);
            }
        }

        boolean isOf(String job, int shard) {
            return order.context().jobName().equals(job) && order.context().shardingItem() == shard;
        }

        void begin(int checkpoints) {
            if (streams.test(order.context().jobName())) {
                stream(1);
                return;
            }
            Duration own = lasting.apply(order);
            Duration all = own == null ? durations.get() : own;
            goOn(checkpoints, all.dividedBy(checkpoints + 1L));
        }

        private void goOn(int checkpointsLeft, Duration part) {
            if (checkpointsLeft == 0 || entry.token < 0) {
                timekeeper.after(part, () -> end(outcomes.apply(order)));
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
            return listener.reached(order, text).whenComplete((acknowledged, failed) -> {
                if (failed == null) {
                    entry.acknowledged.add(text);
                }
            });
        }

        void end(Outcome how) {
            if (entry.ended == null) {
                entry.ended = time.now();
                entry.outcome = how;
                running.remove(order);
                if (asksForRecords) {
                    records.put(order.context().executionId().toString(), listener.recordEnd(order, how));
                } else {
                    listener.ended(order, how);
                }
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
        this.said = () -> handlers;
        this.slots = slots;
        this.durations = durations;
    }

    /** How many checkpoints each execution writes. */
    public SimulatedRunner checkpoints(IntSupplier each) {
        checkpoints = each;
        return this;
    }

    /** The executions of these jobs have no end of their own: they go on until they are asked to move. */
    public SimulatedRunner streams(Predicate<String> jobs) {
        streams = jobs;
        return this;
    }

    /** Whether its executions hear of it when they are asked to stop on their way. */
    public SimulatedRunner canBeAsked(boolean can) {
        deaf = !can;
        return this;
    }

    /** Whether the running execution of this shard was asked to stop on its way. */
    public boolean isMoving(String job, int shard) {
        return running.values().stream().anyMatch(run -> run.isOf(job, shard) && run.moving);
    }

    @Override
    public Set<String> handlers() {
        return said.get();
    }

    @Override
    public int slots() {
        return slots;
    }

    @Override
    public Map<String, Integer> groups() {
        return groups;
    }

    /** From now on it has these execution groups. */
    public void groups(Map<String, Integer> now) {
        groups = now;
        if (listener != null) {
            listener.changed();
        }
    }

    @Override
    public void open(Listener opening) {
        listener = opening;
    }

    /** From now on it can run these handlers, so many at once; what was ordered before goes on. */
    public void offer(Set<String> handlersNow, int slotsNow) {
        handlers = handlersNow;
        say(() -> handlersNow, slotsNow);
    }

    /** From now on it says that it can run these, whatever it can. */
    public void say(Supplier<Set<String>> handlersNow, int slotsNow) {
        said = handlersNow;
        slots = slotsNow;
        listener.changed();
    }

    @Override
    public void start(Order order) {
        ShardingContext told = order.context();
        Ledger.Entry entry = ledger.started(process, told, tokenOf(told), time.now());
        Run run = new Run(order, entry);
        running.put(order, run);
        if (!handlers.contains(order.handler())) {
            timekeeper.execute(() -> run.end(new Outcome.Abandoned())); // it was claimed before that went round
            return;
        }
        run.begin(checkpoints.getAsInt());
    }

    /** How executions end from now on. */
    public void endWith(Outcome next) {
        outcomes = order -> next;
    }

    /** How long each execution lasts; null for as long as all. */
    public SimulatedRunner lasting(Function<Order, @Nullable Duration> each) {
        lasting = each;
        return this;
    }

    /** How each execution ends that comes to its end. */
    public SimulatedRunner outcomes(Function<Order, Outcome> each) {
        outcomes = each;
        return this;
    }

    /** From now on it asks of each end whether it is recorded. */
    public void askForRecords() {
        asksForRecords = true;
    }

    /** From now on an interruption ends nothing. */
    public void ignoreInterruptions() {
        stubborn = true;
    }

    /** As the handler of the running execution of this shard does it. */
    public CompletionStage<Void> checkpoint(String job, int shard, String text) {
        return running.values().stream()
                .filter(run -> run.isOf(job, shard))
                .findFirst()
                .orElseThrow()
                .checkpoint(text);
    }

    /** Ends the running execution of this shard. */
    public void end(String job, int shard, Outcome how) {
        Run ended = running.values().stream()
                .filter(run -> run.isOf(job, shard))
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
    public void cancel(Order order, Cancellation why) {
        Run run = running.get(order);
        if (run != null) {
            run.entry.cancelled = true;
            cancellations.add(why);
            if (!stubborn) {
                timekeeper.execute(() -> run.end(new Outcome.Abandoned()));
            }
        }
    }

    @Override
    public void move(Order order) {
        Run run = running.get(order);
        if (run != null && !deaf) {
            run.moving = true;
        }
    }

    @Override
    public void close(Duration atMost) {
        running.clear();
    }
}
