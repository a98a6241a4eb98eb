package io.elasticjob.simulation;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.test.SimulatedFireSource;
import io.elasticjob.test.VirtualTime;
import io.elasticjob.testing.Ledger;
import io.elasticjob.testing.SimulatedRunner;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several engines on one ensemble that is emptied, restored from backups, and loses folders. First a time of trouble, then
 * a time of quiet, then an instance that starts and triggers that are asked for; the history of all of it is held against
 * what is {@linkplain LossPromises promised}. A chapter of its own: what is promised elsewhere for ever holds here for as
 * far as the data goes back. Runs once, on one thread, and depends on nothing but its plan.
 */
final class LossSimulation {

    static final Duration SESSION = Duration.ofSeconds(6);
    private static final Instant ORIGIN = Instant.parse("2026-03-01T00:00:00Z");
    /** From the end of the faults to the first firing that has to be on time: sessions that end, and what follows. */
    private static final Duration RECOVERY = Duration.ofSeconds(20);

    private static final Duration QUIET = Duration.ofSeconds(16);

    /** What a process sends at most in a second of the quiet time; one that asks without end sends 37 and more. */
    private static final int REQUESTS_IN_A_QUIET_SECOND = 30;

    /** What a process sends at most in a second in which it learns everything again. */
    private static final int REQUESTS_IN_ANY_SECOND = 200;

    private final LossPlan plan;
    private final UnaryOperator<Registry> interference;
    private final VirtualTime time = new VirtualTime(ORIGIN);
    private final VirtualTime.Watch clock = time.watch(Duration.ZERO);
    private final MemoryEnsemble ensemble = new MemoryEnsemble(clock);
    private final Ledger ledger = new Ledger();
    private final Trace trace = new Trace(time::now);
    private final LossPromises promises = new LossPromises(time, ensemble, ledger, trace);
    private final Fleet<Process> fleet = new Fleet<>(time, trace);
    private final List<Saved> backups = new ArrayList<>();
    /** Restores that wait for the end of all sessions. */
    private final List<Runnable> planned = new ArrayList<>();

    private final List<Asked> asked = new ArrayList<>();
    /** Jobs that an operator asked to remove. */
    private final Set<String> removed = new HashSet<>();

    private List<JobDefinition> jobs;
    private boolean calm;
    private int started;
    private int sessions;
    private int requests;
    private int lives;
    private int commands;

    private record Saved(MemoryEnsemble.Backup data, LossPromises.Knowledge knowledge) {}

    /** A trigger that somebody asked for. */
    private static final class Asked {
        final String parameter;
        final int losses;
        final boolean calm;

        @Nullable
        TriggerReceipt receipt;

        String life = "";

        Asked(String parameter, int losses, boolean calm) {
            this.parameter = parameter;
            this.losses = losses;
            this.calm = calm;
        }
    }

    /** One copy of the application. */
    final class Process extends Fleet.Process {
        final String name;
        final MemoryRegistry registry;
        private final List<JobDefinition> declared = jobs;
        private final SplittableRandom random;
        private final VirtualTime.Watch watch = time.watch(Duration.ZERO);
        private final JobEngine engine;
        private long second;
        private int sent;

        private Process(String name, SplittableRandom random) {
            this.name = name;
            this.random = random;
            registry = ensemble.client(SESSION, faults(random.split()));
            JobEngineBuilder builder = JobEngine.builder()
                    .namespace("sim")
                    .application("sim")
                    .instanceName(name)
                    .instanceIds(() -> name + "." + sessions++)
                    .registry(counted())
                    .timekeeper(watch)
                    .eventExecutor(Runnable::run)
                    .answerExecutor(watch::execute)
                    .requestIds(() -> name + "-request-" + requests++)
                    .jobLives(() -> "life-" + lives++)
                    .fireSource(new SimulatedFireSource(watch, () -> false))
                    .runner(new SimulatedRunner(
                                    name, time, watch, ledger, handlers(), 6 + random.nextInt(10), this::duration)
                            .checkpoints(() -> random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0))
                    .listener(event -> promises.heard(name, event));
            declared.forEach(builder::job);
            engine = builder.build();
        }

        @Override
        String name() {
            return name;
        }

        @Override
        MemoryRegistry registry() {
            return registry;
        }

        @Override
        VirtualTime.Watch watch() {
            return watch;
        }

        @Override
        JobEngine engine() {
            return engine;
        }

        private Set<String> handlers() {
            return declared.stream().map(JobDefinition::handler).collect(Collectors.toSet());
        }

        private Duration duration() {
            boolean isLong = !calm && random.nextInt(10) == 0;
            return Duration.ofMillis(random.nextInt(isLong ? 5_000 : calm ? 50 : 400));
        }

        private Registry counted() {
            return new PassingRegistry(interference.apply(registry)) {
                @Override
                public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                    count();
                    return super.read(session, paths);
                }

                @Override
                public CompletionStage<Read> readAndWatch(Session session, String path) {
                    count();
                    return super.readAndWatch(session, path);
                }

                @Override
                public CompletionStage<List<String>> children(Session session, String path) {
                    count();
                    return super.children(session, path);
                }

                @Override
                public CompletionStage<Answer> commit(Session session, List<Write> writes) {
                    count();
                    return super.commit(session, writes);
                }

                @Override
                public CompletionStage<Void> sync(Session session) {
                    count();
                    return super.sync(session);
                }
            };
        }

        private void count() {
            long now = time.now().getEpochSecond();
            sent = second == now ? sent + 1 : 1;
            second = now;
            if (sent == REQUESTS_IN_ANY_SECOND) {
                promises.violated(name + " has sent " + sent + " requests in one second");
            }
        }
    }

    private SeededFaults faults(SplittableRandom random) {
        return new SeededFaults(random, () -> calm) {
            @Override
            int lag(SplittableRandom random, boolean laggard) {
                return laggard ? random.nextInt(1_500) : 1;
            }
        };
    }

    LossSimulation(LossPlan plan) {
        this(plan, null);
    }

    /**
     * @param mutant a rule of the mechanism that all engines break; null for none
     */
    LossSimulation(LossPlan plan, @Nullable LossMutant mutant) {
        this.plan = plan;
        this.interference = mutant == null ? registry -> registry : mutant::wrap;
        this.jobs = deployment(new SplittableRandom(plan.seed()));
        backup(); // of nothing
    }

    /** Runs it to its end. Gives what was violated, empty when every promise was kept. */
    List<String> run() {
        for (LossPlan.Step step : plan.steps()) {
            time.passUntil(ORIGIN.plus(step.at()));
            trace.note("--- " + step);
            step.what().happen(this, new SplittableRandom(step.seed()));
        }
        SplittableRandom random = new SplittableRandom(~plan.seed());
        time.pass(Duration.ofMillis(random.nextInt(3_000)));
        calm(random);
        List<String> survivors = living().stream().map(process -> process.name).toList();
        Instant promised = time.now().plus(RECOVERY);
        time.passUntil(promised);
        checkQuiet(promised);
        promises.checkTold(survivors);
        checkTriggers();

        trace.note("--- one more starts");
        deploy(random);
        start(random);
        time.pass(Duration.ofSeconds(5));
        promises.checkDeclarations(jobs);
        asked.clear();
        for (Process process : living()) {
            trigger(process);
            trigger(process);
            time.pass(Duration.ofMillis(random.nextInt(300)));
        }
        time.pass(Duration.ofSeconds(8));
        asked.stream()
                .filter(one -> one.receipt == null
                        || !one.receipt.completion().toCompletableFuture().isDone())
                .forEach(one -> promises.violated("was not told of the end of " + one.parameter));
        checkTriggers();
        promises.checkRuns();
        return promises.violations();
    }

    private void checkQuiet(Instant from) {
        long before = ensemble.requests().total();
        time.pass(QUIET);
        long each = (ensemble.requests().total() - before) / QUIET.toSeconds() / living().size();
        if (each > REQUESTS_IN_A_QUIET_SECOND) {
            promises.violated("each process sends " + each + " requests a second");
        }
        time.pass(Duration.ofSeconds(2));
        for (JobDefinition job : jobs) {
            promises.checkRunsAgain(job.name(), removed.contains(job.name()), from, from.plus(QUIET));
        }
    }

    private void checkTriggers() {
        asked.stream()
                .filter(one -> one.losses == promises.losses()
                        && !one.life.isEmpty()
                        && one.life.equals(promises.life("by-hand")))
                .forEach(one -> {
                    if (one.receipt != null) {
                        promises.checkTriggerRan(one.parameter, one.receipt.number(), one.calm);
                    }
                });
    }

    String report() {
        return promises.violations().stream().limit(20).collect(Collectors.joining("\n"))
                + "\n\nafter these steps:\n"
                + plan
                + "\n\nin this history:\n"
                + trace.last(3_000);
    }

    Trace trace() {
        return trace;
    }

    MemoryEnsemble ensemble() {
        return ensemble;
    }

    // ---- What happens to the registry's data ----------------------------------------------------------------------

    void backup() {
        backups.add(new Saved(ensemble.backup(), promises.knowledge()));
    }

    /** One of the backups, under the ids of a single server or of an ensemble. */
    void restore(SplittableRandom random, Duration down) {
        Saved saved = backups.get(random.nextInt(backups.size()));
        boolean underNewLeader = random.nextBoolean();
        trace.note("    backup " + backups.indexOf(saved) + (underNewLeader ? " under a new leader" : "") + ", after "
                + down);
        if (down.isZero()) {
            restore(saved, underNewLeader);
            return;
        }
        ensemble.stop();
        Runnable restore = () -> restore(saved, underNewLeader);
        planned.add(restore);
        after(down, () -> {
            if (planned.remove(restore)) {
                restore.run();
            }
        });
    }

    private void restore(Saved saved, boolean underNewLeader) {
        promises.restored();
        ensemble.restore(saved.data(), underNewLeader);
        // In the turn after the one in which all connections break, as the data itself.
        clock.execute(() -> clock.execute(() -> promises.wentBack(saved.knowledge())));
    }

    void wipe() {
        cannotOverlook("a registry that came back empty");
        ensemble.wipe();
        LossPromises.Knowledge nothing = backups.get(0).knowledge();
        clock.execute(() -> clock.execute(() -> promises.wentBack(nothing)));
    }

    void deleteFolder(String path) {
        if (ensemble.node(path) instanceof Read.Present) {
            trace.note("    " + path);
            cannotOverlook(path + " that was deleted");
        }
        clock.execute(() -> promises.deleting(path));
        ensemble.deleteTree(path);
        clock.execute(promises::deleted);
    }

    private void cannotOverlook(String what) {
        living().forEach(process -> instances(process).forEach(id -> promises.cannotOverlook(process.name, id, what)));
    }

    void createTriggerByHand(long number) {
        Trigger trigger = new Trigger(
                0,
                time.now().truncatedTo(ChronoUnit.MILLIS),
                "x",
                new Trigger.Content(new TreeSet<>(List.of(0)), 1, LossPromises.STRANGER, null),
                false,
                operator(),
                Map.of());
        String path = LossPromises.LAYOUT.trigger("by-hand", number);
        if (ensemble.node(path) instanceof Read.Absent) {
            ensemble.write(path, TriggerCodec.encode(trigger));
        }
    }

    // ---- What happens to processes --------------------------------------------------------------------------------

    /** Those that nobody has told to leave. */
    List<Process> living() {
        return fleet.living();
    }

    /** As it is registered; empty when it is not. */
    private List<String> instances(Process process) {
        return ensemble.children("/sim/instances").stream()
                .filter(id -> id.startsWith(process.name + "."))
                .toList();
    }

    void after(Duration delay, Runnable task) {
        time.after(delay, task);
    }

    void deploy(SplittableRandom random) {
        jobs = deployment(random);
        trace.note("    from now on: " + jobs);
    }

    private static List<JobDefinition> deployment(SplittableRandom random) {
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
                        .build(),
                JobDefinition.named("by-hand")
                        .shards(1 + random.nextInt(3))
                        .failover(true)
                        .build(),
                JobDefinition.named("light")
                        .every(Duration.ofSeconds(4))
                        .shards(2)
                        .monitorExecution(false)
                        .build());
    }

    void start(SplittableRandom random) {
        Process process = new Process("p" + started++, random.split());
        fleet.add(process);
        trace.note("    " + process.name + " starts");
        promises.started(process.name);
        process.engine.start();
    }

    void leave(Process process) {
        fleet.leave(process);
    }

    void kill(Process process) {
        fleet.kill(process);
    }

    void freeze(Process process, Duration duration) {
        fleet.freeze(process, duration);
    }

    private void calm(SplittableRandom random) {
        trace.note("--- all is calm");
        calm = true;
        List.copyOf(planned).forEach(Runnable::run);
        planned.clear();
        time.pass(Duration.ofMillis(1)); // a restored ensemble serves by itself
        ensemble.start();
        for (Process process : fleet.all()) {
            fleet.thaw(process);
            process.registry.link().heal();
        }
        if (living().isEmpty()) {
            start(random);
        }
        for (int seconds = 0; seconds < RECOVERY.toSeconds() - 2; seconds++) {
            after(Duration.ofSeconds(seconds), this::resumeAll);
        }
    }

    // ---- What operators ask for -----------------------------------------------------------------------------------

    private Operator operator() {
        return new Operator("ann", "command-" + commands++);
    }

    private Optional<Process> lastLiving() {
        return living().stream().reduce((earlier, later) -> later);
    }

    void trigger(Process through) {
        Asked one = new Asked("trigger-of-" + commands++, promises.losses(), calm);
        asked.add(one);
        trace.note("    " + through.name + " is asked for " + one.parameter);
        through.engine
                .operations()
                .trigger(TriggerRequest.of("by-hand")
                        .withParameter(one.parameter)
                        .by(operator()))
                .whenComplete((receipt, failed) -> {
                    trace.note(() -> one.parameter + " is answered: "
                            + (failed == null ? "number " + receipt.number() : failed.toString()));
                    one.receipt = receipt;
                    one.life = promises.life("by-hand");
                });
    }

    void drain(String name, boolean on) {
        lastLiving().ifPresent(through -> {
            if (on) {
                through.engine.operations().drain(name, operator());
            } else {
                through.engine.operations().resume(name, operator());
            }
        });
    }

    void enable(String job, boolean on) {
        lastLiving().ifPresent(through -> {
            if (on) {
                through.engine.operations().enable(job, JobPart.WHOLE_JOB, operator());
            } else {
                through.engine.operations().disable(job, JobPart.WHOLE_JOB, operator());
            }
        });
    }

    void remove(String job) {
        lastLiving().ifPresent(through -> {
            trace.note("    " + job + " is to be removed");
            removed.add(job);
            through.engine.operations().remove(job, operator());
        });
    }

    private void resumeAll() {
        for (String id : ensemble.children("/sim/instances")) {
            boolean drained = ensemble.node("/sim/instances/" + id) instanceof Read.Present node
                    && InstanceCodec.decode(id, node.stat().created(), node.data())
                            instanceof Decoded.Value<Instance> value
                    && value.value().drained().isPresent();
            if (drained) {
                drain(id, false);
            }
        }
    }
}
