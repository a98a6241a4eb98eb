package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardingContextTest {

    @Test
    void aResultIsKeptAndOneThatIsTooLongIsRefusedInWords() {
        ShardingContext context = ShardingContext.builder().jobName("orders").build();
        assertThat(context.result()).isEmpty();

        context.result("42 rows");
        assertThatThrownBy(() -> context.result("é".repeat(513)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has 1026 bytes in UTF-8; at most 1024 are kept");

        assertThat(context.result()).hasValue("42 rows");
    }

    @Test
    void theReasonOfASkipIsOneVisibleLineThatIsCut() {
        ShardingContext context = ShardingContext.builder().jobName("orders").build();
        assertThat(context.skipped()).isEmpty();

        context.skip("no new\norders");
        assertThat(context.skipped()).hasValue("no new\\u000Aorders");
        context.skip("x".repeat(600));
        assertThat(context.skipped().orElseThrow()).hasSize(500).endsWith("…");
        context.skip(null);
        assertThat(context.skipped()).hasValue("");
    }

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
        assertThatThrownBy(() -> ShardingContext.builder()
                        .fencingToken(1)
                        .unmonitored()
                        .build()
                        .fencingToken())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Set monitorExecution=true");
    }

    @Test
    void aContextMadeByHandWithoutATokenSaysHowToSetOne() {
        ShardingContext context = ShardingContext.builder().jobName("orders").build();

        assertThat(context.isMonitored()).isFalse();
        for (ThrowingCallable asked : List.<ThrowingCallable>of(context::fencingToken, () -> context.checkpoint("x"))) {
            assertThatThrownBy(asked)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("made by ShardingContext.builder()")
                    .hasMessageContaining(".fencingToken(1)")
                    .hasMessageContaining(".unmonitored()");
        }
    }

    // ---- Checkpoints ----------------------------------------------------------------------------------------------

    @Test
    void aContextMadeByHandKeepsCheckpointsForTheTestToSee() {
        List<String> written = new ArrayList<>();
        ShardingContext context = ShardingContext.builder()
                .fencingToken(1)
                .checkpoint("page 3")
                .checkpoints(written::add)
                .build();
        assertThat(context.checkpoint()).contains("page 3");

        context.checkpoint("page 4");
        context.checkpoint("page 5");

        assertThat(context.checkpoint()).contains("page 5");
        assertThat(written).containsExactly("page 4", "page 5");
    }

    @Test
    void aCheckpointThatIsRefusedIsNotTheLastOne() {
        ShardingContext context = ShardingContext.builder()
                .fencingToken(1)
                .checkpoint("page 3")
                .checkpoints(any -> {
                    throw new ShardLostException("overtaken");
                })
                .build();

        assertThatThrownBy(() -> context.checkpoint("page 4")).isInstanceOf(ShardLostException.class);
        assertThat(context.checkpoint()).contains("page 3");
    }

    @ParameterizedTest
    @CsvSource({"x, 4096", "ä, 2048", "€, 1365", "😀, 1024"})
    void aCheckpointIsMeasuredInBytes(String character, int most) {
        ShardingContext context = ShardingContext.builder().fencingToken(1).build();
        context.checkpoint(character.repeat(most));

        assertThatThrownBy(() -> context.checkpoint(character.repeat(most + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of job/")
                .hasMessageContaining(
                        " has " + (most + 1) * character.getBytes(StandardCharsets.UTF_8).length + " bytes")
                .hasMessageContaining("at most 4096");
        assertThat(context.checkpoint()).contains(character.repeat(most));
    }

    @Test
    void aCheckpointThatIsNoTextIsRefused() {
        ShardingContext context = ShardingContext.builder().fencingToken(1).build();

        assertThatThrownBy(() -> context.checkpoint("page \uD83D"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("half a surrogate pair");
    }

    @Test
    void withoutMonitoringThereIsNoCheckpointAndTheErrorNamesTheKey() {
        ShardingContext context = ShardingContext.builder().unmonitored().build();

        assertThat(context.checkpoint()).isEmpty();
        assertThatThrownBy(() -> context.checkpoint("page 4"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("monitorExecution");
    }

    @Test
    void aShardThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> ShardingContext.builder().shard(3, 3)).hasMessageContaining("shard 3 of 3");
    }
}
