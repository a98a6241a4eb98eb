package io.elasticjob.benchmarks.micro;

import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Records to bytes, for each claim and each end, and back, for each shard that is gained. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class ShardRecordCodecBenchmark {

    private static final Instant FIRE_TIME = Instant.parse("2030-01-01T00:00:00Z");

    private final ShardRecord running = ShardRecord.NEW
            .claimed(new Firing.Scheduled(FIRE_TIME.minusSeconds(1)), "shop-1.8hor19mr86", 1, 0, FIRE_TIME)
            .completed(new Outcome.Succeeded(), FIRE_TIME.minusSeconds(1), FIRE_TIME.minusMillis(900))
            .claimed(new Firing.Scheduled(FIRE_TIME), "shop-1.8hor19mr86", 1, 0, FIRE_TIME.plusMillis(3));
    private final byte[] bytes = ShardRecordCodec.encode(running);

    @Benchmark
    public byte[] encode() {
        return ShardRecordCodec.encode(running);
    }

    @Benchmark
    public Decoded<ShardRecord> decode() {
        return ShardRecordCodec.decode(bytes);
    }
}
