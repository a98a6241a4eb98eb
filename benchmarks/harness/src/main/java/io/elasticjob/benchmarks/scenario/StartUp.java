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

/** An instance that comes up with many jobs that do not fire, and what it holds then; then a second one. */
final class StartUp implements Scenario {

    private static final int SHARDS = 3;
    private static final double KILOBYTE = 1_024;

    @Override
    public String name() {
        return "start-up";
    }

    @Override
    public String title() {
        return "Start-up and memory with many jobs of 3 shards";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.shown("jobs", "jobs there"),
                Column.compared("readyMillis", "ready ms"),
                Column.compared("secondReadyMillis", "second instance ready ms"),
                Column.compared("threads", "threads"),
                Column.compared("heapKilobytesPerJob", "heap KiB per job"),
                Column.compared("nodesPerJob", "znodes per job"),
                Column.compared("watchesPerJob", "watches per job"),
                Column.compared("packetsPerJob", "requests per job"),
                Column.compared("writesPerJob", "writes per job"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender.isScheduler();
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String jobs : options.some("jobs", "100,1000,10000,100000", "100")) {
            cases.add(Monitoring.on(Case.plain().with("jobs", jobs), contender));
        }
        return cases;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        JobSpec first = new JobSpec(0, SHARDS, JobSpec.When.FAR_AWAY, 0, inCase.isMonitored(), false);
        // What an instance holds in any case is that of one with a single job, which is another one than those to come.
        WorkerProcess nearlyEmpty = environment.worker();
        nearlyEmpty.startWith(0, first, 1, 0);
        Message base = nearlyEmpty.stats(true);
        nearlyEmpty.close(0);
        nearlyEmpty.kill();

        boolean registry = environment.contender().isSharded();
        Counts before = registry ? environment.zooKeeper().counts() : null;
        Environment.Meter meter = environment.meter();
        WorkerProcess worker = environment.worker();
        JobSpec next = new JobSpec(1, SHARDS, JobSpec.When.FAR_AWAY, 0, inCase.isMonitored(), false);
        long begin = System.nanoTime();
        worker.start(1);
        int jobs = Registering.asMany(worker, 1, next, inCase.number("jobs"), options);
        worker.launch(1);
        double ready = (System.nanoTime() - begin) / 1e6;
        Load load = meter.read();
        Moments.passSeconds(1);
        Counts counted =
                before == null ? null : environment.zooKeeper().counts().since(before);
        Message stats = worker.stats(true);
        Figures.Builder figures = Figures.builder()
                .put("jobs", jobs)
                .put("readyMillis", ready)
                .put("threads", stats.number("threads"))
                .put("threadsPerJob", (double) (stats.number("threads") - base.number("threads")) / jobs)
                .put("heapMegabytes", stats.number("heap") / KILOBYTE / KILOBYTE)
                .put("heapKilobytesPerJob", (stats.number("heap") - base.number("heap")) / KILOBYTE / jobs)
                .put("residentMegabytes", worker.residentMegabytes())
                .put("cpuMillisPerJob", (double) load.workers() / jobs)
                .put("serverCpuMillisPerJob", (double) load.servers() / jobs)
                .put("othersCpuPercent", load.othersPercent())
                .remark("threads by name", worker.threadNames());
        if (counted != null) {
            figures.put("nodesPerJob", (double) counted.nodes() / jobs)
                    .put("watchesPerJob", (double) counted.watches() / jobs)
                    .put("packetsPerJob", (double) counted.packets() / jobs)
                    .put("writesPerJob", (double) counted.writes() / jobs);
        }
        if (environment.contender().isClustered()) {
            WorkerProcess second = environment.worker();
            long secondBegin = System.nanoTime();
            second.start(2);
            Registering.asMany(second, 2, next, jobs, options);
            second.launch(2);
            figures.put("secondReadyMillis", (System.nanoTime() - secondBegin) / 1e6);
        }
        return figures.put("closeMillis", worker.close(1)).build();
    }
}
