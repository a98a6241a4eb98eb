package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.test.context.ContextConfiguration;

/** As the README, docs/getting-started.md and docs/reference/events.md show it. */
@ElasticJobTest
@ContextConfiguration(classes = GettingStartedTests.Beans.class)
class GettingStartedTests {

    /** What ran, in words. */
    static final class Invoices {

        final Queue<String> settled = new ConcurrentLinkedQueue<>();

        void settleOpenOnesOf(String region) {
            settled.add(region);
        }
    }

    /** Its members are static, as classes in files of their own are. */
    interface Application {

        Invoices invoices = new Invoices();

        @Component
        @ElasticJob(
                cron = "0/5 * * * * ?",
                shardingTotalCount = 4,
                shardingItemParameters = "0=EMEA,1=APAC,2=AMER,3=LATAM")
        class SettleInvoices implements SimpleJob {

            @Override
            public void execute(ShardingContext context) {
                invoices.settleOpenOnesOf(context.shardingParameter());
            }
        }

        @Component
        class Reports {

            @ElasticJob(cron = "0 30 2 * * ?", zone = "Europe/Berlin")
            void nightly() {
                invoices.settleOpenOnesOf("the night");
            }

            @ElasticJob(every = "30s", shardingTotalCount = 4)
            void poll(ShardingContext context) {
                invoices.settleOpenOnesOf("poll " + context.shardingItem());
            }
        }

        @Component
        class Ends {

            final Queue<ElasticJobEvent.ExecutionEnded> heard = new ConcurrentLinkedQueue<>();

            @EventListener
            void on(ElasticJobEvent.ExecutionEnded ended) {
                heard.add(ended);
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        Application.SettleInvoices settleInvoices() {
            return new Application.SettleInvoices();
        }

        @Bean
        Application.Reports reports() {
            return new Application.Reports();
        }

        @Bean
        Application.Ends ends() {
            return new Application.Ends();
        }
    }

    @Test
    void theExamplesRun(@Autowired ElasticJobTester tester, @Autowired Application.Ends ends) {
        tester.advance(Duration.ofSeconds(5));

        assertThat(tester.executionsOf("settleInvoices")).hasSize(4).allSucceeded();
        assertThat(Application.invoices.settled).contains("EMEA", "APAC", "AMER", "LATAM");
        assertThat(tester.run("reports-poll")).hasSize(4).allSucceeded();
        assertThat(tester.run("reports-nightly")).hasSize(1).allSucceeded();
        assertThat(Application.invoices.settled).contains("the night", "poll 0", "poll 3");
        assertThat(ends.heard).isNotEmpty();
    }
}
