package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import java.time.Duration;
import java.time.Instant;

/**
 * When an instance lets others run a shard that it has no slot for. The shard stays assigned to it: only the one firing goes
 * elsewhere.
 *
 * @param after how long a shard waits for a slot before it is offered; zero for never
 */
public record Starvation(Duration after) {

    /** No shard is offered, and none is taken that others offer. */
    public static final Starvation OFF = new Starvation(Duration.ZERO);

    public boolean isOff() {
        return after.isZero();
    }

    /**
     * Whether a shard is to be offered that is due and waits for a slot. Without a record nobody could see who runs it.
     *
     * @param since when it was due and began to wait
     */
    public boolean isStarved(JobDefinition job, Instant since, Instant now) {
        return !isOff() && job.monitorExecution() && !now.isBefore(since.plus(after));
    }
}
