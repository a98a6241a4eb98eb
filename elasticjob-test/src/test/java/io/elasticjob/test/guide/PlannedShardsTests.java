package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ShardPlanner;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.stereotype.Component;
import org.springframework.test.context.ContextConfiguration;

/** As docs/guides/whole-firings.md shows planned shards. */
@ElasticJobTest
@ContextConfiguration(classes = PlannedShardsTests.Jobs.class)
class PlannedShardsTests {

    static final class Table {

        final Queue<String> settled = new ConcurrentLinkedQueue<>();

        List<String> partitionsOf(Instant fireTime) {
            String day = fireTime.toString().substring(0, 10);
            return List.of(day + "-a", day + "-b", day + "-c");
        }

        void settle(String partition) {
            settled.add(partition);
        }
    }

    interface Application {

        Table table = new Table();

        @Component("partitions")
        class Partitions implements ShardPlanner {

            @Override
            public List<String> parts(Request firing) {
                return table.partitionsOf(firing.fireTime());
            }
        }

        @ElasticJob(cron = "0 0 2 * * ?", planner = "partitions")
        class Settle implements SimpleJob {

            @Override
            public void execute(ShardingContext context) {
                table.settle(context.shardingParameter());
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Application.Partitions.class)
    static class Jobs {

        @Bean
        Application.Settle settle() {
            return new Application.Settle();
        }
    }

    @Test
    void eachPartitionOfTheDayIsSettledOnce(@Autowired ElasticJobTester tester) {
        tester.advance(Duration.ofHours(3));

        assertThat(tester.executionsOf("settle")).hasSize(3).allEnded("SUCCEEDED");
        assertThat(Application.table.settled).containsExactlyInAnyOrder("2026-01-01-a", "2026-01-01-b", "2026-01-01-c");
    }
}
