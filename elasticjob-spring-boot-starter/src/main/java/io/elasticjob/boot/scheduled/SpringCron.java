package io.elasticjob.boot.scheduled;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spring's cron dialect in that of Quartz. Pure. */
final class SpringCron {

    private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");
    private static final Pattern RANGE = Pattern.compile("([0-7])-([0-7])");
    private static final Pattern NUMBERED = Pattern.compile("([0-7])(L|#[1-5])");
    private static final Pattern NAMED = Pattern.compile("(?i)(" + String.join("|", DAYS) + ")(L|#[1-5])");

    private SpringCron() {}

    /**
     * The same fire times in Quartz syntax. Words such as {@code @daily} mean the same in both.
     *
     * @throws IllegalArgumentException when Quartz has no words for it; the message continues "the cron expression"
     */
    static String inQuartz(String spring) {
        String cron = spring.strip();
        if (cron.startsWith("@")) {
            return cron;
        }
        String[] fields = cron.split("\\s+");
        if (fields.length != 6) {
            throw new IllegalArgumentException("has " + fields.length + " fields instead of 6");
        }
        boolean anyDayOfMonth = isAny(fields[3]);
        boolean anyDayOfWeek = isAny(fields[5]);
        if (!anyDayOfMonth && !anyDayOfWeek) {
            throw new IllegalArgumentException(
                    "limits both the day of the month and the day of the week: Spring fires where"
                            + " both are met, which Quartz syntax cannot say. Limit one by cron, the other by excludedDays");
        }
        fields[3] = anyDayOfMonth && anyDayOfWeek ? "*" : anyDayOfMonth ? "?" : fields[3];
        fields[5] = anyDayOfWeek ? "?" : daysOfWeek(fields[5]);
        return String.join(" ", fields);
    }

    private static boolean isAny(String field) {
        return field.equals("*") || field.equals("?");
    }

    /** Spring counts from 0, Sunday, to 7, Sunday again; Quartz from 1. Names are the same in both. */
    private static String daysOfWeek(String field) {
        List<String> parts = new ArrayList<>();
        for (String part : field.split(",")) {
            parts.add(dayOfWeek(part));
        }
        return String.join(",", parts);
    }

    private static String dayOfWeek(String part) {
        Matcher range = RANGE.matcher(part);
        Matcher numbered = NUMBERED.matcher(part);
        Matcher named = NAMED.matcher(part);
        if (part.contains("/")) {
            throw new IllegalArgumentException("counts days of the week in steps (" + part
                    + "), which the two dialects do not number alike: name the days");
        }
        if (part.matches("[0-7]")) {
            return name(part);
        }
        if (range.matches()) {
            List<String> days = new ArrayList<>();
            for (int day = Integer.parseInt(range.group(1)); day <= Integer.parseInt(range.group(2)); day++) {
                days.add(DAYS.get(day % 7));
            }
            return String.join(",", days);
        }
        if (numbered.matches()) {
            return Integer.parseInt(numbered.group(1)) % 7 + 1 + numbered.group(2);
        }
        if (named.matches()) {
            return DAYS.indexOf(named.group(1).toUpperCase(Locale.ROOT)) + 1 + named.group(2);
        }
        return part.toUpperCase(Locale.ROOT);
    }

    private static String name(String number) {
        return DAYS.get(Integer.parseInt(number) % 7);
    }
}
