package io.elasticjob.codec;

import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.Homes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The stored form of the homes of a job's shards. Whose they are, is in the name of the node. */
public final class HomesCodec {

    private static final int FORMAT = 1;

    private HomesCodec() {}

    public static byte[] encode(Homes homes) {
        Map<String, String> byShard = new LinkedHashMap<>();
        homes.byShard().forEach((shard, name) -> byShard.put(shard.toString(), name));
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(Members.FORMAT, FORMAT);
        fields.put("homes", byShard);
        homes.unknown().forEach(fields::putIfAbsent);
        return Json.write(fields);
    }

    public static Decoded<Homes> decode(byte[] bytes) {
        return Members.decode(bytes, FORMAT, members -> {
            Members stored = members.object("homes");
            SortedMap<Integer, String> byShard = new TreeMap<>();
            for (String shard : stored.names()) {
                if (!shard.matches("\\d{1,5}") || Integer.parseInt(shard) >= JobDefinition.MAX_SHARDS) {
                    throw new IllegalArgumentException("\"homes\" names the shard \"" + shard + "\"");
                }
                byShard.put(Integer.parseInt(shard), stored.words(shard));
            }
            return new Homes(byShard, members.unknown());
        });
    }
}
