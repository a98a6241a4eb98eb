package io.elasticjob.coordination;

import java.time.Duration;

/**
 * For how long the registry has proven nothing to an instance, and what follows. The client of the registry may be held up,
 * by its own log for instance, and say nothing.
 *
 * @param timeout of the session
 * @param sinceProof how long ago the last question was asked that all of the registry has answered
 * @param sinceConnected how long ago the connection was made, which is as good as an answer while it lasts
 */
public record Silence(Duration timeout, Duration sinceProof, Duration sinceConnected) {

    /** As long as a client of the registry hears nothing before it counts its connection as lost. */
    public boolean isLoss() {
        return lasted().compareTo(Duration.ofNanos(timeout.toNanos() / 3 * 2)) >= 0;
    }

    /** Whether the instance may still count itself among the living, being connected as far as it knows. */
    public boolean isSurvived() {
        return lasted().compareTo(SessionDeadline.ofSilence(timeout)) < 0;
    }

    /** Whether something is to be asked for the sake of an answer: a connection alone is no proof. */
    public boolean isToBeBroken() {
        return untilQuestion().isZero();
    }

    /**
     * When to look again: not later than the next question falls due, as its age is what a lost connection takes off the
     * time that is left.
     *
     * @param asking whether such a question waits for its answer
     */
    public Duration untilNextLook(boolean asking) {
        Duration regular = Duration.ofNanos(timeout.toNanos() / 6);
        Duration question = untilQuestion();
        boolean isNearer = !asking && !question.isZero() && question.compareTo(regular) < 0;
        return isNearer ? question : regular;
    }

    /** Zero when it is due. */
    private Duration untilQuestion() {
        Duration left = Duration.ofNanos(timeout.toNanos() / 3).minus(sinceProof);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private Duration lasted() {
        return sinceProof.compareTo(sinceConnected) < 0 ? sinceProof : sinceConnected;
    }
}
