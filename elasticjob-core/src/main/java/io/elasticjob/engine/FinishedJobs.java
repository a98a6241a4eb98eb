package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.OnlyFiring;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Removes jobs that an operator made to run once, when all of their shards have. Confined to the loop. */
final class FinishedJobs {

    private final Registration registration;
    private final JobTable jobTable;
    private final ShardRecords records;
    private final Outbox outbox;

    /** Of which a shard was decided here, or which others seem to have left. */
    private final Set<JobState> suspects = new LinkedHashSet<>();

    FinishedJobs(Registration registration, JobTable jobTable, ShardRecords records, Outbox outbox) {
        this.registration = registration;
        this.jobTable = jobTable;
        this.records = records;
        this.outbox = outbox;
    }

    /** What seemed to be done was so before data was lost from the registry. */
    void dataLost() {
        suspects.clear();
    }

    /** A shard's record was written by this instance. */
    void recorded(JobState job, ShardRecord record) {
        if (onlyFiring(job).filter(only -> only.isDecidedBy(record)).isPresent()) {
            suspects.add(job);
        }
    }

    /**
     * The leader's look at what others have left.
     *
     * @param now registry time
     */
    void look(JobState job, Instant now) {
        if (onlyFiring(job).filter(only -> only.isLeft(now)).isPresent()) {
            suspects.add(job);
        }
    }

    /** Asks about what may be done; once, at the end of a turn. */
    void flush(Connection over) {
        List<JobState> all = List.copyOf(suspects);
        suspects.clear();
        all.forEach(job -> onlyFiring(job).ifPresent(only -> {
            int version = job.version(); // who changes the job while it is being looked at keeps it
            records.ifAll(
                    over,
                    job,
                    only.shards(job.shardCount()),
                    record -> !record.isRunning(),
                    none -> removeIfDecided(over, job, version));
        }));
    }

    private static Optional<OnlyFiring> onlyFiring(JobState job) {
        StoredJob stored = job.stored();
        JobDefinition definition = job.definition();
        return stored == null || definition == null ? Optional.empty() : OnlyFiring.of(stored, definition);
    }

    private void removeIfDecided(Connection over, JobState job, int version) {
        onlyFiring(job)
                .ifPresent(only -> records.ifAll(
                        over,
                        job,
                        only.shardsThatAreDue(job.at(only.at())),
                        only::isDecidedBy,
                        all -> remove(over, job, version)));
    }

    private void remove(Connection over, JobState job, int version) {
        if (!job.knownTriggers().isEmpty()) {
            return; // what was asked for runs first; the leader will look at the job
        }
        List<Write> writes = new ArrayList<>();
        writes.add(registration.check());
        writes.addAll(job.life().removal(Life.Reason.REMOVED, version, List.of()));
        outbox.commit(over, writes, result -> {
            if (result instanceof Result.Told<Answer> told) {
                jobTable.guarded(over, List.of(job), writes, told.answer());
            }
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed) {
                outbox.publish(new ElasticJobEvent.JobCompleted(job.name()));
            }
        });
    }
}
