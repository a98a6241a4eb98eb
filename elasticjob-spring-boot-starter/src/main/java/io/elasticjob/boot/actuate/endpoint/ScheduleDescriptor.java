package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.schedule.FixedDelay;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.text.MalformedTextException;
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
 * @param delay after each end, else null
 * @param limits that the schedule is confined to, in words, else null
 */
record ScheduleDescriptor(
        String description,
        @Nullable String expression,
        @Nullable String timeZone,
        @Nullable Duration interval,
        @Nullable Duration delay,
        @Nullable String limits) {

    static ScheduleDescriptor of(Schedule schedule) {
        String limits = schedule.limits().isNone() ? null : schedule.limits().toString();
        if (schedule.base() instanceof Schedule.Cron cron) {
            return new ScheduleDescriptor(
                    schedule.toString(), cron.expression(), cron.zone().getId(), null, null, limits);
        }
        return new ScheduleDescriptor(
                schedule.toString(),
                null,
                null,
                schedule.base() instanceof Schedule.Every every ? every.period() : null,
                schedule.base() instanceof FixedDelay after ? after.delay() : null,
                limits);
    }

    /**
     * The next fire times, ascending, at most so many; none of a job that is switched off, or whose calendar is not known here.
     * Where the calendar fails, those before that: it costs no list of jobs.
     */
    static List<Instant> nextFireTimes(JobDefinition job, Instant now, int most) {
        if (!job.enabled() || job.schedule().limits().unknownCalendar().isPresent()) {
            return List.of();
        }
        List<Instant> times = new ArrayList<>();
        try {
            Optional<Instant> next = job.schedule().next(now);
            while (next.isPresent() && times.size() < most) {
                times.add(next.get());
                next = job.schedule().next(next.get());
            }
        } catch (MalformedTextException failed) {
            return List.copyOf(times); // who asks for the fire times themselves is told
        }
        return List.copyOf(times);
    }
}
