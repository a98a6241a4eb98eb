package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.Cancellation;
import io.elasticjob.ElasticJobEvent.ExecutionAdopted;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.ExecutionFenced;
import io.elasticjob.ElasticJobEvent.OwnerDied;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.engine.World.Process;
import io.elasticjob.spi.ShardRunner.Adopted;
import io.elasticjob.spi.ShardRunner.Holding;
import io.elasticjob.spi.ShardRunner.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Executions that go on elsewhere when their instance is gone, or was left, in virtual time. */
class AdoptionsTest {

    private static final JobDefinition ORDERS = orders().build();

    private static final Operator ANN = new Operator("ann", "incident 7");

    private final World world = new World();
    private final HandRunner a = new HandRunner("orders");
    private final HandRunner b = new HandRunner("orders");

    private static JobDefinition.Builder orders() {
        return JobDefinition.named("orders").every(Duration.ofMinutes(1)).failover(true);
    }

    private Process start(String name, HandRunner runner, JobDefinition... jobs) {
        return world.startWith(name, builder -> builder.runner(runner), jobs);
    }

    /** An instance whose runner has begun the shard. */
    private Process startAndBegin(JobDefinition job) {
        Process process = start("a", a, job);
        world.time.passUntil(Instant.parse("2026-01-01T00:01:00.500Z"));
        assertThat(a.started).hasSize(1);
        return process;
    }

    private Order order() {
        return a.started.get(0);
    }

    private ShardRecord record() {
        return world.record("orders", 0);
    }

    // ---- Whoever finds its owner dead waits ------------------------------------------------------------------------

    @Test
    void aClaimSaysForHowLongItGoesOnWithoutItsInstance() {
        startAndBegin(ORDERS);

        assertThat(record().lease()).isEqualTo(HandRunner.LEASE);
        a.end(order(), new Outcome.Succeeded());
        world.settle();
        assertThat(record().lease()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void whatADeadInstanceBeganIsNotTouchedForALeaseFromTheSightOfItsAbsence(String failover) {
        Process dying = startAndBegin(orders().set(JobKey.FAILOVER, failover).build());
        Process other = start("b", b, orders().set(JobKey.FAILOVER, failover).build());
        dying.kill();
        dying.registry.link().expire(); // its node goes at once, as that of one that closes its session
        world.time.pass(HandRunner.LEASE.minusMillis(50));

        assertThat(record().isRunningBy(owner -> owner.startsWith("a."))).isTrue();
        assertThat(other.events(OwnerDied.class)).isEmpty();

        world.time.pass(Duration.ofMillis(300));
        assertThat(other.events(OwnerDied.class)).hasSize(1);
        assertThat(b.started).hasSize(failover.equals("true") ? 1 : 0);
    }

    /** It sees the absence anew over each connection, and waits once. */
    @Test
    void aReconnectDoesNotBeginTheWaitAgain() {
        Process dying = startAndBegin(ORDERS);
        Process other = start("b", b, ORDERS);
        dying.kill();
        dying.registry.link().expire();
        world.time.pass(HandRunner.LEASE.minusMillis(500));
        other.registry.link().cut();
        other.registry.link().heal();
        world.time.pass(Duration.ofMillis(800));

        assertThat(b.started).hasSize(1);
    }

    @Test
    void whatLingersIsWaitedForAsWell() {
        JobDefinition job = orders().set(JobKey.TIMEOUT, "1s").build();
        Process dying = startAndBegin(job);
        start("b", b, job);
        world.time.until(() -> record().lingers());
        world.time.pass(Duration.ofMinutes(1)); // the next firing is due
        dying.kill();
        dying.registry.link().expire();
        world.time.pass(HandRunner.LEASE.minusMillis(50));
        assertThat(b.started).isEmpty();
        world.time.pass(Duration.ofMillis(300));

        assertThat(b.started).hasSize(1);
    }

    // ---- What is held -----------------------------------------------------------------------------------------------

    @Test
    void itGoesOnUnderTheSameFiringAttemptAndTokenAndIsCompletedOnce() {
        Process dying = startAndBegin(ORDERS);
        Process other = start("b", b, ORDERS);
        dying.kill();
        CompletionStage<Adopted> answer = b.adopt(order());
        world.settle();

        assertThat(world.now(answer)).isEqualTo(Adopted.GOES_ON);
        assertThat(b.resumed).hasSize(1);
        Order resumed = b.resumed.get(0);
        assertThat(resumed.context().executionId()).isEqualTo(order().context().executionId());
        assertThat(resumed.context().fencingToken()).isEqualTo(order().context().fencingToken());
        assertThat(world.owner("orders", 0)).startsWith("b.");
        assertThat(other.events(ExecutionAdopted.class)).singleElement().satisfies(event -> {
            assertThat(event.from()).startsWith("a.");
            assertThat(event.instance()).startsWith("b.");
        });

        world.now(b.checkpoint(resumed, "page 7"));
        assertThat(record().runningToken(0)).hasValue(order().context().fencingToken());
        b.end(resumed, new Outcome.Succeeded());
        world.seconds(20);
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
        assertThat(record().attempt()).isEqualTo(1);
        assertThat(b.started).isEmpty();
        assertThat(other.events(OwnerDied.class)).isEmpty();
        assertThat(world.now(b.adopt(order(), Duration.ZERO, new Outcome.Succeeded())))
                .isEqualTo(Adopted.RECORDED);
    }

    @Test
    void anEndThatComesWithItIsOneWrite() {
        startAndBegin(ORDERS).kill();
        Process other = start("b", b, ORDERS);
        long before = other.commits;
        CompletionStage<Adopted> answer = b.adopt(order(), Duration.ZERO, new Outcome.Failed("no"));

        assertThat(world.now(answer)).isEqualTo(Adopted.RECORDED);
        assertThat(other.commits).isEqualTo(before + 1);
        assertThat(record().outcome()).isEqualTo("FAILED");
        assertThat(b.resumed).isEmpty();
        assertThat(other.events(ExecutionEnded.class)).hasSize(1);
    }

    /** Also a shard that is assigned elsewhere, of a job that is disabled, or was changed. */
    @Test
    void itGoesOnUnderThePresentSettingsWhateverTheySay() {
        startAndBegin(ORDERS).kill();
        Process other = start("b", b, ORDERS);
        JobOperations operations = other.engine.operations();
        world.now(operations.configure("orders", Map.of(JobKey.CRON, "0 0 0 1 1 ?", JobKey.TIMEOUT, "10s"), ANN));
        world.now(operations.disable("orders", JobPart.WHOLE_JOB, ANN));

        assertThat(world.now(b.adopt(order(), Duration.ofSeconds(8), null))).isEqualTo(Adopted.GOES_ON);
        world.time.pass(Duration.ofMillis(1_500));
        assertThat(b.cancelled).isEmpty();
        world.time.pass(Duration.ofSeconds(1));
        assertThat(b.cancelled.values()).extracting(Cancellation::reason).containsExactly(Cancellation.Reason.TIMEOUT);
        b.end(b.resumed.get(0), new Outcome.Abandoned());
        world.settle();
        assertThat(record().outcome()).isEqualTo("TIMED_OUT");
    }

    @Test
    void whatWasToldToEndIsToldSoAgainAndRecordedAsThat() {
        JobDefinition job = orders().set(JobKey.TIMEOUT, "5s").build();
        Process dying = startAndBegin(job);
        world.seconds(6);
        assertThat(record().stop()).isPresent();
        dying.kill();
        start("b", b, job);

        assertThat(world.now(b.adopt(order()))).isEqualTo(Adopted.GOES_ON);
        world.settle();
        assertThat(b.cancelled).containsOnlyKeys(b.resumed.get(0));
        b.end(b.resumed.get(0), new Outcome.Abandoned());
        world.settle();
        assertThat(record().outcome()).isEqualTo("TIMED_OUT");
    }

    // ---- What does not hold -----------------------------------------------------------------------------------------

    static Stream<Holding> lies() {
        Firing firing = new Firing.Scheduled(Instant.parse("2026-01-01T00:01:00Z"));
        return Stream.of(
                lie("orders", "life-0", firing, 0, 1, 1),
                lie("orders", "life-0", firing, 0, 1, 0),
                lie("orders", "life-0", firing, 0, 1, -7),
                lie("orders", "life-0", firing, 0, 2, null),
                lie("orders", "life-0", firing, 0, 0, null),
                lie("orders", "life-0", firing, 1, 1, null),
                lie("orders", "life-0", firing, -1, 1, null),
                lie("orders", "life-0", firing, Integer.MAX_VALUE, 1, null),
                lie("orders", "life-1", firing, 0, 1, null),
                lie("orders", "", firing, 0, 1, null),
                lie("others", "life-0", firing, 0, 1, null),
                lie("orders", "life-0", new Firing.Triggered(0), 0, 1, null),
                lie("orders", "life-0", new Firing.Scheduled(Instant.parse("2026-01-01T00:02:00Z")), 0, 1, null));
    }

    /** @param token null for the right one */
    private static Holding lie(String job, String life, Firing firing, int shard, int attempt, Number token) {
        return new Holding(
                new ExecutionId(job, life, firing, shard, attempt),
                token == null ? Long.MIN_VALUE : token.longValue(),
                Duration.ofDays(1),
                null);
    }

    @ParameterizedTest
    @MethodSource("lies")
    void whatNobodyEverHadIsLostAndChangesNothing(Holding lie) {
        startAndBegin(ORDERS).kill();
        start("b", b, ORDERS);
        ShardRecord before = record();
        long token = lie.fencingToken() == Long.MIN_VALUE ? order().context().fencingToken() : lie.fencingToken();

        for (Outcome ended : new Outcome[] {null, new Outcome.Succeeded()}) {
            assertThat(world.now(b.adopt(new Holding(lie.execution(), token, lie.running(), ended))))
                    .isEqualTo(Adopted.LOST);
        }
        assertThat(record()).isEqualTo(before);
        assertThat(b.resumed).isEmpty();
    }

    /** It need not wait for the end of what runs. */
    @Test
    void whatItsShardDoesNotRunIsLostAtOnceThoughThatRunsSomethingElse() {
        startAndBegin(ORDERS);
        ShardRecord before = record();
        long token = order().context().fencingToken();
        ExecutionId id = order().context().executionId();
        ExecutionId next = new ExecutionId(id.job(), id.life(), id.firing(), id.shard(), id.attempt() + 1);
        for (Holding lie : new Holding[] {
            new Holding(id, token + 1, Duration.ofSeconds(1), null),
            new Holding(next, token, Duration.ofSeconds(1), null)
        }) {
            CompletionStage<Adopted> answer = a.adopt(lie);
            world.time.pass(Duration.ofSeconds(1));
            assertThat(answer.toCompletableFuture()).isCompletedWithValue(Adopted.LOST);
        }
        assertThat(record()).isEqualTo(before);
        assertThat(a.cancelled).isEmpty();
        assertThat(a.resumed).isEmpty();
    }

    /** An instance that cannot know yet that another one has taken its shard takes its own word for nothing. */
    @Test
    void whatHoldsItsShardIsNotLostWhereAnEarlierRunOfItHasNotHeardOfThat() {
        Process former = startAndBegin(ORDERS);
        former.registry.link().cut();
        Process other = start("b", b, ORDERS);
        world.seconds(13);
        assertThat(b.started).hasSize(1);
        other.kill();
        former.registry.link().heal();
        CompletionStage<Adopted> answer = a.adopt(b.started.get(0));
        world.seconds(2);
        assertThat(answer.toCompletableFuture()).isNotDone();
        a.end(order(), new Outcome.Abandoned());

        assertThat(world.now(answer)).isEqualTo(Adopted.GOES_ON);
        assertThat(record().isRunningBy(owner -> owner.startsWith("a."))).isTrue();
    }

    /** What counts for nothing is not told again: so it must be known. */
    @Test
    void theEndOfWhatHoldsItsShardIsNotLostEither() {
        Process former = startAndBegin(ORDERS);
        former.registry.link().cut();
        Process other = start("b", b, ORDERS);
        world.seconds(13);
        assertThat(b.started).hasSize(1);
        other.kill();
        former.registry.link().heal();
        CompletionStage<Adopted> answer = a.adopt(b.started.get(0), Duration.ZERO, new Outcome.Failed("no"));
        world.seconds(2);
        assertThat(answer.toCompletableFuture()).isNotDone();
        a.end(order(), new Outcome.Abandoned());

        assertThat(world.now(answer)).isEqualTo(Adopted.RECORDED);
        assertThat(record().outcome()).isEqualTo("FAILED");
    }

    @Test
    void anEndIsLostWhereItsShardRunsSomethingElseAndThatIsReadAgain() {
        startAndBegin(ORDERS);
        ShardRecord before = record();
        ExecutionId id = order().context().executionId();
        Holding lie =
                new Holding(id, order().context().fencingToken() + 1, Duration.ofSeconds(1), new Outcome.Succeeded());
        CompletionStage<Adopted> answer = a.adopt(lie);
        world.time.pass(Duration.ofSeconds(1));

        assertThat(answer.toCompletableFuture()).isCompletedWithValue(Adopted.LOST);
        assertThat(record()).isEqualTo(before);
        assertThat(a.cancelled).isEmpty();
    }

    @Test
    void ofAJobThatWasRemovedOrMadeAgainItIsLost() {
        startAndBegin(ORDERS);
        Process other = start("b", b, ORDERS);
        world.now(other.engine.operations().remove("orders", ANN));
        assertThat(world.now(b.adopt(order()))).isEqualTo(Adopted.LOST);

        HandRunner c = new HandRunner("orders");
        start("c", c, ORDERS); // declares it anew
        assertThat(world.now(c.adopt(order()))).isEqualTo(Adopted.LOST);
    }

    @Test
    void ofAHandlerThatItDoesNotOfferItIsLost() {
        startAndBegin(ORDERS).kill();
        HandRunner c = new HandRunner("bills");
        start("c", c, JobDefinition.named("bills").every(Duration.ofMinutes(1)).build());

        assertThat(world.now(c.adopt(order()))).isEqualTo(Adopted.LOST);
    }

    @Test
    void whatWasTakenOverIsLost() {
        startAndBegin(ORDERS).kill();
        start("b", b, ORDERS);
        world.seconds(12);
        assertThat(b.started).hasSize(1);

        HandRunner c = new HandRunner("orders");
        start("c", c, ORDERS);
        assertThat(world.now(c.adopt(order()))).isEqualTo(Adopted.LOST);
        assertThat(world.now(c.adopt(order(), Duration.ZERO, new Outcome.Succeeded())))
                .isEqualTo(Adopted.LOST);
        assertThat(record().isRunningBy(owner -> owner.startsWith("b."))).isTrue();
    }

    // ---- Owners that live -------------------------------------------------------------------------------------------

    @Test
    void anOwnerThatLivesLetsGoOfWhatWasMovedWithoutAWord() {
        Process former = startAndBegin(ORDERS);
        start("b", b, ORDERS);
        assertThat(world.now(b.adopt(order()))).isEqualTo(Adopted.GOES_ON);
        a.end(order(), new Outcome.Lost()); // as it has not heard of it for a lease
        world.settle();

        assertThat(record().isRunningBy(owner -> owner.startsWith("b."))).isTrue();
        assertThat(former.events(ExecutionFenced.class)).isEmpty();
        assertThat(former.events(ExecutionEnded.class)).isEmpty();
        assertThat(former.engine.status().executions().active()).isZero();
        b.end(b.resumed.get(0), new Outcome.Succeeded());
        world.settle();
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
    }

    @Test
    void aCheckpointOfWhatWasMovedIsRefusedAndItsRunnerLetsGoOfIt() {
        startAndBegin(ORDERS);
        start("b", b, ORDERS);
        world.now(b.adopt(order()));
        CompletionStage<Void> late = a.checkpoint(order(), "page 7");
        world.settle();

        assertThat(late.toCompletableFuture()).isCompletedExceptionally();
        assertThat(a.released).containsExactly(order());
        assertThat(a.cancelled).isEmpty();
        assertThat(record().checkpoint()).isNull();
    }

    // ---- What gets in the way --------------------------------------------------------------------------------------

    /** Refused is not lost. */
    @Test
    void aCheckpointThatComesBetweenTheReadAndTheWriteCostsNothing() {
        startAndBegin(ORDERS);
        world.latency = Duration.ofMillis(40);
        start("b", b, ORDERS);
        CompletionStage<Adopted> answer = b.adopt(order());
        for (int page = 0; page < 20 && b.resumed.isEmpty(); page++) {
            a.checkpoint(order(), "page " + page);
            world.time.pass(Duration.ofMillis(page < 10 ? 20 : 400));
        }

        assertThat(world.now(answer)).isEqualTo(Adopted.GOES_ON);
        assertThat(record().isRunningBy(owner -> owner.startsWith("b."))).isTrue();
        assertThat(b.resumed.get(0).context().fencingToken())
                .isEqualTo(order().context().fencingToken());
    }

    /** As when a worker has turned from one gateway to the next, and what it sent to the first comes late. */
    @Test
    void anEndIsRecordedThoughAnotherInstanceAdoptsItMeanwhile() {
        startAndBegin(ORDERS).kill();
        Process other = start("b", b, ORDERS);
        HandRunner c = new HandRunner("orders");
        Process third = start("c", c, ORDERS);
        other.holding = true;
        CompletionStage<Adopted> answer = b.adopt(order(), Duration.ZERO, new Outcome.Succeeded());
        world.settle();
        assertThat(world.now(c.adopt(order()))).isEqualTo(Adopted.GOES_ON);
        other.release();

        assertThat(world.now(answer)).isEqualTo(Adopted.RECORDED);
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
        assertThat(other.events(ExecutionEnded.class)).hasSize(1);
        c.end(c.resumed.get(0), new Outcome.Lost()); // as its worker is not heard of any more
        world.seconds(5);
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
        assertThat(record().attempt()).isEqualTo(1);
        assertThat(third.engine.status().executions().active()).isZero();
    }

    @Test
    void anEndThatAnotherInstanceRecordsMeanwhileIsRecordedOnce() {
        startAndBegin(ORDERS).kill();
        Process other = start("b", b, ORDERS);
        HandRunner c = new HandRunner("orders");
        start("c", c, ORDERS);
        other.holding = true;
        CompletionStage<Adopted> answer = b.adopt(order(), Duration.ZERO, new Outcome.Failed("no"));
        world.settle();
        assertThat(world.now(c.adopt(order(), Duration.ZERO, new Outcome.Succeeded())))
                .isEqualTo(Adopted.RECORDED);
        other.release();

        assertThat(world.now(answer)).isEqualTo(Adopted.RECORDED);
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
        assertThat(other.events(ExecutionEnded.class)).isEmpty();
        assertThat(other.engine.status().executions().active()).isZero();
    }

    @Test
    void whetherItWasWrittenIsFoundOutWhenTheAnswerIsLost() {
        startAndBegin(ORDERS).kill();
        world.answerLatency = Duration.ofMillis(10);
        Process other = start("b", b, ORDERS);
        CompletionStage<Adopted> answer = b.adopt(order());
        world.time.until(() -> record().isRunningBy(owner -> owner.startsWith("b.")));
        other.registry.link().silenceAnswers();
        world.time.pass(Duration.ofMillis(30));
        assertThat(b.resumed).isEmpty();
        other.registry.link().cut();
        world.time.pass(Duration.ofMillis(50));
        other.registry.link().heal();

        assertThat(world.now(answer)).isEqualTo(Adopted.GOES_ON);
        assertThat(b.resumed).hasSize(1);
        assertThat(other.events(ExecutionAdopted.class)).hasSize(1);
    }

    /** Whoever asked has turned to another instance by then, from which it must not be taken again. */
    @Test
    void withoutAConnectionItIsGivenUpAndNotDoneLater() {
        startAndBegin(ORDERS).kill();
        Process away = start("b", b, ORDERS);
        HandRunner c = new HandRunner("orders");
        start("c", c, ORDERS);
        away.registry.link().cut();
        world.time.pass(Duration.ofMillis(100));
        CompletionStage<Adopted> answer = b.adopt(order());
        assertThat(world.now(c.adopt(order()))).isEqualTo(Adopted.GOES_ON);
        assertThatThrownBy(() -> world.now(answer)).hasCauseInstanceOf(RegistryException.class);
        away.registry.link().heal();
        world.seconds(5);

        assertThat(record().isRunningBy(owner -> owner.startsWith("c."))).isTrue();
        assertThat(b.resumed).isEmpty();
    }

    @Test
    void whoDrainsAdoptsNothingButRecordsAnEnd() {
        startAndBegin(ORDERS).kill();
        Process other = start("b", b, ORDERS);
        start("c", new HandRunner("orders"), ORDERS);
        other.engine.drain();
        world.settle();

        CompletionStage<Adopted> answer = b.adopt(order());
        assertThatThrownBy(() -> world.now(answer)).hasCauseInstanceOf(RegistryException.class);
        assertThat(record().isRunningBy(owner -> owner.startsWith("a."))).isTrue();
        assertThat(world.now(b.adopt(order(), Duration.ZERO, new Outcome.Succeeded())))
                .isEqualTo(Adopted.RECORDED);
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
    }

    @Test
    void aSessionThatIsLostAfterItIsAdoptedAgainByItsOwnProcess() {
        JobDefinition job = orders().set(JobKey.ON_SESSION_LOSS, "CONTINUE").build();
        startAndBegin(job).kill();
        Process other = start("b", b, job);
        world.now(b.adopt(order()));
        String before = world.owner("orders", 0);
        other.registry.link().expire();
        world.seconds(2);

        assertThat(world.owner("orders", 0)).startsWith("b.").isNotEqualTo(before);
        assertThat(b.cancelled).isEmpty();
        b.end(b.resumed.get(0), new Outcome.Succeeded());
        world.settle();
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
        assertThat(record().latest().map(ShardState.Attempt::token))
                .contains(order().context().fencingToken());
    }
}
