package io.elasticjob.benchmarks.report;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Measurement;
import io.elasticjob.benchmarks.figures.Summary;
import io.elasticjob.benchmarks.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Results as Markdown. */
public final class Tables {

    private static final Contender OURS = Contender.ELASTICJOB;
    private static final List<Contender> OTHERS = List.of(Contender.APACHE_ELASTICJOB, Contender.QUARTZ_MEMORY);

    private static final int LONGEST_FAILURE = 100;

    private final Summary summary;

    public Tables(Summary summary) {
        this.summary = summary;
    }

    /** Medians of all systems, then how ours stand to others; empty when there is no result. */
    public String of(Scenario scenario) {
        List<Case> cases = summary.cases(scenario.name());
        if (cases.isEmpty()) {
            return "";
        }
        List<String> rows = new ArrayList<>();
        for (Case inCase : cases) {
            for (String system : summary.systems(scenario.name(), inCase)) {
                rows.add(row(Stream.concat(
                        Stream.of(inCase.toString(), title(system)), cells(scenario, inCase, system).stream())));
            }
        }
        String table = table(
                Stream.concat(
                        Stream.of("case", "system"), scenario.columns().stream().map(Column::title)),
                rows);
        String ratios = ratios(scenario, cases);
        return ratios.isEmpty() ? table : table + "\n" + ratios;
    }

    private List<String> cells(Scenario scenario, Case inCase, String system) {
        List<Measurement> results = summary.results(scenario.name(), inCase, system);
        List<String> failures = results.stream()
                .map(Measurement::failure)
                .filter(Objects::nonNull)
                .map(Tables::shortened)
                .toList();
        List<String> cells = scenario.columns().stream()
                .map(column -> summary.spread(scenario.name(), inCase, system, column.name())
                        .map(Numbers::of)
                        .orElse("–"))
                .collect(Collectors.toCollection(ArrayList::new));
        if (!failures.isEmpty()) {
            cells.set(0, cells.get(0) + " (" + failures.get(0) + ")");
        }
        return cells;
    }

    private static String shortened(String failure) {
        String line = failure.replace('|', '/').replaceAll("\\s+", " ");
        return "failed: " + (line.length() > LONGEST_FAILURE ? line.substring(0, LONGEST_FAILURE) + "…" : line);
    }

    private String ratios(Scenario scenario, List<Case> cases) {
        List<Column> compared =
                scenario.columns().stream().filter(Column::compared).toList();
        List<String> rows = new ArrayList<>();
        for (Case inCase : cases) {
            for (Contender other : OTHERS) {
                List<Optional<Double>> ratios = compared.stream()
                        .map(column -> summary.ratio(scenario.name(), inCase, OURS.id(), other.id(), column.name()))
                        .toList();
                if (ratios.stream().anyMatch(Optional::isPresent)) {
                    rows.add(row(Stream.concat(
                            Stream.of(inCase.toString(), other.title()),
                            ratios.stream()
                                    .map(ratio -> ratio.map(Numbers::ratio).orElse("–")))));
                }
            }
        }
        return rows.isEmpty()
                ? ""
                : table(
                        Stream.concat(
                                Stream.of("case", OURS.title() + " is so many times"),
                                compared.stream().map(Column::title)),
                        rows);
    }

    private static String table(Stream<String> titles, List<String> rows) {
        List<String> all = titles.toList();
        return row(all.stream()) + row(all.stream().map(title -> "---")) + String.join("", rows);
    }

    private static String row(Stream<String> cells) {
        return cells.collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    static String title(String system) {
        return Contender.of(system).title();
    }
}
