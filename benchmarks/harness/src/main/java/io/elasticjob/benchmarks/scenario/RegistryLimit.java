package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Load;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.worker.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a ZooKeeper can take of the writes that firings are made of, from one client. */
final class RegistryLimit implements Scenario {

    private static final String MODULE = "adapter-zookeeper";
    private static final int RECORD_BYTES = 180;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @Override
    public String name() {
        return "registry-limit";
    }

    @Override
    public String title() {
        return "What ZooKeeper itself can take: transactions of puts of " + RECORD_BYTES + " bytes, from one client";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.shown("transactionsPerSecond", "transactions/s"),
                Column.shown("putsPerSecond", "puts/s"),
                Column.shown("p50", "p50 ms"),
                Column.shown("p99", "p99 ms"),
                Column.shown("serverCpuMillisPer1000", "CPU ms per 1,000 puts, all servers"),
                Column.shown("serverCpuPercentOfOneCore", "CPU % of one core, all servers"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender == Contender.ZOOKEEPER;
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String servers : options.some("zookeepers", "1,3", "1")) {
            for (String inFlight : options.some("in-flight", "1,8", "1,8")) {
                for (String puts : options.some("puts", "1,16,200", "1,200")) {
                    cases.add(Case.plain()
                            .with("zookeepers", servers)
                            .with("in flight", inFlight)
                            .with("puts", puts));
                }
            }
        }
        return cases;
    }

    @Override
    public Options options(Case inCase, Options options) {
        return options.with("zookeepers", inCase.text("zookeepers"));
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        Process writes = environment.application(
                MODULE,
                "io.elasticjob.benchmarks.zookeeper.RawWrites",
                List.of("-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                List.of(
                        environment.zooKeeper().connectString(),
                        inCase.text("puts"),
                        inCase.text("in flight"),
                        String.valueOf(RECORD_BYTES),
                        String.valueOf(options.quick() ? 2 : 10),
                        String.valueOf(options.seconds(20, 4))));
        said(environment, writes, "begun");
        Environment.Meter meter = environment.meter();
        Message ended = said(environment, writes, "ended");
        Load load = meter.read();
        double seconds = Double.parseDouble(ended.text("seconds"));
        double transactions = ended.number("transactions");
        double puts = transactions * inCase.number("puts");
        return Figures.builder()
                .put("transactionsPerSecond", transactions / seconds)
                .put("putsPerSecond", puts / seconds)
                .put("p50", Double.parseDouble(ended.text("p50")))
                .put("p99", Double.parseDouble(ended.text("p99")))
                .put("failed", ended.number("failed"))
                .put("serverCpuMillisPer1000", load.servers() / puts * 1_000)
                .put("serverCpuPercentOfOneCore", load.servers() / 10.0 / load.seconds())
                .put("clientCpuPercentOfOneCore", load.workers() / 10.0 / load.seconds())
                .put("othersCpuPercent", load.othersPercent())
                .build();
    }

    /** Waits until it has printed a line that begins with the word. */
    private static Message said(Environment environment, Process process, String word) throws Exception {
        Environment.await("\"" + word + "\"", PATIENCE, () -> {
            boolean alive = process.isAlive();
            boolean said = line(environment, word).isPresent();
            if (!said && !alive) {
                throw new IOException("it has ended: " + environment.printedBy(MODULE));
            }
            return said;
        });
        return Message.parse(line(environment, word).orElseThrow());
    }

    /** Only if all of it is there. */
    private static Optional<String> line(Environment environment, String word) throws IOException {
        String printed = environment.printedBy(MODULE);
        return printed.substring(0, printed.lastIndexOf('\n') + 1)
                .lines()
                .filter(line -> line.startsWith(word))
                .findFirst();
    }
}
