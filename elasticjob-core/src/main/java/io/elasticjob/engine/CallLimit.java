package io.elasticjob.engine;

import org.jspecify.annotations.Nullable;

/**
 * What happens when a call has lasted for too long. Its alarm may ring long after the call has ended, a day later at most, and
 * keeps nothing of it until then. Confined to the loop.
 */
final class CallLimit implements Runnable {

    private @Nullable Runnable tooLong;

    /** @param tooLong unless the call has ended before */
    CallLimit(Runnable tooLong) {
        this.tooLong = tooLong;
    }

    /** The call has ended; false when it was over before, one way or the other. */
    boolean end() {
        boolean isFirst = tooLong != null;
        tooLong = null;
        return isFirst;
    }

    /** The time is over. */
    @Override
    public void run() {
        Runnable rings = tooLong;
        if (end() && rings != null) {
            rings.run();
        }
    }
}
