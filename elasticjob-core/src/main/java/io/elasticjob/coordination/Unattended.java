package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import io.elasticjob.schedule.Schedule;
import java.time.Instant;

/**
 * A time in which no process of anybody was there that could have run a job, known for sure. What came due in it, and was
 * a misfire at its end already, is not made up for.
 *
 * @param from when the last one was seen
 * @param to when the first one came back
 */
public record Unattended(Instant from, Instant to) {

    /** None that is known of. */
    public static final Unattended NEVER = new Unattended(Instant.EPOCH, Instant.EPOCH);

    /** Whether the firing is one that is not made up for. What is to run at one instant only is always made up for. */
    public boolean hasMissed(JobDefinition job, Instant fireTime) {
        return !(job.schedule() instanceof Schedule.Once)
                && !fireTime.isBefore(from)
                && fireTime.plus(job.misfireThreshold()).isBefore(to);
    }
}
