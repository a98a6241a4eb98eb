package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.RegistryException;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.World.Process;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What operators do at run time, on two instances, in virtual time. */
class OperationsTest {

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).shards(2).build();
    private static final Operator ANN = new Operator("ann", "incident 7");

    private final World world = new World();
    private final Process a = world.start("a", ORDERS);
    private final Process b = world.start("b", ORDERS);

    // ---- Settings

    @Test
    void aChangeHoldsOnAllInstancesAndIsListedWithWhoWhenAndWhy() {
        world.seconds(2);
        world.now(on(a).configure("orders", Map.of(JobKey.JOB_PARAMETER, "careful", JobKey.EVERY, "2s"), ANN));
        world.settle();
        Instant changed = world.time.now();
        world.seconds(4);

        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(changed))
                .isNotEmpty()
                .allMatch(entry ->
                        entry.context.jobParameter().equals("careful") && entry.fireTime.getEpochSecond() % 2 == 0);
        StoredJob stored = b.view().jobs().get("orders").stored();
        assertThat(stored.overrides().keySet()).containsExactlyInAnyOrder(JobKey.JOB_PARAMETER, JobKey.EVERY);
        assertThat(stored.overrides().get(JobKey.EVERY)).satisfies(override -> {
            assertThat(override.value()).isEqualTo("2s");
            assertThat(override.who()).isEqualTo("ann");
            assertThat(override.why()).isEqualTo("incident 7");
            assertThat(override.when()).isBetween(changed.minusSeconds(2), changed);
        });
        assertThat(stored.declared().get(JobKey.EVERY).value()).isEqualTo("PT1S");
    }

    @Test
    void aChangeSurvivesEverybodyAndADeploymentUntilItIsTakenBack() {
        world.now(on(a).configure("orders", Map.of(JobKey.JOB_PARAMETER, "careful"), ANN));
        a.kill();
        b.kill();
        world.seconds(15);
        Process c = world.start(
                "c",
                JobDefinition.named("orders")
                        .every(Duration.ofSeconds(1))
                        .shards(3)
                        .set(JobKey.JOB_PARAMETER, "deployed")
                        .build());
        world.seconds(5);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.process.equals("c"))
                .isNotEmpty()
                .allMatch(entry -> entry.context.jobParameter().equals("careful"));

        world.now(on(c).reset("orders", Set.of(JobKey.JOB_PARAMETER), ANN));
        Instant reset = world.time.now();
        world.seconds(3);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(reset))
                .isNotEmpty()
                .allMatch(entry -> entry.context.jobParameter().equals("deployed"));
        assertThat(c.view().jobs().get("orders").stored().overrides()).isEmpty();
    }

    @Test
    void aNewNumberOfShardsAndItsParametersHoldTogetherFromOneFiringOnAndThatIsTold() {
        Process c = world.start("c", split("split", 4, "0=a,1=b,2=c,3=d", "of 4"));
        world.seconds(3);
        world.now(on(c).configure("split", shards(2, "0=x,1=y", "of 2"), ANN));
        Instant changed = world.time.now();
        world.seconds(40);

        List<ElasticJobEvent.ShardsChange> told = c.events(ElasticJobEvent.ShardsChange.class);
        assertThat(told).singleElement().satisfies(change -> {
            assertThat(change.until()).isEqualTo(4);
            assertThat(change.next()).isEqualTo(2);
            assertThat(change.from()).isAfter(changed);
        });
        Instant from = told.get(0).from();
        assertThat(told("split", entry -> entry.fireTime.isAfter(changed) && entry.fireTime.isBefore(from)))
                .containsOnly("0/4 a of 4", "1/4 b of 4", "2/4 c of 4", "3/4 d of 4");
        assertThat(told("split", entry -> !entry.fireTime.isBefore(from))).containsOnly("0/2 x of 2", "1/2 y of 2");
    }

    @Test
    void aDeploymentThatSwapsTheParametersOfShardsDoesSoBetweenTwoFirings() {
        Process c = world.start("c", split("split", 2, "0=DE,1=AT", ""));
        world.seconds(3);
        world.start("d", split("split", 2, "0=AT,1=DE", ""));
        world.seconds(40);

        Instant from = c.events(ElasticJobEvent.ShardsChange.class).get(0).from();
        assertThat(told("split", entry -> entry.fireTime.isBefore(from))).containsOnly("0/2 DE ", "1/2 AT ");
        assertThat(told("split", entry -> !entry.fireTime.isBefore(from))).containsOnly("0/2 AT ", "1/2 DE ");
    }

    @Test
    void aTriggerUsesTheShardsToComeThoughTheScheduleFiresNextYear() {
        Process c = world.start("c", yearly(4, "0=a,1=b,2=c,3=d", "of 4"));
        world.now(on(c).configure("yearly", shards(6, "0=u,5=z", "of 6"), ANN));
        world.now(world.now(on(c).trigger(TriggerRequest.of("yearly"))).completion());

        assertThat(told("yearly", entry -> true))
                .containsExactlyInAnyOrder(
                        "0/6 u of 6", "1/6  of 6", "2/6  of 6", "3/6  of 6", "4/6  of 6", "5/6 z of 6");
        assertThat(c.view().jobs().get("yearly").stored().shardCount().upcoming(world.time.now()))
                .get()
                .satisfies(upcoming -> assertThat(upcoming.until()).isEqualTo(4));
    }

    @Test
    void aTriggerThatWaitsRunsAsItWasAskedForWhateverIsSetMeanwhile() {
        Process c = world.start("c", yearly(2, "0=a,1=b", "of 2"));
        world.now(on(c).trigger(TriggerRequest.of("yearly")));
        c.duration = Duration.ofSeconds(30);
        TriggerReceipt waiting = world.now(on(c).trigger(TriggerRequest.of("yearly")));
        world.now(on(c).configure("yearly", shards(3, "0=x,1=y,2=z", "of 3"), ANN));
        world.now(waiting.completion());

        assertThat(told("yearly", entry -> true)).hasSize(4).containsOnly("0/2 a of 2", "1/2 b of 2");
    }

    private List<String> told(String job, Predicate<Ledger.Entry> which) {
        return world.ledger.entries().stream()
                .filter(entry -> entry.id.job().equals(job))
                .filter(which)
                .map(entry -> entry.id.shard() + "/" + entry.context.shardingTotalCount() + " "
                        + entry.context.shardingParameter() + " " + entry.context.jobParameter())
                .toList();
    }

    private static JobDefinition yearly(int shards, String parameters, String ofJob) {
        JobDefinition.Builder job = JobDefinition.named("yearly").cron("0 0 0 31 12 ?", ZoneOffset.UTC);
        shards(shards, parameters, ofJob).forEach(job::set);
        return job.build();
    }

    private static JobDefinition split(String name, int shards, String parameters, String ofJob) {
        JobDefinition.Builder job = JobDefinition.named(name).every(Duration.ofSeconds(1));
        shards(shards, parameters, ofJob).forEach(job::set);
        return job.build();
    }

    private static Map<JobKey, String> shards(int count, String parameters, String ofJob) {
        return Map.of(
                JobKey.SHARDING_TOTAL_COUNT,
                String.valueOf(count),
                JobKey.SHARDING_ITEM_PARAMETERS,
                parameters,
                JobKey.JOB_PARAMETER,
                ofJob);
    }

    @Test
    void allOfAChangeHoldsOrNothing() {
        assertThatThrownBy(() -> world.now(on(a).configure(
                                "orders", Map.of(JobKey.JOB_PARAMETER, "x", JobKey.SHARDING_TOTAL_COUNT, "0"), ANN)))
                .hasCauseInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("orders.shardingTotalCount: \"0\" must be a whole number from 1");
        assertThatThrownBy(() -> world.now(on(a).configure("orders", Map.of(JobKey.SHARDING_STRATEGY, "avrage"), ANN)))
                .hasMessageContaining("did you mean \"average\"?");
        assertThatThrownBy(() -> world.now(on(a).configure("orders", Map.of(JobKey.MISFIRE_THRESHOLD, "1s"), ANN)))
                .hasMessageContaining("orders.misfireThreshold: \"1s\" must be at least 11s");
        assertThatThrownBy(() -> world.now(on(a).configure("orders", Map.of(JobKey.HANDLER, "orders"), ANN)))
                .hasMessageContaining("cannot be changed at run time");
        assertThatThrownBy(() -> world.now(on(a).configure("none", Map.of(JobKey.EVERY, "2s"), ANN)))
                .hasCauseInstanceOf(NoSuchJobException.class);
        assertThat(b.view().jobs().get("orders").stored().overrides()).isEmpty();
    }

    @Test
    void changesThatAreMadeAtTheSameTimeAllHold() {
        List<CompletableFuture<Void>> asked = List.of(
                on(a).configure("orders", Map.of(JobKey.JOB_PARAMETER, "x"), ANN)
                        .toCompletableFuture(),
                on(b).configure("orders", Map.of(JobKey.DESCRIPTION, "y"), ANN).toCompletableFuture(),
                on(a).disable("orders", new JobPart.Shard(1), ANN).toCompletableFuture(),
                on(b).configure("orders", Map.of(JobKey.MISFIRE, "SKIP"), ANN).toCompletableFuture());
        world.seconds(3);

        assertThat(asked).allMatch(CompletableFuture::isDone).noneMatch(CompletableFuture::isCompletedExceptionally);
        StoredJob stored = a.view().jobs().get("orders").stored();
        assertThat(stored.overrides().keySet())
                .containsExactlyInAnyOrder(JobKey.JOB_PARAMETER, JobKey.DESCRIPTION, JobKey.MISFIRE);
        assertThat(stored.switches().isOff(1)).isTrue();
    }

    @Test
    void aNewNumberOfShardsHoldsFromOneFiringOnForAllShardsAlike() {
        a.duration = Duration.ofMillis(700);
        b.duration = Duration.ofMillis(700);
        world.seconds(3);
        world.now(on(b).configure("orders", Map.of(JobKey.SHARDING_TOTAL_COUNT, "5"), ANN));
        world.seconds(25);

        Map<Instant, Set<Integer>> counts = world.ledger.entries().stream()
                .collect(java.util.stream.Collectors.groupingBy(
                        entry -> entry.fireTime,
                        java.util.stream.Collectors.mapping(
                                entry -> entry.context.shardingTotalCount(), java.util.stream.Collectors.toSet())));
        assertThat(counts.values()).allMatch(of -> of.size() == 1).contains(Set.of(2), Set.of(5));
        assertThat(world.ran("orders", world.time.now().minusSeconds(2).truncatedTo(ChronoUnit.SECONDS))
                        .split(" "))
                .hasSize(5);
    }

    // ---- Switches

    @Test
    void aDisabledJobRestsAndDoesNotMakeUpForWhatItMissed() {
        world.seconds(2);
        world.now(on(a).disable("orders", JobPart.WHOLE_JOB, ANN));
        long before = world.runs("orders");
        world.seconds(5);
        assertThat(world.runs("orders")).isEqualTo(before);

        Instant enabled = world.time.now();
        world.now(on(b).enable("orders", JobPart.WHOLE_JOB, ANN));
        world.seconds(3);

        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(enabled))
                .hasSize(6)
                .allMatch(entry -> entry.fireTime.isAfter(enabled));
        assertThat(a.view().jobs().get("orders").stored().overrides())
                .as("as declared: nothing is left to be taken back")
                .isEmpty();
    }

    @Test
    void aDisabledShardRestsWhileTheOthersRun() {
        world.seconds(2);
        world.now(on(a).disable("orders", new JobPart.Shard(0), ANN));
        Instant off = world.time.now();
        world.seconds(4);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(off))
                .hasSize(4)
                .allMatch(entry -> entry.id.shard() == 1);

        world.now(on(b).enable("orders", new JobPart.Shard(0), ANN));
        Instant enabled = world.time.now();
        world.seconds(2);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(enabled) && entry.id.shard() == 0)
                .hasSize(2)
                .allMatch(entry -> entry.fireTime.isAfter(enabled));
        assertThatThrownBy(() -> world.now(on(a).disable("orders", new JobPart.Shard(2), ANN)))
                .hasMessageContaining("shard: \"2\" does not exist: orders has 0 to 1");
    }

    @Test
    void anInstanceThatIsSwitchedOffForAJobStaysSoUnderItsName() {
        world.seconds(2);
        world.now(on(b).disable("orders", new JobPart.OnInstance("a"), ANN));
        Instant off = world.time.now();
        world.seconds(3);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(off))
                .hasSize(6)
                .allMatch(entry -> entry.process.equals("b"));
        assertThat(b.view().jobs().get("orders").obstacles().values())
                .singleElement()
                .asString()
                .startsWith("was switched off for this job by ann")
                .endsWith("incident 7");

        a.kill();
        world.seconds(12);
        Process again = world.start("a", ORDERS);
        world.seconds(3);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(off))
                .allMatch(entry -> entry.process.equals("b"));

        world.now(on(again).enable("orders", new JobPart.OnInstance("a"), ANN));
        Instant on = world.time.now();
        world.seconds(3);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(on))
                .anyMatch(entry -> entry.process.equals("a"));
        assertThatThrownBy(() -> world.now(on(b).disable("orders", new JobPart.OnInstance("c"), ANN)))
                .hasMessageContaining("instance: \"c\" is not the name of a live instance");
    }

    // ---- Jobs that come and go

    @Test
    void aRemovedJobLeavesNothingAndStaysAwayUntilAnInstanceStartsThatDeclaresIt() {
        world.seconds(2);
        world.now(on(a).trigger(TriggerRequest.of("orders").withForce(true)));
        world.now(on(a).remove("orders", ANN));
        Instant removed = world.time.now();
        world.seconds(30);

        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(removed))
                .isEmpty();
        assertThat(world.ensemble.children("/test/jobs")).isEmpty();
        assertThat(world.ensemble.children("/test/shards"))
                .as("the leader has swept")
                .isEmpty();
        assertThatThrownBy(() -> world.now(on(b).remove("orders", ANN))).hasCauseInstanceOf(NoSuchJobException.class);

        world.start("c", ORDERS);
        world.seconds(3);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(removed))
                .isNotEmpty();
    }

    @Test
    void aJobThatIsMadeRunsOnWhoeverOffersItsHandlerAndSurvivesEverybody() {
        world.now(on(a).create(
                        "report",
                        Map.of(JobKey.HANDLER, "orders", JobKey.EVERY, "1s", JobKey.JOB_PARAMETER, "made"),
                        ANN));
        world.seconds(3);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.id.job().equals("report"))
                .isNotEmpty()
                .allMatch(entry -> entry.context.jobParameter().equals("made"));

        a.kill();
        b.kill();
        world.seconds(15);
        Instant down = world.time.now();
        Process other = world.startOf("billing", "c", ORDERS);
        world.seconds(5);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.id.job().equals("report") && entry.started.isAfter(down))
                .as("any application that offers the handler runs it")
                .isNotEmpty();

        world.now(on(other).configure("report", Map.of(JobKey.EVERY, "2s"), ANN));
        world.now(on(other).remove("report", ANN));
        world.seconds(15);
        assertThat(world.ensemble.children("/test/jobs")).doesNotContain("report");
    }

    @Test
    void aJobForOneInstantRunsOnceAndVanishes() {
        Instant at = world.time.now().plusSeconds(5).truncatedTo(ChronoUnit.SECONDS);
        IntStream.range(0, 100)
                .forEach(i -> world.now(on(i % 2 == 0 ? a : b)
                        .create(
                                "once-" + i,
                                Map.of(
                                        JobKey.HANDLER, "orders",
                                        JobKey.AT, at.toString(),
                                        JobKey.SHARDING_TOTAL_COUNT, "3"),
                                ANN)));
        world.seconds(60);

        for (int i = 0; i < 100; i++) {
            assertThat(world.ran("once-" + i, at).split(" ")).hasSize(3);
            assertThat(world.runs("once-" + i)).isEqualTo(3);
        }
        assertThat(world.ensemble.children("/test/jobs")).containsExactly("orders");
        assertThat(world.ensemble.children("/test/shards")).hasSize(1);
    }

    @Test
    void aJobForOneInstantVanishesThoughItWasDisabledOverIt() {
        Instant at = world.time.now().plusSeconds(5);
        for (String job : List.of("whole", "one-shard")) {
            world.now(on(a).create(
                            job,
                            Map.of(
                                    JobKey.HANDLER, "orders",
                                    JobKey.AT, at.toString(),
                                    JobKey.SHARDING_TOTAL_COUNT, "3"),
                            ANN));
        }
        world.now(on(a).disable("whole", JobPart.WHOLE_JOB, ANN));
        world.now(on(a).disable("one-shard", new JobPart.Shard(1), ANN));
        world.seconds(30);
        assertThat(world.ensemble.children("/test/jobs")).containsExactly("one-shard", "orders", "whole");

        world.now(on(a).enable("whole", JobPart.WHOLE_JOB, ANN));
        world.now(on(a).enable("one-shard", new JobPart.Shard(1), ANN));
        world.seconds(30);

        assertThat(world.ensemble.children("/test/jobs")).containsExactly("orders");
        assertThat(world.runs("whole")).isZero();
        assertThat(world.runs("one-shard")).isEqualTo(2);
    }

    @Test
    void aJobForOneInstantWhoseNumberOfShardsIsChangedTooLateVanishesWhenThoseHaveRunThatItHad() {
        Instant at = world.time.now().plusSeconds(2);
        world.now(on(a).create("once", Map.of(JobKey.HANDLER, "orders", JobKey.AT, at.toString()), ANN));
        world.now(on(a).configure("once", Map.of(JobKey.SHARDING_TOTAL_COUNT, "4"), ANN));
        world.seconds(30);

        assertThat(world.runs("once")).isEqualTo(1);
        assertThat(world.ensemble.children("/test/jobs")).containsExactly("orders");
    }

    @Test
    void whatWasAskedForRunsBeforeAJobForOneInstantVanishes() {
        a.duration = Duration.ofSeconds(5);
        b.duration = Duration.ofSeconds(5);
        Instant at = world.time.now().plusSeconds(2);
        world.now(on(a).create("once", Map.of(JobKey.HANDLER, "orders", JobKey.AT, at.toString()), ANN));
        world.seconds(3);
        TriggerReceipt asked = world.now(on(a).trigger(TriggerRequest.of("once")));
        world.now(on(a).disable("once", JobPart.WHOLE_JOB, ANN));
        world.seconds(30);
        assertThat(world.runs("once")).isEqualTo(1);

        world.now(on(a).enable("once", JobPart.WHOLE_JOB, ANN));
        TriggerStatus done = world.now(asked.completion());
        world.seconds(30);

        assertThat(done.shards().get(0).state()).isEqualTo(TriggerStatus.State.DONE);
        assertThat(world.runs("once")).isEqualTo(2);
        assertThat(world.ensemble.children("/test/jobs")).containsExactly("orders");
    }

    @Test
    void aJobForOneInstantThatIsGivenAnotherOneIsNeverRemovedOverIt() {
        int changed = 0;
        for (int late = 0; late < 1_200; late += 20) {
            World slow = new World();
            Process quick = slow.start("quick");
            slow.latency = Duration.ofMillis(100);
            slow.start("slow", ORDERS);
            slow.seconds(3);
            Instant at = slow.time.now().plusSeconds(2).truncatedTo(ChronoUnit.SECONDS);
            Instant again = at.plusSeconds(20);
            slow.now(on(quick).create("once", Map.of(JobKey.HANDLER, "orders", JobKey.AT, at.toString()), ANN));
            slow.time.passUntil(at.plusMillis(late));
            boolean isChanged = slow.isDone(on(quick).configure("once", Map.of(JobKey.AT, again.toString()), ANN));
            slow.time.passUntil(again.plusSeconds(10));

            assertThat(slow.ran("once", again))
                    .as("changed %s ms after the first instant", late)
                    .isEqualTo(isChanged ? "slow:0" : "");
            changed += isChanged ? 1 : 0;
        }
        assertThat(changed)
                .as("some came before the job was removed, and some after")
                .isBetween(10, 50);
    }

    @Test
    void theRecordsOfAJobThatCameAndWentBeforeItsLeaderCouldReadOfItAreRemoved() {
        World slow = new World();
        slow.latency = Duration.ofMillis(800);
        Process leader = slow.start("leader", ORDERS);
        slow.seconds(8);
        slow.latency = Duration.ZERO;
        Process quick = slow.start("quick", ORDERS);
        slow.seconds(8);
        assertThat(leader.engine.status().leadership().isHeld()).isTrue();
        slow.now(on(quick).drain("leader", ANN));
        slow.seconds(8);

        Instant at = slow.time.now().plusMillis(100).truncatedTo(ChronoUnit.MILLIS);
        slow.now(on(quick).create("flash", Map.of(JobKey.HANDLER, "orders", JobKey.AT, at.toString()), ANN));
        slow.time.pass(Duration.ofMillis(300));
        assertThat(slow.runs("flash")).isEqualTo(1);
        assertThat(slow.ensemble.children("/test/jobs")).containsExactly("orders");
        assertThat(slow.ensemble.children("/test/shards")).hasSize(2);
        slow.seconds(30);

        assertThat(leader.events(ElasticJobEvent.JobRemoved.class))
                .as("it never knew the job")
                .isEmpty();
        assertThat(slow.ensemble.children("/test/shards")).hasSize(1);
    }

    @Test
    void aJobThatCanNotBeMadeIsRefusedWithTheRule() {
        assertThatThrownBy(() -> world.now(on(a).create("orders", Map.of(JobKey.EVERY, "1s"), ANN)))
                .hasCauseInstanceOf(OperationRefusedException.class)
                .hasMessageContaining("There is a job orders already");
        assertThatThrownBy(() -> world.now(on(a).create("x", Map.of(JobKey.HANDLER, "order", JobKey.EVERY, "1s"), ANN)))
                .hasMessageContaining(
                        "x.handler: \"order\" is not the name of a handler that a live instance offers; did"
                                + " you mean \"orders\"?");
        assertThatThrownBy(() -> world.now(
                        on(a).create("x", Map.of(JobKey.HANDLER, "orders", JobKey.AT, "2020-01-01T00:00:00Z"), ANN)))
                .hasMessageContaining("x.at: \"2020-01-01T00:00:00Z\" is past");
        assertThatThrownBy(() -> world.now(
                        on(a).create("x", Map.of(JobKey.HANDLER, "orders", JobKey.CRON, "0 0 3 1 1 ? 2020"), ANN)))
                .hasMessageContaining("x.cron: \"0 0 3 1 1 ? 2020\" names no time to come");
        assertThatThrownBy(() -> world.now(on(a).create("a/b", Map.of(), ANN)))
                .hasCauseInstanceOf(InvalidSettingException.class);
        assertThat(world.ensemble.children("/test/jobs")).containsExactly("orders");
    }

    @Test
    void aDeclarationDoesNotTakeOverAJobThatAnOperatorHasMade() {
        world.now(on(a).create("report", Map.of(JobKey.HANDLER, "orders", JobKey.EVERY, "1s"), ANN));
        Process c = world.start(
                "c", JobDefinition.named("report").every(Duration.ofSeconds(5)).build());
        world.seconds(2);

        assertThat(c.events(ElasticJobEvent.JobRefused.class))
                .singleElement()
                .satisfies(
                        refused -> assertThat(refused.reason()).contains("an operator has created a job of this name"));
        assertThat(a.view().jobs().get("report").stored().isMade()).isTrue();
    }

    @Test
    void aDeclarationThatIsUnderWayDoesNotHitAJobThatWasMadeAnewUnderTheSameName() {
        JobDefinition other =
                JobDefinition.named("orders").every(Duration.ofSeconds(5)).build();
        int made = 0;
        for (int late = 0; late < 3_000; late += 50) {
            World slow = new World();
            Process quick = slow.start("quick", ORDERS);
            slow.latency = Duration.ofMillis(200);
            slow.launch("slow", other);
            slow.time.pass(Duration.ofMillis(late));
            slow.now(on(quick).remove("orders", ANN));
            boolean isMade =
                    slow.isDone(on(quick).create("orders", Map.of(JobKey.HANDLER, "orders", JobKey.EVERY, "2s"), ANN));
            slow.seconds(5);

            assertThat(quick.view().jobs().get("orders").stored().isMade())
                    .as("made %s ms after the start of the other", late)
                    .isEqualTo(isMade);
            made += isMade ? 1 : 0;
        }
        assertThat(made).isGreaterThan(30);
    }

    // ---- Instances

    @Test
    void aDrainedInstanceTakesNothingStaysDrainedThroughALostSessionAndGoesOnWhenItIsTold() {
        world.seconds(2);
        world.now(on(b).drain("a", ANN));
        Instant drained = world.time.now();
        world.seconds(3);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(drained))
                .hasSize(6)
                .allMatch(entry -> entry.process.equals("b"));
        assertThat(a.engine.status().drained()).map(Instance.Drain::who).contains("ann");
        assertThat(a.events(ElasticJobEvent.InstanceDrained.class)).hasSize(1);

        a.registry.link().expire();
        world.seconds(10);
        assertThat(a.engine.status().drained()).isPresent();
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(drained))
                .allMatch(entry -> entry.process.equals("b"));

        world.now(on(b).resume("a", ANN));
        Instant resumed = world.time.now();
        world.seconds(3);
        assertThat(a.engine.status().drained()).isEmpty();
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.started.isAfter(resumed))
                .anyMatch(entry -> entry.process.equals("a"));
        assertThatThrownBy(() -> world.now(on(b).drain("z", ANN)))
                .hasMessageContaining("instance: \"z\" is neither id nor name of a live instance");
    }

    @Test
    void anInstanceCanDrainItself() {
        world.now(on(a).drain("a", ANN));
        world.seconds(3);
        assertThat(a.engine.status().drained()).isPresent();
        world.now(on(a).resume("a", ANN));
        world.seconds(1);
        assertThat(a.engine.status().drained()).isEmpty();
    }

    // ---- Without a registry

    @Test
    void withoutARegistryNothingIsPromised() {
        a.registry.link().cut();
        world.seconds(3);

        assertThatThrownBy(() -> world.now(on(a).disable("orders", JobPart.WHOLE_JOB, ANN)))
                .hasCauseInstanceOf(RegistryException.class)
                .hasMessageContaining("nothing was changed");
        assertThatThrownBy(() -> world.now(on(a).trigger(TriggerRequest.of("orders"))))
                .hasCauseInstanceOf(RegistryException.class);
    }

    @Test
    void aChangeWhoseAnswerIsLostIsSettledWhenTheRegistryIsBack() {
        a.registry.link().silenceAnswers();
        CompletableFuture<Void> asked = on(a).configure("orders", Map.of(JobKey.JOB_PARAMETER, "x"), ANN)
                .toCompletableFuture();
        world.time.pass(Duration.ofMillis(500));
        a.registry.link().reset();
        a.registry.link().heal();
        world.seconds(5);

        assertThat(asked).isCompleted();
        assertThat(b.view().jobs().get("orders").stored().overrides()).containsOnlyKeys(JobKey.JOB_PARAMETER);
    }

    @Test
    void whoseChangeMayHaveBeenMadeBeforeItsJobWasRemovedIsNotToldThatNothingWasChanged() {
        World slow = new World();
        Process quick = slow.start("quick", ORDERS);
        slow.latency = Duration.ofMillis(200);
        Process asked = slow.start("asked", ORDERS);
        slow.seconds(5);

        CompletableFuture<Void> answer = on(asked)
                .configure("orders", Map.of(JobKey.JOB_PARAMETER, "x"), ANN)
                .toCompletableFuture();
        slow.time.pass(Duration.ofMillis(300)); // what is there was read, and the write is on its way
        asked.registry.link().silenceAnswers();
        slow.time.pass(Duration.ofMillis(300));
        assertThat(quick.view().jobs().get("orders").stored().overrides()).containsOnlyKeys(JobKey.JOB_PARAMETER);
        assertThat(answer).isNotDone();
        slow.now(on(quick).remove("orders", ANN));
        asked.registry.link().reset();
        asked.registry.link().heal();
        slow.seconds(10);

        assertThatThrownBy(answer::join)
                .hasCauseInstanceOf(RegistryException.class)
                .hasMessageContaining("it may have been done before: There is no job \"orders\"");
    }

    private static JobOperations on(Process process) {
        return process.engine.operations();
    }

    @Test
    void aJobWithANodeBelowItThatNobodyKnowsIsRefusedToBeRemovedWithAFewRequestsAndInWords() {
        World alone = new World();
        Process one = alone.start("one", JobDefinition.named("by-hand").build());
        alone.create(Map.of("/test/jobs/by-hand/note", new byte[0]));
        alone.seconds(1);
        long before = one.registry.requests().total();
        CompletionStage<Void> removed = one.engine.operations().remove("by-hand", ANN);
        alone.time.pass(Duration.ofMillis(40));
        assertThat(one.registry.requests().total() - before).as("at once").isBetween(4L, 20L);
        alone.time.pass(Duration.ofSeconds(30));

        assertThat(removed.toCompletableFuture()).isDone();
        assertThatThrownBy(() -> alone.now(removed))
                .hasCauseInstanceOf(RegistryException.class)
                .hasMessageContaining("/test/jobs/by-hand has 1 children in ZooKeeper, and only 0 are triggers")
                .hasMessageContaining("nothing was changed");
        assertThat(one.registry.requests().total() - before).isLessThan(200);
    }

    @Test
    void aJobIsRemovedOnceTheNodeBelowItIsGoneThatNobodyKnows() {
        world.create(Map.of("/test/jobs/orders/note", new byte[0]));
        world.settle();
        CompletionStage<Void> removed = a.engine.operations().remove("orders", ANN);
        world.seconds(5);
        assertThat(removed.toCompletableFuture()).isNotDone();
        world.ensemble.deleteTree("/test/jobs/orders/note");
        world.seconds(2);
        assertThat(removed.toCompletableFuture()).isCompleted();
        assertThat(world.ensemble.children("/test/jobs")).doesNotContain("orders");
    }

    /** An answer may wait on the loop while the connection ends that it came over. */
    @Test
    void whatIsReadJustBeforeTheConnectionEndsIsAskedForAgain() {
        Process a = world.start("a", ORDERS);
        Map<String, Supplier<CompletionStage<?>>> changes = new LinkedHashMap<>();
        JobOperations operations = a.engine.operations();
        changes.put("create", () -> operations.create("other", Map.of(JobKey.HANDLER, "orders"), ANN));
        changes.put("configure", () -> operations.configure("other", Map.of(JobKey.JOB_PARAMETER, "p"), ANN));
        changes.put("disable", () -> operations.disable("other", JobPart.WHOLE_JOB, ANN));
        changes.put(
                "trigger", () -> operations.trigger(TriggerRequest.of("other").withForce(true)));
        changes.put(
                "plan",
                () -> operations.plan(PlanRequest.after(
                        Duration.ofHours(1), TriggerRequest.of("other").by(ANN))));
        changes.put("remove", () -> operations.remove("other", ANN));
        changes.forEach((what, change) -> {
            a.unanswered = true;
            CompletableFuture<?> asked = change.get().toCompletableFuture();
            world.settle();
            a.registry.link().cut();
            world.settle();
            a.answer();
            world.settle();
            assertThat(asked.isCompletedExceptionally()).as(what).isFalse();
            a.registry.link().heal();
            world.seconds(5);

            assertThat(asked).as(what).isCompleted();
        });
    }
}
