package io.elasticjob.boot.scheduled;

import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.util.StringUtils;

/** What a {@code @Scheduled} says, as settings of a job. Pure. */
public final class ScheduledSettings {

    private ScheduledSettings() {}

    /**
     * The settings; empty where the annotation switches its task off.
     *
     * @param resolver of placeholders
     * @throws IllegalArgumentException when a job cannot say it; the message continues "the method"
     */
    public static Map<JobKey, String> of(Scheduled scheduled, UnaryOperator<String> resolver) {
        Map<JobKey, String> settings = new TreeMap<>();
        TimeUnit unit = scheduled.timeUnit();
        String cron = resolver.apply(scheduled.cron());
        Duration initial = duration(scheduled.initialDelay(), scheduled.initialDelayString(), unit, resolver);
        Duration delay = duration(scheduled.fixedDelay(), scheduled.fixedDelayString(), unit, resolver);
        Duration rate = duration(scheduled.fixedRate(), scheduled.fixedRateString(), unit, resolver);
        if (cron.equals(Scheduled.CRON_DISABLED)) {
            return settings;
        }
        if (!cron.isEmpty()) {
            settings.put(JobKey.CRON, quartz(cron));
            String zone = resolver.apply(scheduled.zone());
            if (StringUtils.hasText(zone)) {
                settings.put(JobKey.ZONE, zone);
            }
            settings.put(JobKey.MISFIRE, Misfire.SKIP.name());
        } else if (!delay.isNegative()) {
            settings.put(JobKey.FIXED_DELAY, delay.toString());
            if (!initial.isNegative() && !initial.isZero()) {
                settings.put(JobKey.INITIAL_DELAY, initial.toString());
            }
        } else if (!rate.isNegative()) {
            if (!initial.isNegative() && !initial.isZero()) {
                throw new IllegalArgumentException(
                        "has an initial delay with a fixed rate, which is aligned to the epoch here,"
                                + " so that all instances compute the same instants: remove the initial delay, or use a fixed delay");
            }
            settings.put(JobKey.EVERY, rate.toString());
            settings.put(JobKey.MISFIRE, Misfire.SKIP.name());
        } else {
            throw new IllegalArgumentException(
                    "runs once after the start of each instance, which is not a schedule of a job: keep it with Spring");
        }
        return settings;
    }

    private static String quartz(String cron) {
        try {
            return SpringCron.inQuartz(cron);
        } catch (IllegalArgumentException untranslatable) {
            throw new IllegalArgumentException(
                    "has the cron expression \"" + cron + "\", which " + untranslatable.getMessage());
        }
    }

    /** Negative where it is not set. */
    private static Duration duration(long number, String text, TimeUnit unit, UnaryOperator<String> resolver) {
        String written = resolver.apply(text);
        if (!StringUtils.hasText(written)) {
            return number < 0 ? Duration.ofSeconds(-1) : Duration.of(number, unit.toChronoUnit());
        }
        return written.strip().matches("-?\\d+")
                ? Duration.of(Long.parseLong(written.strip()), unit.toChronoUnit())
                : DurationStyle.detectAndParse(written.strip());
    }
}
