package io.elasticjob.spi;

import io.elasticjob.schedule.Schedule;
import java.time.Instant;

/**
 * Tells when schedules fire. It follows schedules, not jobs: a thousand jobs of one schedule ring once. It decides
 * nothing: a ring that comes twice does no harm, and one that never comes is made good within a second.
 *
 * @since 0.1.0
 */
public interface FireSource extends AutoCloseable {

    /** Hears of fire times, on the fire source's threads; rings a bell and returns at once. */
    @FunctionalInterface
    interface Listener {
        /**
         * @param fireTime one of the instants that {@link Schedule#next} names, now or at most a few milliseconds ahead
         */
        void fired(Schedule schedule, Instant fireTime);
    }

    /** Begins to tell. Called once, before any other method. Does not block. */
    void open(Listener listener);

    /**
     * Tells every fire time of the schedule that is after now; of several that passed while it was held up, only the
     * latest. Asking again changes nothing.
     */
    void follow(Schedule schedule);

    /** Tells no more of it. */
    void forget(Schedule schedule);

    /** Ends for good, without waiting for anything. */
    @Override
    void close();
}
