package io.elasticjob.history;

import io.elasticjob.ExecutionScope;
import io.elasticjob.Outcome;
import io.elasticjob.Progress;
import io.elasticjob.ShardingContext;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the executions of this instance say: up to 64 KiB of each while it runs, its first 16 and its last 48, and
 * thereafter the last 16 KiB, as long as those of all that have ended are not more than {@link #MOST_BYTES}. As a scope
 * around executions it knows when they begin and end, and hears of their progress; an appender gives it what is logged.
 *
 * <p>What is logged belongs to an execution if the thread that logs it runs its handler, or else if the mapped diagnostic
 * context of that thread names the execution: so does what a handler has others do, when it hands that context on. An
 * execution that says nothing leaves nothing here. Executions that run elsewhere may {@linkplain #remote send} what they say.
 * Safe to use from any thread.
 */
public final class ExecutionLogs implements ExecutionScope {

    /** The key of the mapped diagnostic context that names the execution, as {@link io.elasticjob.ExecutionId} is written. */
    public static final String EXECUTION = "elasticjob.execution";

    /** How much is kept of executions that have ended, in bytes; the one that ended first makes room. */
    public static final int MOST_BYTES = 8 * 1024 * 1024;

    /** What an entry takes beside its text, about. */
    private static final int OVERHEAD = 512;

    private final ThreadLocal<@Nullable RunLog> current = new ThreadLocal<>();

    /** What runs here, or is sent here, by the whole id. */
    private final Map<String, RunLog> running = new ConcurrentHashMap<>();

    /** The same, as the mapped diagnostic context names it: of two namespaces in one process the later one. */
    private final Map<String, RunLog> named = new ConcurrentHashMap<>();

    /** What has said something and ended, by the whole id, in that order. Guarded by itself. */
    private final Map<String, Ended> ended = new LinkedHashMap<>();

    /** Of what has ended. Guarded by that. */
    private int bytes;

    private final AtomicBoolean changed = new AtomicBoolean();
    private volatile Runnable bell = () -> {};

    private record Ended(RunLog log, int bytes) {}

    // ---- On the threads of handlers ---------------------------------------------------------------------------------

    @Override
    public Open open(ShardingContext context) {
        RunLog log = new RunLog(context, this::ring);
        running.put(log.execution().unique(), log);
        named.put(log.execution().shown(), log);
        RunLog around = current.get(); // on an executor that runs what it is given on the thread that gives it
        current.set(log);
        return new Open() {
            @Override
            public void close(Outcome outcome, @Nullable Throwable thrown) {
                if (around == null) {
                    current.remove();
                } else {
                    current.set(around);
                }
                named.remove(log.execution().shown(), log);
                running.remove(log.execution().unique(), log);
                end(log);
            }

            @Override
            public void progressed(Progress progress) {
                log.show(progress);
            }
        };
    }

    /**
     * The log of an execution whose handler does not run here, and sends what it says. To be ended once.
     *
     * @param context of the execution
     */
    public RemoteLog remote(ShardingContext context) {
        RunLog log = new RunLog(context, this::ring);
        running.put(log.execution().unique(), log);
        return new RemoteLog(log, ended -> {
            running.remove(ended.execution().unique(), ended);
            end(ended);
        });
    }

    private void end(RunLog log) {
        int length = log.end();
        if (length == 0) {
            return;
        }
        int size = length + OVERHEAD;
        synchronized (ended) {
            ended.put(log.execution().unique(), new Ended(log, size));
            bytes += size;
            Iterator<Ended> first = ended.values().iterator();
            while (bytes > MOST_BYTES) {
                bytes -= first.next().bytes();
                first.remove();
            }
        }
        ring();
    }

    /**
     * Takes what is logged on the current thread, if an execution has said it. Returns at once and never fails.
     *
     * @param name of the execution in the mapped diagnostic context; null when there is none
     * @param line asked for when it belongs to an execution
     */
    public void logged(@Nullable String name, Supplier<LogLine> line) {
        RunLog log = current.get();
        if (log == null && name != null) {
            log = named.get(name);
        }
        if (log != null) {
            log.add(line.get());
        }
    }

    /** Whether the current thread runs the handler of an execution. */
    public boolean isHandlersThread() {
        return current.get() != null;
    }

    private void ring() {
        if (!changed.get() && changed.compareAndSet(false, true)) {
            bell.run();
        }
    }

    // ---- On the thread of the writer --------------------------------------------------------------------------------

    /** @param heard called once, on any thread, when there is something that {@link #changes} has not given yet */
    void onChange(Runnable heard) {
        bell = heard;
        if (changed.get()) {
            heard.run();
        }
    }

    boolean hasChanged() {
        return changed.get();
    }

    /** What has said something since this was asked last. */
    List<RunLog> changes() {
        changed.set(false);
        List<RunLog> all = new ArrayList<>(running.values());
        synchronized (ended) {
            ended.values().forEach(one -> all.add(one.log()));
        }
        return all;
    }

    /** Some of what {@link #changes} has given is to be given again. */
    void changedAgain() {
        changed.set(true);
    }

    /** The history has this now. Gives the log of the execution, if there is one. */
    Optional<RunLog> recorded(ExecutionRecord record) {
        Optional<RunLog> log = of(record.identity());
        log.ifPresent(one -> one.recorded(!record.isRunning()));
        return log;
    }

    // ---- For people -------------------------------------------------------------------------------------------------

    private Optional<RunLog> of(ExecutionRecord.Identity execution) {
        RunLog runs = running.get(execution.unique());
        if (runs != null) {
            return Optional.of(runs);
        }
        synchronized (ended) {
            return Optional.ofNullable(ended.get(execution.unique())).map(Ended::log);
        }
    }

    /** What an execution of this instance has said; empty when it has said nothing, ended too long ago or ran elsewhere. */
    public Optional<ExecutionLog> log(ExecutionRecord.Identity execution) {
        return of(execution).map(RunLog::whole);
    }

    /** The latest execution of this instance that is meant, as far as anything is known here: one that runs comes first. */
    public Optional<ExecutionLog> latest(Predicate<ExecutionRecord.Identity> meant) {
        Optional<RunLog> runs = running.values().stream()
                .filter(log -> meant.test(log.execution()))
                .findAny();
        return runs.or(() -> latestEnded(meant)).map(RunLog::whole);
    }

    private Optional<RunLog> latestEnded(Predicate<ExecutionRecord.Identity> meant) {
        synchronized (ended) {
            return ended.values().stream()
                    .map(Ended::log)
                    .filter(log -> meant.test(log.execution()))
                    .reduce((earlier, later) -> later);
        }
    }

    /** Whether it runs on this instance now. */
    public boolean isRunning(ExecutionRecord.Identity execution) {
        return of(execution).map(log -> !log.hasEnded()).orElse(false);
    }

    /** The progress that an execution has shown which runs on this instance; null when it has shown none. */
    public @Nullable Progress progress(ExecutionRecord.Identity execution) {
        RunLog runs = running.get(execution.unique());
        return runs == null ? null : runs.progress();
    }
}
