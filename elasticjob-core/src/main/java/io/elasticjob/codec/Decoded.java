package io.elasticjob.codec;

/** What became of an attempt to read a stored value. */
public sealed interface Decoded<T> {

    /** The value was read. */
    record Value<T>(T value) implements Decoded<T> {}

    /** A later version wrote it. It is not touched: whoever wrote it will deal with it. */
    record Newer<T>(int format) implements Decoded<T> {}

    /** No version can read it. */
    record Broken<T>(String reason) implements Decoded<T> {}
}
