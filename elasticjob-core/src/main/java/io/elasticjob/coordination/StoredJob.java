package io.elasticjob.coordination;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.Setting;
import io.elasticjob.coordination.Switches.Switch;
import io.elasticjob.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the registry holds of a job: what was declared, what operators laid over it, and since when.
 *
 * @param life drawn at random when the job is created, and never changed: tells it from one of the same name that was
 *     removed before, also where a transaction id does not, because the registry was laid again; "" when an older version
 *     created the job
 * @param since registry time at which the present schedule took effect; firings before it are never due
 * @param unknown fields of the stored form that this version has no name for; they are written back as they were
 */
public record StoredJob(
        String name,
        String life,
        Settings settings,
        Instant since,
        ShardCount shardCount,
        Marks marks,
        Map<String, Object> unknown) {

    /** The longest life, in characters: what the history of executions has room for. */
    public static final int MAX_LIFE_LENGTH = 20;

    /**
     * What is said of the job.
     *
     * @param application whose code declares it; "" when an operator made it, so that nothing is declared
     * @param declared what annotation, properties and Java say
     * @param overrides what operators say; wins over {@code declared}, key by key
     */
    public record Settings(String application, Map<JobKey, Setting> declared, Map<JobKey, Override> overrides) {

        public Settings {
            declared = Collections.unmodifiableMap(new TreeMap<>(declared));
            overrides = Collections.unmodifiableMap(new TreeMap<>(overrides));
        }

        private Settings with(Map<JobKey, Override> next) {
            return new Settings(application, declared, next);
        }

        private Settings of(String next) {
            return new Settings(next, declared, overrides);
        }
    }

    /**
     * What is noted of the job beside its settings.
     *
     * @param switches what operators have switched off of it, beside the whole
     * @param undeclared that instances of its application live and none of them declares it; null while one does, or where
     *     nobody looks
     */
    public record Marks(Switches switches, @Nullable Undeclared undeclared) {

        public static final Marks NONE = new Marks(Switches.NONE, null);
    }

    public StoredJob {
        unknown = Map.copyOf(unknown);
    }

    /** A job of which nothing is noted, of an unknown life, without fields that this version has no name for. */
    public StoredJob(String name, Settings settings, Instant since, ShardCount shardCount) {
        this(name, "", settings, since, shardCount, Marks.NONE, Map.of());
    }

    /** Why a zone is overridden that no operator gave. */
    private static final String ZONE_SETTLED =
            "the time zone of the instance that was asked to set cron, which came without one";

    /** Of what needs it. */
    private static final Set<JobKey> ON_THE_CLOCK =
            Set.of(JobKey.CRON, JobKey.BETWEEN, JobKey.EXCLUDED_DAYS, JobKey.CALENDAR);

    /**
     * A leader's note that nobody declares the job any more.
     *
     * @param since registry time at which a leader first saw it
     * @param counted how much of the time since then leaders have watched it to be so
     * @param seen registry time up to which that is counted
     */
    public record Undeclared(Instant since, Duration counted, Instant seen) {}

    /** A setting that an operator changed at run time. */
    public record Override(String value, String who, Instant when, String why) {

        /** Without the value, which may be secret. */
        @java.lang.Override
        public String toString() {
            return "OVERRIDE " + InvalidSettingException.hidden(value) + " by " + who + " at " + when + ": " + why;
        }
    }

    /** Whose code declares it; "" when an operator made it. */
    public String application() {
        return settings.application();
    }

    /** What annotation, properties and Java say. */
    public Map<JobKey, Setting> declared() {
        return settings.declared();
    }

    /** What operators say; wins over what is declared, key by key. */
    public Map<JobKey, Override> overrides() {
        return settings.overrides();
    }

    /** What is set for one key, whatever the other settings make of the job; empty when nothing is. */
    public Optional<String> set(JobKey key) {
        Override override = overrides().get(key);
        return override != null
                ? Optional.of(override.value())
                : Optional.ofNullable(declared().get(key)).map(Setting::value);
    }

    /** What operators have switched off of it, beside the whole. */
    public Switches switches() {
        return marks.switches();
    }

    private StoredJob with(Settings next) {
        return new StoredJob(name, life, next, since, shardCount, marks, unknown);
    }

    private StoredJob with(Marks next) {
        return new StoredJob(name, life, settings, since, shardCount, next, unknown);
    }

    /**
     * What tells this life of the job from all others: never empty.
     *
     * @param created transaction id of the creation of its node: all there is of a job that has no life of its own, because
     *     it was written by hand or by an older version
     */
    public String lifeUnder(long created) {
        return life.isEmpty() ? lifeOf(created) : life;
    }

    /** The life of a job of which no more is known than when its node was created. */
    public static String lifeOf(long created) {
        return Long.toString(created);
    }

    /** The same job as it is created, in a life of its own. */
    public StoredJob born(String newLife) {
        return new StoredJob(name, newLife, settings, since, shardCount, marks, unknown);
    }

    /**
     * The same job. Where it is declared as {@code known} is, which is the rule where this process declares it, both share
     * their settings: thousands of jobs need not be held twice.
     */
    public StoredJob sharing(@Nullable JobDefinition known) {
        return known == null || !settings.declared().equals(known.settings())
                ? this
                : with(new Settings(settings.application(), known.settings(), settings.overrides()));
    }

    /** A job on its first day. */
    public static StoredJob declared(JobDefinition definition, String application, Instant now) {
        return new StoredJob(
                definition.name(),
                new Settings(application, definition.settings(), Map.of()),
                now,
                ShardCount.always(ShardCount.of(definition)));
    }

    /**
     * A job that an operator makes: all that is said of it are overrides.
     *
     * @throws InvalidSettingException when the values do not make a job
     */
    public static StoredJob made(String name, Map<JobKey, String> values, Operator by, Instant now) {
        StoredJob empty = new StoredJob(name, new Settings("", Map.of(), Map.of()), now, ShardCount.always(1));
        Settings said = empty.withZone(empty.overriddenBy(values, by, now), by, now);
        int count = ShardCount.of(empty.with(said).effective());
        return new StoredJob(name, said, now, ShardCount.always(count));
    }

    /** Since when, by the registry's clock, leaders have seen that nobody declares it; empty while somebody does. */
    public Optional<Instant> undeclaredSince() {
        return Optional.ofNullable(marks.undeclared()).map(Undeclared::since);
    }

    /** Whether something of it is as an operator has said. */
    public boolean isChangedByOperators() {
        return isMade() || !overrides().isEmpty() || !switches().isEmpty();
    }

    /** Whether no application declares it: an operator made it, and only an operator removes it. */
    public boolean isMade() {
        return application().isEmpty();
    }

    /**
     * What holds: overrides over declared over defaults.
     *
     * @throws InvalidSettingException when the stored settings do not make a job, for this version
     */
    public JobDefinition effective() {
        if (overrides().isEmpty()) {
            return JobDefinition.of(name, declared());
        }
        Map<JobKey, Setting> over = new TreeMap<>();
        overrides().forEach((key, change) -> over.put(key, new Setting(change.value(), Setting.Source.OVERRIDE)));
        return JobDefinition.of(name, declared()).with(over);
    }

    /**
     * The same as {@link #effective()}, and {@code known} itself where that is what holds: thousands of jobs that are stored
     * as they are declared need not be made a second time out of their texts.
     *
     * @param known a definition of this name, such as this process declares it; null for none
     * @throws InvalidSettingException as {@link #effective()}
     */
    public JobDefinition effective(@Nullable JobDefinition known) {
        if (known != null
                && overrides().isEmpty()
                && name.equals(known.name())
                && declared().equals(known.settings())) {
            return known;
        }
        return effective();
    }

    /**
     * The same job with another declaration. Where the schedule changes, or the job is enabled, it starts again at
     * {@code now}; a new number of shards, or new parameters of theirs, hold together from the first fire time that nobody
     * can have begun. It counts as declared again.
     *
     * @param now registry time
     * @param leadTime how much later nobody can have begun anything when the declaration is there
     * @throws InvalidSettingException when the new declaration and the overrides do not make a job together
     */
    public StoredJob redeclared(JobDefinition definition, String by, Instant now, Duration leadTime) {
        return changed(new Settings(by, definition.settings(), overrides()), now, leadTime);
    }

    /**
     * The same job with settings of an operator's laid over it; what follows from them is as for {@link #redeclared}.
     *
     * @throws InvalidSettingException when they cannot be used, or do not make a job together with the others
     */
    public StoredJob configured(Map<JobKey, String> values, Operator by, Instant now, Duration leadTime) {
        JobKey handler = values.keySet().stream()
                .filter(JobKey::namesHandler)
                .findFirst()
                .orElse(null);
        if (handler != null && !isMade()) {
            throw new InvalidSettingException(
                    name + "." + handler.key(),
                    Objects.requireNonNull(values.get(handler)),
                    "cannot be changed at run time: " + application()
                            + " declares the job for the handler that it has");
        }
        return changed(withZone(overriddenBy(values, by, now), by, now), now, leadTime);
    }

    /** Settles the zone of a cron that came without one: each instance would read it in its own. */
    private Settings withZone(Map<JobKey, Override> next, Operator by, Instant now) {
        Setting zone = with(settings.with(next)).effective().settings().get(JobKey.ZONE);
        if (zone == null || zone.source() != Setting.Source.DEFAULT) {
            return settings.with(next);
        }
        Map<JobKey, Override> settled = new TreeMap<>(next);
        settled.put(JobKey.ZONE, new Override(zone.value(), by.who(), now, ZONE_SETTLED));
        return settings.with(settled);
    }

    private static void forgetSettledZone(Map<JobKey, Override> overrides) {
        Override zone = overrides.get(JobKey.ZONE);
        if (zone != null && zone.why().equals(ZONE_SETTLED) && Collections.disjoint(overrides.keySet(), ON_THE_CLOCK)) {
            overrides.remove(JobKey.ZONE);
        }
    }

    private Map<JobKey, Override> overriddenBy(Map<JobKey, String> values, Operator by, Instant now) {
        JobDefinition.checkAsGiven(name, values);
        Map<JobKey, Override> next = new TreeMap<>(overrides());
        if (values.keySet().stream().anyMatch(JobKey::saysWhen)) {
            next.keySet().removeIf(key -> key.isReplacedBy(values.keySet()));
            forgetSettledZone(next);
        }
        values.forEach((key, value) -> next.put(key, new Override(value, by.who(), now, by.why())));
        return next;
    }

    /**
     * The same job without some of what operators laid over it; what follows from that is as for {@link #redeclared}.
     *
     * @param keys which; empty for all
     * @throws InvalidSettingException when what remains does not make a job, or nobody would run it
     */
    public StoredJob reset(Set<JobKey> keys, Instant now, Duration leadTime) {
        JobKey handler = overrides().keySet().stream()
                .filter(JobKey::namesHandler)
                .filter(key -> keys.isEmpty() || keys.contains(key))
                .findFirst()
                .orElse(null);
        if (isMade() && handler != null) {
            throw new InvalidSettingException(
                    name + "." + handler.key(),
                    Objects.requireNonNull(overrides().get(handler)).value(),
                    "cannot be taken back: nothing is declared beneath it, and nobody would run the job; name the keys"
                            + " that are to be taken back, or remove the job");
        }
        Map<JobKey, Override> next = new TreeMap<>(overrides());
        next.keySet().removeIf(key -> keys.isEmpty() || keys.contains(key));
        forgetSettledZone(next);
        return changed(settings.with(next), now, leadTime);
    }

    /**
     * The same job with something of it switched on or off. What was off starts again at {@code now}.
     *
     * @throws InvalidSettingException for a shard that the job does not have
     */
    public StoredJob switched(JobPart part, boolean on, Operator by, Instant now, Duration leadTime) {
        Switch set = new Switch(on, by.who(), now, by.why());
        if (part instanceof JobPart.Shard shard) {
            return switched(switches().with(checked(shard.item(), on), set));
        }
        if (part instanceof JobPart.OnInstance instance) {
            return switched(switches().with(instance.name(), set));
        }
        boolean asDeclared =
                on && reset(Set.of(JobKey.ENABLED), now, leadTime).effective().enabled();
        return asDeclared
                ? reset(Set.of(JobKey.ENABLED), now, leadTime)
                : configured(Map.of(JobKey.ENABLED, Boolean.toString(on)), by, now, leadTime);
    }

    private boolean isPlanned() {
        try {
            return effective().plannedShards().arePlanned();
        } catch (IllegalArgumentException unusable) {
            return false; // what shards it has, the next settings say
        }
    }

    private int checked(int shard, boolean on) {
        if (ProcessShards.isOne(shard) || shardCount.isBroadcast()) {
            throw new InvalidSettingException(
                    "shard",
                    Integer.toString(shard),
                    "cannot be switched: " + name
                            + " has a shard for each instance (broadcast=true); switch the job on the"
                            + " instance instead");
        }
        boolean isPlanned = isPlanned();
        if (isPlanned && on && switches().isOff(shard)) {
            return shard; // it was disabled before there was a planner
        }
        if (isPlanned) {
            throw new InvalidSettingException(
                    "shard",
                    Integer.toString(shard),
                    "cannot be switched: the planner of " + name
                            + " decides for each firing which shards it has; disable" + " the job instead");
        }
        int count = shardCount.largest();
        if (shard < 0 || shard >= count) {
            throw new InvalidSettingException(
                    "shard", Integer.toString(shard), "does not exist: " + name + " has 0 to " + (count - 1));
        }
        return shard;
    }

    /** The same job as another application's, whose declaration counts from then on. */
    public StoredJob transferred(String to) {
        if (isMade()) {
            throw new OperationRefusedException(
                    name + " was created at run time and belongs to no application: remove it, and declare it");
        }
        return with(settings.of(to)).with(new Marks(switches(), null));
    }

    /** The same job with other shards of its processes. */
    public StoredJob with(ShardCount shards) {
        return new StoredJob(name, life, settings, since, shards, marks, unknown);
    }

    private StoredJob switched(Switches next) {
        return with(new Marks(next, marks.undeclared()));
    }

    /** The same job, with a note that nobody declares it any more, as of now. */
    public StoredJob undeclared(Instant now) {
        return undeclared(new Undeclared(now, Duration.ZERO, now));
    }

    /** The same job with this note. */
    StoredJob undeclared(Undeclared note) {
        return with(new Marks(switches(), note));
    }

    private StoredJob changed(Settings next, Instant now, Duration leadTime) {
        JobDefinition after = with(next).effective();
        Instant begin = beginsAnew(after) ? now : since;
        ShardParameters parameters = ShardParameters.of(after);
        ShardCount shards = shardCount.changed(
                ShardCount.of(after),
                firstUntouched(after, now.plus(leadTime)),
                parametersBefore(parameters),
                parameters);
        return new StoredJob(
                name, life, next, begin, shards, new Marks(switches().since(begin), null), unknown);
    }

    /** What the settings have said until now; if that could not be used, nobody has begun anything with it. */
    private ShardParameters parametersBefore(ShardParameters otherwise) {
        try {
            return ShardParameters.of(effective());
        } catch (IllegalArgumentException unusable) {
            return otherwise;
        }
    }

    /**
     * From when on a new number of shards holds: the first fire time that nobody can have begun before {@code from}. After
     * the last one, whatever comes after it; null without any, so that it holds at once.
     */
    static @Nullable Instant firstUntouched(JobDefinition job, Instant from) {
        Schedule schedule = job.schedule();
        if (schedule.isByEnd()) {
            return from.truncatedTo(ChronoUnit.MILLIS).plusMillis(1); // any instant may be one of a shard
        }
        return schedule.next(from)
                .or(() -> schedule.latest(from).map(last -> last.plusMillis(1)))
                .orElse(null);
    }

    /** Whether it says the same of the job, the one that said so, and when. */
    public boolean saysTheSameAs(StoredJob other) {
        return application().equals(other.application())
                && declared().equals(other.declared())
                && values(overrides()).equals(values(other.overrides()))
                && switches().areOffLike(other.switches());
    }

    private static Map<JobKey, String> values(Map<JobKey, Override> overrides) {
        Map<JobKey, String> values = new TreeMap<>();
        overrides.forEach((key, change) -> values.put(key, change.value()));
        return values;
    }

    private boolean beginsAnew(JobDefinition after) {
        try {
            JobDefinition before = effective();
            boolean isOtherRecord =
                    before.wholeFirings().areRecorded() != after.wholeFirings().areRecorded();
            boolean isOtherPlanner = before.plannedShards().arePlanned()
                    != after.plannedShards().arePlanned(); // what is open has no shards that the other way would know
            return isOtherRecord
                    || isOtherPlanner
                    || !before.schedule().equals(after.schedule())
                    || (after.enabled() && !before.enabled())
                    || after.monitorExecution() != before.monitorExecution(); // no record tells what ran without
        } catch (RuntimeException | StackOverflowError unusable) {
            return true; // what could not be run has no past to go on from
        }
    }
}
