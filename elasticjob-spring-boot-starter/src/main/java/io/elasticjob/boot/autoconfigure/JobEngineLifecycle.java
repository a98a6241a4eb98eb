package io.elasticjob.boot.autoconfigure;

import io.elasticjob.engine.JobEngine;
import io.elasticjob.view.EngineStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the job engine when everything else has been started, and stops it before anything else is stopped: running
 * shards find the application whole. Where there is no job it does nothing.
 *
 * <p>May be started again after a stop, as often as one likes: each start makes a new engine, and so a new instance in the
 * registry. A start that comes during a stop waits for the end of that.
 */
public final class JobEngineLifecycle implements SmartLifecycle, SmartInitializingSingleton, DisposableBean {

    /** How much longer than the patience a stop may take until a start gives up: the registry, and what was interrupted. */
    private static final Duration LAST_WORDS = Duration.ofMinutes(1);

    private final BooleanSupplier wanted;
    private final Supplier<JobEngine> made;
    private final boolean autoStartup;
    private final Duration patience;
    private final Runnable afterwards;

    /** The present one, or the one that was stopped. */
    private volatile @Nullable JobEngine engine;

    /** From the beginning of a start to the beginning of a stop. */
    private volatile boolean running;

    private @Nullable Stop lastStop; // guarded by this

    /** That of the nearest context above that has one. */
    private final @Nullable JobEngineLifecycle above;

    /** Those of contexts below, by number. */
    private final ConcurrentSkipListMap<Integer, JobEngineLifecycle> below = new ConcurrentSkipListMap<>();

    /** Among those of the context above. */
    private final int number;

    /**
     * @param wanted whether there is anything to run; asked when all singletons have been made
     * @param made a new engine for each start; asked only when it is wanted
     * @param patience with running shards, at a stop
     */
    public JobEngineLifecycle(
            BooleanSupplier wanted, Supplier<JobEngine> made, boolean autoStartup, Duration patience) {
        this(wanted, made, autoStartup, patience, () -> {}, null);
    }

    /**
     * @param afterwards called when the engine of a stop has been closed
     * @param above that of the nearest context above that has one
     */
    JobEngineLifecycle(
            BooleanSupplier wanted,
            Supplier<JobEngine> made,
            boolean autoStartup,
            Duration patience,
            Runnable afterwards,
            @Nullable JobEngineLifecycle above) {
        this.wanted = wanted;
        this.made = made;
        this.autoStartup = autoStartup;
        this.patience = patience;
        this.afterwards = afterwards;
        this.above = above;
        this.number = above == null ? 0 : above.lowestFree();
    }

    private int lowestFree() {
        int free = 1;
        while (below.containsKey(free)) {
            free++;
        }
        return free;
    }

    /**
     * The engine of this context, else the first one of those below it; empty when there is no job, or before all singletons
     * have been made.
     */
    public Optional<JobEngine> engine() {
        return engines().findFirst();
    }

    /** How the engine of this context is, or, where one of those below is worse, how that is. */
    Optional<EngineStatus> status() {
        List<EngineStatus> all = engines().map(JobEngine::status).toList();
        return all.stream()
                .filter(status -> !status.isConnected()
                        || status.stuckSince().isPresent()
                        || status.impaired().isPresent())
                .findFirst()
                .or(() -> all.stream().findFirst());
    }

    private Stream<JobEngine> engines() {
        return Stream.concat(Stream.ofNullable(engine), below.values().stream().flatMap(JobEngineLifecycle::engines));
    }

    /** What tells the instance of this context from those of contexts above: "" for the topmost one, else like {@code -1-2}. */
    String suffix() {
        return above == null ? "" : above.suffix() + "-" + number;
    }

    /** Makes the engine, so that whatever is wrong with the jobs is told before a server takes requests. */
    @Override
    public void afterSingletonsInstantiated() {
        if (above != null) {
            above.below.put(number, this);
        }
        if (wanted.getAsBoolean() && autoStartup) {
            engine = made.get();
        }
    }

    @Override
    public void start() {
        awaitStop();
        synchronized (this) {
            if (running) {
                return;
            }
            if ((engine == null || lastStop != null) && wanted.getAsBoolean()) {
                engine = made.get();
            }
            lastStop = null;
            running = true;
            JobEngine present = engine;
            if (present != null) {
                present.start();
            }
        }
    }

    /** Drains, waits for running shards as long as a shutdown phase allows, and leaves. */
    @Override
    public void stop() {
        beginStop().ifPresent(Stop::run);
    }

    @Override
    public void stop(Runnable callback) {
        Optional<Stop> stop = beginStop();
        if (stop.isEmpty()) {
            callback.run();
            return;
        }
        Thread leaving = new Thread(
                () -> {
                    try {
                        stop.get().run();
                    } finally {
                        callback.run();
                    }
                },
                "elasticjob-shutdown");
        leaving.start();
    }

    /** Empty when there is nothing to stop. */
    private synchronized Optional<Stop> beginStop() {
        JobEngine present = engine;
        boolean wasRunning = running;
        running = false;
        if (!wasRunning || present == null) {
            return Optional.empty();
        }
        Stop stop = new Stop(present);
        lastStop = stop;
        return Optional.of(stop);
    }

    private void awaitStop() {
        Stop before;
        synchronized (this) {
            before = lastStop;
        }
        if (before != null) {
            before.await(patience.plus(LAST_WORDS));
        }
    }

    /** What a start has made and nothing has stopped: a context that fails to start destroys its beans. */
    @Override
    public void destroy() {
        stop();
        awaitStop();
        afterwards.run();
        if (above != null) {
            above.below.remove(number, this);
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public boolean isAutoStartup() {
        return autoStartup;
    }

    /** The last to start and, since phases are stopped in reverse, stopped before the web server is. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }

    /** The end of one engine. */
    private final class Stop implements Runnable {

        private final JobEngine leaving;
        private final CountDownLatch done = new CountDownLatch(1);

        Stop(JobEngine leaving) {
            this.leaving = leaving;
        }

        @Override
        public void run() {
            try {
                leaving.close(patience);
                afterwards.run();
            } finally {
                done.countDown();
            }
        }

        void await(Duration atMost) {
            try {
                if (!done.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException("The job engine cannot be started: it was asked to stop " + atMost
                            + " ago and has not ended since. Close the application context and make a new one.");
                }
            } catch (InterruptedException impatient) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while the job engine was waited for to stop", impatient);
            }
        }
    }
}
