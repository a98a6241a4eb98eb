package io.elasticjob.registry;

import io.elasticjob.RegistryException;

/**
 * What a read found. "Not there" is an answer; "cannot tell" is none: the read fails with {@link RegistryException}, or one
 * of its nodes is {@link Unreadable}.
 */
public sealed interface Read {

    /** The node is there, with data that the receiver must not change. */
    record Present(byte[] data, Stat stat) implements Read {}

    /** The node was not there when the registry answered. */
    record Absent() implements Read {}

    /** The registry answered, and does not give this node to this client: it may be there, or not. */
    record Unreadable(RegistryException why) implements Read {}
}
