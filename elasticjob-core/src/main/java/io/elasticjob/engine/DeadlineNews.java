package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.MissedDeadlines;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Tells of the deadlines that this instance has noted as missed: as soon as it knows that its note is there, also when it hears
 * of that only by reading, because an answer was lost. Confined to the loop.
 */
final class DeadlineNews {

    private final Outbox outbox;

    /** What was told last, by job. */
    private final Map<JobState, MissedDeadlines> told = new HashMap<>();

    /** Names under which this process has noted deadlines, or was about to, one for each session. */
    private final Set<String> noters = new HashSet<>();

    DeadlineNews(Outbox outbox) {
        this.outbox = outbox;
    }

    /** The name under which this process notes a deadline now: its own note is its own under the next session, too. */
    String noter(String self) {
        noters.add(self);
        return self;
    }

    /** This is there. */
    void heard(JobState job, FiringRecord record) {
        MissedDeadlines missed = record.marks().missed();
        if (missed == null || job.isRemoved() || !noters.contains(missed.by())) {
            return;
        }
        if (!missed.equals(told.put(job, missed))) {
            Duration deadline = job.definition() == null
                    ? Duration.ZERO
                    : job.usable().wholeFirings().byThen().orElse(Duration.ZERO); // it was taken away meanwhile
            outbox.publish(new ElasticJobEvent.FiringDeadlineMissed(
                    job.name(),
                    missed.last().identity(),
                    missed.fireTime(),
                    missed.fireTime().plus(deadline)));
        }
    }

    void forgetRemoved() {
        told.keySet().removeIf(JobState::isRemoved);
    }
}
