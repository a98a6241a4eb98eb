package io.elasticjob.coordination;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.Schedule;
import io.elasticjob.Scope;
import io.elasticjob.Setting;
import io.elasticjob.coordination.Switches.Switch;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the registry holds of a job: what was declared, what operators laid over it, and since when.
 *
 * @param application whose code declares it; "" when an operator made it, so that nothing is declared
 * @param declared what annotation, properties and Java say
 * @param overrides what operators say; wins over {@code declared}, key by key
 * @param since registry time at which the present schedule took effect; firings before it are never due
 * @param switches what operators have switched off of it, beside the whole
 * @param undeclaredSince registry time at which a leader first saw that no live instance declares it; null while one does,
 *     or where nobody looks
 * @param unknown fields of the stored form that this version has no name for; they are written back as they were
 */
public record StoredJob(
        String name,
        String application,
        Map<JobKey, Setting> declared,
        Map<JobKey, Override> overrides,
        Instant since,
        ShardCount shardCount,
        Switches switches,
        @Nullable Instant undeclaredSince,
        Map<String, Object> unknown) {

    public StoredJob {
        declared = Collections.unmodifiableMap(new TreeMap<>(declared));
        overrides = Collections.unmodifiableMap(new TreeMap<>(overrides));
        unknown = Map.copyOf(unknown);
    }

    /** A job that is declared, and nothing of it switched off. */
    public StoredJob(
            String name,
            String application,
            Map<JobKey, Setting> declared,
            Map<JobKey, Override> overrides,
            Instant since,
            ShardCount shardCount,
            Map<String, Object> unknown) {
        this(name, application, declared, overrides, since, shardCount, Switches.NONE, null, unknown);
    }

    /** A setting that an operator changed at run time. */
    public record Override(String value, String who, Instant when, String why) {}

    /** A job on its first day. */
    public static StoredJob declared(JobDefinition definition, String application, Instant now) {
        return new StoredJob(
                definition.name(),
                application,
                definition.settings(),
                Map.of(),
                now,
                ShardCount.always(definition.shardingTotalCount()),
                Map.of());
    }

    /**
     * A job that an operator makes: all that is said of it are overrides.
     *
     * @throws InvalidSettingException when the values do not make a job
     */
    public static StoredJob made(String name, Map<JobKey, String> values, Operator by, Instant now) {
        StoredJob empty = new StoredJob(name, "", Map.of(), Map.of(), now, ShardCount.always(1), Map.of());
        Map<JobKey, Override> overrides = empty.overriddenBy(values, by, now);
        StoredJob made = new StoredJob(name, "", Map.of(), overrides, now, ShardCount.always(1), Map.of());
        int count = made.effective().shardingTotalCount();
        return new StoredJob(name, "", Map.of(), overrides, now, ShardCount.always(count), Map.of());
    }

    /** Whether no application declares it: an operator made it, and only an operator removes it. */
    public boolean isMade() {
        return application.isEmpty();
    }

    /**
     * What holds: overrides over declared over defaults.
     *
     * @throws InvalidSettingException when the stored settings do not make a job, for this version
     */
    public JobDefinition effective() {
        if (overrides.isEmpty()) {
            return JobDefinition.of(name, declared);
        }
        Map<JobKey, Setting> over = new EnumMap<>(JobKey.class);
        overrides.forEach((key, change) -> over.put(key, new Setting(change.value(), Setting.Source.OVERRIDE)));
        return JobDefinition.of(name, declared).with(over);
    }

    /**
     * The same as {@link #effective()}, and {@code known} itself where that is what holds: thousands of jobs that are stored
     * as they are declared need not be made a second time out of their texts.
     *
     * @param known a definition of this name, such as this process declares it; null for none
     * @throws InvalidSettingException as {@link #effective()}
     */
    public JobDefinition effective(@Nullable JobDefinition known) {
        if (known != null && overrides.isEmpty() && name.equals(known.name()) && declared.equals(known.settings())) {
            return known;
        }
        return effective();
    }

    /**
     * The same job with another declaration. Where the schedule changes, or the job is enabled, it begins anew at
     * {@code now}; a new number of shards holds from the first fire time that nobody can have begun. It counts as
     * declared again.
     *
     * @param now registry time
     * @param leadTime how much later nobody can have begun anything when the declaration is there
     * @throws InvalidSettingException when the new declaration and the overrides do not make a job together
     */
    public StoredJob redeclared(JobDefinition definition, String by, Instant now, Duration leadTime) {
        return changed(by, definition.settings(), overrides, now, leadTime);
    }

    /**
     * The same job with settings of an operator's laid over it; what follows from them is as for {@link #redeclared}.
     *
     * @throws InvalidSettingException when they can not be used, or do not make a job together with the others
     */
    public StoredJob configured(Map<JobKey, String> values, Operator by, Instant now, Duration leadTime) {
        if (values.containsKey(JobKey.HANDLER) && !isMade()) {
            throw new InvalidSettingException(
                    name + "." + JobKey.HANDLER.key(),
                    values.get(JobKey.HANDLER),
                    "can not be changed at run time: " + application + " declares the job for the handler that it has");
        }
        return changed(application, declared, overriddenBy(values, by, now), now, leadTime);
    }

    private Map<JobKey, Override> overriddenBy(Map<JobKey, String> values, Operator by, Instant now) {
        Map<JobKey, Override> next = new TreeMap<>(overrides);
        if (values.keySet().stream().anyMatch(JobKey::saysWhen)) {
            next.keySet().removeIf(JobKey::saysWhen);
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
        Override handler = overrides.get(JobKey.HANDLER);
        if (isMade() && handler != null && (keys.isEmpty() || keys.contains(JobKey.HANDLER))) {
            throw new InvalidSettingException(
                    name + "." + JobKey.HANDLER.key(),
                    handler.value(),
                    "can not be taken back: nothing is declared beneath it, and nobody would run the job; name the keys that"
                            + " are to be taken back, or remove the job");
        }
        Map<JobKey, Override> next = new TreeMap<>(overrides);
        next.keySet().removeIf(key -> keys.isEmpty() || keys.contains(key));
        return changed(application, declared, next, now, leadTime);
    }

    /**
     * The same job with something of it switched on or off. What was off begins anew at {@code now}.
     *
     * @throws InvalidSettingException for a shard that the job does not have
     */
    public StoredJob switched(Scope scope, boolean on, Operator by, Instant now, Duration leadTime) {
        Switch set = new Switch(on, by.who(), now, by.why());
        if (scope instanceof Scope.Shard shard) {
            return switched(switches.with(checked(shard.item()), set));
        }
        if (scope instanceof Scope.OnInstance instance) {
            return switched(switches.with(instance.name(), set));
        }
        boolean asDeclared =
                on && reset(Set.of(JobKey.ENABLED), now, leadTime).effective().enabled();
        return asDeclared
                ? reset(Set.of(JobKey.ENABLED), now, leadTime)
                : configured(Map.of(JobKey.ENABLED, Boolean.toString(on)), by, now, leadTime);
    }

    private int checked(int shard) {
        int count = shardCount.largest();
        if (shard < 0 || shard >= count) {
            throw new InvalidSettingException(
                    "shard", Integer.toString(shard), "does not exist: " + name + " has 0 to " + (count - 1));
        }
        return shard;
    }

    private StoredJob switched(Switches next) {
        return new StoredJob(name, application, declared, overrides, since, shardCount, next, undeclaredSince, unknown);
    }

    /** The same job, with a note that nobody declares it any more. */
    public StoredJob undeclared(Instant now) {
        return new StoredJob(name, application, declared, overrides, since, shardCount, switches, now, unknown);
    }

    private StoredJob changed(
            String by,
            Map<JobKey, Setting> nextDeclared,
            Map<JobKey, Override> nextOverrides,
            Instant now,
            Duration leadTime) {
        JobDefinition after = new StoredJob(
                        name, by, nextDeclared, nextOverrides, since, shardCount, switches, null, unknown)
                .effective();
        Instant begin = beginsAnew(after) ? now : since;
        return new StoredJob(
                name,
                by,
                nextDeclared,
                nextOverrides,
                begin,
                shardCount.changed(after.shardingTotalCount(), firstUntouched(after, now.plus(leadTime))),
                switches.since(begin),
                null,
                unknown);
    }

    /**
     * From when on a new number of shards holds: the first fire time that nobody can have begun before {@code from}. After
     * the last one, whatever comes after it; null without any, so that it holds at once.
     */
    private static @Nullable Instant firstUntouched(JobDefinition job, Instant from) {
        Schedule schedule = job.schedule();
        return schedule.next(from)
                .or(() -> schedule.latest(from).map(last -> last.plusMillis(1)))
                .orElse(null);
    }

    /** Whether it says the same of the job, whoever said so, and when. */
    public boolean saysTheSameAs(StoredJob other) {
        return application.equals(other.application)
                && declared.equals(other.declared)
                && values(overrides).equals(values(other.overrides))
                && switches.areOffLike(other.switches);
    }

    private static Map<JobKey, String> values(Map<JobKey, Override> overrides) {
        Map<JobKey, String> values = new EnumMap<>(JobKey.class);
        overrides.forEach((key, change) -> values.put(key, change.value()));
        return values;
    }

    private boolean beginsAnew(JobDefinition after) {
        try {
            JobDefinition before = effective();
            return !before.schedule().equals(after.schedule()) || (after.enabled() && !before.enabled());
        } catch (IllegalArgumentException unusable) {
            return true; // what could not be run has no past to go on from
        }
    }
}
