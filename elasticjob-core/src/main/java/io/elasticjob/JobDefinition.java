package io.elasticjob;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a job is: its name and its settings, checked as a whole. Immutable; equal when name and settings are.
 *
 * <p>The zone of a cron schedule is always settled: instances in different zones must name the same instants, so the
 * default zone of whoever makes the definition becomes part of it.
 */
public final class JobDefinition {

    /** The longest name that a job may have. */
    public static final int MAX_NAME_LENGTH = 100;
    /** The most characters that all settings of a job may have together: they have to fit into one node of the registry. */
    public static final int MAX_LENGTH = 256 * 1024;
    /** The largest number of shards that a job may have. */
    public static final int MAX_SHARDS = 10_000;

    private static final Duration LONGEST_THRESHOLD = Duration.ofDays(36500);
    private static final String NO_SCHEDULE = "-";

    private final String name;
    private final SortedMap<JobKey, Setting> settings;
    private final Schedule schedule;
    private final int shardingTotalCount;
    private final SortedMap<Integer, String> shardingItemParameters;
    private final int failoverLimit;
    private final boolean monitorExecution;
    private final boolean failover;
    private final boolean enabled;
    private final Misfire misfire;
    private final OnSessionLoss onSessionLoss;
    private final boolean keepCheckpoint;
    private final Duration misfireThreshold;
    private final SortedMap<String, String> labels;

    private JobDefinition(String name, Map<JobKey, Setting> given) {
        this.name = checkedName(name);
        this.settings = Collections.unmodifiableSortedMap(withZone(given));
        this.schedule = readSchedule();
        this.shardingTotalCount = number(JobKey.SHARDING_TOTAL_COUNT, 1, MAX_SHARDS);
        this.shardingItemParameters = itemParameters();
        this.failoverLimit = number(JobKey.FAILOVER_LIMIT, 0, 1_000);
        this.monitorExecution = flag(JobKey.MONITOR_EXECUTION);
        this.failover = flag(JobKey.FAILOVER);
        this.enabled = flag(JobKey.ENABLED);
        this.misfire = word(JobKey.MISFIRE, Misfire.class);
        this.onSessionLoss = word(JobKey.ON_SESSION_LOSS, OnSessionLoss.class);
        this.keepCheckpoint = flag(JobKey.KEEP_CHECKPOINT);
        this.misfireThreshold = threshold();
        this.labels = labelPairs();
        checkLength();
        if (failover && !monitorExecution) {
            throw invalid(
                    JobKey.FAILOVER, "needs monitorExecution=true: without records nobody can tell what was running");
        }
    }

    /** Begins a definition. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /**
     * A definition from written settings.
     *
     * @throws InvalidSettingException naming the first setting that cannot be used
     */
    public static JobDefinition of(String name, Map<JobKey, Setting> settings) {
        return new JobDefinition(name, settings);
    }

    public String name() {
        return name;
    }

    /** What was set, and by whom; without defaults, but with the zone of a cron schedule. */
    public SortedMap<JobKey, Setting> settings() {
        return settings;
    }

    /** The setting that holds for a key: what was set, or its default; empty when there is neither. */
    public Optional<Setting> setting(JobKey key) {
        Setting given = settings.get(key);
        if (given != null) {
            return Optional.of(given);
        }
        Optional<String> fallback = key == JobKey.HANDLER ? Optional.of(name) : key.defaultValue();
        return fallback.map(value -> new Setting(value, Setting.Source.DEFAULT));
    }

    public Schedule schedule() {
        return schedule;
    }

    private Schedule readSchedule() {
        List<JobKey> said = settings.keySet().stream()
                .filter(key -> key.saysWhen() && !text(key).isEmpty())
                .toList();
        if (said.size() > 1) {
            throw invalid(
                    said.get(1),
                    "cannot be set beside " + said.get(0).key() + "=\"" + text(said.get(0))
                            + "\": a job has one schedule");
        }
        if (!text(JobKey.EVERY).isEmpty()) {
            return parsed(JobKey.EVERY, value -> Schedule.every(Durations.parse(value)));
        }
        if (!text(JobKey.AT).isEmpty()) {
            return Schedule.once(instant());
        }
        if (said.isEmpty() || text(JobKey.CRON).equals(NO_SCHEDULE)) {
            return Schedule.onTrigger();
        }
        ZoneId zone = zone();
        return parsed(JobKey.CRON, value -> Schedule.cron(value, zone));
    }

    private Instant instant() {
        try {
            OffsetDateTime at = OffsetDateTime.parse(text(JobKey.AT));
            if (at.getYear() >= 1970 && at.getYear() <= 9999) {
                return at.toInstant().truncatedTo(ChronoUnit.MILLIS);
            }
        } catch (DateTimeException malformed) {
            // the same rule is broken
        }
        throw invalid(
                JobKey.AT,
                "is not an instant from 1970 to 9999: write it with its offset, such as 2027-01-01T00:00:00Z");
    }

    public int shardingTotalCount() {
        return shardingTotalCount;
    }

    /** The parameter of a shard, "" when it has none. */
    public String shardingParameter(int shard) {
        return shardingItemParameters.getOrDefault(shard, "");
    }

    public String jobParameter() {
        return text(JobKey.JOB_PARAMETER);
    }

    /** Name of the sharding strategy. */
    public String shardingStrategy() {
        return text(JobKey.SHARDING_STRATEGY);
    }

    public boolean monitorExecution() {
        return monitorExecution;
    }

    public boolean failover() {
        return failover;
    }

    /** How many owners of one firing may die before it counts as lost. */
    public int failoverLimit() {
        return failoverLimit;
    }

    public Misfire misfire() {
        return misfire;
    }

    /** How late a firing may start without being a misfire. */
    public Duration misfireThreshold() {
        return misfireThreshold;
    }

    public OnSessionLoss onSessionLoss() {
        return onSessionLoss;
    }

    /** Whether a checkpoint outlives the firing that succeeded with it. */
    public boolean keepCheckpoint() {
        return keepCheckpoint;
    }

    public boolean enabled() {
        return enabled;
    }

    /** What an instance must carry to run it. */
    public SortedMap<String, String> labels() {
        return labels;
    }

    public String description() {
        return text(JobKey.DESCRIPTION);
    }

    /** Name of the handler that runs it. */
    public String handler() {
        return setting(JobKey.HANDLER).orElseThrow().value();
    }

    /** The same job with other settings laid over these, key by key. */
    public JobDefinition with(Map<JobKey, Setting> over) {
        Map<JobKey, Setting> all = new EnumMap<>(JobKey.class);
        all.putAll(settings);
        if (over.keySet().stream().anyMatch(JobKey::saysWhen)) {
            all.keySet().removeIf(JobKey::saysWhen);
        }
        all.putAll(over);
        return new JobDefinition(name, all);
    }

    /**
     * A name that can stand in paths, ids and addresses.
     *
     * @throws InvalidSettingException under the key {@code what}, when it cannot
     */
    public static String checkedName(String what, String name) {
        if (name.isBlank() || !name.equals(name.strip())) {
            throw new InvalidSettingException(what, name, "must not be blank, nor begin or end with white space");
        }
        if (name.length() > MAX_NAME_LENGTH) {
            throw new InvalidSettingException(what, name, "must have at most " + MAX_NAME_LENGTH + " characters");
        }
        if (name.equals(".") || name.equals("..")) {
            throw new InvalidSettingException(what, name, "cannot be a name: it means a folder");
        }
        boolean plain = name.chars().allMatch(c -> !Character.isISOControl(c) && c < 0xD800 && "/\\@".indexOf(c) < 0);
        if (!plain) {
            throw new InvalidSettingException(
                    what,
                    name,
                    "must not contain \"/\", \"\\\", \"@\", control or private characters: it is part of a path");
        }
        return name;
    }

    private void checkLength() {
        int length = 0;
        JobKey longest = JobKey.DESCRIPTION;
        for (JobKey key : settings.keySet()) {
            length += text(key).length();
            longest = text(key).length() > text(longest).length() ? key : longest;
        }
        if (length > MAX_LENGTH) {
            throw new InvalidSettingException(
                    name + "." + longest.key(),
                    text(longest).substring(0, 20) + "…",
                    "is too long: all settings of a job together may have " + MAX_LENGTH + " characters, these have "
                            + length);
        }
    }

    private static String checkedName(String name) {
        return checkedName("job name", name);
    }

    private static SortedMap<JobKey, Setting> withZone(Map<JobKey, Setting> given) {
        SortedMap<JobKey, Setting> all = new TreeMap<>(given);
        all.values().removeIf(setting -> setting.value().isEmpty() && setting.source() == Setting.Source.DEFAULT);
        Setting cron = all.get(JobKey.CRON);
        boolean timed = cron != null && !cron.value().isBlank() && !cron.value().equals(NO_SCHEDULE);
        if (timed
                && (!all.containsKey(JobKey.ZONE)
                        || all.get(JobKey.ZONE).value().isBlank())) {
            all.put(JobKey.ZONE, new Setting(ZoneId.systemDefault().getId(), Setting.Source.DEFAULT));
        }
        return all;
    }

    private String text(JobKey key) {
        return setting(key).map(Setting::value).orElse("").strip();
    }

    private InvalidSettingException invalid(JobKey key, String rule) {
        return new InvalidSettingException(name + "." + key.key(), text(key), rule);
    }

    private <T> T parsed(JobKey key, Function<String, T> parser) {
        try {
            return parser.apply(text(key));
        } catch (IllegalArgumentException | DateTimeException invalid) {
            throw invalid(key, "cannot be used: " + invalid.getMessage());
        }
    }

    private int number(JobKey key, int least, int most) {
        try {
            int number = Integer.parseInt(text(key));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // the same rule is broken
        }
        throw invalid(key, "must be a whole number from " + least + " to " + most);
    }

    private boolean flag(JobKey key) {
        return switch (text(key)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(key, "must be true or false");
        };
    }

    private <E extends Enum<E>> E word(JobKey key, Class<E> type) {
        String wanted = text(key).replace('-', '_');
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equalsIgnoreCase(wanted))
                .findFirst()
                .orElseThrow(() -> invalid(
                        key,
                        "must be one of "
                                + Arrays.stream(type.getEnumConstants())
                                        .map(Enum::name)
                                        .collect(Collectors.joining(", "))));
    }

    private ZoneId zone() {
        try {
            return ZoneId.of(text(JobKey.ZONE));
        } catch (DateTimeException unknown) {
            throw invalid(JobKey.ZONE, "is not a time zone: use a name such as Europe/Berlin, or UTC");
        }
    }

    private Duration threshold() {
        Duration threshold = parsed(JobKey.MISFIRE_THRESHOLD, Durations::parse);
        if (threshold.isNegative() || threshold.isZero()) {
            throw invalid(JobKey.MISFIRE_THRESHOLD, "must be longer than nothing");
        }
        if (threshold.compareTo(LONGEST_THRESHOLD) > 0) {
            throw invalid(JobKey.MISFIRE_THRESHOLD, "must be at most 36500d");
        }
        return threshold;
    }

    private SortedMap<Integer, String> itemParameters() {
        SortedMap<Integer, String> parameters = new TreeMap<>();
        for (Pair pair : pairs(JobKey.SHARDING_ITEM_PARAMETERS, "0=Beijing,1=Shanghai")) {
            int shard;
            try {
                shard = Integer.parseInt(pair.key());
            } catch (NumberFormatException notANumber) {
                throw invalid(
                        JobKey.SHARDING_ITEM_PARAMETERS,
                        "names \"" + pair.key() + "\", which is not a shard: write 0=Beijing,1=Shanghai");
            }
            if (shard < 0 || shard >= shardingTotalCount) {
                throw invalid(
                        JobKey.SHARDING_ITEM_PARAMETERS,
                        "names shard " + shard + ", which does not exist: with shardingTotalCount=" + shardingTotalCount
                                + " there are 0 to " + (shardingTotalCount - 1));
            }
            if (parameters.put(shard, pair.value()) != null) {
                throw invalid(JobKey.SHARDING_ITEM_PARAMETERS, "names shard " + shard + " twice");
            }
        }
        return Collections.unmodifiableSortedMap(parameters);
    }

    private SortedMap<String, String> labelPairs() {
        SortedMap<String, String> pairs = new TreeMap<>();
        for (Pair pair : pairs(JobKey.LABELS, "zone=eu,disk=ssd")) {
            if (pairs.put(pair.key(), pair.value()) != null) {
                throw invalid(JobKey.LABELS, "names the label \"" + pair.key() + "\" twice");
            }
        }
        return Collections.unmodifiableSortedMap(pairs);
    }

    private Iterable<Pair> pairs(JobKey key, String example) {
        String text = text(key);
        if (text.isEmpty()) {
            return Collections.emptyList();
        }
        return Arrays.stream(text.split(",", -1))
                .map(part -> {
                    int equals = part.indexOf('=');
                    if (equals < 0 || part.substring(0, equals).isBlank()) {
                        throw invalid(key, "has \"" + part.strip() + "\" where a pair should be: write " + example);
                    }
                    return new Pair(
                            part.substring(0, equals).strip(),
                            part.substring(equals + 1).strip());
                })
                .toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JobDefinition that && name.equals(that.name) && settings.equals(that.settings);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + settings.hashCode();
    }

    @Override
    public String toString() {
        return name + settings;
    }

    private record Pair(String key, String value) {}

    /** Collects settings; {@link #build()} checks them as a whole. */
    public static final class Builder {

        private final String name;
        private final Map<JobKey, Setting> settings = new EnumMap<>(JobKey.class);

        private Builder(String name) {
            this.name = name;
        }

        public Builder set(JobKey key, String value) {
            return set(key, new Setting(value, Setting.Source.CODE));
        }

        public Builder set(JobKey key, Setting setting) {
            settings.put(key, setting);
            return this;
        }

        /** Quartz syntax, 6 or 7 fields. */
        public Builder cron(String expression, ZoneId zone) {
            return set(JobKey.CRON, expression).set(JobKey.ZONE, zone.getId());
        }

        public Builder every(Duration period) {
            return set(JobKey.EVERY, period.toString());
        }

        public Builder shards(int totalCount) {
            return set(JobKey.SHARDING_TOTAL_COUNT, Integer.toString(totalCount));
        }

        public Builder shardParameters(Map<Integer, String> parameters) {
            return set(
                    JobKey.SHARDING_ITEM_PARAMETERS,
                    new TreeMap<>(parameters)
                            .entrySet().stream()
                                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                                    .collect(Collectors.joining(",")));
        }

        public Builder monitorExecution(boolean monitored) {
            return set(JobKey.MONITOR_EXECUTION, Boolean.toString(monitored));
        }

        public Builder failover(boolean wanted) {
            return set(JobKey.FAILOVER, Boolean.toString(wanted));
        }

        public Builder misfire(Misfire policy) {
            return set(JobKey.MISFIRE, policy.name());
        }

        /**
         * @throws InvalidSettingException naming the first setting that cannot be used
         */
        public JobDefinition build() {
            return new JobDefinition(name, settings);
        }
    }
}
