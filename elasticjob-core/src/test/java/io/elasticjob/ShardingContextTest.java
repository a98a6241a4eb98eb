package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ShardingContextTest {

    @Test
    void aContextMadeByHandSaysWhatItWasGivenAndNothingElse() {
        Instant fireTime = Instant.parse("2026-03-01T00:00:05Z");
        ShardingContext context = ShardingContext.builder()
                .jobName("orders")
                .shard(2, 4)
                .shardingParameter("EMEA")
                .fireTime(fireTime)
                .fencingToken(42)
                .build();

        assertThat(context.executionId()).hasToString("orders/2026-03-01T00:00:05Z/2/1");
        assertThat(context.shardingItem()).isEqualTo(2);
        assertThat(context.shardingTotalCount()).isEqualTo(4);
        assertThat(context.shardingParameter()).isEqualTo("EMEA");
        assertThat(context.jobParameter()).isEmpty();
        assertThat(context.previousFireTime()).isEmpty();
        assertThat(context.trigger()).isEmpty();
        assertThat(context.fencingToken()).isEqualTo(42);
        assertThat(context.isCancelled()).isFalse();
    }

    @Test
    void aTriggerByHandIsNamedByItsNumber() {
        ShardingContext context =
                ShardingContext.builder().jobName("orders").trigger(7).build();

        assertThat(context.trigger()).hasValue(7);
        assertThat(context.executionId()).hasToString("orders/trigger-7/0/1");
    }

    @Test
    void withoutMonitoringThereIsNoTokenAndTheErrorNamesTheKey() {
        assertThatThrownBy(() -> ShardingContext.builder().build().fencingToken())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("monitorExecution");
    }

    @Test
    void aShardThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> ShardingContext.builder().shard(3, 3)).hasMessageContaining("shard 3 of 3");
    }
}
