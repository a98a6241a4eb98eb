package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.capacity.Cluster;
import io.elasticjob.benchmarks.capacity.Cluster.Handlers;
import io.elasticjob.benchmarks.capacity.Cluster.Names;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.WorkerProcess;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import java.io.IOException;
import java.util.List;

/** What is measured, what the model of the load predicts, and how many times that the one is. */
final class SideBySide {

    private static final String RATIO = "Ratio";
    private static final String PREDICTED = "Predicted";
    private static final int SLOTS = 64;
    private static final double MILLIS = 1_000;

    // As the adapter names namespace, jobs and instances: with the number, and a suffix of the engine's.
    private static final String NAMESPACE = "benchmarks";
    private static final String JOB = "job";
    private static final String INSTANCE = "instance-0.8hor19mr86";

    /** Of a transaction id: of a server that has just begun, and of an ensemble, which counts its leaders above. */
    private static final int LIFE_DIGITS = 2;

    private static final int LIFE_DIGITS_OF_ENSEMBLE = 10;

    private SideBySide() {}

    static List<Column> columns(String name, String title) {
        return List.of(
                Column.shown(name, title),
                Column.shown(name + PREDICTED, "predicted"),
                Column.shown(name + RATIO, "×"));
    }

    static void put(Figures.Builder figures, String name, double measured, double predicted) {
        figures.put(name, measured).put(name + PREDICTED, predicted).put(name + RATIO, measured / predicted);
    }

    /** Of all instances that have not left, so far, without signs of life and the beginning of sessions. */
    static double requests(Environment environment) throws IOException {
        long all = 0;
        for (WorkerProcess worker : environment.workers()) {
            all += worker.stats(false).number("requests");
        }
        return all;
    }

    /** As the harness runs it. */
    static Cluster cluster(int jobs, int shards, int instances, double periodSeconds, Environment environment) {
        boolean single = environment.options().number("zookeepers", 1) == 1;
        return Cluster.of(jobs, shards, instances, periodSeconds)
                .handlers(Handlers.BRIEF)
                .slots(SLOTS)
                .session(environment.sessionMillis() / MILLIS)
                .named(new Names(
                        NAMESPACE.length(),
                        JOB.length() + String.valueOf(jobs - 1).length(),
                        INSTANCE.length(),
                        single ? LIFE_DIGITS : LIFE_DIGITS_OF_ENSEMBLE));
    }
}
