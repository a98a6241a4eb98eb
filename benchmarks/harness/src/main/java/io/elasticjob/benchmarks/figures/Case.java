package io.elasticjob.benchmarks.figures;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** One set of circumstances in which a scenario is measured. Equal when the circumstances are. */
public record Case(Map<String, String> circumstances) {

    /** Whether a registry is told what runs: a circumstance that not all systems know. */
    public static final String MONITORING = "monitoring";

    public Case {
        circumstances = Collections.unmodifiableMap(new LinkedHashMap<>(circumstances));
    }

    public static Case plain() {
        return new Case(Map.of());
    }

    /** This case with one circumstance more. */
    public Case with(String name, Object value) {
        Map<String, String> more = new LinkedHashMap<>(circumstances);
        more.put(name, String.valueOf(value));
        return new Case(more);
    }

    /** @throws IllegalArgumentException when there is no such circumstance */
    public String text(String name) {
        String value = circumstances.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is no circumstance of " + this);
        }
        return value;
    }

    public int number(String name) {
        return Integer.parseInt(text(name));
    }

    public boolean isMonitored() {
        return "on".equals(circumstances.get(MONITORING));
    }

    /** What a system without a registry can be compared in. */
    public Case withoutMonitoring() {
        Map<String, String> fewer = new LinkedHashMap<>(circumstances);
        fewer.remove(MONITORING);
        return new Case(fewer);
    }

    /** For people: {@code jobs 200, instances 2}. */
    @Override
    public String toString() {
        return circumstances.entrySet().stream()
                .map(circumstance -> circumstance.getKey() + " " + circumstance.getValue())
                .collect(Collectors.joining(", "));
    }
}
