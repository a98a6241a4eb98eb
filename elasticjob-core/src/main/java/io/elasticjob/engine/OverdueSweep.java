package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.Schedule;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Overdue;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Read;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

    private final Presence presence;
    private final JobTable jobTable;
    private final Outbox outbox;

    /** The firing up to which all shards of a job were seen decided or begun. */
    private Map<JobState, Instant> settled = new HashMap<>();

    private final Map<JobState, Set<Integer>> overdue = new LinkedHashMap<>();
    private @Nullable Object round;

    OverdueSweep(Presence presence, JobTable jobTable, Outbox outbox) {
        this.presence = presence;
        this.jobTable = jobTable;
        this.outbox = outbox;
    }

    /** How many jobs have an overdue shard, as last seen while leading. */
    int jobs() {
        return overdue.size();
    }

    /** Another instance leads, or none. */
    void forget() {
        round = null;
        settled.clear();
        overdue.clear();
    }

    void round(Connection over) {
        if (round != null) {
            return; // the last one is still waiting for answers
        }
        Instant then = presence.registryNow().minus(Overdue.bound(over.session().timeout()));
        Object present = new Object();
        round = present;
        overdue.keySet().removeIf(job -> job.isRemoved() || !concerns(job));
        Map<JobState, Instant> answered = new HashMap<>();
        List<Question> questions = questions(then, answered);
        settled = answered;
        ask(over, present, questions, 0, then);
    }

    private List<Question> questions(Instant then, Map<JobState, Instant> answered) {
        Map<Schedule, Optional<Instant>> latest = new HashMap<>();
        List<Question> questions = new ArrayList<>();
        for (JobState job : jobTable.jobs()) {
            if (!concerns(job)) {
                continue;
            }
            Instant fireTime = latest.computeIfAbsent(job.usable().schedule(), it -> it.latest(then))
                    .orElse(null);
            StoredJob stored = job.stored();
            if (fireTime == null || stored == null || fireTime.isBefore(stored.since())) {
                overdue.remove(job);
                continue;
            }
            answered.put(job, fireTime);
            if (!fireTime.equals(settled.get(job))) {
                int shards = stored.shardCount().shownAt(then);
                forgetFrom(shards, job);
                for (int shard = 0; shard < shards; shard++) {
                    questions.add(new Question(job, shard, fireTime));
                }
            }
        }
        return questions;
    }

    private void forgetFrom(int shards, JobState job) {
        Set<Integer> known = overdue.get(job);
        if (known != null) {
            known.removeIf(shard -> shard >= shards);
            if (known.isEmpty()) {
                overdue.remove(job);
            }
        }
    }

    private static boolean concerns(JobState job) {
        JobDefinition definition = job.definition();
        return definition != null && Overdue.concerns(definition);
    }

    private void ask(Connection over, Object present, List<Question> questions, int from, Instant then) {
        if (from >= questions.size()) {
            round = null;
            return;
        }
        List<Question> chunk = questions.subList(from, Math.min(questions.size(), from + AT_ONCE));
        List<String> paths = chunk.stream()
                .map(asked -> asked.job().recordPath(asked.shard()))
                .toList();
        outbox.read(over, paths, result -> {
            if (present != round) {
                return;
            }
            if (!(result instanceof Result.Told<List<Read>> told)) {
                questions.subList(from, questions.size()).forEach(asked -> settled.remove(asked.job()));
                round = null; // the next round asks again
                return;
            }
            for (int i = 0; i < chunk.size(); i++) {
                judge(chunk.get(i), told.answer().get(i), then);
            }
            ask(over, present, questions, from + AT_ONCE, then);
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
