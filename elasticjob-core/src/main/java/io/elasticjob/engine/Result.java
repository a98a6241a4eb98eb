package io.elasticjob.engine;

/** What came of asking the registry. */
sealed interface Result<T> {

    /**
     * It answered.
     *
     * @param sent the stopwatch when it was asked
     * @param answered the stopwatch when the answer came, on whatever thread, and not when it is dealt with
     */
    record Told<T>(T answer, long sent, long answered) implements Result<T> {}

    /** It did not answer: nothing is known, and a commit may have been applied. */
    record Unknown<T>(Throwable why) implements Result<T> {}
}
