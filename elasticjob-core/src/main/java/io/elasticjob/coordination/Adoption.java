package io.elasticjob.coordination;

import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState.Attempt;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What becomes of an execution that goes on, or has ended, although the instance that claimed it is gone or was left, and which
 * another instance is asked to take as its own. Decides; never acts.
 */
public enum Adoption {
    /** The record holds its claim: it is adopted, or its end is written over it, at the version that was read. */
    HELD,
    /** Its end is recorded. */
    RECORDED,
    /** Its shard is somebody else's, or was decided without it: nothing of it is recorded, and it has to end. */
    LOST;

    /**
     * An execution that somebody says to hold.
     *
     * @param token of its claim
     * @param hasEnded whether it has ended, so that its end is to be recorded
     */
    public record Holding(ExecutionId execution, long token, boolean hasEnded) {

        /** Whether this attempt is its own; one that it has written over says its token. */
        boolean isOf(Attempt attempt) {
            return attempt.isOf(execution.firing(), execution.attempt(), token);
        }
    }

    /**
     * Only from a record that was read after the server had caught up: an older one does not know the claim yet.
     *
     * @param found what was read; of the same life of the job
     * @param modified transaction id of its last change
     */
    public static Adoption of(Holding holding, ShardRecord found, long modified) {
        OptionalLong running = found.runningToken(modified);
        if (running.isPresent()) {
            Optional<Attempt> claim = found.withToken(running.getAsLong()).latest();
            return claim.filter(holding::isOf).isPresent() ? HELD : LOST;
        }
        boolean isRecorded = holding.hasEnded()
                && found.latest().filter(holding::isOf).isPresent()
                && !Outcome.Lost.NAME.equals(found.outcome());
        return isRecorded ? RECORDED : LOST;
    }

    /**
     * Whether an execution that runs here goes on, or has ended, under another instance, which has adopted it: it holds its
     * token, and is not this instance's any more.
     *
     * @param written the record as it was written here last, with its token
     */
    public static boolean isMoved(ShardRecord written, ShardRecord found) {
        Attempt own = written.latest().orElse(null);
        Attempt there = found.latest().orElse(null);
        return own != null
                && there != null
                && own.token() != 0
                && there.isOf(own.firing(), own.number(), own.token())
                && !there.owner().equals(own.owner());
    }
}
