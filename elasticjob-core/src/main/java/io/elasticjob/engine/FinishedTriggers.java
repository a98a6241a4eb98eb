package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.coordination.TriggerOutlook;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Removes triggers that all of their shards have run: where all have ended on this instance, or are ending, without reading
 * anything; else after a look at their records. Confined to the loop.
 */
final class FinishedTriggers {

    /** As many triggers as it pays to remove in one transaction. */
    private static final int REMOVED_AT_ONCE = 100;

    private static final Duration AGAIN = Duration.ofSeconds(1);

    /**
     * A trigger that may be done.
     *
     * @param alone whether it was refused among others before
     */
    private record Suspect(JobState job, long number, boolean alone) {}

    /**
     * A trigger that is done, if the ends of its last shards come through.
     *
     * @param records of its shards, by shard
     * @param checks that they are so
     */
    private record Done(Suspect suspect, Trigger trigger, Map<Integer, ShardRecord> records, List<Write> checks) {}

    private final Layout layout;
    private final Registration registration;
    private final TriggerTable triggerTable;
    private final RequestNodes nodes;
    private final ShardRecords records;
    private final Outbox outbox;

    /** Whose shards end in this turn. */
    private final Set<Suspect> ending = new LinkedHashSet<>();

    /** Of which a shard's end was recorded here. */
    private final Set<Suspect> recorded = new LinkedHashSet<>();

    /** Left over by others, as it seems to the leader. */
    private final Set<Suspect> left = new LinkedHashSet<>();

    /** To be deleted. */
    private final List<Done> done = new ArrayList<>();

    FinishedTriggers(
            Layout layout,
            Registration registration,
            TriggerTable triggerTable,
            RequestNodes nodes,
            ShardRecords records,
            Outbox outbox) {
        this.layout = layout;
        this.registration = registration;
        this.triggerTable = triggerTable;
        this.nodes = nodes;
        this.records = records;
        this.outbox = outbox;
    }

    /** What seemed to be done was so before data was lost from the registry. */
    void dataLost() {
        ending.clear();
        recorded.clear();
        left.clear();
        done.clear();
    }

    /** The end of an execution of it is sent in this turn. */
    void ending(JobState job, long number) {
        ending.add(new Suspect(job, number, false));
    }

    /** The end of an execution of it was recorded by this instance. */
    void recorded(JobState job, long number) {
        Suspect suspect = new Suspect(job, number, false);
        recorded.add(suspect);
        ending.remove(suspect);
    }

    /** It may be done, and have been left over by others. */
    void left(JobState job, long number) {
        left.add(new Suspect(job, number, false));
    }

    /**
     * Removes what is known to be done, and asks about what may be; once, at the end of a turn, when the ends of that turn
     * are on their way.
     */
    void flush(Connection over, Finished.Outlook outlook) {
        ending.removeIf(suspect -> look(suspect, outlook) != TriggerOutlook.TO_RUN);
        for (Suspect suspect : take(recorded)) {
            if (look(suspect, outlook) == TriggerOutlook.UNKNOWN) {
                read(over, suspect);
            }
        }
        take(left).forEach(suspect -> read(over, suspect));
        removeDone(over);
    }

    private static <T> List<T> take(Set<T> all) {
        List<T> taken = List.copyOf(all);
        all.clear();
        return taken;
    }

    /** Null when it is gone, or is being deleted already. */
    private @Nullable Trigger pending(Suspect suspect) {
        boolean isOver = suspect.job().isRemoved() || triggerTable.isBeingDeleted(suspect.job(), suspect.number());
        Trigger trigger = isOver ? null : suspect.job().triggers().pending().get(suspect.number());
        return trigger == null || (trigger.isPlanned() && !isClosed(suspect)) ? null : trigger;
    }

    /** Of one that lists no shards only the close says that it is over. */
    private static boolean isClosed(Suspect suspect) {
        FiringCell firings = suspect.job().firings();
        FiringRecord record = firings == null ? null : firings.record();
        return record != null && record.decided().trigger() >= suspect.number();
    }

    /**
     * Has a trigger removed if all of its shards have ended, or are ending here. What has ended stays so; what is ending is
     * checked, so that nothing is removed if an end does not come through.
     */
    private TriggerOutlook look(Suspect suspect, Finished.Outlook outlook) {
        Trigger trigger = pending(suspect);
        if (trigger == null) {
            return TriggerOutlook.DONE;
        }
        Map<Integer, ShardRecord> known = new HashMap<>();
        List<Write> checks = new ArrayList<>();
        for (int shard : trigger.shards()) {
            Finished.Ahead ahead = outlook.of(suspect.job(), shard);
            if (ahead != null && isCredible(suspect.job(), ahead.record())) {
                known.put(shard, ahead.record());
                if (ahead.check() != null) {
                    checks.add(ahead.check());
                }
            }
        }
        TriggerOutlook found = TriggerOutlook.of(trigger, known);
        if (found == TriggerOutlook.DONE) {
            isDone(new Done(suspect, trigger, known, checks));
        }
        return found;
    }

    private void read(Connection over, Suspect suspect) {
        Trigger trigger = pending(suspect);
        if (trigger == null) {
            return;
        }
        records.ifAll(over, suspect.job(), trigger.shards(), isDecided(suspect.job(), trigger), read -> {
            if (pending(suspect) != null) {
                isDone(new Done(suspect, trigger, read, List.of()));
            }
        });
    }

    private static Predicate<ShardRecord> isDecided(JobState job, Trigger trigger) {
        return record -> trigger.isDecidedBy(record) && isCredible(job, record);
    }

    /**
     * A record that speaks of a number that was never given says nothing: who has the shard corrects it. One that has run that
     * very trigger last has heard of it before this instance has.
     */
    private static boolean isCredible(JobState job, ShardRecord record) {
        return job.isGiven(record.trigger())
                || record.firing() instanceof Firing.Triggered last && last.number() == record.trigger();
    }

    private void isDone(Done one) {
        triggerTable.deleting(one.suspect().job(), one.suspect().number());
        done.add(one);
    }

    private void removeDone(Connection over) {
        List<Done> all = List.copyOf(done);
        done.clear();
        List<Done> together = new ArrayList<>();
        for (Done one : all) {
            if (one.suspect().alone()) {
                remove(over, List.of(one));
            } else {
                together.add(one);
            }
        }
        outbox.cut(together, REMOVED_AT_ONCE, this::bytesOf).forEach(parcel -> remove(over, parcel));
    }

    /** Not more than it takes, though several may share a check. */
    private int bytesOf(Done one) {
        int node = RequestSize.of(
                layout.request(one.suspect().job().name(), one.trigger().request()));
        int folder = RequestSize.of(one.suspect().job().life().records());
        int checks = one.checks().stream().mapToInt(RequestSize::of).sum();
        return checks
                + folder
                + 2 * node
                + RequestSize.of(layout.triggers(one.suspect().job().name()))
                + 10;
    }

    /** In one transaction, which is none with the ends that it checks: nothing that it contains can hinder them. */
    private void remove(Connection over, List<Done> together) {
        List<Write> writes = new ArrayList<>();
        writes.add(registration.check());
        together.stream()
                .map(one -> one.suspect().job())
                .distinct()
                .forEach(job -> writes.add(job.life().check()));
        together.stream().flatMap(one -> one.checks().stream()).distinct().forEach(writes::add);
        List<RequestNodes.Node> own = new ArrayList<>();
        for (Done one : together) {
            JobState job = one.suspect().job();
            long number = one.suspect().number();
            RequestNodes.Node node = nodes.take(job, number).orElse(null);
            if (node == null) {
                writes.addAll(nobodyAsks(job.name(), one.trigger()));
            } else {
                own.add(node);
                writes.add(node.deletion());
            }
            writes.add(job.deletionOf(number));
        }
        outbox.commit(over, writes, result -> {
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed) {
                together.forEach(this::removed);
                return;
            }
            own.forEach(nodes::forget);
            together.forEach(one ->
                    triggerTable.notDeleted(one.suspect().job(), one.suspect().number()));
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Refused refused) {
                refused(together, writes.get(refused.index()), own);
            } // else the leader will look at it
        });
    }

    /** Whoever asked for it may not know its number yet: then it stays, so that it can be found. */
    private List<Write> nobodyAsks(String job, Trigger trigger) {
        String request = layout.request(job, trigger.request());
        return List.of(new Write.Create(request, new byte[0], Write.Life.PERSISTENT), new Write.Delete(request, 0));
    }

    private void removed(Done one) {
        JobState job = one.suspect().job();
        long number = one.suspect().number();
        outbox.publish(new ElasticJobEvent.TriggerDone(job.name(), number));
        triggerTable.deleted(job, number, one.records());
    }

    /**
     * Each is looked at again, and goes alone; what is hindered by something of others' in a while.
     *
     * @param first that was refused
     * @param own nodes of requests that were to go with their triggers
     */
    private void refused(List<Done> together, Write first, List<RequestNodes.Node> own) {
        boolean isOfThisInstance = own.stream().anyMatch(node -> node.path().equals(first.path()));
        for (Done one : together) {
            Suspect again = new Suspect(one.suspect().job(), one.suspect().number(), true);
            if (together.size() > 1 || isOfThisInstance || one.checks().contains(first)) {
                recorded.add(again);
            } else {
                outbox.alarm(AGAIN, () -> recorded.add(again));
            }
        }
    }
}
