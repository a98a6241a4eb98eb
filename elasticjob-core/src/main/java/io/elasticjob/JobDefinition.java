package io.elasticjob;

import io.elasticjob.schedule.FireCalendar;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.text.Pairs;
import io.elasticjob.text.VisibleText;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a job is: its name and its settings, checked as a whole. Immutable; equal when name and settings are.
 *
 * <p>The zone of a cron schedule is always settled: instances in different zones must name the same instants, so the
 * default zone of the one who makes the definition becomes part of it.
 *
 * @since 0.1.0
 */
public final class JobDefinition {

    /** The longest name that a job may have. */
    public static final int MAX_NAME_LENGTH = 100;
    /** The most characters that all settings of a job may have together: they have to fit into one node of the registry. */
    public static final int MAX_LENGTH = 256 * 1024;
    /** The largest number of shards that a job may have. */
    public static final int MAX_SHARDS = 10_000;

    /**
     * The latest format in which this version stores a job. A job that uses nothing new is stored in the first one, so that
     * earlier versions run it; what is stored in a later one they leave alone.
     */
    public static final int FORMAT = 2;

    private static final Duration LONGEST_THRESHOLD = Duration.ofDays(36500);

    private final String name;
    private final WrittenSettings written;
    /** Those that this process offers, by name; empty where nobody looked. */
    private final Map<String, FireCalendar> calendars;

    private final Schedule schedule;
    private final Jitter jitter;
    private final OnStartup onStartup;
    private final int shardingTotalCount;
    private final boolean broadcast;
    private final SortedMap<Integer, String> shardingItemParameters;
    private final boolean monitorExecution;
    private final Failover failover;
    private final Timeout timeout;
    private final Retry retry;
    private final PauseAfterFailures pauseAfterFailures;
    private final boolean enabled;
    private final Misfire misfire;
    private final CatchUp catchUp;
    private final Overlap overlap;
    private final OnSessionLoss onSessionLoss;
    private final boolean keepCheckpoint;
    private final Duration misfireThreshold;
    private final Placement placement;
    private final Concurrency concurrency;
    private final WholeFirings wholeFirings;
    private final PlannedShards plannedShards;
    private final List<Predecessor> predecessors;
    private final Join join;

    private JobDefinition(String name, Map<JobKey, Setting> given, Map<String, FireCalendar> calendars) {
        this.name = checkedName(name);
        SettingChecks.check(name, given);
        this.written = new WrittenSettings(name, Collections.unmodifiableSortedMap(WrittenSchedule.withZone(given)));
        this.calendars = calendars;
        this.schedule = WrittenSchedule.read(written, calendars);
        this.jitter = Jitter.read(written);
        this.onStartup = OnStartup.read(written);
        this.shardingTotalCount = written.read(JobKey.SHARDING_TOTAL_COUNT, SettingForm.number(1, MAX_SHARDS));
        this.shardingItemParameters = written.read(JobKey.SHARDING_ITEM_PARAMETERS, this::itemParameters);
        this.monitorExecution = written.read(JobKey.MONITOR_EXECUTION, SettingForm.flag());
        this.failover = Failover.read(written);
        this.timeout = Timeout.read(written);
        this.retry = Retry.read(written);
        this.pauseAfterFailures = PauseAfterFailures.read(written);
        this.enabled = written.read(JobKey.ENABLED, SettingForm.flag());
        this.misfire = written.read(JobKey.MISFIRE, SettingForm.word(Misfire.class));
        this.catchUp = CatchUp.read(written);
        this.overlap = Overlap.read(written);
        this.onSessionLoss = written.read(JobKey.ON_SESSION_LOSS, SettingForm.word(OnSessionLoss.class));
        this.keepCheckpoint = written.read(JobKey.KEEP_CHECKPOINT, SettingForm.flag());
        this.misfireThreshold = written.read(JobKey.MISFIRE_THRESHOLD, SettingForm.duration(LONGEST_THRESHOLD));
        this.placement = Placement.read(written);
        this.concurrency = Concurrency.read(written);
        this.wholeFirings = WholeFirings.read(written);
        this.plannedShards = PlannedShards.read(written);
        this.predecessors = Predecessor.read(name, written);
        this.broadcast = Broadcast.read(written);
        this.join = Join.read(written);
        checkKinds();
    }

    /** The settings that kinds of handlers brought: each by itself, then together. */
    private void checkKinds() {
        List<JobKey> brought =
                written.all().keySet().stream().filter(key -> !key.isCommon()).toList();
        if (!brought.isEmpty()) {
            brought.forEach(written::check);
            checkHandler();
            KeyCatalog.ofClassPath().kindsOf(brought).forEach(kind -> written.check(kind, this));
        }
    }

    private void checkHandler() {
        List<JobKey> several =
                written.all().keySet().stream().filter(JobKey::namesHandler).toList();
        if (several.size() > 1) {
            throw written.invalid(
                    several.get(1),
                    "cannot be set beside " + several.get(0) + "=" + written.text(several.get(0))
                            + ": each of them says what runs the job, so leave one out");
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
        return new JobDefinition(name, settings, Map.of());
    }

    /** The same job with the calendar that it names, if it is among these. */
    public JobDefinition on(Map<String, FireCalendar> offered) {
        return schedule.limits().calendar() == null
                ? this
                : new JobDefinition(name, written.all(), Map.copyOf(offered));
    }

    public String name() {
        return name;
    }

    /** What was set, and by whom; without defaults, but with the zone of a cron schedule. */
    public SortedMap<JobKey, Setting> settings() {
        return written.all();
    }

    /** The setting that holds for a key: what was set, or its default; empty when there is neither. */
    public Optional<Setting> setting(JobKey key) {
        return written.setting(key);
    }

    /**
     * What is read out of the setting that holds for a key; its default, or "", where nobody set one.
     *
     * @throws InvalidSettingException when it does not have this form
     */
    public <T> T value(JobKey key, SettingForm<T> form) {
        return written.read(key, form);
    }

    /** Whether it runs once when another version of its application starts. */
    public OnStartup onStartup() {
        return onStartup;
    }

    /** By how much shards begin later than their fire times. */
    public Jitter jitter() {
        return jitter;
    }

    public Schedule schedule() {
        return schedule;
    }

    public int shardingTotalCount() {
        return shardingTotalCount;
    }

    /** Whether each instance that may run it runs each firing once, as a whole. */
    public boolean broadcast() {
        return broadcast;
    }

    /** The parameter of a shard, "" when it has none. */
    public String shardingParameter(int shard) {
        return shardingItemParameters.getOrDefault(shard, "");
    }

    /** As it was written, with whatever blanks and line ends it has. */
    public String jobParameter() {
        return setting(JobKey.JOB_PARAMETER).map(Setting::value).orElse("");
    }

    /** Name of the sharding strategy. */
    public String shardingStrategy() {
        return written.text(JobKey.SHARDING_STRATEGY);
    }

    /** Whether its shards stay where they are at home. */
    public boolean isStatic() {
        return shardingStrategy().equals("static");
    }

    public boolean monitorExecution() {
        return monitorExecution;
    }

    public Failover failover() {
        return failover;
    }

    public Timeout timeout() {
        return timeout;
    }

    public Retry retry() {
        return retry;
    }

    /** Whether it pauses when its firings fail one after another. */
    public PauseAfterFailures pauseAfterFailures() {
        return pauseAfterFailures;
    }

    /** Name of what hears of failures; "" where the application says what does. */
    public String errorHandler() {
        return written.text(JobKey.ERROR_HANDLER);
    }

    public Misfire misfire() {
        return misfire;
    }

    /** Which missed firings are run where all of them are to be. */
    public CatchUp catchUp() {
        return catchUp;
    }

    /** What happens to a firing that comes due while its shard runs. */
    public Overlap overlap() {
        return overlap;
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

    /** Which instances run it, and how much of it. */
    public Placement placement() {
        return placement;
    }

    /** How many of its shards run at the same time. */
    public Concurrency concurrency() {
        return concurrency;
    }

    /** What is recorded of its firings as wholes. */
    public WholeFirings wholeFirings() {
        return wholeFirings;
    }

    /** What decides for each firing into which shards it is split. */
    public PlannedShards plannedShards() {
        return plannedShards;
    }

    /** The jobs after whose firings it runs. */
    public List<Predecessor> predecessors() {
        return predecessors;
    }

    /** How several of them count. */
    public Join join() {
        return join;
    }

    public String description() {
        return written.text(JobKey.DESCRIPTION);
    }

    /** Name of the handler that runs it: {@code key:value} where the key is one that a kind of handlers brings. */
    public String handler() {
        JobKey key = handlerKey();
        return key.equals(JobKey.HANDLER) ? setting(key).orElseThrow().value() : key.key() + ":" + written.text(key);
    }

    /** The key that says what runs it: {@link JobKey#HANDLER}, unless another one is set. */
    public JobKey handlerKey() {
        return written.all().keySet().stream()
                .filter(JobKey::namesHandler)
                .findFirst()
                .orElse(JobKey.HANDLER);
    }

    /** The same job with other settings laid over these, key by key. */
    public JobDefinition with(Map<JobKey, Setting> over) {
        Map<JobKey, Setting> all = new TreeMap<>(written.all());
        all.keySet().removeIf(key -> key.isReplacedBy(over.keySet()));
        all.putAll(over);
        return new JobDefinition(name, all, calendars);
    }

    /**
     * Whether somebody may give these settings now. Stricter than what is read back of what was given before, by whatever
     * version, so that no job stops for what was once accepted: a schedule that says nothing is refused, a number without a
     * unit, a zone that is none though nothing reads it, and quotes that do not end.
     *
     * @throws InvalidSettingException naming the first setting that may not be given
     */
    public static void checkAsGiven(String name, Map<JobKey, String> values) {
        values.forEach((key, value) -> SettingChecks.checkAsGiven(name, key, value));
    }

    /**
     * A name that can stand in paths, ids and addresses.
     *
     * @throws InvalidSettingException under the key {@code what}, when it cannot
     */
    public static String checkedName(String what, String name) {
        if (name.length() > MAX_NAME_LENGTH) {
            throw new InvalidSettingException(
                    what, VisibleText.of(name, 40), "must have at most " + MAX_NAME_LENGTH + " characters");
        }
        if (name.isBlank() || !name.equals(name.strip())) {
            throw new InvalidSettingException(what, name, "must not be blank, nor begin or end with white space");
        }
        if (name.equals(".") || name.equals("..")) {
            throw new InvalidSettingException(what, name, "cannot be a name: it means a folder");
        }
        Optional<String> hidden = VisibleText.firstHidden(name);
        if (hidden.isPresent()) {
            throw new InvalidSettingException(
                    what, name, "must not contain control characters, nor others that are not seen: " + hidden.get());
        }
        boolean plain = name.chars().allMatch(c -> !Character.isISOControl(c) && c < 0xD800 && "/\\@".indexOf(c) < 0);
        if (!plain) {
            throw new InvalidSettingException(
                    what, name, "must not contain \"/\", \"\\\", \"@\" or private characters: it is part of a path");
        }
        return name;
    }

    private static String checkedName(String name) {
        return checkedName("job name", name);
    }

    private SortedMap<Integer, String> itemParameters(String text) {
        SortedMap<Integer, String> parameters = new TreeMap<>();
        for (Pairs.Pair pair : Pairs.list(text, "0=Beijing,1=\"DE, AT\"")) {
            if (!pair.key().matches("[0-9]{1,5}")) { // and nothing is shown, which may be a piece of a parameter
                throw new IllegalArgumentException("names no shard by its part " + pair.number()
                        + ": write the number of the shard, an equals sign and its parameter, in double quotes where"
                        + " that has commas, as in 0=Beijing,1=\"DE, AT\"");
            }
            int shard = Integer.parseInt(pair.key());
            if (shard < 0 || shard >= shardingTotalCount) {
                throw new IllegalArgumentException(
                        "names shard " + shard + ", which does not exist: with shardingTotalCount=" + shardingTotalCount
                                + " there are 0 to " + (shardingTotalCount - 1));
            }
            if (parameters.put(shard, pair.value()) != null) {
                throw new IllegalArgumentException("names shard " + shard + " twice");
            }
        }
        return Collections.unmodifiableSortedMap(parameters);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JobDefinition that && written.equals(that.written);
    }

    @Override
    public int hashCode() {
        return written.hashCode();
    }

    /** Name and settings, without the values that may be secret. */
    @Override
    public String toString() {
        return written.all().entrySet().stream()
                .map(setting -> setting.getKey().key() + "="
                        + (setting.getKey().isConfidential()
                                ? InvalidSettingException.hidden(
                                        setting.getValue().value())
                                : setting.getValue().value()))
                .collect(Collectors.joining(", ", name + "{", "}"));
    }

    /** Collects settings; {@link #build()} checks them as a whole. */
    public static final class Builder {

        private final String name;
        private final Map<JobKey, Setting> settings = new TreeMap<>();

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

        /** So long after each end. */
        public Builder fixedDelay(Duration delay) {
            return set(JobKey.FIXED_DELAY, delay.toString());
        }

        public Builder shards(int totalCount) {
            return set(JobKey.SHARDING_TOTAL_COUNT, Integer.toString(totalCount));
        }

        /** Parameters of some or all of the shards; each comes through as it is. */
        public Builder shardParameters(Map<Integer, String> parameters) {
            return set(JobKey.SHARDING_ITEM_PARAMETERS, Pairs.format(new TreeMap<>(parameters)));
        }

        /** Labels with the values that an instance must have to run the job. */
        public Builder labels(Map<String, String> labels) {
            return set(JobKey.LABELS, Pairs.format(new TreeMap<>(labels)));
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
            Map<JobKey, String> values = new TreeMap<>();
            settings.forEach((key, setting) -> values.put(key, setting.value()));
            checkAsGiven(name, values);
            return new JobDefinition(name, settings, Map.of());
        }
    }
}
