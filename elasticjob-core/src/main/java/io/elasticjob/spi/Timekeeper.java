package io.elasticjob.spi;

import java.time.Duration;
import java.time.Instant;

/**
 * Time and the one thread of a loop, handed in from outside so that a simulator can step them. The only place where the
 * project reads a clock.
 *
 * @since 0.1.0
 */
public interface Timekeeper {

    /** The wall clock. It may jump. */
    Instant now();

    /** The stopwatch: nanoseconds from an arbitrary origin, as {@link System#nanoTime()}. It never jumps. */
    long nanoTime();

    /** Runs the task soon, on the loop's thread, after all tasks given before. From any thread; never blocks. */
    void execute(Runnable task);

    /** Runs the task on the loop's thread, not before the delay has passed. From any thread; never blocks. */
    void after(Duration delay, Runnable task);
}
