package io.elasticjob.codec;

import io.elasticjob.Cause;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.Chain;
import io.elasticjob.coordination.Chain.Ancestor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The stored form of where a firing comes from; part of that of a trigger, of a job's record of firings, and of its joins. */
final class ChainCodec {

    /** More than any join has. */
    private static final int MOST_CAUSES = 100;

    private ChainCodec() {}

    static List<Map<String, @Nullable Object>> ancestors(List<Ancestor> ancestors) {
        List<Map<String, @Nullable Object>> stored = new ArrayList<>();
        for (Ancestor ancestor : ancestors) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("job", ancestor.job());
            fields.put("life", ancestor.life());
            fields.put("firing", ancestor.firing().text());
            fields.put("fireTime", ancestor.fireTime());
            stored.add(fields);
        }
        return stored;
    }

    static List<Ancestor> ancestors(Members members, String name) {
        return members.objects(name, Chain.MOST_ANCESTORS).stream()
                .map(stored -> new Ancestor(
                        nodeName(stored, "job"),
                        nodeName(stored, "life"),
                        firing(stored.text("firing")),
                        stored.instant("fireTime")))
                .toList();
    }

    static Map<String, @Nullable Object> cause(Cause cause) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("job", cause.job());
        fields.put("firing", cause.firing().text());
        fields.put("fireTime", cause.fireTime());
        fields.put("result", cause.result().name());
        fields.put("results", cause.results().isEmpty() ? null : cause.results());
        fields.put("omitted", cause.omitted() == 0 ? null : cause.omitted());
        return fields;
    }

    static Cause cause(Members stored) {
        SortedMap<Integer, String> results = new TreeMap<>();
        Members byShard = stored.object("results");
        for (String shard : byShard.names()) {
            if (!shard.matches("\\d{1,5}") || Integer.parseInt(shard) >= JobDefinition.MAX_SHARDS) {
                throw new IllegalArgumentException("\"results\" names the shard \"" + shard + "\"");
            }
            results.put(Integer.parseInt(shard), byShard.text(shard));
        }
        return new Cause(
                nodeName(stored, "job"),
                firing(stored.text("firing")),
                stored.instant("fireTime"),
                stored.word("result", FiringResult.class),
                results,
                stored.count("omitted", 0, 0, JobDefinition.MAX_SHARDS));
    }

    static List<Map<String, @Nullable Object>> causes(List<Cause> causes) {
        return causes.stream().map(ChainCodec::cause).toList();
    }

    static List<Cause> causes(Members members, String name) {
        return members.objects(name, MOST_CAUSES).stream()
                .map(ChainCodec::cause)
                .toList();
    }

    static String nodeName(Members stored, String name) {
        String text = stored.optionalNodeName(name);
        if (text == null) {
            throw new IllegalArgumentException("\"" + name + "\" is missing");
        }
        return text;
    }

    static Firing firing(String text) {
        return text.startsWith("trigger-") ? Firing.of(text) : new Firing.Scheduled(Members.instantOf(text));
    }
}
