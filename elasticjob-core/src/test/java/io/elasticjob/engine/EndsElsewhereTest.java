package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.ElasticJobEvent.ExecutionFenced;
import io.elasticjob.ExecutionId;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardLostException;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.engine.World.Process;
import io.elasticjob.spi.ShardRunner.Adopted;
import io.elasticjob.spi.ShardRunner.Holding;
import io.elasticjob.spi.ShardRunner.Order;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What becomes of an end that is told to an instance which has something else in its hands, in virtual time. */
class EndsElsewhereTest {

    private static final JobDefinition ORDERS = JobDefinition.named("orders")
            .every(Duration.ofMinutes(1))
            .failover(true)
            .build();

    private final World world = new World();
    private final HandRunner a = new HandRunner("orders");
    private final HandRunner b = new HandRunner("orders");

    private Process start(String name, HandRunner runner) {
        return world.startWith(name, builder -> builder.runner(runner), ORDERS);
    }

    /** An instance whose runner has begun the shard. */
    private Process startAndBegin() {
        Process process = start("a", a);
        world.time.until(() -> !a.started.isEmpty());
        world.settle();
        return process;
    }

    private Order order() {
        return a.started.get(0);
    }

    private ShardRecord record() {
        return world.record("orders", 0);
    }

    private static CompletionStage<Adopted> tell(HandRunner runner, Order order) {
        return runner.adopt(order, Duration.ZERO, new Outcome.Succeeded());
    }

    // ---- What cannot be read ----------------------------------------------------------------------------------------

    /** Refused is not lost. */
    @Test
    void itIsToldAgainWhereALaterVersionHasWrittenTheRecordBetweenTheRefusedWriteAndTheRead() {
        startAndBegin().kill();
        Process other = start("b", b);
        String path = "/test/shards/"
                + order().context().executionId().job() + "@"
                + order().context().executionId().life() + "/0";
        byte[] claimed =
                ShardRecordCodec.encode(record().withToken(order().context().fencingToken()));
        other.holding = true;
        CompletionStage<Adopted> first = tell(b, order());
        world.settle();
        world.overwrite(path, "{\"format\":1000}");
        other.release();

        assertThatThrownBy(() -> world.now(first)).hasCauseInstanceOf(RegistryException.class);
        assertThat(other.engine.status().executions().active()).isZero();
        world.overwrite(path, claimed);
        assertThat(world.now(tell(b, order()))).isEqualTo(Adopted.RECORDED);
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
    }

    // ---- What its shard has to do besides ---------------------------------------------------------------------------

    @Test
    void itIsLostAsSoonAsThatIsReadThoughReadsAreSlowAndWhatRunsWritesCheckpoints() {
        world.latency = Duration.ofMillis(150);
        Process process = startAndBegin();
        ExecutionId id = order().context().executionId();
        CompletionStage<Adopted> answer = a.adopt(
                new Holding(id, order().context().fencingToken() + 1, Duration.ofSeconds(1), new Outcome.Succeeded()));
        for (int page = 0; page < 20; page++) {
            a.checkpoint(order(), "page " + page);
            world.time.pass(Duration.ofMillis(50));
        }

        assertThat(answer.toCompletableFuture()).isCompletedWithValue(Adopted.LOST);
        assertThat(process.events(ExecutionFenced.class)).isEmpty();
        assertThat(a.cancelled).isEmpty();
    }

    /** A handler that does not heed its cancellation has the shard to itself here. */
    @Test
    void whatBecameOfItIsToldThoughWhatWasOvertakenHereNeverEnds() {
        Process former = startAndBegin();
        former.registry.link().cut();
        start("b", b);
        world.seconds(13);
        assertThat(b.started).hasSize(1);
        former.registry.link().heal();
        world.seconds(2);
        assertThat(a.cancelled).containsOnlyKeys(order());
        assertThat(world.now(tell(a, order()))).isEqualTo(Adopted.LOST);

        b.end(b.started.get(0), new Outcome.Failed("no"));
        world.settle();
        assertThat(world.now(tell(a, b.started.get(0)))).isEqualTo(Adopted.RECORDED);
        assertThat(record().outcome()).isEqualTo("FAILED");
        assertThat(former.events(ExecutionFenced.class)).hasSize(1);
        assertThat(former.engine.status().executions().active()).isOne();
    }

    @Test
    void itIsAnsweredThoughItComesInTheTurnInWhichItsExecutionMovesElsewhere() {
        Process former = startAndBegin();
        start("b", b);
        assertThat(world.now(b.adopt(order()))).isEqualTo(Adopted.GOES_ON);
        former.unanswered = true;
        a.checkpoint(order(), "page 7"); // refused, and read
        world.settle();
        former.answer();
        CompletableFuture<Void> recorded =
                a.recordEnd(order(), new Outcome.Succeeded()).toCompletableFuture();
        world.settle();

        assertThat(a.released).containsExactly(order());
        assertThat(recorded).isCompletedExceptionally();
        assertThat(recorded.handle((done, why) -> why).join()).isInstanceOf(ShardLostException.class);
        assertThat(former.engine.status().executions().active()).isZero();
        assertThat(world.now(tell(a, order()))).isEqualTo(Adopted.RECORDED);
        assertThat(record().outcome()).isEqualTo("SUCCEEDED");
    }
}
