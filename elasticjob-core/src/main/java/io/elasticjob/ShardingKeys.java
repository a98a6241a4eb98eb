package io.elasticjob;

/** Keys of all jobs that say into what a firing is split, and where its shards run. */
final class ShardingKeys {

    private ShardingKeys() {}

    static JobKey.Builder shardingTotalCount() {
        return JobKey.named("shardingTotalCount")
                .maxLength(20)
                .defaultValue("1")
                .documentation("Number of shards into which each firing is split, from 1 to 10000. 1 by default.");
    }

    static JobKey.Builder broadcast() {
        return JobKey.named("broadcast")
                .maxLength(20)
                .defaultValue("false")
                .documentation(
                        "Whether each firing runs once on each eligible instance, instead of once in the cluster. "
                                + "It is not split then, and the part of an instance that goes is not run by others. "
                                + "False by default.");
    }

    static JobKey.Builder shardingItemParameters() {
        return JobKey.named("shardingItemParameters")
                .maxLength(256 * 1024)
                .shape(KeyTraits.Shape.PAIRS)
                .confidential()
                .defaultValue("")
                .documentation("Parameters of single shards: 0=Beijing,1=Shanghai, or a map. In a text, put a "
                        + "parameter that contains commas in double quotes.");
    }

    static JobKey.Builder jobParameter() {
        return JobKey.named("jobParameter")
                .maxLength(256 * 1024)
                .confidential()
                .defaultValue("")
                .documentation("Parameter for all shards.");
    }

    static JobKey.Builder shardingStrategy() {
        return JobKey.named("shardingStrategy")
                .name()
                .defaultValue("average")
                .documentation("Strategy that assigns shards to instances: average, odevity, round-robin, static, "
                        + "sticky, or the name of a ShardingStrategy bean. 'average' by default.");
    }

    static JobKey.Builder labels() {
        return JobKey.named("labels")
                .maxLength(16_000)
                .shape(KeyTraits.Shape.PAIRS)
                .defaultValue("")
                .documentation("What the labels of an instance must be for it to run the job: zone=eu, zone!=eu, "
                        + "zone in (eu,us), zone notin (eu,us), gpu, !spot, separated by commas; or a map of labels "
                        + "with values. In a text, put a name or value that contains commas, brackets or operators in "
                        + "double quotes.");
    }

    static JobKey.Builder maxShardsPerInstance() {
        return JobKey.named("maxShardsPerInstance")
                .maxLength(20)
                .defaultValue("0")
                .documentation(
                        "How many of the job's shards one instance may have; 0 for no limit. Shards for which no "
                                + "eligible instance has room wait for another instance. 0 by default.");
    }

    static JobKey.Builder executionGroup() {
        return JobKey.named("executionGroup")
                .name()
                .defaultValue("")
                .documentation("Execution group whose slots the job's shards take, one of elasticjob.execution.groups. "
                        + "An instance without that group uses its common slots. The common slots by default.");
    }

    static JobKey.Builder minInstances() {
        return JobKey.named("minInstances")
                .maxLength(20)
                .defaultValue("1")
                .documentation("How many instances must be eligible for the job to run, from 1 to 1000. With fewer, "
                        + "it starts nothing and waits. 1 by default.");
    }
}
