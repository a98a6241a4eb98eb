package io.elasticjob.memory;

import io.elasticjob.spi.Timekeeper;
import java.time.Duration;

/** One end of a session, listening for heartbeats of the other: after too long a silence it gives up, once. */
final class Ear {

    private enum State {
        HEARING,
        SILENT,
        STOPPED
    }

    private final Timekeeper timekeeper;
    private final long patience;
    private final long tick;
    private final Runnable givenUp;
    private long heard;
    private State state = State.STOPPED;
    private int silences;

    /** @param tick giving up is put off to a multiple of it */
    Ear(Timekeeper timekeeper, Duration patience, Duration tick, Runnable givenUp) {
        this.timekeeper = timekeeper;
        this.patience = patience.toNanos();
        this.tick = tick.toNanos();
        this.givenUp = givenUp;
        this.heard = timekeeper.nanoTime();
    }

    /** A message came. */
    void hear() {
        heard = timekeeper.nanoTime();
    }

    /** How long ago the other end was heard last. */
    Duration silence() {
        return state == State.HEARING ? Duration.ZERO : Duration.ofNanos(timekeeper.nanoTime() - heard);
    }

    /** From now on heartbeats come all the time. */
    void open() {
        hear();
        state = State.HEARING;
        silences++;
    }

    /** From now on no heartbeat comes; the last one came so long ago. */
    void silence(Duration sinceHeartbeat) {
        if (state == State.HEARING) {
            heard = Math.max(heard, timekeeper.nanoTime() - sinceHeartbeat.toNanos());
        }
        if (state != State.SILENT) {
            state = State.SILENT;
            wait(++silences);
        }
    }

    /** From now on it neither hears nor gives up, until {@link #open} or {@link #silence}. */
    void stop() {
        if (state == State.HEARING) {
            hear();
        }
        state = State.STOPPED;
        silences++;
    }

    private void wait(int silence) {
        long deadline = Math.floorDiv(heard + patience + tick - 1, tick) * tick;
        long left = Math.max(0, deadline - timekeeper.nanoTime());
        timekeeper.after(Duration.ofNanos(left), () -> {
            if (silence != silences) {
                return;
            }
            if (timekeeper.nanoTime() - heard < patience) {
                wait(silence);
            } else {
                stop();
                givenUp.run();
            }
        });
    }
}
