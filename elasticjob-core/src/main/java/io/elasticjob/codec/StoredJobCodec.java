package io.elasticjob.codec;

import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
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
                fields.optionalInstant("undeclaredSince"),
                fields.unknown());
    }

    private static ShardCount shardCount(Fields shards) {
        Fields changes = shards.object("changes");
        NavigableMap<Instant, Integer> byFireTime = new TreeMap<>();
        changes.names().forEach(from -> byFireTime.put(IsoInstant.parse(from), (int) changes.number(from, 1)));
        return new ShardCount((int) shards.number("count", 1), byFireTime);
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
