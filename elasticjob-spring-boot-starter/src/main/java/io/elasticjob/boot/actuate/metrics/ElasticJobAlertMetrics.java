package io.elasticjob.boot.actuate.metrics;

import io.elasticjob.alert.AlertCondition;
import io.elasticjob.alert.AlertCounts;
import io.elasticjob.alert.AlertCounts.Fate;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;

/** What became of alerts, read when a registry asks for it. Tags are {@code channel} and {@code condition} alone. */
public final class ElasticJobAlertMetrics implements MeterBinder {

    private final Map<String, AlertCounts> counts;

    /** @param counts by the name of the channel */
    public ElasticJobAlertMetrics(Map<String, AlertCounts> counts) {
        this.counts = Map.copyOf(counts);
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        counts.forEach((channel, its) -> {
            for (AlertCondition condition : AlertCondition.values()) {
                register(meters, channel, condition, its, Fate.SENT, "sent", "Alerts that a channel has taken");
                register(meters, channel, condition, its, Fate.FAILED, "failed", "Alerts that were given up");
                register(
                        meters,
                        channel,
                        condition,
                        its,
                        Fate.SUPPRESSED,
                        "suppressed",
                        "Alerts that were held back because there were enough of them");
            }
        });
    }

    private static void register(
            MeterRegistry meters,
            String channel,
            AlertCondition condition,
            AlertCounts counts,
            Fate fate,
            String name,
            String description) {
        FunctionCounter.builder("elasticjob.alerts." + name, counts, its -> its.of(condition, fate))
                .description(description)
                .tag("channel", channel)
                .tag("condition", condition.key())
                .register(meters);
    }
}
