package io.elasticjob.runner;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which execution a thread belongs to: it runs the execution, or was made by a thread that did, at any remove. */
final class Origin {

    private static final InheritableThreadLocal<Origin> CURRENT = new InheritableThreadLocal<>();

    /** Null after its end, so that a thread that lives longer keeps nothing of it. */
    private volatile @Nullable Execution execution;

    private Origin(Execution execution) {
        this.execution = execution;
    }

    /** From now on the current thread, and those that it makes, belong to this execution. */
    static Origin begin(Execution execution) {
        Origin origin = new Origin(execution);
        CURRENT.set(origin);
        return origin;
    }

    /** The execution that the current thread belongs to, as long as its handler runs. */
    static Optional<Execution> ofCurrentThread() {
        Origin origin = CURRENT.get();
        return origin == null ? Optional.empty() : Optional.ofNullable(origin.execution);
    }

    void end() {
        execution = null;
        CURRENT.remove();
    }
}
