package io.elasticjob.codec;

import io.elasticjob.coordination.ShardParameters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The stored form of the parameters of a firing, as part of a job or of a trigger. */
final class ShardParametersCodec {

    private ShardParametersCodec() {}

    static Map<String, Object> members(ShardParameters parameters) {
        Map<String, String> shards = new LinkedHashMap<>();
        parameters.ofShards().forEach((shard, parameter) -> shards.put(shard.toString(), parameter));
        return Map.of("shards", shards, "job", parameters.ofJob());
    }

    static ShardParameters parameters(Members members) {
        Members shards = members.object("shards");
        SortedMap<Integer, String> ofShards = new TreeMap<>();
        shards.names().forEach(shard -> ofShards.put(Integer.valueOf(shard), shards.text(shard)));
        return new ShardParameters(ofShards, members.text("job"));
    }
}
