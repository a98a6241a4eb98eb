package io.elasticjob.quartz;

import io.elasticjob.schedule.Schedule;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.quartz.TriggerKey;

/** One schedule for as long as it is followed; common to all the copies that Quartz makes of its trigger. */
final class Following {

    private final Schedule schedule;
    private final TriggerKey key;
    private final InstantSource clock;
    private volatile boolean ended;

    /** Written and read by Quartz's thread only. */
    private @Nullable Step lastStep;

    Following(Schedule schedule, TriggerKey key, InstantSource clock) {
        this.schedule = schedule;
        this.key = key;
        this.clock = clock;
    }

    Schedule schedule() {
        return schedule;
    }

    TriggerKey key() {
        return key;
    }

    void end() {
        ended = true;
    }

    boolean hasEnded() {
        return ended;
    }

    /**
     * The step to take when Quartz has waited for {@code due}. Asked again about the same instant it answers the same,
     * whatever the clock says by then: Quartz asks once for each copy of the trigger that it fires, and they must agree.
     */
    Step step(Instant due) {
        Step step = lastStep;
        if (step == null || !step.due().equals(due)) {
            step = next(due);
            lastStep = step;
        }
        return step;
    }

    /** Quartz's thread is everybody's: a schedule that fails is waited for no more; the engine finds that out by itself. */
    private Step next(Instant due) {
        try {
            return Step.of(schedule, due, clock.instant());
        } catch (Throwable failed) {
            return new Step(due, due, null);
        }
    }

    /**
     * From one wait to the next.
     *
     * @param due the fire time that was waited for
     * @param fired the fire time to tell: a later one than {@code due}, if another has come by now
     * @param next the fire time to wait for, after {@code fired}; null when there is none
     */
    record Step(Instant due, Instant fired, @Nullable Instant next) {

        static Step of(Schedule schedule, Instant due, Instant now) {
            Instant next = schedule.next(due).orElse(null);
            if (next == null || next.isAfter(now)) {
                return new Step(due, due, next);
            }
            Instant latest = schedule.latest(now).orElse(next);
            return new Step(due, latest, schedule.next(latest).orElse(null));
        }
    }
}
