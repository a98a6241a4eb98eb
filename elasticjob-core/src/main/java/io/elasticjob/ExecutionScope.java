package io.elasticjob;

import org.jspecify.annotations.Nullable;

/**
 * Surrounds executions on the threads that run their handlers: tracing, a logging context, a security context. It cannot
 * change an execution: what it throws is logged, and told to the {@linkplain JobErrorHandler error handler} of the job; the
 * handler runs all the same, and the outcome is the handler's.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ExecutionScope {

    /**
     * Called on the thread that runs the handler, just before it does. Scopes are opened in their order, and closed in the
     * reverse one.
     *
     * @return what to do at the end
     */
    Open open(ShardingContext context);

    /** A scope that is open. */
    @FunctionalInterface
    interface Open {

        /**
         * Called once, on the same thread, when the handler has ended and what it threw has been logged.
         *
         * @param outcome how the handler ended; whether that can be recorded is not known yet
         * @param thrown what the handler threw; null when it returned
         */
        void close(Outcome outcome, @Nullable Throwable thrown);

        /**
         * Called when the handler shows {@link ShardingContext#progress progress}, on the thread that does, which may be any
         * one and at the same time as others: returns at once. Does nothing by default.
         */
        default void progressed(Progress progress) {}
    }
}
