package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Load;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.ZooKeeperServers.Counts;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.system.JobSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * How many items a stream gets through whose batches of 100 cost nothing: one acknowledged checkpoint after each, and only
 * then the next is fetched.
 */
final class Dataflow implements Scenario {

    private static final int BATCH = 100;
    private static final int WARM_UP_SECONDS = 10;

    @Override
    public String name() {
        return "dataflow";
    }

    @Override
    public String title() {
        return "Streaming dataflow, 1 instance, batches of " + BATCH + " items with an acknowledged checkpoint each";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared("itemsPerSecondAndShard", "items/s a shard"),
                Column.compared("batchesPerSecond", "batches/s"),
                Column.shown("requestsPerBatch", "requests a batch"),
                Column.compared("cpuSecondsPer1000", "CPU s per 1,000 batches, worker"),
                Column.compared("serverCpuSecondsPer1000", "CPU s per 1,000 batches, server"));
    }

    /** The only one that keeps where its batches end. */
    @Override
    public boolean fits(Contender contender) {
        return contender == Contender.ELASTICJOB;
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String shards : options.some("shards", "1,4,16", "1")) {
            cases.add(Monitoring.on(Case.plain().with("shards", shards), contender));
        }
        return cases;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int seconds = options.seconds(20, 5);
        int shards = inCase.number("shards");
        environment.worker().startWith(0, new JobSpec(0, shards, JobSpec.When.STREAM, 1, true, false), 1, 0);
        Moments.passSeconds(options.quick() ? 3 : WARM_UP_SECONDS);
        long from = Moments.nextSecond();
        Environment.Meter meter = environment.meter();
        Counts before = environment.zooKeeper().counts();
        Moments.until(from + seconds * 1_000L);
        Load load = meter.read();
        Counts counted = environment.zooKeeper().counts().since(before);
        long until = from + seconds * 1_000L;
        double batches = Math.max(
                1,
                environment.executions().stream()
                        .filter(batch -> batch.begun() >= from * 1_000 && batch.begun() < until * 1_000)
                        .count());
        return Figures.builder()
                .put("itemsPerSecondAndShard", batches * BATCH / seconds / shards)
                .put("batchesPerSecond", batches / seconds)
                .put("requestsPerBatch", counted.packets() / batches)
                .put("cpuSecondsPer1000", load.workers() / batches)
                .put("serverCpuSecondsPer1000", load.servers() / batches)
                .put("othersCpuPercent", load.othersPercent())
                .build();
    }
}
