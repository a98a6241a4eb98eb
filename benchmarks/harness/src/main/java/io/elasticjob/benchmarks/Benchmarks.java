package io.elasticjob.benchmarks;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Machine;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.ZooKeeperServers;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.figures.Measurement;
import io.elasticjob.benchmarks.figures.Summary;
import io.elasticjob.benchmarks.report.Predictions;
import io.elasticjob.benchmarks.report.Report;
import io.elasticjob.benchmarks.report.ResultFile;
import io.elasticjob.benchmarks.report.Tables;
import io.elasticjob.benchmarks.scenario.Scenario;
import io.elasticjob.benchmarks.scenario.Scenarios;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code benchmarks/run} starts: measures, or makes a report. */
public final class Benchmarks {

    private static final String USAGE = """
        run all | SCENARIO...  [--systems=NAME,...] [--rounds=3] [--quick] [--results=FILE] [--name=value ...] [-Dname=value ...]
        run report [FILE...]
        run predict [--points=1000x2x20,...] [--period=1,60] [--monitoring=on] [--small=N --large=N]
        run list
        See benchmarks/README.md.\
        """;
    private static final String RESULTS = "target/results";
    private static final String ZOOKEEPERS = "zookeepers";
    private static final int ROUNDS = 3;

    private final Path home;
    private final Options options;
    private final Map<String, String> machine;
    private final ResultFile file;
    private final Optional<String> otherJava;

    private Benchmarks(Path home, Options options) throws IOException, InterruptedException {
        this.home = home;
        this.options = options;
        this.machine = Machine.describe();
        this.otherJava = Machine.otherJava();
        String given = options.text("results", "");
        this.file = given.isEmpty() ? ResultFile.next(home.resolve(RESULTS)) : new ResultFile(Path.of(given));
    }

    /** @param args the folder of the module, then what was asked for */
    public static void main(String[] args) throws Exception {
        try {
            Options options = new Options(Arrays.copyOfRange(args, 1, args.length));
            System.exit(run(Path.of(args[0]), options) ? 0 : 1);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(2);
        }
    }

    private static boolean run(Path home, Options options) throws Exception {
        List<String> words = options.words();
        switch (words.isEmpty() ? "help" : words.get(0)) {
            case "help" -> System.out.println(USAGE);
            case "list" ->
                Scenarios.all().forEach(scenario -> System.out.println(scenario.name() + ": " + scenario.title()));
            case "report" -> report(home, options);
            case "predict" -> System.out.print(Predictions.table(options));
            default -> {
                List<Scenario> scenarios = words.equals(List.of("all"))
                        ? Scenarios.all()
                        : words.stream().map(Scenarios::of).toList();
                return new Benchmarks(home, options).measure(scenarios);
            }
        }
        return true;
    }

    private static void report(Path home, Options options) throws IOException {
        List<Measurement> results = new ArrayList<>();
        List<String> given = options.words().subList(1, options.words().size());
        for (ResultFile file : given.isEmpty()
                ? List.of(ResultFile.last(home.resolve(RESULTS)))
                : given.stream().map(it -> new ResultFile(Path.of(it))).toList()) {
            results.addAll(file.read());
        }
        new Report(results)
                .write(
                        Path.of(options.text("page", home.resolve("README.md").toString())),
                        Path.of(options.text(
                                "pictures", home.resolve("pictures").toString())));
    }

    /** @return whether everything could be measured */
    private boolean measure(List<Scenario> scenarios) throws IOException {
        List<Measurement> results = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            int rounds = scenario.rounds(options.number("rounds", options.quick() ? 1 : ROUNDS));
            for (int round = 1; round <= rounds; round++) {
                results.addAll(round(scenario, round));
            }
        }
        Tables tables = new Tables(new Summary(results));
        scenarios.forEach(scenario -> System.out.println("\n" + scenario.title() + "\n\n" + tables.of(scenario)));
        System.out.println("All of it: " + file);
        return results.stream().allMatch(result -> result.failure() == null);
    }

    /** One case of all systems after another, in each round beginning with another system. */
    private List<Measurement> round(Scenario scenario, int round) throws IOException {
        List<Contender> contenders = new ArrayList<>(contenders(scenario));
        if (contenders.isEmpty()) {
            System.err.println(scenario.name() + ": none of the systems can be measured in it");
            return List.of();
        }
        Collections.rotate(contenders, 1 - round);
        List<Trial> trials = contenders.stream()
                .flatMap(contender -> scenario.cases(contender, options).stream()
                        .map(inCase -> new Trial(contender, asItIs(inCase, options, otherJava))))
                .toList();
        // What is to be compared comes one after another.
        Map<Case, List<Trial>> comparable = trials.stream()
                .collect(Collectors.groupingBy(
                        it -> it.inCase().withoutMonitoring(), LinkedHashMap::new, Collectors.toList()));
        List<Measurement> results = new ArrayList<>();
        for (Trial trial : comparable.values().stream().flatMap(List::stream).toList()) {
            Measurement result = once(scenario, trial, round);
            file.append(result);
            System.out.println(ResultFile.line(result));
            results.add(result);
        }
        return results;
    }

    private List<Contender> contenders(Scenario scenario) {
        String wanted = options.text("systems", "");
        List<Contender> all = wanted.isEmpty()
                ? List.of(Contender.values())
                : Arrays.stream(wanted.split(",")).map(Contender::of).toList();
        return all.stream().filter(scenario::fits).toList();
    }

    private Measurement once(Scenario scenario, Trial trial, int round) throws IOException {
        Case inCase = trial.inCase();
        Figures figures = Figures.builder().build();
        String failure = null;
        try (Environment environment = new Environment(home, trial.contender(), scenario.options(inCase, options))) {
            figures = scenario.measure(inCase, environment);
        } catch (Exception e) {
            e.printStackTrace();
            failure = e.toString();
        }
        Map<String, String> here = new LinkedHashMap<>(machine);
        here.put("load", Machine.loadAverage());
        return new Measurement(
                scenario.name(),
                trial.contender().id(),
                trial.contender().version(home, options),
                inCase.circumstances(),
                round,
                options.quick(),
                Instant.now().toString(),
                figures.numbers(),
                figures.remarks(),
                failure,
                command(scenario),
                here);
    }

    /** Measures the scenario in the same way again; where results go says nothing of how. */
    private String command(Scenario scenario) {
        return Stream.of(
                        otherJava.map(version -> "BENCHMARKS_JAVA_HOME=…").orElse(""),
                        "benchmarks/run",
                        scenario.name(),
                        options.without(Set.of("results", "keep", "postgres", "beanstalkd")))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" "));
    }

    /** What is not as it usually is belongs to the case, lest unlike results meet in one row. */
    static Case asItIs(Case inCase, Options options, Optional<String> otherJava) {
        Case complete = inCase;
        String servers = options.text(ZOOKEEPERS, "1");
        if (!servers.equals("1") && !inCase.circumstances().containsKey(ZOOKEEPERS)) {
            complete = complete.with(ZOOKEEPERS, servers);
        }
        String jvm = options.text(ZooKeeperServers.JVM, "");
        if (!jvm.isEmpty()) {
            complete = complete.with("ZooKeeper's JVM", jvm);
        }
        return otherJava.isPresent() ? complete.with("JDK", otherJava.get()) : complete;
    }

    private record Trial(Contender contender, Case inCase) {}
}
