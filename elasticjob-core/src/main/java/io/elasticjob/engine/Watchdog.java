package io.elasticjob.engine;

import io.elasticjob.coordination.LoopSilence;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices from outside that the loop is stuck while the registry's client keeps the session alive: nobody else would ever
 * take over. Barks once for each time that the loop falls silent. Owns a daemon thread, {@code elasticjob-watchdog}, until
 * it is closed.
 */
final class Watchdog implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

    private final Timekeeper timekeeper;
    private final LongSupplier turns;
    private final Supplier<Duration> sessionTimeout;
    private final Consumer<Duration> stuck;
    private final ScheduledThreadPoolExecutor thread;

    // Confined to the watchdog's thread.
    private LoopSilence silence = LoopSilence.NONE;
    private long lookedAt;
    private boolean barked;

    /**
     * @param turns how often the loop has turned; asked on the watchdog's thread, as is the next
     * @param sessionTimeout as negotiated; zero while there is no session
     * @param stuck told, on the watchdog's thread, for how long the loop has been silent
     */
    Watchdog(Timekeeper timekeeper, LongSupplier turns, Supplier<Duration> sessionTimeout, Consumer<Duration> stuck) {
        this.timekeeper = timekeeper;
        this.turns = turns;
        this.sessionTimeout = sessionTimeout;
        this.stuck = stuck;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "elasticjob-watchdog");
            made.setDaemon(true);
            return made;
        });
    }

    /** Begins to look. */
    void start() {
        lookedAt = timekeeper.nanoTime();
        long period = LoopSilence.LOOK.toMillis();
        thread.scheduleWithFixedDelay(this::look, period, period, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void look() {
        try {
            long now = timekeeper.nanoTime();
            silence = silence.look(turns.getAsLong(), Duration.ofNanos(now - lookedAt));
            lookedAt = now;
            boolean isStuck = silence.isStuck(sessionTimeout.get());
            if (isStuck && !barked) {
                stuck.accept(silence.lasted());
            }
            barked = isStuck;
        } catch (Throwable unexpected) { // thrown on, it would be the watchdog's end
            log.error("The watchdog of the loop failed; it continues", unexpected);
        }
    }
}
