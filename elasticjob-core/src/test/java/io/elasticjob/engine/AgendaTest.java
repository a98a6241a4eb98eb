package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.FiringClock;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Clocks;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Unattended;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgendaTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:10Z");
    private static final RecordWrite WRITE = new RecordWrite.Settlement(ShardRecord.NEW, null);

    private final Connection former = connection();
    private final Connection present = connection();
    private final Outbox outbox = new Outbox(new RegistryTime(Duration.ofSeconds(10), FiringClock.LOCAL));
    private final Agenda agenda = new Agenda(over -> over == present, outbox);
    private final ShardCell first = cell(0);
    private final ShardCell second = cell(1);

    @Test
    void whateverMarksAShardItIsConsideredOnceAndInTheOrderOfTheFirstMarks() {
        agenda.consider(second);
        agenda.consider(first);
        agenda.consider(second);

        assertThat(agenda.takeToConsider()).containsExactly(second, first);
        assertThat(agenda.isToConsider()).isFalse();
        agenda.consider(first);
        assertThat(agenda.takeToConsider())
                .as("after that it can be marked again")
                .containsExactly(first);
    }

    @Test
    void whatIsAskedForAgainAfterAPauseIsNotIfItIsKnownByThen() {
        agenda.readLater(present, first, Duration.ofSeconds(1));
        agenda.readLater(present, second, Duration.ofSeconds(1));
        assertThat(agenda.takeToRead()).isEmpty();
        second.settleDown();
        ring();

        assertThat(agenda.takeToRead()).containsExactly(first);
    }

    @Test
    void whereTheConnectionIsGoneThereIsAPauseAnyway() {
        first.toWrite(WRITE);
        agenda.settleLater(former, List.of(first), Duration.ofSeconds(1));
        agenda.readLater(former, second, Duration.ofSeconds(1));

        assertThat(agenda.takeToSettle()).containsExactly(first);
        assertThat(agenda.takeToRead()).containsExactly(second);
        assertThat(outbox.take()).isEmpty();
    }

    @Test
    void whatRestsUntilATimeIsConsideredOnceThenAndAtTheEarliestOfSuchTimes() {
        agenda.consider(first);
        agenda.takeToConsider();
        agenda.considerAt(first, Instant.EPOCH.plusSeconds(20));
        agenda.considerAt(first, Instant.EPOCH.plusSeconds(20));
        agenda.considerAt(first, Instant.EPOCH.plusSeconds(10));
        agenda.considerAt(first, Instant.EPOCH.plusSeconds(30));
        List<Effect.Alarm> alarms =
                outbox.take().stream().map(Effect.Alarm.class::cast).toList();

        assertThat(alarms)
                .extracting(Effect.Alarm::delay)
                .containsExactly(Duration.ofSeconds(20), Duration.ofSeconds(10));
        alarms.get(1).then().run();
        assertThat(agenda.takeToConsider()).containsExactly(first);
        alarms.get(0).then().run();
        assertThat(agenda.takeToConsider()).as("of that time nothing is left").isEmpty();
    }

    /** The first alarm was set while the clock was behind: the time that it stands for has come long before it rings. */
    @Test
    void aWaitThatAWrongClockMadeLongHoldsUpNoOther() {
        agenda.considerAt(first, Instant.EPOCH.plusSeconds(50));
        outbox.take();
        outbox.time()
                .turn(new Clocks(
                        Instant.EPOCH.plusSeconds(49), Duration.ofSeconds(1).toNanos(), Duration.ZERO));
        agenda.considerAt(first, Instant.EPOCH.plusSeconds(51));

        assertThat(outbox.take())
                .extracting(effect -> ((Effect.Alarm) effect).delay())
                .containsExactly(Duration.ofSeconds(2));
    }

    @Test
    void aTimeThatIsFarIsNotWaitedForAtOneGoAndWhatDoesSomethingElseByThenIsLeftAlone() {
        agenda.consider(first);
        agenda.takeToConsider();
        agenda.considerAt(first, Instant.EPOCH.plusSeconds(86_400));
        Effect.Alarm alarm = (Effect.Alarm) outbox.take().get(0);
        assertThat(alarm.delay()).isEqualTo(Duration.ofMinutes(1));
        agenda.write(first, WRITE);

        alarm.then().run();

        assertThat(agenda.isToConsider()).isFalse();
        assertThat(first.isClaiming()).isFalse();
        assertThat(agenda.takeToWrite()).containsExactly(first);
    }

    @Test
    void ofDoubtsOnlyThoseAreSettledThatRemain() {
        agenda.settle(first, WRITE);
        agenda.settle(second, WRITE);
        second.settleDown();

        assertThat(agenda.takeToSettle()).containsExactly(first);
    }

    @Test
    void whatIsWithdrawnIsNotWritten() {
        agenda.write(first, WRITE);
        agenda.write(second, WRITE);
        agenda.withdraw(first);

        assertThat(agenda.takeToWrite()).containsExactly(second);
        assertThat(first.isResting()).isTrue();
    }

    @Test
    void whatWasToBeAskedOverAFormerConnectionIsNotAskedOverTheNext() {
        agenda.read(first);
        agenda.ask(second, "b.0");
        agenda.watch(cell(2));
        agenda.write(cell(3), WRITE);
        agenda.reconnected();

        assertThat(agenda.takeToRead()).isEmpty();
        assertThat(agenda.takeToAsk()).isEmpty();
        assertThat(agenda.takeToWatch()).isEmpty();
        assertThat(agenda.takeToWrite()).as("what was decided stays").hasSize(1);
    }

    @Test
    void ofAShardThatIsNoLongerHereNothingIsDone() {
        agenda.consider(first);
        agenda.watchOver(first);
        agenda.read(second);
        agenda.forget(first);
        agenda.forget(second);

        assertThat(agenda.takeToConsider()).isEmpty();
        assertThat(agenda.takeToWatch()).isEmpty();
        assertThat(agenda.takeToRead()).isEmpty();
    }

    /** The alarms that were set. */
    private void ring() {
        outbox.take().forEach(effect -> ((Effect.Alarm) effect).then().run());
    }

    private static Connection connection() {
        return new Connection(new Session("1", Duration.ofSeconds(6)));
    }

    private static ShardCell cell(int shard) {
        return new ShardCell(new JobState(new Layout("test"), "orders", stat(), "x1", Unattended.NEVER), shard);
    }

    private static Stat stat() {
        return new Stat(1, 1, 0, NOW, NOW);
    }
}
