package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.SimpleJob;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.stereotype.Component;
import org.springframework.test.context.ContextConfiguration;

/** As docs/guides/dynamic-jobs.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = DynamicJobsTests.Handlers.class)
class DynamicJobsTests {

    private static final Queue<String> RAN = new ConcurrentLinkedQueue<>();

    @Configuration(proxyBeanMethods = false)
    @Import({Application.Imports.class, Application.Months.class})
    static class Handlers {

        @Bean
        SimpleJob importCustomer() {
            return context -> RAN.add(context.jobParameter());
        }

        @Bean
        @ElasticJob(shardingTotalCount = 2)
        SimpleJob settleInvoices() {
            return context -> RAN.add(context.jobParameter() + "/" + context.shardingItem());
        }
    }

    interface Application {

        @Component
        class Imports {

            private final JobOperations jobs; // io.elasticjob

            Imports(JobOperations jobs) {
                this.jobs = jobs;
            }

            CompletionStage<Void> everyHour(String customer) {
                return jobs.create(
                        "import-" + customer,
                        Map.of(JobKey.HANDLER, "importCustomer", JobKey.EVERY, "1h", JobKey.JOB_PARAMETER, customer),
                        new Operator("imports", "signed up"));
            }
        }

        @Component
        class Months {

            private final JobOperations jobs;

            Months(JobOperations jobs) {
                this.jobs = jobs;
            }

            CompletionStage<TriggerStatus> close(String month) {
                return jobs.trigger(TriggerRequest.of("settleInvoices")
                                .withParameter(month)
                                .withId("close-" + month))
                        .thenCompose(TriggerReceipt::completion);
            }
        }
    }

    @Test
    void aJobIsCreatedAndAnotherIsTriggered(
            @Autowired ElasticJobTester tester,
            @Autowired Application.Imports imports,
            @Autowired Application.Months months) {
        tester.answer(imports.everyHour("acme"));
        tester.advance(Duration.ofHours(2));
        tester.answer(months.close("may"));

        assertThat(RAN).containsExactlyInAnyOrder("acme", "acme", "may/0", "may/1");
    }
}
