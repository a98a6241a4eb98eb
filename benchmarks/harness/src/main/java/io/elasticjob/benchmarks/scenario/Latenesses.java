package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.figures.Statistics;
import io.elasticjob.benchmarks.worker.Execution;
import java.util.List;

/** How long after their fire time executions begin, in milliseconds. */
final class Latenesses {

    private static final double MICROS = 1_000;

    private Latenesses() {}

    /**
     * After the fire time that the system names; where it names none, after the last whole period, which cannot show more
     * than one period.
     */
    static double of(Execution execution, int periodSeconds) {
        long periodMicros = periodSeconds * 1_000_000L;
        return execution.fireTime().isPresent()
                ? execution.begun() / MICROS - execution.fireTime().getAsLong()
                : execution.begun() % periodMicros / MICROS;
    }

    static void put(Figures.Builder figures, List<Execution> executions, int periodSeconds) {
        List<Double> all = executions.stream()
                .map(execution -> of(execution, periodSeconds))
                .sorted()
                .toList();
        figures.put("p50", Statistics.percentile(all, 0.5))
                .put("p90", Statistics.percentile(all, 0.9))
                .put("p99", Statistics.percentile(all, 0.99))
                .put("most", Statistics.percentile(all, 1));
        boolean named = !executions.isEmpty() && executions.get(0).fireTime().isPresent();
        figures.remark("fire times", named ? "named by the system" : "whole periods of the clock");
    }

    /** Those that were due within that time; where the system names no fire times, those that began within it. */
    static List<Execution> due(List<Execution> executions, long fromMillis, double seconds) {
        double to = fromMillis + seconds * 1_000;
        return executions.stream()
                .filter(execution -> {
                    double due = execution.fireTime().orElse(execution.begun() / 1_000);
                    return due >= fromMillis && due < to;
                })
                .toList();
    }

    /** Those that began within that time. */
    static List<Execution> within(List<Execution> executions, long fromMillis, double seconds) {
        long from = fromMillis * 1_000;
        long to = from + (long) (seconds * 1_000_000);
        return executions.stream()
                .filter(execution -> execution.begun() >= from && execution.begun() < to)
                .toList();
    }
}
