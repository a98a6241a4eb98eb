package io.elasticjob.coordination;

import io.elasticjob.ShardRecord;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What this process wrote into the record of a shard, or tried to, beside what is found there afterwards. Decides; never
 * acts.
 */
public record OwnWrite(ShardRecord written) {

    /**
     * Whether the claim that was written still holds: its owner runs that execution, whatever checkpoints it has written
     * since.
     */
    public boolean isHeldIn(ShardRecord found) {
        return found.isRunning()
                && written.latest()
                        .flatMap(claim -> found.latest().filter(claim::isSameAs))
                        .isPresent();
    }

    /**
     * Whether others may take the claim that was written from the execution that still runs here: it was made under the id
     * of an instance that is no more.
     *
     * @param present id of the instance that this process is now; null while it is none
     */
    public boolean mayBeOvertaken(@Nullable String present) {
        return !written.isRunningBy(owner -> owner.equals(present));
    }

    /** Whether a write of unknown outcome was applied: it is there, or what is there was written over it. */
    public boolean isAppliedIn(ShardRecord found) {
        boolean overwritten = !isBehind(found)
                && !Objects.equals(found.firing(), written.firing())
                && Objects.equals(found.outcome(), written.outcome());
        return found.equals(written) || overwritten || isRetriedIn(found);
    }

    /** Whether the firing that failed, as was written, was run again since. */
    private boolean isRetriedIn(ShardRecord found) {
        int failures =
                written.toRetry().map(attempt -> attempt.failures().count()).orElse(0);
        return failures > 0
                && Objects.equals(found.firing(), written.firing())
                && found.latest()
                        .filter(attempt -> attempt.failures().count() >= failures)
                        .isPresent();
    }

    /** Whether less is decided than was to be written: nothing takes that back. */
    private boolean isBehind(ShardRecord found) {
        Instant decided = written.through();
        return found.trigger() < written.trigger()
                || (decided != null
                        && (found.through() == null || found.through().isBefore(decided)));
    }
}
