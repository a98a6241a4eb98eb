package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.engine.JobDetail;
import io.elasticjob.engine.JobView;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * All about a job.
 *
 * @param since the present schedule took effect then; firings before it are never due
 * @param configuration what holds, and where each value comes from
 * @param declared what annotation and properties say, and which of the two
 * @param overrides what operators laid over it
 * @param switches what operators have switched off of it, beside the whole
 * @param eligible ids of the instances that may run it
 * @param obstacles for each other live instance, why it may not
 * @param triggers that are not done yet, in the order in which each shard runs them
 */
record JobDetailDescriptor(
        String name,
        String application,
        @Nullable Boolean enabled,
        @Nullable String problem,
        @Nullable ScheduleDescriptor schedule,
        Instant since,
        List<Instant> nextFireTimes,
        Map<String, Setting> configuration,
        Map<String, Setting> declared,
        Map<String, StoredJob.Override> overrides,
        SwitchesDescriptor switches,
        List<String> eligible,
        Map<String, String> obstacles,
        List<TriggerDescriptor> triggers,
        List<ShardDescriptor> shards)
        implements OperationResponseBody {

    /**
     * What is off: shards by number, instances by name.
     */
    record SwitchesDescriptor(SortedMap<Integer, Off> shards, SortedMap<String, Off> instances) {

        /** Who switched it off, and why. */
        record Off(String who, Instant when, String why) {}

        static SwitchesDescriptor of(Switches switches) {
            return new SwitchesDescriptor(off(switches.shards()), off(switches.instances()));
        }

        private static <K> SortedMap<K, Off> off(SortedMap<K, Switches.Switch> switches) {
            SortedMap<K, Off> off = new TreeMap<>();
            switches.forEach((what, set) -> {
                if (!set.on()) {
                    off.put(what, new Off(set.who(), set.when(), set.why()));
                }
            });
            return off;
        }
    }

    private static final int FIRE_TIMES = 5;

    static JobDetailDescriptor of(JobDetail detail, Instant now) {
        JobView job = detail.job();
        JobDefinition effective = job.definition();
        return new JobDetailDescriptor(
                job.name(),
                job.stored().application(),
                effective == null ? null : effective.enabled(),
                job.trouble(),
                effective == null ? null : ScheduleDescriptor.of(effective.schedule()),
                job.stored().since(),
                effective == null ? List.of() : ScheduleDescriptor.nextFireTimes(effective, now, FIRE_TIMES),
                effective == null ? Map.of() : configuration(effective),
                byKey(job.stored().declared()),
                byKey(job.stored().overrides()),
                SwitchesDescriptor.of(job.stored().switches()),
                job.eligible(),
                job.obstacles(),
                detail.triggers().stream().map(TriggerDescriptor::of).toList(),
                detail.shards().stream()
                        .map(shard -> ShardDescriptor.of(shard, effective))
                        .toList());
    }

    private static Map<String, Setting> configuration(JobDefinition effective) {
        Map<String, Setting> all = new LinkedHashMap<>();
        for (JobKey key : JobKey.values()) {
            effective.setting(key).ifPresent(setting -> all.put(key.key(), setting));
        }
        return all;
    }

    private static <T> Map<String, T> byKey(Map<JobKey, T> values) {
        Map<String, T> byKey = new LinkedHashMap<>();
        values.forEach((key, value) -> byKey.put(key.key(), value));
        return byKey;
    }
}
