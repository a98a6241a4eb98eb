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
import io.elasticjob.benchmarks.worker.Execution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Many jobs, all of which fire each second. */
final class ManyJobs implements Scenario {

    private static final int SHARDS = 2;
    /** A young JVM spends more on compiling than on jobs, and jobs run in old ones. */
    private static final int WARM_UP_SECONDS = 30;

    @Override
    public String name() {
        return "many-jobs";
    }

    @Override
    public String title() {
        return "Many jobs of 2 shards, all of them each second";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.shown("jobs", "jobs there"),
                Column.compared("achievedPercent", "achieved %"),
                Column.compared("p50", "p50 ms"),
                Column.compared("p99", "p99 ms"),
                Column.compared("cpuSecondsPer1000", "CPU s per 1,000, workers"),
                Column.compared("serverCpuSecondsPer1000", "CPU s per 1,000, server"),
                Column.shown("threads", "threads"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender.isScheduler();
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String jobs : options.some("jobs", "200,1000,5000", "50")) {
            for (String instances : options.some("instances", "1,2,3", "1")) {
                if (instances.equals("1") || contender.isClustered()) {
                    cases.add(Monitoring.on(Case.plain().with("jobs", jobs).with("instances", instances), contender));
                }
            }
        }
        return cases;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int seconds = options.seconds(30, 5);
        int jobs = inCase.number("jobs");
        for (int instance = 0; instance < inCase.number("instances"); instance++) {
            WorkerProcess worker = environment.worker();
            worker.start(instance);
            JobSpec first = new JobSpec(0, SHARDS, JobSpec.When.EVERY, 1, inCase.isMonitored(), false);
            jobs = Registering.asMany(worker, instance, first, jobs, options);
            worker.launch(instance);
        }
        Moments.passSeconds(options.quick() ? 3 : WARM_UP_SECONDS);
        long from = Moments.nextSecond();
        Environment.Meter meter = environment.meter();
        boolean registry = environment.contender().isSharded();
        Counts before = registry ? environment.zooKeeper().counts() : null;
        Moments.until(from + seconds * 1_000L);
        Load load = meter.read();
        Counts counted =
                before == null ? null : environment.zooKeeper().counts().since(before);
        Moments.passSeconds(1); // what is later than that has not come
        Figures.Builder figures = Figures.builder().put("jobs", jobs);
        List<Execution> all = environment.executions();
        List<Execution> executions = Latenesses.due(all, from, seconds);
        putShare(figures, executions, from, seconds, jobs);
        Latenesses.put(figures, executions, 1);
        double count = Math.max(1, Latenesses.within(all, from, seconds).size());
        figures.put("cpuSecondsPer1000", load.workers() / count)
                .put("serverCpuSecondsPer1000", load.servers() / count)
                .put("othersCpuPercent", load.othersPercent())
                .put("threads", environment.workers().get(0).stats(false).number("threads"))
                .put("residentMegabytes", environment.workers().get(0).residentMegabytes());
        if (counted != null) {
            figures.put("packetsPerSecond", counted.packets() / load.seconds())
                    .put("writesPerSecond", counted.writes() / load.seconds());
        }
        return figures.build();
    }

    /** How much of what was due has run, each shard once in each second. */
    private static void putShare(
            Figures.Builder figures, List<Execution> executions, long fromMillis, int seconds, int jobs) {
        Set<List<Long>> distinct = new HashSet<>();
        Map<List<Integer>, Long> previous = new HashMap<>();
        Map<Integer, Integer> byInstance = new TreeMap<>();
        long longest = 0;
        for (Execution execution : executions) {
            long second = execution.fireTime().orElse(execution.begun() / 1_000) / 1_000;
            distinct.add(List.of((long) execution.job(), (long) execution.shard(), second));
            List<Integer> shard = List.of(execution.job(), execution.shard());
            longest = Math.max(longest, execution.begun() - previous.getOrDefault(shard, fromMillis * 1_000));
            previous.put(shard, execution.begun());
            byInstance.merge(execution.instance(), 1, Integer::sum);
        }
        long due = (long) jobs * SHARDS * seconds;
        figures.put("due", due)
                .put("executions", executions.size())
                .put("achievedPercent", 100.0 * distinct.size() / due)
                .put("twice", executions.size() - distinct.size())
                .put("neverRan", (double) jobs * SHARDS - previous.size())
                .put("longestGapMillis", longest / 1_000.0)
                .remark("by instance", byInstance);
    }
}
