package io.elasticjob.boot.autoconfigure;

import io.elasticjob.Concurrency;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobKey;
import io.elasticjob.text.Durations;
import io.elasticjob.text.Pairs;
import io.elasticjob.text.VisibleText;
import java.time.Duration;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** From what to what the numbers and durations among the properties may be. */
final class PropertyBounds {

    /** So long that whatever is calculated with it is still a time. */
    static final Duration LONGEST = Duration.ofDays(36_500);

    /** More threads than a machine has. */
    static final int MAX_SLOTS = 100_000;

    private static final int MAX_PORT = 65_535;

    private PropertyBounds() {}

    /** @throws InvalidSettingException naming the first property that is out of its bounds */
    static void check(ElasticJobProperties properties) {
        duration("elasticjob.max-time-diff", properties.getMaxTimeDiff(), Duration.ofSeconds(1), Duration.ofHours(1));
        ElasticJobProperties.Registry registry = properties.getRegistry();
        duration(
                "elasticjob.registry.session-timeout",
                registry.getSessionTimeout(),
                Duration.ofMillis(1),
                Duration.ofHours(1));
        duration(
                "elasticjob.registry.connection-timeout",
                registry.getConnectionTimeout(),
                Duration.ofMillis(1),
                Duration.ofHours(1));
        number("elasticjob.registry.embedded.port", registry.getEmbedded().getPort(), 0, MAX_PORT);
        duration("elasticjob.health.down-after", properties.getHealth().getDownAfter(), Duration.ZERO, LONGEST);
        Duration forgetAfter = properties.getLeftovers().getForgetJobsAfter();
        if (!forgetAfter.isZero()) { // which is never
            duration("elasticjob.leftovers.forget-jobs-after", forgetAfter, Duration.ofHours(1), LONGEST);
        }
        Duration starvedAfter = properties.getExecution().getStarvedAfter();
        if (!starvedAfter.isZero()) { // which is never
            duration("elasticjob.execution.starved-after", starvedAfter, Duration.ofSeconds(1), Duration.ofDays(1));
        }
        properties.getLimits().forEach((limit, most) -> Concurrency.check("elasticjob.limits." + limit, limit, most));
        labels(properties.getInstance());
    }

    private static void labels(ElasticJobProperties.Instance instance) {
        String labels = Pairs.format(new TreeMap<>(instance.getLabels()));
        if (labels.length() > JobKey.LABELS.maxLength() || VisibleText.isBroken(labels)) {
            throw new InvalidSettingException(
                    "elasticjob.instance.labels",
                    VisibleText.of(labels, 40),
                    "must be text, of " + JobKey.LABELS.maxLength() + " characters together");
        }
    }

    /**
     * Checks a duration.
     *
     * @param value null where it is not set
     * @throws InvalidSettingException when it is shorter or longer
     */
    static void duration(String key, @Nullable Duration value, Duration least, Duration most) {
        if (value != null && (value.compareTo(least) < 0 || value.compareTo(most) > 0)) {
            throw new InvalidSettingException(
                    key,
                    Durations.format(value),
                    "must be at least " + Durations.format(least) + " and at most " + Durations.format(most));
        }
    }

    /**
     * Checks a number.
     *
     * @param value null where it is not set
     * @throws InvalidSettingException when it is less or more
     */
    static void number(String key, @Nullable Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            throw new InvalidSettingException(
                    key, value.toString(), "must be at least " + least + " and at most " + most);
        }
    }
}
