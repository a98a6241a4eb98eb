package io.elasticjob;

import io.elasticjob.schedule.Schedule;

/** Keys of all jobs that say when a job fires. */
final class ScheduleKeys {

    private ScheduleKeys() {}

    static JobKey.Builder cron() {
        return JobKey.named("cron")
                .maxLength(Schedule.Cron.LONGEST)
                .documentation("Cron expression in Quartz syntax, 6 or 7 fields, where 1 is Sunday, or a word such as "
                        + "@daily. '-' means never. Excludes 'every'.");
    }

    static JobKey.Builder every() {
        return JobKey.named("every")
                .shape(KeyTraits.Shape.DURATION)
                .documentation("Fixed rate with a unit, such as 30s, aligned to the epoch. Excludes 'cron'.");
    }

    static JobKey.Builder at() {
        return JobKey.named("at")
                .documentation(
                        "Instant of the only firing, such as 2027-01-01T00:00:00Z. Excludes 'cron' and " + "'every'.");
    }

    static JobKey.Builder fixedDelay() {
        return JobKey.named("fixedDelay")
                .shape(KeyTraits.Shape.DURATION)
                .documentation(
                        "Time between the end of a shard's firing and its next one, with a unit, such as 30s. Excludes "
                                + "'cron', 'every' and 'at'.");
    }

    static JobKey.Builder initialDelay() {
        return JobKey.named("initialDelay")
                .shape(KeyTraits.Shape.DURATION)
                .defaultValue("0s")
                .documentation(
                        "Time until the first firing by 'fixedDelay', after the job was created. 0s by default.");
    }

    static JobKey.Builder zone() {
        return JobKey.named("zone")
                .documentation(
                        "Time zone of 'cron', 'between' and 'excludedDays', such as Europe/Berlin. The system's time "
                                + "zone by default.");
    }

    static JobKey.Builder calendar() {
        return JobKey.named("calendar")
                .maxLength(255)
                .freeText()
                .defaultValue("")
                .documentation(
                        "Name of a FireCalendar bean that excludes further days, in 'zone'. Only instances that have it "
                                + "run the job. None by default.");
    }

    static JobKey.Builder onStartup() {
        return JobKey.named("onStartup")
                .maxLength(120)
                .defaultValue("false")
                .documentation("Whether the job also runs once when another version of the application starts: see "
                        + "elasticjob.instance.version. False by default.");
    }

    static JobKey.Builder jitter() {
        return JobKey.named("jitter")
                .shape(KeyTraits.Shape.DURATION)
                .defaultValue("0s")
                .documentation(
                        "By how much a shard starts later than its fire time at most, such as 30s, so that not all "
                                + "start at once. At most 1d. 0s by default.");
    }

    static JobKey.Builder validFrom() {
        return JobKey.named("validFrom")
                .defaultValue("")
                .documentation(
                        "Instant before which the job does not fire, such as 2027-01-01T00:00:00Z. No such limit by "
                                + "default.");
    }

    static JobKey.Builder validUntil() {
        return JobKey.named("validUntil")
                .defaultValue("")
                .documentation(
                        "Instant from which on the job no longer fires, such as 2027-02-01T00:00:00Z. No such limit "
                                + "by default.");
    }

    static JobKey.Builder between() {
        return JobKey.named("between")
                .maxLength(1_000)
                .defaultValue("")
                .documentation(
                        "Hours of the day in which the job fires, in 'zone': 08:00-18:00, 22:00-06:00, or several "
                                + "with commas between them. The end does not belong to them. The whole day by default.");
    }

    static JobKey.Builder excludedDays() {
        return JobKey.named("excludedDays")
                .maxLength(16_000)
                .defaultValue("")
                .documentation(
                        "Days on which the job does not fire, in 'zone', with commas between them: days of the week "
                                + "(SAT,SUN), of each year (12-25), dates (2027-01-01), spans (2027-12-24..2028-01-02). None by "
                                + "default.");
    }
}
