package io.elasticjob.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Nodes that this instance cannot read, for all who read: one that costs the connection each time that it is asked for costs
 * it as seldom for all of them together as for one. Questions that were under way together when the connection was lost
 * are one failure, however many they were. Confined to the loop.
 */
final class Troubles {

    /** So often a node is asked for alone before it counts as the reason for answers that do not come. */
    private static final int STRIKES = 3;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 10;

    /**
     * A node that cannot be read.
     *
     * @param times in a row that it could not be, after the first
     * @param at when that was last found, by the stopwatch
     * @param until before that it is not asked for
     */
    record Trouble(int times, String why, long at, long until) {

        /** How long from now it is not worth asking for it. */
        Duration pause(long now) {
            return Duration.ofNanos(Math.max(0, until - now));
        }
    }

    /** Questions for a node alone that had no answer, in a row, and when that was last found. */
    private record Unanswered(int times, long at) {}

    private final Map<String, Unanswered> unanswered = new HashMap<>();
    private final Map<String, Trouble> troubles = new HashMap<>();

    /** What keeps a node from being asked for now; empty when it may be. */
    Optional<Trouble> pausing(String path, long now) {
        return Optional.ofNullable(troubles.get(path)).filter(trouble -> trouble.until() - now > 0);
    }

    /** Whether every node is readable, as far as is known. */
    boolean areNone() {
        return unanswered.isEmpty() && troubles.isEmpty();
    }

    /** Whether it is to be asked for alone, so that it costs no other node its answer. */
    boolean isSuspect(String path) {
        return unanswered.containsKey(path) || troubles.containsKey(path);
    }

    void answered(String path) {
        unanswered.remove(path);
    }

    void readable(String path) {
        troubles.remove(path);
    }

    /** It is not there any more. */
    void forget(String path) {
        unanswered.remove(path);
        troubles.remove(path);
    }

    /**
     * A question for this node alone had no answer.
     *
     * @param asked when it was asked
     * @return what was found out, if that is news
     */
    Optional<Trouble> unanswered(String path, long asked, long now, String why) {
        Trouble known = troubles.get(path);
        if (known != null) {
            unreadable(path, asked, now, why);
            return Optional.empty();
        }
        Unanswered before = unanswered.get(path);
        if (before != null && asked - before.at() < 0) {
            return Optional.empty();
        }
        Unanswered present = new Unanswered(before == null ? 1 : before.times() + 1, now);
        if (present.times() < STRIKES) {
            unanswered.put(path, present);
            return Optional.empty();
        }
        unanswered.remove(path);
        return Optional.of(unreadable(path, asked, now, why));
    }

    /** It was said of this node that it cannot be read; it is not asked for again before twice as long as the last time. */
    Trouble unreadable(String path, long asked, long now, String why) {
        Trouble before = troubles.get(path);
        if (before != null && asked - before.at() < 0) {
            return before;
        }
        int times = before == null ? 0 : Math.min(before.times() + 1, MOST_DOUBLINGS);
        Trouble trouble = new Trouble(times, why, now, now + (FIRST_PAUSE.toNanos() << times));
        troubles.put(path, trouble);
        return trouble;
    }

    boolean isKnown(String path) {
        return troubles.containsKey(path);
    }
}
