package io.elasticjob.coordination;

import io.elasticjob.DataflowJob;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.LabelSelector;
import io.elasticjob.Misfire;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which versions understand what is stored of a job. Who does not understand a job does not run it: it is stored in a format
 * that earlier versions leave alone, and their instances are not eligible.
 *
 * @param number from 1
 * @param because keys that the format before does not know, or not in this form; empty for the first format, and for a job that
 *     only has a life of its own: earlier versions would look for its records in another place
 */
public record JobFormat(int number, SortedSet<JobKey> because) {

    private static final JobFormat FIRST = new JobFormat(1, new TreeSet<>());

    /** What the first format knows. Every other key of all jobs came with the second one. */
    private static final Set<JobKey> KEYS_OF_FIRST = Set.of(
            JobKey.CRON,
            JobKey.EVERY,
            JobKey.AT,
            JobKey.ZONE,
            JobKey.SHARDING_TOTAL_COUNT,
            JobKey.SHARDING_ITEM_PARAMETERS,
            JobKey.JOB_PARAMETER,
            JobKey.SHARDING_STRATEGY,
            JobKey.MONITOR_EXECUTION,
            JobKey.FAILOVER,
            JobKey.FAILOVER_LIMIT,
            JobKey.MISFIRE,
            JobKey.MISFIRE_THRESHOLD,
            JobKey.ON_SESSION_LOSS,
            JobKey.KEEP_CHECKPOINT,
            JobKey.ENABLED,
            JobKey.LABELS,
            JobKey.DESCRIPTION,
            JobKey.HANDLER);

    private static final Set<JobKey> COMMON = Set.copyOf(JobKey.common());

    public JobFormat {
        because = Collections.unmodifiableSortedSet(new TreeSet<>(because));
    }

    /** The first format that can hold the job, whatever of its settings is overridden. */
    public static JobFormat of(StoredJob job) {
        SortedSet<JobKey> later = Stream.concat(job.declared().keySet().stream(), job.overrides().keySet().stream())
                .filter(JobFormat::isOfSecond)
                .collect(Collectors.toCollection(TreeSet::new));
        if (usesOperators(job)) {
            later.add(JobKey.LABELS);
        }
        if (runsAllMissed(job)) {
            later.add(JobKey.MISFIRE);
        }
        if (values(job, JobKey.SHARDING_STRATEGY)
                .anyMatch(value -> value.strip().equals("static"))) {
            later.add(JobKey.SHARDING_STRATEGY);
        }
        if (job.shardCount().knowsBroadcast()) {
            later.add(JobKey.BROADCAST);
        }
        return later.isEmpty() && job.life().isEmpty() ? FIRST : new JobFormat(JobDefinition.FORMAT, later);
    }

    /** What kinds of handlers bring is known to who has the kind; but an earlier version may have a handler of this name. */
    private static boolean isOfSecond(JobKey key) {
        return (COMMON.contains(key) && !KEYS_OF_FIRST.contains(key)) || key.equals(DataflowJob.STREAMING);
    }

    private static boolean usesOperators(StoredJob job) {
        return values(job, JobKey.LABELS).anyMatch(JobFormat::usesOperators);
    }

    private static boolean runsAllMissed(StoredJob job) {
        return values(job, JobKey.MISFIRE)
                .anyMatch(value -> value.strip().replace('-', '_').equalsIgnoreCase(Misfire.RUN_ALL.name()));
    }

    private static Stream<String> values(StoredJob job, JobKey key) {
        return Stream.concat(
                Optional.ofNullable(job.declared().get(key)).map(set -> set.value()).stream(),
                Optional.ofNullable(job.overrides().get(key)).map(set -> set.value()).stream());
    }

    private static boolean usesOperators(String labels) {
        try {
            return LabelSelector.parse(labels.strip()).usesOperators();
        } catch (IllegalArgumentException unusable) {
            return false; // no version runs a job with it
        }
    }

    /** Why an instance does not run a job of this format, in words that continue "…: it"; empty when it may. */
    public Optional<String> obstacle(Instance instance) {
        if (number <= instance.repertoire().jobFormat()) {
            return Optional.empty();
        }
        return Optional.of(
                because.isEmpty()
                        ? "has an older version, which does not find the records of the job"
                        : "has an older version, which does not know what the job uses: " + inWords());
    }

    private String inWords() {
        return because.stream().map(JobKey::key).collect(Collectors.joining(", "))
                + (because.contains(JobKey.LABELS) ? " (with operators)" : "")
                + (because.contains(JobKey.MISFIRE) ? " (RUN_ALL)" : "")
                + (because.contains(JobKey.SHARDING_STRATEGY) ? " (static)" : "");
    }
}
