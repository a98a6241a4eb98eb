package io.elasticjob.benchmarks.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.elasticjob.benchmarks.capacity.Cluster.Handlers;
import org.junit.jupiter.api.Test;

class LoadModelTest {

    private static final double EXACT = 1e-9;

    @Test
    void oneShardIsClaimedAndEnded() {
        Traffic firing = firing(Cluster.of(1, 1, 1, 1));

        assertThat(firing.transactions()).isEqualTo(2);
        assertThat(firing.requests()).isEqualTo(2);
        assertThat(firing.puts()).isEqualTo(2);
        assertThat(firing.checks()).isEqualTo(2 + 2); // itself twice, the job and the folder of its records once
        assertThat(firing.reads()).isZero();
    }

    @Test
    void whatBeginsTogetherIsClaimedTogetherAndEndsWithTheTurnsOfTheLoop() {
        Cluster cluster = Cluster.of(1, 30, 1, 1);

        assertThat(firing(cluster).transactions()).isEqualTo(1 + 30);
        assertThat(firing(cluster.handlers(Handlers.BRIEF)).transactions()).isEqualTo(1 + 2);
        assertThat(firing(cluster.handlers(Handlers.BRIEF)).puts()).isEqualTo(60);
    }

    @Test
    void jobsThatFireTogetherShareTransactions() {
        Cluster together = Cluster.of(30, 1, 1, 60).handlers(Handlers.BRIEF);

        assertThat(firing(together).transactions()).isEqualTo(3);
        assertThat(firing(together).checks()).isEqualTo(3 + 30 * 2);
        assertThat(steady(together.together(1)).transactions()).isCloseTo(30 * 2 / 60.0, within(EXACT));
    }

    @Test
    void moreThanThereAreSlotsBeginAsSlotsGetFree() {
        Cluster cluster = Cluster.of(1, 100, 1, 1);

        assertThat(firing(cluster.slots(50)).transactions()).isEqualTo(1 + 100); // a claim goes with an end
        assertThat(firing(cluster.slots(50).handlers(Handlers.BRIEF)).transactions())
                .isEqualTo(1 + 2);
    }

    @Test
    void endsWaitForTheOneThatIsBeingWrittenHoweverManyThereAre() {
        Cluster cluster = Cluster.of(1, 10_000, 1, 1).slots(10_000);

        assertThat(firing(cluster).transactions()).isEqualTo(50 + LoadModel.ENDS_A_SECOND);
        assertThat(firing(Cluster.of(1, 10_000, 1, 10).slots(10_000)).transactions())
                .isEqualTo(50 + 10 * LoadModel.ENDS_A_SECOND);
    }

    @Test
    void whatIsBriefIsClaimedAheadOfItsSlots() {
        assertThat(firing(Cluster.of(1, 1_000, 1, 1).handlers(Handlers.BRIEF)).transactions())
                .isEqualTo(5 + 6);
    }

    @Test
    void aTransactionHasTwoHundredRecordsAtMost() {
        Cluster cluster = Cluster.of(1, 1_000, 1, 1).slots(1_024).handlers(Handlers.BRIEF);

        assertThat(firing(cluster).transactions()).isEqualTo(5 + 6);
    }

    @Test
    void withoutMonitoringNothingIsWrittenAndInstancesOnlyShowThatTheyLive() {
        LoadModel model =
                new LoadModel(Cluster.of(100, 10, 4, 1).monitored(false).session(12));

        assertThat(model.asked()).isEqualTo(Traffic.NONE);
        assertThat(model.steady().requests()).isZero();
        assertThat(model.steady().bytesIn()).isEqualTo(12);
        assertThat(model.pings()).isEqualTo(1);
        assertThat(model.znodes()).isEqualTo(10 + 4 + 100);
    }

    @Test
    void whoeverAsksOftenEnoughNeedNotShowThatItLives() {
        assertThat(new LoadModel(Cluster.of(1, 2, 2, 1)).pings()).isZero();
        assertThat(new LoadModel(Cluster.of(1, 2, 3, 1)).pings()).isEqualTo(0.2); // the third has no shard
        assertThat(new LoadModel(Cluster.of(1, 1, 1, 60)).pings()).isEqualTo(12 / 60.0);
    }

    @Test
    void averageGivesTheFirstInstancesMore() {
        LoadModel average = new LoadModel(Cluster.of(100, 3, 2, 1));
        LoadModel spread = new LoadModel(Cluster.of(100, 3, 2, 1).spread(true));

        assertThat(average.mostAtOnce()).isEqualTo(200);
        assertThat(spread.mostAtOnce()).isEqualTo(150);
        assertThat(average.firing().puts()).isEqualTo(spread.firing().puts()).isEqualTo(600);
    }

    @Test
    void theLeaderReadsRecordsOnceInARoundButOfJobsThatFireSeldomOnceForEachFiring() {
        assertThat(new LoadModel(Cluster.of(1_000, 2, 2, 1)).sweep().requests()).isEqualTo(10);
        assertThat(new LoadModel(Cluster.of(1_000, 2, 2, 1)).sweep().reads()).isEqualTo(2_000);

        Cluster seldom = Cluster.of(1_000, 2, 2, 100);
        assertThat(new LoadModel(seldom).asked().reads()).isCloseTo(20, within(EXACT));
        assertThat(new LoadModel(seldom).sweep().requests()).isEqualTo(10); // all in one round of ten
        assertThat(new LoadModel(seldom.together(10)).sweep().requests()).isEqualTo(1);
    }

    @Test
    void aJobHasANodeAFolderAndRecordsAndAnInstanceFourWatches() {
        LoadModel model = new LoadModel(Cluster.of(100, 2, 3, 1));

        assertThat(model.znodes()).isEqualTo(10 + 3 + 100 * (2 + 2));
        assertThat(model.watches()).isEqualTo(12);
        assertThat(model.heapBytes()).isGreaterThan(model.dataBytes());
    }

    @Test
    void refusesWhatIsNoCluster() {
        assertThatThrownBy(() -> Cluster.of(0, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cluster.of(1, 1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Cluster.of(1, 1, 1, 1).together(2)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Traffic firing(Cluster cluster) {
        return new LoadModel(cluster).firing();
    }

    private static Traffic steady(Cluster cluster) {
        Traffic sweep = new LoadModel(cluster).sweep();
        assertThat(sweep.transactions()).isZero();
        return new LoadModel(cluster).steady();
    }
}
