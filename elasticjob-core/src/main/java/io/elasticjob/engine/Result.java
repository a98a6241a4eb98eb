package io.elasticjob.engine;

/** What came of asking the registry. */
sealed interface Result<T> {

    /** It answered. */
    record Told<T>(T answer) implements Result<T> {}

    /** It did not answer: nothing is known, and a commit may have been applied. */
    record Unknown<T>(Throwable why) implements Result<T> {}
}
