package io.elasticjob.boot.actuate.metrics;

import io.elasticjob.kind.ArrayRuns;
import io.elasticjob.kind.ArrayRuns.Tasks;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How far arrays of tasks on clusters have come. The gauges of a job are there while this instance looks after an array of it, so
 * that there are no more than of jobs with arrays that run. Safe to use from any thread.
 */
public final class ArrayMeters implements Consumer<String> {

    static final String NAME = "elasticjob.array.tasks";

    private final MeterRegistry meters;
    private final ArrayRuns runs;

    /** Guarded by itself. */
    private final Map<String, Map<Tasks, Meter>> gauges = new HashMap<>();

    public ArrayMeters(MeterRegistry meters, ArrayRuns runs) {
        this.meters = meters;
        this.runs = runs;
    }

    /** An array of this job stands otherwise than before. */
    @Override
    public void accept(String job) {
        synchronized (gauges) {
            if (runs.isThereOne(job)) {
                gauges.computeIfAbsent(job, this::register);
            } else {
                gauges.getOrDefault(job, Map.of()).values().forEach(meters::remove);
                gauges.remove(job);
            }
        }
    }

    private Map<Tasks, Meter> register(String job) {
        Map<Tasks, Meter> all = new EnumMap<>(Tasks.class);
        for (Tasks state : Tasks.values()) {
            all.put(
                    state,
                    Gauge.builder(NAME, runs, known -> known.tasks(job).getOrDefault(state, 0))
                            .description("Tasks of the arrays that this instance looks after")
                            .tags(Tags.of("job", job, "state", state.name()))
                            .strongReference(true)
                            .register(meters));
        }
        return all;
    }
}
