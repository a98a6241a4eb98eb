package io.elasticjob.engine;

/** When an answer came. */
enum Arrival {
    IN_TIME,
    /** It took so long that this instance may have been given up meanwhile. */
    LATE;

    static Arrival of(boolean isLate) {
        return isLate ? LATE : IN_TIME;
    }
}
