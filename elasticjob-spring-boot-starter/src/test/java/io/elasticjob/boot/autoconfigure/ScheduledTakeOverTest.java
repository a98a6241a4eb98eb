package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.boot.UnusableJobException;
import io.elasticjob.boot.discovery.DeclaredJobs;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.annotation.ScheduledAnnotationBeanPostProcessor;

class ScheduledTakeOverTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ElasticJobPropertyNamesAutoConfiguration.class,
                    ElasticJobScheduledAutoConfiguration.class,
                    ElasticJobAutoConfiguration.class))
            .withUserConfiguration(InMemoryRegistry.class, Application.class)
            .withPropertyValues(
                    "elasticjob.namespace=shop", "elasticjob.auto-startup=false", "nightly.cron=0 0 3 * * 1-5");

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Application {
        @Bean
        Reports reports() {
            return new Reports();
        }

        @Bean
        PriceCache priceCache() {
            return new PriceCache();
        }
    }

    static class Reports {
        @Scheduled(cron = "${nightly.cron}", zone = "Europe/Berlin")
        public void nightly() {}

        @Scheduled(fixedDelay = 30, initialDelay = 5, timeUnit = TimeUnit.SECONDS)
        public void queue() {}

        @Scheduled(cron = "0 0 6 * * *")
        @Scheduled(cron = "0 0 18 * * *")
        public void twice() {}

        @Scheduled(cron = Scheduled.CRON_DISABLED)
        public void never() {}
    }

    static class PriceCache {
        @Scheduled(fixedRateString = "PT10M")
        public void refresh() {}
    }

    static class Stubborn {
        @Scheduled(fixedRate = 1000, initialDelay = 500)
        public void late() {}

        @Scheduled(initialDelay = 500)
        public void once() {}

        @Scheduled(cron = "0 0 3 1 * MON")
        public void both() {}

        @Scheduled(fixedRate = 1000)
        private void hidden() {}
    }

    @Test
    void withoutThePropertyTheyStayWithSpring() {
        runner.run(context -> {
            assertThat(jobs(context)).isEmpty();
            assertThat(springs(context)).hasSize(5);
        });
    }

    @Test
    void byOnePropertyTheyBecomeJobs() {
        runner.withPropertyValues("elasticjob.scheduled.take-over=true").run(context -> {
            assertThat(springs(context)).isEmpty();
            Map<String, JobDefinition> jobs = jobs(context);
            assertThat(jobs)
                    .containsOnlyKeys(
                            "reports-nightly",
                            "reports-queue",
                            "reports-twice",
                            "reports-twice-2",
                            "priceCache-refresh");
            assertThat(setting(jobs, "reports-nightly", JobKey.CRON)).isEqualTo("0 0 3 ? * MON,TUE,WED,THU,FRI");
            assertThat(setting(jobs, "reports-nightly", JobKey.ZONE)).isEqualTo("Europe/Berlin");
            assertThat(jobs.get("reports-nightly").misfire()).isEqualTo(Misfire.SKIP);
            assertThat(setting(jobs, "reports-queue", JobKey.FIXED_DELAY)).isEqualTo("PT30S");
            assertThat(setting(jobs, "reports-queue", JobKey.INITIAL_DELAY)).isEqualTo("PT5S");
            assertThat(setting(jobs, "reports-twice-2", JobKey.CRON)).isEqualTo("0 0 18 * * ?");
            assertThat(setting(jobs, "priceCache-refresh", JobKey.EVERY)).isEqualTo("PT10M");
        });
    }

    @Test
    void theyCanBeConfiguredAsAllOthers() {
        runner.withPropertyValues(
                        "elasticjob.scheduled.take-over=true", "elasticjob.jobs.reports-nightly.zone=Asia/Shanghai")
                .run(context -> assertThat(setting(jobs(context), "reports-nightly", JobKey.ZONE))
                        .isEqualTo("Asia/Shanghai"));
    }

    @Test
    void whatIsKeptRunsOnEachInstance() {
        runner.withPropertyValues("elasticjob.scheduled.take-over=true", "elasticjob.scheduled.keep=PriceCache.refresh")
                .run(context -> {
                    assertThat(jobs(context))
                            .doesNotContainKey("priceCache-refresh")
                            .hasSize(4);
                    assertThat(springs(context)).hasSize(1);
                });
    }

    @Test
    void allThatCannotBeJobsAreListed() {
        runner.withBean(Stubborn.class)
                .withPropertyValues("elasticjob.scheduled.take-over=true", "elasticjob.scheduled.keep=Nobody.there")
                .run(context -> {
                    Throwable failure = context.getStartupFailure();
                    while (failure.getCause() != null && !(failure instanceof UnusableJobException)) {
                        failure = failure.getCause();
                    }
                    assertThat(((UnusableJobException) failure).problem())
                            .contains("Stubborn.late", "aligned to the epoch")
                            .contains("Stubborn.once", "runs once after the start")
                            .contains("Stubborn.both", "both are met")
                            .contains("Stubborn.hidden", "is private")
                            .contains("Nobody.there");
                    assertThat(((UnusableJobException) failure).wayOut()).contains("elasticjob.scheduled.keep");
                });
    }

    private static Map<String, JobDefinition> jobs(ApplicationContext context) {
        return context.getBean(DeclaredJobs.class).definitions().stream()
                .collect(Collectors.toMap(JobDefinition::name, Function.identity()));
    }

    private static String setting(Map<String, JobDefinition> jobs, String name, JobKey key) {
        return jobs.get(name).setting(key).orElseThrow().value();
    }

    private static List<?> springs(ApplicationContext context) {
        return List.copyOf(
                context.getBean(ScheduledAnnotationBeanPostProcessor.class).getScheduledTasks());
    }
}
