package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
    void aCircleAmongWhatOneApplicationDeclaresIsRefusedAtTheStart() {
        assertThatThrownBy(() ->
                        world.start("a", after("orders", "mails"), after("bills", "orders"), after("mails", "bills")))
                .isInstanceOfSatisfying(InvalidSettingException.class, refused -> {
                    assertThat(refused.key()).isEqualTo("orders.after");
                    assertThat(refused.value()).isEqualTo("mails");
                    assertThat(refused)
                            .hasMessageContaining("makes a circle")
                            .hasMessageContaining("orders, bills, mails, orders");
                });
    }

    @Test
    void aCircleWithJobsOfAnotherApplicationIsNotDeclaredUntilThereIsNone() {
        World.Process a = world.startOf("shop", "a", after("bills", "mails"));
        world.time.pass(Duration.ofSeconds(1));
        World.Process b = world.startOf("post", "b", after("mails", "bills"));
        world.time.pass(Duration.ofSeconds(5));

        assertThat(world.ensemble.children("/test/jobs")).containsExactly("bills");
        assertThat(b.events(ElasticJobEvent.JobRefused.class)).singleElement().satisfies(event -> {
            assertThat(event.job()).isEqualTo("mails");
            assertThat(event.reason()).contains("mails.after: \"bills\"", "makes a circle", "mails, bills, mails");
        });

        a.engine.operations().remove("bills", Operator.UNKNOWN);
        world.time.pass(Duration.ofSeconds(5));

        assertThat(world.ensemble.children("/test/jobs")).containsExactly("mails");
    }

    @Test
    void anOperatorIsToldWhatIsWrongWithAChain() {
        World.Process a = world.start(
                "a",
                orders(),
                after("bills", "orders"),
                JobDefinition.named("light").build());
        world.time.pass(Duration.ofSeconds(1));

        assertRefused(a, "orders", "bills", "orders.after", "makes a circle");
        assertRefused(a, "bills", "order", "bills.after", "is not the name of a job of this namespace");
        assertRefused(a, "bills", "light", "bills.after", "set recordFirings=true of light");
        CompletionStage<?> answer =
                a.engine.operations().configure("bills", Map.of(JobKey.AFTER, "orders:ANY"), Operator.UNKNOWN);
        world.time.pass(Duration.ofSeconds(1));
        assertThat(answer.toCompletableFuture()).isCompleted();
    }

    private void assertRefused(World.Process through, String job, String after, String key, String rule) {
        CompletionStage<?> answer =
                through.engine.operations().configure(job, Map.of(JobKey.AFTER, after), Operator.UNKNOWN);
        world.time.pass(Duration.ofSeconds(1));
        assertThat(answer.toCompletableFuture())
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingRootCause()
                .satisfies(refused ->
                        assertThat(((InvalidSettingException) refused).key()).isEqualTo(key))
                .withMessageContaining(rule);
    }

    @Test
    void aPredecessorThatIsNotThereOrNotRecordedIsTold() {
        World.Process a = world.startOf("shop", "a", after("bills", "ordres,light"));
        world.startOf("post", "b", JobDefinition.named("light").build());
        world.time.pass(Duration.ofSeconds(40));

        assertThat(a.events(ElasticJobEvent.PredecessorUnknown.class))
                .extracting(ElasticJobEvent.PredecessorUnknown::predecessor, ElasticJobEvent.PredecessorUnknown::reason)
                .containsExactlyInAnyOrder(
                        tuple("ordres", "there is no job of this name"),
                        tuple("light", "its firings are not recorded: set recordFirings=true"));
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

    /** Its settings are of a later version: whoever closes cannot make its trigger, and says so. */
    @Test
    void aJobThatCannotBeUsedWhereTheFiringIsClosedIsToldNotToRun() {
        World.Process a = world.start("a", orders(), after("bills", "orders"));
        world.time.passUntil(TEN.minusSeconds(3));
        world.overwrite("/test/jobs/bills", "{\"format\":99}");
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(ran("bills")).isEmpty();
        assertThat(a.events(ElasticJobEvent.SuccessorNotTriggered.class))
                .extracting(ElasticJobEvent.SuccessorNotTriggered::successor)
                .containsExactly("bills");
    }

    @Test
    void aJobThatCannotBeUsedIsToldNotToRunOnlyAfterEndsThatItWouldFollow() {
        World.Process a = world.start("a", orders(), after("bills", "orders:FAILED"));
        world.time.passUntil(TEN.minusSeconds(3));
        world.overwrite("/test/jobs/bills", "{\"format\":99}");
        world.time.passUntil(TEN.plusSeconds(5));
        assertThat(a.events(ElasticJobEvent.SuccessorNotTriggered.class)).isEmpty();

        a.runner.outcomes(order -> new Outcome.Failed("no"));
        world.time.passUntil(TEN.plusSeconds(15));
        assertThat(a.events(ElasticJobEvent.SuccessorNotTriggered.class)).hasSize(1);
    }

    /** A kind of handlers that this instance has not got: its application has, and has declared the job before this one started. */
    @Test
    void aJobOfAnUnknownKindIsToldNotToRunWithTheKeyAlsoWhereItWasNeverUnderstood() {
        World.Process bank = world.startOf("bank", "b", after("bills", "orders"));
        world.time.pass(Duration.ofSeconds(1));
        String stored =
                new String(((Read.Present) world.ensemble.node("/test/jobs/bills")).data(), StandardCharsets.UTF_8);
        bank.kill();
        world.overwrite(
                "/test/jobs/bills", stored.replace("\"after\":\"orders\"", "\"after\":\"orders\",\"telex\":\"4711\""));
        World.Process shop = world.startOf("shop", "a", orders());
        world.time.passUntil(TEN.plusSeconds(30));

        assertThat(shop.events(ElasticJobEvent.FiringClosed.class)).isNotEmpty();
        assertThat(ran("bills")).isEmpty();
        assertThat(world.ensemble.children("/test/jobs/bills")).isEmpty();
        assertThat(shop.events(ElasticJobEvent.SuccessorNotTriggered.class))
                .isNotEmpty()
                .allSatisfy(event -> {
                    assertThat(event.job()).isEqualTo("orders");
                    assertThat(event.successor()).isEqualTo("bills");
                    assertThat(event.reason())
                            .contains("could not be used by the instance that closed the firing", "telex");
                });
        assertThat(world.now(shop.engine.job("bills")).toString()).contains("telex");
    }

    private boolean isClosed(World.Process at) {
        return at.events(ElasticJobEvent.FiringClosed.class).stream()
                .anyMatch(closed -> closed.firing().equals(new Firing.Scheduled(TEN)));
    }

    private World.Process withAnUnreadableSuccessor() {
        World.Process a = world.start("a", orders(), after("bills", "orders"));
        world.time.passUntil(TEN.minusSeconds(1));
        a.unreadable = "/test/jobs/bills"::equals;
        String stored =
                new String(((Read.Present) world.ensemble.node("/test/jobs/bills")).data(), StandardCharsets.UTF_8);
        world.overwrite("/test/jobs/bills", stored);
        return a;
    }

    @Test
    void aSuccessorThatCannotBeReadDoesNotHoldUpACloseForLong() {
        World.Process a = withAnUnreadableSuccessor();
        world.time.passUntil(TEN.plusSeconds(30));

        assertThat(isClosed(a)).isTrue();
        assertThat(ran("bills")).isEmpty();
        assertThat(a.events(ElasticJobEvent.SuccessorNotTriggered.class)).isNotEmpty();
    }

    private static boolean isClose(List<Write> writes) {
        return writes.stream()
                .anyMatch(write ->
                        write instanceof Write.Create create && create.path().startsWith("/test/jobs/bills/"));
    }

    /** What the connection is lost over may be longer than the servers take. */
    @Test
    void aLongCloseThatGetsNoAnswerIsGivenUpWithItsSuccessors() {
        JobDefinition bills = JobDefinition.named("bills")
                .set(JobKey.AFTER, "orders")
                .set(JobKey.RECORD_FIRINGS, "true")
                .set(JobKey.SHARDING_ITEM_PARAMETERS, "0=" + "x".repeat(90_000))
                .shards(1)
                .build();
        World.Process a = world.start("a", orders(), bills);
        AtomicInteger tries = new AtomicInteger();
        a.losingConnections = writes -> isClose(writes) && tries.incrementAndGet() > 0;
        world.time.passUntil(TEN.plusSeconds(30));

        assertThat(isClosed(a)).isTrue();
        assertThat(tries).hasValueBetween(5, 20);
        assertThat(a.events(ElasticJobEvent.SuccessorNotTriggered.class)).isNotEmpty();
    }

    @Test
    void refusalsCountOnlyInARow() {
        World.Process a = world.start("a", orders(), after("bills", "orders"));
        AtomicInteger closes = new AtomicInteger();
        a.refusals = writes -> isClose(writes) && closes.incrementAndGet() % 4 != 0
                ? new Answer.Refused(indexOfCheck(writes), Answer.Reason.VERSION)
                : null;
        world.time.passUntil(TEN.plusSeconds(35));

        assertThat(closes).hasValueGreaterThan(8);
        assertThat(a.events(ElasticJobEvent.SuccessorNotTriggered.class)).isEmpty();
        assertThat(ran("bills")).contains("trigger-2/0");
    }

    private static int indexOfCheck(List<Write> writes) {
        return IntStream.range(0, writes.size())
                .filter(i -> writes.get(i) instanceof Write.Check
                        && writes.get(i).path().equals("/test/jobs/bills"))
                .findFirst()
                .orElseThrow();
    }
}
