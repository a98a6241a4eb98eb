package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Predecessor;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.JoinRecordCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.JoinRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Succession;
import io.elasticjob.coordination.Succession.Ended;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.Write;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs run after which: their triggers are created, and their joins written, in the transaction that closes the firing
 * before, and with it or not at all. Confined to the loop.
 */
final class Successors {

    private static final byte[] EMPTY = {};

    private final Layout layout;
    private final JobTable jobs;
    private final Roster roster;
    private final Outbox outbox;

    /** By the name of the job before, the jobs that run after it, by name. */
    private final Map<String, SortedMap<String, JobState>> byPredecessor = new HashMap<>();

    private final Map<String, List<Predecessor>> known = new HashMap<>();

    Successors(Layout layout, JobTable jobs, Roster roster, Outbox outbox) {
        this.layout = layout;
        this.jobs = jobs;
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
        List<Predecessor> now = runsAfter(job, before);
        if (!now.isEmpty()) {
            known.put(job.name(), now);
            now.forEach(one -> byPredecessor
                    .computeIfAbsent(one.job(), any -> new TreeMap<>())
                    .put(job.name(), job));
        }
    }

    /** Of a job that cannot be used, what its settings say, or else what was known of it before: nobody else tells that it does not run. */
    private static List<Predecessor> runsAfter(JobState job, @Nullable List<Predecessor> before) {
        JobDefinition definition = job.definition();
        StoredJob stored = job.stored();
        if (job.isRemoved()) {
            return List.of();
        } else if (definition != null) {
            return definition.predecessors();
        } else if (stored != null) {
            return stored.set(JobKey.AFTER)
                    .map(after -> predecessors(job.name(), after))
                    .orElse(List.of());
        }
        return before == null ? List.of() : before;
    }

    private static List<Predecessor> predecessors(String job, String after) {
        try {
            return JobDefinition.named(job).set(JobKey.AFTER, after).build().predecessors();
        } catch (InvalidSettingException unusable) {
            return List.of(); // no version runs it after another job
        }
    }

    /** Whether it cannot be said at present what follows: the node of a successor could not be read, and will be again. */
    boolean isUnread(String job) {
        return of(job).stream().anyMatch(jobs::isUnread);
    }

    /** Names of those that run after a job, whatever becomes of it. */
    Collection<String> of(String job) {
        SortedMap<String, JobState> all = byPredecessor.get(job);
        return all == null ? List.of() : List.copyOf(all.keySet());
    }

    /**
     * The joins of a job as they were read.
     *
     * @param version of the node; null where there is none
     */
    private record KnownJoins(
            JobState job, JoinRecord record, @Nullable Integer version) {}

    /** What was read for one close. It is good for that close alone. */
    static final class Joins {

        private final Map<String, KnownJoins> known = new TreeMap<>();

        /** Those that this version must not touch, and why. */
        private final Map<String, String> unusable = new TreeMap<>();
    }

    String joinsOf(JobState job) {
        return layout.joins(new Layout.JobLife(job.name(), job.life().name()));
    }

    void read(Joins joins, JobState job, Read read) {
        if (!(read instanceof Read.Present present)) {
            joins.known.put(job.name(), new KnownJoins(job, JoinRecord.NEW, null));
            return;
        }
        int version = present.stat().version();
        Decoded<JoinRecord> decoded = JoinRecordCodec.decode(present.data());
        if (decoded instanceof Decoded.Value<JoinRecord> value) {
            joins.known.put(job.name(), new KnownJoins(job, value.value(), version));
        } else if (decoded instanceof Decoded.Newer<JoinRecord> newer) {
            joins.unusable.put(job.name(), newer.reason());
        } else {
            outbox.publish(new ElasticJobEvent.ValueUnreadable(
                    joinsOf(job), decoded.reason(), "it is replaced; joins that waited there are lost"));
            joins.known.put(job.name(), new KnownJoins(job, JoinRecord.NEW, version));
        }
    }

    void unreadable(Joins joins, JobState job, String why) {
        joins.unusable.put(job.name(), why);
    }

    /** Somebody has to read them before it can be said what follows. */
    List<JobState> toRead(Succession.Following following) {
        List<JobState> all = new ArrayList<>();
        following.toRead().forEach(name -> jobs.job(name).ifPresent(all::add));
        return all;
    }

    Succession.Following after(Ended ended, Joins joins) {
        return Succession.of(new Known(joins), ended, outbox.time().registryNow());
    }

    /** Closes without them, as nobody wants them. */
    Succession.Following unwanted() {
        return new Succession.Following(Map.of(), Map.of(), Set.of(), List.of());
    }

    /** Closes without them. */
    Succession.Following none(Ended ended, String why) {
        return Succession.none(new Known(new Joins()), ended, outbox.time().registryNow(), why);
    }

    /**
     * @param jobs whose settings and life the writes check
     * @param isFirst whether the folder of all joins may be missing
     */
    record Writes(Collection<JobState> jobs, List<Write> writes, boolean isFirst) {}

    Writes writes(Succession.Following following, Joins joins) {
        Set<JobState> checked = new LinkedHashSet<>();
        List<Write> writes = new ArrayList<>();
        following.triggers().keySet().forEach(name -> jobs.job(name).ifPresent(checked::add));
        following.joins().keySet().forEach(name -> jobs.job(name).ifPresent(checked::add));
        for (JobState job : checked) {
            writes.add(job.check());
            writes.add(job.life().guard());
        }
        boolean isFirst = false;
        for (Map.Entry<String, JoinRecord> one : following.joins().entrySet()) {
            KnownJoins before = joins.known.get(one.getKey());
            if (before != null) {
                isFirst |= before.version() == null;
                writes.add(write(before.job(), one.getValue(), before.version()));
            }
        }
        following.triggers().forEach((name, trigger) -> writes.add(creation(name, trigger)));
        return new Writes(checked, writes, isFirst);
    }

    private Write write(JobState job, JoinRecord record, @Nullable Integer version) {
        byte[] data = JoinRecordCodec.encode(record);
        return version == null
                ? new Write.Create(joinsOf(job), data, Write.Life.PERSISTENT)
                : new Write.Put(joinsOf(job), data, version);
    }

    private Write creation(String job, Trigger trigger) {
        return new Write.Create(layout.triggers(job), TriggerCodec.encode(trigger), Write.Life.SEQUENTIAL);
    }

    /** The folder of all joins, which is there after the first one. */
    Write folder() {
        return new Write.Create(layout.joins(), EMPTY, Write.Life.PERSISTENT);
    }

    private final class Known implements Succession.Jobs {

        private final Joins joins;

        Known(Joins joins) {
            this.joins = joins;
        }

        @Override
        public @Nullable JobDefinition definition(String job) {
            JobState state = jobs.find(job);
            return state == null || state.isRemoved() || state.stored() == null ? null : state.definition();
        }

        @Override
        public Optional<String> unusable(String job) {
            return Optional.ofNullable(jobs.find(job)).map(JobState::unusable);
        }

        @Override
        public Collection<Predecessor> lastPredecessorsOf(String job) {
            return known.getOrDefault(job, List.of());
        }

        @Override
        public Collection<String> successorsOf(String job) {
            return of(job);
        }

        @Override
        public Trigger trigger(String job, TriggerRequest request) {
            JobState state = state(job);
            return Succession.trigger(
                    Objects.requireNonNull(state.stored()),
                    state.standing(),
                    roster.processes(state),
                    state::effective,
                    state.triggers(),
                    request,
                    outbox.time().registryNow());
        }

        private JobState state(String job) {
            return jobs.job(job).orElseThrow(() -> new IllegalStateException("the job " + job + " is gone"));
        }

        @Override
        public @Nullable JoinRecord joins(String job) {
            KnownJoins read = joins.known.get(job);
            return read == null || read.job() != jobs.find(job) ? null : read.record();
        }

        @Override
        public Optional<String> unusableJoins(String job) {
            return Optional.ofNullable(joins.unusable.get(job));
        }

        @Override
        public int lengthOf(String job, Trigger trigger) {
            return RequestSize.of(creation(job, trigger)) + lengthOfChecks(job);
        }

        @Override
        public int lengthOf(String job, JoinRecord record) {
            JobState state = state(job);
            return RequestSize.of(write(state, record, null)) + lengthOfChecks(job);
        }

        private int lengthOfChecks(String job) {
            JobState state = state(job);
            return RequestSize.of(state.check()) + RequestSize.of(state.life().guard());
        }
    }
}
