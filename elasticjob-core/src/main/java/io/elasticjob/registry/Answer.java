package io.elasticjob.registry;

import java.util.List;
import java.util.Optional;

/** The registry's answer to a {@link Registry#commit commit}: all of it was written, or nothing. */
public sealed interface Answer {

    /**
     * All was written, as one transaction.
     *
     * @param results one for each write, in their order
     */
    record Committed(List<Written> results) implements Answer {}

    /**
     * Nothing was written.
     *
     * @param index of the first write that could not be done; nothing is said of those after it
     */
    record Refused(int index, Reason reason) implements Answer {}

    /**
     * @param path where it was written; differs from the asked path for {@link Write.Life#SEQUENTIAL}
     * @param stat present for {@link Write.Put} only
     */
    record Written(String path, Optional<Stat> stat) {}

    /** Why a write was refused. */
    enum Reason {
        /** The node, or the parent of a node to be created, is not there. */
        ABSENT,
        /** A node to be created is there already. */
        PRESENT,
        /** The node has another version. */
        VERSION,
        /** A node to be deleted has children. */
        NOT_EMPTY
    }
}
