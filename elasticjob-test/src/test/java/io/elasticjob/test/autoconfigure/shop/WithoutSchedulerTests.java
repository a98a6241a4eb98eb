package io.elasticjob.test.autoconfigure.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobOperations;
import io.elasticjob.JobsDisabledException;
import io.elasticjob.ShardingContext;
import io.elasticjob.TriggerRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** As docs/guides/testing.md shows it. */
@SpringBootTest(properties = "elasticjob.enabled=false")
@ResourceLock("applications") // each sets up the logging of the whole process
class WithoutSchedulerTests {

    private final Ledger ledger = new Ledger();
    private final SettleOrders job = new SettleOrders(ledger);

    @Test
    void writesTheLineOfItsRegion() {
        job.execute(
                ShardingContext.builder().shard(1, 2).shardingParameter("south").build());

        assertThat(ledger.lines()).containsExactly("south");
    }

    @Test
    void operationsAreRefused(@Autowired JobOperations operations) {
        assertThat(operations.trigger(TriggerRequest.of("settleOrders")).toCompletableFuture())
                .isCompletedExceptionally()
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(JobsDisabledException.class);
    }
}
