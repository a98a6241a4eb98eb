package io.elasticjob.codec;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.coordination.Switches.Switch;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The stored form of a job: what is declared grouped by who said so, what is overridden beside it. */
public final class StoredJobCodec {

    private static final int FORMAT = 1;

    private StoredJobCodec() {}

    public static byte[] encode(StoredJob job) {
        Map<String, Map<String, String>> declared = new TreeMap<>();
        job.declared()
                .forEach((key, setting) -> declared.computeIfAbsent(
                                setting.source().name(), source -> new LinkedHashMap<>())
                        .put(key.key(), setting.value()));
        Map<String, Object> overrides = new LinkedHashMap<>();
        job.overrides().forEach((key, change) -> overrides.put(key.key(), fields(change)));
        ShardCount count = job.shardCount();
        Map<String, @Nullable Object> shards = new LinkedHashMap<>();
        shards.put("count", count.first());
        Map<String, Integer> changes = new LinkedHashMap<>();
        count.changes().forEach((from, changed) -> changes.put(from.toString(), changed));
        shards.put("changes", changes.isEmpty() ? null : changes);

        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(Fields.FORMAT, FORMAT);
        fields.put("application", job.application());
        fields.put("since", job.since());
        fields.put("shards", shards);
        fields.put("declared", declared);
        fields.put("overrides", overrides.isEmpty() ? null : overrides);
        fields.put("switches", job.switches().isEmpty() ? null : switches(job.switches()));
        fields.put("undeclaredSince", job.undeclaredSince());
        job.unknown().forEach(fields::putIfAbsent);
        return Json.write(fields);
    }

    private static Map<String, Object> fields(StoredJob.Override change) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("value", change.value());
        fields.put("who", change.who());
        fields.put("when", change.when());
        fields.put("why", change.why());
        return fields;
    }

    /**
     * @param name of the job, the name of its node
     */
    public static Decoded<StoredJob> decode(String name, byte[] bytes) {
        return Fields.decode(bytes, FORMAT, fields -> job(name, fields));
    }

    private static StoredJob job(String name, Fields fields) {
        return new StoredJob(
                name,
                fields.text("application"),
                declared(fields.object("declared")),
                overrides(fields.object("overrides")),
                fields.instant("since"),
                shardCount(fields.object("shards")),
                switches(fields.object("switches")),
                fields.optionalInstant("undeclaredSince"),
                fields.unknown());
    }

    private static Map<String, Object> switches(Switches switches) {
        Map<String, Object> shards = new LinkedHashMap<>();
        switches.shards().forEach((shard, set) -> shards.put(shard.toString(), one(set)));
        Map<String, Object> instances = new LinkedHashMap<>();
        switches.instances().forEach((name, set) -> instances.put(name, one(set)));
        return Map.of("shards", shards, "instances", instances);
    }

    private static Map<String, Object> one(Switch set) {
        return Map.of("on", set.on(), "who", set.who(), "when", set.when(), "why", set.why());
    }

    private static Switches switches(Fields switches) {
        SortedMap<Integer, Switch> shards = new TreeMap<>();
        Fields byShard = switches.object("shards");
        byShard.names().forEach(shard -> shards.put(Integer.valueOf(shard), one(byShard.object(shard))));
        SortedMap<String, Switch> instances = new TreeMap<>();
        Fields byName = switches.object("instances");
        byName.names().forEach(name -> instances.put(name, one(byName.object(name))));
        return new Switches(shards, instances);
    }

    private static Switch one(Fields set) {
        return new Switch(set.flag("on"), set.text("who"), set.instant("when"), set.text("why"));
    }

    private static ShardCount shardCount(Fields shards) {
        Fields changes = shards.object("changes");
        NavigableMap<Instant, Integer> byFireTime = new TreeMap<>();
        changes.names()
                .forEach(from ->
                        byFireTime.put(Fields.instantOf(from), changes.count(from, 1, 1, JobDefinition.MAX_SHARDS)));
        return new ShardCount(shards.count("count", 1, 1, JobDefinition.MAX_SHARDS), byFireTime);
    }

    private static Map<JobKey, Setting> declared(Fields sources) {
        Map<JobKey, Setting> declared = new EnumMap<>(JobKey.class);
        for (String source : sources.names()) {
            Fields settings = sources.object(source);
            for (String key : settings.names()) {
                declared.put(key(key), new Setting(settings.text(key), Setting.Source.valueOf(source)));
            }
        }
        return declared;
    }

    private static Map<JobKey, StoredJob.Override> overrides(Fields changes) {
        Map<JobKey, StoredJob.Override> overrides = new EnumMap<>(JobKey.class);
        for (String key : changes.names()) {
            Fields change = changes.object(key);
            overrides.put(
                    key(key),
                    new StoredJob.Override(
                            change.text("value"), change.text("who"), change.instant("when"), change.text("why")));
        }
        return overrides;
    }

    private static JobKey key(String text) {
        return JobKey.of(text)
                .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" is not a setting of a job"));
    }
}
