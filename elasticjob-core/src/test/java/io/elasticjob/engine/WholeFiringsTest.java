package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringClock;
import io.elasticjob.FiringListener;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Misfire;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.ShardPlanner;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.registry.Read;
import io.elasticjob.view.Explanation;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.Situation;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class WholeFiringsTest {

    private static final Instant TEN = Instant.parse("2026-01-01T00:00:10Z");
    private static final Instant TWENTY = TEN.plusSeconds(10);

    private final World world = new World();
    private final List<String> told = new ArrayList<>();

    private static JobDefinition.Builder job() {
        return JobDefinition.named("orders").every(Duration.ofSeconds(10)).shards(4);
    }

    private static JobDefinition recorded() {
        return job().set(JobKey.RECORD_FIRINGS, "true").build();
    }

    private static JobDefinition listened() {
        return job().set(JobKey.FIRING_LISTENERS, "audit").build();
    }

    private World.Process start(String name, JobDefinition job) {
        return start(name, job, Runnable::run);
    }

    private World.Process start(String name, JobDefinition job, Executor threads) {
        return world.startWith(
                name,
                builder -> builder.firingListeners(Map.of("audit", new Audit(name)))
                        .firingListenerExecutor(threads),
                job);
    }

    private final class Audit implements FiringListener {

        private final String instance;

        Audit(String instance) {
            this.instance = instance;
        }

        @Override
        public void beforeFiring(Start firing) {
            told.add("before " + firing.firing().text() + ", " + world.ran("orders", firing.fireTime()));
        }

        @Override
        public void afterFiring(End firing) {
            told.add("after " + firing.start().firing().text() + " " + firing.result() + " " + firing.ends()
                    + (firing.results().isEmpty() ? "" : " " + firing.results()));
        }
    }

    private FiringRecord record() {
        return world.ensemble.children("/test/firings").stream()
                .map(name -> (Read.Present) world.ensemble.node("/test/firings/" + name))
                .map(present -> ((Decoded.Value<FiringRecord>) FiringRecordCodec.decode(present.data())).value())
                .findFirst()
                .orElse(FiringRecord.NEW);
    }

    private List<ElasticJobEvent.FiringClosed> closed(World.Process... processes) {
        return List.of(processes).stream()
                .flatMap(process -> process.events(ElasticJobEvent.FiringClosed.class).stream())
                .toList();
    }

    @Test
    void aFiringIsOpenedBeforeItsFirstShardAndClosedOnceAfterItsLast() {
        World.Process a = start("a", recorded());
        World.Process b = start("b", recorded());
        world.time.passUntil(TEN.plusMillis(5));

        assertThat(record().open()).isPresent();
        assertThat(world.ran("orders", TEN)).isEqualTo("a:0 a:1 b:2 b:3");

        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(closed(a, b))
                .singleElement()
                .isEqualTo(new ElasticJobEvent.FiringClosed(
                        "orders",
                        new Firing.Scheduled(TEN),
                        TEN,
                        FiringResult.SUCCEEDED,
                        new TreeMap<>(Map.of("SUCCEEDED", 4))));
        assertThat(record().isFree()).isTrue();
        assertThat(record().decided().through()).isEqualTo(TEN);
    }

    @Test
    void allShardsStartOnTheInstantAsThoseOfOtherJobsDo() {
        start("a", recorded());
        start("b", recorded());
        world.time.passUntil(TEN.plusMillis(1));

        assertThat(world.ledger.entries()).hasSize(4).allMatch(entry -> entry.started.equals(TEN));
    }

    @Test
    void theNextFiringWaitsForTheSlowestShardAndRunsOnAllOfThem() {
        World.Process a = start("a", recorded());
        World.Process b = start("b", recorded());
        b.duration = Duration.ofSeconds(25);
        world.time.passUntil(TEN.plusSeconds(24));

        assertThat(world.ran("orders", TWENTY)).isEmpty();

        b.duration = Duration.ofMillis(10);
        world.time.passUntil(TEN.plusSeconds(26));

        assertThat(world.ran("orders", TWENTY)).isEmpty(); // superseded by the later one, for all shards
        assertThat(world.ran("orders", TWENTY.plusSeconds(10))).isEqualTo("a:0 a:1 b:2 b:3");
        assertThat(closed(a, b)).hasSize(2);
    }

    @Test
    void whereMissedFiringsAreSkippedTheCloseSkipsThemForAllShards() {
        JobDefinition job =
                job().set(JobKey.RECORD_FIRINGS, "true").misfire(Misfire.SKIP).build();
        start("a", job);
        World.Process b = start("b", job);
        b.duration = Duration.ofSeconds(25);
        world.time.passUntil(TEN.plusSeconds(24));
        b.duration = Duration.ofMillis(10);
        world.time.passUntil(TEN.plusSeconds(35));

        assertThat(world.ran("orders", TWENTY)).isEmpty();
        assertThat(world.ran("orders", TWENTY.plusSeconds(10))).isEmpty();
        assertThat(world.ran("orders", TWENTY.plusSeconds(20))).isEqualTo("a:0 a:1 b:2 b:3");
    }

    @Test
    void listenersAreToldOnceBeforeTheFirstShardAndOnceAfterTheLast() {
        start("a", listened());
        start("b", listened());
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(told)
                .containsExactly("before 2026-01-01T00:00:10Z, ", "after 2026-01-01T00:00:10Z SUCCEEDED {SUCCEEDED=4}");
        assertThat(world.ran("orders", TEN)).isEqualTo("a:0 a:1 b:2 b:3");
    }

    @Test
    void aFiringByHandIsAWholeAsWell() {
        World.Process a = start("a", listened());
        start("b", listened());
        a.engine.operations().trigger(TriggerRequest.of("orders").withShards(new TreeSet<>(Set.of(1, 3))));
        world.time.pass(Duration.ofSeconds(2));

        assertThat(told).hasSize(2).first().asString().startsWith("before trigger-0");
        assertThat(told.get(1)).isEqualTo("after trigger-0 SUCCEEDED {SUCCEEDED=2}");

        world.time.passUntil(TEN.plusSeconds(2));

        assertThat(told).hasSize(4);
        assertThat(world.ensemble.children("/test/jobs/orders")).isEmpty();
    }

    @Test
    void aTriggerThatComesWithTheFirstRecordIsOpenedAllTheSame() {
        World.Process a = world.launch(
                "a",
                Duration.ZERO,
                builder ->
                        builder.firingListeners(Map.of("audit", new Audit("a"))).firingListenerExecutor(Runnable::run),
                listened());
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.time.pass(Duration.ofSeconds(5));

        assertThat(told).hasSize(2);
    }

    @Test
    void byTheClockOfZooKeeperItIsTheSame() {
        world.clock = FiringClock.REGISTRY;
        World.Process a = start(
                "a",
                JobDefinition.named("orders")
                        .shards(2)
                        .set(JobKey.FIRING_LISTENERS, "audit")
                        .build());
        a.engine.operations().trigger(TriggerRequest.of("orders"));
        world.time.pass(Duration.ofSeconds(3));

        assertThat(told).hasSize(2);
    }

    @Test
    void aFailedShardMakesTheFiringAFailure() {
        World.Process a = start("a", listened());
        a.runner.outcomes(
                order -> order.context().shardingItem() == 2 ? new Outcome.Failed("no") : new Outcome.Succeeded());
        world.time.passUntil(TEN.plusSeconds(2));

        assertThat(told).last().asString().endsWith("FAILED {FAILED=1, SUCCEEDED=3}");
    }

    @Test
    void whatShardsLeaveAsTheirResultsReachesTheListenersAndGoesWithTheNextFiring() {
        World.Process a = start("a", listened());
        World.Process b = start("b", listened());
        a.runner.outcomes(
                order -> new Outcome.Succeeded("rows " + order.context().shardingItem()));
        b.runner.outcomes(order -> new Outcome.Succeeded());
        world.time.passUntil(TEN.plusSeconds(2));

        assertThat(told).last().asString().endsWith("{0=rows 0, 1=rows 1}");
        assertThat(a.detail("orders").orElseThrow().shards().get(1).record().result())
                .hasValue("rows 1");

        a.runner.outcomes(order -> new Outcome.Succeeded());
        world.time.passUntil(TWENTY.plusSeconds(2));

        assertThat(told).last().asString().endsWith("{SUCCEEDED=4}");
        assertThat(world.record("orders", 1).result()).isEmpty();
    }

    @Test
    void whoeverFinishedLastDiesAndTheFiringIsClosedByAnother() {
        World.Process a = start("a", recorded());
        World.Process b = start("b", recorded());
        b.duration = Duration.ofSeconds(2);
        world.time.passUntil(TEN.plusSeconds(1));
        b.kill();
        world.time.passUntil(TEN.plusSeconds(9));

        assertThat(closed(a)).singleElement().satisfies(event -> {
            assertThat(event.result()).isEqualTo(FiringResult.FAILED);
            assertThat(event.ends()).isEqualTo(Map.of("SUCCEEDED", 2, "LOST", 2));
        });
    }

    @Test
    void theTellerDiesAndAnotherTells() {
        List<Runnable> held = new ArrayList<>();
        World.Process a = start("a", listened(), held::add);
        world.time.passUntil(TEN.plusSeconds(1));
        assertThat(held).hasSize(1);
        World.Process b = start("b", listened());
        a.kill();
        world.time.passUntil(TEN.plusSeconds(9));

        assertThat(told).hasSize(2);
        assertThat(world.ran("orders", TEN)).isEqualTo("b:0 b:1 b:2 b:3");
        assertThat(closed(b)).hasSize(1);
    }

    @Test
    void aListenerThatTakesTooLongIsNotWaitedFor() {
        List<Runnable> held = new ArrayList<>();
        JobDefinition job = job().set(JobKey.FIRING_LISTENERS, "audit")
                .set(JobKey.FIRING_LISTENER_TIMEOUT, "2s")
                .build();
        World.Process a = start("a", job, held::add);
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(a.events(ElasticJobEvent.FiringListenerFailed.class)).hasSize(2);
        assertThat(world.ran("orders", TEN)).isEqualTo("a:0 a:1 a:2 a:3");
        held.forEach(Runnable::run);
        assertThat(told).isEmpty();
    }

    @Test
    void aListenerThatThrowsIsToldAndHoldsUpNothing() {
        World.Process a = world.startWith(
                "a",
                builder -> builder.firingListeners(Map.of("audit", new FiringListener() {
                            @Override
                            public void beforeFiring(Start firing) {
                                throw new IllegalStateException("not today");
                            }
                        }))
                        .firingListenerExecutor(Runnable::run),
                listened());
        world.time.passUntil(TEN.plusSeconds(2));

        assertThat(a.events(ElasticJobEvent.FiringListenerFailed.class))
                .singleElement()
                .satisfies(event -> assertThat(event.error()).contains("not today"));
        assertThat(closed(a)).hasSize(1);
    }

    @Test
    void aFiringIsClosedAsSkippedWhenTheJobIsDisabledWhileItIsOpen() {
        World.Process a = start("a", recorded());
        world.time.passUntil(TEN.minusMillis(100));
        assertThat(record().open()).isPresent();
        a.engine.operations().disable("orders", JobPart.WHOLE_JOB, Operator.UNKNOWN);
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(closed(a))
                .singleElement()
                .satisfies(event -> assertThat(event.result()).isEqualTo(FiringResult.SKIPPED));
    }

    @Test
    void theRecordGoesWithTheRecordsOfItsJob() {
        World.Process a = start("a", recorded());
        world.seconds(11);
        assertThat(world.ensemble.children("/test/firings")).hasSize(1);
        a.engine.operations().remove("orders", Operator.UNKNOWN);
        world.seconds(30);

        assertThat(world.ensemble.children("/test/shards")).isEmpty();
        assertThat(world.ensemble.children("/test/firings")).isEmpty();
    }

    @Test
    void anInstanceThatLeavesAfterTheLastShardClosesTheFiring() {
        World.Process a = start("a", listened());
        a.duration = Duration.ofSeconds(2);
        world.time.passUntil(TEN.plusSeconds(1));
        a.leave();
        world.time.passUntil(TEN.plusSeconds(5));

        assertThat(told).last().asString().startsWith("after");
        assertThat(world.ensemble.children("/test/instances")).isEmpty();
    }

    @Test
    void explainSaysForWhichShardOfWhichFiringTheNextOneWaits() {
        World.Process a = start("a", recorded());
        World.Process b = start("b", recorded());
        b.duration = Duration.ofSeconds(25);
        world.time.passUntil(TEN.plusSeconds(15));

        JobDetail detail = a.detail("orders").orElseThrow();
        assertThat(explained(a, detail))
                .contains("FIRING_OPEN The next firing waits for firing 2026-01-01T00:00:10Z, opened at"
                        + " 2026-01-01T00:00:10Z: shards 2, 3 have not ended")
                .noneMatch(finding -> finding.startsWith("DUE"));
    }

    private List<String> explained(World.Process process, JobDetail detail) {
        Situation situation = new Situation(
                new Situation.Job(
                        detail.job().stored(),
                        detail.job().definition(),
                        null,
                        detail.job().standing()),
                new Situation.Instances(new TreeSet<>(detail.job().eligible()), Map.of(), new TreeMap<>()),
                detail.shards().stream()
                        .map(shard -> new Situation.Shard(
                                shard.shard(), shard.assignee(), shard.record(), shard.unreadable(), false))
                        .toList(),
                new TreeSet<>(),
                List.of(),
                detail.firings());
        return Explanation.now(
                        situation,
                        new Explanation.Observer(
                                "a", null, process.engine.status().clock(), true, null, null),
                        world.time.now())
                .stream()
                .map(finding -> finding.code() + " " + finding.text())
                .toList();
    }

    @Test
    void aFiringOfManyShardsCostsAFewRequestsMore() {
        long plain = requests(job().shards(100).build());
        long whole =
                requests(job().shards(100).set(JobKey.FIRING_LISTENERS, "audit").build());

        assertThat(whole - plain).isBetween(4L, 25L);
    }

    /** Of three instances, from one firing to the next. */
    private long requests(JobDefinition job) {
        World another = new World();
        List<World.Process> all = List.of("a", "b", "c").stream()
                .map(name -> another.startWith(
                        name,
                        builder -> builder.firingListeners(Map.of("audit", new FiringListener() {
                                    @Override
                                    public void beforeFiring(Start firing) {}

                                    @Override
                                    public void afterFiring(End firing) {}
                                }))
                                .firingListenerExecutor(Runnable::run),
                        job))
                .toList();
        another.time.passUntil(TWENTY.minusSeconds(5));
        long before = all.stream()
                .mapToLong(process -> process.engine.registryRequests())
                .sum();
        another.time.passUntil(TWENTY.plusSeconds(5));
        assertThat(another.ledger.entries()).hasSize(200);
        return all.stream()
                        .mapToLong(process -> process.engine.registryRequests())
                        .sum()
                - before;
    }

    @Test
    void jobsThatDoNotAskForItHaveNoRecord() {
        start("a", job().build());
        world.seconds(11);

        assertThat(world.ensemble.children("/test/firings")).isEmpty();
        assertThat(world.ran("orders", TEN).chars().filter(c -> c == ':').count())
                .isEqualTo(4);
    }

    @Test
    void nothingIsKeptOfCallsThatHaveEndedThoughTheyMightHaveLastedADay() {
        List<WeakReference<Object>> given = new ArrayList<>();
        FiringListener listener = new FiringListener() {
            @Override
            public void beforeFiring(Start firing) {
                given.add(new WeakReference<>(firing));
            }

            @Override
            public void afterFiring(End firing) {
                given.add(new WeakReference<>(firing));
            }
        };
        ShardPlanner planner = firing -> {
            given.add(new WeakReference<>(firing));
            return List.of("a", "b");
        };
        World.Process a = world.startWith(
                "a",
                builder -> builder.firingListeners(Map.of("audit", listener))
                        .shardPlanners(Map.of("parts", planner))
                        .firingListenerExecutor(Runnable::run),
                JobDefinition.named("orders")
                        .every(Duration.ofSeconds(10))
                        .set(JobKey.FIRING_LISTENERS, "audit")
                        .set(JobKey.FIRING_LISTENER_TIMEOUT, "1d")
                        .set(JobKey.PLANNER, "parts")
                        .set(JobKey.PLANNER_TIMEOUT, "1d")
                        .build());
        world.seconds(200);

        assertThat(given).hasSizeGreaterThan(30);
        await().until(() -> {
            System.gc();
            return given.stream().filter(one -> one.get() != null).count() <= 3; // of the last firing
        });
        assertThat(a.events(ElasticJobEvent.FiringListenerFailed.class)).isEmpty();
    }
}
