package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.World.Process;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Shards that their instance has no slot for. */
class StarvedShardsTest {

    private static final Duration STARVED_AFTER = Duration.ofSeconds(10);
    private static final JobDefinition HANGS =
            JobDefinition.named("hangs").every(Duration.ofHours(1)).shards(2).build();
    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(5)).shards(4).build();

    private final World world = new World();

    @Test
    void anotherInstanceRunsThemOnceAndTheShardsStayWhereTheyAre() {
        Process a = hanging(2);
        Process b = start("b", 8, ORDERS);
        world.seconds(3);
        long before = runsOn(b, 0) + runsOn(b, 1) + runsOn(b, 2) + runsOn(b, 3);
        Set<Integer> ofA = shardsOf(a);
        assertThat(ofA).hasSize(2);

        world.seconds(40);

        assertThat(shardsOf(a)).isEqualTo(ofA);
        for (int shard : ofA) {
            assertThat(runsOn(b, shard)).as("shard %d", shard).isGreaterThan(1);
        }
        assertThat(before).isLessThanOrEqualTo(runsOn(b, 0) + runsOn(b, 1) + runsOn(b, 2) + runsOn(b, 3));
        assertNoFiringRanTwice();
        assertThat(b.engine.status().executions().active()).isZero();
    }

    @Test
    void whereNobodyElseMayRunThemTheOfferGoesWhenTheInstanceHasASlotAgain() {
        Process a = hanging(2);
        world.seconds(15);
        assertThat(offers()).hasSize(4);
        assertThat(a.engine.status().executions().starved()).isEqualTo(4);
        assertThat(a.detail("orders").orElseThrow().starved()).containsExactly(0, 1, 2, 3);
        assertThat(a.detail("hangs").orElseThrow().starved()).isEmpty();

        a.runner.end("hangs", 0, new Outcome.Succeeded());
        a.duration = Duration.ofMillis(10);
        world.seconds(4);

        assertThat(offers()).isEmpty();
        assertThat(a.engine.status().executions().starved()).isZero();
        assertThat(a.detail("orders").orElseThrow().starved()).isEmpty();
        for (int shard = 0; shard < 4; shard++) {
            assertThat(runsOn(a, shard)).isPositive();
        }
        assertNoFiringRanTwice();
    }

    @Test
    void anInstanceThatTakesNothingNewTakesNoOffers() {
        hanging(2);
        Process b = start("b", 8, ORDERS);
        b.runner.offer(Set.of(), 8);
        world.seconds(20);

        assertThat(offers()).hasSize(4);
        assertThat(world.runs("orders")).isZero();
        assertThat(b.detail("orders").orElseThrow().starved())
                .as("whichever instance is asked")
                .containsExactly(0, 1, 2, 3);
        assertThat(b.engine.status().executions().starved()).isZero();

        b.runner.offer(Set.of("orders"), 8);
        world.seconds(3);
        assertThat(world.runs("orders")).isGreaterThanOrEqualTo(4);
    }

    @Test
    void whoDoesNotOfferTakesNothing() {
        hanging(2);
        world.start(
                "b", 8, JobDefinition.named("other").every(Duration.ofHours(1)).build(), ORDERS);
        world.seconds(30);

        assertThat(offers()).hasSize(2);
        assertNoFiringRanTwice();
    }

    /** 64 handlers that never return on one instance: the firings of all other jobs begin within that time and 2 s. */
    @Test
    void handlersThatNeverReturnHoldUpNoOtherJobForLong() {
        JobDefinition never = JobDefinition.named("hangs")
                .every(Duration.ofHours(1))
                .shards(64)
                .build();
        JobDefinition[] others = IntStream.range(0, 10)
                .mapToObj(i -> JobDefinition.named("job-" + i)
                        .every(Duration.ofSeconds(5))
                        .shards(4)
                        .build())
                .toArray(JobDefinition[]::new);
        JobDefinition[] all = Stream.concat(Stream.of(never), Stream.of(others)).toArray(JobDefinition[]::new);
        Process a = start("a", 64, all);
        world.seconds(1); // the others fire every five seconds, and not now
        a.duration = Duration.ofDays(1);
        a.engine.operations().trigger(TriggerRequest.of("hangs"));
        world.seconds(1);
        Process b = start("b", 64, others);
        world.seconds(120);

        assertThat(a.engine.status().executions().active()).isEqualTo(64);
        for (JobDefinition job : others) {
            List<Ledger.Entry> runs = world.ledger.entries().stream()
                    .filter(entry -> entry.id.job().equals(job.name()) && entry.process.equals(b.name))
                    .toList();
            assertThat(runs).extracting(entry -> entry.id.shard()).contains(0, 1, 2, 3);
            assertThat(runs)
                    .allSatisfy(entry -> assertThat(Duration.between(entry.fireTime, entry.started))
                            .as("late, in virtual time")
                            .isLessThanOrEqualTo(STARVED_AFTER.plusSeconds(2)));
        }
        assertNoFiringRanTwice();
    }

    private void assertNoFiringRanTwice() {
        Set<String> seen = new HashSet<>();
        world.ledger
                .entries()
                .forEach(entry -> assertThat(seen.add(entry.id.toString()))
                        .as(entry.id.toString())
                        .isTrue());
    }

    private long runsOn(Process process, int shard) {
        return world.ledger.entries().stream()
                .filter(entry -> entry.process.equals(process.name)
                        && entry.id.job().equals("orders")
                        && entry.id.shard() == shard)
                .count();
    }

    private static Set<Integer> shardsOf(Process process) {
        return Set.copyOf(process.view()
                .jobs()
                .get("orders")
                .assignment()
                .shardsOf(process.engine.status().instance().orElseThrow()));
    }

    private List<String> offers() {
        return world.ensemble.children("/test/offers");
    }

    /** One whose slots are all held by handlers that never return. */
    private Process hanging(int slots) {
        Process a = start("a", slots, HANGS, ORDERS);
        a.duration = Duration.ofDays(1);
        a.engine.operations().trigger(TriggerRequest.of("hangs"));
        world.seconds(1);
        assertThat(a.engine.status().executions().active()).isEqualTo(2);
        assertThat(world.runs("hangs")).isEqualTo(2);
        return a;
    }

    private Process start(String name, int slots, JobDefinition... jobs) {
        world.starvedAfterOfNext = STARVED_AFTER;
        try {
            return world.start(name, slots, jobs);
        } finally {
            world.starvedAfterOfNext = Duration.ZERO;
        }
    }
}
