package io.elasticjob.boot.autoconfigure;

import io.elasticjob.engine.JobEngine;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the job engine when everything else has been started, and stops it before anything else is stopped: running
 * shards find the application whole. Where there is no job it does nothing.
 */
public final class JobEngineLifecycle implements SmartLifecycle, SmartInitializingSingleton {

    private final BooleanSupplier wanted;
    private final Supplier<JobEngine> made;
    private final boolean autoStartup;
    private final Duration patience;

    private volatile @Nullable JobEngine engine;
    private volatile boolean running;
    private boolean stopped; // guarded by this

    /**
     * @param wanted whether there is anything to run; asked when all singletons have been made
     * @param made the engine; asked only when it is wanted
     * @param patience with running shards, at a stop
     */
    public JobEngineLifecycle(
            BooleanSupplier wanted, Supplier<JobEngine> made, boolean autoStartup, Duration patience) {
        this.wanted = wanted;
        this.made = made;
        this.autoStartup = autoStartup;
        this.patience = patience;
    }

    /** The engine of this application; empty when it has no job, or before all singletons have been made. */
    public Optional<JobEngine> engine() {
        return Optional.ofNullable(engine);
    }

    /** Makes the engine, so that whatever is wrong with the jobs is told before a server takes requests. */
    @Override
    public void afterSingletonsInstantiated() {
        if (wanted.getAsBoolean() && autoStartup) {
            engine = made.get();
        }
    }

    @Override
    public synchronized void start() {
        if (stopped) {
            throw new IllegalStateException("The job engine has left the registry and can not be started again:"
                    + " close the application context and make a new one.");
        }
        if (engine == null && wanted.getAsBoolean()) {
            engine = made.get();
        }
        running = true;
        engine().ifPresent(JobEngine::start);
    }

    /** Drains, waits for running shards as long as a shutdown phase allows, and leaves. */
    @Override
    public synchronized void stop() {
        if (running) {
            engine().ifPresent(leaving -> {
                stopped = true;
                leaving.close(patience);
            });
            running = false;
        }
    }

    @Override
    public void stop(Runnable callback) {
        if (engine == null) {
            stop();
            callback.run();
            return;
        }
        Thread leaving = new Thread(
                () -> {
                    try {
                        stop();
                    } finally {
                        callback.run();
                    }
                },
                "elasticjob-shutdown");
        leaving.start();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public boolean isAutoStartup() {
        return autoStartup;
    }

    /** Not paused between tests: an engine that has left does not come back. */
    @Override
    public boolean isPauseable() {
        return false;
    }

    /** The last to start and, since phases are stopped in reverse, stopped before the web server is. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}
