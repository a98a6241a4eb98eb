package io.elasticjob.boot.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quartz.CalendarIntervalScheduleBuilder.calendarIntervalSchedule;
import static org.quartz.CronScheduleBuilder.cronSchedule;
import static org.quartz.DailyTimeIntervalScheduleBuilder.dailyTimeIntervalSchedule;
import static org.quartz.SimpleScheduleBuilder.simpleSchedule;

import java.time.Instant;
import java.util.Date;
import java.util.Set;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.TimeOfDay;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.TriggerKey;
import org.quartz.impl.calendar.WeeklyCalendar;

/** The tables that Quartz writes of its jobs while it runs. */
class QuartzImportTest {

    private static final TimeZone BERLIN = TimeZone.getTimeZone("Europe/Berlin");
    private static final Date NEW_YEAR = Date.from(Instant.parse("2100-01-01T00:00:00Z"));

    @DisallowConcurrentExecution
    public static class Archive implements Job {
        @Override
        public void execute(JobExecutionContext context) {}
    }

    public static class Beside implements Job {
        @Override
        public void execute(JobExecutionContext context) {}
    }

    @Test
    void theTablesBecomeSettings() throws Exception {
        try (QuartzOnTables quartz = new QuartzOnTables("import")) {
            Scheduler scheduler = quartz.scheduler();
            scheduler.addCalendar("weekdays", new WeeklyCalendar(), false, false);
            schedule(
                    scheduler,
                    JobBuilder.newJob(Archive.class)
                            .withIdentity("archive")
                            .withDescription("Archives what is old")
                            .requestRecovery()
                            .usingJobData("folder", "/var/archive")
                            .build(),
                    TriggerBuilder.newTrigger()
                            .withIdentity("a-nightly")
                            .startAt(NEW_YEAR)
                            .withSchedule(cronSchedule("0 0 3 * * ?")
                                    .inTimeZone(BERLIN)
                                    .withMisfireHandlingInstructionDoNothing())
                            .build(),
                    TriggerBuilder.newTrigger()
                            .withIdentity("b-hourly")
                            .startAt(NEW_YEAR)
                            .modifiedByCalendar("weekdays")
                            .withSchedule(
                                    simpleSchedule().withIntervalInHours(1).repeatForever())
                            .build());
            schedule(
                    scheduler,
                    JobBuilder.newJob(Beside.class)
                            .withIdentity("tidy", "night")
                            .build(),
                    TriggerBuilder.newTrigger()
                            .withIdentity("daily", "night")
                            .startAt(NEW_YEAR)
                            .withSchedule(calendarIntervalSchedule()
                                    .withIntervalInDays(1)
                                    .inTimeZone(BERLIN))
                            .build());
            schedule(
                    scheduler,
                    JobBuilder.newJob(Archive.class).withIdentity("office").build(),
                    TriggerBuilder.newTrigger()
                            .withIdentity("hours")
                            .startAt(NEW_YEAR)
                            .withSchedule(dailyTimeIntervalSchedule()
                                    .withIntervalInMinutes(15)
                                    .startingDailyAt(TimeOfDay.hourAndMinuteOfDay(8, 0))
                                    .endingDailyAt(TimeOfDay.hourAndMinuteOfDay(18, 0)))
                            .build());
            scheduler.addJob(
                    JobBuilder.newJob(Archive.class)
                            .withIdentity("byHand")
                            .storeDurably()
                            .build(),
                    false);
            scheduler.pauseTrigger(TriggerKey.triggerKey("daily", "night"));

            Imported imported = Imported.by("quartz", "--url=" + quartz.url());

            assertThat(imported.yaml())
                    .startsWith("""
                        # Jobs of Quartz
                        elasticjob:
                          jobs:
                            # the class io.elasticjob.boot.migration.QuartzImportTest$Archive of Quartz, trigger a-nightly
                            # NOT TRANSLATED: data of the job: give them to QuartzJob.of(…), or use job-parameter: folder=/var/archive
                            archive:
                              description: "Archives what is old"
                              failover: true
                              cron: "0 0 3 * * ?"
                              zone: "Europe/Berlin"
                              valid-from: "2100-01-01T00:00:00Z"
                              misfire: SKIP
                            # the class io.elasticjob.boot.migration.QuartzImportTest$Archive of Quartz, trigger b-hourly
                        """)
                    .contains("""
                            archive-b-hourly:
                              description: "Archives what is old"
                              failover: true
                              every: 1h
                              valid-from: "2100-01-01T00:00:00Z"
                              misfire: SKIP
                              calendar: "weekdays"
                              handler: "archive"
                        """)
                    .contains("    # byHand has no settings: it runs when it is triggered\n")
                    .contains(
                            "    # NOT TRANSLATED: a trigger of each day, every 15 MINUTE on the days 1,2,3,4,5,6,7 (1"
                                    + " is Sunday) between the times 8,0,0,18,0,0 ")
                    .endsWith("""
                            # the class io.elasticjob.boot.migration.QuartzImportTest$Beside of Quartz, trigger night-daily
                            # NOT TRANSLATED: executions of the job may overlap there. Here a shard never runs twice at a time: see overlap
                            night-tidy:
                              cron: "0 0 1 * * ?"
                              zone: "Europe/Berlin"
                              valid-from: "2100-01-01T00:00:00Z"
                              enabled: false
                        """);
            assertThat(imported.result()).isEqualTo(JobImport.WITH_REMARKS);
        }
    }

    private static void schedule(Scheduler scheduler, JobDetail job, Trigger... triggers) throws SchedulerException {
        scheduler.scheduleJob(job, Set.of(triggers), false);
    }
}
