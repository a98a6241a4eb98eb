package io.elasticjob.boot.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.Misfire;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.migration.Firings.Ran;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.quartz.QuartzJob;
import io.elasticjob.schedule.Schedule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.test.TestingServer;
import org.apache.shardingsphere.elasticjob.api.JobConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.quartz.CronScheduleBuilder;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.TriggerKey;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.support.CronTrigger;

/** As docs/migration/import.md shows it: the other scheduler runs until an instant, this one from it on. */
@ResourceLock("applications")
class CutOverTest {

    private static final String CRON = "0/10 * * * * ?";
    private static final Schedule SCHEDULE = Schedule.cron(CRON, ZoneOffset.UTC);
    private static final int FIRINGS_AFTER = 2;

    private static Firings firings = new Firings();

    private TestingServer zooKeeper;

    @TempDir
    private Path folder;

    @BeforeEach
    void startZooKeeper() throws Exception {
        firings = new Firings();
        zooKeeper = new TestingServer();
    }

    @AfterEach
    void stopZooKeeper() throws Exception {
        zooKeeper.close();
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {

        @Bean
        @ElasticJob
        SimpleJob settleOrders() {
            return context -> firings.add(new Ran(context.fireTime(), context.shardingItem(), true));
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class ApplicationWithQuartzJob {

        @Bean
        @ElasticJob
        SimpleJob settleOrders() {
            return QuartzJob.of(SettleOrders::new);
        }
    }

    /** The same class for both. */
    public static class SettleOrders implements Job {

        @Override
        public void execute(JobExecutionContext context) {
            boolean here = context.getMergedJobDataMap().containsKey("shardingItem");
            firings.add(new Ran(context.getScheduledFireTime().toInstant(), 0, here));
        }
    }

    @Test
    void noFiringOfApacheElasticJobRunsTwiceOrIsLost() throws Exception {
        try (ApacheElasticJob apache = new ApacheElasticJob(zooKeeper.getConnectString(), "old")) {
            apache.schedule(
                    JobConfiguration.newBuilder("settleOrders", 2)
                            .cron(CRON)
                            .timeZone("GMT+0:00")
                            .build(),
                    (time, shard) -> firings.add(new Ran(time, shard, false)));
            await().atMost(Duration.ofMinutes(1)).until(() -> !firings.there().isEmpty());

            Instant switched = nextButOne();
            Imported imported = Imported.by(
                    "elasticjob",
                    "--connect-string=" + zooKeeper.getConnectString(),
                    "--namespace=old",
                    "--valid-from=" + switched);
            try (ConfigurableApplicationContext application = start(Application.class, imported)) {
                Instant last = SCHEDULE.latest(switched.minusMillis(1)).orElseThrow();
                // After its last firing, and before the first one here.
                until(() -> firings.ranThere(last) == 2);
                apache.disable("settleOrders");

                checkAround(SCHEDULE, last, switched, 2);
            }
        }
    }

    @Test
    void noFiringOfQuartzRunsTwiceOrIsLost() throws Exception {
        try (QuartzOnTables quartz = new QuartzOnTables("cutover")) {
            Trigger trigger = TriggerBuilder.newTrigger()
                    .withIdentity("each-10-seconds")
                    .withSchedule(CronScheduleBuilder.cronSchedule(CRON))
                    .build();
            quartz.scheduler()
                    .scheduleJob(
                            JobBuilder.newJob(SettleOrders.class)
                                    .withIdentity("settleOrders")
                                    .build(),
                            trigger);
            await().atMost(Duration.ofMinutes(1)).until(() -> !firings.there().isEmpty());

            Instant switched = nextButOne();
            Imported imported = Imported.by("quartz", "--url=" + quartz.url(), "--valid-from=" + switched);
            try (ConfigurableApplicationContext application = start(ApplicationWithQuartzJob.class, imported)) {
                int before = firings.there().size();
                until(() -> firings.there().size() > before);
                end(quartz.scheduler(), trigger.getKey(), switched);

                checkAround(SCHEDULE, SCHEDULE.latest(switched.minusMillis(1)).orElseThrow(), switched, 1);
            }
        }
    }

    /** Fires so seldom that the job can be stopped between two firings, ten seconds before the second one. */
    @Test
    void noFiringOfXxlJobRunsTwiceOrIsLost() throws Exception {
        try (XxlJobAdmin admin = new XxlJobAdmin(
                "cutover-xxl", "settleOrders", "0/20 * * * * ?", due -> firings.add(new Ran(due, 0, false)))) {
            Schedule schedule = Schedule.cron("0/20 * * * * ?", ZoneOffset.UTC);
            await().atMost(Duration.ofMinutes(1)).until(() -> !firings.there().isEmpty());

            Instant switched = schedule.next(Instant.now().plusSeconds(30)).orElseThrow();
            Imported imported = Imported.by("xxl-job", "--url=" + admin.url(), "--valid-from=" + switched);
            try (ConfigurableApplicationContext application = start(Application.class, imported)) {
                Instant last = schedule.latest(switched.minusMillis(1)).orElseThrow();
                until(() -> firings.ranThere(last) == 1);
                admin.stop();

                checkAround(schedule, last, switched, 1);
            }
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @EnableScheduling
    static class ApplicationOfBoth {

        /** Both call this. */
        private static void settle(Instant fireTime, boolean here) {
            firings.add(new Ran(fireTime, 0, here));
        }

        /** Was: a method with {@code @Scheduled(cron = "0/10 * * * * *", zone = "UTC")}. */
        @Bean
        SchedulingConfigurer settleUntilTheSwitch(
                @Value("${elasticjob.jobs.settleOrders.valid-from}") Instant switched) {
            AtomicReference<Instant> due = new AtomicReference<>();
            CronTrigger cron = new CronTrigger("0/10 * * * * *", ZoneOffset.UTC);
            EndingTrigger ending = new EndingTrigger(
                    context -> {
                        Instant next = cron.nextExecution(context);
                        due.set(next);
                        return next;
                    },
                    switched);
            return tasks -> tasks.addTriggerTask(() -> settle(due.get(), false), ending);
        }

        @ElasticJob(name = "settleOrders", cron = CRON, zone = "UTC", misfire = Misfire.SKIP)
        void settle(ShardingContext context) {
            settle(context.fireTime(), true);
        }
    }

    /** Both in one application, ours off until an instant. */
    @Test
    void noFiringOfScheduledRunsTwiceOrIsLost() throws Exception {
        Instant switched = nextButOne();
        Imported declared = new Imported(0, "elasticjob.jobs.settleOrders.valid-from: " + switched, "");
        try (ConfigurableApplicationContext application = start(ApplicationOfBoth.class, declared)) {
            until(() -> !firings.there().isEmpty());
            Instant first = firings.there().get(0).fireTime();

            Instant last = SCHEDULE.latest(switched.minusMillis(1)).orElseThrow();
            checkAround(SCHEDULE, last, switched, 1);
            List<Instant> before = new ArrayList<>(List.of(first));
            while (before.get(before.size() - 1).isBefore(last)) {
                before.add(SCHEDULE.next(before.get(before.size() - 1)).orElseThrow());
            }
            assertThat(firings.there()).extracting(Ran::fireTime).containsExactlyElementsOf(before);
        }
    }

    private static void end(Scheduler scheduler, TriggerKey key, Instant instant) throws SchedulerException {
        Trigger trigger = scheduler.getTrigger(key);
        scheduler.rescheduleJob(
                key,
                trigger.getTriggerBuilder()
                        .startAt(trigger.getNextFireTime())
                        .endAt(Date.from(instant.minusMillis(1)))
                        .build());
    }

    /** A fire time that leaves the time to start an application, and to end what fires there. */
    private static Instant nextButOne() {
        return SCHEDULE.next(Instant.now().plusSeconds(45)).orElseThrow();
    }

    private ConfigurableApplicationContext start(Class<?> application, Imported imported) throws Exception {
        Path settings = Files.writeString(folder.resolve("jobs.yaml"), imported.yaml());
        ConfigurableApplicationContext context = new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .run(
                        "--spring.config.additional-location=file:" + settings,
                        "--spring.application.name=shop",
                        "--elasticjob.registry.connect-string=" + zooKeeper.getConnectString());
        JobEngine engine = context.getBean(JobEngine.class);
        await().atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .until(() -> engine.job("settleOrders")
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS)
                        .isPresent());
        return context;
    }

    /** Up to the last one before the instant there, from the instant on here, each once. */
    private static void checkAround(Schedule schedule, Instant last, Instant switched, int shards) throws Exception {
        List<Instant> after = new ArrayList<>(List.of(switched));
        while (after.size() < FIRINGS_AFTER) {
            after.add(schedule.next(after.get(after.size() - 1)).orElseThrow());
        }
        until(() -> firings.here().stream()
                        .filter(ran -> after.contains(ran.fireTime()))
                        .count()
                == (long) shards * FIRINGS_AFTER);

        assertThat(firings.all()).doesNotHaveDuplicates();
        assertThat(firings.there()).allMatch(ran -> ran.fireTime().isBefore(switched));
        assertThat(firings.ranThere(last)).isEqualTo(shards);
        assertThat(firings.here()).allMatch(ran -> !ran.fireTime().isBefore(switched));
        for (Instant fireTime : after) {
            for (int shard = 0; shard < shards; shard++) {
                assertThat(firings.here()).contains(new Ran(fireTime, shard, true));
            }
        }
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(Duration.ofMinutes(2)).until(condition);
    }
}
