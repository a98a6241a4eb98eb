package io.elasticjob.codec;

import io.elasticjob.JobDefinition;
import io.elasticjob.Operator;
import io.elasticjob.coordination.Trigger;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The stored form of a trigger. Its number is in the name of its node, its time is the creation of the node. */
public final class TriggerCodec {

    private static final int FORMAT = 1;

    private TriggerCodec() {}

    public static byte[] encode(Trigger trigger) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(Fields.FORMAT, FORMAT);
        fields.put("request", trigger.request());
        fields.put("shards", trigger.shards());
        fields.put("of", trigger.shardingTotalCount());
        fields.put("parameter", trigger.parameter());
        fields.put("forced", trigger.forced() ? true : null);
        fields.put("who", trigger.by().who());
        fields.put("why", trigger.by().why());
        trigger.unknown().forEach(fields::putIfAbsent);
        return Json.write(fields);
    }

    /**
     * @param number in the name of the node
     * @param createdAt registry time of the node's creation
     */
    public static Decoded<Trigger> decode(long number, Instant createdAt, byte[] bytes) {
        return Fields.decode(bytes, FORMAT, fields -> trigger(number, createdAt, fields));
    }

    private static Trigger trigger(long number, Instant createdAt, Fields fields) {
        int total = fields.count("of", 1, 1, JobDefinition.MAX_SHARDS);
        SortedSet<Integer> shards = new TreeSet<>();
        fields.texts("shards").forEach(shard -> shards.add(Integer.parseInt(shard)));
        if (shards.isEmpty() || shards.first() < 0 || shards.last() >= total) {
            throw new IllegalArgumentException("it lists the shards " + shards + " of " + total);
        }
        String request = fields.optionalNodeName("request");
        if (request == null) {
            throw new IllegalArgumentException("\"request\" is missing");
        }
        return new Trigger(
                number,
                createdAt,
                request,
                shards,
                total,
                fields.optionalText("parameter"),
                fields.flag("forced"),
                new Operator(fields.text("who"), fields.text("why")),
                fields.unknown());
    }
}
