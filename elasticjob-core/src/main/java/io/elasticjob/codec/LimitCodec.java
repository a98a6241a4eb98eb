package io.elasticjob.codec;

import io.elasticjob.Concurrency;
import io.elasticjob.coordination.Limit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stored form of a limit. */
public final class LimitCodec {

    private static final int FORMAT = 1;

    private LimitCodec() {}

    public static byte[] encode(Limit limit) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(Members.FORMAT, FORMAT);
        fields.put("most", limit.most());
        fields.put("order", limit.order());
        fields.putAll(limit.unknown());
        return Json.write(fields);
    }

    public static Decoded<Limit> decode(byte[] bytes) {
        return Members.decode(
                bytes,
                FORMAT,
                members -> new Limit(
                        members.count("most", 0, 1, Concurrency.MOST), members.number("order", 0), members.unknown()));
    }
}
