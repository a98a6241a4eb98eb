package io.elasticjob.codec;

import io.elasticjob.Firing;
import io.elasticjob.ShardRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stored form of a shard's record. */
public final class ShardRecordCodec {

    private static final int FORMAT = 1;
    /** Of attempts: far from where one more would be negative. */
    private static final int MOST = 1_000_000_000;

    private static final String TRIGGER_PREFIX = "trigger-";

    private ShardRecordCodec() {}

    public static byte[] encode(ShardRecord record) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(Fields.FORMAT, FORMAT);
        fields.put("state", record.state().name());
        fields.put("firing", record.firing() == null ? null : record.firing().text());
        fields.put("trigger", record.trigger() < 0 ? null : record.trigger());
        fields.put("through", record.through());
        fields.put("owner", record.owner());
        fields.put("attempt", record.attempt() == 0 ? null : record.attempt());
        fields.put("deaths", record.deaths() == 0 ? null : record.deaths());
        fields.put("outcome", record.outcome());
        fields.put("error", record.error());
        fields.put("startedAt", record.startedAt());
        fields.put("finishedAt", record.finishedAt());
        fields.put("lastSucceeded", record.lastSucceeded());
        fields.put("notBefore", record.notBefore());
        fields.put("checkpoint", record.checkpoint());
        record.unknown().forEach(fields::putIfAbsent);
        return Json.write(fields);
    }

    public static Decoded<ShardRecord> decode(byte[] bytes) {
        return Fields.decode(bytes, FORMAT, ShardRecordCodec::record);
    }

    private static ShardRecord record(Fields fields) {
        ShardRecord.State state = fields.word("state", ShardRecord.State.class);
        String firing = fields.optionalText("firing");
        String owner = fields.optionalNodeName("owner");
        if (state == ShardRecord.State.RUNNING && (firing == null || owner == null)) {
            throw new IllegalArgumentException("it is RUNNING without a firing or an owner");
        }
        return new ShardRecord(
                firing == null ? null : firing(firing),
                fields.number("trigger", -1),
                fields.optionalInstant("through"),
                state,
                owner,
                fields.count("attempt", 0, 0, MOST),
                fields.count("deaths", 0, 0, MOST),
                fields.optionalText("outcome"),
                fields.optionalText("error"),
                fields.optionalInstant("startedAt"),
                fields.optionalInstant("finishedAt"),
                fields.optionalInstant("lastSucceeded"),
                fields.optionalInstant("notBefore"),
                fields.optionalText("checkpoint"),
                fields.unknown());
    }

    private static Firing firing(String text) {
        return text.startsWith(TRIGGER_PREFIX)
                ? new Firing.Triggered(Long.parseLong(text.substring(TRIGGER_PREFIX.length())))
                : new Firing.Scheduled(Fields.instantOf(text));
    }
}
