package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whether a run goes on for so long that the next firing of its shard is a misfire. */
public final class OverdueRun {

    private OverdueRun() {}

    /**
     * Decides for one run. Where no further firing comes, none is held up.
     *
     * @param begun when it began; null when that is not known
     */
    public static boolean is(JobDefinition job, @Nullable Instant begun, Instant now) {
        return begun != null
                && job.schedule()
                        .next(begun)
                        .filter(next -> DueFiring.isTooLate(job, next, now))
                        .isPresent();
    }
}
