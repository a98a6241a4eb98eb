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
import java.util.Objects;
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

        /** Whether it is the same job, and nothing of it was replaced. */
        boolean isAsBefore(OfJob before) {
            return stored == before.stored
                    && definition == before.definition
                    && assignment == before.assignment
                    && eligible == before.eligible
                    && Objects.equals(trouble, before.trouble)
                    && standing.equals(before.standing)
                    && homes.equals(before.homes);
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

    /**
     * Views of jobs that were made of an earlier snapshot: of what has not changed since they are as good as new ones.
     *
     * @param views by name; never changed
     */
    record Former(Snapshot of, SortedMap<String, JobView> views) {

        /** Before the first one. */
        static final Former NONE =
                new Former(new Snapshot(Set.of(), new TreeMap<>(), List.of()), Collections.emptySortedMap());

        /** Of the same instances: all that a view of a job tells beside the job itself. */
        private boolean isAmongTheSame(SortedMap<String, InstanceView> instances) {
            if (of.instances.size() != instances.size()) {
                return false;
            }
            for (Map.Entry<String, InstanceView> one : instances.entrySet()) {
                InstanceView known = of.instances.get(one.getKey());
                if (known == null
                        || known.instance() != one.getValue().instance()
                        || !known.registeredAt().equals(one.getValue().registeredAt())) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * Everything, in which all jobs meet all instances. What has not changed is taken from an earlier one: with thousands of jobs
     * most of them are as they were, and to make all again for each reader would take most of the time.
     */
    NamespaceView view(String namespace, String application, EngineStatus status, long asOf, Former former) {
        return new NamespaceView(namespace, application, status, instances, views(former), asOf);
    }

    /** By name; never changed. The very same map where all is as it was. */
    SortedMap<String, JobView> views(Former former) {
        boolean isReusable = former.isAmongTheSame(instances);
        boolean isSame = isReusable && former.of.jobs.size() == jobs.size();
        SortedMap<String, JobView> views = new TreeMap<>();
        for (int i = 0; i < jobs.size(); i++) {
            OfJob job = jobs.get(i);
            OfJob before = isReusable && i < former.of.jobs.size() ? former.of.jobs.get(i) : null;
            boolean isAsBefore = before != null && job.isAsBefore(before);
            if (isSame && isAsBefore) {
                continue; // so far all is
            }
            if (isSame) {
                isSame = false;
                for (OfJob passed : jobs.subList(0, i)) {
                    views.put(passed.stored().name(), known(former, passed));
                }
            }
            views.put(job.stored().name(), isAsBefore ? known(former, job) : view(job));
        }
        return isSame ? former.views : Collections.unmodifiableSortedMap(views);
    }

    private JobView known(Former former, OfJob job) {
        JobView known = former.views.get(job.stored().name());
        return known == null ? view(job) : known;
    }

    private JobView view(OfJob job) {
        StoredJob stored = job.stored();
        JobDefinition definition = job.definition();
        Map<String, String> obstacles = new TreeMap<>();
        if (definition != null) {
            for (InstanceView live : instances.values()) {
                Instance instance = live.instance();
                if (mayRun(job, instance)) {
                    continue;
                }
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

    /** Whether that is known already: of most jobs and instances it is, and to find it out again takes most of the time. */
    private static boolean mayRun(OfJob job, Instance instance) {
        return job.standing().mayRun()
                && instance.state() == Instance.State.UP
                && Collections.binarySearch(job.eligible(), instance.id()) >= 0;
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
                    shard,
                    assignee,
                    value.value(),
                    token,
                    null,
                    present.stat().modified(),
                    present.stat().modifiedAt());
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
