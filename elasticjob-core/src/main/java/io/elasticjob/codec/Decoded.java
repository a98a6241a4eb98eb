package io.elasticjob.codec;

import io.elasticjob.text.VisibleText;

/** What became of an attempt to read a stored value. */
public sealed interface Decoded<T> {

    /** Of a reason, in characters. */
    int LONGEST = 200;

    /** Why there is no value, fit for a log; empty where there is one. */
    String reason();

    /** The value was read. */
    record Value<T>(T value) implements Decoded<T> {

        @Override
        public String reason() {
            return "";
        }
    }

    /**
     * A later version wrote it. It is not touched: the one that wrote it will deal with it.
     *
     * @param reason what this version does not know of it, fit for a log
     */
    record Newer<T>(String reason) implements Decoded<T> {

        public Newer {
            reason = VisibleText.of(reason, LONGEST);
        }
    }

    /**
     * No version can read it.
     *
     * @param reason fit for a log: what is broken may be long, and may be meant to look like another line
     */
    record Broken<T>(String reason) implements Decoded<T> {

        public Broken {
            reason = VisibleText.of(reason, LONGEST);
        }
    }
}
