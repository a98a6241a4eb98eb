package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Load;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.WorkerProcess;
import io.elasticjob.benchmarks.environment.ZooKeeperServers.Counts;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.worker.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * How often jobs can be run by hand on one instance: trigger each, wait for all of its shards, trigger it again. So as many
 * triggers are in flight as there are jobs: those of one job run one after the other, wherever triggers are kept.
 */
final class RunNowThroughput implements Scenario {

    /** A young JVM spends more on compiling than on all else. */
    private static final int WARM_UP_SECONDS = 15;

    @Override
    public String name() {
        return "run-now";
    }

    @Override
    public String title() {
        return "Run now, again and again, 1 instance, one trigger of each job in flight";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared("executionsPerSecond", "executions/s"),
                Column.compared("roundsPerSecond", "rounds/s"),
                Column.shown("lost", "lost triggers"),
                Column.compared("cpuSecondsPer1000", "CPU s per 1,000, worker"),
                Column.compared("serverCpuSecondsPer1000", "CPU s per 1,000, server"),
                Column.shown("packetsPerRound", "requests per round"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender.isScheduler();
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String shards : options.some("shards", "1,16", "1,16")) {
            for (String jobs : options.some("jobs", "1,64", "1,64")) {
                cases.add(Monitoring.on(Case.plain().with("shards", shards).with("jobs", jobs), contender));
            }
        }
        return cases;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int seconds = options.seconds(20, 4);
        WorkerProcess worker = environment.worker();
        JobSpec job = new JobSpec(0, inCase.number("shards"), JobSpec.When.ON_TRIGGER, 0, inCase.isMonitored(), false);
        worker.startWith(0, job, inCase.number("jobs"), 0);
        int patience = Patience.millis(environment);
        worker.runNow(0, options.number("warm-up", options.quick() ? 2 : WARM_UP_SECONDS), patience, 0);
        Counts before =
                environment.contender().isSharded() ? environment.zooKeeper().counts() : null;
        Environment.Meter meter = environment.meter();
        Message told = worker.runNow(0, seconds, patience, 0);
        Load load = meter.read();
        double executions = Math.max(1, told.number("executions"));
        Figures.Builder figures = Figures.builder()
                .put("executionsPerSecond", Double.parseDouble(told.text("executionsPerSecond")))
                .put("roundsPerSecond", Double.parseDouble(told.text("roundsPerSecond")))
                .put("triggers", told.number("triggers"))
                .put("lost", told.number("lost"))
                .put("cpuSecondsPer1000", load.workers() / executions)
                .put("serverCpuSecondsPer1000", load.servers() / executions)
                .put("othersCpuPercent", load.othersPercent());
        if (before != null) {
            Counts counted = environment.zooKeeper().counts().since(before);
            double rounds = executions / job.shards();
            figures.put("packetsPerRound", counted.packets() / rounds).put("writesPerRound", counted.writes() / rounds);
        }
        return figures.build();
    }
}
