package io.elasticjob;

import java.util.Set;

/**
 * Hears of each failure of a handler: to log it, to report it, or to keep quiet about it. A job names its error handler with the
 * key {@code errorHandler}; in a Spring application that is the name of a bean. It changes nothing: the outcome, retries and
 * alerts are the same, whatever it does.
 *
 * <p>It hears as well what an {@link ExecutionScope} throws that cannot be opened or closed, though that is no failure of the
 * execution, and is logged whatever the error handler is.
 *
 * <p>It is called on the thread of the failed handler, within its {@link ExecutionScope}s, and holds the slot and the shard until
 * it returns; a {@code timeout} of the job, and a cancel, interrupt it like the handler. What it throws is logged, with the
 * failure that it was told.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface JobErrorHandler {

    /** Name of the one that logs each failure at ERROR, with its stack trace. What holds unless something else is said. */
    String LOG = "log";

    /** Name of the one that hands each failure to the uncaught exception handler of the thread. */
    String THROW = "throw";

    /** Name of the one that does nothing. The outcome tells of the failure all the same. */
    String IGNORE = "ignore";

    /** Names that every instance knows. */
    Set<String> BUILT_IN = Set.of(LOG, THROW, IGNORE);

    /**
     * An execution has failed, or one of its scopes.
     *
     * @param context as the handler was given it
     * @param failure what the handler or a scope threw; a {@link java.util.concurrent.TimeoutException} when the handler took
     *     longer than the {@code timeout} of its job, with what it threw then, if anything, as its cause
     */
    void failed(ShardingContext context, Throwable failure) throws Exception;
}
