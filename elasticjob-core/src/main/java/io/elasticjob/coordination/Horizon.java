package io.elasticjob.coordination;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The latest time at which something stored can have happened. What lies beyond it was written by a clock that was ahead, be
 * it that of an instance or of the registry: it counts as now, so that nothing waits until that time comes.
 *
 * @param now registry time
 * @param maxTimeDiff how far from it a clock may be that is tolerated
 * @param shown what the registry's own clock has shown, whether it is followed or not; null where that does not count
 */
public record Horizon(
        Instant now, Duration maxTimeDiff, @Nullable Instant shown) {

    public Horizon(Instant now, Duration maxTimeDiff) {
        this(now, maxTimeDiff, null);
    }

    /** One clock may have written it, and another one reads it. */
    public Instant latest() {
        Instant reached = shown != null && shown.isAfter(now) ? shown : now;
        return reached.plus(maxTimeDiff.multipliedBy(2));
    }

    /** Whether this cannot have happened yet. */
    public boolean isBeyond(@Nullable Instant at) {
        return at != null && at.isAfter(latest());
    }

    /** The same where it can have happened; null where it cannot, so that nothing is known of it. */
    public @Nullable Instant ifPast(@Nullable Instant at) {
        return isBeyond(at) ? null : at;
    }

    /** As what it counts. */
    public Instant readAs(Instant at) {
        return isBeyond(at) ? now : at;
    }
}
