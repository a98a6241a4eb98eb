package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.capacity.Cluster;
import io.elasticjob.benchmarks.capacity.Cluster.Handlers;
import io.elasticjob.benchmarks.capacity.Cluster.Names;
import io.elasticjob.benchmarks.capacity.LoadModel;
import io.elasticjob.benchmarks.capacity.Traffic;
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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a steady load asks of ZooKeeper, as it is measured and as {@link LoadModel} predicts it. */
final class Capacity implements Scenario {

    private static final String RATIO = "Ratio";
    private static final String PREDICTED = "Predicted";
    private static final int SLOTS = 64;
    private static final int ROUND_AND_BOUND_SECONDS = 17;
    /** As the adapter names the namespace, the jobs and the instances: with the number, and a suffix of the engine's. */
    private static final String NAMESPACE = "benchmarks";

    private static final String JOB = "job";
    private static final String INSTANCE = "instance-0.8hor19mr86";
    /** Transactions of a server that has just begun. */
    private static final int LIFE_DIGITS = 2;

    private static final long MIDDLE_OF_A_SECOND = 500;
    private static final double MILLIS = 1_000;

    @Override
    public String name() {
        return "capacity";
    }

    @Override
    public String title() {
        return "Steady load of the registry, measured / predicted (× how many times)";
    }

    @Override
    public List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        with(columns, "requests", "requests/s");
        with(columns, "transactions", "transactions/s");
        columns.add(Column.shown("transactionsMost", "at most"));
        with(columns, "bytesIn", "bytes/s in");
        with(columns, "znodes", "znodes");
        with(columns, "watches", "watches");
        columns.add(Column.shown("achievedPercent", "achieved %"));
        return columns;
    }

    private static void with(List<Column> columns, String name, String title) {
        columns.add(Column.shown(name, title));
        columns.add(Column.shown(name + PREDICTED, "predicted"));
        columns.add(Column.shown(name + RATIO, "×"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender == Contender.ELASTICJOB;
    }

    /** Jobs × shards × instances, as {@code --points=1000x2x2}; how often they fire, as {@code --period=10}. */
    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String point : options.some("points", "100x2x1,1000x2x2,50x10x3,1x100x3", "100x2x1,1x100x3")) {
            String[] parts = point.split("x");
            for (String period : options.some("period", "1", "1")) {
                cases.addAll(Monitoring.cases(
                        Case.plain()
                                .with("jobs", parts[0])
                                .with("shards", parts[1])
                                .with("instances", parts[2])
                                .with("period", period),
                        contender,
                        options));
            }
        }
        return cases;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int period = inCase.number("period");
        int seconds = Math.max(options.seconds(30, 10), 2 * period) / period * period;
        JobSpec first =
                new JobSpec(0, inCase.number("shards"), JobSpec.When.EVERY, period, inCase.isMonitored(), false);
        for (int instance = 0; instance < inCase.number("instances"); instance++) {
            environment.worker().startWith(instance, first, inCase.number("jobs"), 0);
        }
        // Until the leader's round looks at firings: it lets them be for a session timeout, and a little more.
        Moments.passSeconds(Math.max(environment.sessionMillis() / MILLIS + ROUND_AND_BOUND_SECONDS, 2 * period));
        long from = Moments.nextSecond() + MIDDLE_OF_A_SECOND;
        Moments.until(from);
        Environment.Meter meter = environment.meter();
        Counts before = environment.zooKeeper().counts();
        long asked = requests(environment);
        Moments.until(from + seconds * 1_000L);
        Counts after = environment.zooKeeper().counts();
        double requests = requests(environment) - asked;
        Load load = meter.read();
        Counts counted = after.since(before);
        double executions =
                Latenesses.within(environment.executions(), from, seconds).size();

        Cluster cluster = cluster(inCase, environment);
        LoadModel model = new LoadModel(cluster);
        double most = new LoadModel(cluster.handlers(Handlers.VARIED)).steady().transactions();
        Traffic steady = model.steady();
        Figures.Builder figures = Figures.builder();
        put(figures, "requests", requests / seconds, steady.requests());
        put(figures, "transactions", counted.writes() / (double) seconds, steady.transactions());
        put(figures, "puts", inCase.isMonitored() ? 2 * executions / seconds : 0, steady.puts());
        put(figures, "pings", (counted.packets() - requests) / seconds, model.pings());
        put(figures, "bytesIn", counted.bytesReceived() / (double) seconds, steady.bytesIn());
        put(
                figures,
                "bytesOut",
                counted.bytesSent() / (double) seconds,
                model.asked().bytesOut());
        put(figures, "znodes", after.nodes(), model.znodes());
        put(figures, "watches", after.watches(), model.watches());
        put(figures, "dataBytes", after.bytes(), model.dataBytes());
        return figures.put("transactionsMost", most)
                .put("achievedPercent", 100 * executions / seconds / model.executions())
                .put("serverCpuPercentOfOneCore", load.servers() / 10.0 / load.seconds())
                .put("workersCpuPercentOfOneCore", load.workers() / 10.0 / load.seconds())
                .put("othersCpuPercent", load.othersPercent())
                .build();
    }

    private static void put(Figures.Builder figures, String name, double measured, double predicted) {
        figures.put(name, measured).put(name + PREDICTED, predicted).put(name + RATIO, measured / predicted);
    }

    private static long requests(Environment environment) throws IOException {
        long all = 0;
        for (WorkerProcess worker : environment.workers()) {
            all += worker.stats(false).number("requests");
        }
        return all;
    }

    private static Cluster cluster(Case inCase, Environment environment) {
        int jobs = inCase.number("jobs");
        return Cluster.of(jobs, inCase.number("shards"), inCase.number("instances"), inCase.number("period"))
                .monitored(inCase.isMonitored())
                .handlers(Handlers.BRIEF)
                .slots(SLOTS)
                .session(environment.sessionMillis() / MILLIS)
                .named(new Names(
                        NAMESPACE.length(),
                        JOB.length() + String.valueOf(jobs - 1).length(),
                        INSTANCE.length(),
                        LIFE_DIGITS));
    }
}
