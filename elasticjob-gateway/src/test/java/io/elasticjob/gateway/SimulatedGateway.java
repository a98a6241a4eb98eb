package io.elasticjob.gateway;

import io.elasticjob.FiringClock;
import io.elasticjob.JobDefinition;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.memory.Faults;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.test.SimulatedFireSource;
import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A process with a gateway, in virtual time: the desk and the crews' engines as they are, on a registry in memory. */
final class SimulatedGateway {

    static final Duration SESSION = Duration.ofSeconds(6);

    private static final Duration LOOK = Duration.ofMillis(100);

    final String name;
    final VirtualTime.Watch watch;
    final Desk desk;

    private final MemoryEnsemble ensemble;
    private final Supplier<Faults> faults;
    private final List<JobDefinition> jobs;
    private final Set<WorkerMutant> broken;
    private final List<MemoryRegistry> registries = new ArrayList<>();
    private boolean isFrozen;
    private boolean isDead;
    private boolean isStopping;
    private int nonces;

    /** @param broken rules, of the engines or of what their runners hear of them */
    SimulatedGateway(
            String name,
            VirtualTime time,
            MemoryEnsemble ensemble,
            Supplier<Faults> faults,
            List<JobDefinition> jobs,
            Set<WorkerMutant> broken) {
        this.name = name;
        this.watch = time.watch(Duration.ZERO);
        this.ensemble = ensemble;
        this.faults = faults;
        this.jobs = jobs;
        this.broken = broken;
        Outside outside = new Outside(
                this::start,
                engine -> {},
                () -> name + "-" + nonces++,
                () -> List.of("https://others"),
                new WorkerLogs(new ExecutionLogs(), 0),
                event -> {});
        this.desk = new Desk(watch, outside, new GatewayLimits(100, 10, 0), SESSION);
    }

    private CompletionStage<CrewEngine> start(CrewKey crew, ShardRunner runner) {
        MemoryRegistry registry = ensemble.client(SESSION, faults.get());
        registries.add(registry);
        Registry through = registry;
        ShardRunner heard = runner;
        for (WorkerMutant mutant : broken) {
            through = mutant.wrap(through, ensemble::node);
            heard = new PassingRunner(heard, mutant::wrap);
        }
        String instance = crew.name() + ":" + name + "-" + nonces++;
        int[] sessions = new int[1];
        JobEngineBuilder builder = JobEngine.builder()
                .clock(FiringClock.LOCAL) // as the histories were that show broken rules
                .namespace("sim")
                .application("sim")
                .instanceName(instance)
                .instanceIds(() -> instance + "." + sessions[0]++)
                .requestIds(() -> instance + "-request-" + nonces++)
                .jobLives(() -> "life-" + name + "-" + nonces++)
                .registry(through)
                .timekeeper(watch)
                .eventExecutor(Runnable::run)
                .answerExecutor(watch::execute)
                .fireSource(new SimulatedFireSource(watch))
                .runner(heard);
        jobs.forEach(builder::job);
        JobEngine engine = builder.build();
        engine.start();
        return CompletableFuture.completedFuture(new JobEngineOfCrew(engine) {
            @Override
            public CompletionStage<Void> drain() {
                return super.drain().thenRun(() -> watch.execute(registry::close));
            }
        });
    }

    boolean isFrozen() {
        return isFrozen;
    }

    /** Whether it takes requests. */
    boolean isThere() {
        return !isDead;
    }

    /** Whether it is neither dead nor about to leave. */
    boolean stays() {
        return !isDead && !isStopping;
    }

    void kill() {
        isDead = true;
        watch.kill();
        registries.forEach(registry -> registry.link().kill());
    }

    void freeze() {
        isFrozen = true;
        watch.freeze();
        registries.forEach(registry -> registry.link().freeze());
    }

    void thaw() {
        isFrozen = false;
        registries.forEach(registry -> registry.link().thaw());
        watch.thaw();
    }

    void cutOff() {
        registries.forEach(registry -> registry.link().cut());
    }

    void heal() {
        registries.forEach(registry -> registry.link().heal());
    }

    /** As its application does when it stops: sends its workers elsewhere, and leaves when none is there any more. */
    void stop() {
        isStopping = true;
        watch.execute(() -> {
            desk.stop();
            look();
        });
    }

    private void look() {
        if (desk.isEmpty()) {
            watch.after(Duration.ofSeconds(1), () -> isDead = true);
        } else {
            watch.after(LOOK, this::look);
        }
    }
}
