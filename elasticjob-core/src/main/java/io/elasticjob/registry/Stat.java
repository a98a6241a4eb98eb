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
 * @param childrenMade how many nodes were ever created directly below it: the number that the next sequential name gets
 */
public record Stat(
        long created,
        long modified,
        int version,
        Instant createdAt,
        Instant modifiedAt,
        int children,
        long childrenMade) {

    /** Of a node that nothing is below, nor ever was. */
    public Stat(long created, long modified, int version, Instant createdAt, Instant modifiedAt) {
        this(created, modified, version, createdAt, modifiedAt, 0, 0);
    }

    /**
     * The same after nodes directly below it came or went.
     *
     * @param made how many were created
     * @param more how many more there are; fewer when negative
     */
    public Stat withChildren(int made, int more) {
        return new Stat(created, modified, version, createdAt, modifiedAt, children + more, childrenMade + made);
    }
}
