package io.elasticjob.engine;

/** What is known of the namespace since the connection was made. */
enum Knowledge {
    /** All instances and all jobs. */
    WHOLE,
    /** Some, or nothing. What needs a claim waits. */
    PARTIAL;

    static Knowledge of(boolean isWhole) {
        return isWhole ? WHOLE : PARTIAL;
    }

    boolean isWhole() {
        return this == WHOLE;
    }
}
