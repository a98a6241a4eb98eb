package io.elasticjob.simulation;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringClock;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.test.SimulatedFireSource;
import io.elasticjob.test.VirtualTime;
import io.elasticjob.testing.SimulatedRunner;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** One copy of the application. */
final class SimulatedProcess extends Fleet.Process {

    private final Simulation simulation;
    final String name;
    final MemoryRegistry registry;
    final List<JobDefinition> declared;
    private final SplittableRandom random;
    final VirtualTime.Watch watch;
    final JobEngine engine;
    final Duration drift;
    Duration wrongBy;
    /** Jobs that it must not make anew. */
    private final Set<String> known = new HashSet<>();

    final SimulatedRunner runner;
    final Set<String> handlers = new TreeSet<>();
    final int slots;
    private final Map<String, String> labels;
    private String lastId = "";
    /** Whether it knows that it has no connection: what is answered then it does not look at. */
    private boolean away;

    SimulatedProcess(
            Simulation simulation,
            String name,
            String application,
            List<JobDefinition> declared,
            SplittableRandom random) {
        this.simulation = simulation;
        this.name = name;
        this.declared = declared;
        this.random = random;
        drift = Duration.ofMillis(random.nextInt(-400, 401));
        wrongBy = simulation.calm || random.nextInt(12) > 0
                ? Duration.ZERO
                : Duration.ofSeconds(random.nextInt(-9_000, 9_000));
        watch = simulation.time.watch(Duration.ZERO);
        setClock();
        declared.forEach(job -> handlers.add(job.handler()));
        if (simulation.poison != null) {
            simulation.poison.jobs().forEach(job -> handlers.add(job.handler()));
        }
        handlers.add(
                Deployment.IN_SOME_VERSIONS); // the handler of a job that was taken out is mostly there all the same
        boolean isLocal = simulation.plan.chapter() != Plan.Chapter.CLOCKS && name.hashCode() % 3 == 0;
        registry =
                simulation.ensemble.client(Simulation.SESSION, new SeededFaults(random.split(), () -> simulation.calm));
        int spare = simulation.plan.chapter() == Plan.Chapter.STREAMS ? 5 : 0; // which are held without end
        slots = hasFewSlots() ? 1 + random.nextInt(3) : 4 + spare + random.nextInt(12);
        runner = runner();
        JobEngineBuilder builder = JobEngine.builder()
                .namespace("sim")
                .application(application)
                .version(simulation.version)
                .instanceName(name)
                .instanceIds(() -> {
                    lastId = name + "." + simulation.sessions++;
                    return lastId;
                })
                .registry(watched())
                .timekeeper(watch)
                .clock(simulation.clocks().of(isLocal ? FiringClock.LOCAL : FiringClock.REGISTRY))
                .eventExecutor(Runnable::run)
                .answerExecutor(watch::execute)
                .requestIds(() -> name + "-request-" + simulation.requests++)
                .jobLives(() -> "life-" + simulation.lives++)
                .maxTimeDiff(Simulation.MAX_TIME_DIFF)
                .fireSource(new SimulatedFireSource(watch, () -> !simulation.calm && random.nextInt(20) == 0))
                .runner(runner)
                .listener(event -> heard(event));
        declared.forEach(builder::job);
        if (simulation.poison != null) {
            simulation.poison.jobs().forEach(builder::job);
            builder.strategies(simulation.poison.strategies(name));
        }
        if (simulation.forgets) {
            builder.forgetUndeclaredAfter(Simulation.FORGET_AFTER);
        }
        if (isLimited()) {
            builder.limits(Limits.declared(declared));
        }
        if (hasFewSlots()) {
            builder.offerStarvedShardsAfter(OfferPromises.STARVED_AFTER);
        }
        if (isOfWholes()) {
            builder.firingListeners(
                            Wholes.listeners(simulation.promises.wholes().listener(name)))
                    .firingListenerExecutor(call -> watch.after(Duration.ofMillis(random.nextInt(300)), call));
        }
        if (simulation.plan.chapter() == Plan.Chapter.DIVISIONS) {
            builder.firingListeners(
                            Map.of(Wholes.LISTENER, simulation.promises.wholes().listener(name)))
                    .shardPlanners(Map.of(
                            Divisions.PLANNER, simulation.promises.divisions().planner(name, random.split())))
                    .firingListenerExecutor(call ->
                            watch.after(Duration.ofMillis(random.nextInt(simulation.calm ? 300 : 4_000)), call));
        }
        if (simulation.plan.chapter() == Plan.Chapter.HOMES) {
            labels = Placements.labels(name);
            builder.labels(labels).homesAfter(simulation.homesAfter);
        } else {
            labels = Map.of();
        }
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

    private void heard(ElasticJobEvent event) {
        simulation.promises.runs().heard(name, event);
        simulation.promises.broadcasts().heard(event);
        simulation.promises.wholes().heard(name, event);
        simulation.promises.divisions().heard(event);
        if (event instanceof ElasticJobEvent.RegistrySuspended || event instanceof ElasticJobEvent.SessionEnded) {
            away = true;
        } else if (event instanceof ElasticJobEvent.RegistryResumed
                || event instanceof ElasticJobEvent.InstanceRegistered) {
            away = false;
        }
        if (simulation.poison != null) {
            simulation.poison.heard(name, event);
        }
    }

    private SimulatedRunner runner() {
        SimulatedRunner runner = new SimulatedRunner(
                        name, simulation.time, watch, simulation.ledger, handlers, slots, this::duration)
                .checkpoints(() -> random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0)
                .streams(StreamPromises::isStream)
                .lasting(order -> order.context().jobName().equals(simulation.lastingJob) ? simulation.lasting : null)
                .outcomes(this::outcome)
                .canBeAsked(simulation.streamMutant == null || simulation.streamMutant.asks());
        if (random.nextInt(isCutting() ? 2 : 4) == 0) {
            runner.ignoreInterruptions();
        }
        return runner;
    }

    private Outcome outcome(ShardRunner.Order order) {
        if (simulation.plan.chapter() == Plan.Chapter.DIVISIONS) {
            return Divisions.outcome(order, random);
        }
        if (isOfWholes()) {
            return Wholes.outcome(order, random);
        }
        if (simulation.plan.chapter() == Plan.Chapter.CHAINS) {
            return Chains.outcome(order, random);
        }
        return isCutting() ? Cuts.outcome(order, random, simulation.calm) : new Outcome.Succeeded();
    }

    private boolean isOfWholes() {
        return simulation.plan.chapter() == Plan.Chapter.WHOLES || simulation.plan.chapter() == Plan.Chapter.RERUNS;
    }

    private Duration duration() {
        int kind = simulation.calm ? 0 : random.nextInt(10);
        if (kind == 9 || (kind > 6 && (hasFewSlots() || isCutting() || isLimited() || isOverlapping()))) {
            return Duration.ofMillis(random.nextInt(8_000));
        }
        return Duration.ofMillis(random.nextInt(kind < 5 ? 50 : 600));
    }

    private boolean hasFewSlots() {
        return simulation.plan.chapter() == Plan.Chapter.SLOTS;
    }

    private boolean isLimited() {
        return simulation.plan.chapter() == Plan.Chapter.LIMITS;
    }

    private boolean isCutting() {
        return simulation.plan.chapter() == Plan.Chapter.CUTS;
    }

    private boolean isOverlapping() {
        return simulation.plan.chapter() == Plan.Chapter.OVERLAPS;
    }

    boolean canRun(StoredJob job) {
        return runner.handlers().contains(job.effective().handler())
                && job.effective().placement().labels().matches(labels)
                && job.switches().off(name).isEmpty();
    }

    void setClock() {
        watch.skew(simulation
                .leapt
                .plus(drift)
                .plus(wrongBy)
                .plus(simulation.clocks().moves()));
    }

    /** Holds what is sent against what the engine has learnt, with everything between them that interferes. */
    private Registry watched() {
        Registry broken = simulation.interference.apply(new Sending(registry));
        if (simulation.poisonMutant != null) {
            broken = simulation.poisonMutant.wrap(
                    broken, () -> simulation.poison().hasThrown(name));
        }
        if (simulation.streamMutant != null) {
            broken = simulation.streamMutant.wrap(broken);
        }
        broken = simulation.clocks().wrap(broken);
        return new PassingRegistry(broken) {
            /** Whether the next read is one to settle something, or for an operator: it teaches nothing of jobs. */
            private boolean settles;

            @Override
            public CompletionStage<Void> sync(Session asking) {
                settles = true;
                return super.sync(asking).whenComplete((done, failed) -> settles = false); // no read may follow
            }

            @Override
            public CompletionStage<List<Read>> read(Session asking, List<String> paths) {
                if (settles) {
                    settles = false;
                    return super.read(asking, paths);
                }
                return super.read(asking, paths).thenApply(reads -> {
                    for (int i = 0; i < reads.size(); i++) {
                        if (!away
                                && !known.contains(paths.get(i))
                                && simulation.promises.seen().isSettled(paths.get(i), reads.get(i))) {
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
            if (simulation.forgets && !asking.id().equals(session)) {
                known.clear(); // what it knew may have been forgotten meanwhile
            }
            session = asking.id();
            writes.stream()
                    .filter(write -> write instanceof Write.Create && known.contains(write.path()))
                    .filter(write -> !write.path()
                            .startsWith(Observed.JOBS + Simulation.MADE)) // by an operator, as is checked elsewhere
                    .forEach(write ->
                            simulation.promises.violated(name + " makes a job anew that it knew: " + write.path()));
            return super.commit(asking, writes);
        }
    }
}
