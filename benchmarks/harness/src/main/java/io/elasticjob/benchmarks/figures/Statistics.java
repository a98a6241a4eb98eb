package io.elasticjob.benchmarks.figures;

import java.util.Collection;
import java.util.List;

/** Numbers that stand for many. */
public final class Statistics {

    private Statistics() {}

    /**
     * The smallest value that at least a share of all values do not exceed.
     *
     * @param share from 0 to 1
     * @return NaN when there are no values
     */
    public static double percentile(Collection<Double> values, double share) {
        List<Double> sorted = values.stream().sorted().toList();
        int at = (int) Math.ceil(share * sorted.size()) - 1;
        return sorted.isEmpty() ? Double.NaN : sorted.get(Math.max(0, at));
    }

    /** The one in the middle, or between the two in the middle; NaN when there are no values. */
    public static double median(Collection<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int size = sorted.size();
        return sorted.isEmpty() ? Double.NaN : (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    }

    /**
     * How much y grows when x grows by one, by the straight line that is nearest to all points; NaN for less than two
     * different x.
     */
    public static double slope(List<Double> x, List<Double> y) {
        double meanX = mean(x);
        double meanY = mean(y);
        double above = 0;
        double below = 0;
        for (int i = 0; i < x.size(); i++) {
            above += (x.get(i) - meanX) * (y.get(i) - meanY);
            below += (x.get(i) - meanX) * (x.get(i) - meanX);
        }
        return below == 0 ? Double.NaN : above / below;
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }
}
