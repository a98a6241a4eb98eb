package io.elasticjob.benchmarks.scenario;

import java.util.List;
import java.util.stream.Collectors;

/** All scenarios, in the order of the report. */
public final class Scenarios {

    private static final List<Scenario> ALL = List.of(
            new Lateness(),
            new RunNowThroughput(),
            new RunNowLatency(),
            new ManyJobs(),
            new FixedDelays(),
            new RegistryRequests(),
            new WholeFirings(),
            new Chain(),
            new Dataflow(),
            new Capacity(),
            new CapacityRestart(),
            new RegistryLimit(),
            new StartUp(),
            new Failover(),
            new Resharding(),
            new Convergence(),
            new ConfigurationChange(),
            new EndpointLatency(),
            new ConsolePages(),
            new Workers(),
            new Soak());

    private Scenarios() {}

    public static List<Scenario> all() {
        return ALL;
    }

    /** @throws IllegalArgumentException when there is none; the message names all */
    public static Scenario of(String name) {
        return ALL.stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"" + name + "\" is no scenario; there are "
                        + ALL.stream().map(Scenario::name).collect(Collectors.joining(", "))));
    }
}
