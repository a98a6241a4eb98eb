package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.ShardView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is shown of a job in a list beside what it is: what its shards do, and how its last firings ended. */
record JobRows(Map<String, RecordsDescriptor> records, Map<String, List<FiringDescriptor>> firings) {

    static final JobRows NONE = new JobRows(Map.of(), Map.of());

    /** The most shards whose records are read for one list. */
    static final int MAX_SHARDS = 2_000;

    /** The most firings that are shown of a job. */
    static final int FIRINGS = 10;

    /** The most executions that are looked at for a job. */
    static final int EXECUTIONS = 40;

    /**
     * The records of a job.
     *
     * @param shards that it has now
     * @param triggers how many are not done
     */
    record RecordsDescriptor(List<ShardRow> shards, int triggers) {

        static RecordsDescriptor of(JobDetail detail) {
            return new RecordsDescriptor(
                    detail.shards().stream().map(ShardRow::of).toList(),
                    detail.triggers().size());
        }
    }

    /**
     * A shard: who runs it, or how it ended.
     *
     * @param owner id of the instance that runs it or ran it last
     * @param outcome null while it runs, and before it has run
     */
    record ShardRow(
            int item,
            String state,
            @Nullable String owner,
            @Nullable String outcome,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt) {

        static ShardRow of(ShardView shard) {
            ShardRecord record = shard.record();
            return new ShardRow(
                    shard.shard(),
                    record.state().name(),
                    record.latest().map(ShardState.Attempt::owner).orElse(null),
                    record.isRunning() ? null : record.outcome(),
                    record.startedAt(),
                    record.finishedAt());
        }
    }

    /**
     * A firing, of all shards that the history tells of.
     *
     * @param outcome the worst of the latest attempts of its shards; null while one runs
     * @param late how long after its fire time the first of them began
     */
    record FiringDescriptor(
            String firing, Instant fireTime, @Nullable String outcome, int shards, Duration late) {

        /** Of the latest executions of one job, latest first. */
        static List<FiringDescriptor> of(List<ExecutionRecord> latestFirst) {
            Map<String, Map<Integer, ExecutionRecord>> byFiring = new LinkedHashMap<>();
            for (ExecutionRecord record : latestFirst) {
                byFiring.computeIfAbsent(record.identity().life() + "/" + record.firing(), any -> new LinkedHashMap<>())
                        .merge(record.shard(), record, (a, b) -> a.attempt() >= b.attempt() ? a : b);
            }
            List<FiringDescriptor> firings = new ArrayList<>();
            byFiring.values().stream().limit(FIRINGS).forEach(shards -> firings.add(of(shards.values())));
            return firings;
        }

        private static FiringDescriptor of(Collection<ExecutionRecord> shards) {
            ExecutionRecord any = shards.iterator().next();
            Instant began = shards.stream()
                    .map(ExecutionRecord::startedAt)
                    .min(Instant::compareTo)
                    .orElseThrow();
            String outcome = null;
            if (shards.stream().noneMatch(ExecutionRecord::isRunning)) {
                outcome = shards.stream()
                        .map(record -> String.valueOf(record.outcome()))
                        .filter(one -> !one.equals("SUCCEEDED") && !one.equals("MOVED"))
                        .findFirst()
                        .orElse("SUCCEEDED");
            }
            Duration late = Duration.between(any.fireTime(), began);
            return new FiringDescriptor(
                    any.firing(), any.fireTime(), outcome, shards.size(), late.isNegative() ? Duration.ZERO : late);
        }
    }

    /** Of those jobs whose records may be read together: the first ones, by the number of their shards. */
    static List<String> readable(Collection<JobView> jobs) {
        List<String> names = new ArrayList<>();
        int shards = 0;
        for (JobView job : jobs) {
            shards += job.definition() == null ? 1 : Math.max(1, job.shards());
            if (shards > MAX_SHARDS) {
                break;
            }
            names.add(job.name());
        }
        return names;
    }

    static Map<String, RecordsDescriptor> records(Map<String, JobDetail> details) {
        Map<String, RecordsDescriptor> records = new LinkedHashMap<>();
        details.forEach((name, detail) -> records.put(name, RecordsDescriptor.of(detail)));
        return records;
    }

    static Map<String, List<FiringDescriptor>> firings(Map<String, List<ExecutionRecord>> executions) {
        Map<String, List<FiringDescriptor>> firings = new LinkedHashMap<>();
        executions.forEach((job, latest) -> firings.put(job, FiringDescriptor.of(latest)));
        return firings;
    }
}
