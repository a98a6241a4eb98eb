package io.elasticjob.coordination;

import java.time.Duration;

/**
 * For how long the loop has not turned, as somebody sees it who looks now and then. A pause of the whole process is not
 * the loop's: between two looks no more is counted than usually lies between them, so that a loop that was merely paused
 * has its chance to turn.
 *
 * @param turns how many turns there had been at the last look
 * @param lasted for how long there has been none
 */
public record LoopSilence(long turns, Duration lasted) {

    /** How often to look. */
    public static final Duration LOOK = Duration.ofMillis(500);

    /** So much is counted at most between two looks. */
    private static final Duration MOST = LOOK.multipliedBy(2);

    /** A loop that has nothing to do turns once a second all the same. */
    private static final Duration SHORTEST = Duration.ofSeconds(2);

    /** Before the first look. */
    public static final LoopSilence NONE = new LoopSilence(-1, Duration.ZERO);

    /** What the next look sees. */
    public LoopSilence look(long turnsNow, Duration sinceLastLook) {
        if (turnsNow != turns) {
            return new LoopSilence(turnsNow, Duration.ZERO);
        }
        return new LoopSilence(turns, lasted.plus(sinceLastLook.compareTo(MOST) < 0 ? sinceLastLook : MOST));
    }

    /** Whether the loop counts as stuck: it has been silent for half a session timeout, and not only for a moment. */
    public boolean isStuck(Duration sessionTimeout) {
        return lasted.compareTo(sessionTimeout.dividedBy(2)) >= 0 && lasted.compareTo(SHORTEST) >= 0;
    }
}
