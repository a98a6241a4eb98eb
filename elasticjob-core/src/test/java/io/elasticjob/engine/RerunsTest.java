package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.CancelRequest;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringListener;
import io.elasticjob.FiringResult;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.RerunReceipt;
import io.elasticjob.RerunRequest;
import io.elasticjob.RerunRequest.Option;
import io.elasticjob.TriggerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RerunsTest {

    private static final Instant TEN = Instant.parse("2026-01-01T00:00:10Z");
    private static final Firing AT_TEN = new Firing.Scheduled(TEN);
    private static final Operator ANN = new Operator("ann", "the bank was away");

    private final World world = new World();
    private final List<String> told = new ArrayList<>();
    private final Set<Integer> broken = new HashSet<>(Set.of(1, 2));

    private static JobDefinition.Builder orders() {
        return JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .shards(4)
                .set(JobKey.FIRING_LISTENERS, "audit");
    }

    private World.Process start(String name, JobDefinition... jobs) {
        World.Process process = world.startWith(
                name,
                builder -> builder.firingListeners(Map.of("audit", new FiringListener() {
                            @Override
                            public void afterFiring(End firing) {
                                told.add(firing.start().id().replaceAll("@[^/]*", "") + " "
                                        + firing.start().fireTime() + " " + firing.result() + " " + firing.ends());
                            }
                        }))
                        .firingListenerExecutor(Runnable::run),
                jobs);
        process.runner.outcomes(order -> order.context().jobName().equals("orders")
                        && broken.contains(order.context().shardingItem())
                ? new Outcome.Failed("no")
                : new Outcome.Succeeded());
        return process;
    }

    private String ran(String job, Firing firing) {
        return world.ledger.entries().stream()
                .filter(entry -> entry.id.job().equals(job))
                .filter(entry -> entry.id.firing().equals(firing))
                .map(entry -> entry.id.shard() + "/" + entry.id.attempt())
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private RerunReceipt rerun(World.Process at, RerunRequest request) {
        return world.now(at.engine.operations().rerun(request.by(ANN)));
    }

    private void refused(World.Process at, RerunRequest request, Class<?> how, String... why) {
        CompletionStage<RerunReceipt> asked = at.engine.operations().rerun(request);
        world.time.pass(Duration.ofMillis(500));

        assertThatThrownBy(() -> asked.toCompletableFuture().join())
                .cause()
                .isInstanceOf(how)
                .hasMessageContainingAll(why);
    }

    @Test
    void theFailedShardsOfAPastFiringRunAgainAsThatFiringWithTheNextAttempt() {
        World.Process a = start("a", orders().build());
        World.Process b = start("b", orders().build());
        world.time.passUntil(TEN.plusSeconds(12)); // another firing has run since
        assertThat(ran("orders", AT_TEN)).isEqualTo("0/1 1/1 2/1 3/1");
        broken.clear();

        RerunReceipt receipt = rerun(b, RerunRequest.of("orders", AT_TEN));
        world.time.pass(Duration.ofSeconds(3));

        assertThat(receipt.reruns()).singleElement().satisfies(one -> {
            assertThat(one.firing()).isEqualTo(new Firing.Past(AT_TEN, TEN));
            assertThat(one.shards()).containsExactly(1, 2);
        });
        assertThat(ran("orders", AT_TEN)).isEqualTo("0/1 1/1 1/2 2/1 2/2 3/1");
        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.id.attempt() == 2)
                        .map(entry -> entry.context.fireTime()))
                .containsOnly(TEN);
        assertThat(told)
                .contains(
                        "orders/2026-01-01T00:00:10Z 2026-01-01T00:00:10Z FAILED {FAILED=2, SUCCEEDED=2}",
                        "orders/2026-01-01T00:00:10Z/trigger-0 2026-01-01T00:00:10Z SUCCEEDED {SUCCEEDED=4}")
                .filteredOn(one -> one.contains("00:00:10Z/trigger"))
                .hasSize(1);
        List<ElasticJobEvent.FiringClosed> closed = new ArrayList<>(a.events(ElasticJobEvent.FiringClosed.class));
        closed.addAll(b.events(ElasticJobEvent.FiringClosed.class));
        assertThat(closed)
                .filteredOn(one -> one.firing().equals(AT_TEN))
                .hasSize(2)
                .last()
                .isEqualTo(new ElasticJobEvent.FiringClosed(
                        "orders", AT_TEN, TEN, FiringResult.SUCCEEDED, new TreeMap<>(Map.of("SUCCEEDED", 4))));
        assertThat(b.events(ElasticJobEvent.FiringRerun.class))
                .containsExactly(
                        new ElasticJobEvent.FiringRerun("orders", AT_TEN, 0, new TreeSet<>(Set.of(1, 2)), ANN));
    }

    @Test
    void whatFailsAgainRunsAgainAndNoAttemptHasTheNumberOfAnother() {
        World.Process a = start(
                "a",
                orders().set(JobKey.RETRY_ATTEMPTS, "1")
                        .set(JobKey.RETRY_DELAY, "100ms")
                        .build());
        world.time.passUntil(TEN.plusSeconds(3));
        assertThat(ran("orders", AT_TEN)).isEqualTo("0/1 1/1 1/2 2/1 2/2 3/1");

        rerun(a, RerunRequest.of("orders", AT_TEN));
        world.time.pass(Duration.ofSeconds(2));
        rerun(a, RerunRequest.of("orders", AT_TEN).withShards(new TreeSet<>(Set.of(0, 2))));
        world.time.pass(Duration.ofSeconds(2));

        assertThat(ran("orders", AT_TEN)).isEqualTo("0/1 0/2 1/1 1/2 1/3 1/4 2/1 2/2 2/3 2/4 2/5 2/6 3/1");
        assertThat(told.get(told.size() - 1)).endsWith("FAILED {FAILED=2, SUCCEEDED=2}");
    }

    @Test
    void manyFiringsRunAgainByOneRequestAndOnceForOneId() {
        World.Process a = start("a", orders().build());
        world.time.passUntil(TEN.plusSeconds(25));
        broken.clear();
        RerunRequest request =
                RerunRequest.failedBetween("orders", TEN, TEN.plusSeconds(10)).withId("monday");

        RerunReceipt first = rerun(a, request);
        RerunReceipt second = rerun(a, request);
        world.time.pass(Duration.ofSeconds(4));
        RerunReceipt third = rerun(a, request);
        world.time.pass(Duration.ofSeconds(4));

        assertThat(first.reruns()).hasSize(2);
        assertThat(first.repeated()).isFalse();
        assertThat(second.reruns()).isEqualTo(first.reruns());
        assertThat(second.repeated()).isTrue();
        assertThat(third).isEqualTo(new RerunReceipt("orders", "monday", List.of(), true));
        assertThat(ran("orders", AT_TEN)).isEqualTo("0/1 1/1 1/2 2/1 2/2 3/1");
        assertThat(ran("orders", new Firing.Scheduled(TEN.plusSeconds(10)))).isEqualTo("0/1 1/1 1/2 2/1 2/2 3/1");
    }

    @Test
    void successorsRunOnlyIfAskedForAndOnce() {
        JobDefinition bills = JobDefinition.named("bills")
                .set(JobKey.AFTER, "orders")
                .set(JobKey.RECORD_FIRINGS, "true")
                .build();
        World.Process a = start("a", orders().every(Duration.ofDays(1)).build(), bills);
        rerunOf(a, 2);

        assertThat(world.runs("bills")).isZero();
        broken.clear();
        rerun(a, RerunRequest.of("orders", new Firing.Triggered(0)));
        world.time.pass(Duration.ofSeconds(3));
        assertThat(world.runs("bills")).isZero();

        rerun(
                a,
                RerunRequest.of("orders", new Firing.Triggered(0))
                        .withShards(new TreeSet<>(Set.of(0)))
                        .with(Option.SUCCESSORS));
        world.time.pass(Duration.ofSeconds(3));
        assertThat(world.runs("bills")).isEqualTo(1);
        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.id.job().equals("bills"))
                        .flatMap(entry -> entry.context.causes().stream()))
                .singleElement()
                .satisfies(cause -> assertThat(cause.firing()).isEqualTo(new Firing.Triggered(0)));
    }

    private static JobDefinition after(String name, String after) {
        return JobDefinition.named(name)
                .set(JobKey.AFTER, after)
                .set(JobKey.RECORD_FIRINGS, "true")
                .set(JobKey.JOIN, after.contains(",") ? "ALL" : "EACH")
                .build();
    }

    /** Bills and mails after orders, a report after both, and an archive after the report and the mails. */
    private World.Process joining(Set<String> failing) {
        World.Process a = world.start(
                "a",
                JobDefinition.named("orders").set(JobKey.RECORD_FIRINGS, "true").build(),
                after("bills", "orders"),
                after("mails", "orders"),
                after("report", "bills,mails"),
                after("archive", "report,mails"));
        a.runner.outcomes(order -> failing.contains(order.context().jobName())
                ? new Outcome.Failed("no ink")
                : new Outcome.Succeeded(order.context().jobName() + " done"));
        world.now(a.engine.operations().trigger(TriggerRequest.of("orders")));
        world.time.pass(Duration.ofSeconds(5));
        return a;
    }

    private static List<String> notTriggered(World.Process at) {
        return at.events(ElasticJobEvent.SuccessorNotTriggered.class).stream()
                .map(event -> event.successor() + ": " + event.reason())
                .toList();
    }

    @Test
    void aJoinThatMissedABranchRunsOnceWhenThatBranchRunsAgainAndSoDoesWhatRunsAfterIt() {
        Set<String> failing = new HashSet<>(Set.of("bills"));
        World.Process a = joining(failing);
        assertThat(world.runs("mails")).isEqualTo(1);
        assertThat(world.runs("report")).isZero();
        assertThat(world.runs("archive")).isZero();

        failing.clear();
        rerun(a, RerunRequest.of("bills", new Firing.Triggered(0)).with(Option.SUCCESSORS));
        world.time.pass(Duration.ofSeconds(5));

        assertThat(world.ledger.entries().stream()
                        .filter(entry -> entry.id.job().equals("report"))
                        .map(entry -> entry.context.causes() + " "
                                + entry.context.causes().get(1).results()))
                .containsExactly("[bills/trigger-0 SUCCEEDED, mails/trigger-0 SUCCEEDED] {0=mails done}");
        assertThat(world.runs("archive")).isEqualTo(1);

        rerun(
                a,
                RerunRequest.of("bills", new Firing.Triggered(0))
                        .withShards(new TreeSet<>(Set.of(0)))
                        .with(Option.SUCCESSORS));
        world.time.pass(Duration.ofSeconds(5));
        assertThat(world.runs("bills")).isEqualTo(3);
        assertThat(world.runs("report")).isEqualTo(1);
        assertThat(notTriggered(a)).last().asString().contains("report: join=ALL has counted bills/trigger-0 before");
    }

    @Test
    void aJoinThatMissedWhatRunsAfterAFailedFiringRunsWhenThatFiringRunsAgain() {
        Set<String> failing = new HashSet<>(Set.of("orders"));
        World.Process a = joining(failing);
        assertThat(world.runs("bills")).isZero();

        failing.clear();
        rerun(a, RerunRequest.of("orders", new Firing.Triggered(0)).with(Option.SUCCESSORS));
        world.time.pass(Duration.ofSeconds(5));

        assertThat(world.runs("report")).isEqualTo(1);
        assertThat(world.runs("archive")).isEqualTo(1);
    }

    @Test
    void aJoinThatStillMissesABranchTellsWhichOne() {
        Set<String> failing = new HashSet<>(Set.of("bills", "mails"));
        World.Process a = joining(failing);

        failing.clear();
        rerun(a, RerunRequest.of("mails", new Firing.Triggered(0)).with(Option.SUCCESSORS));
        world.time.pass(Duration.ofSeconds(5));
        assertThat(world.runs("report")).isZero();
        assertThat(notTriggered(a)).contains("report: join=ALL: bills/trigger-0 has ended as FAILED");

        rerun(a, RerunRequest.of("bills", new Firing.Triggered(0)).with(Option.SUCCESSORS));
        world.time.pass(Duration.ofSeconds(5));
        assertThat(world.runs("report")).isEqualTo(1);
    }

    @Test
    void aJoinDoesNotRunAfterARerunThatDoesNotAskForSuccessors() {
        Set<String> failing = new HashSet<>(Set.of("bills"));
        World.Process a = joining(failing);

        failing.clear();
        rerun(a, RerunRequest.of("bills", new Firing.Triggered(0)));
        world.time.pass(Duration.ofSeconds(5));

        assertThat(world.runs("bills")).isEqualTo(2);
        assertThat(world.runs("report")).isZero();
    }

    /** A firing by hand with a parameter, of which some shards fail. */
    private void rerunOf(World.Process at, int failed) {
        world.now(at.engine.operations().trigger(TriggerRequest.of("orders").withParameter("2026-10")));
        world.time.pass(Duration.ofSeconds(3));
        assertThat(world.ledger.entries()).hasSize(4);
        assertThat(told).singleElement().asString().contains("FAILED=" + failed);
    }

    @Test
    void aFiringByHandRunsAgainWithItsParameterAndFireTime() {
        World.Process a = start("a", orders().every(Duration.ofDays(1)).build());
        rerunOf(a, 2);
        Instant asked = world.ledger.entries().get(0).fireTime;

        rerun(a, RerunRequest.of("orders", new Firing.Triggered(0)));
        world.time.pass(Duration.ofSeconds(3));

        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.id.attempt() == 2)
                .hasSize(2)
                .allSatisfy(entry -> {
                    assertThat(entry.id.firing()).isEqualTo(new Firing.Triggered(0));
                    assertThat(entry.context.jobParameter()).isEqualTo("2026-10");
                    assertThat(entry.context.fireTime()).isEqualTo(asked);
                });
    }

    @Test
    void whoDiesOverARerunIsFollowedByAnotherUnderTheSameFiring() {
        World.Process a = start("a", orders().set(JobKey.FAILOVER, "true").build());
        World.Process b = start("b", orders().set(JobKey.FAILOVER, "true").build());
        world.time.passUntil(TEN.plusSeconds(3));
        broken.clear();
        a.duration = Duration.ofSeconds(4);
        b.duration = Duration.ofSeconds(4);
        rerun(b, RerunRequest.of("orders", AT_TEN));
        world.time.pass(Duration.ofSeconds(1));

        a.kill();
        world.time.pass(Duration.ofSeconds(30));

        assertThat(ran("orders", AT_TEN)).isEqualTo("0/1 1/1 1/2 1/3 2/1 2/2 3/1");
        assertThat(told).filteredOn(one -> one.contains("10Z/trigger-0")).hasSize(1);
    }

    @Test
    void whatRunsAgainCanBeCancelledByTheNameOfThePastFiring() {
        World.Process a = start("a", orders().build());
        world.time.passUntil(TEN.plusSeconds(3));
        a.duration = Duration.ofSeconds(4);
        rerun(a, RerunRequest.of("orders", AT_TEN));
        world.time.pass(Duration.ofSeconds(1));

        world.now(a.engine.operations().cancel(CancelRequest.of("orders").withFiring(AT_TEN)));
        world.time.pass(Duration.ofSeconds(2));

        assertThat(a.events(ElasticJobEvent.ExecutionEnded.class))
                .filteredOn(end -> end.start().execution().attempt() == 2)
                .hasSize(2)
                .allSatisfy(end -> assertThat(end.outcome()).isInstanceOf(Outcome.Cancelled.class));
        assertThat(told.get(told.size() - 1)).endsWith("FAILED {CANCELLED=2, SUCCEEDED=2}");
    }

    @Test
    void whatCannotRunAgainIsRefusedWithWhatToDo() {
        World.Process a = start(
                "a",
                orders().build(),
                JobDefinition.named("loose").every(Duration.ofSeconds(10)).build());
        world.time.passUntil(TEN.plusSeconds(3));

        refused(a, RerunRequest.of("loose", AT_TEN), InvalidSettingException.class, "loose.recordFirings: \"false\"");
        refused(
                a,
                RerunRequest.of("orders", new Firing.Scheduled(TEN.minusSeconds(10))),
                InvalidSettingException.class,
                "firing: \"2026-01-01T00:00:00Z\" has no record",
                "backfill");
        refused(
                a,
                RerunRequest.of("orders", AT_TEN).withShards(new TreeSet<>(Set.of(1, 4))),
                InvalidSettingException.class,
                "shards: \"4\" does not exist",
                "0, 1, 2, 3");
        refused(
                a,
                RerunRequest.failedBetween("orders", TEN.minusSeconds(5), TEN.minusSeconds(1)),
                OperationRefusedException.class,
                "has failed shards");
        a.duration = Duration.ofSeconds(4);
        rerun(a, RerunRequest.of("orders", AT_TEN));
        refused(a, RerunRequest.of("orders", AT_TEN), OperationRefusedException.class, "runs, or is to run");
        world.time.pass(Duration.ofSeconds(1));
        refused(a, RerunRequest.of("orders", AT_TEN), OperationRefusedException.class, "runs, or is to run");
        broken.clear();
        world.time.pass(Duration.ofSeconds(5));
        refused(a, RerunRequest.of("orders", AT_TEN), OperationRefusedException.class, "no failed shards", "name");
    }

    @Test
    void otherParametersThanThoseOfThatTimeAreNotTakenUnasked() {
        World.Process a = start("a", orders().set(JobKey.JOB_PARAMETER, "old").build());
        world.time.passUntil(TEN.plusSeconds(3));
        world.now(a.engine.operations().configure("orders", Map.of(JobKey.JOB_PARAMETER, "new"), ANN));

        refused(a, RerunRequest.of("orders", AT_TEN), OperationRefusedException.class, "other parameters", "present");
        rerun(a, RerunRequest.of("orders", AT_TEN).with(Option.PRESENT_PARAMETERS));
        world.time.pass(Duration.ofSeconds(3));

        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.id.attempt() == 2)
                .hasSize(2)
                .allSatisfy(entry -> assertThat(entry.context.jobParameter()).isEqualTo("new"));
    }

    @Test
    void ofTwoRequestsAtTheSameTimeFromTwoInstancesOneRuns() {
        World.Process a = start("a", orders().build());
        World.Process b = start("b", orders().build());
        world.time.passUntil(TEN.plusSeconds(3));
        a.duration = Duration.ofSeconds(4);
        b.duration = Duration.ofSeconds(4);

        CompletionStage<RerunReceipt> one =
                a.engine.operations().rerun(RerunRequest.of("orders", AT_TEN).withId("one"));
        CompletionStage<RerunReceipt> other =
                b.engine.operations().rerun(RerunRequest.of("orders", AT_TEN).withId("other"));
        world.time.pass(Duration.ofSeconds(6));

        assertThat(List.of(one, other)).filteredOn(world::isDone).hasSize(1);
        assertThat(ran("orders", AT_TEN)).isEqualTo("0/1 1/1 1/2 2/1 2/2 3/1");
    }
}
