package io.elasticjob.coordination;

import org.jspecify.annotations.Nullable;

/**
 * What is noted of the firings of a job beside where they stand.
 *
 * @param missed the deadlines that were told as missed; null before the first
 */
public record FiringMarks(@Nullable MissedDeadlines missed) {

    public static final FiringMarks NONE = new FiringMarks(null);

    /** The same after a deadline was told. */
    public FiringMarks missed(MissedDeadlines told) {
        return new FiringMarks(told);
    }
}
