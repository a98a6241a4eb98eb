package io.elasticjob.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the built-in strategies answer is wire format: these tables may grow, never change. Instances are called a, b,
 * c, …; the owners of shards 0, 1, 2, … are written one after the other.
 */
class BuiltInStrategyTest {

    @ParameterizedTest
    @CsvSource({
        "9, abc, aaabbbccc",
        "8, abc, aabbccab",
        "10, abc, aaabbbccca",
        "3, abc, abc",
        "2, abc, ab",
        "1, abc, a",
        "7, a, aaaaaaa",
        "5, abcdefg, abcde",
        "11, abcd, aabbccddabc",
    })
    void averageGivesRunsOfNeighboursAndTheRestToTheFirst(int shards, String instances, String owners) {
        assertThat(owners("average", "orders", shards, instances)).isEqualTo(owners);
    }

    @ParameterizedTest
    @CsvSource({
        // hash 49
        "1, 2, abc, ab",
        "1, 8, abc, aabbccab",
        "1, 10, abcd, aabbccddab",
        // hash -1008770331: negative and odd
        "orders, 2, abc, ab",
        "orders, 8, abc, aabbccab",
        "orders, 10, abcd, aabbccddab",
    })
    void odevityTakesTheInstancesAscendingForAnOddHash(String job, int shards, String instances, String owners) {
        assertThat(owners("odevity", job, shards, instances)).isEqualTo(owners);
    }

    @ParameterizedTest
    @CsvSource({
        // hash 50
        "2, 2, abc, cb",
        "2, 8, abc, ccbbaacb",
        "2, 10, abcd, ddccbbaadc",
        // hash 636625638
        "invoices, 2, abc, cb",
        "invoices, 8, abc, ccbbaacb",
        // hash Integer.MIN_VALUE
        "polygenelubricants, 10, abcd, ddccbbaadc",
    })
    void odevityTakesTheInstancesDescendingForAnEvenHash(String job, int shards, String instances, String owners) {
        assertThat(owners("odevity", job, shards, instances)).isEqualTo(owners);
    }

    @ParameterizedTest
    @CsvSource({
        // hash 49
        "1, 2, abc, bc",
        "1, 8, abc, bbccaabc",
        "1, 10, abcd, bbccddaabc",
        // hash 50
        "2, 2, abc, ca",
        "2, 8, abc, ccaabbca",
        "2, 10, abcd, ccddaabbcd",
        // hash -1008770331
        "orders, 2, abc, ab",
        "orders, 8, abc, aabbccab",
        "orders, 10, abcd, ddaabbccda",
        // hash 636625638
        "invoices, 10, abcd, ccddaabbcd",
        // hash Integer.MIN_VALUE, which has no absolute value as an int
        "polygenelubricants, 2, abc, ca",
        "polygenelubricants, 8, abc, ccaabbca",
        "polygenelubricants, 10, abcd, aabbccddab",
    })
    void roundRobinBeginsAtTheInstanceThatTheJobsHashPointsTo(String job, int shards, String instances, String owners) {
        assertThat(owners("round-robin", job, shards, instances)).isEqualTo(owners);
    }

    @ParameterizedTest
    @CsvSource({
        "orders, 1, abc, b",
        "orders, 3, abc, bac",
        "orders, 8, abc, bbcbaaac",
        "orders, 9, abc, bbccabaca",
        "orders, 10, abc, bbccabacaa",
        "orders, 10, abcd, dbccabadba",
        "orders, 10, abcde, dbceecadba",
        "orders, 5, abcdefg, dgcea",
        "invoices, 1, abc, c",
        "invoices, 3, abc, bac",
        "invoices, 8, abc, bccbaaac",
        "invoices, 9, abc, bccbaaacb",
        "invoices, 10, abc, cccbaaacbb",
        "invoices, 10, abcd, cdcdaaadbb",
        "invoices, 10, abcde, eecdaacdbb",
        "invoices, 5, abcdefg, fecda",
        "mails, 1, abc, b",
        "mails, 3, abc, bac",
        "mails, 8, abc, bcbaaabc",
        "mails, 9, abc, bccaaabcb",
        "mails, 10, abc, bcbaaabcbc",
        "mails, 10, abcd, bccdaabcbd",
        "mails, 10, abcde, beceaabcdd",
        "mails, 5, abcdefg, bfgea",
    })
    void stickyAnswersWhatItHasAlwaysAnswered(String job, int shards, String instances, String owners) {
        assertThat(owners("sticky", job, shards, instances)).isEqualTo(owners);
    }

    @ParameterizedTest
    @ValueSource(strings = {"average", "odevity", "round-robin", "static", "sticky"})
    void noTwoSharesDifferByMoreThanOneShard(String strategy) {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            int shards = 1 + random.nextInt(60);
            List<String> instances = TestInstances.some(1 + random.nextInt(20), random);
            Assignment assignment =
                    StrategyCatalog.builtIn().strategy(strategy).assign(Sharding.among("job", shards, instances));

            List<Integer> shares = instances.stream()
                    .map(instance -> assignment.shardsOf(instance).size())
                    .toList();
            assertThat(Collections.max(shares) - Collections.min(shares))
                    .as("%d shards on %d instances, seed %d", shards, instances.size(), seed)
                    .isLessThanOrEqualTo(1);
            assertThat(shares.stream().mapToInt(Integer::intValue).sum())
                    .as("shards that eligible instances own, seed %d", seed)
                    .isEqualTo(shards);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"average", "odevity", "round-robin", "static", "sticky"})
    void theOrderInWhichInstancesAreListedMeansNothing(String strategy) {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int shards = 1 + random.nextInt(30);
            var instances = new ArrayList<>(TestInstances.some(1 + random.nextInt(10), random));
            Assignment listed =
                    StrategyCatalog.builtIn().strategy(strategy).assign(Sharding.among("job", shards, instances));
            Collections.shuffle(instances, random);
            assertThat(StrategyCatalog.builtIn().strategy(strategy).assign(Sharding.among("job", shards, instances)))
                    .as("seed %d", seed)
                    .isEqualTo(listed);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // shards, eligible instances, home of each shard; "-" has none
        "4, ab, ----", // what sticky says
        "4, ab, baba",
        "4, abc, baba", // c has just joined
        "4, ab, bcbc", // c is away
        "3, ab, bb-",
        "3, b, aba"
    })
    void staticLeavesEachShardAtHomeAndAllOthersWhereStickyPutsThem(int shards, String instances, String homes) {
        SortedMap<Integer, String> byShard = new TreeMap<>();
        for (int shard = 0; shard < shards; shard++) {
            if (homes.charAt(shard) != '-') {
                byShard.put(shard, String.valueOf(homes.charAt(shard)));
            }
        }
        Sharding sharding = Sharding.among("orders", shards, List.of(instances.split("")));
        Assignment assignment = StrategyCatalog.builtIn().strategy("static").assign(sharding.withHomes(byShard));
        Assignment sticky = StrategyCatalog.builtIn().strategy("sticky").assign(sharding);
        for (int shard = 0; shard < shards; shard++) {
            String home = byShard.getOrDefault(shard, "-");
            assertThat(assignment.owner(shard))
                    .as("shard %d", shard)
                    .isEqualTo(instances.contains(home) ? Optional.of(home) : sticky.owner(shard));
        }
    }

    @Test
    void ofSeveralInstancesOfOneNameTheFirstHasTheShards() {
        Sharding sharding = Sharding.of(
                        "orders",
                        2,
                        List.of(Candidate.of("b.2", "b", "", Map.of()), Candidate.of("b.1", "b", "", Map.of())))
                .withHomes(new TreeMap<>(Map.of(0, "b", 1, "b")));

        assertThat(StrategyCatalog.builtIn().strategy("static").assign(sharding).shardsOf("b.1"))
                .containsExactly(0, 1);
    }

    private static String owners(String strategy, String job, int shards, String instances) {
        Assignment assignment = StrategyCatalog.builtIn()
                .strategy(strategy)
                .assign(Sharding.among(job, shards, List.of(instances.split(""))));
        var owners = new StringBuilder();
        for (int shard = 0; shard < assignment.shardingTotalCount(); shard++) {
            owners.append(assignment.owner(shard).orElse("-"));
        }
        return owners.toString();
    }
}
