package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the handler is told of its share of the work, beside the numbers. It goes with the number of shards: a firing that is
 * split into two shards never sees the parameters of four.
 *
 * @param ofShards by shard, without those that have none
 * @param ofJob of the job as a whole, "" when it has none
 */
public record ShardParameters(SortedMap<Integer, String> ofShards, String ofJob) {

    public ShardParameters {
        ofShards = Collections.unmodifiableSortedMap(new TreeMap<>(ofShards));
    }

    /** As the settings of a job say it for all of its shards. */
    public static ShardParameters of(JobDefinition job) {
        return of(job, IntStream.range(0, job.shardingTotalCount()).boxed().toList());
    }

    /** As the settings of a job say it for some of its shards. */
    public static ShardParameters of(JobDefinition job, Collection<Integer> shards) {
        SortedMap<Integer, String> ofShards = new TreeMap<>();
        shards.forEach(shard -> ofShards.put(shard, job.shardingParameter(shard)));
        ofShards.values().removeIf(String::isEmpty);
        return new ShardParameters(ofShards, job.jobParameter());
    }

    /** Of shards that are the parts of a planned firing. */
    public static ShardParameters ofParts(List<String> parts, String ofJob) {
        SortedMap<Integer, String> ofShards = new TreeMap<>();
        for (int shard = 0; shard < parts.size(); shard++) {
            ofShards.put(shard, parts.get(shard));
        }
        ofShards.values().removeIf(String::isEmpty);
        return new ShardParameters(ofShards, ofJob);
    }

    /** Of a shard, "" when it has none. */
    public String of(int shard) {
        return ofShards.getOrDefault(shard, "");
    }

    ShardParameters withJob(String parameter) {
        return new ShardParameters(ofShards, parameter);
    }

    /** How many characters it takes to write them. */
    int length() {
        return ofJob.length()
                + ofShards.values().stream().mapToInt(String::length).sum()
                + 8 * ofShards.size();
    }

    /** Without the values, which may be secret. */
    @Override
    public String toString() {
        String shards = ofShards.keySet().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return "parameters of the job and of the shards [" + shards + "]";
    }
}
