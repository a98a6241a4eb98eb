package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.capacity.Cluster;
import io.elasticjob.benchmarks.capacity.Cluster.Handlers;
import io.elasticjob.benchmarks.capacity.LoadModel;
import io.elasticjob.benchmarks.capacity.Traffic;
import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Load;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.ZooKeeperServers.Counts;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.system.JobSpec;
import java.util.ArrayList;
import java.util.List;

/** What a steady load asks of ZooKeeper, as it is measured and as {@link LoadModel} predicts it. */
final class Capacity implements Scenario {

    private static final int ROUND_AND_BOUND_SECONDS = 17;
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
        columns.addAll(SideBySide.columns("requests", "requests/s"));
        columns.addAll(SideBySide.columns("transactions", "transactions/s"));
        columns.add(Column.shown("transactionsMost", "at most"));
        columns.addAll(SideBySide.columns("bytesIn", "bytes/s in"));
        columns.addAll(SideBySide.columns("znodes", "znodes"));
        columns.addAll(SideBySide.columns("watches", "watches"));
        columns.add(Column.shown("achievedPercent", "achieved %"));
        return columns;
    }

    @Override
    public boolean fits(Contender contender) {
        return contender == Contender.ELASTICJOB;
    }

    /**
     * Jobs × shards × instances, as {@code --points=1000x2x2}; how often they fire, as {@code --period=10}. With {@code
     * --body=50} each handler sleeps for so many milliseconds.
     */
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
        int body = options.number("body", 0);
        for (int instance = 0; instance < inCase.number("instances"); instance++) {
            environment.worker().startWith(instance, first, inCase.number("jobs"), body);
        }
        // Until the leader's round looks at firings: it lets them be for a session timeout, and a little more.
        Moments.passSeconds(Math.max(environment.sessionMillis() / MILLIS + ROUND_AND_BOUND_SECONDS, 2 * period));
        long from = Moments.nextSecond() + MIDDLE_OF_A_SECOND;
        Moments.until(from);
        Environment.Meter meter = environment.meter();
        Counts before = environment.zooKeeper().counts();
        double asked = SideBySide.requests(environment);
        Moments.until(from + seconds * 1_000L);
        Counts after = environment.zooKeeper().counts();
        double requests = SideBySide.requests(environment) - asked;
        Load load = meter.read();
        Counts counted = after.since(before);
        double executions =
                Latenesses.within(environment.executions(), from, seconds).size();

        Cluster cluster = SideBySide.cluster(
                        inCase.number("jobs"), inCase.number("shards"), inCase.number("instances"), period, environment)
                .monitored(inCase.isMonitored());
        LoadModel model = new LoadModel(cluster);
        double most = new LoadModel(cluster.handlers(Handlers.VARIED)).steady().transactions();
        Traffic steady = model.steady();
        Figures.Builder figures = Figures.builder();
        SideBySide.put(figures, "requests", requests / seconds, steady.requests());
        SideBySide.put(figures, "transactions", counted.writes() / (double) seconds, steady.transactions());
        SideBySide.put(figures, "puts", inCase.isMonitored() ? 2 * executions / seconds : 0, steady.puts());
        SideBySide.put(figures, "pings", (counted.packets() - requests) / seconds, model.pings());
        SideBySide.put(figures, "bytesIn", counted.bytesReceived() / (double) seconds, steady.bytesIn());
        SideBySide.put(
                figures,
                "bytesOut",
                counted.bytesSent() / (double) seconds,
                model.asked().bytesOut());
        SideBySide.put(figures, "znodes", after.nodes(), model.znodes());
        SideBySide.put(figures, "watches", after.watches(), model.watches());
        SideBySide.put(figures, "dataBytes", after.bytes(), model.dataBytes());
        return figures.put("transactionsMost", most)
                .put("achievedPercent", 100 * executions / seconds / model.executions())
                .put("serverCpuPercentOfOneCore", load.servers() / 10.0 / load.seconds())
                .put("workersCpuPercentOfOneCore", load.workers() / 10.0 / load.seconds())
                .put("othersCpuPercent", load.othersPercent())
                .build();
    }
}
