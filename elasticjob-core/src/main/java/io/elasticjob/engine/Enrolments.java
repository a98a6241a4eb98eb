package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Gives each process that may run a broadcast job a shard of its own, which the job's node says: so whoever claims under the
 * version of the node agrees on it. A process that has none asks for one, together with all others of which it knows that
 * they have none. Costs nothing where all have one. Confined to the loop.
 */
final class Enrolments {

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Registration registration;
    private final Roster roster;
    private final JobTable jobs;
    private final Outbox outbox;

    private final Consumer<JobState> lookAgain;

    /** With those that have to get one. */
    private final Map<JobState, Collection<ProcessShards.Process>> wanted = new LinkedHashMap<>();

    private final Set<JobState> underWay = new HashSet<>();

    /** @param lookAgain has it asked again who has to get one */
    Enrolments(Registration registration, Namespace namespace, Outbox outbox, Consumer<JobState> lookAgain) {
        this.registration = registration;
        this.roster = namespace.roster();
        this.jobs = namespace.jobs();
        this.outbox = outbox;
        this.lookAgain = lookAgain;
    }

    /** What was asked for over another connection is known by what is read. */
    void reconnected() {
        underWay.clear();
        wanted.clear();
    }

    /**
     * The shards of this process.
     *
     * @param eligible ids of the instances that may run the job
     */
    Collection<Integer> mine(JobState job, List<String> eligible) {
        wanted.remove(job);
        SortedMap<String, ProcessShards.Process> processes = roster.processes(eligible);
        ProcessShards.Process self = processes.get(String.valueOf(registration.id()));
        if (self == null) {
            return List.of();
        }
        ShardCount count = job.shardCount();
        Integer own = count.processes().of(self).orElse(null);
        if (own != null) {
            return List.of(own);
        }
        if (count.isBroadcast()) {
            wanted.put(job, processes.values());
        }
        return List.of();
    }

    /** Sends what is wanted; once, at the end of a turn. */
    void flush(Connection over) {
        Map<JobState, Collection<ProcessShards.Process>> all = Map.copyOf(wanted);
        wanted.clear();
        all.forEach((job, processes) -> {
            StoredJob stored = job.stored();
            if (stored == null || job.isRemoved() || !job.isLifeKnown()) {
                return; // it is assigned again when more is known
            } else if (underWay.add(job)) {
                give(over, job, stored, processes);
            } else {
                wanted.put(job, processes);
            }
        });
    }

    private void give(Connection over, JobState job, StoredJob stored, Collection<ProcessShards.Process> processes) {
        ProcessShards before = stored.shardCount().processes();
        ProcessShards next = before.with(processes, outbox.time().registryNow());
        if (next.equals(before)) {
            underWay.remove(job);
            return; // there is no number left
        }
        StoredJob given = stored.with(stored.shardCount().with(next));
        List<Write> writes = List.of(
                registration.check(),
                job.life().guard(),
                new Write.Put(job.path(), StoredJobCodec.encode(given), job.version()));
        outbox.commit(over, writes, result -> {
            if (!registration.isUsable(over)) {
                return;
            }
            if (result instanceof Result.Told<Answer> told) {
                jobs.guarded(over, List.of(job), writes, told.answer());
                if (told.answer() instanceof Answer.Committed) {
                    outbox.publish(new ElasticJobEvent.ProcessShardsGiven(job.name(), names(next, before)));
                }
                jobs.reread(over, List.of(job.name()), () -> underWay.remove(job)); // then it is assigned again
            }
            outbox.alarm(RETRY, () -> {
                if (registration.isUsable(over)) {
                    underWay.remove(job);
                    lookAgain.accept(job); // it may have been refused, and no ring be heard for that
                }
            });
        });
    }

    /** Of those in the first, and not in the second. */
    static SortedMap<Integer, String> names(ProcessShards shards, ProcessShards without) {
        SortedMap<Integer, String> names = new TreeMap<>();
        shards.byShard()
                .forEach((shard, holder) -> names.put(shard, holder.process().name()));
        names.keySet().removeAll(without.byShard().keySet());
        return names;
    }
}
