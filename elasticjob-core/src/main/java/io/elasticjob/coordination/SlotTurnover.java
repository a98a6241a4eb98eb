package io.elasticjob.coordination;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How soon slots become free here, from how long executions took of late: so many claims as will probably find a slot
 * shortly after their fire time may be made before they have one.
 *
 * @param typical how long an execution holds its slot, weighed towards the last ones; null before the first has ended
 */
public record SlotTurnover(@Nullable Duration typical) {

    /** Nothing has run yet. */
    public static final SlotTurnover UNKNOWN = new SlotTurnover(null);

    /** One long execution among many short ones is forgotten after some hundreds of them; many are believed at once. */
    private static final int WEIGHT = 32;

    private static final Duration LEAST = Duration.ofNanos(10_000);
    private static final int MOST_FOR_EACH_SLOT = 1_000;

    /** After one more execution. */
    public SlotTurnover then(Duration took) {
        if (typical == null) {
            return new SlotTurnover(took);
        }
        return new SlotTurnover(typical.plusNanos(took.minus(typical).toNanos() / WEIGHT));
    }

    /**
     * How many executions will probably have begun {@code within} this time, in these slots and no others.
     *
     * @param free slots that are free now; those that are taken may be taken for long
     */
    public int begun(int free, Duration within) {
        if (typical == null || free <= 0) {
            return Math.max(0, free);
        }
        Duration one = typical.compareTo(LEAST) < 0 ? LEAST : typical;
        long waves = Math.min(MOST_FOR_EACH_SLOT, 1 + within.toNanos() / one.toNanos());
        return (int) Math.min(Integer.MAX_VALUE, free * waves);
    }
}
