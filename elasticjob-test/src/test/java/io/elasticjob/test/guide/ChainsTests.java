package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Cause;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ContextConfiguration;

/** As docs/guides/chains.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = ChainsTests.Jobs.class)
class ChainsTests {

    static final Queue<String> report = new ConcurrentLinkedQueue<>();
    static final Queue<Instant> days = new ConcurrentLinkedQueue<>();

    interface Chain {

        @ElasticJob(cron = "0 0 2 * * ?", recordFirings = true)
        class Orders implements SimpleJob {

            @Override
            public void execute(ShardingContext context) {}
        }

        @ElasticJob(after = "orders", recordFirings = true)
        class Bills implements SimpleJob {

            @Override
            public void execute(ShardingContext context) {
                context.result("12 bills");
            }
        }

        @ElasticJob(after = "bills,mails:ANY", join = "ALL")
        class Report implements SimpleJob {

            @Override
            public void execute(ShardingContext context) {
                for (Cause cause : context.causes()) {
                    report.add(cause.job() + " " + cause.result() + " " + cause.results());
                }
                Instant day = context.originFireTime().orElse(context.fireTime());
                days.add(day);
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Jobs {

        @Bean
        Chain.Orders orders() {
            return new Chain.Orders();
        }

        @Bean
        Chain.Bills bills() {
            return new Chain.Bills();
        }

        @Bean
        Chain.Report report() {
            return new Chain.Report();
        }

        @ElasticJob(name = "mails", after = "orders", recordFirings = true)
        void mails(ShardingContext context) {
            context.skip("nobody to write to");
        }
    }

    @Test
    void aReportIsMadeOnceOfWhatFollowsFromOneFiring(@Autowired ElasticJobTester tester) {
        tester.advance(Duration.ofHours(3));

        assertThat(report).containsExactly("bills SUCCEEDED {0=12 bills}", "mails SKIPPED {}");
        assertThat(days).containsExactly(Instant.parse("2026-01-01T02:00:00Z"));
    }
}
