package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.engine.World.Process;
import io.elasticjob.registry.Read;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What was decided in time and arrives late, and answers that never arrive, in virtual time. */
class LateWritesTest {

    private static final Duration NEAR = Duration.ofSeconds(2);

    private final World world = new World();

    @Test
    void aClaimInDoubtWhoseJobWasRemovedIsGivenBackAndHoldsUpNoOtherJob() {
        Process a = world.start("a", everySecond("orders", 1), everySecond("bills", 1));
        world.seconds(2);
        a.duration = Duration.ofMillis(1);
        world.time.passUntil(Instant.parse("2026-01-01T00:00:02.700Z"));
        a.registry.link().silenceAnswers();
        world.time.pass(Duration.ofSeconds(1)); // in which both are claimed
        String records = "/test/shards/orders@" + life("orders") + "/0";
        assertThat(record(records).isRunning()).isTrue();
        world.ensemble.deleteTree("/test/jobs/orders");
        world.time.pass(Duration.ofSeconds(2)); // long enough to have been given up as dead
        a.registry.link().heal();
        world.seconds(1);

        assertThat(record(records).isRunning()).isFalse();
        long before = world.runs("bills");
        world.seconds(5);
        assertThat(world.runs("bills")).isEqualTo(before + 5);
        CompletableFuture<Void> drained = a.engine.drain().toCompletableFuture();
        world.seconds(1);
        assertThat(drained).isDone();
    }

    @Test
    void whoLosesTheAnswerThatTellsTheTimeAsksForItAgain() {
        world.start("b", everySecond("orders", 2));
        for (int moment = 0; moment < 1_000; moment += 20) {
            world.latency = Duration.ofMillis(100);
            Process fast = world.launch("c" + moment, Duration.ofSeconds(37), any -> {}, everySecond("orders", 2));
            world.time.pass(Duration.ofMillis(moment));
            fast.registry.link().reset();
            world.seconds(4);

            assertThat(fast.events(ElasticJobEvent.ClockOff.class))
                    .as("%s ms later", moment)
                    .hasSize(1);
            assertThat(fast.events(ElasticJobEvent.ExecutionStarted.class))
                    .as("%s ms later", moment)
                    .isEmpty();
            fast.kill();
            world.time.pass(World.SESSION.plusSeconds(1));
        }
    }

    @Test
    void noFiringIsSplitTwiceHoweverLateAnotherNumberOfShardsArrives() {
        for (int moment = 0; moment < 1_500; moment += 50) {
            World world = new World();
            world.launch("a", Duration.ZERO, near -> near.maxTimeDiff(NEAR), everySecond("orders", 2));
            world.seconds(3);
            world.latency = Duration.ofMillis(100);
            Process b = world.launch("b", Duration.ZERO, near -> near.maxTimeDiff(NEAR), everySecond("orders", 3));
            world.time.pass(Duration.ofMillis(moment));
            b.registry.link().silenceRequests();
            world.time.pass(Duration.ofMillis(3_500)); // not yet long enough to be given up
            b.registry.link().heal();
            world.seconds(20);

            Map<Instant, Set<Integer>> totals = new TreeMap<>();
            for (Ledger.Entry run : world.ledger.entries()) {
                totals.computeIfAbsent(run.fireTime, any -> new HashSet<>()).add(run.context.shardingTotalCount());
            }
            assertThat(totals.values())
                    .as("%s ms later", moment)
                    .allSatisfy(one -> assertThat(one).hasSize(1));
            assertThat(totals.values()).as("%s ms later", moment).contains(Set.of(3));
        }
    }

    private ShardRecord record(String path) {
        Read read = world.ensemble.node(path);
        return ((Decoded.Value<ShardRecord>) ShardRecordCodec.decode(((Read.Present) read).data())).value();
    }

    private String life(String job) {
        Read.Present node = (Read.Present) world.ensemble.node("/test/jobs/" + job);
        return StoredJobCodec.lifeIn(job, node.data(), node.stat().created()).orElseThrow();
    }

    private static JobDefinition everySecond(String name, int shards) {
        return JobDefinition.named(name)
                .every(Duration.ofSeconds(1))
                .shards(shards)
                .build();
    }
}
