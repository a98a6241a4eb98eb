package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataflowJobTest {

    /** Works on the numbers from 0 to {@code most} - 1, two at a time, and says what it does in order. */
    private static class Numbers implements DataflowJob<Integer> {

        final List<String> said = new ArrayList<>();
        private final int most;

        Numbers(int most) {
            this.most = most;
        }

        @Override
        public List<Integer> fetch(ShardingContext context) {
            int from = context.checkpoint().map(Integer::parseInt).orElse(0);
            List<Integer> next =
                    IntStream.range(from, Math.min(most, from + 2)).boxed().toList();
            said.add("fetch " + next);
            return next;
        }

        @Override
        public void process(ShardingContext context, List<Integer> items) {
            said.add("process " + items);
        }

        @Override
        public String position(List<Integer> items) {
            return String.valueOf(items.get(items.size() - 1) + 1);
        }
    }

    private final List<String> acknowledged = new ArrayList<>();

    private ShardingContext.Builder streaming() {
        return oneShot().setting(DataflowJob.STREAMING, "true");
    }

    private ShardingContext.Builder oneShot() {
        return ShardingContext.builder().fencingToken(1).checkpoints(acknowledged::add);
    }

    @Test
    void oneShotRunsOneBatch() throws Exception {
        Numbers job = new Numbers(5);
        job.execute(oneShot().build());

        assertThat(job.said).containsExactly("fetch [0, 1]", "process [0, 1]");
        assertThat(acknowledged).containsExactly("2");
    }

    @Test
    void aStreamGoesOnUntilNothingIsFetchedAndEachBatchIsAcknowledgedBeforeTheNextIsFetched() throws Exception {
        Numbers job = new Numbers(5);
        job.execute(streaming()
                .checkpoints(position -> job.said.add("acknowledged " + position))
                .build());

        assertThat(job.said)
                .containsExactly(
                        "fetch [0, 1]",
                        "process [0, 1]",
                        "acknowledged 2",
                        "fetch [2, 3]",
                        "process [2, 3]",
                        "acknowledged 4",
                        "fetch [4]",
                        "process [4]",
                        "acknowledged 5",
                        "fetch []");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whereNothingIsFetchedNothingIsProcessed(boolean streaming) throws Exception {
        Numbers nothing = new Numbers(0);
        nothing.execute((streaming ? streaming() : oneShot()).build());
        assertThat(nothing.said).containsExactly("fetch []");

        Numbers absent = new Numbers(0) {
            @Override
            public List<Integer> fetch(ShardingContext context) {
                said.add("fetch null");
                return null;
            }
        };
        absent.execute((streaming ? streaming() : oneShot()).build());
        assertThat(absent.said).containsExactly("fetch null");
        assertThat(acknowledged).isEmpty();
    }

    @Test
    void itGoesOnWhereAnEarlierAttemptWasAcknowledged() throws Exception {
        Numbers job = new Numbers(5);
        job.execute(streaming().checkpoint("4").build());

        assertThat(job.said).containsExactly("fetch [4]", "process [4]", "fetch []");
    }

    @Test
    void aStreamWhoseShardIsToMoveHandsItOverAfterTheBatchInFlight() throws Exception {
        Numbers job = new Numbers(1_000);
        ShardingContext context =
                streaming().moving(() -> acknowledged.size() == 2).build();
        job.execute(context);

        assertThat(context.isHandedOver()).isTrue();
        assertThat(acknowledged).containsExactly("2", "4");
        assertThat(job.said).hasSize(4);
    }

    @Test
    void whatIsDoneIsNotHandedOver() throws Exception {
        ShardingContext context = streaming().moving(() -> true).build();
        new Numbers(0).execute(context);
        assertThat(context.isHandedOver()).isFalse();

        ShardingContext once = oneShot().moving(() -> true).build();
        new Numbers(5).execute(once);
        assertThat(once.isHandedOver()).isFalse();
    }

    @Test
    void nobodyHandsOverWhatIsNotToMove() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ShardingContext.builder().build().handOver())
                .withMessageContaining("ask isMoving() first");
    }

    @Test
    void aCancelledStreamEndsWithAnException() {
        Numbers job = new Numbers(1_000);
        assertThatIllegalStateException()
                .isThrownBy(() -> job.execute(
                        streaming().cancelled(() -> !acknowledged.isEmpty()).build()))
                .withMessageContaining("Cancelled");
        assertThat(acknowledged).containsExactly("2");
    }

    @Test
    void aBatchThatFailsLeavesTheCheckpointOfTheOneBefore() {
        Numbers job = new Numbers(1_000) {
            @Override
            public void process(ShardingContext context, List<Integer> items) {
                if (items.contains(4)) {
                    throw new IllegalArgumentException("four");
                }
            }
        };
        assertThatIllegalArgumentException()
                .isThrownBy(() -> job.execute(streaming().build()))
                .withMessage("four");
        assertThat(acknowledged).containsExactly("2", "4");
    }

    @Test
    void aPositionThatCannotBeKeptIsRefusedBeforeAnythingIsProcessed() {
        Numbers tooLong = new Numbers(5) {
            @Override
            public String position(List<Integer> items) {
                return "x".repeat(ShardingContext.MAX_CHECKPOINT_BYTES + 1);
            }
        };
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tooLong.execute(streaming().build()))
                .withMessageContaining("at most 4096");
        assertThat(tooLong.said).containsExactly("fetch [0, 1]");

        Numbers none = new Numbers(5) {
            @Override
            public String position(List<Integer> items) {
                return null;
            }
        };
        assertThatNullPointerException()
                .isThrownBy(() -> none.execute(streaming().build()))
                .withMessageContaining("position()");
    }

    @Test
    void aJobThatClearsItsBatchHasSaidBeforeWhereItEnds() throws Exception {
        Numbers job = new Numbers(5) {
            @Override
            public List<Integer> fetch(ShardingContext context) {
                return new ArrayList<>(super.fetch(context));
            }

            @Override
            public void process(ShardingContext context, List<Integer> items) {
                items.clear();
            }
        };
        job.execute(streaming().build());
        assertThat(acknowledged).containsExactly("2", "4", "5");
    }

    @Test
    void aJobThatMarksWhatItHasProcessedIsAcknowledgedAsWell() throws Exception {
        List<Integer> left = new ArrayList<>(List.of(1, 2, 3));
        DataflowJob<Integer> job = new DataflowJob<>() {
            @Override
            public List<Integer> fetch(ShardingContext context) {
                return List.copyOf(left);
            }

            @Override
            public void process(ShardingContext context, List<Integer> items) {
                left.removeAll(items);
            }
        };
        job.execute(streaming().build());
        assertThat(acknowledged).containsExactly("");
    }

    @Test
    void withoutMonitoringThereIsNoCheckpoint() throws Exception {
        Numbers job = new Numbers(5);
        job.execute(ShardingContext.builder().unmonitored().build());

        assertThat(job.said).containsExactly("fetch [0, 1]", "process [0, 1]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "TRUE", "1", ""})
    void streamingIsTrueOrFalse(String value) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("rows")
                        .set(DataflowJob.STREAMING, value)
                        .build())
                .withMessage("rows.streaming: \"" + value + "\" must be true or false");
    }

    @Test
    void aStreamNeedsRecords() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("rows")
                        .monitorExecution(false)
                        .set(DataflowJob.STREAMING, "true")
                        .build())
                .withMessageStartingWith("rows.streaming: \"true\" needs monitorExecution=true");
    }

    @Test
    void aContextSaysWhatIsSetOfItsJobAndElseTheDefault() {
        JobDefinition job =
                JobDefinition.named("rows").set(DataflowJob.STREAMING, "true").build();

        ShardingContext context = ShardingContext.builder().settings(job).build();
        assertThat(context.setting(DataflowJob.STREAMING)).isEqualTo("true");
        assertThat(context.toBuilder().build().setting(DataflowJob.STREAMING)).isEqualTo("true");
        assertThat(ShardingContext.builder().build().setting(DataflowJob.STREAMING))
                .isEqualTo("false");
        assertThat(context.setting(JobKey.CRON)).isEmpty();
    }
}
