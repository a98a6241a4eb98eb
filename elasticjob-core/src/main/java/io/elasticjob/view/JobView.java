package io.elasticjob.view;

import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.sharding.Assignment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A job as this instance sees it; no record is read for it.
 *
 * @param stored declared configuration, overrides and since
 * @param definition what holds; null when the stored settings make no job for this version, see {@code trouble}
 * @param assignment which instance should run which shard
 * @param eligible ids of the instances that may run it, ascending
 * @param obstacles for each other live instance, why it may not
 * @param trouble why this instance cannot use the job or what it declares of it; null when all is well
 * @param standing whether somebody who lives stands for it
 */
public record JobView(
        StoredJob stored,
        @Nullable JobDefinition definition,
        Assignment assignment,
        List<String> eligible,
        Map<String, String> obstacles,
        @Nullable String trouble,
        Standing standing) {

    /** One that a live instance declares. */
    public JobView(
            StoredJob stored,
            @Nullable JobDefinition definition,
            Assignment assignment,
            List<String> eligible,
            Map<String, String> obstacles,
            @Nullable String trouble) {
        this(stored, definition, assignment, eligible, obstacles, trouble, Standing.DECLARED);
    }

    public String name() {
        return stored.name();
    }

    /** What holds: overrides over declared over defaults; empty when that makes no job for this version. */
    public Optional<JobDefinition> effective() {
        return Optional.ofNullable(definition);
    }

    /** Why this instance cannot use the job, or what it declares of it. */
    public Optional<String> problem() {
        return Optional.ofNullable(trouble);
    }
}
