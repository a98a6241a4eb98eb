package io.elasticjob.coordination;

import org.jspecify.annotations.Nullable;

/**
 * What is noted of the firings of a job beside where they stand.
 *
 * @param missed the deadlines that were told as missed; null before the first
 * @param past what is kept of those that are over
 */
public record FiringMarks(@Nullable MissedDeadlines missed, PastFirings past) {

    public static final FiringMarks NONE = new FiringMarks(null, PastFirings.NONE);

    /** The same after a deadline was told. */
    public FiringMarks missed(MissedDeadlines told) {
        return new FiringMarks(told, past);
    }

    /** The same with what is kept of those that are over. */
    public FiringMarks past(PastFirings kept) {
        return new FiringMarks(missed, kept);
    }
}
