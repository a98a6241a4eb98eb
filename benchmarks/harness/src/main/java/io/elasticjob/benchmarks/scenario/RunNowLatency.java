package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Load;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.WorkerProcess;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.worker.Message;
import java.util.ArrayList;
import java.util.List;

/** How long it takes from a trigger by hand to the beginning of an execution, on an instance that has nothing else to do. */
final class RunNowLatency implements Scenario {

    private static final int PAUSE_MILLIS = 50;
    /** The job has long ended when it is triggered, so that no trigger is refused. */
    private static final int PATIENCE_MILLIS = 2_000;

    @Override
    public String name() {
        return "run-now-latency";
    }

    @Override
    public String title() {
        return "From a trigger by hand to the begin of its shards, 1 instance, 20 triggers a second at most";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared("firstP50", "first shard p50 ms"),
                Column.compared("firstP99", "first shard p99 ms"),
                Column.compared("lastP50", "last shard p50 ms"),
                Column.compared("lastP99", "last shard p99 ms"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender.isScheduler();
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String shards : options.some("shards", "1,16", "1")) {
            cases.add(Monitoring.on(Case.plain().with("shards", shards), contender));
        }
        return cases;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        WorkerProcess worker = environment.worker();
        JobSpec job = new JobSpec(0, inCase.number("shards"), JobSpec.When.ON_TRIGGER, 0, inCase.isMonitored(), false);
        worker.startWith(0, job, 1, 0);
        worker.runNow(0, options.quick() ? 2 : 8, PATIENCE_MILLIS, PAUSE_MILLIS);
        Environment.Meter meter = environment.meter();
        Message told = worker.runNow(0, options.seconds(30, 4), PATIENCE_MILLIS, PAUSE_MILLIS);
        Load load = meter.read();
        Figures.Builder figures = Figures.builder();
        for (String name : List.of("firstP50", "firstP99", "lastP50", "lastP99")) {
            figures.put(name, Double.parseDouble(told.text(name)));
        }
        return figures.put("triggers", told.number("triggers"))
                .put("lost", told.number("lost"))
                .put("othersCpuPercent", load.othersPercent())
                .build();
    }
}
