package io.elasticjob;

/**
 * Which instances run a job, and how much of it one of them may have.
 *
 * @param labels what the labels of an instance must be
 * @param maxShardsPerInstance how many of the shards an instance may have; 0 for no limit
 * @param minInstances how many instances must be eligible for the job to run, at least 1
 * @param executionGroup whose slots its executions take on an instance that has this group; "" for the common slots
 * @since 0.1.0
 */
public record Placement(LabelSelector labels, int maxShardsPerInstance, int minInstances, String executionGroup) {

    private static final SettingForm<Integer> MAX_SHARDS = SettingForm.number(0, JobDefinition.MAX_SHARDS);
    private static final SettingForm<Integer> MIN_INSTANCES = SettingForm.number(1, 1_000);

    /** @throws InvalidSettingException when a key of placement cannot be used */
    static Placement read(WrittenSettings written) {
        return new Placement(
                written.read(JobKey.LABELS, LabelSelector::parse),
                written.read(JobKey.MAX_SHARDS_PER_INSTANCE, MAX_SHARDS),
                written.read(JobKey.MIN_INSTANCES, MIN_INSTANCES),
                written.text(JobKey.EXECUTION_GROUP));
    }

    /** Whether the job runs when so many instances are eligible. */
    public boolean isEnough(int eligible) {
        return eligible >= minInstances;
    }
}
