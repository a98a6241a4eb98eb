package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Cause;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.JoinRecordCodec;
import io.elasticjob.coordination.JoinRecord;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class JoinsTest {

    private static final Instant TEN = Instant.parse("2026-01-01T00:00:10Z");

    private final World world = new World();
    private final List<String> told = new ArrayList<>();

    private static JobDefinition.Builder job(String name) {
        return JobDefinition.named(name).set(JobKey.RECORD_FIRINGS, "true");
    }

    private static JobDefinition after(String name, String after) {
        return job(name).set(JobKey.AFTER, after).build();
    }

    private static JobDefinition orders() {
        return job("orders").every(Duration.ofSeconds(10)).shards(2).build();
    }

    /** Bills and mails after orders, and a report after both. */
    private static JobDefinition[] diamond(String join) {
        return new JobDefinition[] {
            orders(),
            after("bills", "orders"),
            after("mails", "orders"),
            job("report")
                    .set(JobKey.AFTER, "bills,mails")
                    .set(JobKey.JOIN, join)
                    .build()
        };
    }

    private String ran(String job) {
        return world.ledger.entries().stream()
                .filter(entry -> entry.id.job().equals(job))
                .map(entry -> entry.id.firing().text())
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private JoinRecord joins(String job) {
        return world.ensemble.children("/test/joins").stream()
                .filter(name -> name.startsWith(job + "@"))
                .map(name -> (Read.Present) world.ensemble.node("/test/joins/" + name))
                .map(present -> ((Decoded.Value<JoinRecord>) JoinRecordCodec.decode(present.data())).value())
                .findFirst()
                .orElse(JoinRecord.NEW);
    }

    private static List<String> notTriggered(World.Process... processes) {
        return List.of(processes).stream()
                .flatMap(process -> process.events(ElasticJobEvent.SuccessorNotTriggered.class).stream())
                .map(event -> event.successor() + ": " + event.reason())
                .toList();
    }

    @Test
    void aJobRunsOnceWhenAllBranchesOfOneFiringHaveEnded() {
        world.start("a", diamond("ALL"));
        world.start("b", diamond("ALL"));
        world.time.passUntil(TEN.plusSeconds(15));

        assertThat(ran("bills")).isEqualTo("trigger-0 trigger-1");
        assertThat(ran("report")).isEqualTo("trigger-0 trigger-1");
        assertThat(joins("report").done()).hasSize(2);
    }

    @Test
    void aJoinMayBeJoinedWithOneOfItsBranches() {
        List<JobDefinition> jobs = new ArrayList<>(List.of(diamond("ALL")));
        jobs.add(job("archive")
                .set(JobKey.AFTER, "report,mails")
                .set(JobKey.JOIN, "ALL")
                .build());
        world.start("a", jobs.toArray(JobDefinition[]::new));
        world.time.passUntil(TEN.plusSeconds(15));

        assertThat(ran("archive")).isEqualTo("trigger-0 trigger-1");
        assertThat(joins("archive").waiting()).isEmpty();
    }

    @Test
    void aHandlerIsToldWhatItRunsAfterAndWhenTheChainBegan() {
        World.Process a = world.start("a", diamond("ALL"));
        a.runner.outcomes(order -> {
            if (order.context().jobName().equals("report")) {
                told.add(order.context().originFireTime() + " "
                        + order.context().causes().stream()
                                .map(cause -> cause + " " + cause.results())
                                .toList());
            }
            return new Outcome.Succeeded(order.context().jobName() + " done");
        });
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(told)
                .containsExactly(Optional.of(TEN)
                        + " [bills/trigger-0 SUCCEEDED {0=bills done}, mails/trigger-0 SUCCEEDED {0=mails done}]");
    }

    @Test
    void aFiringThatRunsAfterNoOtherHasNoCauses() {
        World.Process a = world.start("a", orders());
        List<Cause> causes = new ArrayList<>();
        a.runner.outcomes(order -> {
            causes.addAll(order.context().causes());
            assertThat(order.context().originFireTime()).isEmpty();
            return new Outcome.Succeeded();
        });
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(causes).isEmpty();
    }

    @Test
    void aBranchThatFailsEndsTheJoin() {
        World.Process a = world.start("a", diamond("ALL"));
        a.runner.outcomes(order ->
                order.context().jobName().equals("bills") ? new Outcome.Failed("no ink") : new Outcome.Succeeded());
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(ran("report")).isEmpty();
        assertThat(notTriggered(a)).containsExactly("report: join=ALL: bills/trigger-0 has ended as FAILED");
        assertThat(joins("report").waiting()).isEmpty();
    }

    @Test
    void aBranchThatIsDisabledEndsTheJoin() {
        World.Process a = world.start("a", diamond("ALL"));
        a.engine.operations().disable("bills", JobPart.WHOLE_JOB, Operator.UNKNOWN);
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(ran("mails")).isEqualTo("trigger-0");
        assertThat(ran("report")).isEmpty();
        assertThat(notTriggered(a))
                .hasSize(2)
                .last()
                .asString()
                .startsWith("report: join=ALL: bills does not run after");
        assertThat(joins("report").waiting()).isEmpty();
    }

    @Test
    void anyRunsAfterTheFirstBranchAndNotAgainAfterTheOther() {
        World.Process a = world.start("a", diamond("ANY"));
        a.runner.lasting(
                order -> order.context().jobName().equals("mails") ? Duration.ofSeconds(3) : Duration.ofMillis(10));
        world.time.passUntil(TEN.plusSeconds(1));
        assertThat(ran("report")).isEqualTo("trigger-0");

        world.time.passUntil(TEN.plusSeconds(8));
        assertThat(ran("mails")).isEqualTo("trigger-0");
        assertThat(ran("report")).isEqualTo("trigger-0");
    }

    @Test
    void aBranchThatIsRunByHandDoesNotJoin() {
        World.Process a = world.start("a", diamond("ALL"));
        a.runner.lasting(
                order -> order.context().jobName().equals("mails") ? Duration.ofSeconds(3) : Duration.ofMillis(10));
        world.time.passUntil(TEN.plusSeconds(1));
        a.engine.operations().trigger(TriggerRequest.of("bills"));
        world.time.passUntil(TEN.plusSeconds(2));

        assertThat(ran("bills")).isEqualTo("trigger-0 trigger-1");
        assertThat(notTriggered(a))
                .singleElement()
                .asString()
                .contains("descend from one of orders, and this one does not");
        world.time.passUntil(TEN.plusSeconds(8));
        assertThat(ran("report")).isEqualTo("trigger-0");
    }

    @Test
    void aWholeChainThatIsRunByHandJoins() {
        World.Process a = world.start("a", diamond("ALL"));
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.time.pass(Duration.ofSeconds(3));

        assertThat(ran("report")).isEqualTo("trigger-0");
    }

    @Test
    void theBranchesMayBelongToDifferentApplicationsAndEndOnDifferentInstances() {
        world.startOf("shop", "a", orders());
        world.startOf("bank", "b", after("bills", "orders"));
        world.startOf("post", "c", after("mails", "orders"));
        world.startOf(
                "board",
                "d",
                job("report")
                        .set(JobKey.AFTER, "bills,mails")
                        .set(JobKey.JOIN, "ALL")
                        .build());
        world.time.passUntil(TEN.plusSeconds(15));

        assertThat(ran("report")).isEqualTo("trigger-0 trigger-1");
    }

    @Test
    void aJoinThatIsRemovedLeavesNothingBehind() {
        World.Process a = world.start("a", diamond("ALL"));
        world.time.passUntil(TEN.plusSeconds(5));
        a.engine.operations().remove("report", Operator.UNKNOWN);
        world.time.pass(Duration.ofSeconds(30));

        assertThat(world.ensemble.children("/test/joins")).isEmpty();
        assertThat(a.events(ElasticJobEvent.FiringClosed.class))
                .filteredOn(closed -> closed.job().equals("orders"))
                .hasSizeGreaterThan(2)
                .allMatch(closed -> closed.result() == FiringResult.SUCCEEDED);
    }

    @Test
    void joinsThatSomebodyHasWrittenOverAreReplacedAndThoseOfALaterVersionAreLeftAlone() {
        World.Process a = world.start("a", diamond("ALL"));
        world.time.passUntil(TEN.plusSeconds(5));
        String path = "/test/joins/" + world.ensemble.children("/test/joins").get(0);
        world.ensemble.write(path, "what?".getBytes());
        world.time.passUntil(TEN.plusSeconds(15));

        assertThat(ran("report")).isEqualTo("trigger-0 trigger-1");
        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class))
                .anyMatch(event -> event.path().equals(path));

        byte[] later = "{\"format\":7}".getBytes();
        world.ensemble.write(path, later);
        world.time.passUntil(TEN.plusSeconds(25));

        assertThat(ran("report")).isEqualTo("trigger-0 trigger-1");
        assertThat(ran("bills")).isEqualTo("trigger-0 trigger-1 trigger-2");
        assertThat(((Read.Present) world.ensemble.node(path)).data()).isEqualTo(later);
        assertThat(notTriggered(a)).last().asString().contains("its joins cannot be read: format 7");
    }

    @Test
    void aFiringWhoseTriggerIsGoneIsClosedByOneWhoHasNeverHeardOfIt() {
        World.Process a = world.start("a", job("orders").shards(1).build());
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.time.pass(Duration.ofMillis(500));
        String path =
                "/test/firings/" + world.ensemble.children("/test/firings").get(0);
        byte[] closed = ((Read.Present) world.ensemble.node(path)).data();
        a.kill();
        // As it would be, had the instance died between the last end and the close.
        world.ensemble.write(
                path,
                new String(closed)
                        .replaceAll("\"state\":\"CLOSED\"", "\"state\":\"OPEN\"")
                        .replaceAll("\"trigger\":0", "\"trigger\":-1")
                        .getBytes());
        World.Process b = world.start("b", job("orders").shards(1).build());
        world.time.pass(Duration.ofSeconds(20));

        assertThat(b.events(ElasticJobEvent.FiringClosed.class)).hasSize(1);
    }
}
