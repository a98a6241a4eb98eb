package io.elasticjob.test.autoconfigure.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.SimpleJob;
import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.TestInstance;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

/** As docs/guides/testing.md shows it. */
@ElasticJobTest(startAt = "2026-03-29T00:30:00Z")
@Import(Ledger.class)
class SurvivorTests {

    @Autowired
    private ElasticJobTester tester;

    private final SimpleJob archive = context -> {};

    @Test
    void theSurvivorTakesAllShards() {
        TestInstance second = tester.addInstance("second");
        assertThat(tester.run("settleOrders")).ranOn(tester.instance(), second);

        second.kill();
        tester.advance(Duration.ofMinutes(1));

        assertThat(tester.run("settleOrders")).hasSize(2).ranOn(tester.instance());
    }

    @Test
    void plainJava() {
        try (ElasticJobTester tester = ElasticJobTester.builder()
                .job(
                        JobDefinition.named("archive")
                                .cron("0 0 3 * * ?", ZoneOffset.UTC)
                                .shards(2),
                        archive)
                .start()) {
            tester.advance(Duration.ofHours(4));

            assertThat(tester.executions()).hasSize(2).firedAt("2026-01-01T03:00:00Z");
        }
    }
}
