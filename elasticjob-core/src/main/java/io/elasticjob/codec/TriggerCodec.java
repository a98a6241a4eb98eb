package io.elasticjob.codec;

import io.elasticjob.JobDefinition;
import io.elasticjob.Operator;
import io.elasticjob.coordination.Chain;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.ShardParameters;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.text.VisibleText;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The stored form of a trigger. Its number is in the name of its node, its time is the creation of the node. */
public final class TriggerCodec {

    private static final int FORMAT = 1;
    /** Of one that is run for a fire time of the past: a version that does not know that would run it for the present. */
    private static final int FORMAT_OF_INTERVALS = 2;
    /** Of one that runs in the shards of processes. */
    private static final int FORMAT_OF_BROADCAST = 3;
    /** Of one that runs a past firing again. */
    private static final int FORMAT_OF_RERUNS = 4;

    /** Of one whose shards are planned. */
    private static final int FORMAT_OF_PLANS = 5;

    private static final String PLANNED = "planned";
    private static final String RERUN = "rerun";

    private TriggerCodec() {}

    public static byte[] encode(Trigger trigger) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        Trigger.Interval interval = trigger.content().interval();
        fields.put(Members.FORMAT, format(trigger));
        fields.put("request", trigger.request());
        fields.put("shards", trigger.shards());
        fields.put("of", trigger.shardingTotalCount());
        fields.put(PLANNED, trigger.isPlanned() ? true : null);
        fields.put("parameter", trigger.content().parameter());
        ShardParameters parameters = trigger.content().parameters();
        fields.put("parameters", parameters == null ? null : ShardParametersCodec.members(parameters));
        fields.put("fireTime", interval == null ? null : interval.fireTime());
        fields.put("intervalStart", interval == null ? null : interval.start());
        Chain chain = trigger.content().chain();
        fields.put("ancestors", chain.ancestors().isEmpty() ? null : ChainCodec.ancestors(chain.ancestors()));
        fields.put("causes", chain.causes().isEmpty() ? null : ChainCodec.causes(chain.causes()));
        fields.put(RERUN, PastCodec.rerun(trigger.content().rerun()));
        fields.put("forced", trigger.forced() ? true : null);
        fields.put("who", trigger.by().who());
        fields.put("why", trigger.by().why());
        trigger.unknown().forEach(fields::putIfAbsent);
        return Json.write(fields);
    }

    private static int format(Trigger trigger) {
        if (trigger.content().rerun() != null) {
            return FORMAT_OF_RERUNS;
        }
        if (trigger.isPlanned()) {
            return FORMAT_OF_PLANS;
        }
        if (trigger.shardingTotalCount() == ShardCount.BROADCAST) {
            return FORMAT_OF_BROADCAST;
        }
        return trigger.content().interval() == null ? FORMAT : FORMAT_OF_INTERVALS;
    }

    /**
     * @param number in the name of the node
     * @param createdAt registry time of the node's creation
     */
    public static Decoded<Trigger> decode(long number, Instant createdAt, byte[] bytes) {
        return Members.decode(bytes, FORMAT_OF_PLANS, members -> trigger(number, createdAt, members));
    }

    private static String line(String name, Members members) {
        String text = members.text(name);
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("\"" + name + "\" has control characters");
        }
        return VisibleText.of(text, Operator.MAX_LENGTH);
    }

    private static Trigger.@Nullable Interval interval(Members members) {
        Instant fireTime = members.optionalInstant("fireTime");
        Instant start = members.optionalInstant("intervalStart");
        return fireTime == null ? null : new Trigger.Interval(fireTime, start);
    }

    private static Trigger trigger(long number, Instant createdAt, Members members) {
        int total = members.count("of", 1, ShardCount.BROADCAST, JobDefinition.MAX_SHARDS);
        SortedSet<Integer> shards = new TreeSet<>();
        members.texts("shards").forEach(shard -> shards.add(Integer.parseInt(shard)));
        boolean isBroadcast = total == ShardCount.BROADCAST;
        int first = isBroadcast ? ProcessShards.FIRST : 0;
        int end = isBroadcast ? ProcessShards.END : total;
        boolean isPlanned = members.flag(PLANNED) && shards.isEmpty();
        if (!isPlanned && (shards.isEmpty() || shards.first() < first || shards.last() >= end)) {
            throw new IllegalArgumentException("it lists the shards " + shards + " of " + total);
        }
        String request = members.optionalNodeName("request");
        if (request == null) {
            throw new IllegalArgumentException("\"request\" is missing");
        }
        return new Trigger(
                number,
                createdAt,
                request,
                new Trigger.Content(
                        shards,
                        total,
                        members.optionalText("parameter"),
                        members.has("parameters")
                                ? ShardParametersCodec.parameters(members.object("parameters"))
                                : null,
                        interval(members),
                        new Chain(ChainCodec.ancestors(members, "ancestors"), ChainCodec.causes(members, "causes")),
                        members.has(RERUN) ? PastCodec.rerun(members.object(RERUN)) : null),
                members.flag("forced"),
                new Operator(line("who", members), line("why", members)),
                members.unknown());
    }
}
