package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.WorkerProcess;
import io.elasticjob.benchmarks.environment.ZooKeeperServers.Counts;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.figures.Statistics;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.worker.Execution;
import io.elasticjob.benchmarks.worker.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Two instances with jobs that fire each second, for a long time: what they hold is to stay as it is. */
final class Soak implements Scenario {

    private static final int INSTANCES = 2;
    private static final int SHARDS = 2;
    private static final double KILOBYTE = 1_024;

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public String title() {
        return "A long run of 2 instances, jobs of 2 shards each second: what grows in an hour";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.shown("executions", "executions"),
                Column.shown("achievedPercent", "achieved %"),
                Column.shown("threadsPerHour", "threads / h"),
                Column.shown("heapKilobytesPerHour", "heap KiB / h"),
                Column.shown("nodesPerHour", "znodes / h"),
                Column.shown("watchesPerHour", "watches / h"),
                Column.shown("dataKilobytesPerHour", "registry KiB / h"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender.isSharded();
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        return options.some("jobs", "100", "20").stream()
                .map(jobs -> Case.plain().with("jobs", jobs).with("minutes", minutes(options)))
                .toList();
    }

    /** Once: its samples are many. */
    @Override
    public int rounds(int wanted) {
        return 1;
    }

    private static int minutes(Options options) {
        return options.number("minutes", options.quick() ? 1 : 60);
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int jobs = inCase.number("jobs");
        for (int instance = 0; instance < INSTANCES; instance++) {
            JobSpec first = new JobSpec(0, SHARDS, JobSpec.When.EVERY, 1, true, false);
            environment.worker().startWith(instance, first, jobs, 0);
        }
        Moments.passSeconds(options.quick() ? 5 : 60); // until everything is compiled and no pool grows any more
        long from = Moments.nextSecond();
        int seconds = minutes(options) * 60;
        int pause = options.number("sample-seconds", options.quick() ? 5 : 60);
        List<Double> hours = new ArrayList<>();
        Map<String, List<Double>> samples = new LinkedHashMap<>();
        for (int second = 0; second <= seconds; second += pause) {
            Moments.until(from + second * 1_000L);
            hours.add((System.currentTimeMillis() - from) / 3_600_000.0);
            sample(environment)
                    .forEach((name, value) -> samples.computeIfAbsent(name, it -> new ArrayList<>())
                            .add(value));
        }
        Moments.passSeconds(1);
        Figures.Builder figures = Figures.builder();
        samples.forEach((name, values) -> figures.put(name + "AtFirst", values.get(0))
                .put(name + "AtLast", values.get(values.size() - 1))
                .put(name + "PerHour", Statistics.slope(hours, values))
                .remark(name, values));
        List<Execution> executions = Latenesses.due(environment.executions(), from, seconds);
        Latenesses.put(figures, executions, 1);
        TreeMap<Integer, Integer> byInstance = new TreeMap<>();
        executions.forEach(execution -> byInstance.merge(execution.instance(), 1, Integer::sum));
        return figures.put("executions", executions.size())
                .put("achievedPercent", 100.0 * executions.size() / ((double) jobs * SHARDS * seconds))
                .remark("by instance", byInstance)
                .build();
    }

    /** Sums over the instances, and what the registry holds. */
    private static Map<String, Double> sample(Environment environment) throws Exception {
        double threads = 0;
        double heap = 0;
        for (WorkerProcess worker : environment.workers()) {
            Message stats = worker.stats(true);
            threads += stats.number("threads");
            heap += stats.number("heap") / KILOBYTE;
        }
        Counts counts = environment.zooKeeper().counts();
        Map<String, Double> sample = new LinkedHashMap<>();
        sample.put("threads", threads);
        sample.put("heapKilobytes", heap);
        sample.put("nodes", (double) counts.nodes());
        sample.put("watches", (double) counts.watches());
        sample.put("dataKilobytes", counts.bytes() / KILOBYTE);
        return sample;
    }
}
