package io.elasticjob.history;

import io.elasticjob.InvalidSettingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The executions that this instance has told of last, in memory: gone when the process is. */
public final class MemoryExecutionHistory implements ExecutionHistory {

    private static final int MOST = 1_000_000;

    private final int capacity;

    /** By id, in the order in which they were first told of. Guarded by this. */
    private final Map<String, ExecutionRecord> records = new LinkedHashMap<>();

    /**
     * @param capacity how many executions it holds, of all jobs together; the one told of first makes room
     * @throws InvalidSettingException when it is less than 1 or more than a million
     */
    public MemoryExecutionHistory(int capacity) {
        if (capacity > MOST) {
            throw new InvalidSettingException(
                    "elasticjob.history.memory.capacity",
                    String.valueOf(capacity),
                    "must be at most " + MOST + ": all of them are kept in memory");
        }
        if (capacity < 1) {
            throw new InvalidSettingException(
                    "elasticjob.history.memory.capacity",
                    String.valueOf(capacity),
                    "must be at least 1; to keep nothing set elasticjob.history.enabled=false");
        }
        this.capacity = capacity;
    }

    @Override
    public Scope scope() {
        return Scope.INSTANCE;
    }

    @Override
    public synchronized int record(List<ExecutionRecord> told) {
        for (ExecutionRecord record : told) {
            records.merge(record.id(), record, ExecutionRecord::mergedWith);
            if (records.size() > capacity) {
                records.remove(records.keySet().iterator().next());
            }
        }
        return 0;
    }

    @Override
    public List<ExecutionRecord> find(ExecutionQuery query) {
        return snapshot().stream()
                .filter(query::matches)
                .sorted(ExecutionRecord.LATEST_FIRST)
                .limit(query.size())
                .toList();
    }

    @Override
    public Optional<List<ExecutionTally>> tally(ExecutionTally.Query query) {
        Map<Object, ExecutionTally> counted = new HashMap<>();
        ExecutionQuery meant = ExecutionQuery.latest(
                        new ExecutionQuery.Work(query.job(), null, null, null), ExecutionQuery.MAX_SIZE)
                .began(query.span());
        snapshot().stream()
                .filter(meant::matches)
                .map(query::of)
                .forEach(one -> counted.merge(one.key(), one, ExecutionTally::and));
        return Optional.of(List.copyOf(counted.values()));
    }

    private synchronized List<ExecutionRecord> snapshot() {
        return new ArrayList<>(records.values());
    }

    @Override
    public boolean prune(Retention retention, Instant now) {
        Instant oldest = now.minus(retention.maxAge());
        Map<String, Integer> kept = new HashMap<>();
        List<ExecutionRecord> all = snapshot();
        all.sort(ExecutionRecord.LATEST_FIRST);
        List<String> over = all.stream()
                .filter(record -> kept.merge(record.job(), 1, Integer::sum) > retention.maxCount()
                        || record.startedAt().isBefore(oldest))
                .map(ExecutionRecord::id)
                .toList();
        List<ExecutionRecord> unended = all.stream()
                .filter(record -> record.isRunning() && all.stream().anyMatch(later -> later.isLaterThan(record)))
                .map(record -> record.neverToldToEnd(now))
                .toList();
        synchronized (this) {
            unended.forEach(record -> records.computeIfPresent(record.id(), (id, known) -> known.mergedWith(record)));
            over.forEach(records::remove);
        }
        return false;
    }
}
