package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a job fires.
 *
 * @param description in words
 * @param expression of a cron schedule, else null
 * @param timeZone of a cron schedule, else null
 * @param interval of a fixed rate, else null
 */
record ScheduleDescriptor(
        String description,
        @Nullable String expression,
        @Nullable String timeZone,
        @Nullable Duration interval) {

    static ScheduleDescriptor of(Schedule schedule) {
        if (schedule instanceof Schedule.Cron cron) {
            return new ScheduleDescriptor(
                    cron.toString(), cron.expression(), cron.zone().getId(), null);
        }
        return new ScheduleDescriptor(
                schedule.toString(), null, null, schedule instanceof Schedule.Every every ? every.period() : null);
    }

    /** The next fire times, ascending, at most so many; none of a job that is switched off. */
    static List<Instant> nextFireTimes(JobDefinition job, Instant now, int most) {
        if (!job.enabled()) {
            return List.of();
        }
        List<Instant> times = new ArrayList<>();
        Optional<Instant> next = job.schedule().next(now);
        while (next.isPresent() && times.size() < most) {
            times.add(next.get());
            next = job.schedule().next(next.get());
        }
        return List.copyOf(times);
    }
}
