package io.elasticjob.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * When executions reach a bound of their time, by the stopwatch. However many there are, one alarm waits for the first. An
 * execution has one bound at a time. Confined to the loop.
 */
final class TimeBounds {

    private final Outbox outbox;

    /** What happens then, by the time on the stopwatch; and by which of those each execution is found. */
    private final TreeMap<Long, Map<Run, Runnable>> bounds = new TreeMap<>();

    private final Map<Run, Long> byRun = new HashMap<>();

    /** What the alarm waits for that is set; the longest time when there is none. */
    private long alarm = Long.MAX_VALUE;

    TimeBounds(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Has this done after so long, unless the execution is forgotten, or has another bound, before. */
    void set(Run run, Duration left, Runnable then) {
        forget(run);
        long at = outbox.nanos() + left.toNanos();
        bounds.computeIfAbsent(at, any -> new HashMap<>()).put(run, then);
        byRun.put(run, at);
        await(at);
    }

    void forget(Run run) {
        Long at = byRun.remove(run);
        if (at != null) {
            bounds.computeIfPresent(at, (any, all) -> {
                all.remove(run);
                return all.isEmpty() ? null : all;
            });
        }
    }

    private void await(long first) {
        if (first < alarm) {
            alarm = first;
            outbox.alarm(Duration.ofNanos(Math.max(0, first - outbox.nanos())), this::look);
        }
    }

    private void look() {
        List<Runnable> reached = new ArrayList<>();
        while (!bounds.isEmpty() && bounds.firstKey() <= outbox.nanos()) {
            Map<Run, Runnable> all = bounds.pollFirstEntry().getValue();
            all.keySet().forEach(byRun::remove);
            reached.addAll(all.values());
        }
        alarm = Long.MAX_VALUE;
        if (!bounds.isEmpty()) {
            await(bounds.firstKey());
        }
        reached.forEach(Runnable::run);
    }
}
