package io.elasticjob.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ArrayPlace;
import io.elasticjob.Firing;
import io.elasticjob.Indexes;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ArrayRecordTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Firing FIRING = new Firing.Scheduled(NOON);
    private static final ShardRecord CLAIMED =
            ShardRecord.NEW.claimed(FIRING, "a.0", 1, 0, NOON).withArray(ArrayPlace.none(100));
    private static final ShardRecord RUNNING = CLAIMED.withToken(42)
            .withArray(CLAIMED.array().at("slurm", "41,42").with(Indexes.upTo(37), Indexes.of(99)));

    private static ShardRecord again(ShardRecord record) {
        return ((Decoded.Value<ShardRecord>) ShardRecordCodec.decode(ShardRecordCodec.encode(record))).value();
    }

    private static String text(ShardRecord record) {
        return new String(ShardRecordCodec.encode(record), UTF_8);
    }

    @Test
    void whatRunsOnAClusterIsKeptInAFormatThatEarlierVersionsLeaveAlone() {
        assertThat(again(CLAIMED)).isEqualTo(CLAIMED);
        assertThat(again(RUNNING)).isEqualTo(RUNNING);
        assertThat(text(RUNNING))
                .startsWith("{\"format\":3")
                .contains("\"array\":{\"of\":\"2026-06-01T12:00:00Z/1\",\"cluster\":\"slurm\",\"size\":100,"
                        + "\"released\":\"41,42\",\"earlier\":\"\",\"succeeded\":\"0-36\",\"failed\":\"99\"}");
    }

    @Test
    void whatHasEndedIsReadByEarlierVersions() {
        ShardRecord failed = RUNNING.failed(new Outcome.Failed("1 of 100 tasks failed: 99"), NOON);

        assertThat(text(failed)).startsWith("{\"format\":1");
        assertThat(again(failed)).isEqualTo(failed);
        assertThat(again(failed).array().failed().text()).isEqualTo("99");
    }

    @Test
    void anotherFiringHasNothingOfIt() {
        ShardRecord next = RUNNING.completed(new Outcome.Succeeded(), NOON, NOON)
                .claimed(new Firing.Triggered(7), "a.0", 1, 0, NOON);

        assertThat(next.array()).isNull();
    }

    @Test
    void whatIsSaidOfAnotherAttemptIsNotBelieved() {
        String stale = text(RUNNING).replace("\"attempt\":1", "\"attempt\":2");

        assertThat(((Decoded.Value<ShardRecord>) ShardRecordCodec.decode(stale.getBytes(UTF_8)))
                        .value()
                        .array())
                .isNull();
    }

    @Test
    void theLongestPatternOfEndsFitsInto64Kibibytes() {
        Indexes even =
                Indexes.of(IntStream.range(0, 5_000).map(each -> 2 * each).toArray());
        ArrayPlace worst = ArrayPlace.none(10_000)
                .at("slurm", "x".repeat(4_096))
                .with(even, Indexes.upTo(10_000).without(even));

        assertThat(ShardRecordCodec.encode(RUNNING.withArray(worst))).hasSizeLessThan(64 * 1024);
        assertThat(again(RUNNING.withArray(worst)).array()).isEqualTo(worst);
    }
}
