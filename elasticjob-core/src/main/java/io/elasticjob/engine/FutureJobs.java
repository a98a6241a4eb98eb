package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.FutureJob;
import io.elasticjob.coordination.Horizon;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Write;
import java.util.List;

/** The leader puts jobs right that a clock that was ahead has written. Confined to the loop. */
final class FutureJobs {

    /** So many in a round at most. */
    private static final int MOST_A_ROUND = 200;

    private final JobTable jobTable;
    private final Leadership leadership;
    private final Registration registration;
    private final Outbox outbox;

    FutureJobs(JobTable jobTable, Leadership leadership, Registration registration, Outbox outbox) {
        this.jobTable = jobTable;
        this.leadership = leadership;
        this.registration = registration;
        this.outbox = outbox;
    }

    void round(Connection over) {
        RegistryTime time = outbox.time();
        if (time.told().isEmpty() || time.isOff()) {
            return; // the clock that is wrong may be this one
        }
        Horizon horizon = time.horizon();
        int left = MOST_A_ROUND;
        for (JobState job : List.copyOf(jobTable.jobs())) {
            StoredJob stored = job.stored();
            StoredJob right = stored == null || left == 0
                    ? null
                    : FutureJob.corrected(stored, horizon, registration.leadTime())
                            .orElse(null);
            if (right != null) {
                left--;
                write(over, job, right);
            }
        }
    }

    private void write(Connection over, JobState job, StoredJob right) {
        Write put = new Write.Put(job.path(), StoredJobCodec.encode(right), job.version());
        List<Write> writes = leadership.asLeader(List.of(put, job.life().guard()));
        outbox.commit(over, writes, result -> {
            if (result instanceof Result.Told<Answer> told) {
                jobTable.guarded(over, List.of(job), writes, told.answer());
            }
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed) {
                outbox.publish(new ElasticJobEvent.JobCorrected(job.name(), right.since()));
            } else if (leadership.isHeld(over)) {
                jobTable.reread(over, List.of(job.name()));
            }
        });
    }
}
