package io.elasticjob.simulation;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.memory.Change;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Read;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.testing.Ledger;
import io.elasticjob.testing.PoisonZones;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What somebody writes that nobody can read or work with, and a strategy that throws. It is told, it costs no other job, and
 * what it was written over comes back when it is put right. The promises of {@link Promises} are held against everything
 * else meanwhile: it is not to be noticed there.
 */
final class Poison {

    /** What the names of jobs and instances begin with that are poisoned: such that they are read before all others. */
    private static final String BAD = "a-bad-";

    /** Declared by everybody; its node, records and triggers are written over. */
    private static final String OWN = BAD + "own";
    /** Declared by everybody, with a strategy that throws. */
    private static final String SPREAD = BAD + "spread";
    /** Made by nobody's engine. */
    private static final String STRAY = BAD + "stray-";

    private static final int STRAYS = 3;

    private static final String STRATEGY = "bad";
    private static final String JOBS = "/sim/jobs/";
    private static final String SHARDS = "/sim/shards/";
    private static final String INSTANCES = "/sim/instances/";
    private static final int SHARDS_OF_EACH = 2;

    /** A job that failed is looked at again after a minute, and needs a while then. */
    private static final Duration LOOKED_AT_AGAIN = Duration.ofSeconds(80);

    /** Within this every poisoned job runs once it is put right. */
    private static final Duration RUNS = Duration.ofSeconds(8);

    /** Every node that somebody uses fits into an answer of so many bytes, and all jobs together do not. */
    private static final int SHORT = 2_500;

    private static final byte[] LATER = bytes("{'format':99}");
    private static final byte[] LATER_RECORD = bytes("{'format':1,'state':'PLANNING','by':'a later version'}");
    private static final List<byte[]> RUBBISH = Stream.of(
                    "",
                    "rubbish",
                    "{'format':1}",
                    "{'format':2,'names':'rubbish'}",
                    "[".repeat(5_000),
                    "x".repeat(2_000),
                    "{'format':1,'application':'sim','since':'+1000000000-12-31T23:59:59Z','shards':{'count':2}}",
                    "{'format':1,'application':'sim','since':'2026-01-01T00:00:00Z','shards':{'count':2000000000}}",
                    "{'format':1,'state':'RUNNING','firing':'2026-01-01T00:00:01Z','owner':'../jobs/orders'}",
                    "{'format':1,'state':'RUNNING','firing':'2026-01-01T00:00:01Z','owner':'gone','attempt':-5,'deaths':-5}",
                    "{'format':1,'state':'DONE','through':'+1000000000-12-31T23:59:59Z'}")
            .map(Poison::bytes)
            .toList();
    private static final List<byte[]> THROWING;

    static {
        PoisonZones.add();
        THROWING = List.of(stray("cron", PoisonZones.LEAP), stray("cron", PoisonZones.GONE));
    }

    private static final List<Error> ERRORS = List.of(
            new StackOverflowError("of a strategy"),
            new OutOfMemoryError("of a strategy"),
            new NoClassDefFoundError("com/example/Missing"),
            new AssertionError("of a strategy"));

    private final MemoryEnsemble ensemble;
    private final Ledger ledger;
    private final Consumer<String> violated;

    /** What each process has told to be unreadable, or out of use. */
    private final Map<String, Set<String>> told = new HashMap<>();

    /** On which processes the strategy threw. */
    private final Set<String> threw = new HashSet<>();

    /** What stays written while all is calm, by path. */
    private final Map<String, byte[]> standing = new LinkedHashMap<>();

    private byte @Nullable [] lastGood;
    private @Nullable Error error;

    /** @param violated is told what is not as promised */
    Poison(MemoryEnsemble ensemble, Ledger ledger, Consumer<String> violated) {
        this.ensemble = ensemble;
        this.ledger = ledger;
        this.violated = violated;
        ensemble.observe(this::changed);
    }

    private static byte[] bytes(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] stray(String schedule, String zone) {
        Map<JobKey, String> settings = schedule.equals("cron")
                ? Map.of(JobKey.CRON, "* * * * * ?", JobKey.ZONE, zone, JobKey.MISFIRE, "SKIP")
                : Map.of(JobKey.EVERY, "2s", JobKey.MISFIRE, "SKIP");
        Map<JobKey, String> all = new HashMap<>(settings);
        all.put(JobKey.HANDLER, OWN);
        all.put(JobKey.SHARDING_TOTAL_COUNT, String.valueOf(SHARDS_OF_EACH));
        return StoredJobCodec.encode(
                StoredJob.made(STRAY, all, Operator.UNKNOWN, Instant.parse("2026-01-01T00:00:00Z")));
    }

    static boolean isBad(String name) {
        return name.startsWith(BAD);
    }

    /** Whether it belongs to a job of which nothing is promised but what is here. */
    static boolean isOfBadJob(String path) {
        return path.startsWith(JOBS + BAD) || path.startsWith(SHARDS + BAD);
    }

    /** What every copy of the application declares beside its other jobs. */
    List<JobDefinition> jobs() {
        JobDefinition.Builder own = JobDefinition.named(OWN).every(Duration.ofSeconds(2));
        JobDefinition.Builder spread =
                JobDefinition.named(SPREAD).every(Duration.ofSeconds(2)).set(JobKey.SHARDING_STRATEGY, STRATEGY);
        return List.of(
                own.shards(SHARDS_OF_EACH).failover(true).build(),
                spread.shards(SHARDS_OF_EACH).build());
    }

    StrategyCatalog strategies(String process) {
        StrategyCatalog builtIn = StrategyCatalog.builtIn();
        return builtIn.with(STRATEGY, sharding -> {
            Error thrown = error;
            if (thrown != null) {
                threw.add(process);
                throw thrown;
            }
            return builtIn.strategy("average").assign(sharding);
        });
    }

    /** Whether the strategy has thrown on this process. */
    boolean hasThrown(String process) {
        return threw.contains(process);
    }

    void heard(String process, ElasticJobEvent event) {
        if (event instanceof ElasticJobEvent.ValueUnreadable unreadable) {
            told.computeIfAbsent(process, any -> new HashSet<>()).add(unreadable.path());
        } else if (event instanceof ElasticJobEvent.StrategyReplaced replaced) {
            told.computeIfAbsent(process, any -> new HashSet<>()).add(JOBS + replaced.job());
        }
    }

    private void changed(Change change) {
        if (change.path().equals(JOBS + OWN)
                && change.after() instanceof Read.Present present
                && StoredJobCodec.decode(OWN, present.data()) instanceof Decoded.Value<StoredJob> value
                && value.value().application().equals("sim")
                && !value.value().declared().isEmpty()) {
            lastGood = present.data();
        }
    }

    // ---- What is done ---------------------------------------------------------------------------------------------

    void overwriteJob(SplittableRandom random) {
        if (random.nextBoolean()) {
            write(JOBS + OWN, random.nextInt(4) == 0 ? LATER : anyOf(RUBBISH, random), true);
            if (random.nextBoolean() && lastGood != null) {
                write(JOBS + OWN, lastGood, true);
            }
        } else {
            write(JOBS + STRAY + random.nextInt(STRAYS), anyStray(random), false);
        }
    }

    private static byte[] anyStray(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> LATER;
            case 1 -> anyOf(RUBBISH, random);
            default -> anyOf(THROWING, random);
        };
    }

    void overwriteRecord(SplittableRandom random) {
        anyRecord(random)
                .ifPresent(path -> write(path, random.nextInt(3) == 0 ? LATER_RECORD : anyOf(RUBBISH, random), true));
    }

    private Optional<String> anyRecord(SplittableRandom random) {
        int shard = random.nextInt(SHARDS_OF_EACH);
        return records().filter(path -> path.endsWith("/" + shard)).findFirst();
    }

    private Stream<String> records() {
        return ensemble.children("/sim/shards").stream()
                .filter(folder -> folder.startsWith(OWN + "@"))
                .flatMap(folder ->
                        ensemble.children(SHARDS + folder).stream().map(shard -> SHARDS + folder + "/" + shard));
    }

    void overwriteTriggers(SplittableRandom random) {
        triggers().forEach(path -> write(path, random.nextBoolean() ? LATER : anyOf(RUBBISH, random), true));
    }

    private List<String> triggers() {
        return ensemble.children(JOBS + OWN).stream()
                .map(name -> JOBS + OWN + "/" + name)
                .toList();
    }

    /** @return where it is */
    String writeInstance(SplittableRandom random) {
        String path = INSTANCES + BAD + random.nextInt(3);
        write(path, random.nextBoolean() ? LATER : anyOf(RUBBISH, random), false);
        return path;
    }

    /** Also by what can be read, and is not so: that it offers and declares nothing. */
    void overwriteInstance(String id, SplittableRandom random) {
        if (ensemble.node(INSTANCES + id) instanceof Read.Present present) {
            byte[] nothing = new String(present.data(), StandardCharsets.UTF_8)
                    .replaceAll("\"(handlers|declares)\":\\[[^\\]]*\\]", "\"$1\":[]")
                    .getBytes(StandardCharsets.UTF_8);
            write(
                    INSTANCES + id,
                    switch (random.nextInt(3)) {
                        case 0 -> LATER;
                        case 1 -> nothing;
                        default -> anyOf(RUBBISH, random);
                    },
                    true);
        }
    }

    void shortAnswers(int bytes) {
        ensemble.takesAtMost(Integer.MAX_VALUE, bytes);
    }

    void strategyThrows(SplittableRandom random) {
        error = ERRORS.get(random.nextInt(ERRORS.size()));
    }

    void strategyWorks() {
        error = null;
    }

    void zoneGoes(boolean gone) {
        PoisonZones.gone(gone);
    }

    private void write(String path, byte[] data, boolean mustBeThere) {
        String parent = path.substring(0, path.lastIndexOf('/'));
        String needed = mustBeThere ? path : parent;
        if (ensemble.node(needed) instanceof Read.Present) {
            ensemble.write(path, data);
        }
    }

    private static <T> T anyOf(List<T> all, SplittableRandom random) {
        return all.get(random.nextInt(all.size()));
    }

    // ---- What is so in the end ------------------------------------------------------------------------------------

    /** The faults are over, and the poison stays. */
    void stays(SplittableRandom random) {
        shortAnswers(random.nextBoolean() ? SHORT : Integer.MAX_VALUE);
        zoneGoes(random.nextBoolean());
        strategyThrows(random);
        for (int i = 0; i < STRAYS; i++) {
            byte[] data = anyStray(random);
            // One that is too long even alone costs the connection now and then, which is no calm.
            stays(JOBS + STRAY + i, data.length > SHORT / 2 ? LATER : data, false);
        }
        if (random.nextInt(3) == 0 && lastGood != null) {
            stays(JOBS + OWN, LATER, true);
        } else if (random.nextBoolean()) {
            anyRecord(random).ifPresent(path -> stays(path, LATER_RECORD, true));
        }
        triggers().forEach(path -> stays(path, LATER, true));
        deleteBadInstances();
        if (random.nextBoolean()) {
            stays(INSTANCES + BAD + "0", LATER, false);
        }
    }

    private void deleteBadInstances() {
        ensemble.children("/sim/instances").stream()
                .filter(Poison::isBad)
                .forEach(id -> ensemble.deleteTree(INSTANCES + id));
    }

    private boolean isReadableRecord(String path) {
        return ensemble.node(path) instanceof Read.Present present
                && ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<?>;
    }

    private void stays(String path, byte[] data, boolean mustBeThere) {
        write(path, data, mustBeThere);
        standing.put(path, data);
    }

    /**
     * Everything that cannot be read is told: by every process that reads it. And every instance shows what it is.
     *
     * @param processes names of those that have had the time
     */
    void checkTold(Set<String> processes, Promises promises) {
        standing.forEach((path, data) -> {
            boolean isThere = ensemble.node(path) instanceof Read.Present present && present.data() == data;
            boolean throwsPerhaps = THROWING.contains(data);
            boolean byAll = !path.startsWith(SHARDS);
            Stream<String> who = processes.stream();
            if (isThere
                    && !throwsPerhaps
                    && !(byAll
                            ? who.allMatch(process -> hasTold(process, path))
                            : who.anyMatch(process -> hasTold(process, path)))) {
                violated.accept("nobody can read it, and that is not told: " + path + " " + text(data) + " " + told);
            }
        });
        processes.stream()
                .filter(threw::contains)
                .filter(process -> !hasTold(process, JOBS + SPREAD))
                .forEach(process -> violated.accept("the strategy threw on " + process + ", which has not told it"));
        ensemble.children("/sim/instances").stream()
                .filter(id -> !isBad(id))
                .filter(id -> promises.seen()
                        .instance(id)
                        .map(Instance::declares)
                        .filter(declares -> declares.contains(OWN))
                        .isEmpty())
                .forEach(id -> violated.accept("it does not show what it is: " + id));
    }

    private boolean hasTold(String process, String path) {
        return told.getOrDefault(process, Set.of()).contains(path);
    }

    private static String text(byte[] data) {
        return new String(data, 0, Math.min(100, data.length), StandardCharsets.UTF_8);
    }

    /** How long it takes at most until what is put right is used again. */
    Duration putRight() {
        shortAnswers(Integer.MAX_VALUE);
        zoneGoes(false);
        strategyWorks();
        for (int i = 0; i < STRAYS; i++) {
            write(JOBS + STRAY + i, stray("every", ""), false);
        }
        if (lastGood != null
                && ensemble.node(JOBS + OWN) instanceof Read.Present present
                && !(StoredJobCodec.decode(OWN, present.data()) instanceof Decoded.Value<?>)) {
            write(JOBS + OWN, lastGood, true);
        }
        records()
                .filter(path -> !isReadableRecord(path))
                .forEach(path -> write(path, ShardRecordCodec.encode(ShardRecord.NEW), true));
        triggers().forEach(ensemble::deleteTree);
        deleteBadInstances();
        return LOOKED_AT_AGAIN;
    }

    Duration untilAllHaveRun() {
        return RUNS;
    }

    /** Every shard of everything that was poisoned has run since. */
    void checkRuns(Instant since) {
        Set<String> expected = new TreeSet<>(Set.of(OWN, SPREAD));
        for (int i = 0; i < STRAYS; i++) {
            expected.add(STRAY + i);
        }
        for (String job : expected) {
            for (int shard = 0; shard < SHARDS_OF_EACH; shard++) {
                if (!hasRun(job, shard, since)) {
                    violated.accept("it was put right, and does not run: shard " + shard + " of " + job);
                }
            }
        }
    }

    private boolean hasRun(String job, int shard, Instant since) {
        return ledger.entries().stream()
                .anyMatch(run -> run.id.job().equals(job)
                        && run.id.shard() == shard
                        && run.id.firing() instanceof Firing.Scheduled
                        && !run.started.isBefore(since));
    }
}
