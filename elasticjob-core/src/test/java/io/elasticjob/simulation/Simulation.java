package io.elasticjob.simulation;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Operator;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.Faults;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.testing.Ledger;
import io.elasticjob.testing.PassingRegistry;
import io.elasticjob.testing.SimulatedFireSource;
import io.elasticjob.testing.SimulatedRunner;
import io.elasticjob.testing.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several engines on one ensemble in memory, in virtual time, with everything going wrong that a plan says. First a time
 * of trouble, then a time of quiet, then a rolling restart; the history of all of it is held against what is
 * {@linkplain Promises promised}. Runs once, on one thread, and depends on nothing but its plan.
 */
final class Simulation {

    static final Duration SESSION = Duration.ofSeconds(6);
    static final Duration MAX_TIME_DIFF = Duration.ofSeconds(2);
    static final Duration FORGET_AFTER = Duration.ofHours(1);

    /** What the names of jobs begin with that operators make. */
    static final String MADE = "made-";

    private static final String JOBS = "/sim/jobs/";
    private static final Instant ORIGIN = Instant.parse("2026-03-01T00:00:00Z");
    /** From the end of the faults to the first firing that has to be on time: a session, a tick, and a period. */
    private static final Duration RECOVERY = Duration.ofSeconds(15);

    /** For a session to end, a leader to be found, and its rounds to come by. */
    private static final Duration LEADER_LOOKS = SESSION.plusSeconds(21);

    private static final String IN_SOME_VERSIONS = "in-some-versions";

    private static final Duration QUIET = Duration.ofSeconds(16);

    private final Plan plan;
    private final UnaryOperator<Registry> interference;
    private final boolean forgets;
    private final VirtualTime time = new VirtualTime(ORIGIN);
    private final VirtualTime.Watch clock = time.watch(Duration.ZERO);
    private final MemoryEnsemble ensemble = new MemoryEnsemble(clock);
    private final Ledger ledger = new Ledger();
    private final Trace trace = new Trace(clock::now);
    private final Promises promises = new Promises(time, clock, ensemble, ledger, trace);
    private final List<Process> processes = new ArrayList<>();

    /** What copies of the application declare that are started from now on. */
    private List<JobDefinition> jobs;

    private Duration leapt = Duration.ZERO;
    private boolean calm;
    private int started;
    private int sessions;

    /** One copy of the application. */
    final class Process {
        final String name;
        final MemoryRegistry registry;
        final List<JobDefinition> declared = jobs;
        private final SplittableRandom random;
        private final VirtualTime.Watch watch;
        private final JobEngine engine;
        private final Duration drift;
        private Duration wrongBy;
        /** Jobs that it must not make anew. */
        private final Set<String> known = new HashSet<>();

        private boolean leaving;
        private boolean frozen;

        private Process(String name, SplittableRandom random) {
            this.name = name;
            this.random = random;
            drift = Duration.ofMillis(random.nextInt(-400, 401));
            wrongBy =
                    calm || random.nextInt(12) > 0 ? Duration.ZERO : Duration.ofSeconds(random.nextInt(-9_000, 9_000));
            watch = time.watch(Duration.ZERO);
            setClock();
            registry = ensemble.client(SESSION, new SeededFaults(random.split()));
            JobEngine.Builder builder = JobEngine.builder()
                    .namespace("sim")
                    .instanceName(name)
                    .instanceIds(() -> name + "." + sessions++)
                    .registry(watched())
                    .timekeeper(watch)
                    .eventExecutor(Runnable::run)
                    .maxTimeDiff(MAX_TIME_DIFF)
                    .fireSource(new SimulatedFireSource(watch, () -> !calm && random.nextInt(20) == 0))
                    .runner(runner())
                    .listener(event -> promises.heard(name, event));
            declared.forEach(builder::job);
            if (forgets) {
                builder.forgetUndeclaredAfter(FORGET_AFTER);
            }
            engine = builder.build();
        }

        private SimulatedRunner runner() {
            Set<String> handlers = declared.stream().map(JobDefinition::handler).collect(Collectors.toSet());
            int slots = 4 + random.nextInt(12);
            SimulatedRunner runner = new SimulatedRunner(name, time, watch, ledger, handlers, slots, this::duration)
                    .checkpoints(() -> random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0);
            if (random.nextInt(4) == 0) {
                runner.ignoreInterruptions();
            }
            return runner;
        }

        private Duration duration() {
            int kind = calm ? 0 : random.nextInt(10);
            if (kind == 9) {
                return Duration.ofMillis(random.nextInt(8_000));
            }
            return Duration.ofMillis(random.nextInt(kind < 5 ? 50 : 600));
        }

        private boolean canRun(StoredJob job) {
            String handler = job.effective().handler();
            return declared.stream().anyMatch(definition -> definition.handler().equals(handler))
                    && job.switches().off(name).isEmpty();
        }

        private void setClock() {
            watch.skew(leapt.plus(drift).plus(wrongBy));
        }

        /** Holds what is sent against what the engine has learnt, with everything between them that interferes. */
        private Registry watched() {
            return new PassingRegistry(interference.apply(new Sending(registry))) {
                /** Whether the next read is one to settle something, or for an operator: it teaches nothing of jobs. */
                private boolean settles;

                @Override
                public CompletionStage<Void> sync(Session asking) {
                    settles = true;
                    return super.sync(asking);
                }

                @Override
                public CompletionStage<List<Read>> read(Session asking, List<String> paths) {
                    if (settles) {
                        settles = false;
                        return super.read(asking, paths);
                    }
                    return super.read(asking, paths).thenApply(reads -> {
                        for (int i = 0; i < reads.size(); i++) {
                            if (!known.contains(paths.get(i)) && promises.isSettled(paths.get(i), reads.get(i))) {
                                known.add(paths.get(i));
                            }
                        }
                        return reads;
                    });
                }
            };
        }

        private final class Sending extends PassingRegistry {
            private String session = "";

            Sending(Registry registry) {
                super(registry);
            }

            @Override
            public CompletionStage<Answer> commit(Session asking, List<Write> writes) {
                if (forgets && !asking.id().equals(session)) {
                    known.clear(); // what it knew may have been forgotten meanwhile
                }
                session = asking.id();
                writes.stream()
                        .filter(write -> write instanceof Write.Create && known.contains(write.path()))
                        .filter(write ->
                                !write.path().startsWith(JOBS + MADE)) // by an operator, as is checked elsewhere
                        .forEach(write -> promises.violated(name + " makes a job anew that it knew: " + write.path()));
                return super.commit(asking, writes);
            }
        }
    }

    private final class SeededFaults implements Faults {

        private final SplittableRandom random;
        /** Whether the server that the client is connected to hears of everything late. */
        private boolean laggard;

        SeededFaults(SplittableRandom random) {
            this.random = random;
        }

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
            if (calm) {
                return Duration.ofMillis(1);
            }
            return Duration.ofMillis(
                    laggard ? 200 + random.nextInt(1_800) : random.nextInt(4) == 0 ? random.nextInt(900) : 1);
        }

        @Override
        public boolean arrives() {
            return random.nextBoolean();
        }

        @Override
        public Duration reconnect() {
            laggard = random.nextInt(3) == 0;
            return Duration.ofMillis(random.nextInt(calm || random.nextBoolean() ? 50 : 1_500));
        }

        @Override
        public int behind(int most) {
            return random.nextBoolean() ? most : random.nextInt(most + 1);
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

    Simulation(Plan plan) {
        this(plan, null);
    }

    /**
     * @param mutant a rule of the protocol that all engines break; null for none
     */
    Simulation(Plan plan, @Nullable Mutant mutant) {
        this.plan = plan;
        this.interference = mutant == null ? registry -> registry : registry -> mutant.wrap(registry, ensemble::node);
        SplittableRandom random = new SplittableRandom(plan.seed());
        this.forgets = random.nextInt(3) == 0;
        this.jobs = deployment(random);
    }

    /** Runs it to its end. Gives what was violated, empty when every promise was kept. */
    List<String> run() {
        for (Plan.Step step : plan.steps()) {
            time.passUntil(ORIGIN.plus(step.at()));
            trace.note("--- " + step);
            step.what().happen(this, new SplittableRandom(step.seed()));
        }
        SplittableRandom random = new SplittableRandom(~plan.seed());
        time.pass(Duration.ofMillis(random.nextInt(3_000)));
        calm(random);
        Set<String> since = names(living());
        Instant promised = clock.now().plus(RECOVERY);
        Instant last = promised.plus(QUIET);
        passUntil(last.plusSeconds(3));
        promises.checkQuietTime(definitions(), promised, last);
        promises.triggers().checkQuiet(definitions(), since::contains);
        promises.checkLeftovers(
                definitions(), clock.now().minus(LEADER_LOOKS), time.nanoTime() - LEADER_LOOKS.toNanos());
        youngest()
                .ifPresentOrElse(
                        youngest -> {
                            promises.checkDeclarations(youngest.declared, names(living()));
                            rollingRestart(youngest.declared, random);
                            if (forgets) {
                                forget(youngest.declared, random);
                            }
                        },
                        () -> promises.violated("nobody is registered"));
        promises.checkRuns();
        return promises.violations();
    }

    String report() {
        return promises.violations().stream().limit(20).collect(Collectors.joining("\n"))
                + "\n\nafter these steps:\n"
                + plan
                + "\n\nin this history:\n"
                + trace.last(3_000);
    }

    // ---- What happens, as steps ask for it ------------------------------------------------------------------------

    MemoryEnsemble ensemble() {
        return ensemble;
    }

    Trace trace() {
        return trace;
    }

    /** Those that nobody has told to leave. */
    List<Process> living() {
        return processes.stream().filter(process -> !process.leaving).toList();
    }

    void after(Duration delay, Runnable task) {
        time.after(delay, task);
    }

    void deploy(SplittableRandom random) {
        jobs = deployment(random);
        trace.note("    from now on: " + jobs);
    }

    private static List<JobDefinition> deployment(SplittableRandom random) {
        List<JobDefinition> all = new ArrayList<>();
        all.add(JobDefinition.named("every-second")
                .every(Duration.ofSeconds(1))
                .shards(1 + random.nextInt(4))
                .failover(random.nextBoolean())
                .build());
        all.add(JobDefinition.named("every-five")
                .every(Duration.ofSeconds(5))
                .shards(1 + random.nextInt(6))
                .failover(random.nextBoolean())
                .set(JobKey.ON_SESSION_LOSS, random.nextBoolean() ? "CONTINUE" : "CANCEL")
                .set(JobKey.KEEP_CHECKPOINT, Boolean.toString(random.nextBoolean()))
                .build());
        all.add(JobDefinition.named("every-two-or-not-at-all")
                .every(Duration.ofSeconds(2))
                .misfire(Misfire.SKIP)
                .set(JobKey.MISFIRE_THRESHOLD, "11s")
                .build());
        all.add(JobDefinition.named("now-and-then-or-not-at-all")
                .every(Duration.ofSeconds(15))
                .misfire(Misfire.SKIP)
                .set(JobKey.MISFIRE_THRESHOLD, "11s")
                .build());
        all.add(JobDefinition.named("by-hand")
                .shards(1 + random.nextInt(4))
                .failover(random.nextBoolean())
                .build());
        all.add(JobDefinition.named("light")
                .every(Duration.ofSeconds(4))
                .shards(2)
                .monitorExecution(false)
                .build());
        if (random.nextBoolean()) {
            all.add(JobDefinition.named(IN_SOME_VERSIONS)
                    .every(Duration.ofSeconds(3))
                    .shards(2)
                    .failover(true)
                    .build());
        }
        return List.copyOf(all);
    }

    Process start(SplittableRandom random) {
        Process process = new Process("p" + started++, random.split());
        processes.add(process);
        trace.note("    " + process.name + " starts, its clock wrong by " + process.drift.plus(process.wrongBy));
        promises.started(process.name, process.declared);
        after(millis(random, 20_000), () -> correct(process));
        process.engine.start();
        return process;
    }

    void leave(Process process) {
        process.leaving = true;
        process.engine
                .drain()
                .thenRun(() -> process.watch.execute(() -> {
                    trace.note("    " + process.name + " has left");
                    process.registry.close();
                    process.watch.kill();
                    processes.remove(process);
                }));
        after(Duration.ofSeconds(20), () -> {
            if (processes.contains(process)) {
                trace.note("    " + process.name + " does not leave, and is killed");
                kill(process);
            }
        });
    }

    void kill(Process process) {
        process.leaving = true;
        process.watch.kill();
        process.registry.link().kill();
        processes.remove(process);
    }

    void freeze(Process process, Duration duration) {
        if (!process.frozen) {
            process.frozen = true;
            process.watch.freeze();
            process.registry.link().freeze();
            after(duration, () -> thaw(process));
        }
    }

    private void thaw(Process process) {
        if (process.frozen) {
            trace.note("    " + process.name + " thaws");
            process.frozen = false;
            process.registry.link().thaw();
            process.watch.thaw();
        }
    }

    void jump(Process process, Duration by, Duration duration) {
        trace.note("    its clock jumps by " + by);
        process.wrongBy = by;
        process.setClock();
        after(duration, () -> correct(process));
    }

    private void correct(Process process) {
        if (!process.wrongBy.isZero()) {
            trace.note("    the clock of " + process.name + " is set right");
            process.wrongBy = Duration.ZERO;
            process.setClock();
        }
    }

    void leap(Duration by) {
        trace.note("    all clocks leap by " + by);
        leapt = leapt.plus(by);
        clock.skew(leapt);
        processes.forEach(Process::setClock);
    }

    void deleteNodesOf(Process victim) {
        ensemble.children("/sim/instances").stream()
                .filter(id -> id.startsWith(victim.name + "."))
                .forEach(id -> ensemble.deleteTree("/sim/instances/" + id));
    }

    // ---- What operators ask for -----------------------------------------------------------------------------------

    /** Asks through a process, with whatever goes wrong for that. */
    void ask(Process through, Wish wish) {
        Commands.Command command = promises.commands().ask(through.name, wish);
        trace.note(() -> "    " + through.name + " is asked for " + command.name + ", " + wish);
        wish.ask(through.engine.operations(), new Operator("ann", command.name))
                .whenComplete((answer, failed) -> told(command, answer, failed));
    }

    private void told(Commands.Command command, @Nullable Object answer, @Nullable Throwable failed) {
        Throwable cause =
                failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
        trace.note(() -> command.process + " answers " + command.name + ": "
                + (cause == null ? "done" : cause.getClass().getSimpleName()));
        if (answer instanceof TriggerReceipt receipt) {
            command.receipt = receipt;
            promises.triggers().accepted(command, receipt);
            receipt.completion().thenAccept(status -> {
                trace.note(() -> command.process + " tells the end of trigger " + receipt.number() + " of "
                        + status.job() + " for " + command.name);
                promises.triggers().ended(command, receipt, status);
            });
        }
        promises.commands().told(command, cause);
    }

    Optional<StoredJob> anyJob(SplittableRandom random) {
        List<String> names = ensemble.children("/sim/jobs");
        return names.isEmpty() ? Optional.empty() : promises.job(names.get(random.nextInt(names.size())));
    }

    /** Numbers of the triggers that are there. */
    List<Long> triggersOf(String job) {
        return promises.triggers().numbers(job);
    }

    /** While there is one. */
    Process anyLiving(SplittableRandom random) {
        return living().get(random.nextInt(living().size()));
    }

    /** As it is registered now. */
    Optional<String> idOf(Process process) {
        return ensemble.children("/sim/instances").stream()
                .filter(id -> id.startsWith(process.name + "."))
                .findFirst();
    }

    /** Later on, through whatever process lives then. */
    void askLater(Duration delay, Wish wish) {
        after(delay, () -> {
            if (!living().isEmpty()) {
                ask(living().get(living().size() - 1), wish);
            }
        });
    }

    Instant now() {
        return clock.now();
    }

    // ---- What happens in the end ----------------------------------------------------------------------------------

    private void calm(SplittableRandom random) {
        trace.note("--- all is calm");
        calm = true;
        ensemble.start();
        for (Process process : List.copyOf(processes)) {
            correct(process);
            thaw(process);
            process.registry.link().heal();
        }
        if (living().isEmpty()) {
            start(random);
        }
        for (int seconds = 0; seconds < RECOVERY.toSeconds() - 2; seconds++) {
            after(Duration.ofSeconds(seconds), this::resumeAll);
        }
    }

    private void resumeAll() {
        ensemble.children("/sim/instances").stream()
                .filter(id -> promises.instance(id).flatMap(Instance::drained).isPresent())
                .forEach(id -> ask(living().get(0), new Wish.Drain(id, false)));
    }

    /** Every process is replaced by one of the same version, which starts before the other leaves. */
    private void rollingRestart(List<JobDefinition> same, SplittableRandom random) {
        trace.note("--- all are restarted, one after the other");
        jobs = same;
        List<JobDefinition> before = definitions();
        Instant from = clock.now();
        for (Process old : living()) {
            start(random);
            time.pass(Duration.ofSeconds(1));
            leave(old);
            time.pass(Duration.ofMillis(1_500));
        }
        Instant to = clock.now();
        time.pass(Duration.ofSeconds(3));
        promises.checkRollingRestart(
                before.stream().filter(job -> definitions().contains(job)).toList(), from, to);
    }

    /** A job that is declared no more is forgotten after a while, however rudely the processes are ended meanwhile. */
    private void forget(List<JobDefinition> declared, SplittableRandom random) {
        trace.note("--- " + IN_SOME_VERSIONS + " is declared no more");
        List<JobDefinition> rest = declared.stream()
                .filter(job -> !job.name().equals(IN_SOME_VERSIONS))
                .toList();
        rollingRestart(rest, random);
        time.pass(LEADER_LOOKS);
        living().forEach(this::kill);
        leap(FORGET_AFTER);
        start(random);
        time.pass(LEADER_LOOKS);
        promises.checkDeclarations(rest, names(living()));
        promises.checkForgotten(IN_SOME_VERSIONS);
    }

    /** The jobs that somebody can run, as the registry has them. */
    private List<JobDefinition> definitions() {
        return ensemble.children("/sim/jobs").stream()
                .map(promises::job)
                .flatMap(Optional::stream)
                .filter(job -> living().stream().anyMatch(process -> process.canRun(job)))
                .map(StoredJob::effective)
                .toList();
    }

    /** The live process that started last, as far as it knows itself: its first registration may never have been answered. */
    private Optional<Process> youngest() {
        return ensemble.children("/sim/instances").stream()
                .map(promises::instance)
                .flatMap(Optional::stream)
                .max(Comparator.comparingLong(Instance::startedOrder))
                .flatMap(youngest -> living().stream()
                        .filter(process -> process.name.equals(youngest.name()))
                        .findFirst());
    }

    private static Set<String> names(List<Process> processes) {
        return processes.stream().map(process -> process.name).collect(Collectors.toSet());
    }

    private void passUntil(Instant end) {
        time.pass(Duration.between(clock.now(), end));
    }

    private static Duration millis(SplittableRandom random, int most) {
        return Duration.ofMillis(random.nextInt(most));
    }
}
