package io.elasticjob;

import java.util.Objects;

/**
 * Why an execution should end before its handler is done.
 *
 * @param reason for programs
 * @param who caused it: the instance that has the shard now, or the operator; "" when it is not known, or is nobody in
 *     particular
 * @param text for people: one sentence
 * @since 0.1.0
 */
public record Cancellation(Reason reason, String who, String text) {

    /** Later versions may add reasons: a handler ends for one that it does not know as for all others. */
    public enum Reason {

        /** The instance that runs it is being closed, and no longer waits for the end. The shard is run again elsewhere. */
        SHUTDOWN,

        /**
         * The instance that runs it cannot be sure that others still count it as alive: another one may run the shard by
         * now. Executions of jobs with {@link OnSessionLoss#CONTINUE} are not cancelled for it.
         */
        SESSION_LOSS,

        /** Another instance has taken the shard, or the job was removed: nothing that the execution does is recorded. */
        SHARD_LOST,

        /** An operator has cancelled it. It is not run again; its outcome is {@link Outcome.Cancelled}. */
        OPERATOR,

        /** It has taken longer than the {@code timeout} of its job. Its outcome is {@link Outcome.TimedOut}. */
        TIMEOUT,

        /**
         * The next firing of its shard has come due, and its job says {@link Overlap#CANCEL_RUNNING}. It is not run again; its
         * outcome is {@link Outcome.Cancelled}.
         */
        OVERLAP;

        /** Whether it is over for good: nobody continues it, so that how its handler ends then makes no difference. */
        public boolean isFinal() {
            return this == OPERATOR || this == TIMEOUT || this == OVERLAP;
        }
    }

    /** @throws NullPointerException when one of them is null */
    public Cancellation {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(who, "who");
        Objects.requireNonNull(text, "text");
    }
}
