package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Unattended;
import io.elasticjob.registry.Stat;
import io.elasticjob.view.EngineStatus;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SlotsTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:10Z");

    private final Slots slots = new Slots(2);
    private final JobState orders = job("orders");
    private final JobState bills = job("bills");

    @Test
    void theLongestWaitingTakesTheNextFreeSlot() {
        ShardCell late = waiting(orders, 0, NOW);
        ShardCell early = waiting(orders, 1, NOW.minusSeconds(1));
        waiting(orders, 2, NOW.plusSeconds(1));

        assertThat(slots.next(NOW)).contains(early);
        slots.hold(early, null);
        assertThat(slots.next(NOW)).contains(late);
        slots.hold(late, null);
        assertThat(slots.held()).isEqualTo(2);
    }

    @Test
    void nobodyTakesASlotWhileAllAreHeldAndWhatWaitsWaitsOn() {
        slots.hold(cell(bills, 0), null);
        ShardCell held = cell(bills, 1);
        slots.hold(held, null);
        slots.hold(held, null); // holds one all the same
        ShardCell waits = waiting(orders, 0, NOW);

        assertThat(slots.next(NOW)).isEmpty();
        slots.release(held);
        slots.release(held);
        assertThat(slots.held()).isEqualTo(1);
        assertThat(slots.next(NOW)).contains(waits);
    }

    @Test
    void aGroupHasSlotsOfItsOwnAndAJobWhoseGroupIsNotHereTakesTheCommonOnes() {
        Slots parted = new Slots(new Offer(Set.of(), 1, new TreeMap<>(Map.of("reports", 1))));
        JobState report = job("report", "reports");
        JobState elsewhere = job("elsewhere", "batch");
        ShardCell running = cell(orders, 0);
        parted.hold(running, orders.definition());
        ShardCell ofGroup = waitingIn(parted, report, 0);
        ShardCell ofGroupToo = waitingIn(parted, report, 1);
        ShardCell common = waitingIn(parted, elsewhere, 0);

        assertThat(parted.most()).isEqualTo(2);
        assertThat(parted.next(NOW)).contains(ofGroup);
        parted.hold(ofGroup, report.definition());
        assertThat(parted.next(NOW)).isEmpty();
        parted.release(running);
        assertThat(parted.next(NOW)).contains(common);
        parted.hold(common, elsewhere.definition());
        assertThat(parted.next(NOW)).isEmpty();
        assertThat(parted.areAllHeldBy(cell -> true)).isTrue();
        assertThat(parted.areAllHeldBy(cell -> cell == common)).isFalse();
        parted.release(ofGroup);
        assertThat(parted.areAllHeldBy(cell -> true)).isFalse();
        assertThat(parted.next(NOW)).contains(ofGroupToo);
    }

    @Test
    void whatWaitsInAGroupThatIsOfferedNoMoreTakesACommonSlot() {
        Slots parted = new Slots(new Offer(Set.of(), 1, new TreeMap<>(Map.of("reports", 1))));
        JobState report = job("report", "reports");
        ShardCell held = cell(report, 0);
        parted.hold(held, report.definition());
        ShardCell waits = waitingIn(parted, report, 1);
        assertThat(parted.next(NOW)).isEmpty();

        parted.most(new Offer(Set.of(), 1, new TreeMap<>()));

        assertThat(parted.next(NOW)).contains(waits);
        assertThat(parted.held()).isEqualTo(1);
        assertThat(parted.most()).isEqualTo(1);
    }

    @Test
    void theSlotsOfEachGroupAreToldWithThoseThatAreOfferedNoMoreAndStillHeld() {
        assertThat(slots.use()).isEmpty();
        Slots parted = new Slots(new Offer(Set.of(), 1, new TreeMap<>(Map.of("reports", 2, "mails", 1))));
        JobState report = job("report", "reports");
        ShardCell common = cell(orders, 0);
        ShardCell ofGroup = cell(report, 0);
        parted.hold(common, orders.definition());
        parted.hold(ofGroup, report.definition());

        assertThat(parted.use()).containsExactly(entry("mails", group(0, 1)), entry("reports", group(1, 2)));
        assertThat(parted.holders(cell -> cell != common)).containsExactly(ofGroup);
        parted.most(new Offer(Set.of(), 1, new TreeMap<>()));
        assertThat(parted.use()).containsExactly(entry("reports", group(1, 0)));
        parted.release(ofGroup);
        assertThat(parted.use()).isEmpty();
    }

    private static EngineStatus.Group group(int held, int most) {
        return new EngineStatus.Group(held, most);
    }

    @Test
    void ofOneInstantEachJobHasItsFirstShardBeforeAnyHasItsSecond() {
        ShardCell first = waiting(orders, 0, NOW);
        ShardCell second = waiting(orders, 1, NOW);
        ShardCell other = waiting(bills, 0, NOW);

        assertThat(slots.next(NOW)).contains(first);
        assertThat(slots.next(NOW)).contains(other);
        assertThat(slots.next(NOW)).contains(second);
    }

    @Test
    void whatIsDoingSomethingElseByNowHasNoTurnAndWhatWaitsAgainHasOne() {
        ShardCell gone = waiting(orders, 0, NOW);
        ShardCell again = waiting(orders, 1, NOW);
        gone.unread();
        again.unread();
        again.await(NOW, NOW);
        slots.await(again, NOW);

        assertThat(slots.next(NOW)).contains(again);
        assertThat(slots.next(NOW)).isEmpty();
    }

    private ShardCell waiting(JobState job, int shard, Instant due) {
        ShardCell cell = cell(job, shard);
        cell.await(due, due);
        slots.await(cell, due);
        return cell;
    }

    private static ShardCell cell(JobState job, int shard) {
        return new ShardCell(job, shard);
    }

    private static ShardCell waitingIn(Slots parted, JobState job, int shard) {
        ShardCell cell = cell(job, shard);
        cell.await(NOW, NOW);
        parted.await(cell, NOW);
        return cell;
    }

    private static JobState job(String name, String group) {
        JobDefinition definition =
                JobDefinition.named(name).set(JobKey.EXECUTION_GROUP, group).build();
        JobState job = job(name);
        job.read(StoredJob.declared(definition, "shop", NOW), definition);
        return job;
    }

    private static JobState job(String name) {
        return new JobState(new Layout("test"), name, new Stat(1, 1, 0, NOW, NOW), "x1", Unattended.NEVER);
    }
}
