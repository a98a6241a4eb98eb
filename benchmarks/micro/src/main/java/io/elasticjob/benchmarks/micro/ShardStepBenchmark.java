package io.elasticjob.benchmarks.micro;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.DueFiring;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.ShardStep;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What to do next about a shard: asked for every shard at each of its firings and ends. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class ShardStepBenchmark {

    private static final Instant FIRE_TIME = Instant.parse("2030-01-01T00:00:00Z");

    private final JobDefinition definition = JobDefinition.named("settleInvoices")
            .every(Duration.ofSeconds(1))
            .shards(4)
            .build();
    private final ShardStep.Job job = new ShardStep.Job(definition, Instant.EPOCH, ShardCount.always(4), FIRE_TIME);
    private final Instant now = FIRE_TIME.plusMillis(1);
    private final ShardRecord running = ShardRecord.NEW.claimed(
            new Firing.Scheduled(FIRE_TIME.minusSeconds(1)), "shop-1.8hor19mr86", 1, 0, FIRE_TIME.minusSeconds(1));
    private final ShardRecord before = running.completed(new Outcome.Succeeded(), FIRE_TIME.minusSeconds(1), FIRE_TIME);
    private final ShardRecord done = before.completed(new Outcome.Succeeded(), FIRE_TIME, FIRE_TIME);

    @Benchmark
    public ShardStep due() {
        return ShardStep.next(job, 2, before, ShardStep.Owner.UNKNOWN, now);
    }

    @Benchmark
    public ShardStep notDue() {
        return ShardStep.next(job, 2, done, ShardStep.Owner.UNKNOWN, now);
    }

    @Benchmark
    public ShardStep runningElsewhere() {
        return ShardStep.next(job, 2, running, ShardStep.Owner.LIVE, now);
    }

    @Benchmark
    public Optional<DueFiring> dueFiring() {
        return DueFiring.of(job, 2, before, now);
    }
}
