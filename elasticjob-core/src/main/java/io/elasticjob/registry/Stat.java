package io.elasticjob.registry;

import java.time.Instant;

/**
 * What the registry knows of a node.
 *
 * @param created transaction id of the node's creation: tells one life of a path from the next
 * @param modified transaction id of the last change of the data: strictly increasing over all changes in the registry
 * @param version number of changes of the data since the creation, from 0: what compare-and-set compares
 * @param createdAt time of creation, by the registry's clock, in whole milliseconds
 * @param modifiedAt time of the last change, by the registry's clock, in whole milliseconds
 * @param children how many nodes are directly below it
 */
public record Stat(long created, long modified, int version, Instant createdAt, Instant modifiedAt, int children) {

    /** Of a node that nothing is below. */
    public Stat(long created, long modified, int version, Instant createdAt, Instant modifiedAt) {
        this(created, modified, version, createdAt, modifiedAt, 0);
    }

    /** The same with so many nodes more directly below it. */
    public Stat withChildren(int more) {
        return new Stat(created, modified, version, createdAt, modifiedAt, children + more);
    }
}
