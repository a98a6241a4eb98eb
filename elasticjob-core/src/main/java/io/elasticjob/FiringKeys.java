package io.elasticjob;

/** Keys of all jobs that say what is recorded of a firing as a whole, and who hears of it. */
final class FiringKeys {

    private FiringKeys() {}

    static JobKey.Builder recordFirings() {
        return JobKey.named("recordFirings")
                .maxLength(20)
                .defaultValue("false")
                .documentation(
                        "Whether each firing is recorded as a whole: it is closed with one result when all its shards "
                                + "have ended, and the next firing begins only then. Always so with firingListeners. "
                                + "False by default.");
    }

    static JobKey.Builder firingListeners() {
        return JobKey.named("firingListeners")
                .maxLength(1_000)
                .documentation(
                        "Names of the listeners that are called once in the cluster before the first and after the "
                                + "last shard of each firing, separated by commas, in this order.");
    }

    static JobKey.Builder planner() {
        return JobKey.named("planner")
                .maxLength(200)
                .documentation(
                        "Name of the ShardPlanner that decides for each firing, once its time has come, into which parts "
                                + "it is split. Each firing is then recorded as a whole. None by default.");
    }

    static JobKey.Builder plannerTimeout() {
        return JobKey.named("plannerTimeout")
                .shape(KeyTraits.Shape.DURATION)
                .defaultValue("60s")
                .documentation(
                        "How long the planner may take before it is interrupted and the firing ends as failed, up "
                                + "to 1 day. 60s by default.");
    }

    static JobKey.Builder after() {
        return JobKey.named("after")
                .maxLength(2_500)
                .documentation(
                        "Names of jobs after whose firings this one runs, separated by commas, each with SUCCEEDED, "
                                + "FAILED, SKIPPED or ANY after a colon if it is not SUCCEEDED. They need recordFirings.");
    }

    static JobKey.Builder join() {
        return JobKey.named("join")
                .maxLength(20)
                .defaultValue("EACH")
                .documentation(
                        "How several jobs in 'after' count: EACH (it runs after each of them), ANY (once, after the "
                                + "first that comes of what descends from one firing) or ALL (once, when all of them "
                                + "have come). EACH by default.");
    }

    static JobKey.Builder firingDeadline() {
        return JobKey.named("firingDeadline")
                .shape(KeyTraits.Shape.DURATION)
                .documentation(
                        "How long after its fire time a firing has to have ended, all its shards, such as 2h, up to 365 "
                                + "days. One that has not is reported once, and goes on. Needs recordFirings. None by "
                                + "default.");
    }

    static JobKey.Builder firingListenerTimeout() {
        return JobKey.named("firingListenerTimeout")
                .shape(KeyTraits.Shape.DURATION)
                .defaultValue("60s")
                .documentation(
                        "How long each of the firingListeners may take before it is interrupted and not waited for "
                                + "any longer, up to 1 day. 60s by default.");
    }
}
