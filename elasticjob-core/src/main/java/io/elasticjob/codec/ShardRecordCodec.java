package io.elasticjob.codec;

import io.elasticjob.Firing;
import io.elasticjob.ShardRecord;
import org.jspecify.annotations.Nullable;

/** The stored form of a shard's record. */
public final class ShardRecordCodec {

    private static final int FORMAT = 1;
    /** Of attempts: far from where one more would be negative. */
    private static final int MOST = 1_000_000_000;

    private static final String TRIGGER_PREFIX = "trigger-";

    private ShardRecordCodec() {}

    public static byte[] encode(ShardRecord record) {
        return Json.write(object -> {
            object.number(Fields.FORMAT, FORMAT);
            object.text("state", record.state().name());
            object.text("firing", text(record.firing()));
            object.numberFrom(0, "trigger", record.trigger());
            object.instant("through", record.through());
            object.text("owner", record.owner());
            object.numberFrom(1, "attempt", record.attempt());
            object.numberFrom(1, "deaths", record.deaths());
            object.numberFrom(1, "token", record.token());
            object.text("outcome", record.outcome());
            object.text("error", record.error());
            object.instant("startedAt", record.startedAt());
            object.instant("finishedAt", record.finishedAt());
            object.instant("lastSucceeded", record.lastSucceeded());
            object.instant("notBefore", record.notBefore());
            object.text("checkpoint", record.checkpoint());
            object.members(record.unknown());
        });
    }

    private static @Nullable String text(@Nullable Firing firing) {
        return firing instanceof Firing.Scheduled scheduled
                ? IsoInstant.text(scheduled.fireTime())
                : firing == null ? null : firing.text();
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
                fields.number("token", 0),
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
