package io.elasticjob.boot.migration;

import io.elasticjob.JobKey;
import io.elasticjob.text.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Optional;

/**
 * When a trigger of Quartz fires, and how that is said here. Pure.
 *
 * @param common of {@code QRTZ_TRIGGERS}
 * @param own of the table of its kind
 * @param now from which on a start lies in the future
 */
record QuartzSchedule(Row common, Row own, Instant now) {

    private static final long WITHOUT_END = -1;
    private static final int LAST_DAY_OF_ALL_MONTHS = 28;

    void set(ImportedJob.Builder job) {
        switch (common.text("TRIGGER_TYPE")) {
            case "CRON" -> cron(job);
            case "SIMPLE" -> simple(job);
            case "CAL_INT" -> calendarInterval(job);
            case "DAILY_I" ->
                job.remark("a trigger of each day, every " + number(own, "INT_PROP_1") + " " + own.text("STR_PROP_1")
                        + " on the days " + own.text("STR_PROP_2") + " (1 is Sunday) between the times "
                        + own.text("STR_PROP_3")
                        + " (hour, minute, second of both): write it with cron, or with every and between");
            default ->
                job.remark("a trigger of the type " + common.text("TRIGGER_TYPE")
                        + ", which the tables hold as an object");
        }
        String calendar = common.text("CALENDAR_NAME");
        if (!calendar.isEmpty() && (job.has(JobKey.CRON) || job.has(JobKey.EVERY))) {
            job.set(JobKey.CALENDAR, calendar)
                    .remark("the calendar " + calendar
                            + ": the job runs where there is a FireCalendar bean of that name. See QuartzCalendars, or"
                            + " use excluded-days");
        }
    }

    private void cron(ImportedJob.Builder job) {
        job.set(JobKey.CRON, own.text("CRON_EXPRESSION"));
        String zone = own.text("TIME_ZONE_ID");
        job.setIf(!zone.isEmpty(), JobKey.ZONE, zone);
        // The end belongs to it there, and does not here.
        limits(job, end().map(last -> last.plusMillis(1)));
        misfire(job, 1);
    }

    private void simple(ImportedJob.Builder job) {
        long count = number(own, "REPEAT_COUNT");
        if (count == 0) {
            job.set(JobKey.AT, instant(common, "NEXT_FIRE_TIME").orElse(start()).toString());
            return;
        }
        Duration interval = Duration.ofMillis(number(own, "REPEAT_INTERVAL"));
        Optional<Instant> last = count == WITHOUT_END
                ? Optional.empty()
                : Optional.of(start().plus(interval.multipliedBy(count)).plusMillis(1));
        every(job, interval, earlier(last, end()));
        misfire(job, count == WITHOUT_END ? 3 : 1);
    }

    private static Optional<Instant> earlier(Optional<Instant> one, Optional<Instant> other) {
        return one.isPresent() && other.isPresent()
                ? Optional.of(one.get().isBefore(other.get()) ? one.get() : other.get())
                : one.or(() -> other);
    }

    private void every(ImportedJob.Builder job, Duration interval, Optional<Instant> end) {
        job.set(JobKey.EVERY, Durations.format(interval));
        limits(job, end);
        job.remarkIf(
                !interval.isZero() && start().toEpochMilli() % interval.toMillis() != 0,
                "every " + Durations.format(interval) + " from " + start()
                        + " on: here it fires at multiples of the interval since 1970-01-01T00:00:00Z");
    }

    private void calendarInterval(ImportedJob.Builder job) {
        long interval = number(own, "INT_PROP_1");
        String unit = own.text("STR_PROP_1");
        Optional<Duration> exact = exact(unit).map(one -> one.multipliedBy(interval));
        if (exact.isPresent()) {
            every(job, exact.get(), end());
            misfire(job, 1);
            return;
        }
        ZoneId zone = zone(own.text("STR_PROP_2"));
        Optional<String> cron = interval == 1 ? cronOf(unit, start().atZone(zone)) : Optional.empty();
        if (cron.isPresent()) {
            job.set(JobKey.CRON, cron.get()).set(JobKey.ZONE, zone.getId());
            limits(job, end());
            misfire(job, 1);
        } else {
            job.remark("every " + interval + " " + unit + " from " + start().atZone(zone)
                    + " on, which no schedule here says: write the nearest cron");
        }
    }

    private static Optional<Duration> exact(String unit) {
        return switch (unit) {
            case "MILLISECOND" -> Optional.of(Duration.ofMillis(1));
            case "SECOND" -> Optional.of(Duration.ofSeconds(1));
            case "MINUTE" -> Optional.of(Duration.ofMinutes(1));
            case "HOUR" -> Optional.of(Duration.ofHours(1));
            default -> Optional.empty();
        };
    }

    private static Optional<String> cronOf(String unit, ZonedDateTime start) {
        String time = start.getSecond() + " " + start.getMinute() + " " + start.getHour() + " ";
        boolean isInEachMonth = start.getDayOfMonth() <= LAST_DAY_OF_ALL_MONTHS;
        return switch (unit) {
            case "DAY" -> Optional.of(time + "* * ?");
            case "WEEK" ->
                Optional.of(time + "? * "
                        + start.getDayOfWeek().name().substring(0, 3).toUpperCase(Locale.ROOT));
            case "MONTH" -> isInEachMonth ? Optional.of(time + start.getDayOfMonth() + " * ?") : Optional.empty();
            case "YEAR" ->
                isInEachMonth
                        ? Optional.of(time + start.getDayOfMonth() + " " + start.getMonthValue() + " ?")
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static ZoneId zone(String written) {
        try {
            return written.isEmpty() ? ZoneId.systemDefault() : ZoneId.of(written);
        } catch (DateTimeException unknown) {
            return ZoneId.systemDefault();
        }
    }

    private void limits(ImportedJob.Builder job, Optional<Instant> end) {
        job.setIf(start().isAfter(now), JobKey.VALID_FROM, start().toString());
        end.ifPresent(last -> job.set(JobKey.VALID_UNTIL, last.toString()));
    }

    /**
     * @param smart what the instruction 0 means for this kind of trigger: 1 to fire now, 3 to wait for the next fire time
     */
    private void misfire(ImportedJob.Builder job, int smart) {
        long instruction = common.number("MISFIRE_INSTR").orElse(0L);
        boolean isSimple = common.text("TRIGGER_TYPE").equals("SIMPLE");
        boolean waits = instruction == 0 ? smart == 3 : isSimple ? instruction >= 4 : instruction == 2;
        job.setIf(instruction == -1, JobKey.MISFIRE, "RUN_ALL");
        job.setIf(instruction != -1 && waits, JobKey.MISFIRE, "SKIP");
    }

    private Instant start() {
        return instant(common, "START_TIME").orElse(Instant.EPOCH);
    }

    private Optional<Instant> end() {
        return instant(common, "END_TIME");
    }

    private static Optional<Instant> instant(Row row, String column) {
        return row.number(column).filter(millis -> millis > 0).map(Instant::ofEpochMilli);
    }

    private static long number(Row row, String column) {
        return row.number(column).orElse(0L);
    }
}
