package io.elasticjob.coordination;

/**
 * How long an answer may be, as far as is known from those that came and from one that did not. An answer that did not come
 * may have been lost for another reason; one of that length that comes later says so.
 *
 * @param longest bytes of the longest answer that came
 * @param lost bytes of the shortest answer that did not come and was longer than any that did; {@link Long#MAX_VALUE} when
 *     there was none
 */
public record AnswerLimit(long longest, long lost) {

    public static final AnswerLimit UNKNOWN = new AnswerLimit(0, Long.MAX_VALUE);

    /** Answers that are so much shorter than one that did not come are tried. */
    private static final int FACTOR = 4;

    /** Whether an answer did not come that may have been too long. */
    public boolean isKnown() {
        return lost < Long.MAX_VALUE;
    }

    public AnswerLimit came(long bytes) {
        return bytes <= longest ? this : new AnswerLimit(bytes, bytes >= lost ? Long.MAX_VALUE : lost);
    }

    /** @param bytes how long it would have been */
    public AnswerLimit lost(long bytes) {
        return bytes <= longest || bytes >= lost ? this : new AnswerLimit(longest, bytes);
    }

    /**
     * How many bytes to ask for at a time.
     *
     * @param usual as long as nothing is known
     */
    public long most(long usual) {
        return isKnown() ? Math.min(usual, Math.max(longest, lost / FACTOR)) : usual;
    }
}
