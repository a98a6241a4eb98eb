package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.JobOperations;
import io.elasticjob.RerunRequest;
import io.elasticjob.RerunRequest.Option;
import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ContextConfiguration;

/** Past firings that run again, as docs/guides/whole-firings.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = RerunsTests.Jobs.class)
class RerunsTests {

    @Configuration(proxyBeanMethods = false)
    static class Jobs {

        @ElasticJob(name = "settled", cron = "0 0 2 * * ?", shardingTotalCount = 2, recordFirings = true)
        void settled(ShardingContext context) {
            if (context.shardingItem() == 1 && context.executionId().attempt() == 1) {
                throw new IllegalStateException("the bank is away");
            }
        }
    }

    @Test
    void failedShardsOfPastFiringsRunAgainAsThoseFirings(@Autowired ElasticJobTester tester) {
        JobOperations operations = tester.operations();
        Instant friday = tester.now();
        tester.advance(Duration.ofHours(51));
        Instant monday = tester.now();

        operations.rerun(RerunRequest.of("settled", Firing.of("2026-01-01T02:00:00Z")));
        tester.advance(Duration.ofMinutes(1));
        operations.rerun(RerunRequest.failedBetween("settled", friday, monday).with(Option.SUCCESSORS));
        tester.advance(Duration.ofMinutes(1));

        assertThat(tester.executionsOf("settled"))
                .filteredOn(execution -> execution.id().attempt() == 2)
                .hasSize(3)
                .allSatisfy(execution -> assertThat(execution.id().shard()).isEqualTo(1));
    }
}
