package io.elasticjob.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Cancellation;
import io.elasticjob.Firing;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.ShardState.Attempt;
import io.elasticjob.ShardState.Done;
import io.elasticjob.ShardState.Idle;
import io.elasticjob.ShardState.Running;
import io.elasticjob.ShardState.Stop;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ShardViewTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Instant LATER = NOON.plusSeconds(3);
    private static final Stop STOP = new Stop(Cancellation.Reason.OPERATOR, NOON, "ann", "");

    @Test
    void aCheckpointIsAsOldAsTheLastWriteOfTheExecutionThatRunsAndHasWritten() {
        assertThat(view(new Running(attempt(9)), "page=12").checkpoint()).contains("page=12");
        assertThat(view(new Running(attempt(9)), "page=12").checkpointAt()).contains(LATER);
    }

    @Test
    void itIsNotKnownHowOldACheckpointIsThatAnEarlierAttemptHasLeftOrAfterWhichSomethingElseWasWritten() {
        assertThat(view(new Running(attempt(0)), "page=12").checkpoint()).contains("page=12");
        assertThat(view(new Running(attempt(0)), "page=12").checkpointAt()).isEmpty();
        assertThat(view(new Running(attempt(9), STOP), "page=12").checkpointAt())
                .isEmpty();
        assertThat(view(new Idle(attempt(9)), "page=12").checkpoint()).contains("page=12");
        assertThat(view(new Idle(attempt(9)), "page=12").checkpointAt()).isEmpty();
    }

    @Test
    void whatHasEndedOrLeftNoneHasNoCheckpoint() {
        assertThat(view(new Done(attempt(9), NOON), "page=12").checkpoint()).isEmpty();
        assertThat(view(new Running(attempt(9)), null).checkpointAt()).isEmpty();
    }

    private static Attempt attempt(long token) {
        return new Attempt(new Firing.Scheduled(NOON), "till-7", 1, 0, token, NOON);
    }

    private static ShardView view(ShardState state, @Nullable String checkpoint) {
        ShardRecord record = new ShardRecord(state, ShardRecord.Past.NONE, checkpoint, Map.of());
        return new ShardView(0, "till-7", record, 9, null, 12, LATER);
    }
}
