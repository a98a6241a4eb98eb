package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the registry holds of a job: what was declared, what operators laid over it, and since when.
 *
 * @param application whose code declares it; "" when an operator made it
 * @param declared what annotation, properties and Java say
 * @param overrides what operators say; wins over {@code declared}, key by key
 * @param since registry time at which the present schedule took effect; firings before it are never due
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
        @Nullable Instant undeclaredSince,
        Map<String, Object> unknown) {

    public StoredJob {
        declared = java.util.Collections.unmodifiableMap(new TreeMap<>(declared));
        overrides = java.util.Collections.unmodifiableMap(new TreeMap<>(overrides));
        unknown = Map.copyOf(unknown);
    }

    /** A job that is declared. */
    public StoredJob(
            String name,
            String application,
            Map<JobKey, Setting> declared,
            Map<JobKey, Override> overrides,
            Instant since,
            ShardCount shardCount,
            Map<String, Object> unknown) {
        this(name, application, declared, overrides, since, shardCount, null, unknown);
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
     * What holds: overrides over declared over defaults.
     *
     * @throws io.elasticjob.InvalidSettingException when the stored settings do not make a job, for this version
     */
    public JobDefinition effective() {
        Map<JobKey, Setting> over = new EnumMap<>(JobKey.class);
        overrides.forEach((key, change) -> over.put(key, new Setting(change.value(), Setting.Source.OVERRIDE)));
        return JobDefinition.of(name, declared).with(over);
    }

    /**
     * The same job with another declaration. Where the schedule changes, or the job is enabled, it begins anew at
     * {@code now}; a new number of shards holds from the first fire time that nobody can have begun. It counts as
     * declared again.
     *
     * @param now registry time
     * @param leadTime how much later nobody can have begun anything when the declaration is there
     * @throws io.elasticjob.InvalidSettingException when the new declaration and the overrides do not make a job together
     */
    public StoredJob redeclared(JobDefinition definition, String by, Instant now, Duration leadTime) {
        StoredJob next = new StoredJob(name, by, definition.settings(), overrides, since, shardCount, unknown);
        JobDefinition after = next.effective();
        boolean begins = beginsAnew(after);
        return new StoredJob(
                name,
                by,
                next.declared(),
                overrides,
                begins ? now : since,
                shardCount.changed(
                        after.shardingTotalCount(),
                        after.schedule().next(now.plus(leadTime)).orElse(null)),
                unknown);
    }

    /** The same job, with a note that nobody declares it any more. */
    public StoredJob undeclared(Instant now) {
        return new StoredJob(name, application, declared, overrides, since, shardCount, now, unknown);
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
