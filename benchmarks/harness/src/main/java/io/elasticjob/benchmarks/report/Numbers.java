package io.elasticjob.benchmarks.report;

import io.elasticjob.benchmarks.figures.Summary.Spread;
import java.util.Locale;

/** Numbers for people: three digits that count, at most. */
final class Numbers {

    private static final double EXACT_FROM = 100;
    private static final double ONE_DIGIT_FROM = 10;
    private static final double TWO_DIGITS_FROM = 0.1;

    private Numbers() {}

    static String of(double value) {
        double size = Math.abs(value);
        if (value == Math.rint(value) || size >= EXACT_FROM) {
            return String.format(Locale.ROOT, "%,d", Math.round(value));
        }
        String format = size >= ONE_DIGIT_FROM ? "%.1f" : size >= TWO_DIGITS_FROM ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    /** The median, and with several rounds the least and the most in parentheses. */
    static String of(Spread spread) {
        boolean alike = spread.least() == spread.most();
        return alike
                ? of(spread.median())
                : of(spread.median()) + " (" + of(spread.least()) + "–" + of(spread.most()) + ")";
    }

    static String ratio(double value) {
        return "× " + of(value);
    }
}
