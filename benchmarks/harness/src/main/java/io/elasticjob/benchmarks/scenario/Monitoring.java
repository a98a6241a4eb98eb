package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.figures.Case;
import java.util.ArrayList;
import java.util.List;

/** Whether a registry is told what runs: a circumstance for the systems that have one. */
final class Monitoring {

    private Monitoring() {}

    /** With and without, or as {@code --monitoring=on}, {@code off} or {@code both} says. */
    static List<Case> cases(Case other, Contender contender, Options options) {
        if (!contender.isSharded()) {
            return List.of(other);
        }
        String wanted = options.text(Case.MONITORING, "both");
        List<Case> cases = new ArrayList<>();
        for (String value : List.of("on", "off")) {
            if (wanted.equals(value) || wanted.equals("both")) {
                cases.add(other.with(Case.MONITORING, value));
            }
        }
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("--monitoring=" + wanted + " has to be on, off or both");
        }
        return cases;
    }

    static Case on(Case other, Contender contender) {
        return contender.isSharded() ? other.with(Case.MONITORING, "on") : other;
    }
}
