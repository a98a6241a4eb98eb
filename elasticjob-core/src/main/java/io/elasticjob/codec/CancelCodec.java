package io.elasticjob.codec;

import io.elasticjob.Firing;
import io.elasticjob.Operator;
import io.elasticjob.coordination.Cancel;
import io.elasticjob.coordination.ProcessShards;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The stored form of a cancel. Whose it is, is in the name of its node, its time is the creation of the node. */
public final class CancelCodec {

    private static final int FORMAT = 1;
    /** Of one that ends something in the shards of processes. */
    private static final int FORMAT_OF_BROADCAST = 2;

    /** Of one that ends a firing with all its shards, whichever they are. */
    private static final int FORMAT_OF_WHOLE = 3;

    private CancelCodec() {}

    public static byte[] encode(Cancel cancel) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        boolean isBroadcast = cancel.shards().stream().anyMatch(ProcessShards::isOne);
        int format = isBroadcast ? FORMAT_OF_BROADCAST : FORMAT;
        fields.put(Members.FORMAT, cancel.isWhole() ? FORMAT_OF_WHOLE : format);
        fields.put("firing", cancel.firing().text());
        if (cancel.isWhole()) {
            fields.put("whole", true);
        } else {
            fields.put("shards", cancel.shards());
        }
        fields.put("who", cancel.by().who());
        fields.put("why", cancel.by().why());
        cancel.unknown().forEach(fields::putIfAbsent);
        return Json.write(fields);
    }

    /** @param createdAt registry time of the node's creation */
    public static Decoded<Cancel> decode(Instant createdAt, byte[] bytes) {
        return Members.decode(bytes, FORMAT_OF_WHOLE, members -> cancel(createdAt, members));
    }

    private static Cancel cancel(Instant createdAt, Members members) {
        SortedSet<Integer> shards = new TreeSet<>();
        members.texts("shards").forEach(shard -> shards.add(Integer.parseInt(shard)));
        boolean isWhole = members.flag("whole");
        boolean isOutside = !shards.isEmpty() && (shards.first() < 0 || shards.last() >= ProcessShards.END);
        if (shards.isEmpty() != isWhole || isOutside) {
            throw new IllegalArgumentException("it lists the shards " + shards);
        }
        return new Cancel(
                createdAt,
                Firing.of(members.text("firing")),
                shards,
                new Operator(members.words("who"), members.words("why")),
                members.unknown());
    }
}
