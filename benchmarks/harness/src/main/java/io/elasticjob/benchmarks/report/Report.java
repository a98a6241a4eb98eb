package io.elasticjob.benchmarks.report;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Measurement;
import io.elasticjob.benchmarks.figures.Statistics;
import io.elasticjob.benchmarks.figures.Summary;
import io.elasticjob.benchmarks.figures.Summary.Spread;
import io.elasticjob.benchmarks.report.BarChart.Bar;
import io.elasticjob.benchmarks.report.BarChart.Group;
import io.elasticjob.benchmarks.scenario.Scenario;
import io.elasticjob.benchmarks.scenario.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Puts results into a page between two marks, with a picture for each scenario. Everything else on the page stays. */
public final class Report {

    static final String BEGIN = "<!-- results: made by \"run report\", do not edit -->";
    static final String END = "<!-- end of results -->";

    private static final Map<Contender, String> COLORS = new EnumMap<>(Map.of(
            Contender.ELASTICJOB, "#2f6fde",
            Contender.APACHE_ELASTICJOB, "#d9822b",
            Contender.QUARTZ_MEMORY, "#8a8f98",
            Contender.QUARTZ_JDBC, "#b4b9c1",
            Contender.DB_SCHEDULER, "#3d9a68",
            Contender.DB_SCHEDULER_UI, "#6fb894",
            Contender.ZOOKEEPER, "#7a5fb0",
            Contender.BEANSTALKD, "#b0485f"));

    private final List<Measurement> results;
    private final Summary summary;

    /** @throws IllegalArgumentException when results that only show that everything works are among others */
    public Report(List<Measurement> results) {
        if (results.stream().map(Measurement::quick).distinct().count() > 1) {
            throw new IllegalArgumentException(
                    "Some of these results were made with --quick: they cannot stand beside the others");
        }
        this.results = List.copyOf(results);
        this.summary = new Summary(results);
    }

    /**
     * @param page to be written anew
     * @param pictures folder that gets one picture for each scenario
     */
    public void write(Path page, Path pictures) throws IOException {
        String before = Files.readString(page);
        int begin = before.indexOf(BEGIN);
        int end = before.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IOException(page + " has no place for results: between the lines " + BEGIN + " and " + END);
        }
        Files.createDirectories(pictures);
        for (Scenario scenario : Scenarios.all()) {
            Optional<BarChart> chart = chart(scenario);
            if (chart.isPresent()) {
                Files.writeString(
                        pictures.resolve(scenario.name() + ".svg"), chart.get().svg());
            }
        }
        String folder = Objects.requireNonNullElse(page.toAbsolutePath().getParent(), page)
                .relativize(pictures.toAbsolutePath())
                .toString();
        Files.writeString(page, before.substring(0, begin) + BEGIN + "\n" + text(folder) + before.substring(end));
    }

    /** All tables, one under the other. */
    String text(String pictures) {
        StringBuilder text = new StringBuilder();
        if (results.stream().anyMatch(Measurement::quick)) {
            text.append("\n**Made with `--quick`: they show that everything works, and nothing else.**\n");
        }
        results.stream()
                .map(result -> result.machine().entrySet().stream()
                        .filter(entry -> !entry.getKey().equals("load"))
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining("; ")))
                .distinct()
                .forEach(machine -> text.append("\nMachine: ").append(machine).append(".\n"));
        text.append("\nMeasured: ")
                .append(results.stream()
                        .map(result -> Tables.title(result.system()) + " " + result.version())
                        .distinct()
                        .collect(Collectors.joining(", ")))
                .append(".\n");
        List<Double> others = results.stream()
                .map(result -> result.numbers().get("othersCpuPercent"))
                .filter(Objects::nonNull)
                .toList();
        if (!others.isEmpty()) {
            text.append(
                    "\nProcesses that are no part of a measurement used %s %% of all cores meanwhile (median; most %s %%).\n"
                            .formatted(
                                    Numbers.of(Statistics.median(others)),
                                    Numbers.of(Statistics.percentile(others, 1))));
        }
        Tables tables = new Tables(summary);
        for (Scenario scenario : Scenarios.all()) {
            String table = tables.of(scenario);
            if (!table.isEmpty()) {
                text.append("\n### ").append(scenario.title()).append("\n\n");
                text.append(commands(scenario));
                chart(scenario)
                        .ifPresent(chart -> text.append(
                                "![%s](%s/%s.svg)%n%n".formatted(chart.title(), pictures, scenario.name())));
                text.append(table);
            }
        }
        return text.append("\n").toString();
    }

    /** What measures it again; nothing where that was not noted. */
    private String commands(Scenario scenario) {
        List<Measurement> measured = results.stream()
                .filter(result -> result.scenario().equals(scenario.name()))
                .toList();
        List<String> commands = measured.stream()
                .map(Measurement::command)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        return commands.isEmpty()
                ? ""
                : commands.stream().map(command -> "    " + command).collect(Collectors.joining("\n")) + "\n\n";
    }

    /** The first of the scenario's figures, of all systems. */
    private Optional<BarChart> chart(Scenario scenario) {
        Column column = scenario.columns().stream()
                .filter(Column::compared)
                .findFirst()
                .orElse(scenario.columns().get(0));
        Map<Case, List<Bar>> groups = new LinkedHashMap<>();
        for (Case inCase : summary.cases(scenario.name())) {
            for (String system : summary.systems(scenario.name(), inCase)) {
                summary.spread(scenario.name(), inCase, system, column.name())
                        .ifPresent(spread -> groups.computeIfAbsent(inCase.withoutMonitoring(), it -> new ArrayList<>())
                                .add(bar(inCase, system, spread)));
            }
        }
        return groups.isEmpty()
                ? Optional.empty()
                : Optional.of(new BarChart(
                        scenario.title() + ": " + column.title(),
                        groups.entrySet().stream()
                                .map(group -> new Group(group.getKey().toString(), group.getValue()))
                                .toList()));
    }

    private static Bar bar(Case inCase, String system, Spread spread) {
        boolean off = "off".equals(inCase.circumstances().get(Case.MONITORING));
        return new Bar(
                Tables.title(system) + (off ? ", monitoring off" : ""),
                spread,
                Objects.requireNonNull(COLORS.get(Contender.of(system))));
    }
}
