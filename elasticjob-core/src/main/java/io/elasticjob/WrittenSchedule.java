package io.elasticjob;

import io.elasticjob.schedule.DailyHours;
import io.elasticjob.schedule.ExcludedDays;
import io.elasticjob.schedule.FireCalendar;
import io.elasticjob.schedule.Limits;
import io.elasticjob.schedule.NamedCalendar;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.text.Durations;
import io.elasticjob.text.MalformedTextException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The keys that say when a job fires, together. */
final class WrittenSchedule {

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");
    private static final Duration LONGEST = Duration.ofDays(36500);
    private static final String NONE = "-";

    private WrittenSchedule() {}

    /** @throws InvalidSettingException when they do not make a schedule */
    static Schedule read(WrittenSettings settings, Map<String, FireCalendar> calendars) {
        List<JobKey> said = settings.all().keySet().stream()
                .filter(key -> key.saysWhen() && !settings.text(key).isEmpty())
                .toList();
        if (said.size() > 1) {
            throw settings.invalid(
                    said.get(1),
                    "cannot be set beside " + said.get(0).key() + "=\"" + settings.text(said.get(0))
                            + "\": a job has one schedule");
        }
        List<JobKey> limiting = settings.all().keySet().stream()
                .filter(key -> key.limitsSchedule() && !settings.text(key).isEmpty())
                .toList();
        String delay = settings.text(JobKey.FIXED_DELAY);
        boolean never = settings.text(JobKey.CRON).equals(NONE);
        if (delay.isEmpty()
                && !never
                && !settings.text(JobKey.INITIAL_DELAY).equals("0s")
                && !settings.read(JobKey.INITIAL_DELAY, value -> durationOrNone(value, LONGEST))
                        .isZero()) {
            throw settings.invalid(
                    JobKey.INITIAL_DELAY,
                    "needs fixedDelay: fire times of other schedules do not depend on when a job begins; validFrom says"
                            + " from when on they count");
        }
        if (!settings.text(JobKey.EVERY).isEmpty()) {
            Schedule every = settings.read(JobKey.EVERY, value -> Schedule.every(Durations.parseStored(value)));
            return limiting.isEmpty() ? every : within(settings, limiting, every, calendars);
        }
        if (!delay.isEmpty()) {
            Schedule delayed = fixedDelay(settings);
            return limiting.isEmpty() ? delayed : within(settings, limiting, delayed, calendars);
        }
        if (!settings.text(JobKey.AT).isEmpty()) {
            if (!limiting.isEmpty()) {
                throw settings.invalid(
                        limiting.get(0),
                        "cannot be set beside at=\"" + settings.text(JobKey.AT)
                                + "\": one instant is not confined; leave one of them out");
            }
            return settings.read(JobKey.AT, value -> Schedule.once(instant(value)));
        }
        if (said.isEmpty() && !limiting.isEmpty()) {
            throw settings.invalid(
                    limiting.get(0),
                    "needs a schedule that it confines: set cron, every or fixedDelay, or leave it out");
        }
        if (said.isEmpty() || settings.text(JobKey.CRON).equals(NONE)) {
            return Schedule.onTrigger();
        }
        ZoneId zone = zone(settings.name(), settings.text(JobKey.ZONE));
        Schedule cron = settings.read(JobKey.CRON, value -> Schedule.cron(value, zone));
        return limiting.isEmpty() ? cron : within(settings, limiting, cron, calendars);
    }

    /** @param limiting the keys that are set of those that limit a schedule */
    private static Schedule within(
            WrittenSettings settings, List<JobKey> limiting, Schedule schedule, Map<String, FireCalendar> calendars) {
        Instant from = limit(settings, JobKey.VALID_FROM);
        Instant until = limit(settings, JobKey.VALID_UNTIL);
        if (from != null && until != null && !from.isBefore(until)) {
            throw settings.invalid(
                    JobKey.VALID_UNTIL,
                    "must be later than validFrom=\"" + settings.text(JobKey.VALID_FROM)
                            + "\": else the job never fires");
        }
        DailyHours between = settings.read(JobKey.BETWEEN, DailyHours::parse);
        ExcludedDays days = settings.read(JobKey.EXCLUDED_DAYS, ExcludedDays::parse);
        String named = settings.text(JobKey.CALENDAR);
        NamedCalendar calendar = named.isEmpty() ? null : new NamedCalendar(named, calendars.get(named));
        ZoneId zone = limiting.stream().anyMatch(JobKey::isOnTheClock)
                ? zone(settings.name(), settings.text(JobKey.ZONE))
                : null;
        try {
            return Schedule.within(schedule, new Limits(from, until, between, days, calendar, zone));
        } catch (MalformedTextException ofCalendar) {
            throw settings.invalid(JobKey.CALENDAR, ofCalendar.rule());
        } catch (IllegalArgumentException together) {
            throw settings.invalid(limiting.get(limiting.size() - 1), String.valueOf(together.getMessage()));
        }
    }

    private static Schedule fixedDelay(WrittenSettings settings) {
        if (!settings.read(JobKey.MONITOR_EXECUTION, SettingForm.flag())) {
            throw settings.invalid(
                    JobKey.FIXED_DELAY,
                    "needs monitorExecution=true: without records no instance knows when a shard has ended");
        }
        Duration initial = settings.read(JobKey.INITIAL_DELAY, value -> durationOrNone(value, LONGEST));
        return settings.read(JobKey.FIXED_DELAY, value -> Schedule.fixedDelay(Durations.parseStored(value), initial));
    }

    /** Whether there is a key that says when the job fires, be it that it never does. */
    static boolean saysWhen(WrittenSettings settings) {
        return settings.all().keySet().stream()
                .anyMatch(key -> key.saysWhen() && !settings.text(key).isEmpty());
    }

    /** A duration that may be nothing, in whole milliseconds; blank stands for nothing. */
    static Duration durationOrNone(String text, Duration most) {
        if (text.isEmpty()) {
            return Duration.ZERO;
        }
        Duration duration;
        try {
            duration = Durations.parseStored(text);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(MalformedTextException.ruleOf(malformed), malformed);
        }
        if (duration.isNegative() || duration.getNano() % 1_000_000 != 0 || duration.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "must be a whole number of milliseconds from 0s to " + most.toDays() + "d");
        }
        return duration;
    }

    private static @Nullable Instant limit(WrittenSettings settings, JobKey key) {
        return settings.text(key).isEmpty() ? null : settings.read(key, WrittenSchedule::instant);
    }

    private static Instant instant(String text) {
        try {
            Instant at = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
            if (!at.isBefore(Instant.EPOCH) && !at.isAfter(LATEST)) {
                return at;
            }
        } catch (DateTimeException malformed) {
            // the same rule is broken
        }
        throw new IllegalArgumentException(
                "is not an instant from 1970 to 9999: write it with its offset, such as 2027-01-01T00:00:00Z");
    }

    /** @throws InvalidSettingException of the job's zone, when it is none */
    static ZoneId zone(String name, String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException unknown) {
            String rule = "is not a time zone: use a name such as Europe/Berlin, or UTC";
            throw WrittenSettings.invalid(
                    name,
                    JobKey.ZONE,
                    text,
                    SettingChecks.wrongCharacter(JobKey.ZONE, text).orElse(rule));
        }
    }

    /** The same settings with the default zone of whoever asks, where something that is read on its clock came without one. */
    static SortedMap<JobKey, Setting> withZone(Map<JobKey, Setting> given) {
        SortedMap<JobKey, Setting> all = new TreeMap<>(given);
        all.values().removeIf(setting -> setting.value().isEmpty() && setting.source() == Setting.Source.DEFAULT);
        Setting cron = all.get(JobKey.CRON);
        Setting zone = all.get(JobKey.ZONE);
        boolean timed = cron != null && !cron.value().isBlank() && !cron.value().equals(NONE);
        boolean confined = all.entrySet().stream()
                .anyMatch(setting -> setting.getKey().isOnTheClock()
                        && !setting.getValue().value().isBlank());
        if ((timed || confined) && (zone == null || zone.value().isBlank())) {
            all.put(JobKey.ZONE, new Setting(ZoneId.systemDefault().getId(), Setting.Source.DEFAULT));
        }
        return all;
    }
}
