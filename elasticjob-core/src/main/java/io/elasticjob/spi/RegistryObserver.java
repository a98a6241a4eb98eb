package io.elasticjob.spi;

import java.time.Duration;

/**
 * Hears of every request that an engine has sent to its registry, once it is known what became of it. Called on whatever
 * thread the answer came on, most often one of the registry's, so that it has to be quick and must not block. What it
 * throws is logged and changes nothing.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface RegistryObserver {

    /** What was asked for. */
    enum Kind {
        /** A transaction of writes. */
        COMMIT,
        /** The values of nodes. */
        READ,
        /** The names of a node's children. */
        CHILDREN,
        /** A watch, be it on a tree, or on one node that is read at the same time. */
        WATCH,
        /** That the server catches up with all that was written before. */
        SYNC
    }

    /** What became of it. */
    enum Ending {
        /** It was done as asked. */
        ANSWERED,
        /** The registry said no to a transaction: something of it was decided from an older state. */
        REFUSED,
        /** There was no answer; a write may have been applied, or not. */
        UNANSWERED
    }

    /** @param took from the sending to the answer, or to the certainty that none will come */
    void observed(Kind kind, Ending ending, Duration took);
}
