package io.elasticjob.test.autoconfigure.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.ElasticJobTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

/** As docs/guides/testing.md shows it. */
@ElasticJobTest
@Import(Ledger.class)
class SettleOrdersTests {

    @Autowired
    private ElasticJobTester tester;

    @Test
    void settlesBothRegionsEveryHour() {
        tester.advance(Duration.ofHours(2));

        assertThat(tester.executionsOf("settleOrders"))
                .allSucceeded()
                .ranShards(0, 1)
                .firedAt("2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z");
    }

    @Test
    void settlesOneRegionAtOnce() {
        assertThat(tester.run("settleOrders", 1)).hasSize(1).allSucceeded();
    }
}
