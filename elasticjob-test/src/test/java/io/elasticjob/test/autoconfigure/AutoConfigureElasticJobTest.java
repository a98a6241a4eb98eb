package io.elasticjob.test.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.test.ElasticJobTester;
import io.elasticjob.test.autoconfigure.shop.Ledger;
import io.elasticjob.test.autoconfigure.shop.ShopApplication;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest(classes = ShopApplication.class)
@AutoConfigureElasticJob(startAt = "2026-03-29T00:30:00Z")
@ResourceLock("applications") // each sets up the logging of the whole process
class AutoConfigureElasticJobTest {

    @Test
    void theWholeApplicationRunsItsJobsInTheTimeOfTheTest(
            @Autowired ElasticJobTester tester, @Autowired Ledger ledger) {
        assertThat(tester.now()).isEqualTo("2026-03-29T00:30:00Z");
        assertThat(ledger.lines()).isEmpty();

        tester.advance(Duration.ofHours(2));

        assertThat(tester.executionsOf("settleOrders"))
                .allSucceeded()
                .firedAt("2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z");
        assertThat(ledger.lines()).hasSize(4);
    }
}
