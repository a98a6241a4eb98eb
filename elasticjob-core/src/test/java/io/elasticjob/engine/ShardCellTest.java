package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardingContext;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.SessionDeadline;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.coordination.Unattended;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The two states of a cell, and what is known of its record. */
class ShardCellTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:10Z");
    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(10)).build();
    private static final Firing FIRING = new Firing.Scheduled(NOW);
    private static final ShardRecord CLAIMED = ShardRecord.NEW.claimed(FIRING, "a.0", 1, 0, NOW);
    private static final RecordWrite.Claim CLAIM =
            new RecordWrite.Claim(CLAIMED, "a.0", new ShardStep.Claim(FIRING, NOW, 1, 0), ORDERS, 0, 0, null);
    private static final RecordWrite GIVE_BACK = new RecordWrite.GiveBack(CLAIMED.givenBack(null));

    private final ShardCell cell =
            new ShardCell(new JobState(new Layout("test"), "orders", stat(0), "x1", Unattended.NEVER), 0);

    // ---- Activity and traffic -------------------------------------------------------------------------------------

    @ParameterizedTest(name = "{0}")
    @MethodSource("traffic")
    void whatWasBegunStaysWhateverIsUnderWayAboutTheRecord(String what, Consumer<ShardCell> traffic) {
        Run run = run();
        cell.run(run);
        traffic.accept(cell);
        assertThat(cell.run()).contains(run);
        assertThat(cell.isBusy()).isTrue();

        cell.over();
        cell.owe(Activity.Owing.of(CLAIMED));
        traffic.accept(cell);
        assertThat(cell.activity()).isEqualTo(Activity.Owing.of(CLAIMED));
        assertThat(cell.isBusy()).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("traffic")
    void whatOnlyWaitsOrWatchesIsOverAsSoonAsSomethingIsUnderWayAboutTheRecord(
            String what, Consumer<ShardCell> traffic) {
        for (Consumer<ShardCell> activity : waiting().toList()) {
            cell.settleDown();
            activity.accept(cell);
            traffic.accept(cell);
            assertThat(cell.activity()).isEqualTo(Activity.RESTING);
        }
    }

    static Stream<Arguments> traffic() {
        return Stream.of(
                traffic("to be read", ShardCell::unread),
                traffic("to be written", cell -> cell.toWrite(GIVE_BACK)),
                traffic("in doubt", cell -> cell.doubt(GIVE_BACK)),
                traffic("its owner is asked for", ShardCell::asking),
                traffic("unreadable", ShardCell::unreadable),
                traffic("known again", ShardCell::settleDown));
    }

    private static Arguments traffic(String what, Consumer<ShardCell> traffic) {
        return arguments(what, traffic);
    }

    private static Stream<Consumer<ShardCell>> waiting() {
        return Stream.of(
                cell -> cell.await(NOW, NOW), ShardCell::watch, cell -> cell.poise(poised(null, Activity.RESTING)));
    }

    @Test
    void onlyWhatIsSettledCanBeDecided() {
        cell.settleDown();
        assertThat(cell.isSettled()).isTrue();
        cell.await(NOW, NOW);
        assertThat(cell.isSettled()).as("it waits for its turn").isFalse();
        cell.watch();
        assertThat(cell.isSettled()).as("it waits for a change").isFalse();
        traffic().forEach(any -> {
            @SuppressWarnings("unchecked")
            Consumer<ShardCell> traffic = (Consumer<ShardCell>) any.get()[1];
            traffic.accept(cell);
            assertThat(cell.isSettled()).as("%s", any.get()[0]).isEqualTo(any.get()[0].equals("known again"));
        });
    }

    @Test
    void aWriteIsTheSameOneFromTheDecisionToItsSettlement() {
        cell.toWrite(CLAIM);
        assertThat(cell.write()).isSameAs(CLAIM);
        cell.writing();
        assertThat(cell.write()).isSameAs(CLAIM);
        cell.doubt(cell.write());
        assertThat(cell.write()).isSameAs(CLAIM);
        cell.settleDown();
        assertThatThrownBy(cell::write).hasMessageContaining("orders/0").hasMessageContaining("nothing to write");
    }

    @Test
    void aClaimThatDoesNotBeginIsOwedIfThereIsOne() {
        cell.poise(poised(7L, Activity.Owing.of(CLAIMED, ShardRecord.NEW)));
        cell.unpoise();
        assertThat(cell.activity())
                .isInstanceOfSatisfying(
                        Activity.Owing.class,
                        owing -> assertThat(owing.givenBack())
                                .as("the record that it was written over")
                                .isEqualTo(ShardRecord.NEW));

        cell.owesNothing();
        cell.poise(poised(null, Activity.RESTING));
        cell.unpoise();
        assertThat(cell.activity()).isEqualTo(Activity.RESTING);
    }

    @Test
    void whatWasWrittenOverARunningRecordIsGivenBackByItself() {
        ShardRecord dead = ShardRecord.NEW.claimed(FIRING, "b.0", 1, 0, NOW);
        assertThat(Activity.Owing.of(CLAIMED, dead).givenBack()).isEqualTo(CLAIMED.givenBack(null));
        assertThat(Activity.Owing.of(CLAIMED).givenBack()).isEqualTo(CLAIMED.givenBack(null));
    }

    // ---- The record -----------------------------------------------------------------------------------------------

    @Test
    void ofARecordFromBeforeDataWasLostOnlyUpToWhenAllIsDecidedIsBelieved() {
        cell.found(CLAIMED.decidedThrough(NOW), stat(5));
        assertThat(cell.isKnown()).isTrue();
        cell.reconnected();
        assertThat(cell.isKnown()).as("connected again").isTrue();

        cell.dataLost();
        assertThat(cell.isKnown()).isFalse();
        cell.reconnected();
        cell.forgetDoubted();
        assertThat(cell.record()).isEqualTo(ShardRecord.NEW.decidedThrough(NOW));
        assertThat(cell.version()).isEqualTo(ShardCell.ABSENT);
    }

    @Test
    void aDeadOwnerIsRememberedWithWhatItRan() {
        Session session = new Session("s", Duration.ofSeconds(6));
        Connection over = new Connection(session);
        cell.found(CLAIMED, stat(5));
        cell.ownerDied("a.0", over, 7);

        assertThat(cell.isDead("a.0", over)).isTrue();
        assertThat(cell.isDead("b.0", over)).isFalse();
        assertThat(cell.isDead("a.0", new Connection(session)))
                .as("the data may be a backup's by now")
                .isFalse();
        assertThat(cell.isDead("a.0", null)).isFalse();
        assertThat(cell.death()).contains(new ShardCell.Death("a.0", over, 50L, NOW));
        cell.ownerSucceeded();
        assertThat(cell.isDead("a.0", over)).isFalse();
    }

    @Test
    void refusalsAreCountedInARow() {
        assertThat(cell.refused()).isEqualTo(1);
        assertThat(cell.refused()).isEqualTo(2);
        cell.wrote(CLAIMED, stat(6));
        assertThat(cell.refusals()).isZero();
        assertThat(cell.version()).isEqualTo(6);
    }

    @Test
    void thatALaterVersionWroteTheRecordIsNewsOnceForEachReason() {
        assertThat(cell.isNewlyOfLaterVersion("format 9")).isTrue();
        assertThat(cell.isNewlyOfLaterVersion("format 9")).isFalse();
        assertThat(cell.isNewlyOfLaterVersion("format 10")).isTrue();
        cell.found(CLAIMED, stat(5));
        assertThat(cell.isNewlyOfLaterVersion("format 10"))
                .as("after it could be read")
                .isTrue();
    }

    private static Activity.Poised poised(@Nullable Long token, Activity otherwise) {
        return new Activity.Poised(CLAIM, token, otherwise, SessionDeadline.ofClaim(NOW, 0, Duration.ofSeconds(6)));
    }

    private static Stat stat(int version) {
        return new Stat(10, 50, version, NOW, NOW);
    }

    private static Run run() {
        ElasticJobEvent.ExecutionStarted start = new ElasticJobEvent.ExecutionStarted(
                new ExecutionId("orders", FIRING, 0, 1), NOW, Duration.ZERO, "a.0", 7L);
        ShardingContext context =
                ShardingContext.builder().executionId(start.execution()).build();
        return new Run(ShardRunner.Order.of(ORDERS, context), start, CLAIMED, 0);
    }
}
