package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.view.JobView;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which jobs are at work, and which have failed last, as the history knows. Of each, it looks at the latest few hundred
 * executions.
 *
 * @param running names of jobs of which something runs
 * @param failing names of jobs of whose firing that ended last a shard has not succeeded
 * @param overdue names of jobs of which a firing should have begun and has not, as their records tell
 * @param began when something of a job began last, by its name
 */
record HistoryActivity(Set<String> running, Set<String> failing, Set<String> overdue, Map<String, Instant> began) {

    static final HistoryActivity NONE = new HistoryActivity(Set.of(), Set.of());

    /** The most executions that are looked at to learn what began last. */
    static final int MOST_BEGUN = 5_000;

    /** As the history tells alone. */
    HistoryActivity(Set<String> running, Set<String> failing) {
        this(running, failing, Set.of(), Map.of());
    }

    /** With what the records tell. */
    HistoryActivity withOverdue(Set<String> names) {
        return new HistoryActivity(running, failing, names, began);
    }

    /** With when something of each job began last. */
    HistoryActivity withBegan(Map<String, Instant> instants) {
        return new HistoryActivity(running, failing, overdue, instants);
    }

    /** How executions end that somebody should look at. */
    static final Set<String> FAILURES = Set.of("FAILED", "TIMED_OUT", "LOST", "ABANDONED");

    /** Enough to find one that has ended behind those that run. */
    private static final int LATEST = JobRows.EXECUTIONS;

    /** @throws io.elasticjob.history.HistoryException when the history gives no answer in time */
    static HistoryActivity of(HistoryReader history) {
        Set<String> running = jobs(history, ExecutionQuery.RUNNING);
        Set<String> suspected = new TreeSet<>();
        FAILURES.forEach(outcome -> suspected.addAll(jobs(history, outcome)));
        Set<String> failing = history.latest(suspected, LATEST).entrySet().stream()
                .filter(job -> hasFailed(job.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        return new HistoryActivity(running, failing);
    }

    /**
     * When something of a job began last, as far as the latest executions of all jobs tell.
     *
     * @throws io.elasticjob.history.HistoryException when the history gives no answer in time
     */
    static Map<String, Instant> began(HistoryReader history) {
        Map<String, Instant> began = new HashMap<>();
        ExecutionQuery query = ExecutionQuery.latest(ExecutionQuery.Work.ALL, ExecutionQuery.MAX_SIZE);
        for (int read = 0; read < MOST_BEGUN; read += ExecutionQuery.MAX_SIZE) {
            List<ExecutionRecord> page = history.find(query);
            page.forEach(record -> began.putIfAbsent(record.job(), record.startedAt()));
            if (page.size() < ExecutionQuery.MAX_SIZE) {
                break;
            }
            query = query.before(ExecutionQuery.Place.of(page.get(page.size() - 1)));
        }
        return began;
    }

    private static Set<String> jobs(HistoryReader history, String outcome) {
        return history
                .find(ExecutionQuery.latest(ExecutionQuery.Work.ALL, ExecutionQuery.MAX_SIZE)
                        .outcome(outcome))
                .stream()
                .map(ExecutionRecord::job)
                .collect(Collectors.toSet());
    }

    private static boolean hasFailed(List<ExecutionRecord> latestFirst) {
        return JobRows.FiringDescriptor.of(latestFirst).stream()
                .map(JobRows.FiringDescriptor::outcome)
                .filter(Objects::nonNull)
                .findFirst()
                .map(FAILURES::contains)
                .orElse(false);
    }

    boolean tells(JobsQuery.State state, JobView job) {
        return switch (state) {
            case RUNNING -> running.contains(job.name());
            case FAILING -> failing.contains(job.name());
            case OVERDUE -> overdue.contains(job.name());
            default -> false;
        };
    }
}
