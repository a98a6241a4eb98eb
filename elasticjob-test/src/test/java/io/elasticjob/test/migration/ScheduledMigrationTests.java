package io.elasticjob.test.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.TestInstance;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.test.context.ContextConfiguration;

/** As docs/migration/scheduled.md says it: nothing is changed but one property. */
@ElasticJobTest(properties = "elasticjob.scheduled.take-over=true")
@ContextConfiguration(classes = ScheduledMigrationTests.Application.class)
class ScheduledMigrationTests {

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Application {
        @Bean
        Reports reports() {
            return new Reports();
        }
    }

    static class Reports {
        @Scheduled(cron = "0 0 3 * * *", zone = "UTC")
        void nightly() {}
    }

    @Test
    void eachFiringRunsOnOneOfSeveralInstances(@Autowired ElasticJobTester tester) {
        TestInstance second = tester.addInstance("second");

        tester.advance(Duration.ofHours(4));

        assertThat(tester.executionsOf("reports-nightly"))
                .hasSize(1)
                .allSucceeded()
                .firedAt("2026-01-01T03:00:00Z");
        assertThat(second.isLive()).isTrue();
    }
}
