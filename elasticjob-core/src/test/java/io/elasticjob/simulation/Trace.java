package io.elasticjob.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What happened, in order. Put into words only for a history that fails: most of a run would go into them. */
final class Trace {

    private final Supplier<Instant> clock;
    private final List<Supplier<String>> lines = new ArrayList<>();

    Trace(Supplier<Instant> clock) {
        this.clock = clock;
    }

    void note(Supplier<String> what) {
        Instant now = clock.get();
        lines.add(() -> now + " " + what.get());
    }

    void note(String what) {
        note(() -> what);
    }

    /** The last lines of it, at most so many. */
    String last(int most) {
        return lines.stream()
                .skip(Math.max(0, lines.size() - most))
                .map(Supplier::get)
                .collect(Collectors.joining("\n"));
    }
}
