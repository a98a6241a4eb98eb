package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.codec.HomesCodec;
import io.elasticjob.coordination.Homes;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import io.elasticjob.sharding.Assignment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the leader does about the homes of shards: once the instances that may run a job with static sharding have been the
 * same for a while, shards that are at home with none of them are at home where they run. So an instance that restarts in
 * the meantime finds its shards again. It removes the homes of jobs that are gone, or not static any more. Confined to the
 * loop.
 */
final class HomeSweep {

    private final Layout layout;
    private final JobTable jobs;
    private final Roster roster;
    private final HomeTable table;
    private final Leadership leadership;
    private final Outbox outbox;
    private final Duration after;

    private boolean toSearch = true;

    private record Stable(List<String> eligible, long since) {}

    private Map<JobState, Stable> stable = new HashMap<>();

    /** @param after for how long the instances have to be the same */
    HomeSweep(
            Namespace namespace, Layout layout, HomeTable table, Leadership leadership, Outbox outbox, Duration after) {
        this.layout = layout;
        this.jobs = namespace.jobs();
        this.roster = namespace.roster();
        this.table = table;
        this.leadership = leadership;
        this.outbox = outbox;
        this.after = after;
    }

    void lost() {
        stable = new HashMap<>();
        toSearch = true;
    }

    void round(Connection over) {
        Map<JobState, Stable> now = new HashMap<>();
        for (JobState job : jobs.jobs()) {
            if (isStatic(job)) {
                Stable before = stable.get(job);
                Stable known = before != null && before.eligible().equals(job.eligible())
                        ? before
                        : new Stable(job.eligible(), outbox.nanos());
                now.put(job, known);
                if (outbox.nanos() - known.since() >= after.toNanos()) {
                    settle(over, job);
                }
            }
        }
        stable = now;
        if (toSearch || table.isUsed()) {
            toSearch = false;
            search(over);
        }
    }

    private static boolean isStatic(JobState job) {
        JobDefinition definition = job.definition();
        return definition != null && !job.isRemoved() && definition.isStatic();
    }

    private void settle(Connection over, JobState job) {
        Homes homes = job.homes();
        Assignment assignment = job.assignment();
        if (homes == null
                || job.homesVersion() == JobState.UNREADABLE_HOMES
                || assignment == null
                || job.eligible().isEmpty()) {
            return;
        }
        Map<String, String> names = new HashMap<>();
        job.eligible().forEach(id -> roster.instance(id).ifPresent(instance -> names.put(id, instance.name())));
        Homes next = homes.settled(assignment, names);
        if (!next.equals(homes)) {
            write(over, job, homes, next);
        }
    }

    private void write(Connection over, JobState job, Homes before, Homes next) {
        String path = layout.homes(new Layout.JobLife(job.name(), job.life().name()));
        List<Write> writes = new ArrayList<>();
        writes.add(job.check());
        writes.add(job.life().guard());
        writes.add(
                job.homesVersion() == JobState.NO_HOMES
                        ? new Write.Create(path, HomesCodec.encode(next), Write.Life.PERSISTENT)
                        : new Write.Put(path, HomesCodec.encode(next), job.homesVersion()));
        List<Write> all = leadership.asLeader(writes);
        outbox.commit(over, all, result -> {
            if (!(result instanceof Result.Told<Answer> told)) {
                return;
            }
            jobs.guarded(over, List.of(job), all, told.answer());
            if (told.answer() instanceof Answer.Committed) {
                outbox.publish(new ElasticJobEvent.HomesChanged(job.name(), moved(before, next)));
            } else if (told.answer() instanceof Answer.Refused refused
                    && refused.reason() == Answer.Reason.ABSENT
                    && refused.index() == writes.size() + 1) {
                Write root = new Write.Create(layout.homes(), new byte[0], Write.Life.PERSISTENT);
                outbox.commit(over, leadership.asLeader(List.of(root)), ignored -> {}); // the next round goes on
            }
        });
    }

    private static SortedMap<Integer, String> moved(Homes before, Homes next) {
        SortedMap<Integer, String> moved = new TreeMap<>(next.byShard());
        moved.entrySet()
                .removeIf(home -> home.getValue().equals(before.byShard().get(home.getKey())));
        return moved;
    }

    /** Homes of jobs that are gone, or whose shards are assigned otherwise by now. */
    private void search(Connection over) {
        outbox.children(over, layout.homes(), result -> {
            if (!(result instanceof Result.Told<List<String>> told)) {
                toSearch = true;
                return;
            }
            for (String name : told.answer()) {
                Layout.lifeNamed(name).ifPresent(life -> look(over, life));
            }
        });
    }

    private void look(Connection over, Layout.JobLife life) {
        JobState known = jobs.job(life.job())
                .filter(job -> job.life().name().equals(life.life()))
                .orElse(null);
        if (known != null && (known.definition() == null || isStatic(known))) {
            return;
        }
        List<String> paths = List.of(layout.homes(life), layout.job(life.job()));
        outbox.read(over, paths, result -> {
            if (!(result instanceof Result.Told<List<Read>> told)
                    || !(told.answer().get(0) instanceof Read.Present homes)) {
                return;
            }
            boolean isOver = Life.isOver(life, told.answer().get(1));
            List<Write> writes = new ArrayList<>();
            if (!isOver && (known == null || isStatic(known))) {
                return;
            }
            if (!isOver && known != null) {
                writes.add(known.check());
            }
            writes.add(new Write.Delete(layout.homes(life), homes.stat().version()));
            outbox.commit(over, leadership.asLeader(writes), ignored -> {}); // refused: the next round looks again
        });
    }
}
