package io.elasticjob.schedule;

import java.time.LocalDate;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/**
 * A set of readings of a wall clock, in whole seconds, and the search in it, in both directions. It knows no zone:
 * {@link CronTimeline} does. No search goes on without end.
 */
interface Readings {

    /** No reading is earlier than this or later than {@link #END}. */
    LocalDate START = LocalDate.of(CronField.YEAR.min(), 1, 1);

    LocalDate END = LocalDate.of(CronField.YEAR.max(), 12, 31);

    /** So many stretches that one of two sets leaves out are passed; some 27 years of days. */
    int MOST_STEPS = 10_000;

    /** The first reading that is not before {@code from}; null when there is none. */
    @Nullable
    LocalDateTime atOrAfter(LocalDateTime from);

    /** The last reading that is not after {@code upTo}; null when there is none. */
    @Nullable
    LocalDateTime atOrBefore(LocalDateTime upTo);

    /** Whether no time of the day is left out for being that time: such readings count again when the clock is set back. */
    boolean runsAroundTheClock();

    /** The readings that are in both sets. After {@link #MOST_STEPS} stretches without one there is none. */
    default Readings and(Readings other) {
        Readings one = this;
        return new Readings() {

            @Override
            public @Nullable LocalDateTime atOrAfter(LocalDateTime from) {
                LocalDateTime mine = one.atOrAfter(from);
                for (int step = 0; mine != null && step < MOST_STEPS; step++) {
                    LocalDateTime others = other.atOrAfter(mine);
                    if (others == null || others.equals(mine)) {
                        return others;
                    }
                    mine = one.atOrAfter(others);
                }
                return null;
            }

            @Override
            public @Nullable LocalDateTime atOrBefore(LocalDateTime upTo) {
                LocalDateTime mine = one.atOrBefore(upTo);
                for (int step = 0; mine != null && step < MOST_STEPS; step++) {
                    LocalDateTime others = other.atOrBefore(mine);
                    if (others == null || others.equals(mine)) {
                        return others;
                    }
                    mine = one.atOrBefore(others);
                }
                return null;
            }

            @Override
            public boolean runsAroundTheClock() {
                return one.runsAroundTheClock() && other.runsAroundTheClock();
            }
        };
    }
}
