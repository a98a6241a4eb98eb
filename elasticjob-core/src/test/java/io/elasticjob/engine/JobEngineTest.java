package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Misfire;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.World.Process;
import io.elasticjob.memory.Requests;
import io.elasticjob.registry.Read;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.testing.Ledger;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.NamespaceView;
import io.elasticjob.view.ShardView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What users rely on, one engine or several, in virtual time. */
class JobEngineTest {

    private static final JobDefinition ORDERS = everySecond("orders", 3).build();

    private final World world = new World();

    // ---- Start and schedule ---------------------------------------------------------------------------------------

    @Test
    void everyShardOfEveryFiringRunsOnceFromTheFirstFiringAfterTheStart() {
        Instant started = world.time.now().truncatedTo(ChronoUnit.SECONDS);
        world.start("a", ORDERS);
        world.seconds(3);

        assertThat(world.ran("orders", started))
                .as("a firing before the start is never due")
                .isEmpty();
        for (int second = 1; second <= 3; second++) {
            assertThat(world.ran("orders", started.plusSeconds(second))).isEqualTo("a:0 a:1 a:2");
        }
        assertThat(world.record("orders", 1).outcome()).isEqualTo("SUCCEEDED");
        assertThat(world.record("orders", 1).through()).isEqualTo(started.plusSeconds(3));
    }

    @Test
    void aJobWithoutScheduleAndADisabledJobRunNothing() {
        world.start(
                "a",
                JobDefinition.named("by-hand").build(),
                everySecond("off", 1).set(JobKey.ENABLED, "false").build());
        world.seconds(5);

        assertThat(world.ledger.entries()).isEmpty();
    }

    @Test
    void aDisabledJobThatIsDeclaredEnabledRunsFromItsNextFiring() {
        Process off = world.start(
                "a", everySecond("orders", 1).set(JobKey.ENABLED, "false").build());
        world.seconds(5);
        off.leave();
        world.settle();
        Instant enabled = world.time.now();
        world.start("b", everySecond("orders", 1).build());
        world.seconds(2);

        assertThat(world.ledger.entries()).isNotEmpty().allMatch(entry -> !entry.fireTime.isBefore(enabled));
        assertThat(world.ledger.entries().get(0).fireTime).isBefore(enabled.plusSeconds(1));
    }

    @Test
    void theContextSaysWhatTheJobSays() {
        Process process = world.start(
                "a",
                everySecond("orders", 2)
                        .set(JobKey.SHARDING_ITEM_PARAMETERS, "0=EMEA,1=APAC")
                        .set(JobKey.JOB_PARAMETER, "nightly")
                        .build());
        world.seconds(2);

        Ledger.Entry second = world.ledger.entries().get(2);
        assertThat(second.context.shardingTotalCount()).isEqualTo(2);
        assertThat(second.context.shardingParameter()).isEqualTo(second.id.shard() == 0 ? "EMEA" : "APAC");
        assertThat(second.context.jobParameter()).isEqualTo("nightly");
        assertThat(second.context.previousFireTime()).contains(second.fireTime.minusSeconds(1));
        assertThat(second.context.attempt()).isEqualTo(1);
        assertThat(second.token).isGreaterThan(world.ledger.entries().get(0).token);
        assertThat(process.events(ElasticJobEvent.ExecutionStarted.class)).hasSize(4);
    }

    @Test
    void theTokenOfAnExecutionIsShownWhileItRunsAndAfterItsEnd() {
        Process process = world.start("a", everySecond("orders", 1).build());
        process.duration = Duration.ofMillis(700);
        world.seconds(2);
        ShardView running = process.detail("orders").orElseThrow().shards().get(0);
        world.time.pass(Duration.ofMillis(350));
        ShardView ended = process.detail("orders").orElseThrow().shards().get(0);

        long token = world.ledger.entries().get(1).token;
        assertThat(running.record().isRunning()).isTrue();
        assertThat(running.fencingToken()).isEqualTo(token);
        assertThat(ended.record().isRunning()).isFalse();
        assertThat(ended.fencingToken()).isEqualTo(token);
    }

    // ---- Speed, by counting ---------------------------------------------------------------------------------------

    @Test
    void aFiringCostsOneRequestToBeginAndOneToEndHoweverManyShards() {
        Process process = world.start(
                "a",
                everySecond("orders", 100).build(),
                everySecond("bills", 90).build());
        world.seconds(2);
        Requests before = process.registry.requests();
        world.seconds(5);
        Requests after = process.registry.requests();

        assertThat(world.runs("orders")).isEqualTo(700);
        assertThat(after.reads() - before.reads()).isZero();
        assertThat(after.children() - before.children()).isZero();
        assertThat(after.total() - before.total())
                .as("64 slots for 190 shards are three waves, and each begins and ends together")
                .isLessThanOrEqualTo(5 * 6);
    }

    @Test
    void executionsThatEndOneByOneAreRecordedTogetherWhileTheRegistryIsBusy() {
        world.latency = Duration.ofMillis(100);
        List<Process> only = new ArrayList<>();
        Process a = world.startWith(
                "a",
                rules -> rules.listener(event -> {
                    if (event instanceof ElasticJobEvent.ExecutionStarted) {
                        only.get(0).duration = only.get(0).duration.plusMillis(2); // of the next one
                    }
                }),
                everyTen("orders", 60));
        only.add(a);
        world.seconds(2);
        long before = a.commits;
        world.seconds(10);

        assertThat(world.runs("orders")).isEqualTo(60);
        assertThat(world.record("orders", 59).isRunning()).isFalse();
        assertThat(a.commits - before)
                .as("60 ends at 60 moments, while a few transactions are under way")
                .isLessThan(15);
    }

    @Test
    void withFreeSlotsAFiringOfAllJobsCostsTwoRequests() {
        Process process = world.start(
                "a",
                1_000,
                everySecond("orders", 80).build(),
                everySecond("bills", 80).build());
        world.seconds(2);
        long before = process.registry.requests().total();
        world.seconds(5);

        assertThat(process.registry.requests().total() - before).isEqualTo(5 * 2);
    }

    @Test
    void aJobThatIsNotMonitoredCostsNothing() {
        Process process = world.start(
                "a", everySecond("orders", 5).monitorExecution(false).build());
        world.seconds(2);
        long before = process.registry.requests().total();
        world.seconds(5);

        assertThat(process.registry.requests().total() - before)
                .as("whether it answers is asked each third of a session, and nothing else")
                .isLessThanOrEqualTo(3);
        assertThat(world.runs("orders")).isEqualTo(7 * 5);
        assertThat(world.record("orders", 0)).isEqualTo(ShardRecord.NEW);
        assertThat(world.ledger.entries().get(0).token).isEqualTo(-1);
    }

    @Test
    void aThousandJobsAreRegisteredWithAHandfulOfRequests() {
        Process process = world.start("a", hourly(1_000));

        assertThat(world.ensemble.children("/test/jobs")).hasSize(1_000);
        Requests requests = process.registry.requests();
        assertThat(requests.commits()).isLessThan(20);
        assertThat(requests.watches())
                .as("instances, jobs, cancels and plans; none a job")
                .isEqualTo(4);
        assertThat(requests.total()).isLessThan(62);
    }

    @Test
    void jobsAreDeclaredOnceAndReadBackOnceWhoeverComesMeanwhile() {
        Requests alone = requestsToDeclare(world -> {});

        for (int after = 0; after <= 300; after += 10) {
            Duration later = Duration.ofMillis(after);
            Requests inCompany = requestsToDeclare(world -> {
                world.time.pass(later);
                world.launch("b");
            });
            assertThat(inCompany.commits())
                    .as("with another one that comes after %s ms", after)
                    .isEqualTo(alone.commits());
            assertThat(inCompany.reads() - alone.reads())
                    .as("of the instance that comes after %s ms, and of nothing else", after)
                    .isBetween(0L, 1L);
        }
    }

    /** What an instance with 600 jobs asks until it has them, while something else happens. */
    private static Requests requestsToDeclare(Consumer<World> meanwhile) {
        World world = new World();
        world.latency = Duration.ofMillis(40);
        Process process = world.launch("a", hourly(600));
        meanwhile.accept(world);
        world.time.pass(Duration.ofMillis(1_800));
        assertThat(process.view().jobs()).hasSize(600);
        return process.registry.requests();
    }

    private static JobDefinition[] hourly(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> JobDefinition.named("job-" + i)
                        .every(Duration.ofHours(1))
                        .shards(3)
                        .build())
                .toArray(JobDefinition[]::new);
    }

    // ---- Elasticity -----------------------------------------------------------------------------------------------

    @Test
    void shardsMoveWhenInstancesComeAndGoWithoutWaitingForAFiring() {
        JobDefinition hourly = JobDefinition.named("orders")
                .every(Duration.ofHours(1))
                .shards(6)
                .build();
        Process a = world.start("a", hourly);
        assertThat(owned(a)).containsExactly(0, 1, 2, 3, 4, 5);

        Process b = world.start("b", hourly);
        assertThat(owned(a)).containsExactly(0, 1, 2);
        assertThat(owned(b)).containsExactly(3, 4, 5);

        Process c = world.start("c", hourly);
        assertThat(owned(b)).containsExactly(2, 3);

        b.leave();
        world.settle();
        assertThat(owned(a)).containsExactly(0, 1, 2);
        assertThat(owned(c)).containsExactly(3, 4, 5);

        a.kill();
        world.time.pass(World.SESSION.plusSeconds(1));
        assertThat(owned(c)).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void moreInstancesThanShardsLeaveTheRestIdle() {
        world.start("a", everySecond("orders", 1).build());
        world.start("b", everySecond("orders", 1).build());
        world.seconds(4);

        assertThat(world.ledger.entries()).allMatch(entry -> entry.process.equals("a"));
    }

    @Test
    void noShardIsBegunByItsNewOwnerWhileTheOldRunGoesOn() {
        Process a = world.start("a", everySecond("orders", 2).build());
        a.duration = Duration.ofMillis(3_500);
        world.seconds(1);
        assertThat(world.runs("orders")).isEqualTo(2);
        Process b = world.start("b", everySecond("orders", 2).build());
        assertThat(owned(b)).containsExactly(1);
        world.seconds(2);
        assertThat(world.runs("orders")).as("shard 1 still runs on a").isEqualTo(2);

        world.seconds(3);
        Ledger.Entry next = world.ledger.entries().stream()
                .filter(entry -> entry.process.equals("b"))
                .findFirst()
                .orElseThrow();
        assertThat(next.id.shard()).isEqualTo(1);
        assertThat(next.started).isAfterOrEqualTo(world.ledger.entries().get(1).ended);
        assertThat(next.started).isBefore(world.ledger.entries().get(1).ended.plusMillis(50));
    }

    @Test
    void anInstanceThatDrainsWhileTheRegistryIsAwayShowsItWhenItIsBack() {
        Process a = world.start("a", everySecond("orders", 2).build());
        Process b = world.start("b", everySecond("orders", 2).build());
        a.duration = Duration.ofSeconds(60);
        world.seconds(1);
        a.registry.link().cut();
        world.settle();
        a.engine.drain();
        a.registry.link().heal();
        world.seconds(2);

        assertThat(a.engine.status().executions().active()).isEqualTo(1);
        assertThat(owned(b)).containsExactly(0, 1);
    }

    @Test
    void anInstanceThatDrainsWhileItRegistersShowsItThereafter() {
        Process b = world.start("b", everySecond("orders", 2).build());
        Process a = world.start("a", everySecond("orders", 2).build());
        String before = a.engine.status().instance().orElseThrow();
        a.registry.link().expire();
        world.time.until(() -> world.ensemble.children("/test/instances").stream()
                .anyMatch(id -> id.startsWith("a.") && !id.equals(before)));
        assertThat(a.engine.status().instance()).as("nobody has told it yet").isEmpty();
        a.engine.drain();
        world.seconds(2);

        assertThat(a.engine.status().instance()).isPresent();
        assertThat(owned(b)).containsExactly(0, 1);
    }

    @Test
    void anInstanceThatDrainsFinishesWhatItHasAndTakesNothingNew() {
        Process a = world.start("a", everySecond("orders", 2).build());
        Process b = world.start("b", everySecond("orders", 2).build());
        world.seconds(1);
        a.duration = Duration.ofMillis(2_500);
        world.seconds(1);
        Instant draining = world.time.now();
        a.leave();
        world.seconds(6);

        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.process.equals("a"))
                .allMatch(entry -> entry.started.isBefore(draining) && entry.ended != null);
        assertThat(owned(b)).containsExactly(0, 1);
        assertThat(world.ran("orders", Instant.ofEpochSecond(world.time.now().getEpochSecond())))
                .isEqualTo("b:0 b:1");
        assertThat(world.ensemble.children("/test/instances")).hasSize(1);
    }

    @Test
    void anotherNumberOfShardsHoldsForWholeFirings() {
        Process a = world.start("a", everySecond("orders", 3).build());
        world.seconds(2);
        world.start("b", everySecond("orders", 5).build());
        world.seconds(20); // others may have begun what lies nearer: clocks may be ahead, and the change may be late

        Map<Instant, Set<Integer>> totals = world.ledger.entries().stream()
                .collect(Collectors.groupingBy(
                        entry -> entry.fireTime,
                        TreeMap::new,
                        Collectors.mapping(entry -> entry.context.shardingTotalCount(), Collectors.toSet())));
        assertThat(totals.values()).allMatch(ofOneFiring -> ofOneFiring.size() == 1);
        assertThat(world.ran("orders", Instant.ofEpochSecond(world.time.now().getEpochSecond())))
                .isEqualTo("a:0 a:1 a:4 b:2 b:3");
        assertThat(a.detail("orders").orElseThrow().shards()).hasSize(5);
    }

    @Test
    void whereTheDeclaredNumberShrinksTheSurplusShardsNeverRunAgain() {
        Process a = world.start("a", everySecond("orders", 5).build());
        world.seconds(2);
        a.leave();
        world.settle();
        Process b = world.start("b", everySecond("orders", 2).build());
        world.seconds(20);

        assertThat(world.ran("orders", Instant.ofEpochSecond(world.time.now().getEpochSecond())))
                .isEqualTo("b:0 b:1");
        assertThat(b.detail("orders").orElseThrow().shards()).hasSize(2);
    }

    // ---- Misfire, slots, errors -----------------------------------------------------------------------------------

    @Test
    void aRunLongerThanThePeriodIsFollowedByExactlyOneRun() {
        Process a = world.start("a", everyTen("orders", Misfire.FIRE_ONCE));
        a.duration = Duration.ofSeconds(25);
        world.seconds(10);
        a.duration = Duration.ofMillis(10);
        world.seconds(26);

        assertThat(fireSeconds()).containsExactly(10L, 30L);
        Ledger.Entry extra = world.ledger.entries().get(1);
        assertThat(extra.started).isBefore(world.ledger.entries().get(0).ended.plusMillis(50));
        assertThat(a.events(ElasticJobEvent.FiringsSuperseded.class))
                .singleElement()
                .satisfies(event -> assertThat(event.count()).isEqualTo(1));
        assertThat(a.events(ElasticJobEvent.FiringMisfired.class))
                .as("neither the first one nor the one that came due when the shard was free")
                .containsExactly(
                        new ElasticJobEvent.FiringMisfired("orders", 0, Instant.parse("2026-01-01T00:00:30Z")));
    }

    @Test
    void underSkipWhatCameDueDuringALongRunIsNotRun() {
        Process a = world.start("a", everyTen("orders", Misfire.SKIP));
        a.duration = Duration.ofSeconds(25);
        world.seconds(10);
        a.duration = Duration.ofMillis(10);
        world.seconds(31);

        assertThat(fireSeconds()).containsExactly(10L, 40L);
        assertThat(a.events(ElasticJobEvent.FiringSkipped.class))
                .containsExactly(new ElasticJobEvent.FiringSkipped("orders", 0, Instant.parse("2026-01-01T00:00:30Z")));
        assertThat(a.events(ElasticJobEvent.FiringMisfired.class)).isEmpty();
    }

    @Test
    void withoutMonitoringWhatWasSkippedDuringALongRunIsToldAsWell() {
        JobDefinition unmonitored = JobDefinition.named("orders")
                .every(Duration.ofSeconds(10))
                .misfire(Misfire.SKIP)
                .monitorExecution(false)
                .build();
        Process a = world.start("a", unmonitored);
        a.duration = Duration.ofSeconds(25);
        world.seconds(10);
        a.duration = Duration.ofMillis(10);
        world.seconds(31);

        assertThat(fireSeconds()).containsExactly(10L, 40L);
        assertThat(a.events(ElasticJobEvent.FiringSkipped.class)).hasSize(1);
    }

    @Test
    void withoutASlotFiringsWaitAndEachJobGetsItsTurn() {
        Process a = world.start("a", 2, everyTen("many", 6), everyTen("one", 1));
        a.duration = Duration.ofMillis(500);
        world.seconds(14);

        List<String> order =
                world.ledger.entries().stream().map(entry -> entry.id.job()).toList();
        assertThat(order).hasSize(7);
        assertThat(order.subList(0, 2))
                .as("each job's first shard before any job's second")
                .containsExactlyInAnyOrder("many", "one");
        assertThat(a.engine.status().executions().active()).isZero();
    }

    @Test
    void aFailedShardIsRecordedAndTheOthersAndTheNextFiringRun() {
        Process a = world.start("a", ORDERS);
        a.runner.endWith(new Outcome.Failed("boom"));
        world.seconds(1);
        assertThat(world.record("orders", 0).outcome()).isEqualTo("FAILED");
        assertThat(world.record("orders", 0).error()).isEqualTo("boom");

        a.runner.endWith(new Outcome.Succeeded());
        world.seconds(1);
        assertThat(world.record("orders", 0).outcome()).isEqualTo("SUCCEEDED");
        assertThat(world.record("orders", 0).error()).isNull();
    }

    @Test
    void theDowntimeOfEverybodyIsMadeUpForOnceOrSkippedAsTheJobSays() {
        Process a = world.start("a", everyTen("orders", Misfire.FIRE_ONCE), everyTen("bills", Misfire.SKIP));
        world.seconds(10);
        a.kill();
        world.time.pass(Duration.ofSeconds(75));
        Instant back = world.time.now();
        world.start("b", everyTen("orders", Misfire.FIRE_ONCE), everyTen("bills", Misfire.SKIP));
        world.settle();

        Instant latest = Instant.ofEpochSecond(back.getEpochSecond() / 10 * 10);
        assertThat(world.ran("orders", latest)).isEqualTo("b:0");
        assertThat(world.ran("bills", latest))
                .as("not a misfire: within the threshold")
                .isEqualTo("b:0");
        assertThat(world.runs("orders")).isEqualTo(2);
    }

    // ---- Death ----------------------------------------------------------------------------------------------------

    @Test
    void theShardsOfADeadInstanceAreRunAgainUnderTheSameFiringWhereTheJobAsksForIt() {
        JobDefinition failover = JobDefinition.named("orders")
                .every(Duration.ofMinutes(1))
                .shards(2)
                .failover(true)
                .build();
        Process a = world.start("a", failover);
        Process b = world.start("b", failover);
        a.duration = Duration.ofSeconds(30);
        world.seconds(60);
        Instant fireTime = Instant.ofEpochSecond(world.time.now().getEpochSecond() / 60 * 60);
        a.kill();
        world.time.pass(World.SESSION.plusSeconds(1));

        assertThat(world.ran("orders", fireTime)).isEqualTo("a:0 b:0 b:1");
        assertThat(world.record("orders", 0).attempt()).isEqualTo(2);
        assertThat(world.record("orders", 0).deaths()).isEqualTo(1);
        assertThat(b.events(ElasticJobEvent.OwnerDied.class))
                .singleElement()
                .satisfies(died -> assertThat(died.retried()).isTrue());
    }

    @Test
    void withoutFailoverTheyAreLostAndTheNextFiringRuns() {
        Process a = world.start("a", everyTen("orders", 2));
        Process b = world.start("b", everyTen("orders", 2));
        a.duration = Duration.ofSeconds(60);
        world.seconds(10);
        a.kill();
        world.time.pass(World.SESSION.plusSeconds(1));

        assertThat(world.record("orders", 0).outcome()).isEqualTo("LOST");
        assertThat(b.events(ElasticJobEvent.OwnerDied.class))
                .singleElement()
                .satisfies(died -> assertThat(died.retried()).isFalse());
        world.seconds(10);
        assertThat(world.record("orders", 0).outcome()).isEqualTo("SUCCEEDED");
    }

    @Test
    void aLostSessionStopsNoJob() {
        Process a = world.start("a", ORDERS);
        for (int i = 0; i < 5; i++) {
            world.seconds(2);
            a.registry.link().expire();
        }
        world.seconds(3);
        Instant now = Instant.ofEpochSecond(world.time.now().getEpochSecond());

        assertThat(world.ran("orders", now)).isEqualTo("a:0 a:1 a:2");
        assertThat(a.events(ElasticJobEvent.SessionEnded.class)).hasSize(5);
        assertThat(a.events(ElasticJobEvent.InstanceRegistered.class)).hasSize(6);
    }

    @Test
    void pastTheDeadlineOfALostConnectionRunsAreCancelledAndNothingThatIsNotMonitoredFires() {
        Process a = world.start(
                "a",
                ORDERS,
                everySecond("careful", 1)
                        .set(JobKey.ON_SESSION_LOSS, "CONTINUE")
                        .build(),
                everySecond("loose", 1).monitorExecution(false).build());
        a.duration = Duration.ofSeconds(20);
        world.seconds(1);
        a.registry.link().cut();
        world.time.pass(World.SESSION);

        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.id.job().equals("orders"))
                .allMatch(entry -> entry.ended != null);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.id.job().equals("careful"))
                .allMatch(entry -> entry.ended == null);
        assertThat(a.engine.status().isConnected()).isFalse();
        assertThat(a.engine.status().away()).isPresent();
    }

    @Test
    void aRegistryThatFallsSilentWithoutAWordIsAConnectionThatIsLost() {
        Process a = world.start(
                "a", ORDERS, everySecond("loose", 1).monitorExecution(false).build());
        a.duration = Duration.ofSeconds(20);
        world.seconds(1);
        a.registry.link().freeze(); // its client alone: it neither hears nor says anything
        world.time.pass(Duration.ofSeconds(6));
        long loose = world.runs("loose");
        assertThat(a.engine.status().isConnected()).isFalse();
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.id.job().equals("orders"))
                .isNotEmpty()
                .allMatch(entry -> entry.ended != null);
        world.time.pass(Duration.ofSeconds(30));
        assertThat(world.runs("loose")).as("what is not monitored stops").isEqualTo(loose);

        a.duration = Duration.ofMillis(10);
        a.registry.link().thaw();
        world.seconds(10);
        assertThat(a.engine.status().isConnected()).isTrue();
        assertThat(world.ran("orders", Instant.ofEpochSecond(world.time.now().getEpochSecond())))
                .isEqualTo("a:0 a:1 a:2");
        assertThat(world.runs("loose")).isGreaterThan(loose);
    }

    // ---- Jobs in the registry -------------------------------------------------------------------------------------

    @Test
    void aJobThatAnotherApplicationDeclaresIsRefusedAndGoesOnRunningThere() {
        Process shop = world.startOf("shop", "a", ORDERS);
        Process billing = world.startOf("billing", "b", everySecond("orders", 3).build());
        world.seconds(2);

        assertThat(billing.events(ElasticJobEvent.JobRefused.class))
                .singleElement()
                .satisfies(
                        refused -> assertThat(refused.reason()).contains("shop").contains("elasticjob.namespace"));
        assertThat(owned(billing)).isEmpty();
        assertThat(owned(shop)).containsExactly(0, 1, 2);
        assertThat(billing.view().jobs().get("orders").problem()).isPresent();
    }

    @Test
    void aRemovedJobStaysRemovedUntilAnApplicationThatDeclaresItStarts() {
        Process a = world.start("a", ORDERS);
        world.seconds(1);
        world.ensemble.deleteTree("/test/jobs/orders");
        world.seconds(3);
        assertThat(world.runs("orders")).isEqualTo(3);
        assertThat(a.events(ElasticJobEvent.JobRemoved.class))
                .containsExactly(new ElasticJobEvent.JobRemoved("orders"));

        Process b = world.start("b", ORDERS);
        world.seconds(2);
        assertThat(b.view().jobs()).containsKey("orders");
        assertThat(world.runs("orders")).isGreaterThan(6);
    }

    @Test
    void aJobThatIsRemovedBeforeItsCreatorHasReadItBackStaysRemoved() {
        Process quick = world.start("quick");
        world.latency = Duration.ofMillis(200);
        world.launch("slow", hourly(1));
        world.time.until(() -> world.ensemble.children("/test/jobs").contains("job-0"));
        world.time.pass(Duration.ofMillis(50));
        world.now(quick.engine.operations().remove("job-0", new Operator("ann", "")));
        world.seconds(3);
        world.latency = Duration.ZERO;
        world.start("other");
        world.seconds(3);

        assertThat(world.ensemble.children("/test/jobs")).isEmpty();
    }

    @Test
    void aNamespaceThatIsDeletedIsLaidAnew() {
        Process a = world.start("a", ORDERS);
        world.seconds(2);
        world.ensemble.deleteTree("/test");
        world.seconds(4);

        assertThat(world.ran("orders", Instant.ofEpochSecond(world.time.now().getEpochSecond())))
                .isEqualTo("a:0 a:1 a:2");
        assertThat(a.events(ElasticJobEvent.InstanceRegistered.class)).hasSize(2);
    }

    @Test
    void aJobThatNoVersionCanReadIsDeclaredAnew() {
        Process a = world.start("a", ORDERS);
        world.seconds(1);
        overwrite("/test/jobs/orders", "rubbish");
        world.seconds(3);

        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class)).isNotEmpty();
        assertThat(world.ran("orders", Instant.ofEpochSecond(world.time.now().getEpochSecond())))
                .isEqualTo("a:0 a:1 a:2");
    }

    @Test
    void aJobOfALaterFormatIsLeftAlone() {
        Process a = world.start("a", ORDERS);
        overwrite("/test/jobs/orders", "{\"format\":99}");
        world.seconds(3);

        assertThat(world.ledger.entries()).isEmpty();
        assertThat(new String(data("/test/jobs/orders"), StandardCharsets.UTF_8))
                .isEqualTo("{\"format\":99}");
        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class)).hasSize(1);
    }

    @Test
    void aRecordThatNoVersionCanReadIsReplacedAndTheNextFiringRuns() {
        Process a = world.start("a", ORDERS);
        world.seconds(2);
        String folder = world.ensemble.children("/test/shards").get(0);
        overwrite("/test/shards/" + folder + "/1", "rubbish");
        world.seconds(3);

        assertThat(a.events(ElasticJobEvent.ValueUnreadable.class)).hasSize(1);
        assertThat(world.record("orders", 1).outcome()).isEqualTo("SUCCEEDED");
        assertThat(world.record("orders", 1).through())
                .isEqualTo(Instant.ofEpochSecond(world.time.now().getEpochSecond()));
    }

    @Test
    void aRecordOfALaterFormatIsLeftAloneAndItsNeighboursRun() {
        world.start("a", ORDERS);
        world.seconds(2);
        String folder = world.ensemble.children("/test/shards").get(0);
        overwrite("/test/shards/" + folder + "/1", "{\"format\":99}");
        world.seconds(3);

        assertThat(world.ran("orders", Instant.ofEpochSecond(world.time.now().getEpochSecond())))
                .isEqualTo("a:0 a:2");
    }

    @Test
    void anOperatorsOverrideHoldsAndADeploymentDoesNotUndoIt() {
        world.start("a", ORDERS);
        StoredJob stored = StoredJob.declared(ORDERS, "shop", world.time.now());
        overwrite(
                "/test/jobs/orders",
                new String(
                        StoredJobCodec.encode(new StoredJob(
                                "orders",
                                "",
                                new StoredJob.Settings(
                                        "shop",
                                        stored.declared(),
                                        java.util.Map.of(
                                                JobKey.ENABLED,
                                                new StoredJob.Override(
                                                        "false", "ann", world.time.now(), "stock-taking"))),
                                world.time.now(),
                                ShardCount.always(3),
                                StoredJob.Marks.NONE,
                                java.util.Map.of())),
                        StandardCharsets.UTF_8));
        world.seconds(3);
        assertThat(world.ledger.entries()).isEmpty();

        Process b = world.start(
                "b", everySecond("orders", 3).set(JobKey.JOB_PARAMETER, "new").build());
        world.seconds(3);
        assertThat(world.ledger.entries()).isEmpty();
        assertThat(b.view().jobs().get("orders").effective().orElseThrow().jobParameter())
                .isEqualTo("new");
    }

    @Test
    void aStrategyThatBreaksItsPromiseIsReplacedAndToldOf() {
        StrategyCatalog strategies = StrategyCatalog.builtIn()
                .with("mine", sharding -> Assignment.of(List.of("nobody", "nobody", "nobody")));
        Process a = world.start(
                "a",
                strategies,
                everySecond("orders", 3).set(JobKey.SHARDING_STRATEGY, "mine").build());

        assertThat(owned(a)).containsExactly(0, 1, 2);
        assertThat(a.events(ElasticJobEvent.StrategyReplaced.class)).hasSize(1);
    }

    @Test
    void aChangeThatIsTakenBackBeforeItsFirstFiringRunsNothing() {
        Process a = world.start("a", everyTen("orders", 3));
        world.seconds(12);
        a.leave();
        world.settle();
        Process b = world.start("b", everyTen("orders", 5));
        b.leave();
        world.settle();
        world.start("c", everyTen("orders", 3));

        assertThat(world.runs("orders")).isEqualTo(3);
    }

    @Test
    void aDrainThatIsAskedForWhileTheConnectionIsAwayIsShownWhenItIsBack() {
        Process a = world.start("a", everySecond("orders", 2).build());
        world.start("b", everySecond("orders", 2).build());
        world.seconds(2);
        a.registry.link().cut();
        world.time.pass(Duration.ofMillis(100));
        a.engine.drain();
        world.time.pass(Duration.ofMillis(100));
        a.registry.link().heal();
        world.seconds(5);

        assertThat(world.ran("orders", Instant.ofEpochSecond(world.time.now().getEpochSecond())))
                .isEqualTo("b:0 b:1");
    }

    @Test
    void theRootOfTheRecordsIsLaidAgainWhereItIsMissing() {
        world.start("a", everySecond("orders", 1).build());
        world.seconds(2);
        world.ensemble.deleteTree("/test/shards");
        world.seconds(4);

        assertThat(world.ran("orders", Instant.ofEpochSecond(world.time.now().getEpochSecond())))
                .isEqualTo("a:0");
    }

    @Test
    void afterTheNamespaceWasDeletedTheJobsOfWhoWasAwayComeBackToo() {
        world.startOf("shop", "a", everySecond("orders", 1).build());
        Process b = world.startOf("billing", "b", everySecond("bills", 1).build());
        world.seconds(2);
        b.registry.link().cut();
        world.settle();
        world.ensemble.deleteTree("/test");
        world.seconds(1);
        b.registry.link().heal();
        world.seconds(10);

        assertThat(world.ensemble.children("/test/jobs")).contains("orders", "bills");
    }

    @Test
    void aRegistryThatRefusesToServeIsNotAskedWithoutEnd() {
        Process a = world.start("a", everySecond("orders", 1).build());
        world.seconds(1);
        a.refusing = true;
        long before = a.commits;
        world.seconds(10);
        assertThat(a.commits - before).isLessThan(40);

        a.refusing = false;
        world.seconds(3);
        assertThat(world.record("orders", 0).outcome()).isEqualTo("SUCCEEDED");
        assertThat(world.ran("orders", Instant.ofEpochSecond(world.time.now().getEpochSecond())))
                .isEqualTo("a:0");
    }

    @Test
    void aDoubtAboutAShardThatWentElsewhereIsSettledByASyncAndARead() {
        for (int behind = 0; behind < 6; behind++) {
            assertThat(new JobEngineTest().runsOfAShardClaimedInDoubtAndGivenAway(behind, false))
                    .isEqualTo("a:0 b:1");
        }
    }

    @Test
    void withoutTheSyncThatShardWouldWaitForItsLiveOwnerForEver() {
        assertThat(IntStream.range(0, 6)
                        .mapToObj(behind -> new JobEngineTest().runsOfAShardClaimedInDoubtAndGivenAway(behind, true)))
                .contains("a:0");
    }

    /**
     * b joins, and before a gives it shard 1, a claims both shards and hears no answer. When a is back, on a server that
     * knows of b but not yet of the claims, shard 1 is b's.
     */
    private String runsOfAShardClaimedInDoubtAndGivenAway(int behind, boolean unsynced) {
        Process a = world.start("a", everyTen("orders", 2));
        a.unsynced = unsynced;
        a.behind = behind;
        world.time.passUntil(Instant.parse("2026-01-01T00:00:09.760Z"));
        world.launch("b", everyTen("orders", 2));
        world.time.passUntil(Instant.parse("2026-01-01T00:00:09.790Z"));
        a.laggard = true;
        a.registry.link().silenceAnswers();
        world.time.passUntil(Instant.parse("2026-01-01T00:00:09.805Z"));
        a.registry.link().cut();
        world.time.pass(Duration.ofMillis(20));
        a.registry.link().heal();
        world.time.pass(Duration.ofSeconds(3));
        a.laggard = false;
        world.seconds(16);
        return world.ran("orders", Instant.parse("2026-01-01T00:00:20Z"));
    }

    @Test
    void inAFolderOfRecordsThatARemovalHasMarkedNothingIsClaimed() {
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        world.seconds(2);
        b.laggard = true; // hears of the removal late
        world.now(a.engine.operations().remove("orders", new Operator("ann", "to test")));
        long before = world.runs("orders");
        world.seconds(10);

        assertThat(before).isPositive();
        assertThat(world.runs("orders")).isEqualTo(before);
    }

    @Test
    void aRecordWhoseOwnerCanBeNoInstanceStopsNobodyElse() {
        Process a = world.start("a", ORDERS);
        world.seconds(2);
        String folder = world.ensemble.children("/test/shards").get(0);
        overwrite(
                "/test/shards/" + folder + "/1",
                "{\"format\":1,\"state\":\"RUNNING\",\"owner\":\"x//y\",\"attempt\":1,"
                        + "\"firing\":\"2026-01-01T00:00:02Z\"}");
        world.seconds(4);

        assertThat(world.ran("orders", Instant.ofEpochSecond(world.time.now().getEpochSecond())))
                .contains("a:0")
                .contains("a:2");
        assertThat(a.engine.status().isConnected()).isTrue();
    }

    @Test
    void aClaimThatIsAcknowledgedLongAfterItWasSentIsCheckedBeforeItRuns() {
        JobDefinition failover = everyTen("orders", 1)
                .with(java.util.Map.of(
                        JobKey.FAILOVER, new io.elasticjob.Setting("true", io.elasticjob.Setting.Source.CODE)));
        Process a = world.start("a", failover);
        Process b = world.start("b", failover);
        world.time.passUntil(Instant.parse("2026-01-01T00:00:09.799Z"));
        a.registry.link().silenceAnswers();
        world.time.pass(Duration.ofMillis(50));
        a.watch.freeze();
        a.registry.link().freeze();
        world.time.pass(Duration.ofSeconds(30));
        a.registry.link().heal();
        a.registry.link().thaw();
        a.watch.thaw();
        world.seconds(5);

        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.fireTime.equals(Instant.parse("2026-01-01T00:00:10Z")))
                .extracting(entry -> entry.process)
                .containsOnly(b.name);
    }

    // ---- Views and bad input --------------------------------------------------------------------------------------

    @Test
    void everyInstanceShowsAllShardsWhoeverRunsThem() {
        world.start("a", ORDERS);
        Process b = world.start("b", ORDERS);
        world.seconds(2);
        JobDetail detail = b.detail("orders").orElseThrow();

        assertThat(detail.shards()).hasSize(3).allSatisfy(shard -> {
            assertThat(shard.assignedTo()).isPresent();
            assertThat(shard.record().outcome()).isEqualTo("SUCCEEDED");
            assertThat(shard.fencingToken()).isPositive();
        });
        assertThat(detail.job().eligible()).hasSize(2);
        assertThat(b.detail("nothing")).isEmpty();
        assertThat(b.view().instances()).hasSize(2);
        assertThat(b.view().status().isConnected()).isTrue();
    }

    @Test
    void whileTheRegistryIsAwayNothingIsToldOfRecords() {
        Process a = world.start("a", ORDERS);
        a.registry.link().cut();
        world.settle();

        assertThatThrownBy(() -> a.detail("orders"))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(RegistryException.class);
        assertThat(a.view().jobs()).as("what it last knew").containsKey("orders");
    }

    @Test
    void whatAnEngineCannotRunIsRefusedWhenItIsBuilt() {
        assertThatThrownBy(() -> world.start(
                        "a",
                        everySecond("x", 1)
                                .set(JobKey.SHARDING_STRATEGY, "avarage")
                                .build()))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("x.shardingStrategy")
                .hasMessageContaining("avarage")
                .hasMessageContaining("average");
        assertThatThrownBy(() -> JobEngine.builder().job(ORDERS).job(ORDERS))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("taken by another job");
        assertThatThrownBy(() -> JobEngine.builder().build()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> JobEngine.builder().namespace("a/b")).hasMessageContaining("elasticjob.namespace");
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private static JobDefinition.Builder everySecond(String name, int shards) {
        return JobDefinition.named(name).every(Duration.ofSeconds(1)).shards(shards);
    }

    private static JobDefinition everyTen(String name, Misfire misfire) {
        return JobDefinition.named(name)
                .every(Duration.ofSeconds(10))
                .misfire(misfire)
                .build();
    }

    private static JobDefinition everyTen(String name, int shards) {
        return JobDefinition.named(name)
                .every(Duration.ofSeconds(10))
                .shards(shards)
                .build();
    }

    private List<Long> fireSeconds() {
        Instant origin = Instant.parse("2026-01-01T00:00:00Z");
        return world.ledger.entries().stream()
                .map(entry -> Duration.between(origin, entry.fireTime).toSeconds())
                .toList();
    }

    private static List<Integer> owned(Process process) {
        NamespaceView view = process.view();
        return view.jobs()
                .get("orders")
                .assignment()
                .shardsOf(view.status().instance().orElseThrow());
    }

    private byte[] data(String path) {
        return ((Read.Present) world.ensemble.node(path)).data();
    }

    /** As an operator's hand does it. */
    private void overwrite(String path, String data) {
        world.overwrite(path, data.getBytes(StandardCharsets.UTF_8));
    }
}
