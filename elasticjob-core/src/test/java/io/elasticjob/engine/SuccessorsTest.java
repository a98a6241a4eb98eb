package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SuccessorsTest {

    private static final Instant TEN = Instant.parse("2026-01-01T00:00:10Z");

    private final World world = new World();

    private static JobDefinition orders() {
        return JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .shards(2)
                .set(JobKey.RECORD_FIRINGS, "true")
                .build();
    }

    private static JobDefinition after(String name, String after) {
        return JobDefinition.named(name)
                .set(JobKey.AFTER, after)
                .set(JobKey.RECORD_FIRINGS, "true")
                .shards(2)
                .build();
    }

    /** Which shards of which firings ran, in their order. */
    private String ran(String job) {
        return world.ledger.entries().stream()
                .filter(entry -> entry.id.job().equals(job))
                .map(entry -> entry.id.firing().text() + "/" + entry.id.shard())
                .sorted()
                .collect(Collectors.joining(" "));
    }

    @Test
    void aJobRunsOnceAfterEachFiringThatSucceeds() {
        world.start("a", orders(), after("bills", "orders"));
        world.start("b", orders(), after("bills", "orders"));
        world.time.passUntil(TEN.plusSeconds(15));

        assertThat(ran("bills")).isEqualTo("trigger-0/0 trigger-0/1 trigger-1/0 trigger-1/1");
        assertThat(world.ensemble.children("/test/jobs/bills")).isEmpty();
    }

    @Test
    void theEndDecidesWhichJobsFollow() {
        JobDefinition[] jobs = {
            orders(), after("bills", "orders"), after("complaints", "orders:FAILED"), after("audit", "orders:any")
        };
        World.Process a = world.start("a", jobs);
        a.runner.outcomes(order ->
                order.context().jobName().equals("orders") ? new Outcome.Failed("no") : new Outcome.Succeeded());
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(ran("bills")).isEmpty();
        assertThat(ran("complaints")).isEqualTo("trigger-0/0 trigger-0/1");
        assertThat(ran("audit")).isEqualTo("trigger-0/0 trigger-0/1");
    }

    @Test
    void aFiringOfWhichAllShardsHadNothingToDoEndsAsSkippedAndIsNoFailure() {
        World.Process a = world.start(
                "a", orders(), after("bills", "orders"), after("idle", "orders:SKIPPED"), after("audit", "orders:ANY"));
        a.runner.outcomes(order -> order.context().jobName().equals("orders")
                ? new Outcome.Skipped("no orders")
                : new Outcome.Succeeded());
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(a.events(ElasticJobEvent.FiringClosed.class).get(0)).satisfies(closed -> {
            assertThat(closed.result()).isEqualTo(FiringResult.SKIPPED);
            assertThat(closed.ends()).containsOnly(Map.entry("SKIPPED", 2));
        });
        assertThat(ran("bills")).isEmpty();
        assertThat(ran("idle")).isEqualTo("trigger-0/0 trigger-0/1");
        assertThat(ran("audit")).isEqualTo("trigger-0/0 trigger-0/1");
        assertThat(world.record("orders", 0)).satisfies(record -> {
            assertThat(record.outcome()).isEqualTo("SKIPPED");
            assertThat(record.error()).isEqualTo("no orders");
            assertThat(record.lastSucceeded()).isNull();
            assertThat(record.through()).isEqualTo(TEN);
        });
    }

    @Test
    void aFiringWithAShardThatSucceedsIsASuccessThoughOthersHadNothingToDo() {
        World.Process a = world.start("a", orders(), after("bills", "orders"));
        a.runner.outcomes(
                order -> order.context().shardingItem() == 0 ? new Outcome.Skipped("") : new Outcome.Succeeded());
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(a.events(ElasticJobEvent.FiringClosed.class).get(0).result()).isEqualTo(FiringResult.SUCCEEDED);
        assertThat(ran("bills")).isEqualTo("trigger-0/0 trigger-0/1");
    }

    @Test
    void aChainGoesOnToItsEnd() {
        world.start("a", orders(), after("bills", "orders"), after("mails", "bills"));
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(ran("mails")).isEqualTo("trigger-0/0 trigger-0/1");
    }

    @Test
    void aFiringByHandIsFollowedAsWell() {
        World.Process a = world.start("a", orders(), after("bills", "orders"));
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.time.pass(Duration.ofSeconds(3));

        assertThat(ran("bills")).isEqualTo("trigger-0/0 trigger-0/1");
    }

    @Test
    void aSuccessorThatMayNotRunIsToldAndTheFiringIsClosedWithoutIt() {
        World.Process a = world.start("a", orders(), after("bills", "orders"));
        a.engine.operations().disable("bills", JobPart.WHOLE_JOB, Operator.UNKNOWN);
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(ran("bills")).isEmpty();
        assertThat(a.events(ElasticJobEvent.FiringClosed.class)).hasSize(1);
        assertThat(a.events(ElasticJobEvent.SuccessorNotTriggered.class))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.firing()).isEqualTo(new Firing.Scheduled(TEN));
                    assertThat(event.successor()).isEqualTo("bills");
                    assertThat(event.reason()).contains("bills is disabled");
                });
    }

    @Test
    void jobsThatRunAfterOneAnotherDoNotRunWithoutEnd() {
        World.Process a = world.start("a", after("orders", "bills"), after("bills", "orders"));
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.time.pass(Duration.ofSeconds(5));

        assertThat(ran("orders")).isEqualTo("trigger-0/0 trigger-0/1");
        assertThat(ran("bills")).isEmpty();
        assertThat(a.events(ElasticJobEvent.SuccessorNotTriggered.class))
                .singleElement()
                .satisfies(event -> assertThat(event.reason()).contains("both would run without end"));
    }

    @Test
    void theSuccessorMayBelongToAnotherApplication() {
        world.startOf("shop", "a", orders());
        world.startOf("bank", "b", after("bills", "orders"));
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(ran("bills")).isEqualTo("trigger-0/0 trigger-0/1");
    }

    @Test
    void aSuccessorThatIsNewIsHeardOfWhoeverCloses() {
        World.Process a = world.start("a", orders());
        world.time.passUntil(TEN.plusSeconds(5));
        World.Process b = world.start("b", orders(), after("bills", "orders"));
        world.time.passUntil(TEN.plusSeconds(15));

        assertThat(ran("bills")).isEqualTo("trigger-0/0 trigger-0/1");
        assertThat(List.of(a, b))
                .allMatch(process ->
                        process.events(ElasticJobEvent.EngineImpaired.class).isEmpty());
    }
}
