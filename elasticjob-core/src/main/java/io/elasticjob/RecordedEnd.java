package io.elasticjob;

import org.jspecify.annotations.Nullable;

/** What a record keeps of how an execution ended. */
final class RecordedEnd {

    private RecordedEnd() {}

    /** What a record keeps as the result of an execution that ended so; null for none. */
    static @Nullable String resultOf(Outcome ended) {
        return ended instanceof Outcome.Succeeded succeeded
                        && !succeeded.result().isEmpty()
                ? succeeded.result()
                : null;
    }

    /** What a record says of why an execution ended so; null where there is nothing to say. */
    static @Nullable String errorOf(Outcome ended) {
        if (ended instanceof Outcome.Cancelled cancelled) {
            return cancelled.text();
        } else if (ended instanceof Outcome.TimedOut late) {
            return late.text();
        } else if (ended instanceof Outcome.Skipped skipped) {
            return skipped.reason().isEmpty() ? null : skipped.reason();
        }
        return ended instanceof Outcome.Failed failed ? failed.error() : null;
    }
}
