package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Cancellation;
import io.elasticjob.ElasticJobEvent.ExecutionEnded;
import io.elasticjob.ElasticJobEvent.FiringsDropped;
import io.elasticjob.ElasticJobEvent.FiringsSuperseded;
import io.elasticjob.ElasticJobEvent.RetryScheduled;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.engine.World.Process;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Firings that come due while their shard runs, or that were missed, in virtual time. */
class OverlapTest {

    private final World world = new World();

    private static JobDefinition.Builder job(String overlap) {
        return JobDefinition.named("orders").every(Duration.ofSeconds(10)).set(JobKey.OVERLAP, overlap);
    }

    private List<Long> fireTimes() {
        return world.ledger.entries().stream()
                .map(run -> run.fireTime.getEpochSecond()
                        - Instant.parse("2026-01-01T00:00:00Z").getEpochSecond())
                .toList();
    }

    private void noTwoAtOnce() {
        Instant free = Instant.MIN;
        for (Ledger.Entry run : world.ledger.entries()) {
            assertThat(run.started).isAfterOrEqualTo(free);
            free = run.ended == null ? Instant.MAX : run.ended;
        }
    }

    @Test
    void whatComesDueDuringARunIsRunAfterItOldestFirst() {
        Process a = world.start("a", job("QUEUE_ALL").build());
        a.duration = Duration.ofSeconds(35);
        world.seconds(11);
        a.duration = Duration.ofMillis(100);
        world.seconds(45);

        assertThat(fireTimes()).containsExactly(10L, 20L, 30L, 40L, 50L);
        noTwoAtOnce();
        assertThat(a.events(FiringsSuperseded.class)).isEmpty();
    }

    @Test
    void theQueueGoesOnWhereItsInstanceDies() {
        JobDefinition queue = job("QUEUE_ALL").failover(true).build();
        Process a = world.start("a", queue);
        a.duration = Duration.ofMinutes(10);
        world.seconds(25);
        world.start("b", queue);
        a.kill();
        world.seconds(40);

        assertThat(fireTimes()).containsExactly(10L, 10L, 20L, 30L, 40L, 50L, 60L);
    }

    @Test
    void moreThanAHundredAreDroppedAndThatIsTold() {
        Process a = world.start("a", job("QUEUE_ALL").build());
        a.duration = Duration.ofSeconds(1_205);
        world.seconds(11);
        a.duration = Duration.ofMillis(10);
        world.seconds(1_300);

        assertThat(fireTimes().subList(0, 3)).containsExactly(10L, 220L, 230L);
        assertThat(a.events(FiringsDropped.class)).singleElement().satisfies(dropped -> {
            assertThat(dropped.count()).isEqualTo(20);
            assertThat(dropped.why()).contains("QUEUE_ALL");
        });
    }

    @Test
    void theNextFiringCancelsWhatRuns() {
        Process a = world.start(
                "a",
                job("CANCEL_RUNNING")
                        .set(JobKey.RETRY_ATTEMPTS, "3")
                        .failover(true)
                        .build());
        a.duration = Duration.ofSeconds(14);
        world.seconds(11);
        a.duration = Duration.ofSeconds(3);
        world.seconds(30);

        assertThat(fireTimes()).containsExactly(10L, 20L, 30L, 40L);
        assertThat(a.events(ExecutionEnded.class).get(0).outcome().name()).isEqualTo("CANCELLED");
        assertThat(a.runner.cancellations)
                .singleElement()
                .satisfies(why -> assertThat(why.reason()).isEqualTo(Cancellation.Reason.OVERLAP));
        assertThat(a.events(RetryScheduled.class)).isEmpty();
    }

    @Test
    void andStartsOnlyWhenThatHasReallyEnded() {
        Process a = world.start("a", job("CANCEL_RUNNING").build());
        a.runner.ignoreInterruptions();
        a.duration = Duration.ofSeconds(14);
        world.seconds(11);
        a.duration = Duration.ofSeconds(3);
        world.seconds(30);

        assertThat(fireTimes()).containsExactly(10L, 20L, 30L, 40L);
        noTwoAtOnce();
        assertThat(world.ledger.entries().get(1).started)
                .isAfterOrEqualTo(world.ledger.entries().get(0).ended)
                .isAfterOrEqualTo(Instant.parse("2026-01-01T00:00:24Z"));
    }

    @Test
    void whoeverRunsItCancelsItThoughTheShardIsAnothersByThen() {
        JobDefinition latest = job("CANCEL_RUNNING").build();
        Process b = world.start("b", latest);
        b.duration = Duration.ofMinutes(5);
        world.seconds(11);
        Process a = world.start("a", latest);
        world.now(a.engine.operations().disable("orders", new JobPart.OnInstance("b"), Operator.UNKNOWN));
        world.seconds(15);

        assertThat(world.ledger.entries()).extracting(run -> run.process).startsWith("b", "a");
        assertThat(fireTimes()).startsWith(10L, 20L);
        noTwoAtOnce();
    }

    @Test
    void aPolicyThatIsSetWhileSomethingRunsHoldsForThatToo() {
        Process a = world.start("a", job("MISFIRE").build());
        a.duration = Duration.ofMinutes(5);
        world.seconds(15);
        world.now(
                a.engine.operations().configure("orders", Map.of(JobKey.OVERLAP, "CANCEL_RUNNING"), Operator.UNKNOWN));
        a.duration = Duration.ofMillis(10);
        world.seconds(10);

        assertThat(fireTimes()).containsExactly(10L, 20L);
    }

    @Test
    void eachFiringOfAnOutageRunsWithinItsBounds() {
        JobDefinition all = JobDefinition.named("orders")
                .every(Duration.ofMinutes(1))
                .set(JobKey.MISFIRE, "RUN_ALL")
                .set(JobKey.CATCH_UP, "5")
                .build();
        Process a = world.start("a", all);
        world.seconds(90);
        a.leave();
        world.time.pass(Duration.ofMinutes(20));
        Process b = world.start("b", all);
        world.seconds(50);

        assertThat(fireTimes()).containsExactly(60L, 17 * 60L, 18 * 60L, 19 * 60L, 20 * 60L, 21 * 60L, 22 * 60L);
        assertThat(b.events(FiringsDropped.class))
                .singleElement()
                .satisfies(dropped -> assertThat(dropped.count()).isEqualTo(15));
        noTwoAtOnce();
    }

    @Test
    void whatIsMissedIsCaughtUpByShardsEachForItself() {
        JobDefinition all = JobDefinition.named("orders")
                .every(Duration.ofMinutes(1))
                .shards(3)
                .set(JobKey.MISFIRE, "RUN_ALL")
                .build();
        Process a = world.start("a", all);
        world.seconds(90);
        a.leave();
        world.time.pass(Duration.ofMinutes(10));
        world.start("b", all);
        world.start("c", all);
        world.seconds(20);

        for (int shard = 0; shard < 3; shard++) {
            int item = shard;
            assertThat(world.ledger.entries().stream()
                            .filter(run -> run.id.shard() == item)
                            .map(run -> run.fireTime)
                            .toList())
                    .hasSize(11)
                    .isSorted();
        }
    }
}
