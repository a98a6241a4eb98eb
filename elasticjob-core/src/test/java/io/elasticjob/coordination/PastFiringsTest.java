package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PastFiringsTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Outcome FAILED = new Outcome.Failed("no");
    private static final Outcome SUCCEEDED = new Outcome.Succeeded();
    private static final PastFiring.Asked ASKED = PastFiring.Asked.of((ShardParameters) null);

    private static FiringRecord.Whole whole(Firing firing, Integer... listed) {
        return new FiringRecord.Whole(firing, NOON, 3, new TreeSet<>(List.of(listed)), NOON, 7);
    }

    private static Firing at(int minute) {
        return new Firing.Scheduled(NOON.plusSeconds(60L * minute));
    }

    private static ShardRecord ran(Firing firing, int attempt, Outcome outcome) {
        return ShardRecord.NEW.claimed(firing, "a.0", attempt, 0, NOON).completed(outcome, NOON, NOON);
    }

    private static PastFirings closed(PastFirings past, FiringRecord.Whole whole, ShardRecord... records) {
        return past.opened(new PastFirings.Opened(whole.firing(), ASKED, false))
                .closed(whole, shard -> records[shard], NOON);
    }

    private static PastFirings closed(PastFirings past, int minute, Outcome outcome) {
        Firing firing = at(minute);
        ShardRecord record = ran(firing, 1, outcome);
        return closed(past, whole(firing), record, record, record);
    }

    @Test
    void aCloseNotesHowShardsHaveEndedAndHowOftenTheyHaveBegun() {
        PastFirings past = closed(
                PastFirings.NONE,
                whole(at(0)),
                ran(at(0), 1, SUCCEEDED),
                ran(at(0), 4, FAILED),
                ran(at(-1), 9, FAILED)); // switched off meanwhile

        PastFiring one = past.of(at(0)).orElseThrow();
        assertThat(one.failed()).containsExactly(1);
        assertThat(one.ends().others()).isEqualTo(new TreeMap<>(Map.of(1, "FAILED", 2, "SKIPPED")));
        assertThat(one.ends().attempts()).isEqualTo(new TreeMap<>(Map.of(0, 1, 1, 4)));
        assertThat(past.opened()).isNull();
    }

    @Test
    void aRerunKeepsWhatItDoesNotRunAgainAndRaisesTheAttemptsOfTheOthers() {
        PastFirings before = closed(
                PastFirings.NONE, whole(at(0)), ran(at(0), 1, SUCCEEDED), ran(at(0), 4, FAILED), ran(at(0), 2, FAILED));
        Firing again = new Firing.Triggered(5, new Firing.Past(at(0), NOON));

        PastFirings after =
                closed(before, whole(again, 1, 2), ShardRecord.NEW, ran(again, 5, SUCCEEDED), ran(at(3), 1, SUCCEEDED));

        assertThat(after.closed()).hasSize(1);
        PastFiring one = after.of(again).orElseThrow();
        assertThat(one.of().firing()).isEqualTo(at(0));
        assertThat(one.ends().others()).isEqualTo(new TreeMap<>(Map.of(2, "FAILED")));
        assertThat(one.ends().attempts()).isEqualTo(new TreeMap<>(Map.of(0, 1, 1, 5, 2, 2)));
    }

    @Test
    void theLatestAreKeptAndBeforeThemThoseThatFailed() {
        PastFirings past = PastFirings.NONE;
        for (int minute = 0; minute < 20; minute++) {
            past = closed(past, minute, minute % 10 == 0 ? FAILED : SUCCEEDED);
        }

        assertThat(past.closed().stream().map(one -> one.of().firing()))
                .containsExactly(at(0), at(10), at(15), at(16), at(17), at(18), at(19));
    }

    @Test
    void noMoreThanSoManyAreKeptAndARerunDoesNotBringOneBack() {
        PastFirings past = PastFirings.NONE;
        for (int minute = 0; minute < PastFirings.MOST + 5; minute++) {
            past = closed(past, minute, FAILED);
        }
        Firing again = new Firing.Triggered(5, new Firing.Past(at(0), NOON));

        assertThat(past.closed()).hasSize(PastFirings.MOST);
        assertThat(past.of(at(4))).isEmpty();
        assertThat(closed(past, whole(again), ran(again, 2, FAILED), ran(again, 2, FAILED), ran(again, 2, FAILED))
                        .closed())
                .isEqualTo(past.closed());
    }

    @Test
    void allTogetherTheyTakeNoMoreRoomThanThis() {
        PastFirings past = PastFirings.NONE;
        for (int minute = 0; minute < PastFirings.MOST; minute++) {
            Firing firing = new Firing.Triggered(minute);
            TreeSet<Integer> odd = new TreeSet<>();
            IntStream.range(0, 500).forEach(i -> odd.add(2 * i));
            FiringRecord.Whole whole = new FiringRecord.Whole(firing, NOON, 1_000, odd, NOON, 7);
            ShardRecord record = ran(firing, 1, FAILED);
            past = past.opened(new PastFirings.Opened(firing, ASKED, false)).closed(whole, shard -> record, NOON);
        }

        assertThat(past.closed()).isNotEmpty().hasSizeLessThan(20);
        assertThat(FiringRecordCodec.encode(FiringRecord.NEW.with(FiringMarks.NONE.past(past))))
                .hasSizeLessThan(2 * PastFirings.MOST_LENGTH);
    }

    @Test
    void aFiringWhoseManyShardsHaveAllFailedIsKeptAsTheyAreARange() {
        Firing firing = new Firing.Triggered(1);
        FiringRecord.Whole whole = new FiringRecord.Whole(firing, NOON, 10_000, new TreeSet<>(), NOON, 7);
        ShardRecord record = ran(firing, 1, FAILED);
        PastFirings past = PastFirings.NONE
                .opened(new PastFirings.Opened(firing, ASKED, false))
                .closed(whole, shard -> record, NOON);

        assertThat(past.of(firing).orElseThrow().failed()).hasSize(10_000);
        assertThat(FiringRecordCodec.encode(FiringRecord.NEW.with(FiringMarks.NONE.past(past))))
                .hasSizeLessThan(1_000);
    }

    @Test
    void whatIsTooLongIsNotKept() {
        TreeSet<Integer> shards = new TreeSet<>(List.of(0));
        String most = "x".repeat(PastFiring.Asked.MOST_LENGTH);

        assertThat(PastFiring.Asked.of(new Trigger.Content(shards, 1, most, null))
                        .isKept())
                .isTrue();
        assertThat(PastFiring.Asked.of(new Trigger.Content(shards, 1, most + "x", null))
                        .isKept())
                .isFalse();
    }

    @Test
    void ofAFiringThatAnEarlierVersionHasOpenedNothingIsKept() {
        Firing firing = at(0);
        ShardRecord record = ran(firing, 1, FAILED);

        assertThat(PastFirings.NONE.closed(whole(firing), shard -> record, NOON))
                .isEqualTo(PastFirings.NONE);
    }

    @Test
    void theLatestRequestsAreRemembered() {
        PastFirings past = PastFirings.NONE;
        for (int i = 0; i <= PastFirings.MOST_REQUESTS; i++) {
            past = past.requested("r" + i);
        }

        assertThat(past.requests())
                .hasSize(PastFirings.MOST_REQUESTS)
                .startsWith("r1")
                .endsWith("r32");
    }

    @Test
    void allOfItIsStored() {
        PastFirings past = closed(
                        PastFirings.NONE,
                        whole(at(0)),
                        ran(at(0), 1, SUCCEEDED),
                        ran(at(0), 4, FAILED),
                        ran(at(0), 2, FAILED))
                .requested("r-1");
        Firing again = new Firing.Triggered(5, new Firing.Past(at(0), NOON));
        FiringRecord open = FiringRecord.NEW
                .opened(whole(again, 1), new FiringRecord.Open())
                .with(FiringMarks.NONE.past(past.opened(new PastFirings.Opened(again, ASKED, true))));

        FiringRecord read =
                ((Decoded.Value<FiringRecord>) FiringRecordCodec.decode(FiringRecordCodec.encode(open))).value();

        assertThat(read).isEqualTo(open);
        assertThat(read.current().whole().firing().identity()).isEqualTo(at(0));
        assertThat(new String(FiringRecordCodec.encode(open), StandardCharsets.UTF_8))
                .startsWith("{\"format\":2,");
    }

    @Test
    void whatAnEarlierVersionKeepsBesideALaterFiringIsNotOfThatFiring() {
        Firing again = new Firing.Triggered(5, new Firing.Past(at(0), NOON));
        String stored = new String(
                FiringRecordCodec.encode(FiringRecord.NEW.opened(whole(again, 1), new FiringRecord.Open())),
                StandardCharsets.UTF_8);

        for (Firing later : List.of(at(7), new Firing.Triggered(6))) {
            String kept = stored.replace("\"firing\":\"trigger-5\"", "\"firing\":\"" + later.text() + "\"");
            FiringRecord read = ((Decoded.Value<FiringRecord>)
                            FiringRecordCodec.decode(kept.getBytes(StandardCharsets.UTF_8)))
                    .value();

            assertThat(read.current().whole().firing().identity()).isEqualTo(later);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0-3,2-5", "5,5", "3-0", "0-1999999", "-1", "2,1"})
    void shardsThatAreNotListedInTheirOrderAreNoShards(String ranges) {
        PastFirings past = closed(
                PastFirings.NONE, whole(at(0)), ran(at(0), 1, SUCCEEDED), ran(at(0), 4, FAILED), ran(at(0), 2, FAILED));
        String stored = new String(
                FiringRecordCodec.encode(FiringRecord.NEW.with(FiringMarks.NONE.past(past))), StandardCharsets.UTF_8);
        assertThat(stored).contains("\"FAILED\":\"");

        String changed = stored.replaceFirst("\"FAILED\":\"[^\"]*\"", "\"FAILED\":\"" + ranges + "\"");

        assertThat(FiringRecordCodec.decode(changed.getBytes(StandardCharsets.UTF_8)))
                .isNotInstanceOf(Decoded.Value.class);
    }
}
