package io.elasticjob.spi;

/**
 * What a cluster has created for a run.
 *
 * @param identity which one the cluster has created, in the cluster's own words: the uid of an object in Kubernetes, the
 *     numbers of jobs in Slurm. Never given a second time, also not for the same run. It is kept in the record of the shard:
 *     at most {@link #MAX_IDENTITY} characters of visible ASCII
 * @since 0.1.0
 */
public record Created(RunId run, String identity) {

    /** The longest identity, in characters. */
    public static final int MAX_IDENTITY = 4_096;

    public Created {
        if (identity.isEmpty()
                || identity.length() > MAX_IDENTITY
                || !identity.chars().allMatch(each -> each > ' ' && each < 0x7f)) {
            throw new IllegalArgumentException(
                    "An identity has 1 to " + MAX_IDENTITY + " characters of visible ASCII without blanks");
        }
    }

    @Override
    public String toString() {
        return run + " as " + identity;
    }
}
