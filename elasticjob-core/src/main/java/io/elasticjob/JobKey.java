package io.elasticjob;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be set of a job, with its default. The one place where keys and defaults are written down: they
 * are the same through annotation, configuration file, Java and endpoint.
 */
public enum JobKey {
    /** When it fires: Quartz syntax, 6 or 7 fields; {@code -} means never. */
    CRON("cron", null),
    /** When it fires: a fixed rate, aligned to the epoch. */
    EVERY("every", null),
    /** When it fires: once, at this instant, such as {@code 2027-01-01T00:00:00Z}. */
    AT("at", null),
    /** Time zone of {@link #CRON}; the declaring instance's default, when not set. */
    ZONE("zone", null),
    SHARDING_TOTAL_COUNT("shardingTotalCount", "1"),
    SHARDING_ITEM_PARAMETERS("shardingItemParameters", ""),
    JOB_PARAMETER("jobParameter", ""),
    SHARDING_STRATEGY("shardingStrategy", "average"),
    MONITOR_EXECUTION("monitorExecution", "true"),
    FAILOVER("failover", "false"),
    FAILOVER_LIMIT("failoverLimit", "3"),
    MISFIRE("misfire", "FIRE_ONCE"),
    MISFIRE_THRESHOLD("misfireThreshold", "60s"),
    ON_SESSION_LOSS("onSessionLoss", "CANCEL"),
    /** Whether a checkpoint outlives the firing that succeeded with it. */
    KEEP_CHECKPOINT("keepCheckpoint", "false"),
    ENABLED("enabled", "true"),
    LABELS("labels", ""),
    DESCRIPTION("description", ""),
    /** The handler that runs it; one of the job's own name, when not set. */
    HANDLER("handler", null);

    private static final Map<String, JobKey> BY_PLAIN_TEXT =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(key -> plain(key.key), key -> key));

    private final String key;
    private final @Nullable String defaultValue;

    JobKey(String key, @Nullable String defaultValue) {
        this.key = key;
        this.defaultValue = defaultValue;
    }

    /** As written in annotations, the endpoint and the registry: camel case. */
    public String key() {
        return key;
    }

    /** The value that holds when nobody sets one; empty when there is none, or it depends on the job. */
    public Optional<String> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    /** Whether a change of it changes when the job fires. */
    public boolean isSchedule() {
        return saysWhen() || this == ZONE;
    }

    /** Whether it is one of those of which a job has one at most; where several are laid over one another, the last holds. */
    public boolean saysWhen() {
        return this == CRON || this == EVERY || this == AT;
    }

    /** Whether its value is the application's own and may be secret: logs, events and snapshots do not show it. */
    public boolean isConfidential() {
        return this == JOB_PARAMETER || this == SHARDING_ITEM_PARAMETERS;
    }

    /** The key that reads like {@code text}, whatever its case and dashes. */
    public static Optional<JobKey> of(String text) {
        return Optional.ofNullable(BY_PLAIN_TEXT.get(plain(text)));
    }

    private static String plain(String text) {
        return text.replace("-", "").toLowerCase(Locale.ROOT);
    }
}
