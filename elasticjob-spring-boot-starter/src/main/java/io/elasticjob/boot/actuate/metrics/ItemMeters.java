package io.elasticjob.boot.actuate.metrics;

import io.elasticjob.boot.discovery.ItemCounts;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts the items of each job that works in batches. The counters of a job come with its first batch, and go with its others. */
public final class ItemMeters implements ItemCounts {

    private final MeterRegistry meters;

    public ItemMeters(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void fetched(String job, int items) {
        count(job, "fetched", items);
    }

    @Override
    public void processed(String job, int items) {
        count(job, "processed", items);
    }

    private void count(String job, String kind, int items) {
        Counter.builder("elasticjob.items")
                .description("Items of jobs that work in batches")
                .tag("job", job)
                .tag("kind", kind)
                .register(meters)
                .increment(items);
    }
}
