package io.elasticjob.benchmarks.micro;

import io.elasticjob.sharding.Assignment;
import io.elasticjob.sharding.Sharding;
import io.elasticjob.sharding.ShardingStrategy;
import io.elasticjob.sharding.StrategyCatalog;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Who should run which shard: asked for every job whenever instances come or go. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
public class StrategyBenchmark {

    @Param({"average", "odevity", "round-robin", "sticky"})
    public String name = "";

    @Param({"10", "100", "1000"})
    public int shards;

    @Param({"20"})
    public int instances;

    private ShardingStrategy strategy = sharding -> Assignment.none(sharding.shardingTotalCount());
    private Sharding sharding = Sharding.among("settleInvoices", 1, List.of());

    @Setup
    public void prepare() {
        strategy = StrategyCatalog.builtIn().strategy(name);
        sharding = Sharding.among(
                "settleInvoices",
                shards,
                IntStream.range(0, instances)
                        .mapToObj(i -> "shop-" + i + ".8hor19mr" + (char) ('a' + i % 26) + i)
                        .toList());
    }

    @Benchmark
    public Assignment assign() {
        return strategy.assign(sharding);
    }
}
