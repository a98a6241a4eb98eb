package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.TakeBack;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The leader takes shards of broadcast jobs back from processes that have been gone for long, or may not run the job any more:
 * what they had begun is lost, in the same transaction, and the shard is the next process's. Costs nothing where there is
 * no such job. Confined to the loop.
 */
final class EnrolmentSweep {

    private static final int AT_ONCE = 100;

    /** A record as it was read. */
    private record Found(ShardRecord record, @Nullable Stat stat) {}

    private final Layout layout;
    private final JobTable jobs;
    private final Roster roster;
    private final Leadership leadership;
    private final Finished finished;
    private final Outbox outbox;
    private final Duration maxTimeDiff;
    private final Inquiry records;

    /** Since when, by the stopwatch, nobody needs shards. */
    private Map<JobState, SortedMap<Integer, Long>> unneeded = new HashMap<>();

    private Set<JobState> underWay = new HashSet<>();

    EnrolmentSweep(Namespace namespace, Leadership leadership, Finished finished, Outbox outbox, Duration maxTimeDiff) {
        this.layout = namespace.layout();
        this.jobs = namespace.jobs();
        this.roster = namespace.roster();
        this.leadership = leadership;
        this.finished = finished;
        this.outbox = outbox;
        this.maxTimeDiff = maxTimeDiff;
        this.records = new Inquiry(outbox, AT_ONCE, AT_ONCE, "the shard is not taken back");
    }

    void lost() {
        unneeded = new HashMap<>();
        underWay = new HashSet<>();
    }

    void round(Connection over) {
        Map<JobState, SortedMap<Integer, Long>> now = new HashMap<>();
        for (JobState job : List.copyOf(jobs.jobs())) {
            StoredJob stored = job.stored();
            if (stored != null
                    && !job.isRemoved()
                    && job.definition() != null
                    && stored.shardCount().knowsBroadcast()) {
                SortedMap<Integer, Long> since = unneeded(job, stored.shardCount());
                now.put(job, since);
                SortedSet<Integer> forLong = forLong(over, since);
                if (!forLong.isEmpty() && !job.areTriggersDoubted() && underWay.add(job)) {
                    read(over, job, forLong);
                } else if (stored.shardCount().processes().isEmpty()) {
                    forget(over, job, stored);
                }
            }
        }
        unneeded = now;
    }

    private SortedMap<Integer, Long> unneeded(JobState job, ShardCount count) {
        SortedMap<Integer, Long> before = unneeded.getOrDefault(job, new TreeMap<>());
        SortedMap<Integer, Long> since = new TreeMap<>();
        TakeBack.unneeded(
                        count,
                        roster.processes(job.eligible()).values(),
                        outbox.time().registryNow())
                .forEach(shard -> since.put(shard, before.getOrDefault(shard, outbox.nanos())));
        return since;
    }

    private SortedSet<Integer> forLong(Connection over, SortedMap<Integer, Long> since) {
        long after = TakeBack.after(over.session().timeout(), maxTimeDiff).toNanos();
        SortedSet<Integer> forLong = new TreeSet<>();
        since.forEach((shard, from) -> {
            if (outbox.nanos() - from >= after && forLong.size() < AT_ONCE) {
                forLong.add(shard);
            }
        });
        return forLong;
    }

    private void read(Connection over, JobState job, SortedSet<Integer> shards) {
        List<Integer> asked = List.copyOf(shards);
        SortedMap<Integer, Found> found = new TreeMap<>();
        records.askCaughtUp(over, asked.stream().map(job.life()::record).toList(), new Asker(job) {
            @Override
            public boolean read(int at, Read read) {
                Found record = found(read);
                if (record != null) {
                    found.put(asked.get(at), record);
                }
                return true;
            }

            @Override
            public void complete() {
                askForHolders(over, job, found);
            }
        });
    }

    /** Null for one of a later version, which is left alone. */
    private @Nullable Found found(Read read) {
        if (!(read instanceof Read.Present present)) {
            return new Found(ShardRecord.NEW, null);
        }
        Decoded<ShardRecord> decoded = ShardRecordCodec.decode(present.data());
        if (decoded instanceof Decoded.Value<ShardRecord> value) {
            return new Found(value.value(), present.stat());
        }
        return decoded instanceof Decoded.Broken<ShardRecord>
                ? new Found(ShardRecord.NEW.decidedThrough(outbox.time().registryNow()), present.stat())
                : null;
    }

    /** Dead are those whose nodes are not there in a read issued after that of the records. */
    private void askForHolders(Connection over, JobState job, SortedMap<Integer, Found> found) {
        List<String> holders = found.values().stream()
                .flatMap(record -> record.record().holder().stream())
                .distinct()
                .toList();
        Set<String> dead = new HashSet<>();
        records.ask(over, holders.stream().map(layout::instance).toList(), new Asker(job) {
            @Override
            public boolean read(int at, Read read) {
                if (read instanceof Read.Absent) {
                    dead.add(holders.get(at));
                }
                return true;
            }

            @Override
            public void complete() {
                take(over, job, found, dead);
            }
        });
    }

    private void take(Connection over, JobState job, SortedMap<Integer, Found> found, Set<String> dead) {
        StoredJob stored = job.stored();
        if (stored == null || job.isRemoved()) {
            underWay.remove(job);
            return;
        }
        Instant now = outbox.time().registryNow();
        Set<Integer> still = TakeBack.unneeded(
                stored.shardCount(), roster.processes(job.eligible()).values(), now);
        List<Integer> taken = new ArrayList<>();
        List<Write> writes = new ArrayList<>();
        List<ElasticJobEvent> events = new ArrayList<>();
        found.forEach((shard, record) -> {
            boolean isDead =
                    record.record().holder().filter(dead::contains).isPresent() && isLeaseOver(job, shard, record);
            TakeBack back = still.contains(shard)
                    ? TakeBack.of(job.name(), job.triggers(), shard, record.record(), isDead, now)
                            .orElse(null)
                    : null;
            if (back == null) {
                return;
            }
            taken.add(shard);
            Stat stat = record.stat();
            String path = job.life().record(shard);
            if (stat != null) {
                writes.add(new Write.Put(path, ShardRecordCodec.encode(back.next()), stat.version()));
            } else if (!back.next().equals(ShardRecord.NEW)) { // triggers are decided that it never began
                writes.add(new Write.Create(path, ShardRecordCodec.encode(back.next()), Write.Life.PERSISTENT));
            }
            if (stat != null && back.event() != null) {
                OptionalLong token = record.record().runningToken(stat.modified());
                events.add(back.event().identified(job.life().name(), token.orElse(0)));
            }
        });
        if (taken.isEmpty()) {
            underWay.remove(job);
            return;
        }
        ProcessShards before = stored.shardCount().processes();
        ProcessShards next = before.without(taken);
        events.add(new ElasticJobEvent.ProcessShardsTakenBack(job.name(), Enrolments.names(before, next)));
        writes.add(
                0,
                new Write.Put(
                        job.path(),
                        StoredJobCodec.encode(stored.with(stored.shardCount().with(next))),
                        job.version()));
        commit(over, job, writes, () -> {
            events.forEach(outbox::publish);
            finished.takenBack(job, taken);
        });
    }

    /** What its holder has begun may go on without it for a while. */
    private boolean isLeaseOver(JobState job, int shard, Found record) {
        Long since = unneeded.getOrDefault(job, new TreeMap<>()).get(shard);
        return since != null
                && outbox.nanos() - since >= record.record().lease().toNanos();
    }

    /** What is history keeps those away from the job who do not know of broadcasts. */
    private void forget(Connection over, JobState job, StoredJob stored) {
        if (stored.shardCount().isBroadcastOver(outbox.time().registryNow()) && underWay.add(job)) {
            StoredJob next = stored.with(stored.shardCount().withoutHistory());
            commit(over, job, List.of(new Write.Put(job.path(), StoredJobCodec.encode(next), job.version())), () -> {});
        }
    }

    /** What is refused is looked at again in the next round. */
    private void commit(Connection over, JobState job, List<Write> writes, Runnable then) {
        List<Write> guarded = new ArrayList<>();
        guarded.add(job.life().guard());
        guarded.addAll(writes);
        List<Write> all = leadership.asLeader(guarded);
        outbox.commit(over, all, result -> {
            underWay.remove(job);
            if (result instanceof Result.Told<Answer> told) {
                jobs.guarded(over, List.of(job), all, told.answer());
                if (told.answer() instanceof Answer.Committed) {
                    then.run();
                }
            }
        });
    }

    private abstract class Asker implements Inquiry.Asker {

        private final JobState job;

        Asker(JobState job) {
            this.job = job;
        }

        @Override
        public boolean isWanted() {
            return underWay.contains(job);
        }

        @Override
        public boolean unreadable(int at, String why, Duration pause) {
            return true; // it is not taken back
        }

        @Override
        public void unanswered(int from, Throwable why) {
            underWay.remove(job);
        }
    }
}
