package io.elasticjob.view;

import io.elasticjob.text.Durations;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an {@link Explanation} says of the clocks of the instance that answers. */
final class ClockFindings {

    private ClockFindings() {}

    /** Nothing while all clocks are right. */
    static List<Finding> of(String instance, EngineStatus.Clock clock) {
        List<Finding> findings = new ArrayList<>();
        Duration skew = clock.skew();
        if (clock.isOff()) {
            findings.add(new Finding(
                    Finding.Code.CLOCK_OFF,
                    "The clock of " + instance + " differs too much from ZooKeeper's: it takes nothing new",
                    fields(instance, "clockSkew", skew)));
        } else if (clock.wall() == EngineStatus.WallClock.IGNORED) {
            findings.add(new Finding(
                    Finding.Code.CLOCK_IGNORED,
                    "The clock of " + instance + " differs from ZooKeeper's"
                            + (skew == null ? "" : " by " + rounded(skew.abs()))
                            + ", which does no harm: jobs fire by ZooKeeper's clock",
                    fields(instance, "clockSkew", skew)));
        }
        Duration step = clock.step();
        if (step != null) {
            findings.add(new Finding(
                    Finding.Code.REGISTRY_CLOCK_STEPPED,
                    "ZooKeeper's clock has stepped " + (step.isNegative() ? "back" : "ahead") + " by "
                            + rounded(step.abs()) + ", and the clock of " + instance
                            + " has not: jobs fire there as if it had not stepped",
                    fields(instance, "registryClockStep", step)));
        }
        return findings;
    }

    private static Map<String, Object> fields(String instance, String name, @Nullable Duration value) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("instance", instance);
        if (value != null) {
            fields.put(name, value);
        }
        return fields;
    }

    private static String rounded(Duration value) {
        return Durations.format(value.truncatedTo(ChronoUnit.MILLIS));
    }
}
