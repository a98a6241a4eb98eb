package io.elasticjob.test;

import io.elasticjob.schedule.Schedule;
import io.elasticjob.spi.FireSource;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Rings at the fire times of one process's clock, and now and then forgets to. It waits by the stopwatch: when the clock
 * jumps, it is late, or looks for the next fire time anew.
 */
public final class SimulatedFireSource implements FireSource {

    private final Timekeeper timekeeper;
    private final BooleanSupplier forgets;
    private final Set<Schedule> followed = new LinkedHashSet<>();
    private @Nullable Listener listener;

    /** One that never forgets. */
    public SimulatedFireSource(Timekeeper timekeeper) {
        this(timekeeper, () -> false);
    }

    /** @param forgets asked at each fire time, whether to say nothing of it */
    public SimulatedFireSource(Timekeeper timekeeper, BooleanSupplier forgets) {
        this.timekeeper = timekeeper;
        this.forgets = forgets;
    }

    @Override
    public void open(Listener first) {
        listener = first;
    }

    @Override
    public void follow(Schedule schedule) {
        if (followed.add(schedule)) {
            arm(schedule);
        }
    }

    @Override
    public void forget(Schedule schedule) {
        followed.remove(schedule);
    }

    @Override
    public void close() {
        followed.clear();
    }

    private void arm(Schedule schedule) {
        Instant now = timekeeper.now();
        next(schedule, now)
                .ifPresent(next -> timekeeper.after(Duration.between(now, next), () -> ring(schedule, next)));
    }

    /** As Quartz's: one that fails is waited for no more. */
    private static Optional<Instant> next(Schedule schedule, Instant now) {
        try {
            return schedule.next(now);
        } catch (Throwable failed) {
            return Optional.empty();
        }
    }

    private void ring(Schedule schedule, Instant fireTime) {
        if (!followed.contains(schedule)) {
            return;
        }
        boolean turnedBack = timekeeper.now().isBefore(fireTime);
        if (listener != null && !turnedBack && !forgets.getAsBoolean()) {
            listener.fired(schedule, fireTime);
        }
        arm(schedule);
    }
}
