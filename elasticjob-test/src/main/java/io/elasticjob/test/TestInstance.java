package io.elasticjob.test;

import io.elasticjob.JobOperations;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One instance of the namespace under test. All instances live in this JVM; each has a session of its own. What is done to
 * an instance takes effect before the method returns; what follows of it takes the time that it takes in production, such
 * as a session timeout, so let time pass.
 *
 * @since 0.1.0
 */
public final class TestInstance {

    private final SteppedTime time;
    private final MemoryRegistry client;
    private final Runnable settle;
    private final Supplier<Optional<JobEngine>> engine;
    private volatile @Nullable CountedRunner runner;
    private volatile @Nullable String name;

    /** What a dead process would have done; on the thread of the time alone. */
    private final Queue<Runnable> held = new ArrayDeque<>();

    private volatile boolean dead;

    TestInstance(SteppedTime time, MemoryRegistry client, Runnable settle, Supplier<Optional<JobEngine>> engine) {
        this.time = time;
        this.client = client;
        this.settle = settle;
        this.engine = engine;
    }

    /** Its name, which outlives its sessions. */
    public String name() {
        String known = name;
        if (known == null) {
            known = engine().self().name();
            name = known;
        }
        return known;
    }

    /** For one whose engine is somebody else's. */
    String nameOr(String unknown) {
        return name != null || engine.get().isPresent() ? name() : unknown;
    }

    /** Its engine, for what there is no method for here. */
    public JobEngine engine() {
        return engine.get()
                .orElseThrow(() -> new IllegalStateException(
                        "The application has no job engine: it declares no job, or its start-up is switched off"));
    }

    /** Steers the jobs of the namespace from this instance. */
    public JobOperations operations() {
        return engine().operations();
    }

    /** Whether it is registered, connected and was not killed. */
    public boolean isLive() {
        return !dead && engine().status().isConnected();
    }

    /**
     * The process dies: it does nothing more, and its session is left to expire. Handlers that run in it are interrupted, and
     * how they end is not recorded.
     */
    public void kill() {
        dead = true;
        client.link().kill();
        CountedRunner running = runner;
        if (running != null) {
            running.interruptAll();
        }
        settle.run();
    }

    /** The server expires its session now. The instance learns of it, and registers again under a new session. */
    public void expire() {
        client.link().expire();
        settle.run();
    }

    /** Nothing passes between the instance and ZooKeeper, in either direction, until {@link #heal}. */
    public void partition() {
        client.link().silence();
        settle.run();
    }

    /** Ends a {@link #partition}. */
    public void heal() {
        client.link().heal();
        settle.run();
    }

    boolean isDead() {
        return dead;
    }

    List<String> running() {
        CountedRunner present = runner;
        return present == null || dead ? List.of() : present.running();
    }

    /** The runner to be used in the place of this one. */
    ShardRunner counted(ShardRunner original) {
        CountedRunner counted = new CountedRunner(original, time.executions());
        runner = counted;
        return counted;
    }

    MemoryRegistry client() {
        return client;
    }

    /** Lets it end in order, also when it was killed. */
    void revive() {
        client.link().heal();
        time.execute(() -> {
            dead = false;
            held.forEach(time::execute);
            held.clear();
        });
    }

    /** Time as this process has it. */
    Timekeeper timekeeper() {
        return new Timekeeper() {
            @Override
            public Instant now() {
                return time.now();
            }

            @Override
            public long nanoTime() {
                return time.nanoTime();
            }

            @Override
            public void execute(Runnable task) {
                after(Duration.ZERO, task);
            }

            @Override
            public void after(Duration delay, Runnable task) {
                time.after(delay, () -> {
                    if (dead) {
                        held.add(task);
                    } else {
                        task.run();
                    }
                });
            }
        };
    }

    @Override
    public String toString() {
        return engine.get().isPresent() ? name() : "an instance that is not started";
    }
}
