package io.elasticjob.engine;

import io.elasticjob.ArrayKind;
import io.elasticjob.ArrayPlace;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.kind.ArrayJournal;
import io.elasticjob.kind.ArrayRunner;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.test.VirtualTime;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One history, drawn from a seed: processes that die, freeze and are cut off, beside a cluster that loses and delays. */
final class ArrayHistory {

    /** A rule that is broken. */
    enum Broken {
        NOTHING,
        /** A release hits what has the name. */
        RELEASE_BY_NAME,
        /** What is created runs before the record proves the claim. */
        RELEASE_BEFORE_THE_CHECK,
        /** The cluster deletes what has ended before it is recorded. */
        SHORT_TTL,
        /** A dead owner's execution is failed over, wherever it runs. */
        POLICY_BEFORE_PLACE,
        /** What succeeded in an earlier attempt runs again. */
        RUNS_AGAIN_WHAT_SUCCEEDED,
        /** Nobody looks for what no record says to run. */
        NO_SWEEP,
        /** A cluster that does not answer has nothing. */
        NO_ANSWER_IS_NOTHING,
        /** The record does not say that something may have been released. */
        FORGETS_WHAT_WAS_RELEASED,
        /** Who has the shard adopts what is on a cluster that it does not have. */
        ADOPTS_WITHOUT_THE_CLUSTER,
        /** Only who has the shard adopts. */
        NOBODY_ELSE_ADOPTS
    }

    private static final int TASKS = 6;
    private static final Operator ANN = new Operator("ann", "for a reason");

    /** A process that has another cluster than the others. */
    private static final String STRANGER = "c";

    private static final List<String> NAMES = List.of("a", "b", STRANGER);

    private final World world = new World();
    private final Random random;
    private final Broken broken;
    private final ClusterActor cluster;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final List<World.Process> all = new ArrayList<>();
    final List<String> violations = new ArrayList<>();

    private record Member(World.Process process, VirtualTime.Watch watch) {}

    /** In which ZooKeeper loses data, is restored from backups, and operators remove the job and disable it. */
    static ArrayHistory withLosses(long seed, Broken broken) {
        ArrayHistory history = new ArrayHistory(seed, broken);
        history.losses = new Losses();
        return history;
    }

    /** What was lost. */
    private static final class Losses {
        final List<MemoryEnsemble.Backup> backups = new ArrayList<>();
        int count;
    }

    private @Nullable Losses losses;

    ArrayHistory(long seed, Broken broken) {
        this.random = new Random(seed);
        this.broken = broken;
        this.cluster = new ClusterActor(world.time, random);
        this.cluster.shortTtl = broken == Broken.SHORT_TTL;
        this.world.around = this::around;
    }

    private JobDefinition job() {
        return JobDefinition.named("images")
                .every(Duration.ofMinutes(1))
                .set(ArrayKind.ARRAY, ClusterActor.TEMPLATE)
                .set(ArrayKind.ARRAY_SIZE, Integer.toString(TASKS))
                .set(JobKey.RETRY_ATTEMPTS, "2")
                .set(JobKey.RETRY_DELAY, "2s")
                .set(JobKey.FAILOVER, "true")
                .build();
    }

    // ---- Broken rules ---------------------------------------------------------------------------------------------

    private Registry around(Registry registry) {
        return switch (broken) {
            case POLICY_BEFORE_PLACE ->
                new PassingRegistry(registry) {
                    @Override
                    public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                        return super.read(session, paths)
                                .thenApply(reads -> IntStream.range(0, reads.size())
                                        .mapToObj(i -> givenUp(paths.get(i), reads.get(i)))
                                        .toList());
                    }
                };
            case FORGETS_WHAT_WAS_RELEASED ->
                new PassingRegistry(registry) {
                    @Override
                    public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                        return super.commit(
                                session,
                                writes.stream()
                                        .map(ArrayHistory::withoutIdentity)
                                        .toList());
                    }
                };
            default -> registry;
        };
    }

    private static boolean isRecord(String path) {
        return path.contains("/shards/images@");
    }

    /** What a dead owner ran is given back. */
    private Read givenUp(String path, Read read) {
        if (!isRecord(path)
                || !(read instanceof Read.Present present)
                || !(ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> value)
                || !value.value().isRunningBy(owner -> !members.containsKey(owner.substring(0, 1)))) {
            return read;
        }
        return new Read.Present(
                ShardRecordCodec.encode(value.value().givenBackByDeath(new Outcome.Lost())), present.stat());
    }

    private static Write withoutIdentity(Write write) {
        return write instanceof Write.Put put
                        && isRecord(put.path())
                        && ShardRecordCodec.decode(put.data()) instanceof Decoded.Value<ShardRecord> value
                ? new Write.Put(put.path(), ShardRecordCodec.encode(withoutIdentity(value.value())), put.version())
                : write;
    }

    private static ShardRecord withoutIdentity(ShardRecord next) {
        ArrayPlace array = next.array();
        return array == null
                ? next
                : next.withArray(
                        new ArrayPlace("", array.size(), null, array.earlier(), array.succeeded(), array.failed()));
    }

    /** Of the third process it is another one, with the same template. */
    private Cluster client(String name) {
        if (name.equals(STRANGER)) {
            return cluster.new Client("other");
        }
        return switch (broken) {
            case RELEASE_BY_NAME ->
                cluster.new Client() {
                    @Override
                    public CompletionStage<Void> release(Created wanted) {
                        return cluster.releaseByName(wanted.run());
                    }
                };
            case RUNS_AGAIN_WHAT_SUCCEEDED ->
                cluster.new Client() {
                    @Override
                    public CompletionStage<Created> prepare(ArrayRun asked) {
                        List<ArrayTask> all = IntStream.range(0, TASKS)
                                .mapToObj(shard -> new ArrayTask(shard, ""))
                                .toList();
                        return super.prepare(
                                new ArrayRun(asked.id(), asked.template(), all, asked.environment(), asked.rules()));
                    }
                };
            case RELEASE_BEFORE_THE_CHECK ->
                cluster.new Client() {
                    @Override
                    public CompletionStage<Created> prepare(ArrayRun asked) {
                        return super.prepare(asked).whenComplete((created, failed) -> {
                            cluster.there(ClusterActor.NAME, asked.id()).ifPresent(this::start);
                        });
                    }
                };
            case NO_SWEEP ->
                cluster.new Client() {
                    @Override
                    public CompletionStage<List<RunStatus>> list(String namespace) {
                        return super.list(namespace).thenApply(all -> List.of());
                    }
                };
            case NO_ANSWER_IS_NOTHING ->
                cluster.new Client() {
                    @Override
                    public CompletionStage<Optional<RunStatus>> find(RunId id) {
                        return super.find(id).exceptionally(failed -> Optional.empty());
                    }
                };
            default -> cluster.new Client();
        };
    }

    /** The runner, as the broken rule has it. */
    private ShardRunner changed(ShardRunner runner) {
        return switch (broken) {
            case ADOPTS_WITHOUT_THE_CLUSTER ->
                passing(ShardRunner.class, runner, "clusters", given -> Set.of(ClusterActor.NAME, "other"));
            case NOBODY_ELSE_ADOPTS ->
                passing(ShardRunner.class, runner, "open", given -> {
                    runner.open(passing(
                            ShardRunner.Listener.class,
                            (ShardRunner.Listener) given,
                            "abandoned",
                            asked -> CompletableFuture.completedFuture(List.of())));
                    return null;
                });
            default -> runner;
        };
    }

    /** All goes on to something else but one method. */
    private static <T> T passing(Class<T> type, T to, String method, Function<Object, @Nullable Object> instead) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, called, given) -> called.getName().equals(method)
                        ? instead.apply(given == null ? "" : given[0])
                        : called.invoke(to, given)));
    }

    // ---- What happens ---------------------------------------------------------------------------------------------

    private void start(String name) {
        VirtualTime.Watch watch = world.time.watch(Duration.ZERO);
        ShardRunner runner = changed(new ArrayRunner(
                "test",
                InProcessShardRunner.on(Runnable::run, Map.of(), 8),
                List.of(client(name)),
                watch,
                () -> {},
                ArrayJournal.NONE));
        World.Process process = world.launch(name, Duration.ZERO, builder -> builder.runner(runner), job());
        members.put(name, new Member(process, watch));
        all.add(process);
    }

    private void kill(String name) {
        Member member = members.remove(name);
        if (member != null) {
            member.watch().kill();
            member.process().kill();
            if (random.nextBoolean()) {
                member.process().registry.link().expire();
            }
        }
    }

    private void freeze(String name) {
        Member member = members.get(name);
        if (member != null) {
            member.watch().freeze();
            if (random.nextBoolean()) {
                member.process().watch.freeze();
            }
            world.time.after(Duration.ofMillis(random.nextInt(20_000)), () -> {
                if (members.get(name) == member) {
                    member.watch().thaw();
                    member.process().watch.thaw();
                }
            });
        }
    }

    private void cut(String name) {
        Member member = members.get(name);
        if (member != null) {
            member.process().registry.link().cut();
            world.time.after(Duration.ofMillis(random.nextInt(15_000)), () -> {
                if (members.get(name) == member) {
                    member.process().registry.link().heal();
                }
            });
        }
    }

    private void lose(Losses losses, String name) {
        switch (random.nextInt(5)) {
            case 0 -> losses.backups.add(world.ensemble.backup());
            case 1 -> {
                if (!losses.backups.isEmpty()) {
                    world.ensemble.restore(
                            losses.backups.get(random.nextInt(losses.backups.size())), random.nextBoolean());
                    losses.count++;
                }
            }
            case 2 -> {
                if (random.nextInt(3) == 0) {
                    world.ensemble.wipe();
                    losses.count++;
                }
            }
            case 3 -> operate(name, operations -> operations.remove("images", ANN));
            default -> {
                boolean isEnabled = random.nextBoolean();
                operate(
                        name,
                        operations -> isEnabled
                                ? operations.enable("images", JobPart.WHOLE_JOB, ANN)
                                : operations.disable("images", JobPart.WHOLE_JOB, ANN));
            }
        }
    }

    private void operate(String name, Function<JobOperations, Object> operation) {
        Member member = members.get(name);
        if (member != null) {
            operation.apply(member.process().engine.operations());
        }
    }

    void run() {
        NAMES.forEach(this::start);
        for (int step = 0; step < 40; step++) {
            cluster.faults = random.nextInt(3) == 0 ? 0.25 : 0.02;
            String name = NAMES.get(random.nextInt(NAMES.size()));
            switch (random.nextInt(8)) {
                case 0, 1 -> kill(name);
                case 2 -> freeze(name);
                case 3 -> cut(name);
                case 4 -> cluster.restart();
                case 5 -> {
                    if (random.nextInt(3) == 0) {
                        cluster.deleteOne();
                    }
                }
                default -> {
                    if (losses != null) {
                        lose(losses, name);
                    }
                }
            }
            world.time.pass(Duration.ofMillis(random.nextInt(12_000)));
            NAMES.stream()
                    .filter(each -> !members.containsKey(each) && random.nextInt(2) == 0)
                    .forEach(this::start);
        }
        if (losses != null) {
            NAMES.forEach(this::kill); // those that start declare the job, should an operator have removed it
        }
        cluster.faults = 0;
        NAMES.stream().filter(each -> !members.containsKey(each)).forEach(this::start);
        world.time.pass(Duration.ofSeconds(30));
        operate("a", operations -> operations.enable("images", JobPart.WHOLE_JOB, ANN));
        world.time.pass(Duration.ofMinutes(7));
        look();
    }

    /** The present life of the job, or "" when it was removed. */
    private String life() {
        return world.ensemble.node("/test/jobs/images") instanceof Read.Present present
                ? StoredJobCodec.lifeIn("images", present.data(), present.stat().created())
                        .orElse("")
                : "";
    }

    private ShardRecord record() {
        return world.ensemble.node("/test/shards/images@" + life() + "/0") instanceof Read.Present present
                        && ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> value
                ? value.value()
                : ShardRecord.NEW;
    }

    private void look() {
        ShardRecord record = record();
        if (record.lastSucceeded() == null && cluster.deleted == 0 && losses == null) {
            violations.add("no firing has succeeded: " + record);
        }
        if (record.through() == null
                || record.through().isBefore(world.time.now().minus(Duration.ofMinutes(4)))) {
            violations.add("the job stands still: " + record);
        }
        lookForOrphans(record);
        if (losses == null) { // else nobody can know what has run before
            violations.addAll(cluster.violations);
            lookAtEnds();
        }
    }

    int lost() {
        return losses == null ? 0 : losses.count;
    }

    /** Nothing is left on the cluster that no record says to run. */
    private void lookForOrphans(ShardRecord record) {
        cluster.unfinished().stream()
                .filter(run -> !run.asked.id().life().equals(life())
                        || !run.asked.id().firing().equals(record.firing())
                        || run.asked.id().attempt() != record.attempt()
                        || !record.isRunning())
                .forEach(run -> violations.add("left behind: " + run.created + " " + run.phase));
    }

    private void lookAtEnds() {
        long lost = all.stream()
                .flatMap(process -> process.events(ElasticJobEvent.ExecutionEnded.class).stream())
                .filter(ended -> ended.outcome() instanceof Outcome.Lost)
                .count();
        if (lost > cluster.deleted) {
            violations.add(lost + " executions are lost, though only " + cluster.deleted + " were deleted");
        }
        all.stream()
                .flatMap(process -> process.events(ElasticJobEvent.OwnerDied.class).stream())
                .forEach(died -> violations.add("not adopted: " + died));
    }

    int tasksBegun() {
        return cluster.tasksBegun;
    }

    int adopted() {
        return (int) all.stream()
                .flatMap(process -> process.events(ElasticJobEvent.ExecutionAdopted.class).stream())
                .count();
    }
}
