package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.alert.AlertCondition;
import io.elasticjob.alert.AlertSettings;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class AlertConfigurationTest {

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"FAILURES_IN_A_ROW", "LONGER_THAN", "REGISTRY_AWAY", "HELD_BACK"})
    void eachConditionHasASwitchThatIsCalledLikeIt(AlertCondition condition) {
        assertThat(settings(Map.of("elasticjob.alerts.on." + condition.key(), "false"))
                        .on())
                .isEqualTo(EnumSet.complementOf(EnumSet.of(condition)));
    }

    @Test
    void byDefaultAllAreWatchedThatNeedNoDurationOfTheJob() {
        assertThat(settings(Map.of()))
                .isEqualTo(new AlertSettings(
                        EnumSet.allOf(AlertCondition.class),
                        new AlertSettings.Thresholds(3, Duration.ZERO, Duration.ofMinutes(1)),
                        true,
                        new AlertSettings.Rate(Duration.ofMinutes(10), 10),
                        Map.of()));
    }

    @Test
    void whatIsSetIsWhatHolds() {
        assertThat(settings(Map.of(
                        "elasticjob.alerts.on.failures-in-a-row", "5",
                        "elasticjob.alerts.on.longer-than", "20m",
                        "elasticjob.alerts.on.registry-away", "0s",
                        "elasticjob.alerts.recovered", "false",
                        "elasticjob.alerts.interval", "1h",
                        "elasticjob.alerts.max-per-minute", "7",
                        "elasticjob.alerts.jobs.orders.longer-than", "3h",
                        "elasticjob.alerts.jobs.orders.failures-in-a-row", "1",
                        "elasticjob.alerts.jobs.bills.enabled", "false")))
                .isEqualTo(new AlertSettings(
                        EnumSet.allOf(AlertCondition.class),
                        new AlertSettings.Thresholds(5, Duration.ofMinutes(20), Duration.ZERO),
                        false,
                        new AlertSettings.Rate(Duration.ofHours(1), 7),
                        Map.of(
                                "orders", new AlertSettings.OfJob(true, 1, Duration.ofHours(3)),
                                "bills", new AlertSettings.OfJob(false, null, null))));
    }

    private static AlertSettings settings(Map<String, String> properties) {
        ElasticJobAlertProperties bound = new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("elasticjob.alerts", ElasticJobAlertProperties.class);
        return AlertConfiguration.of(bound, Map.of(), () -> {
                    throw new AssertionError("nobody is to be mailed");
                })
                .settings();
    }
}
