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
import java.util.List;

/** What it costs that a listener hears once in the cluster of each firing as a whole, beside the same jobs without one. */
final class WholeFirings implements Scenario {

    private static final String LISTENERS = "listeners";
    private static final int WARM_UP_SECONDS = 20;
    /** Up to so many instances have a JVM each; more share some. */
    private static final int MOST_JVMS = 5;

    private static final int MIDDLE_OF_A_SECOND = 600;

    @Override
    public String name() {
        return "whole-firings";
    }

    @Override
    public String title() {
        return "Jobs each second, with and without a listener that hears once of each firing";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.shown("achievedPercent", "achieved %"),
                Column.shown("twice", "twice"),
                Column.shown("p50", "p50 ms"),
                Column.compared("p99", "p99 ms"),
                Column.shown("requestsPerFiring", "requests a firing"),
                Column.shown("writesPerFiring", "transactions a firing"),
                Column.shown("eventsPerFiring", "events a firing"),
                Column.shown("cpuSecondsPer1000", "CPU s per 1,000, workers"),
                Column.shown("serverCpuSecondsPer1000", "CPU s per 1,000, server"));
    }

    /** The others have no such listeners. */
    @Override
    public boolean fits(Contender contender) {
        return contender == Contender.ELASTICJOB;
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String point : options.some("points", "500x4x3,500x4x20,1x100x3,1x4x4,1x4x20", "10x4x2")) {
            String[] numbers = point.split("x");
            for (String listeners : options.some(LISTENERS, "off,on", "off,on")) {
                cases.add(Case.plain()
                        .with("jobs", numbers[0])
                        .with("shards", numbers[1])
                        .with("instances", numbers[2])
                        .with(LISTENERS, listeners));
            }
        }
        return cases;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int seconds = options.seconds(20, 4);
        int shards = inCase.number("shards");
        int jobs = start(inCase, environment);
        Moments.passSeconds(options.number("warm-up", options.quick() ? 3 : WARM_UP_SECONDS));
        // From the middle of a second to the middle of another: whole firings only.
        long from = Moments.nextSecond() + MIDDLE_OF_A_SECOND;
        Moments.until(from);
        Environment.Meter meter = environment.meter();
        double requestsBefore = SideBySide.requests(environment);
        Counts before = environment.zooKeeper().counts();
        Moments.until(from + seconds * 1_000L);
        Load load = meter.read();
        double requests = SideBySide.requests(environment) - requestsBefore;
        Counts counted = environment.zooKeeper().counts().since(before);
        List<Execution> executions = Latenesses.due(environment.executions(), from, seconds);
        long distinct = executions.stream()
                .map(one -> List.of((long) one.job(), (long) one.shard(), one.fireTime().orElseThrow()))
                .distinct()
                .count();
        double firings = Math.max(1, distinct / (double) shards);
        Figures.Builder figures = Figures.builder()
                .put("achievedPercent", 100.0 * distinct / ((double) jobs * shards * seconds))
                .put("twice", executions.size() - distinct)
                .put("requestsPerFiring", requests / firings)
                .put("writesPerFiring", counted.writes() / firings)
                // Each request has one answer, signs of life have, too: what was sent beside them are events.
                .put("eventsPerFiring", (counted.packetsSent() - counted.packets()) / firings)
                .put("cpuSecondsPer1000", load.workers() / Math.max(1.0, executions.size()))
                .put("serverCpuSecondsPer1000", load.servers() / Math.max(1.0, executions.size()))
                .put("othersCpuPercent", load.othersPercent());
        Latenesses.put(figures, executions, 1);
        return figures.build();
    }

    /** @return how many jobs there are */
    private static int start(Case inCase, Environment environment) throws Exception {
        int instances = inCase.number("instances");
        int perJvm = environment.options().number("per-jvm", instances <= MOST_JVMS ? 1 : 2 * MOST_JVMS);
        JobSpec.When when = inCase.text(LISTENERS).equals("on") ? JobSpec.When.LISTENED : JobSpec.When.EVERY;
        JobSpec first = new JobSpec(0, inCase.number("shards"), when, 1, true, false);
        int jobs = inCase.number("jobs");
        for (int instance = 0; instance < instances; instance++) {
            WorkerProcess worker = instance % perJvm == 0
                    ? environment.worker()
                    : environment.workers().get(environment.workers().size() - 1);
            worker.start(instance);
            jobs = Registering.asMany(worker, instance, first, jobs, environment.options());
            worker.launch(instance);
        }
        return jobs;
    }
}
