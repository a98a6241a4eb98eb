package io.elasticjob.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.sharding.ShardingDecision.Accepted;
import io.elasticjob.sharding.ShardingDecision.Replaced;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardingDecisionTest {

    private static final List<String> ABC = List.of("a", "b", "c");
    private static final Assignment BY_AVERAGE = Assignment.of(List.of("a", "b", "c", "a"));

    @Test
    void aStrategyThatKeepsItsPromisesIsAccepted() {
        ShardingStrategy greedy = sharding ->
                Assignment.of(Collections.nCopies(sharding.shardingTotalCount(), Collections.max(sharding.ids())));
        assertThat(decided(greedy)).isEqualTo(new Accepted(Assignment.of(List.of("c", "c", "c", "c"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"average", "odevity", "round-robin", "sticky"})
    void aBuiltInStrategyIsAccepted(String name) {
        ShardingStrategy strategy = StrategyCatalog.builtIn().strategy(name);
        assertThat(decided(strategy)).isEqualTo(new Accepted(strategy.assign(Sharding.among("orders", 4, ABC))));
    }

    @Test
    void withoutInstancesTheStrategyIsNotAsked() {
        ShardingStrategy untouchable = sharding -> {
            throw new AssertionError("asked");
        };
        assertThat(ShardingDecision.of(untouchable, Sharding.among("orders", 4, List.of())))
                .isEqualTo(new Accepted(Assignment.none(4)));
    }

    @Test
    void theStrategyIsAskedAgainWithEveryInstanceInAnotherPlace() {
        var asked = new ArrayList<List<String>>();
        ShardingStrategy curious = sharding -> {
            asked.add(sharding.ids());
            return BY_AVERAGE;
        };
        assertThat(decided(curious)).isInstanceOf(Accepted.class);
        assertThat(asked).hasSize(2);
        assertThat(new HashSet<>(asked.get(1))).isEqualTo(new HashSet<>(asked.get(0)));
        for (int place = 0; place < 3; place++) {
            assertThat(asked.get(1).get(place)).isNotEqualTo(asked.get(0).get(place));
        }
    }

    @Test
    void aStrategyThatGoesByTheOrderOfTheListIsReplaced() {
        ShardingStrategy first = sharding -> Assignment.of(Collections.nCopies(
                sharding.shardingTotalCount(), sharding.ids().get(0)));
        assertReplaced(first, "the strategy gave shard 0 to \"a\" and, with the instances in another order, to \"c\"");
    }

    @Test
    void aStrategyThatRemembersIsReplaced() {
        var calls = new AtomicInteger();
        ShardingStrategy forgetful = sharding -> Assignment.of(
                Collections.nCopies(sharding.shardingTotalCount(), calls.getAndIncrement() == 0 ? "a" : "b"));
        assertReplaced(
                forgetful, "the strategy gave shard 0 to \"a\" and, with the instances in another order, to \"b\"");
    }

    @Test
    void aStrategyWhoseSecondAnswerIsNoneIsReplaced() {
        var calls = new AtomicInteger();
        ShardingStrategy tired =
                sharding -> calls.getAndIncrement() == 0 ? BY_AVERAGE : Assignment.none(sharding.shardingTotalCount());
        assertReplaced(tired, "the strategy gave the shards to nobody, though 3 instances are eligible");
    }

    @Test
    void aStrategyThatNamesAnUnknownInstanceIsReplaced() {
        ShardingStrategy stale = sharding -> Assignment.of(List.of("a", "b", "gone", "c"));
        assertReplaced(stale, "the strategy gave shard 2 to \"gone\", which is not an eligible instance");
    }

    @Test
    void aStrategyThatAssignsAnotherNumberOfShardsIsReplaced() {
        ShardingStrategy few = sharding -> Assignment.of(List.of("a", "b", "c"));
        assertReplaced(few, "the strategy assigned 3 shards of a job that has 4");
    }

    @Test
    void aStrategyThatLeavesTheShardsToNobodyIsReplaced() {
        ShardingStrategy none = sharding -> Assignment.none(sharding.shardingTotalCount());
        assertReplaced(none, "the strategy gave the shards to nobody, though 3 instances are eligible");
    }

    @Test
    @SuppressWarnings("NullAway")
    void aStrategyThatAnswersNullIsReplaced() {
        assertReplaced(sharding -> null, "the strategy gave null for an assignment");
    }

    @Test
    void aStrategyThatForgetsAShardIsReplacedAndTheShardNamed() {
        ShardingStrategy gap =
                sharding -> Assignment.ofShards(sharding.shardingTotalCount(), Map.of("a", List.of(0, 1, 3)));
        Replaced replaced = assertReplaced(
                gap, "the strategy threw java.lang.IllegalArgumentException: shard 2 is given to nobody");
        assertThat(replaced.cause()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aStrategyThatThrowsIsReplacedAndWhatItThrewIsKept() {
        var thrown = new IllegalStateException("no idea");
        ShardingStrategy throwing = sharding -> {
            throw thrown;
        };
        Replaced replaced = assertReplaced(throwing, "the strategy threw java.lang.IllegalStateException: no idea");
        assertThat(replaced.cause()).isSameAs(thrown);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                AssertionError.class,
                NoClassDefFoundError.class,
                StackOverflowError.class,
                OutOfMemoryError.class,
                ThreadDeath.class
            })
    void aStrategyThatThrowsAnErrorIsReplacedAsWell(Class<? extends Error> type) throws Exception {
        Error thrown = type.getConstructor().newInstance();
        ShardingStrategy throwing = sharding -> {
            throw thrown;
        };
        Replaced replaced = assertReplaced(throwing, "the strategy threw " + type.getName());
        assertThat(replaced.cause()).isSameAs(thrown);
    }

    @Test
    void aStrategyThatThrowsWhatHasNoWordsIsReplacedAndItsKindIsNamed() {
        ShardingStrategy throwing = sharding -> {
            throw new Wordless();
        };
        assertReplaced(throwing, "the strategy threw " + Wordless.class.getName());
    }

    private static final class Wordless extends RuntimeException {
        @Override
        public String getMessage() {
            throw new StackOverflowError("on purpose");
        }
    }

    @Test
    void aStrategyThatReordersTheListItIsGivenIsReplacedAndTheListUntouched() {
        var instances = new ArrayList<>(ABC);
        ShardingStrategy reversing = sharding -> {
            Collections.reverse(sharding.instances());
            return Assignment.of(Collections.nCopies(
                    sharding.shardingTotalCount(), sharding.ids().get(0)));
        };
        assertThat(ShardingDecision.of(reversing, Sharding.among("orders", 4, instances)))
                .isInstanceOf(Replaced.class)
                .extracting(ShardingDecision::assignment)
                .isEqualTo(BY_AVERAGE);
        assertThat(instances).isEqualTo(ABC);
    }

    private static ShardingDecision decided(ShardingStrategy strategy) {
        return ShardingDecision.of(strategy, Sharding.among("orders", 4, ABC));
    }

    private static Replaced assertReplaced(ShardingStrategy strategy, String reason) {
        ShardingDecision decision = decided(strategy);
        assertThat(decision).isInstanceOf(Replaced.class);
        assertThat(decision.assignment()).isEqualTo(BY_AVERAGE);
        assertThat(((Replaced) decision).reason()).isEqualTo(reason);
        return (Replaced) decision;
    }
}
