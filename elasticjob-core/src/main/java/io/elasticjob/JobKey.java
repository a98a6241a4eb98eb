package io.elasticjob;

import io.elasticjob.text.Durations;
import io.elasticjob.text.Pairs;
import io.elasticjob.text.VisibleText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that can be set of a job, with its form and its default. The one place where keys and defaults are written
 * down: they are the same through annotation, configuration file, Java and endpoint. The constants are the keys of all jobs;
 * a {@link HandlerKind} brings further ones. Two are equal when their texts are.
 *
 * @since 0.1.0
 */
public final class JobKey implements Comparable<JobKey> {

    private static final List<JobKey> COMMON = new ArrayList<>();

    public static final JobKey CRON = common(ScheduleKeys.cron());
    public static final JobKey EVERY = common(ScheduleKeys.every());
    public static final JobKey AT = common(ScheduleKeys.at());
    public static final JobKey FIXED_DELAY = common(ScheduleKeys.fixedDelay());
    public static final JobKey INITIAL_DELAY = common(ScheduleKeys.initialDelay());
    public static final JobKey ZONE = common(ScheduleKeys.zone());
    public static final JobKey VALID_FROM = common(ScheduleKeys.validFrom());
    public static final JobKey VALID_UNTIL = common(ScheduleKeys.validUntil());
    public static final JobKey BETWEEN = common(ScheduleKeys.between());
    public static final JobKey EXCLUDED_DAYS = common(ScheduleKeys.excludedDays());
    public static final JobKey CALENDAR = common(ScheduleKeys.calendar());
    public static final JobKey JITTER = common(ScheduleKeys.jitter());
    public static final JobKey ON_STARTUP = common(ScheduleKeys.onStartup());
    public static final JobKey SHARDING_TOTAL_COUNT = common(ShardingKeys.shardingTotalCount());
    public static final JobKey BROADCAST = common(ShardingKeys.broadcast());
    public static final JobKey SHARDING_ITEM_PARAMETERS = common(ShardingKeys.shardingItemParameters());
    public static final JobKey JOB_PARAMETER = common(ShardingKeys.jobParameter());
    public static final JobKey SHARDING_STRATEGY = common(ShardingKeys.shardingStrategy());
    public static final JobKey MONITOR_EXECUTION = common(PolicyKeys.monitorExecution());
    public static final JobKey FAILOVER = common(PolicyKeys.failover());
    public static final JobKey FAILOVER_LIMIT = common(PolicyKeys.failoverLimit());
    public static final JobKey TIMEOUT = common(PolicyKeys.timeout());
    public static final JobKey CANCEL_GRACE = common(PolicyKeys.cancelGrace());
    public static final JobKey RETRY_ATTEMPTS = common(RetryKeys.retryAttempts());
    public static final JobKey RETRY_DELAY = common(RetryKeys.retryDelay());
    public static final JobKey RETRY_FACTOR = common(RetryKeys.retryFactor());
    public static final JobKey RETRY_MAX_DELAY = common(RetryKeys.retryMaxDelay());
    public static final JobKey RETRY_JITTER = common(RetryKeys.retryJitter());
    public static final JobKey RETRY_ON = common(RetryKeys.retryOn());
    public static final JobKey RETRY_NOT_ON = common(RetryKeys.retryNotOn());
    public static final JobKey PAUSE_AFTER_FAILURES = common(PolicyKeys.pauseAfterFailures());
    public static final JobKey ERROR_HANDLER = common(PolicyKeys.errorHandler());
    public static final JobKey MISFIRE = common(PolicyKeys.misfire());
    public static final JobKey MISFIRE_THRESHOLD = common(PolicyKeys.misfireThreshold());
    public static final JobKey CATCH_UP = common(PolicyKeys.catchUp());
    public static final JobKey CATCH_UP_AGE = common(PolicyKeys.catchUpAge());
    public static final JobKey OVERLAP = common(PolicyKeys.overlap());
    public static final JobKey ON_SESSION_LOSS = common(PolicyKeys.onSessionLoss());
    public static final JobKey KEEP_CHECKPOINT = common(PolicyKeys.keepCheckpoint());
    public static final JobKey RECORD_FIRINGS = common(FiringKeys.recordFirings());
    public static final JobKey FIRING_LISTENERS = common(FiringKeys.firingListeners());
    public static final JobKey FIRING_LISTENER_TIMEOUT = common(FiringKeys.firingListenerTimeout());
    public static final JobKey FIRING_DEADLINE = common(FiringKeys.firingDeadline());
    public static final JobKey PLANNER = common(FiringKeys.planner());
    public static final JobKey PLANNER_TIMEOUT = common(FiringKeys.plannerTimeout());
    public static final JobKey AFTER = common(FiringKeys.after());
    public static final JobKey JOIN = common(FiringKeys.join());
    public static final JobKey ENABLED = common(GeneralKeys.enabled());
    public static final JobKey LABELS = common(ShardingKeys.labels());
    public static final JobKey MAX_SHARDS_PER_INSTANCE = common(ShardingKeys.maxShardsPerInstance());
    public static final JobKey MIN_INSTANCES = common(ShardingKeys.minInstances());
    public static final JobKey EXECUTION_GROUP = common(ShardingKeys.executionGroup());
    public static final JobKey MAX_CONCURRENT_SHARDS = common(LimitKeys.maxConcurrentShards());
    public static final JobKey LIMITS = common(LimitKeys.limits());
    public static final JobKey PRIORITY = common(LimitKeys.priority());
    public static final JobKey DESCRIPTION = common(GeneralKeys.description());
    public static final JobKey HANDLER = common(GeneralKeys.handler());

    private static final List<JobKey> ALL_COMMON = List.copyOf(COMMON);

    private static final Pattern TEXT = Pattern.compile("[a-z][A-Za-z0-9]{0,99}");
    private static final Comparator<JobKey> ORDER =
            Comparator.<JobKey>comparingInt(key -> key.rank).thenComparing(JobKey::key);

    private final String key;
    private final KeyTraits traits;

    /** The place among the keys of all jobs, in the order in which they are shown and stored; all others follow by name. */
    private final int rank;

    private JobKey(String key, KeyTraits traits, int rank) {
        this.key = key;
        this.traits = traits;
        this.rank = rank;
    }

    /**
     * Begins a key that a {@link HandlerKind} brings.
     *
     * @param key in camel case, of ASCII letters and digits
     */
    public static Builder named(String key) {
        return new Builder(key);
    }

    private static JobKey common(Builder builder) {
        JobKey key = new JobKey(builder.key, builder.traits(), COMMON.size());
        COMMON.add(key);
        return key;
    }

    /** The keys of all jobs. */
    public static List<JobKey> common() {
        return ALL_COMMON;
    }

    /**
     * All keys that there are: those of all jobs, then those that kinds of handlers bring.
     *
     * @throws IllegalStateException when kinds on the class path exclude one another
     */
    public static List<JobKey> values() {
        return KeyCatalog.ofClassPath().keys();
    }

    /** The key that reads like {@code text}, whatever its case and dashes. */
    public static Optional<JobKey> of(String text) {
        return KeyCatalog.ofClassPath().of(text);
    }

    /**
     * The key of a stored setting. One that this version does not know is kept, with its value, and is confidential; a job
     * that has it is run by others.
     *
     * @throws IllegalArgumentException for a text that can be no key of any version
     */
    public static JobKey stored(String text) {
        return of(text).orElseGet(() -> named(text)
                .maxLength(JobDefinition.MAX_LENGTH)
                .confidential()
                .documentation("Known to other versions only.")
                .build());
    }

    /** Whether this version knows it: it is one of {@link #values()}. */
    public boolean isKnown() {
        return isCommon() || KeyCatalog.ofClassPath().knows(this);
    }

    boolean isCommon() {
        return rank < Integer.MAX_VALUE;
    }

    /** The most characters that its value may have. Looked at before anything else about the value is. */
    public int maxLength() {
        return traits.maxLength();
    }

    /** As written in annotations, the endpoint and the registry: camel case. */
    public String key() {
        return key;
    }

    /** The value that holds when nobody sets one; empty when there is none, or it depends on the job. */
    public Optional<String> defaultValue() {
        return Optional.ofNullable(traits.defaultValue());
    }

    /** What it is for and which values it takes, in a few sentences. */
    public String documentation() {
        return traits.documentation();
    }

    /** What a value of it has to be; of a key of all jobs more than that, which {@link JobDefinition} checks. */
    SettingForm<?> form() {
        return traits.form();
    }

    KeyTraits.Characters characters() {
        return traits.characters();
    }

    /** Whether a change of it changes when the job fires. */
    public boolean isSchedule() {
        return saysWhen() || this == INITIAL_DELAY || this == ZONE || limitsSchedule();
    }

    /** Whether a setting of it no longer holds where these are laid over it: they give the job another schedule. */
    public boolean isReplacedBy(Collection<JobKey> over) {
        boolean another = over.stream().anyMatch(JobKey::saysWhen);
        return another && (saysWhen() || (this == INITIAL_DELAY && !over.contains(FIXED_DELAY)));
    }

    /** Whether it takes fire times away from a schedule. */
    boolean limitsSchedule() {
        return this == VALID_FROM || this == VALID_UNTIL || isOnTheClock();
    }

    /** Whether its value says something in the job's time zone, beside a schedule that needs none. */
    boolean isOnTheClock() {
        return this == BETWEEN || this == EXCLUDED_DAYS || this == CALENDAR;
    }

    /** Whether it is one of those of which a job has one at most; where several are laid over one another, the last holds. */
    public boolean saysWhen() {
        return this == CRON || this == EVERY || this == AT || this == FIXED_DELAY;
    }

    /** Whether its value says what runs the job; a job has one of those keys at most. */
    public boolean namesHandler() {
        return traits.handlerNoun() != null;
    }

    /** What its value names that runs the job, in people's words, such as {@code script}; "" where it names nothing that does. */
    public String handlerNoun() {
        return Objects.requireNonNullElse(traits.handlerNoun(), "");
    }

    /** Whether its value is the application's own and may be secret: logs, events and snapshots do not show it. */
    public boolean isConfidential() {
        return traits.isConfidential();
    }

    /** Whether its value is a map: names with values, as {@link Pairs} reads them. */
    public boolean isPairs() {
        return traits.shape() == KeyTraits.Shape.PAIRS;
    }

    /** Whether its value is a duration, as {@link Durations} reads it. */
    boolean isDuration() {
        return traits.shape() == KeyTraits.Shape.DURATION;
    }

    @Override
    public int compareTo(JobKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof JobKey that && key.equals(that.key));
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    @Override
    public String toString() {
        return key;
    }

    /** Makes a key: of plain text with at most 100 characters, without a default, unless something else is said. */
    public static final class Builder {

        private final String key;
        private @Nullable String defaultValue;
        private int maxLength = 100;
        private KeyTraits.Characters characters = KeyTraits.Characters.PLAIN;
        private KeyTraits.Shape shape = KeyTraits.Shape.TEXT;
        private boolean confidential;
        private @Nullable String handlerNoun;
        private SettingForm<?> form = SettingForm.text();
        private String documentation = "";

        private Builder(String key) {
            this.key = key;
        }

        /** What it is for and which values it takes, in sentences. */
        public Builder documentation(String sentences) {
            documentation = sentences;
            return this;
        }

        /** The value that holds when nobody sets one. */
        public Builder defaultValue(String value) {
            defaultValue = value;
            return this;
        }

        /** The most characters that a value may have. */
        public Builder maxLength(int characters) {
            maxLength = characters;
            return this;
        }

        /** What a value has to be. */
        public Builder form(SettingForm<?> rule) {
            form = rule;
            return this;
        }

        /** A value is a duration, longer than nothing. Whoever sets it has to write the unit. */
        public Builder duration(Duration most) {
            return shape(KeyTraits.Shape.DURATION).form(SettingForm.duration(most));
        }

        /**
         * A value is a map. Configuration files may write it as one, too.
         *
         * @param what a name in it stands for, such as {@code variable}
         * @param example that a refusal shows, such as {@code region=eu,tier=1}
         */
        public Builder pairs(String what, String example) {
            return shape(KeyTraits.Shape.PAIRS).form(SettingForm.pairs(what, example));
        }

        /** A value is the name of something in the application, of at most 255 characters that are seen. */
        public Builder name() {
            characters = KeyTraits.Characters.VISIBLE;
            return maxLength(255);
        }

        /** A value may have any character, be it one that is not seen. */
        public Builder freeText() {
            characters = KeyTraits.Characters.ANY;
            return this;
        }

        /** A value may be secret: messages, logs and snapshots do not show it. It may have any character. */
        public Builder confidential() {
            confidential = true;
            return freeText();
        }

        /**
         * A value says what runs the job, in place of {@link JobKey#HANDLER}: the handler of the name {@code key:value}, which
         * instances offer as they offer all others.
         *
         * @param noun what it is, in people's words, such as {@code script}
         */
        public Builder namesHandler(String noun) {
            handlerNoun = noun;
            return name();
        }

        Builder shape(KeyTraits.Shape next) {
            shape = next;
            characters = next == KeyTraits.Shape.PAIRS ? KeyTraits.Characters.ANY : characters;
            return this;
        }

        private KeyTraits traits() {
            return new KeyTraits(
                    defaultValue, maxLength, characters, shape, confidential, handlerNoun, form, documentation);
        }

        /**
         * @throws IllegalArgumentException when the text is not in camel case, or is that of a key of all jobs
         */
        public JobKey build() {
            if (!TEXT.matcher(key).matches()) {
                throw new IllegalArgumentException("\"" + VisibleText.of(key, 100)
                        + "\" is not a key: write it in camel case, of at most 100 ASCII letters and digits");
            }
            if (ALL_COMMON.stream().anyMatch(common -> common.key.equals(key))) {
                throw new IllegalArgumentException("\"" + key + "\" is a key of all jobs: name another one");
            }
            return new JobKey(key, traits(), Integer.MAX_VALUE);
        }
    }
}
