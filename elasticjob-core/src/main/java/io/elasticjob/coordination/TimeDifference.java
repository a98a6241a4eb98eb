package io.elasticjob.coordination;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far the registry's clock and the local one are apart, as last seen on clocks that were read together.
 *
 * @param skew the registry's clock minus the local one; null before it was seen
 * @param isTooLarge whether the local clock cannot be trusted to tell what is due
 */
public record TimeDifference(@Nullable Duration skew, boolean isTooLarge) {

    public static final TimeDifference UNKNOWN = new TimeDifference(null, false);

    /**
     * What is known after a further look. Clocks that were not read together say nothing.
     *
     * @param registry as last read; null before it first told the time
     * @param most how far apart the clocks may be
     */
    public TimeDifference seen(@Nullable RegistryClock registry, Clocks local, Duration most) {
        if (registry == null || !local.areTogether()) {
            return this;
        }
        return new TimeDifference(
                registry.skew(local.wall(), local.nanos()),
                registry.isBeyond(most, isTooLarge, local.wall(), local.nanos()));
    }
}
