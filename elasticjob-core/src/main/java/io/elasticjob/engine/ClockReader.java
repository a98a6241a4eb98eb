package io.elasticjob.engine;

import io.elasticjob.coordination.Clocks;
import io.elasticjob.spi.Timekeeper;
import java.time.Instant;

/** Reads wall clock and stopwatch together, and again when it was held up between the two. From any thread. */
final class ClockReader {

    private static final int TRIES = 3;

    private final Timekeeper timekeeper;

    ClockReader(Timekeeper timekeeper) {
        this.timekeeper = timekeeper;
    }

    /** Both clocks now; perhaps not {@linkplain Clocks#areTogether together}, where the process is held up each time. */
    Clocks read() {
        Clocks read = once();
        for (int tries = 1; tries < TRIES && !read.areTogether(); tries++) {
            Clocks again = once();
            read = again.areTogether() ? again : again.orSurer(read);
        }
        return read;
    }

    private Clocks once() {
        long before = timekeeper.nanoTime();
        Instant wall = timekeeper.now();
        return Clocks.between(before, wall, timekeeper.nanoTime());
    }
}
