package io.elasticjob.kind;

import io.elasticjob.ExecutionId;
import io.elasticjob.ShardingContext;
import io.elasticjob.codec.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a script or a target is told of the execution: the same by every way. */
final class ExecutionFacts {

    private static final String PREFIX = "EJ_";

    private ExecutionFacts() {}

    /** By their names in camel case; what there is not is left out. */
    private static Map<String, Object> of(ShardingContext context) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("job", context.jobName());
        facts.put("shard", context.shardingItem());
        facts.put("shards", context.shardingTotalCount());
        facts.put("shardParameter", context.shardingParameter());
        facts.put("jobParameter", context.jobParameter());
        facts.put("fireTime", context.fireTime().toString());
        context.previousFireTime().ifPresent(time -> facts.put("previousFireTime", time.toString()));
        facts.put("firing", context.executionId().firing().text());
        context.trigger().ifPresent(number -> facts.put("trigger", number));
        facts.put("attempt", context.attempt());
        if (context.isMonitored()) {
            facts.put("fencingToken", context.fencingToken());
        }
        context.checkpoint().ifPresent(checkpoint -> facts.put("checkpoint", checkpoint));
        facts.put("execution", context.executionId().toString());
        facts.put("executionKey", key(context.executionId()));
        return facts;
    }

    /** One JSON object, in UTF-8. */
    static byte[] json(ShardingContext context) {
        return Json.write(of(context));
    }

    /** {@code EJ_JOB} and so on; what there is not is "". */
    static Map<String, String> environment(ShardingContext context) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String absent : new String[] {"previousFireTime", "trigger", "fencingToken", "checkpoint"}) {
            environment.put(variable(absent), "");
        }
        of(context).forEach((name, value) -> environment.put(variable(name), String.valueOf(value)));
        return environment;
    }

    private static String variable(String name) {
        return PREFIX + name.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
    }

    /** As the query of an address: each value encoded, so that it can be nothing but a value. */
    static String query(ShardingContext context) {
        StringBuilder query = new StringBuilder();
        of(context)
                .forEach((name, value) -> query.append(query.isEmpty() ? "" : "&")
                        .append(name)
                        .append('=')
                        .append(URLEncoder.encode(String.valueOf(value), StandardCharsets.UTF_8)));
        return query.toString();
    }

    /** What tells this attempt from all others that ever were, in ASCII: {@code job@life/firing/shard/attempt}. */
    static String key(ExecutionId id) {
        return encoded(id.job()) + "@" + encoded(id.life()) + "/" + id.firing().text() + "/" + id.shard() + "/"
                + id.attempt();
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
