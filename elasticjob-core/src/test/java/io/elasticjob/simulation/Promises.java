package io.elasticjob.simulation;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.Schedule;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.engine.Timekeeper;
import io.elasticjob.memory.Change;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Read;
import io.elasticjob.testing.Ledger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is promised, held against what happens: each change of the registry when it is made, each event when it is told,
 * and in the end all that really ran. Knows the protocol's outside only: nodes, events, runs.
 */
final class Promises {

    private static final String INSTANCES = "/sim/instances/";
    private static final String JOBS = "/sim/jobs/";
    private static final String SHARDS = "/sim/shards/";
    private static final Layout LAYOUT = new Layout("sim");

    /** So much later than its fire time a shard may start when nothing goes wrong. */
    private static final Duration ON_TIME = Duration.ofMillis(1_500);
    /** How wrongly an instance may know the time: as far as it tolerates, and half of the slowest round trip. */
    static final Duration EARLY = Simulation.MAX_TIME_DIFF.plus(Duration.ofSeconds(3));
    /** A decision to forget a job may be so old when it is carried out: as long as its leader's session may be silent. */
    private static final Duration UNHEARD_OF = Simulation.SESSION.plusSeconds(4);

    private final Timekeeper time;
    private final Timekeeper clock;
    private final MemoryEnsemble ensemble;
    private final Ledger ledger;
    private final Trace trace;

    private final List<String> violations = new ArrayList<>();
    private final Map<String, History> histories = new LinkedHashMap<>();
    private final Map<String, Job> jobs = new HashMap<>();
    private final Map<String, Long> registeredAt = new HashMap<>();
    /** Who has started with a job since it was removed. */
    private final Map<String, Set<String>> startedSinceRemoval = new HashMap<>();

    private final Commands commands;
    private final TriggerPromises triggers;
    /** When nodes of jobs went, and with them what was known of a life. */
    private final Map<Layout.JobLife, Long> removedAt = new LinkedHashMap<>();

    /** A job as the registry has it. */
    private record Job(long life, StoredJob stored, JobDefinition definition) {

        boolean says(JobDefinition declared) {
            return stored.declared().equals(declared.settings());
        }
    }

    /** One write of a record: what it said before and after, and whether the instance lived that it named before. */
    private record Written(long zxid, ShardRecord before, ShardRecord after, boolean ownerLived) {

        boolean isCheckpoint() {
            return before.isRunning()
                    && after.isRunning()
                    && isSameExecution(before, after)
                    && Objects.equals(before.owner(), after.owner());
        }
    }

    /** All that was ever written of one shard, in one life of its job. */
    private static final class History {
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
                    .filter(write -> write.zxid() > token && !write.isCheckpoint())
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * @param time the stopwatch of the simulation, by which it is written down what ran
     * @param clock of the registry
     */
    Promises(Timekeeper time, Timekeeper clock, MemoryEnsemble ensemble, Ledger ledger, Trace trace) {
        this.time = time;
        this.clock = clock;
        this.ensemble = ensemble;
        this.ledger = ledger;
        this.trace = trace;
        this.commands = new Commands(ensemble, this, this::violated);
        this.triggers = new TriggerPromises(clock, ensemble, this, commands, this::violated);
        ensemble.observe(this::changed);
    }

    List<String> violations() {
        return violations;
    }

    void violated(String what) {
        trace.note("!!! " + what);
        violations.add(clock.now() + " " + what);
    }

    // ---- What is there --------------------------------------------------------------------------------------------

    /** The job as the registry has it. */
    Optional<StoredJob> job(String name) {
        return stored(name, ensemble.node(JOBS + name));
    }

    /** The present life of a job; 0 without one. */
    long life(String job) {
        Job present = jobs.get(job);
        return present == null ? 0 : present.life();
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

    /** Whether the end of this firing by hand was ever recorded. */
    boolean hasEnded(Layout.JobLife of, int shard, long number) {
        History history = histories.get(LAYOUT.record(of.job(), of.life(), shard));
        return history != null && history.ended.contains(new Firing.Triggered(number));
    }

    /** The instance as it is registered. */
    Optional<Instance> instance(String id) {
        return instance(id, ensemble.node(INSTANCES + id));
    }

    private static Optional<Instance> instance(String id, Read read) {
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
                        .filter(job -> job.undeclaredSince() == null)
                        .isPresent();
    }

    private static Optional<StoredJob> stored(String name, Read read) {
        return read instanceof Read.Present present
                        && StoredJobCodec.decode(name, present.data()) instanceof Decoded.Value<StoredJob> value
                ? Optional.of(value.value())
                : Optional.empty();
    }

    private boolean isLive(@Nullable String instance) {
        return ensemble.node(INSTANCES + instance) instanceof Read.Present;
    }

    // ---- What operators and processes do --------------------------------------------------------------------------

    void started(String process, Collection<JobDefinition> declared) {
        declared.stream()
                .map(job -> startedSinceRemoval.get(job.name()))
                .filter(Objects::nonNull)
                .forEach(since -> since.add(process));
    }

    Commands commands() {
        return commands;
    }

    TriggerPromises triggers() {
        return triggers;
    }

    // ---- What is written ------------------------------------------------------------------------------------------

    private void changed(Change change) {
        String path = change.path();
        Optional<Layout.TriggerOf> triggered = LAYOUT.triggerAt(path);
        if (path.startsWith(SHARDS)) {
            historyOf(path).ifPresent(history -> recordChanged(history, change));
            return;
        } else if (triggered.isPresent()) {
            boolean gone = change.after() instanceof Read.Absent;
            trace.note(() -> "registry: " + path + (gone ? " is gone" : " is made"));
            triggers.changed(triggered.get().job(), change);
        } else if (LAYOUT.jobAt(path).isPresent()) {
            jobChanged(path.substring(JOBS.length()), change);
        } else if (LAYOUT.instanceAt(path).isPresent()) {
            boolean gone = change.after() instanceof Read.Absent;
            trace.note(() -> "registry: " + path + (gone ? " is gone" : " is written"));
            if (gone) {
                registeredAt.remove(path);
            } else {
                registeredAt.putIfAbsent(path, time.nanoTime());
                String id = path.substring(INSTANCES.length());
                instance(id)
                        .ifPresent(after -> commands.instanceChanged(
                                instance(id, change.before()).orElse(null), after));
            }
        }
        commands.look(path.startsWith(INSTANCES));
    }

    /** Of a record; empty for the folder of a life. */
    private Optional<History> historyOf(String path) {
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

    private void jobChanged(String name, Change change) {
        Job before = jobs.remove(name);
        if (change.after() instanceof Read.Present present) {
            trace.note(() -> "registry: " + change.path() + " " + new String(present.data(), StandardCharsets.UTF_8));
            StoredJob stored = stored(name, present).orElseThrow();
            jobs.put(name, new Job(present.stat().created(), stored, stored.effective()));
            if (before == null) {
                commands.jobMade(stored);
            } else {
                commands.jobChanged(before.stored(), stored);
            }
        } else if (before != null) {
            trace.note(() -> "registry: " + change.path() + " is gone");
            Layout.JobLife life = new Layout.JobLife(name, before.life());
            removedAt.put(life, time.nanoTime());
            if (commands.isAskedFor(new Wish.Remove(name)::equals)) {
                startedSinceRemoval.put(name, new HashSet<>());
            } else if (before.stored().isMade()) {
                checkHasRun(life, before);
            } else {
                checkMayBeForgotten(before.stored());
            }
        }
    }

    /** A job that an operator made goes by itself only when it was to run once, and all of its shards have. */
    private void checkHasRun(Layout.JobLife life, Job job) {
        if (!(job.definition().schedule() instanceof Schedule.Once once)) {
            violated("nobody removed it, and it is gone: " + job);
            return;
        }
        for (int shard = 0; shard < job.stored().shardCount().at(once.at()); shard++) {
            ShardRecord record = record(life, shard);
            boolean isDue = !once.at().isBefore(job.stored().since())
                    && isOn(job.stored().switches(), shard, once.at());
            if (record.isRunning() || (isDue && isBefore(record.through(), once.at()))) {
                violated("shard " + shard + " has not run, and its job is gone: " + job + " " + record);
            }
        }
    }

    /** Only a leader removes a job, when nobody has declared it for long, and no operator has laid anything over it. */
    private void checkMayBeForgotten(StoredJob job) {
        Instant since = job.undeclaredSince();
        if (since == null || clock.now().plus(EARLY).isBefore(since.plus(Simulation.FORGET_AFTER))) {
            violated(job + " was forgotten too early");
        }
        if (!job.overrides().isEmpty() || !job.switches().isEmpty()) {
            violated(job + " was forgotten with what an operator has set");
        }
        for (String id : ensemble.children("/sim/instances")) {
            long registered = registeredAt.getOrDefault(INSTANCES + id, time.nanoTime());
            boolean heardOf = time.nanoTime() - registered > UNHEARD_OF.toNanos();
            if (heardOf
                    && instance(id)
                            .filter(live -> live.declares().contains(job.name()))
                            .isPresent()) {
                violated(job + " was forgotten though " + id + " declares it");
            }
        }
    }

    private void recordChanged(History history, Change change) {
        if (change.after() instanceof Read.Absent) {
            checkDeleted(history);
            history.last = ShardRecord.NEW;
            return;
        }
        ShardRecord after = record(change.after());
        if (after == null) {
            return; // made in the same transaction that claims it
        }
        ShardRecord before = history.last;
        history.last = after;
        trace.note(() -> "registry: " + change.path() + " " + after.state() + " " + after.firing() + " attempt "
                + after.attempt() + " by " + after.owner() + " through " + after.through() + " zxid " + change.zxid());
        Written written = new Written(change.zxid(), before, after, before.owner() != null && isLive(before.owner()));
        if (written.isCheckpoint()) {
            checkCheckpoint(history, written);
        } else if (after.isRunning()) {
            checkClaim(history, written);
            history.claim = change.zxid();
            history.claims.add(change.zxid());
        } else if (before.isRunning() && isPutBack(history, after)) {
            history.putBack.add(history.claim);
        } else if (before.isRunning()) {
            checkEnd(history, written);
        } else {
            checkSettlement(history, written);
        }
        checkThrough(history, written);
        triggers.written(history.of, history.shard, before, after);
        if (after.state() == ShardRecord.State.DONE && after.firing() != null) {
            history.ended.add(after.firing());
        }
        history.writes.add(written);
    }

    private static @Nullable ShardRecord record(Read read) {
        return read instanceof Read.Present present
                        && present.data().length > 0
                        && ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> value
                ? value.value()
                : null;
    }

    private void checkDeleted(History history) {
        Job job = jobs.get(history.of.job());
        if (job != null && job.life() == history.of.life()) {
            violated("the record " + history.path + " was deleted while its job lives");
        } else if (history.last.isRunning() && isLive(history.last.owner())) {
            violated("the record " + history.path + " was deleted while a live instance held it: " + history.last);
        }
    }

    /** A checkpoint changes nothing else, and only the execution whose claim holds the record writes one. */
    private void checkCheckpoint(History history, Written written) {
        ShardRecord after = written.after();
        if (!after.equals(written.before().withToken(history.claim).withCheckpoint(after.checkpoint()))) {
            violated(history, "was changed while it ran", written);
        }
        if (after.checkpoint() == null || !after.checkpoint().startsWith(history.claim + ":")) {
            violated(history, "got a checkpoint of an execution that does not hold it", written);
        }
    }

    private void checkClaim(History history, Written written) {
        ShardRecord before = written.before();
        ShardRecord after = written.after();
        Firing firing = Objects.requireNonNull(after.firing());
        if (!isLive(after.owner())) {
            violated(history, "was claimed by one that is not registered", written);
        }
        if (before.isRunning() && written.ownerLived()) {
            violated(history, "was claimed while a live instance held it", written);
        }
        if (history.ended.contains(firing)) {
            violated(history, "was claimed for a firing that had ended", written);
        }
        boolean again = firing.equals(before.firing());
        if (after.attempt() != (again ? before.attempt() + 1 : 1)) {
            violated(history, "was claimed under another attempt than the next", written);
        }
        if (after.deaths() != (before.isRunning() ? before.deaths() + 1 : again ? before.deaths() : 0)) {
            violated(history, "was claimed with a wrong number of deaths", written);
        }
        Job job = jobs.get(history.of.job());
        if (job == null || job.life() != history.of.life()) {
            violated(history, "was claimed though its job is gone", written);
            return;
        }
        JobDefinition definition = job.definition();
        checkOwnerMayClaim(history, job, written);
        if (before.isRunning() && !(definition.failover() && again && after.deaths() <= definition.failoverLimit())) {
            violated(history, "was taken over though its job does not ask for that", written);
        }
        if (firing instanceof Firing.Scheduled scheduled) {
            checkFireTime(history, job, scheduled.fireTime(), written);
        } else if (firing instanceof Firing.Triggered triggered) {
            triggers.claimed(history.of, job.stored(), history.shard, before, triggered.number());
        }
    }

    /** Who is drained, or switched off for a job, takes nothing from the moment on that the registry says so. */
    private void checkOwnerMayClaim(History history, Job job, Written written) {
        Instance owner = instance(String.valueOf(written.after().owner())).orElse(null);
        if (owner != null && owner.drained().isPresent()) {
            violated(history, "was claimed by one that is drained", written);
        }
        if (owner != null && job.stored().switches().off(owner.name()).isPresent()) {
            violated(history, "was claimed by one that is switched off for the job", written);
        }
    }

    private void checkFireTime(History history, Job job, Instant fireTime, Written written) {
        ShardRecord before = written.before();
        Switches switches = job.stored().switches();
        if (!job.definition().enabled() || switches.isOff(history.shard)) {
            violated(history, "was claimed though it is disabled", written);
        }
        if (!job.definition().monitorExecution()) {
            violated(history, "was claimed though its job is not monitored", written);
        }
        if (switches.onSince(history.shard).filter(fireTime::isBefore).isPresent()) {
            violated(history, "was claimed for a firing of before it was enabled", written);
        }
        if (before.through() != null && !fireTime.isAfter(before.through())) {
            violated(history, "was claimed for a firing that was decided before", written);
        }
        if (fireTime.isAfter(clock.now().plus(EARLY))) {
            violated(history, "was claimed for a firing to come", written);
        }
        if (fireTime.isBefore(job.stored().since())) {
            violated(history, "was claimed for a firing of before its job began", written);
        }
        boolean fires = Optional.of(fireTime).equals(job.definition().schedule().next(fireTime.minusNanos(1)));
        if (!before.isRunning() && !fires) {
            violated(history, "was claimed for what is no fire time", written);
        }
        if (!before.isRunning() && history.shard >= job.stored().shardCount().at(fireTime)) {
            violated(history, "was claimed for a firing that does not have this shard", written);
        }
    }

    /** Whether the record is again as it was before its claim, which was ahead of its fire time. */
    private static boolean isPutBack(History history, ShardRecord after) {
        return history.writes.stream()
                .anyMatch(
                        write -> write.zxid() == history.claim && write.before().equals(after));
    }

    /** Only the execution that holds it ends it, or somebody else in its place once it is dead. */
    private void checkEnd(History history, Written written) {
        ShardRecord before = written.before();
        ShardRecord after = written.after();
        if (!isSameExecution(before, after) || !Objects.equals(before.owner(), after.owner())) {
            violated(history, "was ended by an execution that does not hold it", written);
        }
        boolean lost = after.state() == ShardRecord.State.DONE && "LOST".equals(after.outcome());
        if (lost && written.ownerLived()) {
            violated(history, "was given up though its owner lives", written);
        }
        checkKeepsCheckpoint(history, written);
    }

    private void checkSettlement(History history, Written written) {
        ShardRecord after = written.after();
        Instant through = after.through();
        if (through == null || !after.equals(written.before().correctedThrough(through))) {
            violated(history, "was changed though nobody ran it", written);
        }
        checkKeepsCheckpoint(history, written);
    }

    private void checkKeepsCheckpoint(History history, Written written) {
        boolean cleared = written.after().checkpoint() == null
                && "SUCCEEDED".equals(written.after().outcome());
        if (!cleared
                && !Objects.equals(
                        written.before().checkpoint(), written.after().checkpoint())) {
            violated(history, "lost its checkpoint, or got one, though it did not succeed", written);
        }
    }

    /** What is decided stays decided, but for what a wrong clock has written far ahead. */
    private void checkThrough(History history, Written written) {
        Instant before = written.before().through();
        Instant after = written.after().through();
        boolean back = before != null && (after == null || after.isBefore(before));
        if (back && (written.before().isRunning() || before.isBefore(clock.now().plus(Simulation.MAX_TIME_DIFF)))) {
            violated(history, "went back in what is decided", written);
        }
        if (back && isBefore(after, written.before().lastSucceeded())) {
            violated(history, "went back behind what it has run", written);
        }
    }

    private static boolean isBefore(@Nullable Instant one, @Nullable Instant other) {
        return other != null && (one == null || one.isBefore(other));
    }

    private static boolean isSameExecution(ShardRecord one, ShardRecord other) {
        return Objects.equals(one.firing(), other.firing()) && one.attempt() == other.attempt();
    }

    private void violated(History history, String what, Written written) {
        violated(history.path + " " + what + "\n  before " + written.before() + "\n  after  " + written.after());
    }

    // ---- What is told ---------------------------------------------------------------------------------------------

    void heard(String process, ElasticJobEvent event) {
        trace.note(() -> process + ": " + event);
        if (event instanceof ElasticJobEvent.FiringSkipped skipped && !isDecided(skipped)) {
            violated("was skipped, but not in the registry: " + skipped);
        } else if (event instanceof ElasticJobEvent.ExecutionFenced fenced && holds(process, fenced.execution())) {
            violated(process + " counts as overtaken what holds its claim: " + fenced);
        } else if (event instanceof ElasticJobEvent.ExecutionEnded ended) {
            checkEnded(process, ended);
        }
    }

    private boolean isDecided(ElasticJobEvent.FiringSkipped skipped) {
        return histories.values().stream()
                .filter(history -> history.of.job().equals(skipped.job()) && history.shard == skipped.shard())
                .flatMap(history -> history.writes.stream())
                .map(write -> write.after().through())
                .anyMatch(through -> through != null && !through.isBefore(skipped.through()));
    }

    /** Whether the record says that this very execution runs. */
    private boolean holds(String process, ExecutionId execution) {
        Ledger.Entry entry = entry(process, execution, any -> true);
        History history = historyOf(entry);
        return history != null && history.claim == entry.token && history.last.isRunning();
    }

    /** What an end says of itself is what is recorded, as far as it can be told once others have written over it. */
    private void checkEnded(String process, ElasticJobEvent.ExecutionEnded ended) {
        Long token = ended.start().fencingToken();
        Ledger.Entry entry = entry(process, ended.execution(), run -> token == null || run.token == token);
        History history = historyOf(entry);
        if (history == null || ensemble.node(history.path) instanceof Read.Absent) {
            return; // removed with its job
        }
        boolean fenced = ended.outcome() instanceof Outcome.Fenced;
        Outcome ran = ended.outcome() instanceof Outcome.Fenced overtaken ? overtaken.ranAs() : ended.outcome();
        Written end = history.endOf(entry.token);
        boolean recorded = end != null
                && !end.after().isRunning()
                && ran.name().equals(end.after().outcome());
        boolean canTell = fenced
                ? end == history.writes.get(history.writes.size() - 1)
                : ended.execution().firing().equals(history.last.firing());
        if (canTell && fenced == recorded) {
            violated(process + " does not say what the registry says of " + ended + ": " + history.last);
        }
    }

    /** @param which of those of this name: a job that is removed and made anew may run the same firing in both lives */
    private Ledger.Entry entry(String process, ExecutionId execution, Predicate<Ledger.Entry> which) {
        List<Ledger.Entry> entries = ledger.entries();
        for (int i = entries.size() - 1; i >= 0; i--) {
            Ledger.Entry run = entries.get(i);
            if (run.id.equals(execution) && run.process.equals(process) && which.test(run)) {
                return run;
            }
        }
        throw new AssertionError(process + " tells of what never began: " + execution);
    }

    // ---- What ran -------------------------------------------------------------------------------------------------

    /** Holds all that ever ran against what was written. */
    void checkRuns() {
        Map<History, List<Ledger.Entry>> runs = new LinkedHashMap<>();
        for (Ledger.Entry entry : ledger.entries()) {
            History history = historyOf(entry);
            boolean claims =
                    entry.context.isMonitored() || entry.context.trigger().isPresent();
            if (history == null && claims) {
                violated("ran without a claim: " + entry);
            } else if (history != null) {
                entry.context.trigger().ifPresent(number -> triggers.checkRun(history.of, entry, number));
                runs.computeIfAbsent(history, any -> new ArrayList<>()).add(entry);
            }
        }
        runs.forEach((history, entries) -> {
            entries.sort(Comparator.comparingLong(entry -> entry.token));
            entries.forEach(entry -> checkToldCheckpoints(history, entry));
            entries.stream()
                    .filter(entry -> history.putBack.contains(entry.token))
                    .forEach(entry -> violated("began under a claim that was put back: " + entry));
            for (int i = 1; i < entries.size(); i++) {
                checkPair(history, entries.get(i - 1), entries.get(i));
            }
        });
        checkOneNumberOfShardsForAFiring();
    }

    /** Every run was begun under a claim of its own; where two overlap, the earlier owner was dead at the later claim. */
    private void checkPair(History history, Ledger.Entry earlier, Ledger.Entry later) {
        if (earlier.token == later.token) {
            violated("one claim was run twice: " + earlier + " and " + later);
        }
        boolean overlap = earlier.ended == null || earlier.ended.isAfter(later.started);
        if (overlap && !diedBetween(history, earlier.token, later.token)) {
            violated("two ran at once: " + earlier + " and " + later);
        }
    }

    private static boolean diedBetween(History history, long earlier, long later) {
        Written end = history.endOf(earlier);
        return end != null && end.zxid() <= later && !end.ownerLived();
    }

    /** What was acknowledged was written under the claim; and each run was told what the record said when it was claimed. */
    private void checkToldCheckpoints(History history, Ledger.Entry entry) {
        String written = null;
        Set<String> ofThisRun = new HashSet<>();
        for (Written write : history.writes) {
            if (write.zxid() == entry.token) {
                written = write.before().checkpoint();
            } else if (write.isCheckpoint() && write.zxid() > entry.token) {
                ofThisRun.add(String.valueOf(write.after().checkpoint()));
            }
        }
        if (!Objects.equals(entry.context.checkpoint().orElse(null), written)) {
            violated("was told another checkpoint than " + written + ": " + entry);
        }
        if (!ofThisRun.containsAll(entry.acknowledged)) {
            violated("acknowledged but never written: " + entry.acknowledged + " of " + entry);
        }
    }

    /** No firing runs as part 0 of 3 beside part 1 of 5. */
    private void checkOneNumberOfShardsForAFiring() {
        Map<String, Integer> totals = new HashMap<>();
        for (Ledger.Entry entry : ledger.entries()) {
            History history = historyOf(entry);
            int total = entry.context.shardingTotalCount();
            Integer other = history == null
                    ? null
                    : totals.putIfAbsent(history.of + " " + entry.id.firing().text(), total);
            if (other != null && other != total && entry.id.attempt() == 1) {
                violated("one firing was split into " + other + " and into " + total + ": " + entry);
            }
        }
    }

    private @Nullable History historyOf(Ledger.Entry entry) {
        for (History history : histories.values()) {
            if (history.shard == entry.id.shard()
                    && history.of.job().equals(entry.id.job())
                    && history.claims.contains(entry.token)) {
                return history;
            }
        }
        return null;
    }

    // ---- What is so in the end ------------------------------------------------------------------------------------

    /**
     * The registry says what the live process says that started last. A job that was removed is there again, if somebody
     * who lives started with it since.
     */
    void checkDeclarations(Collection<JobDefinition> declared, Set<String> living) {
        for (JobDefinition job : declared) {
            Job present = jobs.get(job.name());
            Set<String> since = startedSinceRemoval.get(job.name());
            boolean expected = since == null || since.stream().anyMatch(living::contains);
            if (present == null ? expected : !present.says(job)) {
                violated("the registry does not say what is declared of " + job + ", but " + present);
            }
        }
    }

    /** It is there only if an operator has laid something over it, or asked for what nobody can run. */
    void checkForgotten(String name) {
        Job job = jobs.get(name);
        boolean changed = job != null
                && !(job.stored().overrides().isEmpty()
                        && job.stored().switches().isEmpty());
        if (job != null && !changed && !triggers.isPending(name)) {
            violated("nobody has declared it for long, and it is not forgotten: " + job);
        }
    }

    /** With the faults over, every firing of every shard runs exactly once, and on time; of a disabled job, none. */
    void checkQuietTime(Collection<JobDefinition> definitions, Instant from, Instant to) {
        definitions.forEach(job -> checkFirings(job, from, to, 1));
    }

    /**
     * What was to run once, so long ago that a leader has looked, is gone, and so are the records of what is gone.
     *
     * @param looked by the stopwatch: what was over then, a leader has seen to be over
     */
    void checkLeftovers(Collection<JobDefinition> definitions, Instant over, long looked) {
        for (JobDefinition job : definitions) {
            Switches switches =
                    Objects.requireNonNull(jobs.get(job.name())).stored().switches();
            boolean runs = job.enabled() && switches.shards().isEmpty() && !triggers.isPending(job.name());
            if (runs
                    && job.schedule() instanceof Schedule.Once once
                    && once.at().isBefore(over)) {
                violated("was to run once, and is still there: " + jobs.get(job.name()));
            }
        }
        removedAt.forEach((life, at) -> {
            String folder = LAYOUT.records(life.job(), life.life());
            if (at <= looked && ensemble.node(folder) instanceof Read.Present) {
                violated("the records of a life that is over are still there: " + folder);
            }
        });
    }

    /** In a rolling restart no firing runs twice, and none is lost whose period leaves time to hand over. */
    void checkRollingRestart(Collection<JobDefinition> definitions, Instant from, Instant to) {
        definitions.forEach(job -> checkFirings(job, from, to, isHectic(job.schedule(), from) ? 0 : 1));
    }

    private static boolean isHectic(Schedule schedule, Instant at) {
        Instant next = schedule.next(at).orElse(at);
        Duration period = Duration.between(next, schedule.next(next).orElse(Instant.MAX));
        return period.compareTo(Duration.ofSeconds(1)) <= 0;
    }

    private void checkFirings(JobDefinition job, Instant from, Instant to, int least) {
        if (!job.monitorExecution() || job.schedule() instanceof Schedule.Once) {
            return; // nothing is promised of the one; the other is gone when it has run
        }
        Job present = Objects.requireNonNull(jobs.get(job.name()));
        Map<String, List<Ledger.Entry>> runs = new HashMap<>();
        for (Ledger.Entry entry : ledger.entries()) {
            boolean scheduled = entry.id.firing() instanceof Firing.Scheduled;
            if (entry.id.job().equals(job.name()) && scheduled && !entry.fireTime.isBefore(from)) {
                runs.computeIfAbsent(entry.id.shard() + " of " + entry.fireTime, any -> new ArrayList<>())
                        .add(entry);
            }
        }
        Instant begin =
                from.isBefore(present.stored().since()) ? present.stored().since() : from;
        Optional<Instant> next = job.schedule().next(begin);
        while (next.isPresent() && next.get().isBefore(to)) {
            Instant fireTime = next.get();
            int shards = job.enabled() ? present.stored().shardCount().at(fireTime) : 0;
            for (int shard = 0;
                    shard < Math.max(shards, present.stored().shardCount().largest());
                    shard++) {
                String firing = shard + " of " + fireTime;
                boolean isDue = shard < shards && isOn(present.stored().switches(), shard, fireTime);
                checkFiring(
                        job, firing, fireTime, runs.getOrDefault(firing, List.of()), isDue ? least : 0, isDue ? 1 : 0);
            }
            next = job.schedule().next(fireTime);
        }
    }

    private static boolean isOn(Switches switches, int shard, Instant fireTime) {
        return !switches.isOff(shard)
                && switches.onSince(shard).filter(fireTime::isBefore).isEmpty();
    }

    private void checkFiring(
            JobDefinition job, String firing, Instant fireTime, List<Ledger.Entry> runs, int least, int most) {
        if (runs.size() < least || runs.size() > most) {
            violated(job.name() + " shard " + firing + " ran " + runs.size() + " times: " + runs);
        }
        Duration leapt = Duration.between(time.now(), clock.now());
        for (Ledger.Entry run : runs) {
            if (run.started.plus(leapt).isAfter(fireTime.plus(ON_TIME))) {
                violated(job.name() + " shard " + firing + " ran late: " + run);
            }
        }
    }
}
