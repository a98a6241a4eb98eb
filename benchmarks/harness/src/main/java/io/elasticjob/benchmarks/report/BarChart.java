package io.elasticjob.benchmarks.report;

import io.elasticjob.benchmarks.figures.Summary.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Bars in groups as SVG, on a logarithmic scale, with a line from the least to the most.
 *
 * @param groups from top to bottom
 */
record BarChart(String title, List<Group> groups) {

    /** Bars that belong together. */
    record Group(String title, List<Bar> bars) {}

    /** @param color of the system, alike in all pictures */
    record Bar(String title, Spread value, String color) {}

    private static final int WIDTH = 860;
    private static final int LEFT = 320;
    private static final int RIGHT = 130;
    private static final int TOP = 58;
    private static final int BAR = 18;
    private static final int GROUP = 26;
    private static final double SMALLEST = 0.001;

    String svg() {
        List<String> lines = new ArrayList<>();
        int height = TOP
                + groups.stream()
                        .mapToInt(group -> GROUP + group.bars().size() * BAR)
                        .sum()
                + 16;
        lines.add(("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"12\" role=\"img\">")
                .formatted(WIDTH, height, WIDTH, height));
        lines.add("<title>" + escaped(title) + "</title>");
        lines.add("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
        lines.add(text(12, 24, "start", title, " font-size=\"15\" font-weight=\"bold\""));
        double least = Math.pow(10, Math.floor(Math.log10(extreme(Double.MAX_VALUE, true))));
        double most = Math.pow(10, Math.ceil(Math.log10(extreme(SMALLEST, false))));
        most = most <= least ? least * 10 : most;
        for (double power = least; power <= most * 1.01; power *= 10) {
            int x = (int) Math.round(x(power, least, most));
            lines.add("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#dddddd\" class=\"scale\"/>"
                    .formatted(x, TOP, x, height - 8));
            lines.add(text(x, TOP - 6, "middle", Numbers.of(power), " font-size=\"10\""));
        }
        int y = TOP;
        for (Group group : groups) {
            lines.add(text(12, y + 16, "start", group.title(), " font-weight=\"bold\""));
            y += GROUP;
            for (Bar bar : group.bars()) {
                Spread value = bar.value();
                double end = x(value.median(), least, most);
                lines.add(text(LEFT - 8, y + 12, "end", bar.title(), ""));
                lines.add("<rect x=\"%d\" y=\"%d\" width=\"%s\" height=\"%d\" fill=\"%s\"/>"
                        .formatted(LEFT, y + 2, coordinate(Math.max(1, end - LEFT)), BAR - 5, bar.color()));
                double from = x(value.least(), least, most);
                double to = x(value.most(), least, most);
                lines.add("<line x1=\"%s\" y1=\"%d\" x2=\"%s\" y2=\"%d\" stroke=\"#333333\"/>"
                        .formatted(coordinate(from), y + 8, coordinate(to), y + 8));
                lines.add(text((int) Math.max(end, to) + 6, y + 12, "start", Numbers.of(value.median()), ""));
                y += BAR;
            }
        }
        lines.add("</svg>");
        return String.join("\n", lines) + "\n";
    }

    private double extreme(double start, boolean smallest) {
        double found = start;
        for (Group group : groups) {
            for (Bar bar : group.bars()) {
                found = smallest
                        ? Math.min(found, Math.max(SMALLEST, bar.value().least()))
                        : Math.max(found, bar.value().most());
            }
        }
        return found;
    }

    private static double x(double value, double least, double most) {
        double share = Math.log10(Math.max(value, least) / least) / Math.log10(most / least);
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private static String text(int x, int y, String anchor, String text, String more) {
        return "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"#222222\"%s>%s</text>"
                .formatted(x, y, anchor, more, escaped(text));
    }

    private static String coordinate(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
