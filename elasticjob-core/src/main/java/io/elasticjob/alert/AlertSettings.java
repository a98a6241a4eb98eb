package io.elasticjob.alert;

import io.elasticjob.text.NearestName;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When to alert, and how often at most.
 *
 * @param on the conditions to watch; those with a limit of 0 are not watched all the same
 * @param recovered whether to tell recoveries
 * @param jobs what holds for single jobs, by name; names match without case, dashes and dots
 */
public record AlertSettings(
        Set<AlertCondition> on, Thresholds thresholds, boolean recovered, Rate rate, Map<String, OfJob> jobs) {

    /**
     * From where on something is worth an alert; 0 disables it.
     *
     * @param failuresInARow so many failures
     * @param longerThan how long an execution may run
     * @param registryAway how long ZooKeeper may be unreachable
     */
    public record Thresholds(int failuresInARow, Duration longerThan, Duration registryAway) {}

    /**
     * How often to alert at most.
     *
     * @param interval for each channel the least time between two alerts of the same job and condition
     * @param maxPerMinute most alerts that a channel is given within a minute
     */
    public record Rate(Duration interval, int maxPerMinute) {}

    /**
     * What holds for one job.
     *
     * @param enabled whether anything about it is told
     * @param failuresInARow null for that of all jobs
     * @param longerThan null for that of all jobs
     */
    public record OfJob(
            boolean enabled,
            @Nullable Integer failuresInARow,
            @Nullable Duration longerThan) {

        static final OfJob DEFAULT = new OfJob(true, null, null);
    }

    public AlertSettings {
        on = Set.copyOf(on);
        Map<String, OfJob> byPlainName = new LinkedHashMap<>();
        jobs.forEach((name, job) -> byPlainName.put(NearestName.plain(name), job));
        jobs = Map.copyOf(byPlainName);
    }

    boolean isMuted(@Nullable String job) {
        return job != null && !of(job).enabled();
    }

    int failuresInARow(String job) {
        Integer own = of(job).failuresInARow();
        return own == null ? thresholds.failuresInARow() : own;
    }

    Duration longerThan(String job) {
        Duration own = of(job).longerThan();
        return own == null ? thresholds.longerThan() : own;
    }

    private OfJob of(String job) {
        return jobs.getOrDefault(NearestName.plain(job), OfJob.DEFAULT);
    }
}
