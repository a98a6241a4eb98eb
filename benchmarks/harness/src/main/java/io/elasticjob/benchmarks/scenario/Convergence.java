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
import io.elasticjob.benchmarks.figures.Statistics;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.worker.Execution;
import io.elasticjob.benchmarks.worker.ExecutionLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Many instances, of which one leaves in good order. */
final class Convergence implements Scenario {

    @Override
    public String name() {
        return "convergence";
    }

    @Override
    public String title() {
        return "Many instances, jobs each second; one instance leaves";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared("bootMillis", "all up ms"),
                Column.compared("steadyPercent", "achieved before %"),
                Column.compared("inPlaceP50", "job in place p50 ms"),
                Column.compared("inPlaceMost", "last job in place ms"),
                Column.shown("unsettled", "jobs never in place"),
                Column.shown("missed", "executions missed"),
                Column.shown("twice", "executions twice"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender.isSharded();
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String instances : options.some("instances", "5,20,50", "5")) {
            for (String shape : options.some("shapes", "1x100,50x10", "1x100")) {
                String[] jobsAndShards = shape.split("x");
                cases.add(Case.plain()
                        .with("instances", instances)
                        .with("jobs", jobsAndShards[0])
                        .with("shards", jobsAndShards[1]));
            }
        }
        return cases;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int instances = inCase.number("instances");
        int jobs = inCase.number("jobs");
        int shards = inCase.number("shards");
        // Up to five instances each have a JVM; more share some, but for the one that leaves.
        int perJvm = options.number("per-jvm", instances <= 5 ? 1 : 10);
        JobSpec first = new JobSpec(0, shards, JobSpec.When.EVERY, 1, true, false);
        long begin = System.nanoTime();
        WorkerProcess leaves = environment.worker();
        leaves.startWith(0, first, jobs, 0);
        WorkerProcess worker = leaves;
        for (int instance = 1; instance < instances; instance++) {
            worker = (instance - 1) % perJvm == 0 ? environment.worker() : worker;
            worker.startWith(instance, first, jobs, 0);
        }
        double boot = (System.nanoTime() - begin) / 1e6;
        Moments.passSeconds(options.quick() ? 4 : 10);
        Environment.Meter meter = environment.meter();
        int steadySeconds = options.quick() ? 3 : 5;
        long from = Moments.nextSecond();
        Moments.until(from + steadySeconds * 1_000L + 500);
        Load load = meter.read();
        int steady =
                Latenesses.due(environment.executions(), from, steadySeconds).size();
        Moments.passSeconds(Math.random()); // at any moment of a second
        Counts before = environment.zooKeeper().counts();
        long event = ExecutionLog.nowMicros();
        long closed = leaves.close(0);
        int window = options.seconds(20, 6);
        Moments.until(event / 1_000 + window * 1_000L);
        Counts counted = environment.zooKeeper().counts().since(before);
        long end = ExecutionLog.nowMicros() - 500_000;
        Map<Integer, List<Execution>> byJob = environment.executions().stream()
                .filter(execution -> execution.begun() > event - 5_000_000)
                .collect(Collectors.groupingBy(Execution::job));
        List<Double> inPlace = new ArrayList<>();
        TreeSet<Integer> owners = new TreeSet<>();
        int missed = 0;
        int twice = 0;
        for (int job = 0; job < jobs; job++) {
            Settling settling = Settling.of(byJob.getOrDefault(job, List.of()), shards, event, end);
            if (settling.inPlace().isPresent()) {
                inPlace.add(settling.millisAfter(event));
            }
            missed += settling.missed();
            twice += settling.twice();
            owners.addAll(settling.owners());
        }
        return Figures.builder()
                .put("bootMillis", boot)
                .put("steadyPercent", 100.0 * steady / ((double) jobs * shards * steadySeconds))
                .put("cpuPercentOfOneCore", load.workers() / 10.0 / load.seconds())
                .put("serverCpuPercentOfOneCore", load.servers() / 10.0 / load.seconds())
                .put("othersCpuPercent", load.othersPercent())
                .put("closeMillis", closed)
                .put("inPlaceP50", Statistics.percentile(inPlace, 0.5))
                .put("inPlaceMost", Statistics.percentile(inPlace, 1))
                .put("unsettled", (double) jobs - inPlace.size())
                .put("missed", missed)
                .put("twice", twice)
                .put("owners", owners.size())
                .put("packetsInWindow", counted.packets())
                .put("writesInWindow", counted.writes())
                .build();
    }
}
