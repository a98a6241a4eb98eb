package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.Predecessor;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Succession;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Write;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which jobs run after which: their triggers are created in the transaction that closes the firing before, and with it or not
 * at all. Confined to the loop.
 */
final class Successors {

    private final Layout layout;
    private final Roster roster;
    private final Outbox outbox;

    /** By the name of the job before, the jobs that run after it, by name. */
    private final Map<String, SortedMap<String, JobState>> byPredecessor = new HashMap<>();

    private final Map<String, List<Predecessor>> known = new HashMap<>();

    Successors(Layout layout, Roster roster, Outbox outbox) {
        this.layout = layout;
        this.roster = roster;
        this.outbox = outbox;
    }

    /** A job has other settings, or is removed. */
    void follow(JobState job) {
        List<Predecessor> before = known.remove(job.name());
        if (before != null) {
            before.forEach(one ->
                    byPredecessor.getOrDefault(one.job(), new TreeMap<>()).remove(job.name()));
        }
        JobDefinition definition = job.definition();
        if (definition != null && !job.isRemoved() && !definition.predecessors().isEmpty()) {
            known.put(job.name(), definition.predecessors());
            definition
                    .predecessors()
                    .forEach(one -> byPredecessor
                            .computeIfAbsent(one.job(), any -> new TreeMap<>())
                            .put(job.name(), job));
        }
    }

    /** Those that run after a job, whatever becomes of it. */
    Collection<JobState> of(String job) {
        SortedMap<String, JobState> all = byPredecessor.get(job);
        return all == null ? List.of() : List.copyOf(all.values());
    }

    /**
     * What travels with a close.
     *
     * @param jobs that follow
     * @param writes checks of the successors, and the creations of their triggers
     * @param notRun what is told once it is written
     */
    record Following(List<JobState> jobs, List<Write> writes, List<ElasticJobEvent> notRun) {}

    /** @param id tells this close from all others */
    Following after(JobState job, FiringRecord.Whole whole, FiringRecord.Closed closed, String id) {
        List<JobState> jobs = new ArrayList<>();
        List<Write> writes = new ArrayList<>();
        List<ElasticJobEvent> notRun = new ArrayList<>();
        Succession.Cause cause = new Succession.Cause(
                id, "after " + job.name() + " " + whole.firing().text() + " " + closed.result());
        for (JobState successor : of(job.name())) {
            StoredJob stored = successor.stored();
            if (stored == null
                    || successor.definition() == null
                    || !Succession.follows(successor.usable(), job.name(), closed.result())) {
                continue;
            }
            try {
                if (Succession.isCycle(job.name(), successor.name(), this::namesOf)) {
                    throw new IllegalStateException("it runs before " + job.name()
                            + " as well, so that both would run without end: change 'after'");
                }
                Trigger trigger = Succession.trigger(
                        stored,
                        successor.standing(),
                        roster.processes(successor),
                        successor::effective,
                        successor.triggers(),
                        cause,
                        outbox.time().registryNow());
                jobs.add(successor);
                writes.add(successor.check());
                writes.add(successor.life().guard());
                writes.add(new Write.Create(
                        layout.triggers(successor.name()), TriggerCodec.encode(trigger), Write.Life.SEQUENTIAL));
            } catch (RuntimeException refused) {
                notRun.add(notRun(job, whole, successor, String.valueOf(refused.getMessage())));
            }
        }
        return new Following(jobs, writes, notRun);
    }

    /** Closes without them. */
    Following none(JobState job, FiringRecord.Whole whole, FiringRecord.Closed closed, String why) {
        List<ElasticJobEvent> notRun = new ArrayList<>();
        for (JobState successor : of(job.name())) {
            if (successor.definition() != null && Succession.follows(successor.usable(), job.name(), closed.result())) {
                notRun.add(notRun(job, whole, successor, why));
            }
        }
        return new Following(List.of(), List.of(), notRun);
    }

    private static ElasticJobEvent notRun(JobState job, FiringRecord.Whole whole, JobState successor, String why) {
        return new ElasticJobEvent.SuccessorNotTriggered(job.name(), whole.firing(), successor.name(), why);
    }

    private List<String> namesOf(String job) {
        return of(job).stream().map(JobState::name).toList();
    }
}
