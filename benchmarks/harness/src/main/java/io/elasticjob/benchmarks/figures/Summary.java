package io.elasticjob.benchmarks.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Results of several rounds, by scenario, case and system, with what they come to. */
public final class Summary {

    /** @param rounds that came to figures */
    public record Spread(double median, double least, double most, int rounds) {}

    private record Place(String scenario, Case inCase, String system) {}

    private final Map<Place, List<Measurement>> results = new LinkedHashMap<>();

    public Summary(List<Measurement> results) {
        results.forEach(result -> this.results
                .computeIfAbsent(
                        new Place(result.scenario(), result.inCase(), result.system()), place -> new ArrayList<>())
                .add(result));
    }

    /** In the order in which they were first measured, but that those come together which differ in monitoring alone. */
    public List<Case> cases(String scenario) {
        return results.keySet().stream()
                .filter(place -> place.scenario().equals(scenario))
                .map(Place::inCase)
                .distinct()
                .collect(Collectors.groupingBy(Case::withoutMonitoring, LinkedHashMap::new, Collectors.toList()))
                .values()
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    /** In the order in which they were first measured. */
    public List<String> systems(String scenario, Case inCase) {
        return results.keySet().stream()
                .filter(place ->
                        place.scenario().equals(scenario) && place.inCase().equals(inCase))
                .map(Place::system)
                .toList();
    }

    /** All of one scenario, case and system. */
    public List<Measurement> results(String scenario, Case inCase, String system) {
        return results.getOrDefault(new Place(scenario, inCase, system), List.of());
    }

    /** What a figure came to; empty when no round came to one. */
    public Optional<Spread> spread(String scenario, Case inCase, String system, String figure) {
        List<Double> values = results(scenario, inCase, system).stream()
                .filter(result -> result.numbers().containsKey(figure))
                .map(result -> result.numbers().get(figure))
                .sorted()
                .toList();
        return values.isEmpty()
                ? Optional.empty()
                : Optional.of(new Spread(
                        Statistics.median(values), values.get(0), values.get(values.size() - 1), values.size()));
    }

    /**
     * How many times a figure is as large as that of another system in the same case. A system without a registry is
     * compared whether or not there is monitoring.
     *
     * @return empty when one of them has no such figure, or the other's is 0
     */
    public Optional<Double> ratio(String scenario, Case inCase, String system, String other, String figure) {
        Optional<Spread> others = spread(scenario, inCase, other, figure)
                .or(() -> cases(scenario).stream()
                        .filter(it -> !it.circumstances().containsKey(Case.MONITORING))
                        .filter(it -> it.equals(inCase.withoutMonitoring()))
                        .findFirst()
                        .flatMap(it -> spread(scenario, it, other, figure)));
        return spread(scenario, inCase, system, figure)
                .flatMap(own -> others.filter(it -> it.median() != 0).map(it -> own.median() / it.median()));
    }
}
