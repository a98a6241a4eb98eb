package io.elasticjob.test.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Overlap;
import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.ContextConfiguration;

/** As docs/guides/schedules.md shows it. */
@ElasticJobTest
@ContextConfiguration(classes = SchedulesTests.Jobs.class)
class SchedulesTests {

    private static final Queue<String> REPORTS = new ConcurrentLinkedQueue<>();

    @Configuration(proxyBeanMethods = false)
    static class Jobs {

        @ElasticJob(name = "hourly-report", every = "1h", jobParameter = "hour")
        @ElasticJob(name = "nightly-report", cron = "@daily", jobParameter = "night")
        void report(ShardingContext context) {
            REPORTS.add(context.jobParameter());
        }

        @ElasticJob(cron = "0 0/5 * * * ?", overlap = Overlap.QUEUE_ALL)
        void queued() {}
    }

    @Test
    void eachScheduleIsAJobOfItsOwn(@Autowired ElasticJobTester tester) {
        tester.run("hourly-report");
        tester.run("nightly-report");

        assertThat(REPORTS).containsExactly("hour", "night");
    }
}
