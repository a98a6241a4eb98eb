package io.elasticjob.simulation;

import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Read;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of the registry so far, for those that hold it against what is promised: jobs and instances as they are, each
 * write of each record; and what is told of promises that were broken.
 */
final class Observed {

    static final String INSTANCES = "/sim/instances/";
    static final String JOBS = "/sim/jobs/";
    static final String SHARDS = "/sim/shards/";
    static final Layout LAYOUT = new Layout("sim");

    /** How wrongly an instance may know the time: as far as it tolerates, and half of the slowest round trip. */
    static final Duration EARLY = Simulation.MAX_TIME_DIFF.plus(Duration.ofSeconds(3));

    private static final int REMEMBERED = 1_000;

    final Timekeeper time;
    final Timekeeper clock;
    final MemoryEnsemble ensemble;
    final Ledger ledger;
    final Trace trace;

    private final List<String> violations = new ArrayList<>();
    /** By the path of the record. */
    final Map<String, History> histories = new LinkedHashMap<>();
    /** By name. */
    final Map<String, Job> jobs = new HashMap<>();

    private final Map<String, Shown> shown = new HashMap<>();
    /** What data of records says, which is asked for when it is written, and again when it is written over. */
    private final Map<byte[], Optional<ShardRecord>> records = new IdentityHashMap<>();

    /** A job as the registry has it. */
    record Job(String life, StoredJob stored, JobDefinition definition) {

        boolean says(JobDefinition declared) {
            return stored.declared().equals(declared.settings());
        }
    }

    /** What the node of an instance holds, and what that says: decoding it each time that it is asked for takes long. */
    private record Shown(byte[] data, Optional<Instance> instance) {}

    /** One write of a record: what it said before and after, and whether the instance lived that it named before. */
    record Written(long zxid, ShardRecord before, ShardRecord after, boolean ownerLived) {

        boolean isCheckpoint() {
            return before.isRunning() && after.isRunning() && isSameExecution(before, after);
        }

        /** Whether what ran goes on under another instance; that is held against the token it keeps. */
        boolean isAdoption() {
            return isAdoption(before, after);
        }

        static boolean isAdoption(ShardRecord before, ShardRecord after) {
            return before.isRunning()
                    && after.isRunning()
                    && Objects.equals(before.firing(), after.firing())
                    && before.attempt() == after.attempt()
                    && !before.owner().equals(after.owner());
        }
    }

    /** All that was ever written of one shard, in one life of its job. */
    static final class History {
        final String path;
        final Layout.JobLife of;
        final int shard;
        final List<Written> writes = new ArrayList<>();
        final Set<Long> claims = new HashSet<>();
        final Set<Firing> ended = new HashSet<>();
        /** Claims that were put back because nothing had begun under them. */
        final Set<Long> putBack = new HashSet<>();

        ShardRecord last = ShardRecord.NEW;
        /** The last one. */
        long claim;

        History(String path, Layout.JobLife of, int shard) {
            this.path = path;
            this.of = of;
            this.shard = shard;
        }

        /** What was written first over this claim, but for checkpoints; null when nothing was. */
        @Nullable
        Written endOf(long token) {
            return writes.stream()
                    .filter(write -> write.zxid() > token && !write.isCheckpoint() && !write.isAdoption())
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * @param time the stopwatch of the simulation, by which it is written down what ran
     * @param clock of the registry
     */
    Observed(Timekeeper time, Timekeeper clock, MemoryEnsemble ensemble, Ledger ledger, Trace trace) {
        this.time = time;
        this.clock = clock;
        this.ensemble = ensemble;
        this.ledger = ledger;
        this.trace = trace;
    }

    List<String> violations() {
        return violations;
    }

    void violated(String what) {
        trace.note("!!! " + what);
        violations.add(clock.now() + " " + what);
    }

    void violated(History history, String what, Written written) {
        violated(history.path + " " + what + "\n  before " + written.before() + "\n  after  " + written.after());
    }

    /** The job as the registry has it. */
    Optional<StoredJob> job(String name) {
        return stored(name, ensemble.node(JOBS + name));
    }

    /** Firings by hand that are to come, by the id of the request for them; null when there are none. */
    Read.@Nullable Present planned(String job, String id) {
        return ensemble.node(LAYOUT.planned(job, life(job), id)) instanceof Read.Present present ? present : null;
    }

    /** The present life of a job; "" without one. */
    String life(String job) {
        Job present = jobs.get(job);
        return present == null ? "" : present.life();
    }

    /** The job as it was written last; what {@link #job} reads anew. */
    Optional<StoredJob> known(String name) {
        return Optional.ofNullable(jobs.get(name)).map(Job::stored);
    }

    /** A shard's record as the registry has it. */
    ShardRecord record(Layout.JobLife of, int shard) {
        History history = histories.get(LAYOUT.record(of.job(), of.life(), shard));
        return history == null ? ShardRecord.NEW : history.last;
    }

    /** What a node of a record says; null when it is absent, empty, or nothing that can be read. */
    @Nullable
    ShardRecord record(Read read) {
        if (!(read instanceof Read.Present present) || present.data().length == 0) {
            return null;
        }
        if (records.size() > REMEMBERED) {
            records.clear();
        }
        return records.computeIfAbsent(present.data(), Observed::record).orElse(null);
    }

    private static Optional<ShardRecord> record(byte[] data) {
        return ShardRecordCodec.decode(data) instanceof Decoded.Value<ShardRecord> value
                ? Optional.of(value.value())
                : Optional.empty();
    }

    /** Whether the end of this firing by hand was ever recorded. */
    boolean hasEnded(Layout.JobLife of, int shard, long number) {
        History history = histories.get(LAYOUT.record(of.job(), of.life(), shard));
        return history != null && history.ended.contains(new Firing.Triggered(number));
    }

    /** The instance as it is registered. */
    Optional<Instance> instance(String id) {
        if (!(ensemble.node(INSTANCES + id) instanceof Read.Present present)) {
            return Optional.empty();
        }
        Shown known = shown.get(id);
        if (known == null || known.data() != present.data()) {
            known = new Shown(present.data(), instance(id, present));
            shown.put(id, known);
        }
        return known.instance();
    }

    static Optional<Instance> instance(String id, Read read) {
        return read instanceof Read.Present present
                        && InstanceCodec.decode(id, present.stat().created(), present.data())
                                instanceof Decoded.Value<Instance> value
                ? Optional.of(value.value())
                : Optional.empty();
    }

    /** Whether this is a job that whoever reads it must not make anew when it goes: no leader is about to forget it. */
    boolean isSettled(String path, Read read) {
        return path.startsWith(JOBS)
                && stored(path.substring(JOBS.length()), read)
                        .filter(job -> job.marks().undeclared() == null)
                        .isPresent();
    }

    static Optional<StoredJob> stored(String name, Read read) {
        return read instanceof Read.Present present
                        && StoredJobCodec.decode(name, present.data()) instanceof Decoded.Value<StoredJob> value
                ? Optional.of(value.value())
                : Optional.empty();
    }

    boolean isLive(String instance) {
        return ensemble.node(INSTANCES + instance) instanceof Read.Present;
    }

    /** Of a record; empty for the folder of a life. */
    Optional<History> historyOf(String path) {
        History known = histories.get(path);
        int end = path.lastIndexOf('/');
        if (known == null && end > SHARDS.length()) {
            Layout.JobLife of =
                    Layout.lifeNamed(path.substring(SHARDS.length(), end)).orElseThrow();
            known = new History(path, of, Integer.parseInt(path.substring(end + 1)));
            histories.put(path, known);
        }
        return Optional.ofNullable(known);
    }

    @Nullable
    History historyOf(Ledger.Entry entry) {
        for (History history : histories.values()) {
            if (history.shard == entry.id.shard()
                    && history.of.job().equals(entry.id.job())
                    && history.claims.contains(entry.token)) {
                return history;
            }
        }
        return null;
    }

    static boolean isBefore(@Nullable Instant one, @Nullable Instant other) {
        return other != null && (one == null || one.isBefore(other));
    }

    static boolean isSameExecution(ShardRecord one, ShardRecord other) {
        return one.latest()
                .flatMap(first -> other.latest().filter(first::isSameAs))
                .isPresent();
    }

    static boolean isOn(Switches switches, int shard, Instant fireTime) {
        return !switches.isOff(shard)
                && switches.onSince(shard).filter(fireTime::isBefore).isEmpty();
    }
}
