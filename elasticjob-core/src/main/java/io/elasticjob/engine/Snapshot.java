package io.elasticjob.engine;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.TriggerStatus;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.Eligibility;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.coordination.TriggerProgress;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.view.EngineStatus;
import io.elasticjob.view.InstanceView;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.LimitView;
import io.elasticjob.view.NamespaceView;
import io.elasticjob.view.ShardView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What this instance knew at the end of a turn, as it was: taken on the loop by copying references, so that views, which
 * take long, are made of it elsewhere. Immutable.
 *
 * @param builtIn names of the strategies that everybody knows
 */
record Snapshot(Set<String> builtIn, SortedMap<String, InstanceView> instances, List<OfJob> jobs) {

    /** A job that can be read. */
    record OfJob(
            StoredJob stored,
            @Nullable JobDefinition definition,
            @Nullable Assignment assignment,
            List<String> eligible,
            @Nullable String trouble,
            Standing standing,
            SortedMap<Integer, String> homes) {

        /** Null for one that cannot be read. */
        static @Nullable OfJob of(JobState job) {
            StoredJob stored = job.stored();
            return stored == null
                    ? null
                    : new OfJob(
                            stored,
                            job.definition(),
                            job.assignment(),
                            job.eligible(),
                            job.trouble(),
                            job.standing(),
                            job.homesInUse());
        }

        /** @param processes shards with the instances whose own they are */
        private Optional<String> assignee(int shard, SortedMap<Integer, String> processes) {
            if (ProcessShards.isOne(shard)) {
                return Optional.ofNullable(processes.get(shard));
            }
            return assignment == null || shard >= assignment.shardingTotalCount()
                    ? Optional.empty()
                    : assignment.owner(shard);
        }
    }

    /** Everything, in which all jobs meet all instances. */
    NamespaceView view(String namespace, String application, EngineStatus status, long asOf) {
        SortedMap<String, JobView> views = new TreeMap<>();
        jobs.forEach(job -> views.put(job.stored().name(), view(job)));
        return new NamespaceView(namespace, application, status, instances, views, asOf);
    }

    private JobView view(OfJob job) {
        StoredJob stored = job.stored();
        JobDefinition definition = job.definition();
        Map<String, String> obstacles = new TreeMap<>();
        if (definition != null) {
            for (InstanceView live : instances.values()) {
                Instance instance = live.instance();
                Eligibility.obstacle(job.standing(), stored, definition, builtIn, instance)
                        .ifPresent(why -> obstacles.put(instance.id(), why));
            }
        }
        Assignment assignment = job.assignment();
        return new JobView(
                stored,
                definition,
                assignment == null ? unassigned(stored.shardCount()) : assignment,
                job.eligible(),
                obstacles,
                job.trouble(),
                job.standing(),
                processes(job));
    }

    private static Assignment unassigned(ShardCount count) {
        return count.isBroadcast() ? Assignment.unsplit() : Assignment.none(count.count());
    }

    private SortedMap<Integer, String> processes(OfJob job) {
        ProcessShards shards = job.stored().shardCount().processes();
        if (shards.isEmpty()) {
            return Collections.emptySortedMap();
        }
        Map<String, ProcessShards.Process> eligible = new HashMap<>();
        for (String id : job.eligible()) {
            InstanceView live = instances.get(id);
            if (live != null) {
                eligible.put(id, ProcessShards.Process.of(live.instance()));
            }
        }
        return shards.owners(eligible);
    }

    /**
     * The one job of this snapshot, with its records.
     *
     * @param shards that are shown
     * @param records as they were read, of these shards
     * @param pending its triggers that are not done
     * @param starved those of its shards that have waited for a slot for long
     * @param limits that count its shards
     * @param asOf the last transaction that was heard of before they were read
     * @param firings the record of the firings of a job that has one; null for none
     */
    JobDetail detail(
            List<Integer> shards,
            List<Read> records,
            List<Trigger> pending,
            SortedSet<Integer> starved,
            List<LimitView> limits,
            long asOf,
            @Nullable Read firings) {
        OfJob job = jobs.get(0);
        SortedMap<Integer, String> processes = processes(job);
        List<ShardView> views = new ArrayList<>();
        for (Read record : records) {
            int shard = shards.get(views.size());
            views.add(view(shard, job.assignee(shard, processes).orElse(null), record));
        }
        Map<Integer, ShardRecord> byShard =
                views.stream().collect(Collectors.toMap(ShardView::shard, ShardView::record));
        List<TriggerStatus> triggers = pending.stream()
                .map(trigger -> TriggerProgress.of(job.stored().name(), trigger, byShard, false))
                .toList();
        return new JobDetail(
                view(job),
                List.copyOf(views),
                triggers,
                starved,
                List.copyOf(limits),
                job.homes(),
                asOf,
                firingsIn(firings));
    }

    private static @Nullable FiringRecord firingsIn(@Nullable Read firings) {
        return firings instanceof Read.Present present
                        && FiringRecordCodec.decode(present.data()) instanceof Decoded.Value<FiringRecord> value
                ? value.value()
                : null;
    }

    private static ShardView view(int shard, @Nullable String assignee, Read read) {
        if (read instanceof Read.Unreadable unreadable) {
            String why = String.valueOf(unreadable.why().getMessage());
            return new ShardView(shard, assignee, ShardRecord.NEW, 0, why);
        }
        if (!(read instanceof Read.Present present)) {
            return new ShardView(shard, assignee, ShardRecord.NEW, 0, null);
        }
        Decoded<ShardRecord> decoded = ShardRecordCodec.decode(present.data());
        if (decoded instanceof Decoded.Value<ShardRecord> value) {
            long token = token(value.value(), present.stat());
            return new ShardView(
                    shard, assignee, value.value(), token, null, present.stat().modified());
        }
        return new ShardView(
                shard,
                assignee,
                ShardRecord.NEW,
                0,
                decoded.reason(),
                present.stat().modified());
    }

    /** Of its execution; as long as that has written nothing more, its claim is the last change. */
    private static long token(ShardRecord record, Stat stat) {
        return record.runningToken(stat.modified())
                .orElse(record.latest().map(ShardState.Attempt::token).orElse(0L));
    }
}
