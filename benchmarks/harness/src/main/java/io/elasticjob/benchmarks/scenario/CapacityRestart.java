package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.capacity.Events;
import io.elasticjob.benchmarks.capacity.Traffic;
import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.WorkerProcess;
import io.elasticjob.benchmarks.environment.ZooKeeperServers.Counts;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.system.JobSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What ZooKeeper is asked when all instances of a cluster start at once, and when one leaves, as it is measured and as
 * {@link Events} predicts it. The jobs are there, never fire, and are not monitored, so that nothing else is asked.
 */
final class CapacityRestart implements Scenario {

    private static final int SHARDS = 2;
    private static final int MOST_JVMS = 4;
    /** Everybody has heard of everybody. */
    private static final int QUIET_SECONDS = 5;

    @Override
    public String name() {
        return "capacity-restart";
    }

    @Override
    public String title() {
        return "All instances start at once, then one leaves: requests and answers, measured / predicted (× how many times)";
    }

    @Override
    public List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        columns.addAll(SideBySide.columns("requests", "start: requests"));
        columns.add(Column.shown("requestsMost", "one by one"));
        columns.addAll(SideBySide.columns("bytesOut", "start: bytes out"));
        columns.addAll(SideBySide.columns("leaveRequests", "leave: requests"));
        return columns;
    }

    @Override
    public boolean fits(Contender contender) {
        return contender == Contender.ELASTICJOB;
    }

    /** Jobs × instances, as {@code --shapes=1000x20}. */
    @Override
    public List<Case> cases(Contender contender, Options options) {
        return options.some("shapes", "100x5,1000x20", "100x5").stream()
                .map(shape -> shape.split("x"))
                .map(parts -> Case.plain().with("jobs", parts[0]).with("instances", parts[1]))
                .toList();
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        int jobs = inCase.number("jobs");
        int instances = inCase.number("instances");
        JobSpec first = new JobSpec(0, SHARDS, JobSpec.When.FAR_AWAY, 0, false, false);
        // The one that leaves has a JVM of its own; the others share some.
        List<List<Integer>> byWorker = new ArrayList<>();
        List<WorkerProcess> workers = new ArrayList<>();
        for (int instance = 0; instance < instances; instance++) {
            boolean shares = instance >= MOST_JVMS && instance < instances - 1;
            if (!shares) {
                workers.add(environment.worker());
                byWorker.add(new ArrayList<>());
            }
            byWorker.get(shares ? instance % MOST_JVMS : byWorker.size() - 1).add(instance);
        }
        // Whoever is first makes the jobs, and goes.
        workers.get(0).startWith(instances, first, jobs, 0);
        workers.get(0).close(instances);
        for (int i = 0; i < workers.size(); i++) {
            for (int instance : byWorker.get(i)) {
                workers.get(i).start(instance);
                workers.get(i).register(instance, first, jobs, 0);
            }
        }
        Counts before = environment.zooKeeper().counts();
        launchAll(workers, byWorker);
        Moments.passSeconds(QUIET_SECONDS);
        Counts restart = environment.zooKeeper().counts().since(before);
        double asked = SideBySide.requests(environment);
        WorkerProcess last = workers.get(workers.size() - 1);
        double askedByLast = last.stats(false).number("requests");
        last.close(instances - 1);
        Moments.passSeconds(QUIET_SECONDS);
        double askedByOthers = SideBySide.requests(environment) - (asked - askedByLast);

        Events events = new Events(
                SideBySide.cluster(jobs, SHARDS, instances, 1, environment).monitored(false));
        Traffic start = events.massRestart();
        double most = events.restartOneByOne().requests();
        Traffic leave = events.leave(false);
        Figures.Builder figures = Figures.builder();
        SideBySide.put(figures, "requests", asked + instances, start.requests()); // and one that begins each session
        SideBySide.put(figures, "bytesOut", restart.bytesSent(), start.bytesOut());
        SideBySide.put(
                figures, "leaveRequests", askedByOthers + 2, leave.requests()); // it drains, and ends its session
        return figures.put("requestsMost", most).build();
    }

    private static void launchAll(List<WorkerProcess> workers, List<List<Integer>> byWorker) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(workers.size());
        try {
            List<Callable<Void>> launches = new ArrayList<>();
            for (int i = 0; i < workers.size(); i++) {
                WorkerProcess worker = workers.get(i);
                List<Integer> instances = byWorker.get(i);
                launches.add(() -> {
                    for (int instance : instances) {
                        worker.launch(instance);
                    }
                    return null;
                });
            }
            for (Future<Void> launch : threads.invokeAll(launches)) {
                launch.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
