package io.elasticjob.simulation;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.memory.Change;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Read;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is promised where the registry loses data. What was written is held against what the data of the moment says has
 * been written before: what is known of a record goes back with it to the moment of a backup, and goes with a folder that
 * is deleted. So "never again" means: as far as the present data goes back.
 */
final class LossPromises {

    static final Layout LAYOUT = new Layout("sim");

    /** What an operator's triggers never say. */
    static final String STRANGER = "by a stranger";

    private static final Duration ON_TIME = Duration.ofMillis(1_500);
    /** So long what an instance sent before it heard of a deletion may be under way. */
    private static final Duration NOT_HEARD_YET = LossSimulation.SESSION.plusSeconds(4);
    /** So long an instance that has told of a loss counts what it finds out as the same one. */
    private static final Duration ONE_LOSS = Duration.ofSeconds(61);

    private final Timekeeper time;
    private final MemoryEnsemble ensemble;
    private final Ledger ledger;
    private final Trace trace;

    private final List<String> violations = new ArrayList<>();
    private final List<Claim> claims = new ArrayList<>();
    /** By path; what is known of a record as far as the present data goes back. */
    private Map<String, Known> records = new HashMap<>();

    private int losses;
    private boolean byHand;
    /** When, by the stopwatch, the folder of the records was last deleted under running instances. */
    private long recordsDeletedAt = Long.MIN_VALUE / 2;

    /** Which processes have told of a loss since then. */
    private final Set<String> toldSinceDeletion = new HashSet<>();

    /** How many losses there had been when a process started, or told last. */
    private final Map<String, Integer> lossesTold = new HashMap<>();

    private final Map<String, List<Long>> toldAt = new HashMap<>();
    /** Instances that a process was, and never will be again. */
    private final Set<String> givenUp = new HashSet<>();

    private final Set<Layout.JobLife> deletedByHand = new HashSet<>();
    private final List<Noticeable> noticeable = new ArrayList<>();

    /** One claim of a record. */
    private static final class Claim {
        final String path;
        final long token;
        final String owner;
        final ShardRecord before;
        final long at;
        /** The one before it in the same life of the record. */
        final @Nullable Claim previous;
        /** Whether the owner of the one before was dead, so that nothing is known of its execution. */
        final boolean previousDied;

        Claim(String path, long token, ShardRecord after, long at, Known known, ShardRecord before, boolean died) {
            this.path = path;
            this.token = token;
            this.owner = after.owner().orElseThrow();
            this.at = at;
            this.before = before;
            this.previous = known.last();
            this.previousDied = died;
        }
    }

    /**
     * @param last the last claim
     * @param lastDied whether somebody else ended it because its owner was dead
     * @param ended all firings whose end is recorded
     */
    private record Known(@Nullable Claim last, boolean lastDied, Set<Firing> ended) {

        static final Known NOTHING = new Known(null, false, Set.of());

        Known with(Claim claim) {
            return new Known(claim, false, ended);
        }

        Known ended(@Nullable Firing firing, boolean died) {
            Set<Firing> more = new HashSet<>(ended);
            if (firing != null) {
                more.add(firing);
            }
            return new Known(last, died, more);
        }
    }

    /** A loss that an instance cannot overlook: it has seen what is lost. */
    private record Noticeable(String process, long at, String what) {}

    /** What was known when a backup was made, and goes back with the data. */
    static final class Knowledge {
        private final Map<String, Known> records;

        private Knowledge(Map<String, Known> records) {
            this.records = records;
        }
    }

    /**
     * @param time the stopwatch of the simulation
     */
    LossPromises(Timekeeper time, MemoryEnsemble ensemble, Ledger ledger, Trace trace) {
        this.time = time;
        this.ensemble = ensemble;
        this.ledger = ledger;
        this.trace = trace;
        ensemble.observe(this::changed);
    }

    List<String> violations() {
        return violations;
    }

    void violated(String what) {
        trace.note("!!! " + what);
        violations.add(time.now() + " " + what);
    }

    // ---- What is there --------------------------------------------------------------------------------------------

    Optional<StoredJob> job(String name) {
        return ensemble.node(LAYOUT.job(name)) instanceof Read.Present present
                        && StoredJobCodec.decode(name, present.data()) instanceof Decoded.Value<StoredJob> value
                ? Optional.of(value.value())
                : Optional.empty();
    }

    /** The present life of a job; "" without one. */
    String life(String job) {
        return lifeIn(job, ensemble.node(LAYOUT.job(job)));
    }

    private static String lifeIn(String job, Read read) {
        return read instanceof Read.Present present
                ? StoredJobCodec.lifeIn(job, present.data(), present.stat().created())
                        .orElseThrow()
                : "";
    }

    /** Registered, and not only in a backup: of an instance that its process has given up, nothing runs any more. */
    private boolean isLive(String instance) {
        return !givenUp.contains(instance) && ensemble.node(LAYOUT.instance(instance)) instanceof Read.Present;
    }

    int losses() {
        return losses;
    }

    // ---- Losses ---------------------------------------------------------------------------------------------------

    Knowledge knowledge() {
        return new Knowledge(new HashMap<>(records));
    }

    void started(String process) {
        toldSinceDeletion.add(process); // it has read nothing that was deleted
        lossesTold.put(process, losses);
    }

    /** The data is now that of a backup. */
    void wentBack(Knowledge then) {
        records = new HashMap<>(then.records);
        losses++;
    }

    /**
     * Whether an instance may write over records that were made again where others were deleted: their versions are the same.
     * As the runbook says, until it hears of the deletion.
     */
    private boolean hasNotHeard(String instance) {
        String process = instance.substring(0, instance.indexOf('.'));
        return time.nanoTime() - recordsDeletedAt < NOT_HEARD_YET.toNanos() && !toldSinceDeletion.contains(process);
    }

    /** What is there again was lost for nobody that has not noticed it by now. */
    void restored() {
        noticeable.clear();
    }

    /** From here to {@link #deleted}, what is deleted is deleted by hand. */
    void deleting(String path) {
        byHand = true;
        losses++;
        if (LAYOUT.shards().startsWith(path)) {
            recordsDeletedAt = time.nanoTime();
            toldSinceDeletion.clear();
        }
    }

    void deleted() {
        byHand = false;
    }

    /**
     * All that this process knows is about to go.
     *
     * @param instance as it is registered
     */
    void cannotOverlook(String process, String instance, String what) {
        boolean knows = claims.stream().anyMatch(claim -> claim.owner.equals(instance));
        if (knows) { // who has claimed something has read the folders before
            noticeable.add(new Noticeable(process, time.nanoTime(), what));
        }
    }

    void heard(String process, ElasticJobEvent event) {
        trace.note(() -> process + ": " + event);
        if (event instanceof ElasticJobEvent.SessionEnded ended) {
            givenUp.add(ended.instance());
        }
        if (event instanceof ElasticJobEvent.RegistryDataLost) {
            if (Objects.equals(lossesTold.put(process, losses), losses)) {
                violated(process + " tells of a loss of data, and none happened since it started, or told last: "
                        + event);
            }
            toldSinceDeletion.add(process);
            toldAt.computeIfAbsent(process, any -> new ArrayList<>()).add(time.nanoTime());
        }
    }

    /** Who lives on after a loss that it cannot overlook has told of it, or of another one shortly before. */
    void checkTold(Collection<String> living) {
        for (Noticeable loss : noticeable) {
            boolean told = toldAt.getOrDefault(loss.process(), List.of()).stream()
                    .anyMatch(at -> at >= loss.at() - ONE_LOSS.toNanos());
            if (living.contains(loss.process()) && !told) {
                violated(loss.process() + " has not told of " + loss.what());
            }
        }
    }

    // ---- What is written ------------------------------------------------------------------------------------------

    private void changed(Change change) {
        String path = change.path();
        if (path.matches("/sim/shards/[^/]+/\\d+")) {
            recordChanged(change);
        } else if (LAYOUT.triggerAt(path).isPresent()
                || LAYOUT.jobAt(path).isPresent()
                || LAYOUT.instanceAt(path).isPresent()) {
            boolean gone = change.after() instanceof Read.Absent;
            trace.note(() -> "registry: " + path + (gone ? " is gone" : " is written") + " zxid " + change.zxid());
            if (byHand && gone && change.before() instanceof Read.Present job) {
                LAYOUT.jobAt(path).ifPresent(name -> deletedByHand.add(new Layout.JobLife(name, lifeIn(name, job))));
            }
        }
    }

    private void recordChanged(Change change) {
        String path = change.path();
        if (change.after() instanceof Read.Absent) {
            trace.note(() -> "registry: " + path + " is gone");
            Layout.JobLife of = lifeOf(path);
            if (!byHand && life(of.job()).equals(of.life())) {
                violated("the record " + path + " was deleted while its job lives");
            }
            records.remove(path);
            return;
        }
        ShardRecord before = record(change.before()).orElse(ShardRecord.NEW);
        ShardRecord after = record(change.after()).orElse(null);
        if (after == null) {
            return; // made in the same transaction that claims it
        }
        trace.note(() ->
                "registry: " + path + " " + after.state() + " through " + after.through() + " zxid " + change.zxid());
        Known known = records.getOrDefault(path, Known.NOTHING);
        String what = path + "\n  before " + before + "\n  after  " + after + "\n  ";
        boolean same = before.latest()
                .flatMap(first -> after.latest().filter(first::isSameAs))
                .isPresent();
        boolean ownerLives = before.isRunningBy(this::isLive);
        if (Observed.Written.isAdoption(before, after)) {
            if (after.latest().filter(adopted -> adopted.token() > 0).isEmpty()) {
                violated(what + "lost its token when it was adopted");
            }
        } else if (after.isRunning() && !(before.isRunning() && same)) {
            boolean mayOverwrite = after.isRunningBy(this::hasNotHeard);
            if (!mayOverwrite) {
                checkClaim(path, before, after, known, what);
            }
            boolean died = known.lastDied() || (before.isRunning() && !ownerLives) || mayOverwrite;
            Claim claim = new Claim(path, change.zxid(), after, time.nanoTime(), known, before, died);
            claims.add(claim);
            records.put(path, known.with(claim));
        } else if (before.isRunning() && !after.isRunning()) {
            boolean putBack = known.last() != null && known.last().before.equals(after);
            boolean mayOverwrite =
                    after.latest().filter(last -> hasNotHeard(last.owner())).isPresent();
            if (!same && !putBack && !mayOverwrite) {
                violated(what + "was ended by an execution that does not hold it");
            }
            boolean done =
                    after.state() instanceof ShardState.Done; // what is put back says how the firing before ended
            if (done && "LOST".equals(after.outcome()) && same && ownerLives) {
                violated(what + "was given up though its owner lives");
            }
            records.put(path, known.ended(done ? after.firing() : null, !ownerLives));
        }
    }

    private void checkClaim(String path, ShardRecord before, ShardRecord after, Known known, String what) {
        Firing firing = Objects.requireNonNull(after.firing());
        Layout.JobLife of = lifeOf(path);
        int shard = shardOf(path);
        if (before.isRunningBy(this::isLive)) {
            violated(what + "was claimed while a live instance held it");
        }
        if (!after.isRunningBy(this::isLive)) {
            violated(what + "was claimed by one that is not registered");
        }
        if (known.ended().contains(firing)) {
            violated(what + "was claimed for a firing that had ended");
        }
        StoredJob job = job(of.job()).orElse(null);
        if (job == null || !life(of.job()).equals(of.life())) {
            // A claim that is under way when the job is deleted by hand, and created again, meets the same version.
            if (deletedByHand.contains(of)) {
                return;
            }
            violated(what + "was claimed though its job is gone");
        } else if (firing instanceof Firing.Scheduled scheduled
                && !before.isRunning()
                && shard >= job.shardCount().at(scheduled.fireTime())) {
            violated(what + "was claimed for a firing that does not have this shard");
        } else if (firing instanceof Firing.Scheduled && !job.effective().enabled()) {
            violated(what + "was claimed though it is disabled");
        } else if (firing instanceof Firing.Triggered triggered
                && ensemble.node(LAYOUT.trigger(of.job(), triggered.number())) instanceof Read.Absent) {
            violated(what + "was claimed for a trigger that is not there");
        }
    }

    private static Optional<ShardRecord> record(Read read) {
        return read instanceof Read.Present present
                        && present.data().length > 0
                        && ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> value
                ? Optional.of(value.value())
                : Optional.empty();
    }

    private static Layout.JobLife lifeOf(String path) {
        String folder = path.substring(0, path.lastIndexOf('/'));
        return Layout.lifeNamed(folder.substring(folder.lastIndexOf('/') + 1)).orElseThrow();
    }

    private static int shardOf(String path) {
        return Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
    }

    // ---- What ran -------------------------------------------------------------------------------------------------

    /**
     * Each run was begun under a claim of its own; and as far as the data of one life goes, no two runs of a shard overlap
     * but where the owner of the earlier one was dead.
     */
    void checkRuns() {
        Map<Claim, Ledger.Entry> runs = new LinkedHashMap<>();
        for (Ledger.Entry entry : ledger.entries()) {
            if (STRANGER.equals(entry.context.jobParameter())) {
                violated("ran what somebody created by hand: " + entry);
            }
            if (!entry.context.isMonitored() && entry.context.trigger().isEmpty()) {
                continue;
            }
            Claim claim = claimOf(entry);
            Ledger.Entry other = claim == null ? null : runs.put(claim, entry);
            if (claim == null) {
                violated("ran without a claim: " + entry);
            } else if (other != null) {
                violated("one claim was run twice: " + other + " and " + entry);
            }
        }
        runs.forEach((claim, entry) -> {
            Ledger.Entry earlier = claim.previous == null ? null : runs.get(claim.previous);
            boolean overlap = earlier != null && (earlier.ended == null || earlier.ended.isAfter(entry.started));
            if (overlap && !claim.previousDied) {
                violated("two ran at once: " + earlier + " and " + entry);
            }
        });
    }

    private @Nullable Claim claimOf(Ledger.Entry entry) {
        for (int i = claims.size() - 1; i >= 0; i--) {
            Claim claim = claims.get(i);
            if (claim.token == entry.token
                    && claim.owner.startsWith(entry.process + ".")
                    && shardOf(claim.path) == entry.id.shard()
                    && lifeOf(claim.path).job().equals(entry.id.job())
                    && claim.at <= nanosOf(entry.started)) {
                return claim;
            }
        }
        return null;
    }

    private long nanosOf(Instant when) {
        return time.nanoTime() - Duration.between(when, time.now()).toNanos();
    }

    /** What was asked for since the last loss, and is not the business of a life that is over, ran once for each shard. */
    void checkTriggerRan(String parameter, long number, boolean calm) {
        if (ensemble.node(LAYOUT.trigger("by-hand", number)) instanceof Read.Present) {
            violated("trigger " + number + " (" + parameter + ") still waits");
        }
        String life = life("by-hand");
        Map<Integer, Integer> runs = new HashMap<>();
        ledger.entries().stream()
                .filter(entry -> entry.context.jobParameter().equals(parameter))
                .forEach(entry -> runs.merge(entry.id.shard(), 1, Integer::sum));
        if (runs.isEmpty()) {
            violated("trigger " + number + " (" + parameter + ") never ran");
        }
        runs.forEach((shard, times) -> {
            Known known = records.getOrDefault(LAYOUT.record("by-hand", life, shard), Known.NOTHING);
            if (!known.ended().contains(new Firing.Triggered(number))) {
                violated("shard " + shard + " has not ended trigger " + number + " (" + parameter + ")");
            }
            if (calm && times != 1) {
                violated("shard " + shard + " ran " + times + " times for trigger " + number + " (" + parameter + ")");
            }
        });
    }

    // ---- What is so in the end ------------------------------------------------------------------------------------

    /** With the faults over, a job that nobody removed is there, and each of its firings runs once, and on time. */
    void checkRunsAgain(String name, boolean mayBeRemoved, Instant from, Instant to) {
        StoredJob job = job(name).orElse(null);
        if (job == null) {
            if (!mayBeRemoved) {
                violated(name + " is not there any more, and nobody removed it");
            }
            return;
        }
        JobDefinition definition = job.effective();
        Map<String, List<Ledger.Entry>> runs = new HashMap<>();
        for (Ledger.Entry entry : ledger.entries()) {
            if (entry.id.job().equals(name) && entry.id.firing() instanceof Firing.Scheduled) {
                runs.computeIfAbsent(entry.id.shard() + " of " + entry.fireTime, any -> new ArrayList<>())
                        .add(entry);
            }
        }
        Instant begin = from.isBefore(job.since()) ? job.since() : from;
        Optional<Instant> next = definition.schedule().next(begin);
        for (;
                next.isPresent() && next.get().isBefore(to);
                next = definition.schedule().next(next.get())) {
            Instant fireTime = next.get();
            for (int shard = 0; definition.enabled() && shard < job.shardCount().at(fireTime); shard++) {
                List<Ledger.Entry> all = runs.getOrDefault(shard + " of " + fireTime, List.of());
                boolean once = definition.monitorExecution() ? all.size() == 1 : !all.isEmpty();
                if (!once || all.stream().anyMatch(run -> run.started.isAfter(fireTime.plus(ON_TIME)))) {
                    violated(name + " shard " + shard + " of " + fireTime + " did not run once and on time: " + all);
                }
            }
        }
    }

    /** The registry says what the process declares that started last. */
    void checkDeclarations(Collection<JobDefinition> declared) {
        for (JobDefinition job : declared) {
            if (job(job.name())
                    .filter(stored -> stored.declared().equals(job.settings()))
                    .isEmpty()) {
                violated("the registry does not say what is declared of " + job + ", but " + job(job.name()));
            }
        }
    }
}
