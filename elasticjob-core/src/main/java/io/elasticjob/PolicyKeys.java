package io.elasticjob;

/** Keys of all jobs that say what happens when something goes wrong, and what is recorded. */
final class PolicyKeys {

    private PolicyKeys() {}

    static JobKey.Builder monitorExecution() {
        return JobKey.named("monitorExecution")
                .maxLength(20)
                .defaultValue("true")
                .documentation("Whether each execution is claimed and recorded. Without it, two instances may run the "
                        + "same shard. True by default.");
    }

    static JobKey.Builder failover() {
        return JobKey.named("failover")
                .maxLength(20)
                .defaultValue("false")
                .documentation("Whether to run a shard again immediately when its instance dies while running it. "
                        + "False by default.");
    }

    static JobKey.Builder failoverLimit() {
        return JobKey.named("failoverLimit")
                .maxLength(20)
                .defaultValue("3")
                .documentation("How often failover may run one firing of a shard again. 3 by default.");
    }

    static JobKey.Builder timeout() {
        return JobKey.named("timeout")
                .shape(KeyTraits.Shape.DURATION)
                .documentation(
                        "How long an execution may take, such as 30m, up to 365 days. Then it is cancelled, and counts "
                                + "as failed. No limit by default.");
    }

    static JobKey.Builder cancelGrace() {
        return JobKey.named("cancelGrace")
                .shape(KeyTraits.Shape.DURATION)
                .defaultValue("60s")
                .documentation(
                        "How long an execution that was cancelled, by its timeout or by an operator, may go on before "
                                + "that is recorded although it has not ended. Up to 1 day. 60s by default.");
    }

    static JobKey.Builder pauseAfterFailures() {
        return JobKey.named("pauseAfterFailures")
                .maxLength(20)
                .defaultValue("0")
                .documentation("After how many firings of a shard that failed in a row the job is disabled until an "
                        + "operator enables it, up to 1000; 0 for never. 0 by default.");
    }

    static JobKey.Builder errorHandler() {
        return JobKey.named("errorHandler")
                .name()
                .defaultValue("")
                .documentation(
                        "What hears of failures: log, throw, ignore, or the name of a JobErrorHandler bean. Only "
                                + "instances that have it run the job. 'elasticjob.execution.error-handler' by default.");
    }

    static JobKey.Builder misfire() {
        return JobKey.named("misfire")
                .maxLength(40)
                .defaultValue("FIRE_ONCE")
                .documentation("What happens to a firing that could not start in time: FIRE_ONCE, SKIP or RUN_ALL. "
                        + "FIRE_ONCE by default.");
    }

    static JobKey.Builder catchUp() {
        return JobKey.named("catchUp")
                .maxLength(20)
                .defaultValue("100")
                .documentation("How many missed firings run with misfire=RUN_ALL, up to 1000; of more, the oldest are "
                        + "dropped. 100 by default.");
    }

    static JobKey.Builder catchUpAge() {
        return JobKey.named("catchUpAge")
                .shape(KeyTraits.Shape.DURATION)
                .defaultValue("1d")
                .documentation("How long ago a firing may have been missed that runs with misfire=RUN_ALL, up to 365 "
                        + "days. 1d by default.");
    }

    static JobKey.Builder overlap() {
        return JobKey.named("overlap")
                .maxLength(40)
                .defaultValue("MISFIRE")
                .documentation("What happens to a firing that comes due while its shard still runs: MISFIRE (as "
                        + "'misfire' says), QUEUE_ALL or CANCEL_RUNNING. MISFIRE by default.");
    }

    static JobKey.Builder misfireThreshold() {
        return JobKey.named("misfireThreshold")
                .shape(KeyTraits.Shape.DURATION)
                .defaultValue("60s")
                .documentation("How late a firing may start without being a misfire. At least the session timeout "
                        + "plus 5s. 60s by default.");
    }

    static JobKey.Builder onSessionLoss() {
        return JobKey.named("onSessionLoss")
                .maxLength(40)
                .defaultValue("CANCEL")
                .documentation("What happens to a running execution when its instance loses its session: CANCEL or "
                        + "CONTINUE. CANCEL by default.");
    }

    static JobKey.Builder keepCheckpoint() {
        return JobKey.named("keepCheckpoint")
                .maxLength(20)
                .defaultValue("false")
                .documentation("Whether to keep the checkpoint after a firing that succeeded. False by default.");
    }
}
