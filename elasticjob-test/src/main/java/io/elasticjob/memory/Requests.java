package io.elasticjob.memory;

/** How many requests of each kind were sent. What fails without being sent is not counted. */
public record Requests(long reads, long children, long watches, long commits, long syncs) {

    public long total() {
        return reads + children + watches + commits + syncs;
    }
}
