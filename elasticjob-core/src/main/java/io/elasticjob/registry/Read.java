package io.elasticjob.registry;

/**
 * What a read found. "Not there" is an answer; "cannot tell" is none: the read fails with {@link RegistryException}.
 */
public sealed interface Read {

    /** The node is there, with data that the receiver must not change. */
    record Present(byte[] data, Stat stat) implements Read {}

    /** The node was not there when the registry answered. */
    record Absent() implements Read {}
}
