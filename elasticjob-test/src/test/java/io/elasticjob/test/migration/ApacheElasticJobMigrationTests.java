package io.elasticjob.test.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.stereotype.Component;
import org.springframework.test.context.ContextConfiguration;

/** As docs/migration/elasticjob.md shows it. */
@ElasticJobTest(
        properties = {
            "elasticjob.jobs.my-job.cron=0/30 * * * * ?",
            "elasticjob.jobs.my-job.zone=UTC",
            "elasticjob.jobs.my-job.sharding-total-count=3",
            "elasticjob.jobs.my-job.sharding-item-parameters=0=Beijing,1=Shanghai,2=Guangzhou",
            "elasticjob.jobs.my-job.failover=true",
            "elasticjob.jobs.my-job.misfire=FIRE_ONCE"
        })
@ContextConfiguration(classes = ApacheElasticJobMigrationTests.MyJob.class)
@Import(ApacheElasticJobMigrationTests.MyJob.class)
class ApacheElasticJobMigrationTests {

    @Component("myJob")
    @ElasticJob
    static class MyJob implements SimpleJob {

        final List<String> cities = new CopyOnWriteArrayList<>();

        @Override
        public void execute(ShardingContext context) {
            cities.add(context.shardingParameter());
        }
    }

    @Test
    void theEntryRunsTheClassInThreeShards(@Autowired ElasticJobTester tester, @Autowired MyJob job) {
        tester.advance(Duration.ofSeconds(30));

        assertThat(tester.executionsOf("myJob")).hasSize(3).allSucceeded().ranShards(0, 1, 2);
        assertThat(job.cities).containsExactlyInAnyOrder("Beijing", "Shanghai", "Guangzhou");
    }
}
