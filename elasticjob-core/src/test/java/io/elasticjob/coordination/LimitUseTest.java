package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitUseTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        // allowed, those that are counted, those that wait, those that are overlooked, who asks, admitted
        // a waiter is shard:priority:seconds after noon
        "2, '',    '',               '',      0:5:0, true",
        "1, 1,     '',               '',      0:5:0, false",
        "2, 1,     '',               '',      0:5:0, true",
        "0, '',    '',               '',      0:5:0, false",
        "1, 1 2 3, '',               '',      0:5:0, false", // it was lowered
        "1, 0,     '',               '',      0:5:0, true", // it is counted already
        "1, '',    '1:5:0',          '',      0:5:1, false", // the other is due for longer
        "1, '',    '1:5:1',          '',      0:5:0, true",
        "1, '',    '1:6:9',          '',      0:5:0, false", // the other has the higher priority
        "1, '',    '1:4:0',          '',      0:5:9, true",
        "2, '',    '1:5:0',          '',      0:5:1, true", // there is room for both
        "2, 3,     '1:5:0',          '',      0:5:1, false",
        "3, 3,     '1:5:0',          '',      0:5:1, true",
        "2, 1,     '1:5:0',          '',      0:5:1, true", // who is counted does not wait any more
        "1, '',    '0:5:0',          '',      0:5:0, true", // nobody waits for itself
        "1, '',    '0:9:0',          '',      0:5:0, true",
        "1, '',    '1:5:0 2:5:0',    '1:5:0', 0:5:1, false",
        "1, '',    '1:5:0 2:5:0',    '1:5:0 2:5:0', 0:5:1, true"
    })
    void aClaimIsCountedWhereThereIsRoomBehindAllThatComeBeforeIt(
            int most, String holders, String waiting, String overlooked, String who, boolean admitted) {
        LimitUse use = new LimitUse(
                most,
                words(holders).stream()
                        .map(shard -> shard(Integer.parseInt(shard)))
                        .collect(Collectors.toSet()),
                new TreeSet<>(waiters(waiting)));

        assertThat(use.admits(waiter(who), waiters(overlooked))).isEqualTo(admitted);
    }

    @Test
    void roomIsKeptForThoseThatComeFirst() {
        LimitUse use = new LimitUse(2, Set.of(shard(7)), new TreeSet<>(waiters("1:5:0 2:6:0 3:5:1")));

        assertThat(use.room()).isEqualTo(1);
        assertThat(use.invited(Set.of())).containsExactly(waiter("2:6:0"));
        assertThat(use.invited(Set.of(waiter("2:6:0")))).containsExactly(waiter("1:5:0"));
        assertThat(use.with(Set.of(shard(2))).invited(Set.of())).isEmpty();
    }

    @Test
    void roomIsKeptForLongerWhereSeveralLimitsMustHaveSome() {
        Waiter one = waiter("1:5:0");
        Waiter several = new Waiter(5, NOON, 2, shard(1));

        assertThat(LimitUse.patience(one)).isEqualTo(Duration.ofSeconds(2));
        assertThat(LimitUse.patience(several)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void othersReadFromTheNameOfANodeWhoWaits() {
        Waiter waiter = new Waiter(10, NOON.plusMillis(7), 3, shard(12));

        assertThat(waiter.name()).isEqualTo("wait@10@1772366400007@3@orders@x77@12");
        assertThat(Waiter.named(waiter.name())).contains(waiter);
        assertThat(Waiter.named(shard(12).name())).isEmpty();
        assertThat(Waiter.named("wait@1@2@3@orders")).isEmpty();
        assertThat(Waiter.named("wait@-1@2@3@orders@x77@12")).isEmpty();
        assertThat(Layout.offeredBy(shard(12).name())).contains(shard(12));
    }

    @ParameterizedTest
    @CsvSource({
        // stored, by whom, declared, by whom, written
        ", , 4, 7, true",
        "4, 7, 4, 9, false",
        "4, 7, 5, 9, true",
        "4, 7, 5, 7, true",
        "4, 9, 5, 7, false" // of a version that is about to go
    })
    void whoStartedLastSaysHowManyThereAre(Integer stored, Long by, int most, long order, boolean written) {
        Limit before = stored == null ? null : new Limit(stored, by);

        assertThat(Limit.declared(before, most, order).isPresent()).isEqualTo(written);
        assertThat(Limit.declared(before, most, order)).isIn(Optional.empty(), Optional.of(new Limit(most, order)));
    }

    @ParameterizedTest
    @CsvSource({
        // order, written by transaction, order as it is compared
        "7, 9, 7",
        "9, 9, 9",
        "10, 9, 0",
        "9223372036854775807, 9, 0"
    })
    void anOrderAboveTheTransactionThatWroteItIsNobodys(long order, long modified, long compared) {
        assertThat(new Limit(4, order).asOf(modified)).isEqualTo(new Limit(4, compared));
    }

    private static Set<String> words(String text) {
        return Arrays.stream(text.split(" ")).filter(word -> !word.isEmpty()).collect(Collectors.toSet());
    }

    private static Set<Waiter> waiters(String text) {
        return words(text).stream().map(LimitUseTest::waiter).collect(Collectors.toSet());
    }

    private static Waiter waiter(String text) {
        String[] parts = text.split(":");
        return new Waiter(
                Integer.parseInt(parts[1]),
                NOON.plusSeconds(Integer.parseInt(parts[2])),
                1,
                shard(Integer.parseInt(parts[0])));
    }

    private static Layout.ShardOf shard(int shard) {
        return new Layout.ShardOf(new Layout.JobLife("orders", "x77"), shard);
    }
}
