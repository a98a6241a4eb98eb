package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Cancellation;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.ShardStep.Owner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Executions that were told to end for good: by their timeout, or by an operator. */
class LingeringTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant LATER = NOON.plusSeconds(10);
    private static final Outcome TIMED_OUT = new Outcome.TimedOut("timed out after 5s");
    private static final ShardState.Stop STOP =
            new ShardState.Stop(Cancellation.Reason.TIMEOUT, NOON.plusSeconds(5), "", "timed out after 5s");

    private static final ShardRecord RUNNING = ShardRecord.NEW.claimed(new Firing.Scheduled(NOON), "a.0", 1, 0, NOON);
    private static final ShardRecord STOPPING = RUNNING.stopping(STOP);
    private static final ShardRecord LINGERING =
            STOPPING.completed(TIMED_OUT, NOON, LATER).lingering(true);

    private static ShardStep step(ShardRecord record, Owner owner) {
        JobDefinition orders = JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .failover(true)
                .build();
        ShardStep.Job job = new ShardStep.Job(orders, NOON.minusSeconds(60), ShardCount.always(1), LATER);
        return ShardStep.next(job, 0, record, owner, LATER);
    }

    /** The next firing has come due. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            LIVE    | Await[owner=a.0]
            UNKNOWN | AskFor[owner=a.0]
            """)
    void nothingIsBegunForAShardWhileWhatLingersMayGoOn(Owner owner, String step) {
        assertThat(step(LINGERING, owner)).hasToString(step);
    }

    @Test
    void onceItsInstanceIsDeadTheNextFiringIsRun() {
        assertThat(step(LINGERING, Owner.DEAD))
                .isEqualTo(new ShardStep.Claim(new Firing.Scheduled(LATER), LATER, 1, 0));
    }

    @Test
    void whoRunsItNoLongerSaysSoFirst() {
        assertThat(step(LINGERING, Owner.SELF)).isEqualTo(new ShardStep.Settle(LINGERING.lingering(false), null));
        assertThat(step(LINGERING.lingering(false), Owner.UNKNOWN)).isInstanceOf(ShardStep.Claim.class);
    }

    @Test
    void whatWasToldToEndIsNotFailedOver() {
        assertThat(step(STOPPING, Owner.DEAD)).isInstanceOfSatisfying(ShardStep.Settle.class, settle -> {
            assertThat(settle.next().outcome()).isEqualTo("TIMED_OUT");
            assertThat(settle.next().error()).isEqualTo("timed out after 5s");
        });
        assertThat(step(RUNNING, Owner.DEAD)).as("else it is").isInstanceOf(ShardStep.Claim.class);
    }

    // ---- As it is stored -------------------------------------------------------------------------------------------

    @Test
    void thatItWasToldToEndAndThatItLingersComeBack() {
        assertThat(decoded(ShardRecordCodec.encode(STOPPING))).isEqualTo(STOPPING);
        assertThat(decoded(ShardRecordCodec.encode(STOPPING.withToken(7).withCheckpoint("page 3")))
                        .stop())
                .contains(STOP);
        assertThat(decoded(ShardRecordCodec.encode(LINGERING))).isEqualTo(LINGERING);
        assertThat(new String(ShardRecordCodec.encode(RUNNING), StandardCharsets.UTF_8))
                .as("a job that uses none of it pays nothing")
                .doesNotContain("stop")
                .doesNotContain("linger");
    }

    /** It keeps members that it does not know. */
    @Test
    void whatAnOlderVersionKeepsOfAnEarlierExecutionIsNotBelieved() {
        String next =
                "{\"format\":1,\"state\":\"%s\",\"firing\":\"2026-03-01T12:00:10Z\",\"owner\":\"b.0\",\"attempt\":1,"
                        + "\"lingers\":\"2026-03-01T12:00:00Z/1\",\"stop\":{\"of\":\"2026-03-01T12:00:00Z/1\",\"reason\":\"TIMEOUT\","
                        + "\"at\":\"2026-03-01T12:00:05Z\",\"who\":\"\",\"text\":\"timed out\"}}";

        ShardRecord running = decoded(next.formatted("RUNNING").getBytes(StandardCharsets.UTF_8));
        assertThat(running.stop()).isEmpty();
        assertThat(running.unknown()).isEmpty();
        assertThat(decoded(next.formatted("DONE").getBytes(StandardCharsets.UTF_8))
                        .lingers())
                .isFalse();
    }

    private static ShardRecord decoded(byte[] bytes) {
        return ((Decoded.Value<ShardRecord>) ShardRecordCodec.decode(bytes)).value();
    }
}
