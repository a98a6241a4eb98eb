package io.elasticjob;

/** Keys of all jobs that say whether and when a firing that failed is run again. */
final class RetryKeys {

    private RetryKeys() {}

    static JobKey.Builder retryAttempts() {
        return JobKey.named("retryAttempts")
                .maxLength(20)
                .defaultValue("0")
                .documentation("How often a firing of a shard is run again after it has failed, from 0 to 100. 0 by "
                        + "default.");
    }

    static JobKey.Builder retryDelay() {
        return JobKey.named("retryDelay")
                .shape(KeyTraits.Shape.DURATION)
                .defaultValue("10s")
                .documentation("How long a failed firing waits before it is run again for the first time, up to 1 "
                        + "day. 10s by default.");
    }

    static JobKey.Builder retryFactor() {
        return JobKey.named("retryFactor")
                .maxLength(20)
                .defaultValue("2")
                .documentation("By how much the wait grows with each further failure, from 1 to 100. 2 by default.");
    }

    static JobKey.Builder retryMaxDelay() {
        return JobKey.named("retryMaxDelay")
                .shape(KeyTraits.Shape.DURATION)
                .defaultValue("10m")
                .documentation("The longest wait before a failed firing is run again, up to 1 day; retryDelay "
                        + "where that is longer. 10m by default.");
    }

    static JobKey.Builder retryJitter() {
        return JobKey.named("retryJitter")
                .maxLength(20)
                .defaultValue("0.1")
                .documentation("By how much of itself a wait is longer at most, from 0 to 1, so that shards that "
                        + "failed together do not come back together. 0.1 by default.");
    }

    static JobKey.Builder retryOn() {
        return JobKey.named("retryOn")
                .maxLength(16_000)
                .defaultValue("")
                .documentation("Class names of the exceptions after which a firing is run again, with those that "
                        + "extend them, separated by commas. All by default.");
    }

    static JobKey.Builder retryNotOn() {
        return JobKey.named("retryNotOn")
                .maxLength(16_000)
                .defaultValue("")
                .documentation("Class names of the exceptions after which a firing is not run again, with those that "
                        + "extend them, separated by commas. Takes precedence over retryOn.");
    }
}
