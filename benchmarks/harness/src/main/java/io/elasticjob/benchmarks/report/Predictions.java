package io.elasticjob.benchmarks.report;

import io.elasticjob.benchmarks.capacity.Cluster;
import io.elasticjob.benchmarks.capacity.Cluster.Handlers;
import io.elasticjob.benchmarks.capacity.Events;
import io.elasticjob.benchmarks.capacity.LoadModel;
import io.elasticjob.benchmarks.capacity.Traffic;
import io.elasticjob.benchmarks.capacity.WriteCost;
import io.elasticjob.benchmarks.environment.Options;
import java.util.ArrayList;
import java.util.List;

/** What clusters ask of ZooKeeper, calculated and not measured, as a table in Markdown. */
public final class Predictions {

    private static final String POINTS = "100x2x3,1000x2x3,1000x10x20,10000x2x20,10000x10x100,10000x100x100";
    private static final double MEGA = 1_024 * 1_024;
    private static final int FOLLOWERS = 2;
    private static final int LARGE_PUTS = 200;
    private static final int SLOTS = 64;
    private static final int SESSION_SECONDS = 15;

    private static final List<String> TITLES = List.of(
            "jobs × shards × instances",
            "period s",
            "executions/s",
            "puts/s",
            "transactions/s",
            "MiB/s in",
            "MiB/s to followers",
            "share of writing",
            "znodes",
            "heap MiB",
            "due at once on one instance",
            "restart of all: requests",
            "MiB");

    private Predictions() {}

    /**
     * @param options {@code points} (jobs x shards x instances), {@code period} in seconds, {@code monitoring}, {@code slots},
     *     {@code session} in seconds; {@code small} and {@code large}, transactions a second of 1 and of 200 puts as measured,
     *     for the share of its time that a registry writes
     */
    public static String table(Options options) {
        List<String> rows = new ArrayList<>();
        for (String period : options.some("period", "1,60", "1,60")) {
            for (String point : options.some("points", POINTS, POINTS)) {
                rows.add(row(cells(cluster(point, Double.parseDouble(period), options), options)));
            }
        }
        return row(TITLES) + row(TITLES.stream().map(title -> "---").toList()) + String.join("", rows);
    }

    private static Cluster cluster(String point, double period, Options options) {
        String[] parts = point.split("x");
        if (parts.length != 3) {
            throw new IllegalArgumentException(
                    "--points=" + point + " has to be jobs, shards and instances, as in 1000x2x20");
        }
        return Cluster.of(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), period)
                .monitored(options.text("monitoring", "on").equals("on"))
                .slots(options.number("slots", SLOTS))
                .session(options.number("session", SESSION_SECONDS));
    }

    private static List<String> cells(Cluster cluster, Options options) {
        LoadModel varied = new LoadModel(cluster.handlers(Handlers.VARIED));
        Traffic most = varied.steady();
        Traffic least = new LoadModel(cluster.handlers(Handlers.BRIEF)).steady();
        Traffic restart = new Events(cluster).massRestart();
        Traffic oneByOne = new Events(cluster).restartOneByOne();
        return List.of(
                "%,d × %d × %d".formatted(cluster.jobs(), cluster.shards(), cluster.instances()),
                Numbers.of(cluster.periodSeconds()),
                Numbers.of(varied.executions()),
                Numbers.of(most.puts()),
                range(least.transactions(), most.transactions()),
                range(least.bytesIn() / MEGA, most.bytesIn() / MEGA),
                range(least.bytesToFollowers(FOLLOWERS) / MEGA, most.bytesToFollowers(FOLLOWERS) / MEGA),
                share(least, most, options),
                Numbers.of(varied.znodes()),
                Numbers.of(varied.heapBytes() / MEGA),
                Numbers.of(varied.mostAtOnce()),
                range(restart.requests(), oneByOne.requests()),
                Numbers.of((restart.bytesIn() + restart.bytesOut()) / MEGA));
    }

    private static String share(Traffic least, Traffic most, Options options) {
        int small = options.number("small", 0);
        int large = options.number("large", 0);
        if (small == 0 || large == 0) {
            return "–";
        }
        WriteCost cost = WriteCost.measured(small, large, LARGE_PUTS);
        return range(cost.share(least), cost.share(most));
    }

    private static String range(double one, double other) {
        String from = Numbers.of(Math.min(one, other));
        String to = Numbers.of(Math.max(one, other));
        return from.equals(to) ? from : from + "–" + to;
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
