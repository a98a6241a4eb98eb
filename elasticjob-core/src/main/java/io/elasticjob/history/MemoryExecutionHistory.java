package io.elasticjob.history;

import io.elasticjob.InvalidSettingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The executions that this instance has told of last, in memory: gone when the process is. */
public final class MemoryExecutionHistory implements ExecutionHistory {

    private final int capacity;

    /** By id, in the order in which they were first told of. Guarded by this. */
    private final Map<String, ExecutionRecord> records = new LinkedHashMap<>();

    /**
     * @param capacity how many executions it holds, of all jobs together; the one told of first makes room
     * @throws InvalidSettingException when it is less than 1
     */
    public MemoryExecutionHistory(int capacity) {
        if (capacity < 1) {
            throw new InvalidSettingException(
                    "elasticjob.tracing.memory.capacity",
                    String.valueOf(capacity),
                    "must be at least 1; to keep nothing set elasticjob.tracing.enabled=false");
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
