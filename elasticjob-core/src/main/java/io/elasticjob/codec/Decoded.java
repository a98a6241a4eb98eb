package io.elasticjob.codec;

/** What became of an attempt to read a stored value. */
public sealed interface Decoded<T> {

    /** The value was read. */
    record Value<T>(T value) implements Decoded<T> {}

    /** A later version wrote it. It is not touched: whoever wrote it will deal with it. */
    record Newer<T>(int format) implements Decoded<T> {}

    /**
     * No version can read it.
     *
     * @param reason fit for a log: what is broken may be long, and may be meant to look like another line
     */
    record Broken<T>(String reason) implements Decoded<T> {

        private static final int LONGEST = 200;

        public Broken {
            String start = reason.length() <= LONGEST ? reason : reason.substring(0, LONGEST) + "…";
            reason = start.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}]", " ");
        }
    }
}
