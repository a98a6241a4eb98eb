package io.elasticjob.slurm;

/** In what state Slurm has a task. */
enum TaskState {
    /** It waits for a node, or for its release. */
    WAITING,
    /** Processes of it may be there. */
    ACTIVE,
    /** It has ended with exit code 0. */
    SUCCEEDED,
    /** It was cancelled, before or while it ran. */
    CANCELLED,
    /** It has ended otherwise. */
    FAILED;

    /** Words that a later version of Slurm has are taken for a task that may run. */
    static TaskState of(String word) {
        return switch (word) {
            case "PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD" -> WAITING;
            case "COMPLETED" -> SUCCEEDED;
            case "CANCELLED", "REVOKED" -> CANCELLED;
            case "FAILED",
                    "TIMEOUT",
                    "NODE_FAIL",
                    "OUT_OF_MEMORY",
                    "PREEMPTED",
                    "BOOT_FAIL",
                    "DEADLINE",
                    "LAUNCH_FAILED",
                    "RECONFIG_FAIL" -> FAILED;
            default -> ACTIVE;
        };
    }

    boolean isEnd() {
        return this != WAITING && this != ACTIVE;
    }
}
