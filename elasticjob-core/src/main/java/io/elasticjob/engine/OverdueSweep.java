package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Jitter;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Overdue;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Read;
import io.elasticjob.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The leader's look at the records of all monitored jobs, for what is overdue: so that an instance is noticed that hangs
 * while its session lives. It only tells. A firing that was seen decided for all shards is not read about again, so that
 * jobs that fire seldom cost nothing. Confined to the loop.
 */
final class OverdueSweep {

    private static final int AT_ONCE = 200;

    /** A shard whose record is to be read in this round, and the firing that it should have begun. */
    private record Question(JobState job, int shard, Instant latest) {}

    private final JobTable jobTable;
    private final Roster roster;
    private final Departure departure;
    private final Outbox outbox;
    private final Inquiry records;

    /** The firing up to which all shards of a job were seen decided or begun. */
    private Map<JobState, Instant> settled = new HashMap<>();

    private final Map<JobState, Set<Integer>> overdue = new LinkedHashMap<>();
    private @Nullable Object round;
    private boolean leads;

    OverdueSweep(JobTable jobTable, Roster roster, Departure departure, Outbox outbox) {
        this.jobTable = jobTable;
        this.roster = roster;
        this.departure = departure;
        this.outbox = outbox;
        this.records = new Inquiry(outbox, AT_ONCE, AT_ONCE, "it is unknown whether the shard is overdue");
    }

    /** How many jobs have an overdue shard, as last seen while leading. */
    int jobs() {
        return leads ? overdue.size() : 0;
    }

    /** What was told so far was told by another leader, or long ago. */
    void forget() {
        overdue.clear();
    }

    /** Another instance leads, or nobody can tell. */
    void lost() {
        leads = false;
        round = null;
        settled.clear();
    }

    void round(Connection over) {
        if (round != null) {
            return; // the last one is still waiting for answers
        }
        leads = true;
        if (departure.isOfTheLast()) {
            return;
        }
        Instant then =
                outbox.time().registryNow().minus(Overdue.bound(over.session().timeout()));
        Object present = new Object();
        round = present;
        overdue.keySet().removeIf(job -> job.isRemoved() || !concerns(job));
        Map<JobState, Instant> answered = new HashMap<>();
        List<Question> questions = questions(then, answered);
        settled = answered;
        ask(over, present, questions, then);
    }

    private List<Question> questions(Instant then, Map<JobState, Instant> answered) {
        Map<Looked, Optional<Instant>> latest = new HashMap<>();
        List<Question> questions = new ArrayList<>();
        for (JobState job : List.copyOf(jobTable.jobs())) {
            if (!concerns(job)) {
                continue;
            }
            Schedule schedule = job.usable().schedule();
            Instant fireTime = schedule.isByEnd()
                    ? then // only the records tell what is due
                    : latest.computeIfAbsent(
                                    new Looked(schedule, job.usable().jitter()), looked -> latest(job, looked, then))
                            .orElse(null);
            StoredJob stored = job.stored();
            if (fireTime == null || stored == null || fireTime.isBefore(stored.since())) {
                overdue.remove(job);
                continue;
            }
            answered.put(job, fireTime);
            if (!fireTime.equals(settled.get(job))) {
                Set<Integer> shards = shards(job, stored, then);
                forgetOthers(shards, job);
                shards.forEach(shard -> questions.add(new Question(job, shard, fireTime)));
            }
        }
        return questions;
    }

    /** What is looked at together: all shards have begun the latest firing that is older than the jitter, or should have. */
    private record Looked(Schedule schedule, Jitter jitter) {}

    private Optional<Instant> latest(JobState job, Looked looked, Instant then) {
        try {
            return looked.schedule().latest(then.minus(looked.jitter().most()));
        } catch (Throwable failed) {
            jobTable.failed(job, failed);
            return Optional.empty();
        }
    }

    /** What an instance has not run that may not run the job is not overdue. */
    private Set<Integer> shards(JobState job, StoredJob stored, Instant then) {
        Set<Integer> shards = new LinkedHashSet<>(stored.shardCount().shown(then, 0));
        ProcessShards ofProcesses = stored.shardCount().processes();
        if (!ofProcesses.isEmpty()) {
            Set<Integer> mayRun =
                    ofProcesses.owners(roster.processes(job.eligible())).keySet();
            shards.removeIf(shard -> ProcessShards.isOne(shard) && !mayRun.contains(shard));
        }
        return shards;
    }

    private void forgetOthers(Set<Integer> shards, JobState job) {
        Set<Integer> known = overdue.get(job);
        if (known != null) {
            known.retainAll(shards);
            if (known.isEmpty()) {
                overdue.remove(job);
            }
        }
    }

    private static boolean concerns(JobState job) {
        JobDefinition definition = job.definition();
        return definition != null
                && Overdue.concerns(definition)
                && definition.schedule().limits().unknownCalendar().isEmpty()
                && job.standing().mayRun();
    }

    private void ask(Connection over, Object present, List<Question> questions, Instant then) {
        List<String> paths = questions.stream()
                .map(asked -> asked.job().life().record(asked.shard()))
                .toList();
        records.ask(over, paths, new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return present == round;
            }

            @Override
            public boolean read(int at, Read read) {
                try {
                    judge(questions.get(at), read, then);
                } catch (Throwable failed) {
                    jobTable.failed(questions.get(at).job(), failed);
                }
                return true;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                settled.remove(questions.get(at).job());
                return true;
            }

            @Override
            public void complete() {
                round = null;
            }

            @Override
            public void unanswered(int from, Throwable why) {
                questions.subList(from, questions.size()).forEach(asked -> settled.remove(asked.job()));
                round = null; // the next round asks again
            }
        });
    }

    private void judge(Question asked, Read read, Instant then) {
        JobState job = asked.job();
        StoredJob stored = job.stored();
        if (job.isRemoved() || stored == null || !concerns(job)) {
            return;
        }
        Optional<ShardRecord> record = RecordTraffic.recordIn(read); // whoever runs an unreadable one has told of it
        Optional<Overdue> found =
                record.flatMap(known -> Overdue.of(job.at(asked.latest()), asked.shard(), known, then));
        if (found.isEmpty()) {
            Set<Integer> shards = overdue.get(job);
            if (shards != null && shards.remove(asked.shard()) && shards.isEmpty()) {
                overdue.remove(job);
            }
            return;
        }
        settled.remove(job);
        if (overdue.computeIfAbsent(job, any -> new TreeSet<>()).add(asked.shard())) {
            outbox.publish(new ElasticJobEvent.FiringOverdue(
                    job.name(),
                    asked.shard(),
                    found.get().fireTime(),
                    found.get().since()));
        }
    }
}
