package io.elasticjob.memory;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts on the ensemble's thread, is read from any. */
final class RequestCounter {

    enum Kind {
        READ,
        CHILDREN,
        WATCH,
        COMMIT,
        SYNC
    }

    private final AtomicLongArray counts = new AtomicLongArray(Kind.values().length);

    void count(Kind kind) {
        counts.incrementAndGet(kind.ordinal());
    }

    Requests soFar() {
        return new Requests(of(Kind.READ), of(Kind.CHILDREN), of(Kind.WATCH), of(Kind.COMMIT), of(Kind.SYNC));
    }

    private long of(Kind kind) {
        return counts.get(kind.ordinal());
    }
}
