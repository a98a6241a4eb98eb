package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.Schedule;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Removes what is done: triggers that all of their shards have run, and jobs that an operator made to run once. Whoever
 * recorded the last shard does it; what that instance could not do any more, the leader does. Confined to the loop.
 */
final class Finished {

    private static final int AT_ONCE = 200;
    /** As many writes in one transaction as pay. */
    private static final int WRITES_AT_ONCE = 400;

    private static final int WRITES_FOR_EACH = 3;

    /** What is so young is still being worked on by others. */
    private static final Duration LEFT_TO_OTHERS = Duration.ofSeconds(10);

    /** Each shard runs triggers in their order, so that the first ones are done first. */
    private static final int MOST_AT_A_LOOK = 20;

    private static final Duration AGAIN = Duration.ofSeconds(1);

    /** What is known here of the records of shards. */
    interface Outlook {

        /** Null when nothing is known here of the record of this shard. */
        @Nullable
        Ahead of(JobState job, int shard);
    }

    /**
     * A record as it is, or as the end that is being written will leave it.
     *
     * @param check that the end is written; null when nothing is being written that matters
     */
    record Ahead(ShardRecord record, Write.@Nullable Check check) {}

    /**
     * A trigger that may be done.
     *
     * @param alone whether it was refused among others before
     */
    private record Suspect(JobState job, long number, boolean alone) {}

    /** What a look at a trigger has come to. */
    private enum Look {
        /** It is gone, or is being removed. */
        OVER,
        /** A shard of it is still to end here, and is looked at again then. */
        TO_END_HERE,
        /** Only the registry can tell. */
        UNKNOWN
    }

    /**
     * A trigger that is done, if the ends of its last shards come through.
     *
     * @param records of its shards, by shard
     * @param checks that they are so
     */
    private record Done(Suspect suspect, Trigger trigger, Map<Integer, ShardRecord> records, List<Write> checks) {}

    private final Layout layout;
    private final Presence presence;
    private final JobTable jobTable;
    private final Leadership leadership;
    private final TriggerTable triggerTable;
    private final RequestNodes nodes;
    private final Outbox outbox;

    /** Whose shards end in this turn. */
    private final Set<Suspect> ending = new LinkedHashSet<>();

    /** Of which a shard's end was recorded here. */
    private final Set<Suspect> recorded = new LinkedHashSet<>();

    /** Left over by others, as it seems to the leader. */
    private final Set<Suspect> left = new LinkedHashSet<>();

    /** To be deleted. */
    private List<Done> done = new ArrayList<>();

    private final Set<JobState> jobs = new LinkedHashSet<>();

    Finished(
            Layout layout,
            Presence presence,
            JobTable jobTable,
            Leadership leadership,
            TriggerTable triggerTable,
            RequestNodes nodes,
            Outbox outbox) {
        this.layout = layout;
        this.presence = presence;
        this.jobTable = jobTable;
        this.leadership = leadership;
        this.triggerTable = triggerTable;
        this.nodes = nodes;
        this.outbox = outbox;
    }

    /** The end of an execution is sent in this turn. */
    void ending(JobState job, ShardRecord before, ShardRecord after) {
        if (after.trigger() > before.trigger()) {
            ending.add(new Suspect(job, after.trigger(), false));
        }
    }

    /** A shard's record was written by this instance. */
    void recorded(JobState job, ShardRecord before, ShardRecord after) {
        if (after.trigger() > before.trigger()) {
            Suspect suspect = new Suspect(job, after.trigger(), false);
            recorded.add(suspect);
            ending.remove(suspect);
        }
        if (isDecided(job, after)) {
            jobs.add(job);
        }
    }

    /** The leader's look at what others have left. */
    void round(Connection over) {
        Instant now = presence.registryNow();
        for (JobState job : jobTable.jobs()) {
            Instant at = onlyFiring(job);
            if (at != null && now.isAfter(at.plus(LEFT_TO_OTHERS))) {
                jobs.add(job);
            }
            for (long number : firstOf(job)) {
                look(over, job, number, now);
            }
        }
    }

    private static List<Long> firstOf(JobState job) {
        return job.knownTriggers().keySet().stream().limit(MOST_AT_A_LOOK).toList();
    }

    private void look(Connection over, JobState job, long number, Instant now) {
        Trigger trigger = job.triggers().pending().get(number);
        if (trigger == null) {
            removeUnreadable(over, job, number, now);
        } else if (trigger.isTooOld(now)) {
            readRecords(over, job, trigger.shards(), any -> true, records -> expire(over, job, trigger, records));
        } else if (now.isAfter(trigger.requestedAt().plus(LEFT_TO_OTHERS))) {
            left.add(new Suspect(job, number, false));
        }
    }

    /**
     * Removes what is known to be done, and asks about what may be; once, at the end of a turn, when the ends of that turn
     * are on their way.
     */
    void flush(Connection over, Outlook outlook) {
        ending.removeIf(suspect -> look(suspect, outlook) != Look.TO_END_HERE);
        for (Suspect suspect : take(recorded)) {
            if (look(suspect, outlook) == Look.UNKNOWN) {
                read(over, suspect);
            }
        }
        take(left).forEach(suspect -> read(over, suspect));
        removeDone(over);
        for (JobState job : take(jobs)) {
            int version = job.version(); // whoever changes the job while it is being looked at keeps it
            ifAll(over, job, allShards(job), record -> !record.isRunning(), () -> removeIfDecided(over, job, version));
        }
    }

    private static <T> List<T> take(Set<T> all) {
        List<T> taken = List.copyOf(all);
        all.clear();
        return taken;
    }

    // ---- Triggers -------------------------------------------------------------------------------------------------

    /** Null when it is gone, or is being deleted already. */
    private @Nullable Trigger pending(Suspect suspect) {
        boolean isOver = suspect.job().isRemoved() || triggerTable.isBeingDeleted(suspect.job(), suspect.number());
        return isOver ? null : suspect.job().triggers().pending().get(suspect.number());
    }

    /**
     * Has a trigger removed if all of its shards have ended, or are ending here. What has ended stays so; what is ending is
     * checked, so that nothing is removed if an end does not come through.
     */
    private Look look(Suspect suspect, Outlook outlook) {
        Trigger trigger = pending(suspect);
        if (trigger == null) {
            return Look.OVER;
        }
        Map<Integer, ShardRecord> records = new HashMap<>();
        List<Write> checks = new ArrayList<>();
        for (int shard : trigger.shards()) {
            Ahead ahead = outlook.of(suspect.job(), shard);
            if (ahead == null) {
                continue;
            }
            if (!trigger.isDecidedBy(ahead.record())) {
                return Look.TO_END_HERE;
            }
            records.put(shard, ahead.record());
            if (ahead.check() != null) {
                checks.add(ahead.check());
            }
        }
        if (records.size() < trigger.shards().size()) {
            return Look.UNKNOWN;
        }
        isDone(new Done(suspect, trigger, records, checks));
        return Look.OVER;
    }

    private void read(Connection over, Suspect suspect) {
        Trigger trigger = pending(suspect);
        if (trigger == null) {
            return;
        }
        readRecords(over, suspect.job(), trigger.shards(), trigger::isDecidedBy, read -> {
            Map<Integer, ShardRecord> records = new HashMap<>();
            int at = 0;
            for (int shard : trigger.shards()) {
                records.put(shard, read.get(at++));
            }
            if (pending(suspect) != null) {
                isDone(new Done(suspect, trigger, records, List.of()));
            }
        });
    }

    private void isDone(Done one) {
        triggerTable.deleting(one.suspect().job(), one.suspect().number());
        done.add(one);
    }

    private void removeDone(Connection over) {
        List<Done> all = done;
        done = new ArrayList<>();
        List<Done> together = new ArrayList<>();
        int writes = 0;
        for (Done one : all) {
            if (one.suspect().alone()) {
                remove(over, List.of(one));
                continue;
            }
            int more = one.checks().size() + WRITES_FOR_EACH;
            if (!together.isEmpty() && writes + more > WRITES_AT_ONCE) {
                remove(over, together);
                together = new ArrayList<>();
                writes = 0;
            }
            together.add(one);
            writes += more;
        }
        if (!together.isEmpty()) {
            remove(over, together);
        }
    }

    /** In one transaction, which is none with the ends that it checks: nothing that it contains can hinder them. */
    private void remove(Connection over, List<Done> together) {
        List<Write> writes = new ArrayList<>();
        writes.add(presence.check());
        together.stream().map(one -> one.suspect().job()).distinct().forEach(job -> writes.add(job.checkOfRecords()));
        together.stream().flatMap(one -> one.checks().stream()).distinct().forEach(writes::add);
        List<RequestNodes.Node> own = new ArrayList<>();
        for (Done one : together) {
            JobState job = one.suspect().job();
            long number = one.suspect().number();
            RequestNodes.Node node = nodes.take(job, number).orElse(null);
            if (node == null) {
                writes.addAll(nobodyAsks(one.trigger()));
            } else {
                own.add(node);
                writes.add(node.deletion());
            }
            writes.add(new Write.Delete(layout.trigger(job.name(), number), 0));
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
    private List<Write> nobodyAsks(Trigger trigger) {
        String request = layout.request(trigger.request());
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

    /** Never while a shard still runs it. */
    private void expire(Connection over, JobState job, Trigger trigger, List<ShardRecord> records) {
        SortedSet<Integer> notRun = new TreeSet<>();
        int at = 0;
        for (int shard : trigger.shards()) {
            ShardRecord record = records.get(at++);
            if (!trigger.isDecidedBy(record)) {
                notRun.add(shard);
                if (record.isRunning() && trigger.isRunBy(record)) {
                    return;
                }
            }
        }
        ElasticJobEvent event =
                new ElasticJobEvent.TriggerExpired(job.name(), trigger.number(), trigger.requestedAt(), notRun);
        delete(over, layout.trigger(job.name(), trigger.number()), event);
    }

    private void removeUnreadable(Connection over, JobState job, long number, Instant now) {
        String path = layout.trigger(job.name(), number);
        outbox.read(over, List.of(path), result -> {
            if (result instanceof Result.Told<List<Read>> told
                    && told.answer().get(0) instanceof Read.Present present
                    && !now.isBefore(present.stat().createdAt().plus(Trigger.TIME_TO_LIVE))) {
                delete(
                        over,
                        path,
                        new ElasticJobEvent.TriggerExpired(
                                job.name(), number, present.stat().createdAt(), new TreeSet<>()));
            }
        });
    }

    private void delete(Connection over, String path, ElasticJobEvent event) {
        outbox.commit(over, leadership.asLeader(List.of(new Write.Delete(path, 0))), result -> {
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed) {
                outbox.publish(event);
            }
        });
    }

    // ---- Jobs that run once ---------------------------------------------------------------------------------------

    /** The only firing of a job that is to be removed after it; null for all other jobs. */
    private static @Nullable Instant onlyFiring(JobState job) {
        StoredJob stored = job.stored();
        JobDefinition definition = job.definition();
        return stored != null
                        && stored.isMade()
                        && definition != null
                        && definition.schedule() instanceof Schedule.Once once
                ? once.at()
                : null;
    }

    private static boolean isDecided(JobState job, ShardRecord record) {
        Instant at = onlyFiring(job);
        Instant through = record.through();
        return at != null && through != null && !through.isBefore(at) && !record.isRunning();
    }

    private static Set<Integer> allShards(JobState job) {
        Instant at = onlyFiring(job);
        int count = at == null ? job.shardCount().count() : job.shardCount().at(at);
        return IntStream.range(0, count).boxed().collect(Collectors.toCollection(TreeSet::new));
    }

    private void removeIfDecided(Connection over, JobState job, int version) {
        ifAll(over, job, shardsThatAreDue(job), record -> isDecided(job, record), () -> remove(over, job, version));
    }

    /** Without those that were enabled again only after the firing: they never run it. */
    private static Set<Integer> shardsThatAreDue(JobState job) {
        Instant at = onlyFiring(job);
        Set<Integer> shards = allShards(job);
        if (at != null) {
            shards.removeIf(shard -> at.isBefore(job.at(at).since(shard)));
        }
        return shards;
    }

    private void remove(Connection over, JobState job, int version) {
        if (!job.knownTriggers().isEmpty()) {
            return; // what was asked for runs first; the leader will look at the job
        }
        outbox.read(over, List.of(job.recordsPath()), result -> {
            if (result instanceof Result.Told<List<Read>> told) {
                boolean laid = told.answer().get(0) instanceof Read.Present; // not if it was never enabled in time
                remove(over, job, version, laid ? 0 : -1);
            }
        });
    }

    /** @param folderVersion as it is while nobody has removed the job; negative when there are no records */
    private void remove(Connection over, JobState job, int version, int folderVersion) {
        List<Write> writes = new ArrayList<>();
        writes.add(presence.check());
        writes.addAll(Removal.of(layout, job.name(), job.life(), version, folderVersion, List.of()));
        outbox.commit(over, writes, result -> {
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed) {
                outbox.publish(new ElasticJobEvent.JobCompleted(job.name()));
            }
        });
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    /** Does it if it holds for the records of all these shards. Whoever records the last one asks, so nobody need wait. */
    private void ifAll(
            Connection over, JobState job, Set<Integer> shards, Predicate<ShardRecord> holds, Runnable then) {
        readRecords(over, job, shards, holds, records -> then.run());
    }

    /**
     * Goes on with the records of these shards, in their order, if all of them could be read.
     *
     * @param holds reads no further, and does not go on, when it does not for one of them
     */
    private void readRecords(
            Connection over,
            JobState job,
            Set<Integer> shards,
            Predicate<ShardRecord> holds,
            Consumer<List<ShardRecord>> then) {
        readFrom(over, shards.stream().map(job::recordPath).toList(), new ArrayList<>(), holds, then);
    }

    private void readFrom(
            Connection over,
            List<String> paths,
            List<ShardRecord> records,
            Predicate<ShardRecord> holds,
            Consumer<List<ShardRecord>> then) {
        if (records.size() == paths.size()) {
            then.accept(records);
            return;
        }
        List<String> chunk = paths.subList(records.size(), Math.min(paths.size(), records.size() + AT_ONCE));
        // Caught up, so that of two that record the last shards at the same time one sees both.
        outbox.readCaughtUp(over, chunk, result -> {
            if (!(result instanceof Result.Told<List<Read>> told)) {
                return; // the leader will look at it
            }
            for (Read read : told.answer()) {
                Optional<ShardRecord> record = RecordTraffic.recordIn(read);
                if (record.filter(holds).isEmpty()) {
                    return;
                }
                records.add(record.get());
            }
            readFrom(over, paths, records, holds, then);
        });
    }
}
