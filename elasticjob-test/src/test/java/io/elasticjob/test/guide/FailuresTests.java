package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.CancelReceipt;
import io.elasticjob.CancelRequest;
import io.elasticjob.Firing;
import io.elasticjob.JobErrorHandler;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ContextConfiguration;

/** As docs/guides/failures.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = FailuresTests.Jobs.class)
class FailuresTests {

    /** Somebody is called. */
    static final class Pager {

        final Queue<String> pages = new ConcurrentLinkedQueue<>();

        void page(String headline, Throwable failure) {
            pages.add(headline + ": " + failure.getMessage());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Jobs {

        @ElasticJob(
                cron = "0 0 3 * * ?",
                retryAttempts = 5,
                retryDelay = "30s",
                retryMaxDelay = "10m",
                retryNotOn = "java.lang.IllegalArgumentException")
        void retried(ShardingContext context) {
            if (context.attempt() == 1) {
                throw new IllegalStateException("not yet");
            }
        }

        @ElasticJob(every = "10m", pauseAfterFailures = "5")
        void paused() {
            throw new IllegalStateException("never");
        }

        @Bean
        Pager thePager() {
            return new Pager();
        }

        @Bean
        JobErrorHandler pager(Pager pager) {
            return (context, failure) -> pager.page(context.jobName() + "/" + context.shardingItem(), failure);
        }

        @ElasticJob(cron = "0 0 3 * * ?", errorHandler = "pager")
        void told() {
            throw new IllegalStateException("no luck");
        }

        @ElasticJob(cron = "0 0 3 * * ?", timeout = "30m")
        void limited() {}
    }

    private static CompletionStage<CancelReceipt> cancelled(JobOperations operations) {
        return operations.cancel(CancelRequest.of("settleInvoices")
                .withFiring(new Firing.Triggered(7))
                .by(new Operator("ann", "disk full")));
    }

    @Test
    void aRetrySucceedsAndAnErrorHandlerIsToldOfAFailure(@Autowired ElasticJobTester tester, @Autowired Pager pager) {
        tester.advance(Duration.ofHours(3).plusMinutes(10));

        assertThat(tester.executions().list())
                .filteredOn(execution -> execution.job().endsWith("retried"))
                .hasSize(2)
                .last()
                .matches(execution -> execution.succeeded());
        assertThat(tester.executions().list())
                .filteredOn(execution -> execution.job().endsWith("paused"))
                .hasSize(5);
        assertThat(pager.pages).singleElement().asString().endsWith("told/0: no luck");
    }

    @Test
    void aFiringOfAJobThatIsNotThereIsNotCancelled(@Autowired ElasticJobTester tester) {
        assertThat(cancelled(tester.operations())).isNotNull();
    }
}
