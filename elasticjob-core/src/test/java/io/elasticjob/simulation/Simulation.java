package io.elasticjob.simulation;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Schedule;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.Change;
import io.elasticjob.memory.Faults;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.testing.Ledger;
import io.elasticjob.testing.SimulatedFireSource;
import io.elasticjob.testing.SimulatedRunner;
import io.elasticjob.testing.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several engines on one ensemble in memory, in virtual time, with everything that may go wrong going wrong as one seed
 * says. First a time of faults, then a time of quiet; the history of both is held against what is promised.
 */
final class Simulation {

    static final Instant ORIGIN = Instant.parse("2026-03-01T00:00:00Z");
    private static final Duration SESSION = Duration.ofSeconds(6);
    private static final Duration TROUBLE = Duration.ofSeconds(90);
    private static final Duration QUIET = Duration.ofSeconds(40);
    /** From the end of the faults to the first firing that has to be on time: a session, a tick, and a period. */
    private static final Duration RECOVERY = Duration.ofSeconds(15);

    private final long seed;
    private final SplittableRandom random;
    private final VirtualTime time = new VirtualTime(ORIGIN);
    private final MemoryEnsemble ensemble = new MemoryEnsemble(time.watch(Duration.ZERO));
    private final Ledger ledger = new Ledger();
    /** Written out only for a seed that fails: most of a run would go into words. */
    private final List<Supplier<String>> trace = new ArrayList<>();

    private final List<String> violations = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private final Map<String, List<Written>> histories = new LinkedHashMap<>();
    /** What copies of the application declare; a deployment changes it. */
    private List<JobDefinition> jobs;

    private final UnaryOperator<Registry> interference;
    private boolean calm;
    private int started;
    private int sessions;

    /** One write of a record: what it said before and after, and when. */
    private record Written(Instant at, long zxid, ShardRecord before, ShardRecord after, boolean ownerBeforeLived) {

        boolean isCheckpoint() {
            return before.isRunning()
                    && after.isRunning()
                    && Objects.equals(before.owner(), after.owner())
                    && Objects.equals(before.firing(), after.firing())
                    && before.attempt() == after.attempt();
        }

        boolean isClaim() {
            return after.isRunning() && !isCheckpoint();
        }
    }

    private final class Process {
        final String name;
        final VirtualTime.Watch watch;
        final MemoryRegistry registry;
        final JobEngine engine;
        final List<JobDefinition> declared = jobs;
        boolean leaving;
        boolean frozen;

        Process(String name) {
            this.name = name;
            Duration skew = Duration.ofMillis(random.nextInt(-400, 401));
            watch = time.watch(skew);
            registry = ensemble.client(SESSION, new SeededFaults());
            SimulatedRunner runner = new SimulatedRunner(
                            name,
                            time,
                            watch,
                            ledger,
                            jobs.stream().map(JobDefinition::name).collect(Collectors.toSet()),
                            4 + random.nextInt(12),
                            Simulation.this::duration)
                    .checkpoints(() -> random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0);
            if (random.nextInt(4) == 0) {
                runner.ignoreInterruptions();
            }
            JobEngine.Builder builder = JobEngine.builder()
                    .namespace("sim")
                    .instanceName(name)
                    .registry(interference.apply(registry))
                    .timekeeper(watch)
                    .eventExecutor(Runnable::run)
                    .fireSource(new SimulatedFireSource(watch, () -> !calm && random.nextInt(20) == 0))
                    .runner(runner)
                    .listener(event -> heard(name, event));
            jobs.forEach(builder::job);
            engine = builder.instanceIds(() -> name + "." + sessions++).build();
        }
    }

    private final class SeededFaults implements Faults {

        @Override
        public Duration request() {
            return wire();
        }

        @Override
        public Duration answer() {
            return wire();
        }

        @Override
        public Duration lag() {
            return calm ? Duration.ofMillis(1) : Duration.ofMillis(random.nextInt(4) == 0 ? random.nextInt(900) : 1);
        }

        @Override
        public boolean arrives() {
            return random.nextBoolean();
        }

        @Override
        public Duration reconnect() {
            return Duration.ofMillis(random.nextInt(calm ? 50 : 1_500));
        }

        @Override
        public int behind(int most) {
            return most == 0 ? 0 : random.nextInt(most + 1);
        }

        @Override
        public Duration sinceHeartbeat(Duration most) {
            return Duration.ofNanos(random.nextLong(most.toNanos() + 1));
        }

        private Duration wire() {
            boolean slow = !calm && random.nextInt(15) == 0;
            return Duration.ofNanos(1_000L * (slow ? random.nextInt(700_000) : 200 + random.nextInt(800)));
        }
    }

    Simulation(long seed) {
        this(seed, null);
    }

    /**
     * @param mutant a rule of the protocol that all engines break; null for none
     */
    Simulation(long seed, @Nullable Mutant mutant) {
        this.seed = seed;
        this.interference = mutant == null ? registry -> registry : registry -> mutant.wrap(registry, ensemble::node);
        this.random = new SplittableRandom(seed);
        this.jobs = deployment();
        ensemble.observe(this::observe);
    }

    private List<JobDefinition> deployment() {
        return List.of(
                JobDefinition.named("every-second")
                        .every(Duration.ofSeconds(1))
                        .shards(1 + random.nextInt(4))
                        .failover(random.nextBoolean())
                        .build(),
                JobDefinition.named("every-five")
                        .every(Duration.ofSeconds(5))
                        .shards(1 + random.nextInt(6))
                        .failover(random.nextBoolean())
                        .set(JobKey.ON_SESSION_LOSS, random.nextBoolean() ? "CONTINUE" : "CANCEL")
                        .set(JobKey.KEEP_CHECKPOINT, Boolean.toString(random.nextBoolean()))
                        .build(),
                JobDefinition.named("every-two-or-not-at-all")
                        .every(Duration.ofSeconds(2))
                        .misfire(Misfire.SKIP)
                        .set(JobKey.MISFIRE_THRESHOLD, "11s")
                        .build());
    }

    /** Runs it to its end. Gives what was violated, empty when every promise was kept. */
    List<String> run() {
        for (int i = 0; i <= random.nextInt(3); i++) {
            join();
        }
        Instant end = ORIGIN.plus(TROUBLE);
        while (time.now().isBefore(end)) {
            mischief();
            time.pass(Duration.ofMillis(random.nextInt(3) == 0 ? random.nextInt(30) : random.nextInt(3_000)));
        }
        calm();
        Instant promised = time.now().plus(RECOVERY);
        Instant last = promised.plus(QUIET);
        time.passUntil(last.plusSeconds(3));
        checkEachClaimStartedOnce();
        checkCheckpoints();
        checkNoOverlap();
        checkOneNumberOfShardsForAFiring();
        checkTheYoungestDeclares();
        checkQuietTime(promised, last);
        return violations;
    }

    String report() {
        String tail = trace.stream()
                .skip(Math.max(0, trace.size() - 4_000))
                .map(Supplier::get)
                .collect(Collectors.joining("\n"));
        return "seed " + seed + "\n" + tail + "\n" + String.join("\n", violations);
    }

    // ---- What happens ---------------------------------------------------------------------------------------------

    private void mischief() {
        List<Process> living =
                processes.stream().filter(process -> !process.leaving).toList();
        int choice = random.nextInt(17);
        if (living.isEmpty() || (choice <= 2 && living.size() < 5)) {
            join();
            return;
        }
        Process victim = living.get(random.nextInt(living.size()));
        switch (choice) {
            case 0, 3 -> leave(victim);
            case 1, 4 -> kill(victim);
            case 5 -> disturb(victim, "expire", victim.registry.link()::expire, () -> {}, 0);
            case 6, 14, 15 -> disturb(victim, "reset", victim.registry.link()::reset, () -> {}, 0);
            case 7 -> disturb(victim, "cut", victim.registry.link()::cut, victim.registry.link()::heal, 9_000);
            case 8 -> disturb(victim, "silence", victim.registry.link()::silence, victim.registry.link()::heal, 9_000);
            case 9 ->
                disturb(
                        victim,
                        "silence answers",
                        victim.registry.link()::silenceAnswers,
                        victim.registry.link()::heal,
                        9_000);
            case 10 -> freeze(victim);
            case 11 -> {
                note("--- ensemble restarts");
                ensemble.restart();
            }
            case 12 -> {
                note("--- ensemble stops");
                ensemble.stop();
                time.after(Duration.ofMillis(random.nextInt(9_000)), ensemble::start);
            }
            case 13 -> deleteNodeOf(victim);
            default -> note("--- nothing");
        }
    }

    /** As an operator's hand does it. */
    private void deleteNodeOf(Process victim) {
        ensemble.children("/sim/instances").stream()
                .filter(id -> id.startsWith(victim.name + "."))
                .forEach(id -> {
                    note("--- somebody deletes the node of " + id);
                    ensemble.deleteTree("/sim/instances/" + id);
                });
    }

    private void join() {
        if (random.nextInt(3) == 0) {
            note("--- another version is deployed from now on");
            jobs = deployment();
        }
        Process process = new Process("p" + started++);
        processes.add(process);
        note("--- " + process.name + " starts");
        process.engine.start();
    }

    private void leave(Process process) {
        note("--- " + process.name + " leaves");
        process.leaving = true;
        process.engine
                .drain()
                .thenRun(() -> process.watch.execute(() -> {
                    process.registry.close();
                    process.watch.kill();
                    processes.remove(process);
                }));
        time.after(Duration.ofSeconds(20), () -> {
            if (processes.contains(process)) {
                kill(process);
            }
        });
    }

    private void kill(Process process) {
        note("--- " + process.name + " is killed");
        process.leaving = true;
        process.watch.kill();
        process.registry.link().kill();
        processes.remove(process);
    }

    private void disturb(Process process, String what, Runnable begin, Runnable end, int atMostMillis) {
        note("--- " + process.name + ": " + what);
        begin.run();
        time.after(Duration.ofMillis(atMostMillis == 0 ? 0 : random.nextInt(atMostMillis)), end);
    }

    private void freeze(Process process) {
        if (process.frozen) {
            return;
        }
        note("--- " + process.name + " freezes");
        process.frozen = true;
        process.watch.freeze();
        process.registry.link().freeze();
        time.after(Duration.ofMillis(random.nextInt(12_000)), () -> thaw(process));
    }

    private void thaw(Process process) {
        if (process.frozen) {
            note("--- " + process.name + " thaws");
            process.frozen = false;
            process.registry.link().thaw();
            process.watch.thaw();
        }
    }

    private void calm() {
        note("--- all is calm");
        calm = true;
        ensemble.start();
        for (Process process : List.copyOf(processes)) {
            thaw(process);
            process.registry.link().heal();
        }
        if (processes.stream().allMatch(process -> process.leaving)) {
            join();
        }
    }

    private Duration duration() {
        int kind = calm ? 0 : random.nextInt(10);
        if (kind == 9) {
            return Duration.ofMillis(random.nextInt(8_000));
        }
        return Duration.ofMillis(random.nextInt(kind < 5 ? 50 : 600));
    }

    private void heard(String process, ElasticJobEvent event) {
        note(() -> process + ": " + event);
        if (event instanceof ElasticJobEvent.FiringSkipped skipped && !isDecided(skipped)) {
            violations.add(time.now() + " was skipped, but not in the registry: " + skipped);
        }
    }

    private boolean isDecided(ElasticJobEvent.FiringSkipped skipped) {
        return histories.entrySet().stream()
                .filter(history -> history.getKey().startsWith("/sim/shards/" + skipped.job() + "@"))
                .filter(history -> history.getKey().endsWith("/" + skipped.shard()))
                .flatMap(history -> history.getValue().stream())
                .map(write -> write.after().through())
                .anyMatch(through -> through != null && !through.isBefore(skipped.through()));
    }

    private void note(String what) {
        note(() -> what);
    }

    private void note(Supplier<String> what) {
        Instant now = time.now();
        trace.add(() -> now + " " + what.get());
    }

    // ---- What is promised -----------------------------------------------------------------------------------------

    private void observe(Change change) {
        if (!change.path().startsWith("/sim/shards/")
                || !change.path().substring(12).contains("/")) {
            if (change.path().startsWith("/sim/jobs/") && change.after() instanceof Read.Present job) {
                note(() -> "registry: " + change.path() + " " + new String(job.data(), StandardCharsets.UTF_8));
            }
            if (change.path().startsWith("/sim/instances/")) {
                note(() -> "registry: " + change.path()
                        + (change.after() instanceof Read.Absent ? " is gone" : " is written"));
            }
            return;
        }
        ShardRecord before = record(change.before());
        ShardRecord after = record(change.after());
        if (change.after() instanceof Read.Absent) {
            violations.add(time.now() + " the record " + change.path() + " was deleted");
            return;
        }
        if (change.after() instanceof Read.Present present && present.data().length == 0) {
            return; // made in the same transaction that claims it
        }
        note(() -> "registry: " + change.path() + " " + after.state() + " " + after.firing() + " attempt "
                + after.attempt() + " by " + after.owner() + " zxid " + change.zxid());
        boolean lived = before.owner() != null && isLive(before.owner());
        List<Written> history = histories.computeIfAbsent(change.path(), any -> new ArrayList<>());
        Written written = new Written(time.now(), change.zxid(), before, after, lived);
        if (written.isCheckpoint()) {
            checkProgress(change.path(), history, written);
        } else {
            checkStep(change.path(), before, after, lived);
        }
        history.add(written);
    }

    /** A checkpoint changes nothing else, and only the execution whose claim holds the record writes one. */
    private void checkProgress(String path, List<Written> history, Written written) {
        ShardRecord after = written.after();
        if (!after.equals(written.before().withCheckpoint(after.checkpoint()))) {
            violate(path + " was changed while it ran", written.before(), after);
        }
        long claim = history.stream()
                .filter(Written::isClaim)
                .mapToLong(Written::zxid)
                .max()
                .orElse(0);
        if (after.checkpoint() == null || !after.checkpoint().startsWith(claim + ":")) {
            violate(path + " got a checkpoint of an execution that does not hold it", written.before(), after);
        }
    }

    private static ShardRecord record(Read read) {
        if (read instanceof Read.Present present
                && present.data().length > 0
                && ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> value) {
            return value.value();
        }
        return ShardRecord.NEW;
    }

    private boolean isLive(String instance) {
        return ensemble.node("/sim/instances/" + instance) instanceof Read.Present;
    }

    private void checkStep(String path, ShardRecord before, ShardRecord after, boolean ownerLived) {
        if (after.isRunning()) {
            if (!isLive(Objects.requireNonNull(after.owner()))) {
                violate(path + " was claimed by " + after.owner() + ", which is not registered", before, after);
            }
            if (before.isRunning() && ownerLived) {
                violate(path + " was claimed while a live instance held it", before, after);
            }
            if (isThrough(before, after.firing())) {
                violate(path + " was claimed for a firing that was decided before", before, after);
            }
            if (Objects.equals(before.firing(), after.firing()) && after.attempt() <= before.attempt()) {
                violate(path + " was claimed anew under an old attempt", before, after);
            }
        }
        if (before.through() != null
                && (after.through() == null || after.through().isBefore(before.through()))) {
            violate(path + " went back in what is decided", before, after);
        }
        boolean cleared = after.checkpoint() == null && "SUCCEEDED".equals(after.outcome());
        if (!cleared && !Objects.equals(before.checkpoint(), after.checkpoint())) {
            violate(path + " lost its checkpoint, or got one, though it did not succeed", before, after);
        }
    }

    private static boolean isThrough(ShardRecord record, @Nullable Firing firing) {
        return record.through() != null
                && firing instanceof Firing.Scheduled scheduled
                && !scheduled.fireTime().isAfter(record.through());
    }

    private void violate(String what, ShardRecord before, ShardRecord after) {
        violations.add(time.now() + " " + what + "\n  before " + before + "\n  after " + after);
    }

    /** Every run was begun under a claim of its own that the registry holds in its history. */
    private void checkEachClaimStartedOnce() {
        Set<String> claims = new HashSet<>();
        histories.forEach((path, writes) ->
                writes.stream().filter(Written::isClaim).forEach(write -> claims.add(claimOf(path, write.zxid()))));
        Set<String> begun = new HashSet<>();
        for (Ledger.Entry entry : ledger.entries()) {
            String path = path(entry);
            if (!claims.contains(claimOf(path, entry.token))) {
                violations.add("ran without a claim: " + entry);
            }
            if (!begun.add(claimOf(path, entry.token))) {
                violations.add("one claim was run twice: " + entry);
            }
        }
    }

    /** What was acknowledged was written under the claim; and each run was told what the record said when it was claimed. */
    private void checkCheckpoints() {
        for (Ledger.Entry entry : ledger.entries()) {
            String written = null;
            Set<String> ofThisRun = new HashSet<>();
            for (Written write : histories.getOrDefault(path(entry), List.of())) {
                if (write.zxid() == entry.token) {
                    written = write.before().checkpoint();
                } else if (write.isCheckpoint() && write.zxid() > entry.token) {
                    ofThisRun.add(String.valueOf(write.after().checkpoint()));
                }
            }
            if (!Objects.equals(entry.context.checkpoint().orElse(null), written)) {
                violations.add("was told another checkpoint than " + written + ": " + entry);
            }
            if (!ofThisRun.containsAll(entry.acknowledged)) {
                violations.add("acknowledged but never written: " + entry.acknowledged + " of " + entry);
            }
        }
    }

    private static String claimOf(String path, long zxid) {
        return path + " " + zxid;
    }

    private String path(Ledger.Entry entry) {
        return histories.keySet().stream()
                .filter(path -> path.startsWith("/sim/shards/" + entry.id.job() + "@"))
                .filter(path -> path.endsWith("/" + entry.id.shard()))
                .findFirst()
                .orElse("none");
    }

    /** Where two runs of a shard overlap, the owner of the earlier one was dead when the later one was claimed. */
    private void checkNoOverlap() {
        Map<String, List<Ledger.Entry>> byShard = new HashMap<>();
        ledger.entries()
                .forEach(entry -> byShard.computeIfAbsent(path(entry), any -> new ArrayList<>())
                        .add(entry));
        byShard.forEach((path, entries) -> {
            entries.sort(Comparator.comparingLong(entry -> entry.token));
            for (int i = 1; i < entries.size(); i++) {
                Ledger.Entry earlier = entries.get(i - 1);
                Ledger.Entry later = entries.get(i);
                boolean overlap = earlier.ended == null || earlier.ended.isAfter(later.started);
                if (overlap && claimedFromTheLiving(path, earlier, later)) {
                    violations.add("two ran at once: " + earlier + " and " + later);
                }
            }
        });
    }

    private boolean claimedFromTheLiving(String path, Ledger.Entry earlier, Ledger.Entry later) {
        // Between the two claims the record must have gone through the death of the earlier owner.
        return histories.get(path).stream()
                .filter(write -> !write.isCheckpoint())
                .filter(write -> write.zxid() > earlier.token && write.zxid() <= later.token)
                .findFirst()
                .map(Written::ownerBeforeLived)
                .orElse(true);
    }

    /** No firing runs as part 0 of 3 beside part 1 of 5. */
    private void checkOneNumberOfShardsForAFiring() {
        Map<String, Integer> totals = new HashMap<>();
        for (Ledger.Entry entry : ledger.entries()) {
            int total = entry.context.shardingTotalCount();
            Integer other = totals.putIfAbsent(entry.id.job() + " " + entry.fireTime, total);
            if (other != null && other != total && entry.id.attempt() == 1) {
                violations.add("one firing was split into " + other + " and into " + total + ": " + entry);
            }
        }
    }

    /** In the end the registry says what the live process says that started last. */
    private void checkTheYoungestDeclares() {
        for (JobDefinition job : youngest().declared) {
            if (!(ensemble.node("/sim/jobs/" + job.name()) instanceof Read.Present present
                    && StoredJobCodec.decode(job.name(), present.data()) instanceof Decoded.Value<StoredJob> stored
                    && stored.value().declared().equals(job.settings()))) {
                violations.add("the registry does not say what " + youngest().name + " declares of " + job);
            }
        }
    }

    /** The live process that started last, as far as it knows itself: its first registration may never have been answered. */
    private Process youngest() {
        String name = ensemble.children("/sim/instances").stream()
                .map(this::instance)
                .flatMap(Optional::stream)
                .max(Comparator.comparingLong(Instance::startedOrder))
                .map(Instance::name)
                .orElseThrow(() -> new AssertionError("nobody lives"));
        return processes.stream()
                .filter(process -> process.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is registered, but does not live"));
    }

    private Optional<Instance> instance(String id) {
        return ensemble.node("/sim/instances/" + id) instanceof Read.Present present
                        && InstanceCodec.decode(id, present.stat().created(), present.data())
                                instanceof Decoded.Value<Instance> value
                ? Optional.of(value.value())
                : Optional.empty();
    }

    /** With the faults over, every firing of every shard runs exactly once, and on time. */
    private void checkQuietTime(Instant from, Instant to) {
        for (JobDefinition job : youngest().declared) {
            for (int shard = 0; shard < job.shardingTotalCount(); shard++) {
                Schedule schedule = job.schedule();
                Optional<Instant> next = schedule.next(from);
                while (next.isPresent() && next.get().isBefore(to)) {
                    checkFiring(job.name(), shard, next.get());
                    next = schedule.next(next.get());
                }
            }
        }
    }

    private void checkFiring(String job, int shard, Instant fireTime) {
        List<Ledger.Entry> runs = ledger.entries().stream()
                .filter(entry -> entry.id.job().equals(job) && entry.id.shard() == shard)
                .filter(entry -> entry.fireTime.equals(fireTime))
                .toList();
        if (runs.size() != 1) {
            violations.add(job + " shard " + shard + " of " + fireTime + " ran " + runs.size() + " times: " + runs);
        } else if (runs.get(0).started.isAfter(fireTime.plusMillis(1_500))) {
            violations.add(job + " shard " + shard + " of " + fireTime + " ran late: " + runs.get(0));
        }
    }
}
