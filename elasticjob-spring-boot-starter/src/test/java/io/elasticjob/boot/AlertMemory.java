package io.elasticjob.boot;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.alert.Alert;
import io.elasticjob.alert.AlertCondition;
import io.elasticjob.alert.AlertNotifier;
import io.elasticjob.alert.AlertSettings;
import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.function.Consumer;

/** A notifier that is told of everything and tells a channel that keeps nothing. */
final class AlertMemory implements Consumer<ElasticJobEvent> {

    private static final AlertSettings ALL = new AlertSettings(
            EnumSet.allOf(AlertCondition.class),
            new AlertSettings.Thresholds(3, Duration.ofMinutes(10), Duration.ofMinutes(1)),
            true,
            new AlertSettings.Rate(Duration.ofMinutes(10), 10),
            Map.of());

    private final VirtualTime time = new VirtualTime();
    private final AlertNotifier notifier =
            new AlertNotifier(ALL, new Alert.Origin("shop", "shop", ""), Map.of("none", alert -> {}), any -> time);

    @Override
    public void accept(ElasticJobEvent event) {
        notifier.accept(event);
        time.pass(Duration.ZERO);
    }

    void pass(Duration duration) {
        time.pass(duration);
    }
}
