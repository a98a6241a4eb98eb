package io.elasticjob.test.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.SimpleJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ContextConfiguration;

/** As docs/migration/others.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = OneOffMigrationTests.Handlers.class)
class OneOffMigrationTests {

    private static final List<String> REMINDED = new CopyOnWriteArrayList<>();

    @Configuration(proxyBeanMethods = false)
    static class Handlers {
        @Bean
        SimpleJob reminder() {
            return context -> REMINDED.add(context.jobParameter());
        }
    }

    @Autowired
    private ElasticJobTester tester;

    @Autowired
    private JobOperations operations;

    @Test
    void oneTaskIsScheduledWithItsData() {
        tester.answer(remind("4711", tester.now().plus(Duration.ofHours(1))));

        tester.advance(Duration.ofHours(2));

        assertThat(REMINDED).containsExactly("4711");
    }

    CompletionStage<Void> remind(String customer, Instant at) {
        return operations.create(
                "remind-" + customer,
                Map.of(JobKey.HANDLER, "reminder", JobKey.AT, at.toString(), JobKey.JOB_PARAMETER, customer),
                Operator.UNKNOWN);
    }
}
