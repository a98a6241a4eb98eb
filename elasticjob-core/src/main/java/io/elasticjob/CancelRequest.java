package io.elasticjob;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A request to end what runs of a job, on whichever instance it runs.
 *
 * @param firing that is to end; null for whatever runs of the shards, or is to run again
 * @param shards of the firing; empty for all
 * @since 0.1.0
 */
public record CancelRequest(String job, @Nullable Firing firing, SortedSet<Integer> shards, Operator by) {

    /** @throws InvalidSettingException when the job's name is none */
    public CancelRequest {
        JobDefinition.checkedName("job", job);
        shards = Collections.unmodifiableSortedSet(new TreeSet<>(shards));
    }

    /** All that runs of a job. */
    public static CancelRequest of(String job) {
        return new CancelRequest(job, null, Collections.emptySortedSet(), Operator.UNKNOWN);
    }

    /** Of this firing only, with what is still to begin of it. */
    public CancelRequest withFiring(Firing only) {
        return new CancelRequest(job, only, shards, by);
    }

    public CancelRequest withShards(SortedSet<Integer> only) {
        return new CancelRequest(job, firing, only, by);
    }

    public CancelRequest by(Operator operator) {
        return new CancelRequest(job, firing, shards, operator);
    }
}
