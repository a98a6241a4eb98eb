package io.elasticjob.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Limit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitCodecTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final SortedSet<String> COUNTED = new TreeSet<>(Set.of("db", "orders@12"));
    private static final ShardRecord RUNNING = ShardRecord.NEW
            .claimed(new Firing.Scheduled(NOON), "a.1", 1, 0, NOON)
            .withPermits(COUNTED);

    @Test
    void theStoredFormOfALimitIsTheOneThatOtherVersionsRead() {
        Limit limit = new Limit(3, 42, Map.of("mood", "good"));

        assertThat(new String(LimitCodec.encode(limit), StandardCharsets.UTF_8))
                .isEqualTo("{\"format\":1,\"most\":3,\"order\":42,\"mood\":\"good\"}");
        assertThat(LimitCodec.decode(LimitCodec.encode(limit))).isEqualTo(new Decoded.Value<>(limit));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "{\"format\":1}",
                "{\"format\":1,\"most\":0}",
                "{\"format\":1,\"most\":-3}",
                "{\"format\":1,\"most\":10001}",
                "{\"format\":1,\"most\":\"3\"}"
            })
    void aLimitThatMakesNoSenseIsBroken(String stored) {
        assertThat(LimitCodec.decode(stored.getBytes(StandardCharsets.UTF_8))).isInstanceOf(Decoded.Broken.class);
    }

    @Test
    void aRecordSaysInWhichLimitsItsClaimIsCountedAsLongAsItRunsOrLingers() {
        ShardRecord done = RUNNING.completed(new Outcome.Succeeded(), NOON, NOON);
        ShardRecord lingers = done.lingeringFor(Duration.ZERO).withPermits(COUNTED);

        for (ShardRecord record :
                new ShardRecord[] {RUNNING, RUNNING.withToken(7), RUNNING.withCheckpoint("x"), lingers}) {
            assertThat(record.permits()).isEqualTo(COUNTED);
            assertThat(ShardRecordCodec.decode(ShardRecordCodec.encode(record))).isEqualTo(new Decoded.Value<>(record));
        }
        assertThat(RUNNING.adopted("b.1", 7, Duration.ZERO).permits()).isEqualTo(COUNTED);
        for (ShardRecord record : new ShardRecord[] {
            done, RUNNING.givenBack(null), RUNNING.givenBackByDeath(new Outcome.Lost()), lingers.lingering(false)
        }) {
            assertThat(record.permits()).isEmpty();
        }
    }

    /** As it keeps what it has no name for. */
    @Test
    void whatAnOlderVersionHasKeptOfAnotherAttemptCountsForNothing() {
        String kept = new String(ShardRecordCodec.encode(RUNNING), StandardCharsets.UTF_8)
                .replace("\"attempt\":1", "\"attempt\":2");

        assertThat(ShardRecordCodec.decode(kept.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        Decoded.Value.class,
                        value -> assertThat(((ShardRecord) value.value()).permits())
                                .isEmpty());
    }

    @Test
    void aRecordThatNamesNoNodeAsALimitIsBroken() {
        String hostile =
                new String(ShardRecordCodec.encode(RUNNING), StandardCharsets.UTF_8).replace("\"db\"", "\"a/b\"");

        assertThat(ShardRecordCodec.decode(hostile.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Decoded.Broken.class);
    }
}
