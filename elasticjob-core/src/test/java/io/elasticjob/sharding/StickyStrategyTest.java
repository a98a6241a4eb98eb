package io.elasticjob.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What moves, when an instance leaves or (the same read backwards) joins. The bounds come from fixed seeds. */
class StickyStrategyTest {

    private static final long SEED = 20_260_101;

    private final ShardingStrategy sticky = StrategyCatalog.builtIn().strategy("sticky");
    private final ShardingStrategy average = StrategyCatalog.builtIn().strategy("average");

    /** The limits are those of the Javadoc's table, rounded up: on average, and the most in one step. */
    @ParameterizedTest(name = "{0} shards on {1} instances")
    @CsvSource({
        "2, 4, 0.10, 1",
        "9, 3, 0.20, 2",
        "10, 3, 0.12, 2",
        "10, 5, 0.65, 5",
        "10, 8, 0.80, 6",
        "10, 20, 0.20, 4",
        "30, 6, 0.45, 6",
        "100, 10, 0.60, 13",
        "100, 30, 1.70, 16",
    })
    void fewShardsMoveBesidesTheLeaversAndFewerThanByAverage(
            int shards, int instances, double furtherForEachThatMust, int atMost) {
        Moves moves = movesOfLeaves(sticky, shards, instances);
        assertThat(moves.furtherForEachThatMust()).as("seed %d", SEED).isLessThanOrEqualTo(furtherForEachThatMust);
        assertThat(moves.most).as("seed %d", SEED).isLessThanOrEqualTo(atMost);

        Moves byAverage = movesOfLeaves(average, shards, instances);
        assertThat(moves.further + moves.must).as("seed %d", SEED).isLessThan(byAverage.further + byAverage.must);
    }

    @Test
    void aRollingRestartMovesFewerShardsThanByAverage() {
        assertThat(movedByARollingRestart(sticky))
                .as("seed %d", SEED)
                .isLessThan(movedByARollingRestart(average) * 2 / 3);
    }

    @Test
    void jobsOfOneShardSpreadOverAllInstances() {
        List<String> instances = TestInstances.some(10, new Random(SEED));
        Map<String, Integer> jobsOf = new HashMap<>();
        for (int job = 0; job < 10_000; job++) {
            String owner = sticky.assign(Sharding.among("job-" + job, 1, instances))
                    .owner(0)
                    .orElseThrow();
            jobsOf.merge(owner, 1, Integer::sum);
        }
        // 1,000 each is fair; 150 is five standard deviations.
        assertThat(instances)
                .allSatisfy(instance -> assertThat(jobsOf.get(instance)).isBetween(850, 1150));
    }

    /** Every instance leaves once, in many clusters. */
    private static Moves movesOfLeaves(ShardingStrategy strategy, int shards, int instances) {
        var random = new Random(SEED);
        var moves = new Moves();
        for (int cluster = 0; cluster < 20 + 8_000 / (shards * instances); cluster++) {
            String job = "job-" + cluster;
            List<String> all = TestInstances.some(instances, random);
            Assignment before = strategy.assign(Sharding.among(job, shards, all));
            for (String leaver : all) {
                var stayers = new ArrayList<>(all);
                stayers.remove(leaver);
                moves.count(before, strategy.assign(Sharding.among(job, shards, stayers)), leaver);
            }
        }
        return moves;
    }

    /** Three instances are replaced one by one: the new one joins, then the old one leaves. */
    private static int movedByARollingRestart(ShardingStrategy strategy) {
        var random = new Random(SEED);
        int moved = 0;
        for (int job = 0; job < 200; job++) {
            List<String> old = TestInstances.some(3, random);
            List<String> young = TestInstances.some(3, random);
            var live = new ArrayList<>(old);
            Assignment now = strategy.assign(Sharding.among("job-" + job, 10, live));
            for (int i = 0; i < old.size(); i++) {
                live.add(young.get(i));
                Assignment joined = strategy.assign(Sharding.among("job-" + job, 10, live));
                live.remove(old.get(i));
                Assignment left = strategy.assign(Sharding.among("job-" + job, 10, live));
                moved += moved(now, joined) + moved(joined, left);
                now = left;
            }
        }
        return moved;
    }

    private static int moved(Assignment before, Assignment after) {
        int moved = 0;
        for (int shard = 0; shard < before.shardingTotalCount(); shard++) {
            if (!before.owner(shard).equals(after.owner(shard))) {
                moved++;
            }
        }
        return moved;
    }

    private static final class Moves {
        private long must;
        private long further;
        private int most;

        void count(Assignment before, Assignment after, String leaver) {
            int leavers = before.shardsOf(leaver).size();
            int others = moved(before, after) - leavers;
            must += leavers;
            further += others;
            most = Math.max(most, others);
        }

        double furtherForEachThatMust() {
            return (double) further / must;
        }
    }
}
