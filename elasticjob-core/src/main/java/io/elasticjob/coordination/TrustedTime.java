package io.elasticjob.coordination;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * By which time firings come due, where that is the registry's: as its writes tell it, carried on by the stopwatch. A process
 * has three clocks, the registry's, its wall clock and its stopwatch, and believes what two of them say:
 *
 * <ul>
 *   <li>the wall clock alone is off, or steps: it is ignored,
 *   <li>the registry's clock alone steps: what was known of it is held, and carried on by the wall clock,
 *   <li>registry and wall clock step together: this process has slept, and the registry's time counts.
 * </ul>
 *
 * <p>A stopwatch shows no time, only how much has passed. So where registry and wall clock differ at the start, the registry
 * is believed once it has told two times that the stopwatch agrees with; where it has not, or another instance says that
 * the registry's clock has stepped, no two of three agree, and this process is {@link Refused}. Nothing else is asked of
 * other instances: the first to follow a wrong clock would lead the others.
 */
public sealed interface TrustedTime {

    /** Before the registry first told the time. */
    TrustedTime UNKNOWN = new Unknown();

    /** What the other live instances say of the registry's clock. */
    enum Others {
        /** They are not known yet. */
        UNKNOWN,
        /** None of them holds that it has stepped. */
        FOLLOW,
        /** One of them holds that it has stepped. */
        HOLD
    }

    /** For so long the registry's clock has to go with the stopwatch to be believed again by a process that was refused. */
    Duration STEADY = Duration.ofMinutes(1);

    /** The registry has told no time yet. */
    record Unknown() implements TrustedTime {

        @Override
        public TrustedTime told(RegistryOffset told, Local local, Duration most) {
            return local.agreesWith(told, most) ? local.believing(told, null) : new Unsure(told);
        }
    }

    /** The registry has told a time, and the wall clock shows another. */
    record Unsure(RegistryOffset first) implements TrustedTime {

        @Override
        public TrustedTime told(RegistryOffset told, Local local, Duration most) {
            if (local.agreesWith(told, most)) {
                return local.believing(told, null);
            }
            if (local.others() == Others.HOLD || first.stepTo(told).abs().compareTo(most) > 0) {
                return new Refused(told, told.nanos());
            }
            RegistryOffset both = first.then(told);
            return local.others() == Others.UNKNOWN ? new Unsure(both) : local.believing(both, null);
        }
    }

    /**
     * No two of three clocks agree: this process takes no firings.
     *
     * @param last what the registry has told
     * @param steadySince the stopwatch since when it has told what the stopwatch agrees with
     */
    record Refused(RegistryOffset last, long steadySince) implements TrustedTime {

        @Override
        public TrustedTime told(RegistryOffset told, Local local, Duration most) {
            if (local.agreesWith(told, most)) {
                return local.believing(told, null);
            }
            if (local.others() == Others.HOLD || last.stepTo(told).abs().compareTo(most) > 0) {
                return new Refused(told, told.nanos());
            }
            RegistryOffset both = last.then(told);
            return told.nanos() - steadySince < STEADY.toNanos()
                    ? new Refused(both, steadySince)
                    : local.believing(both, null);
        }
    }

    /** @param mark the wall clock beside it, when the two were last read; null before that */
    record Believed(RegistryOffset offset, @Nullable Mark mark) implements TrustedTime {

        @Override
        public TrustedTime told(RegistryOffset told, Local local, Duration most) {
            Duration stepped = offset.stepTo(told);
            if (stepped.abs().compareTo(most) <= 0) {
                return local.believing(offset.then(told), mark);
            }
            return local.hasSlept(told, stepped, mark, most)
                    ? local.believing(told, mark)
                    : new Held(offset, mark, stepped);
        }
    }

    /**
     * The registry's clock has stepped alone and is not followed.
     *
     * @param offset what is believed instead
     * @param mark the registry's clock beside the wall clock, before the step; null where that was not read
     * @param stepped by how much the registry's clock is ahead of what is believed, negative if it is behind
     */
    record Held(RegistryOffset offset, @Nullable Mark mark, Duration stepped) implements TrustedTime {

        @Override
        public TrustedTime told(RegistryOffset told, Local local, Duration most) {
            RegistryOffset known = local.followedFrom(offset, mark, most);
            Duration now = known.stepTo(told);
            if (now.abs().compareTo(most) <= 0) {
                return local.believing(known.then(told), mark);
            }
            return local.hasSlept(told, now, mark, most) ? local.believing(told, mark) : new Held(known, mark, now);
        }
    }

    /** The registry's time as it was believed when the wall clock showed this. */
    record Mark(RegistryOffset registry, Instant wall) {}

    /**
     * What this process knows beside what the registry tells.
     *
     * @param clocks its own; those that were not read together say nothing of one another
     */
    record Local(Clocks clocks, Others others) {

        private TrustedTime believing(RegistryOffset offset, @Nullable Mark before) {
            Mark mark = clocks.areTogether() ? new Mark(offset.at(clocks.nanos()), clocks.wall()) : before;
            return new Believed(offset, mark);
        }

        private boolean agreesWith(RegistryOffset told, Duration most) {
            Duration apart = told.ahead(clocks.wall(), clocks.nanos()).abs();
            return apart.minus(clocks.apart()).compareTo(most) <= 0;
        }

        /** Whether the wall clock witnesses a step of the registry's: it shows the same time, or has stepped as well. */
        private boolean hasSlept(RegistryOffset told, Duration stepped, @Nullable Mark mark, Duration most) {
            return clocks.areTogether()
                    && (agreesWith(told, most)
                            || mark != null
                                    && stepped.minus(wallStep(mark)).abs().compareTo(most) <= 0);
        }

        private Duration wallStep(Mark mark) {
            Duration passed = Duration.ofNanos(clocks.nanos() - mark.registry().nanos());
            return Duration.between(mark.wall(), clocks.wall()).minus(passed);
        }

        /**
         * What was believed, carried on by the wall clock, which does not drift as a stopwatch does; by the stopwatch where the
         * wall clock has stepped.
         */
        private RegistryOffset followedFrom(RegistryOffset offset, @Nullable Mark mark, Duration most) {
            if (mark == null || !clocks.areTogether()) {
                return offset;
            }
            Duration passed = Duration.between(mark.wall(), clocks.wall());
            RegistryOffset byWall = new RegistryOffset(
                    mark.registry().earliest().plus(passed).minus(clocks.apart()),
                    mark.registry().latest().plus(passed).plus(clocks.apart()),
                    clocks.nanos());
            return offset.stepTo(byWall).abs().compareTo(most) <= 0 ? offset.then(byWall) : offset;
        }
    }

    /**
     * What is believed after the registry has told the time again.
     *
     * @param told what it told
     * @param most by how much a clock may step, or differ, and be believed
     */
    TrustedTime told(RegistryOffset told, Local local, Duration most);

    /** What is believed of the registry's clock; empty while that is nothing. */
    default Optional<RegistryOffset> believed() {
        if (this instanceof Believed believed) {
            return Optional.of(believed.offset());
        }
        return this instanceof Held held ? Optional.of(held.offset()) : Optional.empty();
    }

    /** The registry's time when the stopwatch shows this, or a little earlier, never later; empty while none is believed. */
    default Optional<Instant> now(long stopwatch) {
        return believed().map(offset -> offset.at(stopwatch).earliest());
    }
}
