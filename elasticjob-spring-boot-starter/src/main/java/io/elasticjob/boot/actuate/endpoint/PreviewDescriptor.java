package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.schedule.Schedule;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What settings would make: whether they make a job, and when it would fire. Nothing is asked of ZooKeeper for it.
 *
 * @param valid whether they make a job
 * @param schedule null when they do not
 * @param fireTimes the next ones, ascending
 * @param problem why they make none; null when they do
 * @param position where in the cron expression the first mistake begins; null when there is none, or it is wrong as a whole
 */
record PreviewDescriptor(
        boolean valid,
        @Nullable ScheduleDescriptor schedule,
        List<FireTime> fireTimes,
        ElasticJobEndpointWebExtension.@Nullable Problem problem,
        @Nullable Integer position)
        implements OperationResponseBody {

    private static final int DEFAULT_SIZE = 10;
    static final int MAX_SIZE = 1_000;

    /**
     * When a job fires.
     *
     * @param local as the clock of the schedule's zone reads then, with its offset
     * @param named the reading that the schedule names, where a change of the clock skips it; else null
     */
    record FireTime(Instant at, String local, @Nullable String named) {

        static FireTime of(Schedule schedule, Instant at) {
            if (schedule.base() instanceof Schedule.Cron cron) {
                ZoneId zone = cron.zone();
                return new FireTime(
                        at,
                        at.atZone(zone).toOffsetDateTime().toString(),
                        cron.skippedReading(at).map(Object::toString).orElse(null));
            }
            return new FireTime(at, at.atOffset(ZoneOffset.UTC).toString(), null);
        }
    }

    /**
     * Of the settings that a request gives.
     *
     * @throws InvalidSettingException when the request itself cannot be understood
     */
    static PreviewDescriptor of(OperationFields given, Instant now) {
        int size = size(given, DEFAULT_SIZE);
        Instant from = given.text("from").map(at -> Given.instant("from", at)).orElse(now);
        try {
            Map<JobKey, Setting> settings = new TreeMap<>();
            given.settings().forEach((key, value) -> settings.put(key, new Setting(value, Setting.Source.OVERRIDE)));
            JobDefinition job = JobDefinition.of("preview", settings);
            return new PreviewDescriptor(
                    true, ScheduleDescriptor.of(job.schedule()), fireTimes(job, from, null, size), null, null);
        } catch (InvalidSettingException invalid) {
            String key = invalid.key().replaceFirst("^preview\\.", "");
            return new PreviewDescriptor(
                    false,
                    null,
                    List.of(),
                    ElasticJobEndpointWebExtension.Problem.of(
                            new InvalidSettingException(key, invalid.value(), invalid.rule())),
                    position(key, invalid.value(), given));
        }
    }

    private static @Nullable Integer position(String key, String shown, OperationFields given) {
        String written = key.equals(JobKey.CRON.key()) ? given.settings().get(JobKey.CRON) : null;
        if (written == null || !written.equals(shown)) { // of a value that is shown otherwise, a place says nothing
            return null;
        }
        OptionalInt mistake = Schedule.cronMistake(written);
        return mistake.isPresent() ? mistake.getAsInt() : null;
    }

    static int size(OperationFields given, int normal) {
        int size = given.text("size")
                .map(text -> ExecutionFilter.number("size", text, 1))
                .orElse(normal);
        if (size > MAX_SIZE) {
            throw OperationFields.invalid("size", String.valueOf(size), "must be between 1 and " + MAX_SIZE);
        }
        return size;
    }

    /** Those after {@code from}, and before {@code to} where that is given; whether or not the job is enabled. */
    static List<FireTime> fireTimes(JobDefinition job, Instant from, @Nullable Instant to, int size) {
        List<FireTime> times = new ArrayList<>();
        if (job.schedule().limits().unknownCalendar().isPresent()) {
            return times;
        }
        Optional<Instant> next = job.schedule().next(from);
        while (next.isPresent()
                && times.size() < size
                && (to == null || next.get().isBefore(to))) {
            times.add(FireTime.of(job.schedule(), next.get()));
            next = job.schedule().next(next.get());
        }
        return times;
    }
}
