package io.elasticjob.test.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.quartz.QuartzJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quartz.Job;
import org.quartz.JobExecutionContext;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ContextConfiguration;

/** As docs/migration/quartz.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = QuartzMigrationTests.Jobs.class)
class QuartzMigrationTests {

    /** A job as an application has it for Quartz, unchanged. */
    public static class ArchiveJob implements Job {

        static final List<String> ARCHIVED = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void execute(JobExecutionContext context) {
            ARCHIVED.add(context.getMergedJobDataMap().getString("folder") + " at "
                    + context.getScheduledFireTime().toInstant());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Jobs {
        @Bean
        @ElasticJob(cron = "0 0 3 * * ?", zone = "UTC", failover = true)
        SimpleJob archive() {
            return QuartzJob.of(ArchiveJob::new, Map.of("folder", "/var/archive"));
        }
    }

    @Test
    void theJobOfQuartzRunsAsItIs(@Autowired ElasticJobTester tester) {
        tester.advance(Duration.ofHours(4));

        assertThat(tester.executionsOf("archive")).hasSize(1).allSucceeded().firedAt("2026-01-01T03:00:00Z");
        assertThat(ArchiveJob.ARCHIVED).containsExactly("/var/archive at 2026-01-01T03:00:00Z");
    }
}
