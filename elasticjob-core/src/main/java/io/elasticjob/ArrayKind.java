package io.elasticjob;

import io.elasticjob.text.Pairs;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Brings the keys of jobs that run as an array of tasks on a cluster. To the engine such a job is one shard.
 *
 * @since 0.1.0
 */
public final class ArrayKind implements HandlerKind {

    /** The most tasks of a firing: what becomes of each is written into one record. */
    public static final int MAX_TASKS = 10_000;

    private static final Map<String, Pattern> RESOURCES = Map.of(
            "cpu", Pattern.compile("(?=.*[1-9])(\\d{1,4}(\\.\\d{1,3})?|\\d{1,7}m)"),
            "memory", Pattern.compile("(?=.*[1-9])\\d{1,9}(Ki|Mi|Gi|Ti)?"));

    private static final SettingForm<Integer> SIZE = SettingForm.number(1, MAX_TASKS);
    private static final SettingForm<SortedMap<String, String>> PARAMETERS = ArrayKind::parameters;

    /** Name of the template. */
    public static final JobKey ARRAY = JobKey.named("array")
            .namesHandler("template of a cluster")
            .documentation(
                    "Name of a template of a cluster that runs the job: each firing is an array of tasks there. An entry"
                            + " with an array declares a further job. Instances that have the template run it. Excludes 'handler'.")
            .build();

    /** How many tasks a firing has. */
    public static final JobKey ARRAY_SIZE = JobKey.named("arraySize")
            .defaultValue("1")
            .form(SIZE)
            .documentation("How many tasks a firing has, from 1 to 10000. Needs 'array'. 1 by default.")
            .build();

    /** Parameters of tasks, by number. */
    public static final JobKey ARRAY_PARAMETERS = JobKey.named("arrayParameters")
            .pairs("task", "0=eu,1=us")
            .form(PARAMETERS)
            .maxLength(JobDefinition.MAX_LENGTH)
            .confidential()
            .documentation(
                    "Parameters of tasks, by number, such as 0=eu,1=us. A task without one has an empty parameter. Needs"
                            + " 'array'.")
            .build();

    /** How many tasks run at once. */
    public static final JobKey ARRAY_PARALLELISM = JobKey.named("arrayParallelism")
            .form(SIZE)
            .documentation(
                    "How many tasks of a firing run at once at most. Without it, as many as the cluster lets. Needs"
                            + " 'array'.")
            .build();

    /** How long a task may take. */
    public static final JobKey ARRAY_TASK_TIMEOUT = JobKey.named("arrayTaskTimeout")
            .duration(Duration.ofDays(365))
            .documentation(
                    "How long each task may take, from its own beginning. A task that takes longer is ended, and has"
                            + " failed. Needs 'array'.")
            .build();

    /** How often the cluster begins a failed task again. */
    public static final JobKey ARRAY_RETRIES = JobKey.named("arrayRetries")
            .defaultValue("0")
            .form(SettingForm.number(0, 100))
            .documentation(
                    "How often the cluster itself begins a failed task again within an attempt, from 0 to 100. Only for"
                            + " clusters that can do it. Needs 'array'. 0 by default.")
            .build();

    /** What each task needs. */
    public static final JobKey ARRAY_RESOURCES = JobKey.named("arrayResources")
            .pairs("resource", "cpu=500m,memory=2Gi")
            .form(ArrayKind::resources)
            .documentation(
                    "What each task needs, such as cpu=500m,memory=2Gi. What is not named is as the template has it. Needs"
                            + " 'array'.")
            .build();

    /** Whether the job runs as an array of tasks on a cluster. */
    public static boolean runs(JobDefinition job) {
        return job.handler().startsWith(ARRAY.key() + ":");
    }

    /** How many tasks a firing has. */
    public static int size(JobDefinition job) {
        return job.value(ARRAY_SIZE, SIZE);
    }

    @Override
    public String name() {
        return "array";
    }

    @Override
    public Collection<JobKey> keys() {
        return List.of(
                ARRAY,
                ARRAY_SIZE,
                ARRAY_PARAMETERS,
                ARRAY_PARALLELISM,
                ARRAY_TASK_TIMEOUT,
                ARRAY_RETRIES,
                ARRAY_RESOURCES);
    }

    @Override
    public void check(JobDefinition job) {
        if (!runs(job)) {
            keys().stream()
                    .filter(key -> key != ARRAY && job.settings().containsKey(key))
                    .findFirst()
                    .ifPresent(key -> {
                        throw refused(job, key, "needs array, the name of a template of a cluster");
                    });
            return;
        }
        if (job.plannedShards().arePlanned()) {
            throw refused(job, JobKey.PLANNER, "cannot be set beside array: the job is one shard");
        }
        if (job.shardingTotalCount() != 1 || job.broadcast()) {
            throw refused(
                    job,
                    job.broadcast() ? JobKey.BROADCAST : JobKey.SHARDING_TOTAL_COUNT,
                    "cannot be set beside array: the job is one shard, and arraySize says how many tasks it has");
        }
        if (!job.monitorExecution()) {
            throw refused(job, JobKey.MONITOR_EXECUTION, "must be true beside array: the record says where it runs");
        }
        checkValue(job, JobKey.JOB_PARAMETER, job.jobParameter());
        job.value(ARRAY_PARAMETERS, PARAMETERS).values().forEach(value -> checkValue(job, ARRAY_PARAMETERS, value));
        int size = job.value(ARRAY_SIZE, SIZE);
        job.value(ARRAY_PARAMETERS, PARAMETERS).keySet().forEach(number -> checkNumber(job, number, size));
    }

    private static void checkValue(JobDefinition job, JobKey key, String value) {
        if (value.indexOf('\0') >= 0) {
            throw new InvalidSettingException(
                    job.name() + "." + key.key(),
                    InvalidSettingException.hidden(value),
                    "has the character U+0000, which no environment variable of a task can have");
        }
    }

    private static void checkNumber(JobDefinition job, String number, int size) {
        if (!number.matches("0|[1-9][0-9]{0,5}") || Integer.parseInt(number) >= size) {
            throw new InvalidSettingException(
                    job.name() + "." + ARRAY_PARAMETERS.key(),
                    InvalidSettingException.hidden(number),
                    "must name tasks by their numbers, from 0 to " + (size - 1));
        }
    }

    /** What is wrong with them is said without a word of them: they may be secret. */
    private static SortedMap<String, String> parameters(String written) {
        SortedMap<String, String> parameters = new TreeMap<>();
        for (Pairs.Pair pair : Pairs.list(written, "0=eu,1=us")) {
            if (parameters.put(pair.key(), pair.value()) != null) {
                throw new IllegalArgumentException("names a task twice");
            }
        }
        return parameters;
    }

    /** The text as it is, once each resource is known. */
    private static String resources(String written) {
        SortedMap<String, String> resources =
                SettingForm.pairs("resource", "cpu=500m,memory=2Gi").read(written);
        resources.forEach((name, amount) -> {
            Pattern form = RESOURCES.get(name);
            if (form == null) {
                throw new IllegalArgumentException("must name no other resources than cpu and memory");
            }
            if (!form.matcher(amount).matches()) {
                throw new IllegalArgumentException("must have amounts such as cpu=2, cpu=500m and memory=512Mi");
            }
        });
        return written;
    }

    private static InvalidSettingException refused(JobDefinition job, JobKey key, String rule) {
        return new InvalidSettingException(
                job.name() + "." + key.key(),
                job.setting(key).map(Setting::value).orElse(""),
                rule);
    }
}
