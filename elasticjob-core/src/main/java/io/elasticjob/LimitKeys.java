package io.elasticjob;

/** Keys of all jobs that say how many shards run at the same time in the whole namespace. */
final class LimitKeys {

    private LimitKeys() {}

    static JobKey.Builder maxConcurrentShards() {
        return JobKey.named("maxConcurrentShards")
                .maxLength(20)
                .documentation(
                        "How many of the job's shards run at the same time, on all instances together, from 1 to "
                                + "10000. Further shards wait. No limit by default.");
    }

    static JobKey.Builder limits() {
        return JobKey.named("limits")
                .maxLength(1_000)
                .defaultValue("")
                .documentation("Names of limits that the job shares with others, separated by commas; each is one of "
                        + "elasticjob.limits. A shard starts when each of them has room. None by default.");
    }

    static JobKey.Builder priority() {
        return JobKey.named("priority")
                .maxLength(20)
                .defaultValue("5")
                .documentation(
                        "Which shard starts first of those that wait for the same limit, from 1 to 10: that with the "
                                + "higher priority, then the one that has been due for longer. 5 by default.");
    }
}
