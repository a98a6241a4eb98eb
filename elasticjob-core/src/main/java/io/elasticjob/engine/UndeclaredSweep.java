package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.UndeclaredJob;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The leader's look at jobs that wait for an instance that declares them: it tells of them, counts how long nobody has, and
 * forgets those that were taken out of their application for long enough. Whether a job may run does not hang on any of
 * this. Each write checks the leader's own instance, the latch, and the version of what was decided on; one that is refused
 * is decided anew in a later round. Confined to the loop.
 */
final class UndeclaredSweep {

    private static final int AT_ONCE = 200;
    /** Of so many jobs something is asked or written in a round at most. */
    private static final int MOST_A_ROUND = 200;
    /** A job with more records is forgotten under the check of so many. */
    private static final int MOST_CHECKS = 1_000;
    /** A job that may not be forgotten because something of it runs is looked at again after this time. */
    private static final Duration AGAIN = Duration.ofMinutes(10);

    private final JobTable jobTable;
    private final Leadership leadership;
    private final Outbox outbox;
    private final @Nullable Duration forgetAfter;
    private final Inquiry records;

    private int jobs;
    /** Applications without a live instance, whose jobs were told of. */
    private SortedSet<String> absent = new TreeSet<>();
    /** When, by the stopwatch, a job was last found that may not be forgotten, or is being looked at. */
    private final Map<JobState, Long> looked = new HashMap<>();

    /**
     * @param forgetAfter how long a job must have been undeclared to be forgotten; null: none is
     */
    UndeclaredSweep(JobTable jobTable, Leadership leadership, Outbox outbox, @Nullable Duration forgetAfter) {
        this.jobTable = jobTable;
        this.leadership = leadership;
        this.outbox = outbox;
        this.forgetAfter = forgetAfter;
        this.records = new Inquiry(outbox, AT_ONCE, AT_ONCE, "the job is not forgotten though nobody declares it");
    }

    /** How many jobs wait for an instance that declares them, as last seen while leading. */
    int jobs() {
        return jobs;
    }

    /** What was told so far was told by another leader, or long ago. */
    void forget() {
        absent.clear();
    }

    void lost() {
        jobs = 0;
        looked.clear();
    }

    void round(Connection over) {
        int found = 0;
        int left = MOST_A_ROUND;
        SortedMap<String, SortedSet<String>> gone = new TreeMap<>();
        for (JobState job : List.copyOf(jobTable.jobs())) {
            StoredJob stored = job.stored();
            if (stored == null || job.standing().mayRun()) {
                looked.remove(job);
                continue;
            }
            found++;
            if (job.standing() == Standing.ABSENT) {
                gone.computeIfAbsent(stored.application(), any -> new TreeSet<>())
                        .add(job.name());
            } else if (left > 0) {
                left -= consider(over, job, stored) ? 1 : 0;
            }
        }
        jobs = found;
        looked.keySet().removeIf(JobState::isRemoved);
        gone.forEach((application, its) -> {
            if (!absent.contains(application)) {
                outbox.publish(new ElasticJobEvent.ApplicationAbsent(application, its));
            }
        });
        absent = new TreeSet<>(gone.keySet());
    }

    /** @return whether something is asked of the registry */
    private boolean consider(Connection over, JobState job, StoredJob stored) {
        UndeclaredJob decision =
                UndeclaredJob.decide(stored, forgetAfter, outbox.time().registryNow());
        if (decision instanceof UndeclaredJob.Mark mark) {
            Write put = new Write.Put(job.path(), StoredJobCodec.encode(mark.job()), job.version());
            ElasticJobEvent told = new ElasticJobEvent.JobUndeclared(
                    job.name(), stored.application(), stored.isChangedByOperators() ? null : forgetAfter);
            write(over, job, List.of(put, job.life().guard()), mark.first() ? told : null);
            return true;
        }
        if (decision instanceof UndeclaredJob.Forget forget && mayBeLookedAt(job)) {
            outbox.children(over, job.life().records(), result -> {
                if (result instanceof Result.Told<List<String>> told && leadership.isHeld(over)) {
                    List<String> paths = told.answer().stream()
                            .sorted()
                            .map(shard -> job.life().records() + "/" + shard)
                            .toList();
                    readThenForget(over, job, job.version(), forget, paths);
                } else {
                    looked.remove(job);
                }
            });
            return true;
        }
        return false;
    }

    private boolean mayBeLookedAt(JobState job) {
        Long last = looked.get(job);
        boolean may = job.knownTriggers().isEmpty() && (last == null || outbox.nanos() - last >= AGAIN.toNanos());
        if (may) {
            looked.put(job, outbox.nanos());
        }
        return may;
    }

    /** Forgets the job if none of its records says that it runs; one that cannot be read may. */
    private void readThenForget(
            Connection over, JobState job, int version, UndeclaredJob.Forget forget, List<String> paths) {
        Map<String, Integer> versions = new LinkedHashMap<>();
        records.ask(over, paths, new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return leadership.isHeld(over);
            }

            @Override
            public boolean read(int at, Read read) {
                Optional<ShardRecord> record = RecordTraffic.recordIn(read);
                if (record.isEmpty() || !(read instanceof Read.Present present)) {
                    return false;
                }
                versions.put(paths.get(at), present.stat().version());
                return UndeclaredJob.mayBeForgotten(List.of(record.get()));
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                return false;
            }

            @Override
            public void complete() {
                forget(over, job, version, forget, versions);
            }

            @Override
            public void unanswered(int from, Throwable why) {
                looked.remove(job);
            }
        });
    }

    /** Whoever declares the job again meanwhile writes it, or claims a shard of it first. */
    private void forget(
            Connection over, JobState job, int version, UndeclaredJob.Forget forget, Map<String, Integer> records) {
        List<Write> writes = new ArrayList<>();
        records.entrySet().stream()
                .limit(MOST_CHECKS)
                .forEach(record -> writes.add(new Write.Check(record.getKey(), record.getValue())));
        writes.addAll(job.life().removal(Life.Reason.FORGOTTEN, version, List.of()));
        looked.remove(job);
        write(
                over,
                job,
                writes,
                new ElasticJobEvent.JobForgotten(job.name(), job.application(), forget.undeclaredSince()));
    }

    /** Each job in a transaction of its own, so that one that has changed holds up no other. */
    private void write(Connection over, JobState job, List<Write> writes, @Nullable ElasticJobEvent event) {
        List<Write> all = leadership.asLeader(writes);
        outbox.commit(over, all, result -> {
            if (result instanceof Result.Told<Answer> told) {
                jobTable.guarded(over, List.of(job), all, told.answer());
            }
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed) {
                if (event != null) {
                    outbox.publish(event);
                }
            } else if (leadership.isHeld(over)) {
                jobTable.reread(over, List.of(job.name()));
            }
        });
    }
}
