package io.elasticjob.simulation;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.Operator;
import io.elasticjob.RerunReceipt;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.coordination.PastFiring;
import io.elasticjob.coordination.Startup;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.memory.Change;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.test.VirtualTime;
import io.elasticjob.testing.Ledger;
import io.elasticjob.testing.PoisonZones;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
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

    private static final Instant ORIGIN = Instant.parse("2026-03-01T00:00:00Z");
    /** From the end of the faults to the first firing that has to be on time: a session, a tick, and a period. */
    private static final Duration RECOVERY = Duration.ofSeconds(15);

    private static final String INSTANCES = "/sim/instances/";

    private static final Duration QUIET = Duration.ofSeconds(16);

    final Plan plan;
    final UnaryOperator<Registry> interference;
    /** Null but in the chapter of that name. */
    final @Nullable Poison poison;

    final @Nullable PoisonMutant poisonMutant;
    final @Nullable StreamMutant streamMutant;
    final boolean forgets;
    final Duration homesAfter;
    private final UnaryOperator<JobDefinition> declaring;
    final VirtualTime time = new VirtualTime(ORIGIN);
    final VirtualTime.Watch clock = time.watch(Duration.ZERO);
    private final VirtualTime.Watch stamps = time.watch(Duration.ZERO);
    final MemoryEnsemble ensemble = new MemoryEnsemble(stamps);
    final Ledger ledger = new Ledger();
    private final Trace trace = new Trace(clock::now);
    final Promises promises = new Promises(time, clock, ensemble, ledger, trace);
    private final OfferPromises offers = new OfferPromises(time, promises::violated);
    private final SimulatedClocks clocks = new SimulatedClocks(this, stamps);
    private final Fleet<SimulatedProcess> fleet = new Fleet<>(time, trace);

    /** What copies of the application declare that are started from now on. */
    private List<JobDefinition> jobs;

    /** Instances that were taken off by somebody's hand, for which none can be prepared. */
    private final Set<String> forced = new HashSet<>();

    /** Names under which another process was there before. */
    private final Set<String> cameBack = new HashSet<>();

    /** When each instance that ever was did register. */
    private final Map<String, Instant> registered = new HashMap<>();

    Duration leapt = Duration.ZERO;
    boolean calm;
    /** So long what is to be cancelled takes; null for as long as chance says. */
    @Nullable
    Duration lasting;

    String lastingJob = Cuts.BY_HAND;
    /** Of what is started from now on. */
    String version = "v0";

    private int started;
    int sessions;
    int requests;
    int lives;

    Simulation(Plan plan) {
        this(plan, null, null, null);
    }

    /** @param mutant a rule of the protocol that all engines break */
    Simulation(Plan plan, Mutant mutant) {
        this(plan, mutant, null, null);
    }

    /** @param mutant a rule about poison that all engines break */
    Simulation(Plan plan, PoisonMutant mutant) {
        this(plan, null, mutant, null);
    }

    /** @param mutant a rule about executions that move, which all engines break */
    Simulation(Plan plan, StreamMutant mutant) {
        this(plan, null, null, mutant);
    }

    /** @param mutant a rule about clocks that all engines break */
    Simulation(Plan plan, ClockMutant mutant) {
        this(plan, null, null, null);
        clocks.broken(mutant);
    }

    private Simulation(
            Plan plan,
            @Nullable Mutant mutant,
            @Nullable PoisonMutant poisonMutant,
            @Nullable StreamMutant streamMutant) {
        this.plan = plan;
        this.poison = plan.chapter() == Plan.Chapter.POISON ? new Poison(ensemble, ledger, promises::violated) : null;
        this.poisonMutant = poisonMutant;
        this.streamMutant = streamMutant;
        this.homesAfter = mutant instanceof PlacementMutant placed ? placed.homesAfter() : Placements.HOMES_AFTER;
        this.declaring = mutant == null ? job -> job : mutant::declared;
        this.interference = mutant == null ? registry -> registry : registry -> mutant.wrap(registry, ensemble::node);
        SplittableRandom random = new SplittableRandom(plan.seed());
        ensemble.observe(this::changed);
        ensemble.observe(offers::changed);
        this.forgets = random.nextInt(3) == 0;
        this.jobs = Deployment.of(plan.chapter(), random);
    }

    /** Runs it to its end. Gives what was violated, empty when every promise was kept. */
    List<String> run() {
        PoisonZones.gone(false);
        try {
            return runToItsEnd();
        } finally {
            PoisonZones.gone(false);
        }
    }

    private List<String> runToItsEnd() {
        for (Plan.Step step : plan.steps()) {
            time.passUntil(ORIGIN.plus(step.at()));
            trace.note("--- " + step);
            step.what().happen(this, new SplittableRandom(step.seed()));
        }
        SplittableRandom random = new SplittableRandom(~plan.seed());
        time.pass(Duration.ofMillis(random.nextInt(3_000)));
        calm(random);
        Set<String> since = names(living());
        since.removeAll(cameBack); // what the former one of the name was asked for nobody answers
        Instant promised = clock.now().plus(RECOVERY);
        Instant last = promised.plus(QUIET);
        clocks.stepInQuietTime(random);
        passUntil(promised);
        promises.limits().quiet();
        passUntil(last.plusSeconds(3));
        clocks.check(ledger);
        promises.limits().checkQuiet(definitions(), promised);
        promises.firings().checkQuietTime(definitions(), promised, last);
        offers.checkQuiet();
        promises.streams().check(definitions(), names(living()));
        promises.wholes().checkQuiet(definitions());
        promises.divisions().checkQuiet();
        promises.chains().checkQuiet();
        promises.cuts().checkQuiet(definitions(), since::contains, promised);
        promises.pauses().checkQuiet(definitions());
        promises.plans().checkQuiet(definitions());
        promises.overlaps().checkQuiet();
        promises.broadcasts().checkRuns(definitions(), living(), (process, job) -> process.canRun(job), promised, last);
        promises.placements().checkQuiet(promised, last);
        promises.triggers().checkQuiet(definitions(), since::contains);
        promises.jobs()
                .checkLeftovers(
                        definitions(),
                        clock.now().minus(Epilogue.LEADER_LOOKS),
                        time.nanoTime() - Epilogue.LEADER_LOOKS.toNanos());
        if (poison != null) {
            poison.checkTold(names(living()), promises);
            trace.note("--- what was poisoned is put right");
            time.pass(poison.putRight());
            Instant right = time.now();
            time.pass(poison.untilAllHaveRun());
            poison.checkRuns(right);
        }
        youngest()
                .ifPresentOrElse(
                        youngest -> {
                            promises.jobs().checkDeclarations(youngest.declared, names(living()));
                            Epilogue epilogue = new Epilogue(this);
                            epilogue.rollingRestart(youngest.declared, random);
                            epilogue.rival(youngest.declared, random);
                            if (forgets) {
                                epilogue.forget(youngest.declared, random);
                            }
                        },
                        () -> promises.violated("nobody is registered"));
        if (plan.chapter() == Plan.Chapter.CUTS) {
            new Epilogue(this).cut();
        }
        if (plan.chapter() == Plan.Chapter.LIMITS) {
            time.pass(Epilogue.LEADER_LOOKS.multipliedBy(2));
            promises.limits().checkEnd();
        }
        if (plan.chapter() == Plan.Chapter.OVERLAPS) {
            new Epilogue(this).overlap();
        }
        if (plan.chapter() == Plan.Chapter.BROADCASTS) {
            time.pass(Epilogue.LEADER_LOOKS.multipliedBy(4));
            promises.broadcasts().checkEnd();
        }
        if (plan.chapter() == Plan.Chapter.HOMES) {
            time.pass(Epilogue.LEADER_LOOKS.plus(Placements.HOMES_AFTER.multipliedBy(2)));
            promises.placements().checkEnd(definitions(), living(), (process, job) -> process.canRun(job));
            new Epilogue(this).homes(random);
        }
        if (plan.chapter() == Plan.Chapter.DIVISIONS) {
            time.pass(Epilogue.LEADER_LOOKS.multipliedBy(2));
            promises.divisions().checkEnd();
        }
        promises.runs().checkRuns();
        promises.divisions().checkRuns();
        promises.reruns().checkRuns();
        return promises.violations();
    }

    /** How many firings were closed as wholes, and how often it was told in the place of a dead instance. */
    List<Integer> wholes() {
        return List.of(promises.wholes().closes(), promises.wholes().retaken());
    }

    /** How many firings had a plan, and how often it was made in the place of a dead instance. */
    List<Integer> divisions() {
        return promises.divisions().counts();
    }

    /** How often a job was run by a join, and how many joins ended without that. */
    List<Integer> joins() {
        return promises.chains().counts();
    }

    /** How often a job was run by a join after all, because a firing before it was run again. */
    int lateJoins() {
        return promises.chains().late();
    }

    /** How many shards were run by an instance that they were offered to. */
    int taken() {
        return offers.taken();
    }

    /** How many shards have waited for a limit. */
    int limited() {
        return promises.limits().waited();
    }

    /** How often a failure was followed by a retry, an end recorded though it was none, a firing cancelled. */
    List<Integer> cuts() {
        return promises.cuts().counts();
    }

    /** How many firings ran though a later one had come due. */
    int waited() {
        return promises.overlaps().waited();
    }

    /** How many shards were taken back from processes that were gone. */
    int takenBack() {
        return promises.broadcasts().takenBack();
    }

    /** How many shards got another home. */
    int moved() {
        return promises.placements().moved();
    }

    /** How many past firings were to run again. */
    int reruns() {
        return promises.reruns().reruns();
    }

    /** What is kept of the past firings of a job. */
    List<PastFiring> kept(String job) {
        return promises.reruns().kept(job);
    }

    /** How many triggers were made of plans. */
    int planned() {
        return promises.plans().made();
    }

    /** How many jobs have paused because their firings failed. */
    int pauses() {
        return promises.pauses().pauses();
    }

    String report() {
        return promises.violations().stream().limit(20).collect(Collectors.joining("\n"))
                + "\n\nafter these steps:\n"
                + plan
                + "\n\nin this history:\n"
                + trace.last(3_000);
    }

    // ---- What instances owe to one another ------------------------------------------------------------------------

    /** Before the ensemble ends the session of an instance that it has not heard of, that has cancelled what it runs. */
    private void changed(Change change) {
        if (!change.path().startsWith(INSTANCES)) {
            return;
        }
        String id = change.path().substring(INSTANCES.length());
        if (change.before() instanceof Read.Absent) {
            registered.put(id, time.now());
        } else if (change.after() instanceof Read.Absent) {
            fleet.all().stream()
                    .filter(process -> id.startsWith(process.name + ".") && !process.isLeaving() && !process.isFrozen())
                    .filter(process -> !forced.contains(id) && idOf(process).isEmpty())
                    .forEach(process -> checkCancelled(process, id));
        }
    }

    /** What its process began later, it began as another instance: the node of the former one may outlast that. */
    private void checkCancelled(SimulatedProcess process, String gone) {
        Instant next = registered.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(process.name + "."))
                .map(Map.Entry::getValue)
                .filter(at -> at.isAfter(registered.get(gone)))
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
        ledger.entries().stream()
                .filter(entry -> entry.process.equals(process.name) && entry.ended == null && !entry.cancelled)
                .filter(entry -> entry.started.isBefore(next))
                .filter(entry -> !entry.id.job().equals(Deployment.MAY_CONTINUE))
                .forEach(entry -> promises.violated("goes on though its instance is no more: " + entry));
    }

    // ---- What happens, as steps ask for it ------------------------------------------------------------------------

    SimulatedClocks clocks() {
        return clocks;
    }

    /** In the chapter of that name. */
    Poison poison() {
        return Objects.requireNonNull(poison);
    }

    MemoryEnsemble ensemble() {
        return ensemble;
    }

    Trace trace() {
        return trace;
    }

    /** Those that nobody has told to leave. */
    List<SimulatedProcess> living() {
        return fleet.living();
    }

    void after(Duration delay, Runnable task) {
        time.after(delay, task);
    }

    void deploy(SplittableRandom random) {
        deploy(Deployment.of(plan.chapter(), random));
        version = "v" + random.nextInt(3);
        trace.note("    from now on: " + jobs);
    }

    void deploy(List<JobDefinition> declared) {
        jobs = declared;
    }

    SimulatedProcess start(SplittableRandom random) {
        clocks.putRightForOneThatStarts();
        return start("sim", jobs, random);
    }

    SimulatedProcess start(String application, List<JobDefinition> declared, SplittableRandom random) {
        return start("p" + started++, application, declared, random);
    }

    /** Under the name of one that has gone, once nothing is left of it. */
    void comeBack(SimulatedProcess former, SplittableRandom random) {
        boolean isLeft = fleet.all().contains(former)
                || ensemble.children("/sim/instances").stream().anyMatch(id -> id.startsWith(former.name + "."));
        if (calm || living().stream().anyMatch(process -> process.name.equals(former.name))) {
            return;
        }
        if (isLeft) {
            after(Duration.ofSeconds(1), () -> comeBack(former, random));
        } else {
            cameBack.add(former.name);
            start(former.name, "sim", jobs, random);
        }
    }

    /** Another process under a name that was there before. */
    void startAs(String name, SplittableRandom random) {
        start(name, "sim", jobs, random);
    }

    private SimulatedProcess start(
            String name, String application, List<JobDefinition> declared, SplittableRandom random) {
        List<JobDefinition> ofVersion = declared.stream()
                .map(declaring)
                .map(job -> Startup.versioned(job, version))
                .toList();
        SimulatedProcess process = new SimulatedProcess(this, name, application, ofVersion, random.split());
        fleet.add(process);
        trace.note("    " + process.name + " starts, its clock wrong by " + process.drift.plus(process.wrongBy));
        promises.jobs().started(process.name, process.declared);
        after(millis(random, 20_000), () -> correct(process));
        process.engine.start();
        return process;
    }

    void leave(SimulatedProcess process) {
        fleet.leave(process);
    }

    void kill(SimulatedProcess process) {
        fleet.kill(process);
    }

    void freeze(SimulatedProcess process, Duration duration) {
        fleet.freeze(process, duration);
    }

    void jump(SimulatedProcess process, Duration by, Duration duration) {
        trace.note("    its clock jumps by " + by);
        process.wrongBy = by;
        process.setClock();
        after(duration, () -> correct(process));
    }

    private void correct(SimulatedProcess process) {
        if (!process.wrongBy.isZero()) {
            trace.note("    the clock of " + process.name + " is set right");
            process.wrongBy = Duration.ZERO;
            process.setClock();
        }
    }

    /** Those of machines may go along with ZooKeeper's. */
    void clocksMoved() {
        fleet.all().forEach(SimulatedProcess::setClock);
    }

    void leap(Duration by) {
        trace.note("    all clocks leap by " + by);
        leapt = leapt.plus(by);
        clock.skew(leapt);
        clocks.leapt();
        fleet.all().forEach(SimulatedProcess::setClock);
    }

    void offer(SimulatedProcess process, SplittableRandom random) {
        Set<String> fewer = new TreeSet<>(process.handlers);
        fewer.removeIf(handler -> random.nextInt(3) == 0);
        int slots = random.nextInt(6);
        trace.note("    it can run " + fewer + ", " + slots + " at once");
        process.runner.offer(fewer, slots);
        after(millis(random, 9_000), () -> {
            if (!calm) {
                offerAll(process);
            }
        });
    }

    private void offerAll(SimulatedProcess process) {
        trace.note("    " + process.name + " can run everything again");
        process.runner.offer(process.handlers, process.slots);
    }

    void expire(SimulatedProcess victim) {
        idOf(victim).ifPresent(forced::add);
        victim.registry.link().expire();
    }

    void deleteNodesOf(SimulatedProcess victim) {
        ensemble.children("/sim/instances").stream()
                .filter(id -> id.startsWith(victim.name + "."))
                .peek(forced::add) // also of a former session that has not ended
                .forEach(id -> ensemble.deleteTree("/sim/instances/" + id));
    }

    /** Not where an operator has written what must hold. */
    void poisonNodesOf(SimulatedProcess victim, SplittableRandom random) {
        ensemble.children("/sim/instances").stream()
                .filter(id -> id.startsWith(victim.name + "."))
                .filter(id -> promises.seen()
                        .instance(id)
                        .filter(shown -> shown.drained().isEmpty())
                        .isPresent())
                .forEach(id -> poison().overwriteInstance(id, random));
    }

    /** What comes of it nobody waits for. */
    void triggerPoisoned(SimulatedProcess through) {
        poison().jobs().forEach(job -> through.engine.operations().trigger(TriggerRequest.of(job.name())));
    }

    // ---- What operators ask for -----------------------------------------------------------------------------------

    /** Asks through a process, with whatever goes wrong for that. */
    void ask(SimulatedProcess through, Wish wish) {
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
        if (answer instanceof RerunReceipt rerun && command.wish instanceof Wish.Rerun wish) {
            promises.reruns().accepted(wish.request(), rerun);
        }
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
        List<String> names = ensemble.children("/sim/jobs").stream()
                .filter(name -> !Poison.isBad(name))
                .toList();
        return names.isEmpty() ? Optional.empty() : promises.seen().job(names.get(random.nextInt(names.size())));
    }

    /** Numbers of the triggers that are there. */
    List<Long> triggersOf(String job) {
        return promises.triggers().numbers(job);
    }

    /** While there is one. */
    SimulatedProcess anyLiving(SplittableRandom random) {
        return living().get(random.nextInt(living().size()));
    }

    /** As it is registered now: the node of a former session may still be there. */
    Optional<String> idOf(SimulatedProcess process) {
        return ensemble.children("/sim/instances").stream()
                .filter(id -> id.startsWith(process.name + "."))
                .max(Comparator.comparing(registered::get));
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
        clocks.right();
        ensemble.start();
        for (SimulatedProcess process : fleet.all()) {
            correct(process);
            fleet.thaw(process);
            process.registry.link().heal();
            if (!process.runner.handlers().equals(process.handlers)) {
                if (random.nextBoolean()) {
                    process.runner.offer(process.runner.handlers(), process.slots); // some are missing for good
                } else {
                    offerAll(process);
                }
            } else if (process.runner.slots() != process.slots) {
                offerAll(process);
            }
        }
        while (living().size() < (plan.chapter() == Plan.Chapter.HOMES ? 2 : 1)) {
            start(random);
        }
        if (poison != null) {
            poison.stays(random);
        }
        for (int seconds = 0; seconds < RECOVERY.toSeconds() - 2; seconds++) {
            after(Duration.ofSeconds(seconds), this::resumeAll);
        }
    }

    private void resumeAll() {
        ensemble.children("/sim/instances").stream()
                .filter(id ->
                        promises.seen().instance(id).flatMap(Instance::drained).isPresent())
                .forEach(id -> ask(living().get(0), new Wish.Drain(id, false)));
    }

    /** The jobs that somebody can run, as the registry has them. */
    List<JobDefinition> definitions() {
        return ensemble.children("/sim/jobs").stream()
                .filter(name -> !Poison.isBad(name))
                .map(promises.seen()::job)
                .flatMap(Optional::stream)
                .filter(job -> Placements.isEnough(
                        job.effective(),
                        job.shardCount().largest(),
                        living().stream().filter(process -> process.canRun(job)).count()))
                .filter(job -> job.isMade() || isDeclared(job.name()))
                .map(StoredJob::effective)
                .toList();
    }

    private boolean isDeclared(String job) {
        return living().stream()
                .flatMap(process -> process.declared.stream())
                .anyMatch(definition -> definition.name().equals(job));
    }

    /** The live process that started last, as far as it knows itself: its first registration may never have been answered. */
    private Optional<SimulatedProcess> youngest() {
        return ensemble.children("/sim/instances").stream()
                .map(promises.seen()::instance)
                .flatMap(Optional::stream)
                .max(Comparator.comparingLong(Instance::startedOrder))
                .flatMap(youngest -> living().stream()
                        .filter(process -> process.name.equals(youngest.name()))
                        .findFirst());
    }

    static Set<String> names(List<SimulatedProcess> processes) {
        return processes.stream().map(process -> process.name).collect(Collectors.toSet());
    }

    private void passUntil(Instant end) {
        time.pass(Duration.between(clock.now(), end));
    }

    private static Duration millis(SplittableRandom random, int most) {
        return Duration.ofMillis(random.nextInt(most));
    }
}
