package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.CancelReceipt;
import io.elasticjob.CancelRequest;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardPlanner;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.codec.PlanCodec;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.FiringStep;
import io.elasticjob.memory.PassingRegistry;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlannedShardsTest {

    private static final Instant TEN = Instant.parse("2026-01-01T00:00:10Z");
    private static final Instant TWENTY = TEN.plusSeconds(10);

    private final World world = new World();
    private final List<ShardPlanner.Request> asked = new ArrayList<>();
    private final List<String> parts = new ArrayList<>(List.of("berlin", "bonn", "köln"));

    private static JobDefinition.Builder job() {
        return JobDefinition.named("orders").every(Duration.ofSeconds(10)).set(JobKey.PLANNER, "cities");
    }

    private List<String> plan(ShardPlanner.Request request) {
        asked.add(request);
        return List.copyOf(parts);
    }

    private World.Process start(String name) {
        return start(name, this::plan, Runnable::run, job().build());
    }

    private World.Process start(String name, ShardPlanner planner, Executor threads, JobDefinition job) {
        return world.startWith(
                name,
                builder -> builder.shardPlanners(Map.of("cities", planner)).firingListenerExecutor(threads),
                job);
    }

    private List<String> ran(Instant fireTime) {
        return world.ledger.entries().stream()
                .filter(entry -> entry.fireTime.equals(fireTime))
                .map(entry -> entry.id.shard() + "/" + entry.context.shardingTotalCount() + " "
                        + entry.context.shardingParameter())
                .sorted()
                .toList();
    }

    private FiringRecord record() {
        return world.ensemble.children("/test/firings").stream()
                .map(name -> (Read.Present) world.ensemble.node("/test/firings/" + name))
                .map(present -> ((Decoded.Value<FiringRecord>) FiringRecordCodec.decode(present.data())).value())
                .findFirst()
                .orElse(FiringRecord.NEW);
    }

    private FiringRecord.Closed closed() {
        return (FiringRecord.Closed) record().current().stage();
    }

    @Test
    void eachPartRunsOnceSomewhereAsAShardWithThePartAsItsParameter() {
        start("a");
        start("b");
        world.time.passUntil(TEN.plusSeconds(3));

        assertThat(asked).singleElement().satisfies(request -> {
            assertThat(request.job()).isEqualTo("orders");
            assertThat(request.fireTime()).isEqualTo(TEN);
        });
        assertThat(ran(TEN)).containsExactly("0/3 berlin", "1/3 bonn", "2/3 köln");
        assertThat(world.ledger.entries().stream().map(entry -> entry.process).distinct())
                .containsExactlyInAnyOrder("a", "b");
        assertThat(closed().result()).isEqualTo(FiringResult.SUCCEEDED);
        assertThat(closed().ends()).isEqualTo(new TreeMap<>(Map.of("SUCCEEDED", 3)));
        assertThat(world.ensemble.children("/test/plans")).isEmpty();
    }

    @Test
    void eachFiringHasPartsOfItsOwnAndShardsThatItDoesNotHaveDoNotRun() {
        start("a");
        start("b");
        world.time.passUntil(TEN.plusSeconds(3));
        parts.clear();
        parts.add("hamburg");
        world.time.passUntil(TWENTY.plusSeconds(3));
        parts.addAll(List.of("ulm", "trier", "jena"));
        world.time.passUntil(TWENTY.plusSeconds(13));

        assertThat(ran(TWENTY)).containsExactly("0/1 hamburg");
        assertThat(ran(TWENTY.plusSeconds(10))).containsExactly("0/4 hamburg", "1/4 ulm", "2/4 trier", "3/4 jena");
    }

    @Test
    void aPlanIsNeverMadeAhead() {
        start("a");
        world.time.passUntil(TEN.minusMillis(1));

        assertThat(asked).isEmpty();

        world.time.passUntil(TEN.plusMillis(50));

        assertThat(asked).hasSize(1);
    }

    @Test
    void withoutPartsAFiringEndsAtOnceAsSkipped() {
        parts.clear();
        start("a");
        world.time.passUntil(TEN.plusSeconds(1));

        assertThat(record().isFree()).isTrue();
        assertThat(closed().result()).isEqualTo(FiringResult.SKIPPED);
        assertThat(record().decided().through()).isEqualTo(TEN);
        assertThat(world.ledger.entries()).isEmpty();
    }

    @Test
    void aPlannerThatThrowsFailsItsFiringAndTheNextOneIsPlannedAgain() {
        List<Integer> calls = new ArrayList<>();
        World.Process a = start(
                "a",
                request -> {
                    calls.add(1);
                    if (calls.size() == 1) {
                        throw new java.io.IOException("the table is away");
                    }
                    return List.of("berlin");
                },
                Runnable::run,
                job().build());
        world.time.passUntil(TEN.plusSeconds(1));

        assertThat(closed().result()).isEqualTo(FiringResult.FAILED);
        assertThat(a.events(ElasticJobEvent.FiringNotPlanned.class))
                .singleElement()
                .satisfies(failed -> {
                    assertThat(failed.planner()).isEqualTo("cities");
                    assertThat(failed.error()).contains("the table is away");
                });

        world.time.passUntil(TWENTY.plusSeconds(1));

        assertThat(ran(TWENTY)).containsExactly("0/1 berlin");
    }

    @Test
    void aPlannerThatTakesTooLongFailsItsFiring() {
        World.Process a = start(
                "a",
                this::plan,
                call -> {},
                job().set(JobKey.PLANNER_TIMEOUT, "2s").build());
        world.time.passUntil(TEN.plusMillis(1_900));
        assertThat(record().planning()).isPresent();

        world.time.passUntil(TEN.plusMillis(3_500));

        assertThat(closed().result()).isEqualTo(FiringResult.FAILED);
        assertThat(a.events(ElasticJobEvent.FiringNotPlanned.class))
                .singleElement()
                .matches(failed -> failed.error().contains("plannerTimeout=2s"));
    }

    @Test
    void moreThanAFiringMayHaveIsRefusedAndSaysHowMuchThatIs() {
        parts.clear();
        parts.addAll(Collections.nCopies(ShardPlanner.MOST_PARTS + 1, "x"));
        World.Process a = start("a");
        world.time.passUntil(TEN.plusSeconds(1));
        parts.clear();
        parts.addAll(List.of("y".repeat(ShardPlanner.MOST_BYTES), "z"));
        world.time.passUntil(TWENTY.plusSeconds(1));

        assertThat(a.events(ElasticJobEvent.FiringNotPlanned.class))
                .extracting(ElasticJobEvent.FiringNotPlanned::error)
                .satisfiesExactly(
                        many -> assertThat(many).contains("10001 parts", "at most 10000"),
                        wide -> assertThat(wide).contains("524289 bytes", "at most 524288"));
        assertThat(world.ledger.entries()).isEmpty();
    }

    @Test
    void aLongPlanIsStoredInPortionsAndReadByTheOthers() {
        parts.clear();
        IntStream.range(0, 40).forEach(part -> parts.add(part + "x".repeat(10_000)));
        start("a");
        start("b");
        world.time.passUntil(TEN.plusSeconds(8));

        assertThat(PlanCodec.encode(parts)).hasSizeGreaterThan(5);
        assertThat(ran(TEN)).hasSize(40);
        assertThat(closed().ends()).isEqualTo(new TreeMap<>(Map.of("SUCCEEDED", 40)));
        assertThat(world.ensemble.children("/test/plans")).isEmpty();
    }

    @Test
    void whereThePlannersInstanceDiesAnotherOnePlansAndThePlanOfTheDeadOneIsNotTheirs() {
        List<Runnable> never = new ArrayList<>();
        World.Process a = start("a", this::plan, never::add, job().build());
        world.time.passUntil(TEN.minusSeconds(2));
        start("b");
        world.time.passUntil(TEN.plusSeconds(1));
        assertThat(never).hasSize(1);
        assertThat(asked).isEmpty();

        a.kill();
        world.time.passUntil(TEN.plusSeconds(9));

        assertThat(asked).hasSize(1);
        assertThat(ran(TEN)).containsExactly("0/3 berlin", "1/3 bonn", "2/3 köln");
    }

    /** Whoever takes over reads the parts before it runs one again. */
    @Test
    void aPartThatIsRunAgainAfterARestartIsTheSamePart() {
        JobDefinition retried = job().set(JobKey.RETRY_ATTEMPTS, "2").build();
        World.Process a = start("a", this::plan, Runnable::run, retried);
        a.runner.outcomes(order -> new Outcome.Failed("away"));
        world.time.passUntil(TEN.plusSeconds(1));
        a.kill();
        world.time.passUntil(TEN.plusSeconds(40)); // longer than the pause before the other attempt
        world.around = this::withPlansReadLate;
        start("b", this::plan, Runnable::run, retried);
        world.time.pass(Duration.ofSeconds(9));

        assertThat(ran(TEN))
                .containsExactly("0/3 berlin", "0/3 berlin", "1/3 bonn", "1/3 bonn", "2/3 köln", "2/3 köln");
    }

    private Registry withPlansReadLate(Registry registry) {
        return new PassingRegistry(registry) {
            @Override
            public CompletionStage<List<Read>> read(Session session, List<String> paths) {
                if (paths.stream().noneMatch(path -> path.startsWith("/test/plans/"))) {
                    return super.read(session, paths);
                }
                CompletableFuture<List<Read>> late = new CompletableFuture<>();
                world.time.after(
                        Duration.ofSeconds(2), () -> super.read(session, paths).thenAccept(late::complete));
                return late;
            }
        };
    }

    /** What somebody does to the nodes of a plan. */
    private void spoil(String how) {
        String path = "/test/plans/" + world.ensemble.children("/test/plans").get(0);
        switch (how) {
            case "deleted" -> world.ensemble.deleteTree(path);
            case "all deleted" -> world.ensemble.deleteTree("/test/plans");
            case "too short", "too long", "another" -> {
                world.ensemble.deleteTree(path);
                world.ensemble.write(
                        path,
                        PlanCodec.encode(
                                        how.equals("too short")
                                                ? List.of("berlin")
                                                : List.of("berlin", "bonn", "köln", "ulm"))
                                .get(0));
            }
            case "written over" ->
                world.ensemble.write(
                        path, PlanCodec.encode(List.of("ulm", "bonn", "köln")).get(0));
            default -> world.ensemble.write(path, how.getBytes(StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "deleted",
                "all deleted",
                "too short",
                "too long",
                "written over",
                "",
                "rubbish",
                "{\"format\":1}",
                "{\"format\":99,\"parts\":[\"a\",\"b\",\"c\"]}",
                "{\"format\":1,\"parts\":[1,2,3]}"
            })
    void aPlanThatIsSpoiltEndsItsFiringAsFailedIsToldOnceAndTheNextOneRuns(String how) {
        world.around = this::withPlansReadLate;
        World.Process a = start("a");
        World.Process b = start("b");
        world.time.passUntil(TEN.plusSeconds(1));
        spoil(how);
        world.time.passUntil(TEN.plusSeconds(6));

        assertThat(closed().result()).isEqualTo(FiringResult.FAILED);
        assertThat(closed().ends()).isEqualTo(new TreeMap<>(Map.of("SKIPPED", 3)));
        assertThat(ran(TEN)).isEmpty();
        assertThat(Stream.of(a, b).flatMap(process -> process.events(ElasticJobEvent.FiringPlanLost.class).stream()))
                .singleElement()
                .satisfies(lost -> {
                    assertThat(lost.fireTime()).isEqualTo(TEN);
                    assertThat(lost.why()).startsWith("/test/plans/");
                });

        world.time.passUntil(TWENTY.plusSeconds(8));

        assertThat(ran(TWENTY)).containsExactly("0/3 berlin", "1/3 bonn", "2/3 köln");
        world.time.passUntil(TWENTY.plusSeconds(28));

        assertThat(world.ensemble.children("/test/plans")).isEmpty();
    }

    @Test
    void whatRunsOfAFiringWhosePlanIsLostRunsToItsEndAndNothingElseOfItBegins() {
        parts.add("ulm");
        World.Process a = start("a");
        a.runner.lasting(order -> Duration.ofSeconds(4));
        world.around = this::withPlansReadLate;
        World.Process b = start("b");
        world.time.passUntil(TEN.plusSeconds(1));
        List<String> begun = ran(TEN);
        spoil("deleted");
        world.time.passUntil(TEN.plusSeconds(9));

        assertThat(begun).hasSizeBetween(1, 3);
        assertThat(ran(TEN)).isEqualTo(begun);
        assertThat(closed().result()).isEqualTo(FiringResult.FAILED);
        assertThat(closed().ends())
                .isEqualTo(new TreeMap<>(Map.of("SUCCEEDED", begun.size(), "SKIPPED", 4 - begun.size())));
        assertThat(b.events(ElasticJobEvent.FiringPlanLost.class)).hasSize(1);
    }

    @Test
    void whatFailedOrDiedOfAFiringWhosePlanIsLostIsNotRunAgain() {
        JobDefinition again = job().failover(true)
                .set(JobKey.RETRY_ATTEMPTS, "2")
                .set(JobKey.RETRY_DELAY, "15s")
                .build();
        World.Process a = start("a", this::plan, Runnable::run, again);
        a.runner.outcomes(order -> new Outcome.Failed("away"));
        a.runner.lasting(order -> order.context().shardingItem() == 0 ? Duration.ofHours(1) : Duration.ofMillis(10));
        world.time.passUntil(TEN.plusSeconds(1));
        a.kill();
        spoil("deleted");
        World.Process b = start("b", this::plan, Runnable::run, again);
        world.time.passUntil(TEN.plusSeconds(12));

        assertThat(ran(TEN)).containsExactly("0/3 berlin", "1/3 bonn", "2/3 köln");
        assertThat(b.events(ElasticJobEvent.FiringPlanLost.class)).hasSize(1);
        assertThat(b.events(ElasticJobEvent.FiringClosed.class)).first().satisfies(first -> {
            assertThat(first.fireTime()).isEqualTo(TEN);
            assertThat(first.result()).isEqualTo(FiringResult.FAILED);
            assertThat(first.ends()).isEqualTo(new TreeMap<>(Map.of("LOST", 1, "FAILED", 2)));
        });
    }

    @Test
    void aTriggerWhosePlanIsLostIsOver() {
        JobDefinition byHand =
                JobDefinition.named("orders").set(JobKey.PLANNER, "cities").build();
        world.around = this::withPlansReadLate;
        World.Process a = start("a", this::plan, Runnable::run, byHand);
        world.time.passUntil(TEN);
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.time.passUntil(TEN.plusSeconds(1));
        spoil("deleted");
        world.time.passUntil(TEN.plusSeconds(6));

        assertThat(closed().result()).isEqualTo(FiringResult.FAILED);
        assertThat(world.ledger.entries()).isEmpty();
        assertThat(world.ensemble.children("/test/jobs/orders")).isEmpty();
    }

    // ---- Whoever plans, and does not
    // -----------------------------------------------------------------------------------

    /** As of an engine that has forgotten what it has taken upon itself. */
    private void planBy(String instance) {
        String path =
                "/test/firings/" + world.ensemble.children("/test/firings").get(0);
        world.ensemble.write(path, FiringRecordCodec.encode(record().at(new FiringRecord.Planning(instance))));
    }

    private String idOf(World.Process process) {
        return world.ensemble.children("/test/instances").stream()
                .filter(id -> id.startsWith(process.name + "."))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFiringIsNotHeldByAnInstanceThatLivesAndDoesNotPlanIt() {
        JobDefinition planned = job().set(JobKey.PLANNER_TIMEOUT, "2s").build();
        World.Process a = start("a", this::plan, call -> {}, planned);
        World.Process other = world.startWith(
                "other", builder -> {}, JobDefinition.named("other").build());
        world.time.passUntil(TEN.plusMillis(500));
        planBy(idOf(other));
        world.time.passUntil(TEN.plusSeconds(2).plus(World.SESSION).plusSeconds(4));

        assertThat(record().planning()).isPresent();

        world.time.passUntil(TEN.plusSeconds(2).plus(World.SESSION).plusSeconds(7));

        assertThat(a.events(ElasticJobEvent.FiringNotPlanned.class))
                .singleElement()
                .matches(failed -> failed.error().contains("plannerTimeout=2s"));
        assertThat(a.events(ElasticJobEvent.FiringClosed.class))
                .singleElement()
                .matches(closed -> closed.result() == FiringResult.FAILED);
    }

    /** An instance that plans the firing of the first fire time from now on, and says nothing. */
    private World.Process plansAndSaysNothing() {
        World.Process other = world.startWith(
                "other", builder -> {}, JobDefinition.named("other").build());
        world.time.passUntil(TEN.minusSeconds(1));
        String path =
                "/test/firings/" + world.ensemble.children("/test/firings").get(0);
        FiringRecord.Whole whole =
                new FiringRecord.Whole(new Firing.Scheduled(TEN), TEN, 0, new TreeSet<>(), world.time.now(), 0);
        world.ensemble.write(
                path, FiringRecordCodec.encode(record().opened(whole, new FiringRecord.Planning(idOf(other)))));
        return other;
    }

    /** Its first close of a firing comes too late: by then such an instance plans it. */
    private void closesTooLate(World.Process process, String instance) {
        List<Integer> closes = new ArrayList<>();
        process.refusals = writes -> {
            boolean isClose = writes.stream()
                    .anyMatch(write -> write instanceof Write.Put put
                            && put.path().startsWith("/test/firings/")
                            && new String(put.data(), StandardCharsets.UTF_8).contains("\"CLOSED\""));
            if (isClose && closes.isEmpty()) {
                closes.add(1);
                planBy(instance);
            }
            return null;
        };
    }

    /** When it is late that an instance has said nothing, as {@link #plansAndSaysNothing} does. */
    private static final Instant LATE =
            TEN.minusSeconds(1).plusSeconds(2).plus(World.SESSION).plus(FiringStep.TO_STORE);

    @Test
    void whoeverPlansAFiringInPlaceOfADeadInstanceAsksItsPlannerThoughItWasAboutToGiveItUp() {
        World.Process a = start(
                "a",
                this::plan,
                Runnable::run,
                job().set(JobKey.PLANNER_TIMEOUT, "2s").build());
        plansAndSaysNothing();
        closesTooLate(a, "gone.0");
        world.time.passUntil(LATE.plusSeconds(6));

        assertThat(asked)
                .first()
                .satisfies(first -> assertThat(first.fireTime()).isEqualTo(TEN));
        assertThat(ran(TEN)).containsExactly("0/3 berlin", "1/3 bonn", "2/3 köln");
        assertThat(a.events(ElasticJobEvent.FiringNotPlanned.class)).isEmpty();
    }

    @Test
    void ofAFiringThatIsCancelledNothingIsSaidOfItsPlanner() {
        World.Process a = start(
                "a",
                this::plan,
                Runnable::run,
                job().set(JobKey.PLANNER_TIMEOUT, "2s").build());
        World.Process other = plansAndSaysNothing();
        closesTooLate(a, idOf(other));
        world.time.passUntil(LATE.plusSeconds(6));
        assertThat(record().planning()).isPresent();
        world.now(a.engine.operations().cancel(CancelRequest.of("orders").withFiring(new Firing.Scheduled(TEN))));
        world.time.pass(Duration.ofSeconds(1));

        assertThat(a.events(ElasticJobEvent.FiringClosed.class)).first().satisfies(first -> {
            assertThat(first.fireTime()).isEqualTo(TEN);
            assertThat(first.result()).isEqualTo(FiringResult.SKIPPED);
        });
        assertThat(a.events(ElasticJobEvent.FiringNotPlanned.class)).isEmpty();
    }

    @Test
    void aPlannerIsInterruptedWhenItsJobIsNotPlannedAnyMoreAndAskedOnceWhenItIsAgain() {
        List<Runnable> calls = new ArrayList<>();
        World.Process a = start("a", this::plan, calls::add, job().build());
        world.time.passUntil(TEN.plusSeconds(1));
        assertThat(calls).hasSize(1);
        configure(a, "");
        configure(a, "cities");
        assertThat(calls).hasSize(2);
        calls.forEach(Runnable::run);
        world.time.pass(Duration.ofSeconds(2));

        assertThat(asked).hasSize(1);
    }

    private void configure(World.Process process, String planner) {
        world.now(process.engine.operations().configure("orders", Map.of(JobKey.PLANNER, planner), Operator.UNKNOWN));
        world.time.pass(Duration.ofSeconds(1));
    }

    @Test
    void aJobThatIsNotPlannedAnyMoreIsNotHeldByWhoWasToPlanIt() {
        World.Process a = start("a", this::plan, call -> {}, job().build());
        World.Process other = world.startWith(
                "other", builder -> {}, JobDefinition.named("other").build());
        world.time.passUntil(TEN.plusMillis(500));
        planBy(idOf(other));
        a.engine
                .operations()
                .configure("orders", Map.of(JobKey.PLANNER, "", JobKey.RECORD_FIRINGS, "true"), Operator.UNKNOWN);
        world.time.passUntil(TEN.plusSeconds(3));

        assertThat(closed().result()).isEqualTo(FiringResult.SKIPPED);
    }

    // ---- What is cancelled
    // ---------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFiringThatIsBeingPlannedIsCancelledAsAWholeAndItsPlannerInterrupted(boolean isNamed) {
        List<Runnable> calls = new ArrayList<>();
        start("a", this::plan, calls::add, job().build());
        World.Process b = start("b", this::plan, calls::add, job().build());
        world.time.passUntil(TEN.plusSeconds(1));
        CancelRequest request = CancelRequest.of("orders");
        CancelReceipt receipt = world.now(
                b.engine.operations().cancel(isNamed ? request.withFiring(new Firing.Scheduled(TEN)) : request));
        world.time.pass(Duration.ofSeconds(1));

        assertThat(receipt.shards()).isEmpty();
        assertThat(storedCancel()).contains("\"format\":3", "\"whole\":true");
        assertThat(closed().result()).isEqualTo(FiringResult.SKIPPED);

        world.time.passUntil(TWENTY.plusSeconds(1));
        assertThat(calls)
                .as("the next one is planned, though the first call has not returned")
                .hasSize(2);
        calls.get(1).run();
        world.time.passUntil(TWENTY.plusSeconds(4));

        assertThat(ran(TEN)).isEmpty();
        assertThat(ran(TWENTY)).containsExactly("0/3 berlin", "1/3 bonn", "2/3 köln");

        world.time.passUntil(TWENTY.plusSeconds(25));
        assertThat(world.ensemble.children("/test/cancels")).isEmpty();
    }

    @Test
    void aTriggerThatWaitsForItsPlanIsCancelledWithAllShardsThatItGets() {
        World.Process a = start("a");
        world.time.passUntil(TEN.plusSeconds(3));
        parts.addAll(List.of("ulm", "trier", "jena"));
        a.runner.lasting(order -> Duration.ofSeconds(5));
        world.time.passUntil(TWENTY.plusSeconds(1));
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.time.pass(Duration.ofSeconds(1));
        a.engine.operations().cancel(CancelRequest.of("orders").withFiring(new Firing.Triggered(0)));
        world.time.passUntil(TWENTY.plusSeconds(9));

        assertThat(ran(TWENTY)).hasSize(6);
        assertThat(world.ledger.entries()).noneMatch(entry -> entry.id.firing() instanceof Firing.Triggered);
        assertThat(world.ensemble.children("/test/jobs/orders")).isEmpty();
    }

    private String storedCancel() {
        String name = world.ensemble.children("/test/cancels").get(0);
        return new String(((Read.Present) world.ensemble.node("/test/cancels/" + name)).data(), StandardCharsets.UTF_8);
    }

    @Test
    void aCancelOfAllThatRunsOfAPlannedFiringEndsEachPartThatHasNotEnded() {
        parts.add("ulm");
        World.Process a = start("a");
        a.runner.lasting(order -> order.context().shardingItem() == 3 ? Duration.ofMillis(10) : Duration.ofMinutes(5));
        world.time.passUntil(TEN.plusSeconds(1));
        CancelReceipt receipt = world.now(a.engine.operations().cancel(CancelRequest.of("orders")));
        world.time.pass(Duration.ofSeconds(2));

        assertThat(receipt.shards().keySet()).containsExactly(0, 1, 2);
        assertThat(storedCancel())
                .as("as earlier versions know it")
                .contains("\"format\":1", "\"shards\":[0,1,2]")
                .doesNotContain("whole");
        assertThat(closed().ends()).isEqualTo(new TreeMap<>(Map.of("CANCELLED", 3, "SUCCEEDED", 1)));
    }

    @Test
    void shardsOfAFiringThatHasNoneYetCannotBeCancelled() {
        World.Process a = start("a", this::plan, call -> {}, job().build());
        world.time.passUntil(TEN.plusSeconds(1));

        CompletionStage<?> refused =
                a.engine.operations().cancel(CancelRequest.of("orders").withShards(new TreeSet<>(Set.of(0))));
        world.time.pass(Duration.ofMillis(500));

        assertThatThrownBy(() -> refused.toCompletableFuture().join())
                .cause()
                .isInstanceOf(OperationRefusedException.class)
                .hasMessageContainingAll("has no shards yet", "cancel all of it");
    }

    /** The instance is there still when the deployment comes that takes the planner away. */
    @Test
    void eachPartHasAnOwnerUntilItsFiringIsOverThoughTheJobIsPlannedNoMore() {
        JobDefinition whole = JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .set(JobKey.RECORD_FIRINGS, "true")
                .build();
        World.Process a = start("a");
        a.runner.lasting(order -> Duration.ofHours(1));
        world.time.passUntil(TEN.plusSeconds(1));
        World.Process b = start("b", this::plan, Runnable::run, whole);
        world.time.passUntil(TEN.plusSeconds(5));
        a.kill();
        world.time.passUntil(TWENTY.plusSeconds(15));

        assertThat(b.events(ElasticJobEvent.OwnerDied.class))
                .extracting(died -> died.execution().shard())
                .containsExactlyInAnyOrder(0, 1, 2);
        assertThat(record().decided().through()).isAfterOrEqualTo(TWENTY);
    }

    @Test
    void aPartOfADeadInstanceHoldsNothingUpOnceTheJobIsPlannedNoMore() {
        JobDefinition whole = JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .set(JobKey.RECORD_FIRINGS, "true")
                .build();
        World.Process a = start("a");
        a.runner.lasting(order -> Duration.ofHours(1));
        world.time.passUntil(TEN.plusSeconds(1));
        a.kill();
        start("b", this::plan, Runnable::run, whole);
        world.time.passUntil(TWENTY.plusSeconds(35));

        assertThat(closed().result()).isEqualTo(FiringResult.SUCCEEDED);
        assertThat(record().decided().through()).isAfter(TWENTY);
    }

    @Test
    void aFiringByHandIsPlannedAsWellAndItsTriggerIsGoneOnceItIsClosed() {
        JobDefinition byHand =
                JobDefinition.named("orders").set(JobKey.PLANNER, "cities").build();
        World.Process a = start("a", this::plan, Runnable::run, byHand);
        start("b", this::plan, Runnable::run, byHand);
        world.time.passUntil(TEN);
        a.engine.operations().trigger(TriggerRequest.of("orders").withParameter("germany"));
        world.time.passUntil(TEN.plusSeconds(3));

        assertThat(asked).singleElement().satisfies(request -> {
            assertThat(request.firing()).isEqualTo(new Firing.Triggered(0));
            assertThat(request.jobParameter()).isEqualTo("germany");
        });
        assertThat(world.ledger.entries())
                .extracting(entry -> entry.context.shardingParameter())
                .containsExactlyInAnyOrder("berlin", "bonn", "köln");
        assertThat(world.ledger.entries())
                .allMatch(entry -> entry.context.jobParameter().equals("germany"));
        assertThat(world.ensemble.children("/test/jobs/orders")).isEmpty();
    }

    @Test
    void aTriggerThatWaitsForADayBecauseItsJobIsDisabledIsGivenUp() {
        JobDefinition byHand =
                JobDefinition.named("orders").set(JobKey.PLANNER, "cities").build();
        World.Process a = start("a", this::plan, Runnable::run, byHand);
        a.runner.lasting(order -> Duration.ofSeconds(5));
        world.time.passUntil(TEN);
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.time.pass(Duration.ofSeconds(1));
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.time.pass(Duration.ofSeconds(1));
        world.now(a.engine.operations().disable("orders", JobPart.WHOLE_JOB, Operator.UNKNOWN));
        world.time.pass(Duration.ofMinutes(1));
        assertThat(world.ensemble.children("/test/jobs/orders")).hasSize(1);

        a.kill();
        world.time.pass(Duration.ofHours(25));
        World.Process b = start("b", this::plan, Runnable::run, byHand);
        world.time.pass(Duration.ofSeconds(30));

        assertThat(world.ensemble.children("/test/jobs/orders")).isEmpty();
        assertThat(b.events(ElasticJobEvent.TriggerExpired.class))
                .singleElement()
                .matches(expired -> expired.number() == 1);
    }

    @Test
    void shardsOfATriggerCannotBeNamed() {
        World.Process a = start("a");
        world.time.passUntil(TEN.minusSeconds(5));

        CompletionStage<?> refused =
                a.engine.operations().trigger(TriggerRequest.of("orders").withShards(new TreeSet<>(Set.of(1))));
        world.time.pass(Duration.ofMillis(500));

        assertThatThrownBy(() -> refused.toCompletableFuture().join())
                .cause()
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContainingAll("shards", "planner of orders");
    }

    @Test
    void aPartThatFailsFailsTheFiring() {
        World.Process a = start("a");
        a.runner.outcomes(order -> order.context().shardingParameter().equals("bonn")
                ? new Outcome.Failed("away")
                : new Outcome.Succeeded());
        world.time.passUntil(TEN.plusSeconds(3));

        assertThat(closed().result()).isEqualTo(FiringResult.FAILED);
        assertThat(closed().ends()).isEqualTo(new TreeMap<>(Map.of("FAILED", 1, "SUCCEEDED", 2)));
    }

    @ParameterizedTest
    @CsvSource({
        "shardingTotalCount, 3",
        "shardingItemParameters, 0=a",
        "broadcast, true",
        "shardingStrategy, static",
        "keepCheckpoint, true",
        "at, 2027-01-01T00:00:00Z"
    })
    void besideWhatSaysOtherwiseAPlannerIsRefused(String key, String value) {
        JobDefinition.Builder builder = JobDefinition.named("orders")
                .set(JobKey.PLANNER, "cities")
                .set(JobKey.of(key).orElseThrow(), value);

        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContainingAll("orders.planner", "cities", key);
    }

    /** Nothing is wrong with a firing whose planner finds no thread: it is planned once there is one. */
    @Test
    void aFiringWhosePlannerFindsNoThreadIsPlannedLater() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        Semaphore begun = new Semaphore(0);
        List<Thread> threads = new ArrayList<>();
        ShardPlanner hanging = request -> {
            begun.release();
            while (end.getCount() > 0) {
                Thread.onSpinWait(); // whoever interrupts it
            }
            return List.copyOf(parts);
        };
        Executor executor = call -> {
            Thread thread = new Thread(call);
            threads.add(thread);
            thread.start();
            if (end.getCount() > 0) {
                begun.acquireUninterruptibly();
            } else {
                joined(thread);
            }
        };
        World.Process a = start(
                "a", hanging, executor, job().set(JobKey.PLANNER_TIMEOUT, "1s").build());
        world.seconds(10 * ListenerCalls.MOST_LEFT_BEHIND + 25);
        assertThat(threads).hasSize(ListenerCalls.MOST_LEFT_BEHIND);
        assertThat(a.events(ElasticJobEvent.FiringNotPlanned.class)).hasSize(ListenerCalls.MOST_LEFT_BEHIND);

        end.countDown();
        threads.forEach(PlannedShardsTest::joined);
        world.seconds(5);
        assertThat(a.events(ElasticJobEvent.FiringNotPlanned.class)).hasSize(ListenerCalls.MOST_LEFT_BEHIND);
        assertThat(a.events(ElasticJobEvent.FiringPlanned.class)).isNotEmpty();
    }

    private static void joined(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException never) {
            throw new AssertionError(never);
        }
    }
}
