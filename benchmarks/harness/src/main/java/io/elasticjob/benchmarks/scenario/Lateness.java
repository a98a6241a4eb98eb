package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Load;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.WorkerProcess;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.figures.Statistics;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.worker.Execution;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How late the shards of one job begin that fires each second on one instance. */
final class Lateness implements Scenario {

    @Override
    public String name() {
        return "lateness";
    }

    @Override
    public String title() {
        return "Lateness of one job each second, 1 instance";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared("p50", "p50 ms"),
                Column.compared("p99", "p99 ms"),
                Column.shown("most", "most ms"),
                Column.compared("lastShardP50", "last shard p50 ms"),
                Column.shown("achievedPercent", "achieved %"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender.isScheduler();
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        Case shards = Case.plain().with("shards", options.number("shards", 3));
        return Monitoring.cases(shards, contender, options);
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int seconds = options.seconds(60, 8);
        int shards = inCase.number("shards");
        WorkerProcess worker = environment.worker();
        worker.startWith(0, new JobSpec(0, shards, JobSpec.When.EVERY, 1, inCase.isMonitored(), false), 1, 0);
        Moments.passSeconds(options.quick() ? 3 : 8);
        long from = Moments.nextSecond();
        Environment.Meter meter = environment.meter();
        Moments.until(from + seconds * 1_000L + 500);
        Load load = meter.read();
        List<Execution> executions = Latenesses.due(worker.executions(), from, seconds);
        Figures.Builder figures = Figures.builder();
        Latenesses.put(figures, executions, 1);
        Map<Long, Double> lastOfRound = new TreeMap<>();
        executions.forEach(execution -> lastOfRound.merge(
                execution.fireTime().orElse(execution.begun() / 1_000_000 * 1_000),
                Latenesses.of(execution, 1),
                Math::max));
        return figures.put("lastShardP50", Statistics.percentile(lastOfRound.values(), 0.5))
                .put("lastShardP99", Statistics.percentile(lastOfRound.values(), 0.99))
                .put("achievedPercent", 100.0 * executions.size() / (seconds * shards))
                .put("cpuMillisPerSecond", load.workers() / load.seconds())
                .put("serverCpuMillisPerSecond", load.servers() / load.seconds())
                .put("othersCpuPercent", load.othersPercent())
                .build();
    }
}
