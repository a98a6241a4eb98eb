package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.history.ExecutionTally;
import io.elasticjob.view.InstanceView;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * How the namespace is doing.
 *
 * @param jobs how many there are in each state; those of the last three are counted in the first four as well
 * @param shards how many there are of jobs that are enabled
 * @param instances how many there are in each state
 * @param history what it tells of the last hour; null where none is kept, or it does not count
 */
record OverviewDescriptor(
        SortedMap<String, Integer> jobs,
        int shards,
        SortedMap<String, Integer> instances,
        @Nullable History history) implements OperationResponseBody {

    /** What is counted together. */
    static final Duration SPAN = Duration.ofHours(1);

    static final Duration BUCKET = Duration.ofMinutes(1);

    private static final int SHOWN = 10;

    static final OverviewDescriptor NONE = new OverviewDescriptor(new TreeMap<>(), 0, new TreeMap<>(), null);

    /**
     * What the history tells.
     *
     * @param scope whose executions these are
     * @param from when the time begins
     * @param minutes those in which something began, ascending
     * @param failing the jobs with the most failures
     * @param longest the jobs with the longest executions that have ended
     * @param failures the latest executions that somebody should look at
     */
    record History(
            ExecutionHistory.Scope scope,
            Instant from,
            List<Minute> minutes,
            List<JobTally> failing,
            List<JobTally> longest,
            List<ExecutionsDescriptor.ExecutionDescriptor> failures) {}

    /**
     * A minute.
     *
     * @param outcomes how many executions began in it, by their outcome
     */
    record Minute(Instant from, SortedMap<String, Long> outcomes) {}

    /**
     * A job.
     *
     * @param failures how many of them somebody should look at
     * @param average duration of those that have ended
     */
    record JobTally(String job, long executions, long failures, Duration average, Duration longest) {

        private static JobTally of(String job, List<ExecutionTally> tallies) {
            List<ExecutionTally> ended = tallies.stream()
                    .filter(one -> !one.outcome().equals(ExecutionQuery.RUNNING))
                    .toList();
            long count = sum(ended);
            Duration total = ended.stream().map(ExecutionTally::total).reduce(Duration.ZERO, Duration::plus);
            return new JobTally(
                    job,
                    sum(tallies),
                    sum(tallies.stream()
                            .filter(one -> HistoryActivity.FAILURES.contains(one.outcome()))
                            .toList()),
                    count == 0 ? Duration.ZERO : total.dividedBy(count),
                    ended.stream()
                            .map(ExecutionTally::longest)
                            .max(Duration::compareTo)
                            .orElse(Duration.ZERO));
        }

        private static long sum(List<ExecutionTally> tallies) {
            return tallies.stream().mapToLong(ExecutionTally::executions).sum();
        }
    }

    static OverviewDescriptor of(NamespaceView view, @Nullable History history) {
        SortedMap<String, Integer> jobs = new TreeMap<>();
        int shards = 0;
        for (JobView job : view.jobs().values()) {
            for (JobsQuery.State state : JobsQuery.State.values()) {
                if (state.holds(job)) {
                    jobs.merge(state.name(), 1, Integer::sum);
                }
            }
            if (JobCondition.of(job) == JobCondition.ENABLED && job.definition() != null) {
                shards += job.shards();
            }
        }
        jobs.put("ALL", view.jobs().size());
        SortedMap<String, Integer> instances = new TreeMap<>();
        for (InstanceView instance : view.instances().values()) {
            instances.merge(instance.instance().state().name(), 1, Integer::sum);
        }
        return new OverviewDescriptor(jobs, shards, instances, history);
    }

    /**
     * What the history tells; null where it does not count.
     *
     * @throws io.elasticjob.history.HistoryException when it gives no answer in time
     */
    static @Nullable History history(HistoryReader history, Instant now) {
        Instant from = now.minus(SPAN);
        List<ExecutionTally> parts =
                history.tally(new ExecutionTally.Query(null, from, now, BUCKET)).orElse(null);
        List<ExecutionTally> byJob =
                history.tally(new ExecutionTally.Query(null, from, now, null)).orElse(null);
        if (parts == null || byJob == null) {
            return null;
        }
        List<JobTally> jobs = byJob.stream()
                .collect(Collectors.groupingBy(tally -> String.valueOf(tally.job()), TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(job -> JobTally.of(job.getKey(), job.getValue()))
                .toList();
        return new History(
                history.scope(),
                from,
                minutes(parts),
                jobs.stream()
                        .filter(job -> job.failures() > 0)
                        .sorted(Comparator.comparingLong(JobTally::failures).reversed())
                        .limit(SHOWN)
                        .toList(),
                jobs.stream()
                        .filter(job -> !job.longest().isZero())
                        .sorted(Comparator.comparing(JobTally::longest).reversed())
                        .limit(SHOWN)
                        .toList(),
                failures(history, from));
    }

    private static List<Minute> minutes(List<ExecutionTally> parts) {
        SortedMap<Instant, SortedMap<String, Long>> minutes = new TreeMap<>();
        parts.forEach(part -> minutes.computeIfAbsent(part.from(), any -> new TreeMap<>())
                .merge(part.outcome(), part.executions(), Long::sum));
        return minutes.entrySet().stream()
                .map(minute -> new Minute(minute.getKey(), minute.getValue()))
                .toList();
    }

    private static List<ExecutionsDescriptor.ExecutionDescriptor> failures(HistoryReader history, Instant from) {
        return HistoryActivity.FAILURES.stream()
                .flatMap(outcome -> history
                        .find(ExecutionQuery.latest(ExecutionQuery.Work.ALL, SHOWN)
                                .began(new ExecutionQuery.Span(from, null))
                                .outcome(outcome))
                        .stream())
                .sorted(ExecutionRecord.LATEST_FIRST)
                .limit(SHOWN)
                .map(ExecutionsDescriptor.ExecutionDescriptor::of)
                .toList();
    }
}
