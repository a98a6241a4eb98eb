package io.elasticjob.alert;

import java.util.Comparator;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/** Readings of the stopwatch, which may overflow: only their differences count. */
final class Deadlines {

    static final Comparator<Long> IN_ORDER = (one, other) -> Long.signum(one - other);

    private Deadlines() {}

    static OptionalLong first(LongStream deadlines) {
        return deadlines.reduce((one, other) -> one - other <= 0 ? one : other);
    }
}
