package io.elasticjob.gateway.web;

import java.util.concurrent.atomic.AtomicLong;

/** How much memory the bodies may take together that have not arrived as a whole, however many there are. */
final class BodyBudget {

    /** Enough for a thousand workers that send 64 KiB at once. */
    static final long BYTES = 64L * 1024 * 1024;

    private final AtomicLong free;

    BodyBudget(long bytes) {
        free = new AtomicLong(bytes);
    }

    Share share() {
        return new Share();
    }

    private boolean take(int bytes) {
        if (free.addAndGet(-bytes) >= 0) {
            return true;
        }
        free.addAndGet(bytes);
        return false;
    }

    /** What one body takes of it. Bytes may arrive while another thread ends it, such as one that has waited for too long. */
    final class Share {

        private long taken;
        private boolean isOver;

        /** @return false where that is too much; nothing is taken then */
        synchronized boolean take(int bytes) {
            if (isOver || !BodyBudget.this.take(bytes)) {
                return false;
            }
            taken += bytes;
            return true;
        }

        /** Gives back what was taken; nothing is taken any more. */
        synchronized void end() {
            isOver = true;
            free.addAndGet(taken);
            taken = 0;
        }
    }
}
