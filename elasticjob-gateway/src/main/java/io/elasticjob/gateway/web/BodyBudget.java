package io.elasticjob.gateway.web;

import java.util.HashMap;
import java.util.Map;

/**
 * How much memory the bodies may take together that have not arrived as a whole, however many there are. No client takes more
 * of it than it leaves free, but for one whole body as long as there is room: one alone takes a half, and whoever comes after
 * several that do so is not left with less than a body.
 */
final class BodyBudget {

    /** Enough for 500 workers of one client that send 64 KiB at once. */
    static final long BYTES = 64L * 1024 * 1024;

    private final Map<String, Long> taken = new HashMap<>();
    private final long body;
    private long free;

    /** @param body how long one body may be */
    BodyBudget(long bytes, long body) {
        this.free = bytes;
        this.body = body;
    }

    /** @param client whose body it is */
    Share share(String client) {
        return new Share(client);
    }

    private synchronized boolean take(String client, long bytes) {
        long all = taken.getOrDefault(client, 0L) + bytes;
        if (bytes > free || (all > body && all > free - bytes)) {
            return false;
        }
        free -= bytes;
        taken.put(client, all);
        return true;
    }

    private synchronized void give(String client, long bytes) {
        free += bytes;
        taken.computeIfPresent(client, (any, all) -> all == bytes ? null : all - bytes);
    }

    /** What one body takes of it. Bytes may arrive while another thread ends it, such as one that has waited for too long. */
    final class Share {

        private final String client;
        private long taken;
        private boolean isOver;

        private Share(String client) {
            this.client = client;
        }

        /** @return false where that is too much; nothing is taken then */
        synchronized boolean take(int bytes) {
            if (isOver || !BodyBudget.this.take(client, bytes)) {
                return false;
            }
            taken += bytes;
            return true;
        }

        /** Gives back what was taken; nothing is taken any more. */
        synchronized void end() {
            isOver = true;
            give(client, taken);
            taken = 0;
        }
    }
}
