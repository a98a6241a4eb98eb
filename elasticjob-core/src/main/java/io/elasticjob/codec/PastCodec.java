package io.elasticjob.codec;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.Chain;
import io.elasticjob.coordination.PastFiring;
import io.elasticjob.coordination.PastFirings;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.Trigger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The stored form of firings that are over, and of those that run them again. */
final class PastCodec {

    private static final String AGAIN = "again";
    private static final String FIRING = "firing";
    /** Of which firing it is. */
    private static final String BY = "by";

    private static final String FIRE_TIME = "fireTime";
    private static final String SHARDS = "shards";
    private static final String ATTEMPTS = "attempts";
    private static final String SUCCESSORS = "successors";
    private static final String PARAMETER = "parameter";
    private static final int MOST_ATTEMPTS = 1_000_000_000;

    private PastCodec() {}

    // ---- A firing that may run a past one again
    // ----------------------------------------------------------------------------

    static void put(Map<String, @Nullable Object> fields, Firing firing) {
        fields.put(FIRING, firing.text());
        Map<String, @Nullable Object> again = again(firing);
        if (again != null) {
            again.put(BY, firing.text());
        }
        fields.put(AGAIN, again);
    }

    /** A version that does not know of it keeps it beside later firings, of which it says nothing. */
    static Firing firing(Members members) {
        String text = members.text(FIRING);
        Firing stored = ChainCodec.firing(text);
        if (!members.has(AGAIN)) {
            return stored;
        }
        Members again = members.object(AGAIN);
        return text.equals(again.optionalText(BY)) ? again(stored, again) : stored;
    }

    static @Nullable Map<String, @Nullable Object> again(@Nullable Firing firing) {
        return firing instanceof Firing.Triggered triggered && triggered.again() != null
                ? members(triggered.again())
                : null;
    }

    static Firing again(Firing stored, Members again) {
        if (!(stored instanceof Firing.Triggered triggered)) {
            throw new IllegalArgumentException("it runs a past firing again, and was not asked for by hand");
        }
        return new Firing.Triggered(triggered.number(), past(again));
    }

    private static Map<String, @Nullable Object> members(Firing.Past past) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(FIRING, past.firing().text());
        fields.put(FIRE_TIME, past.fireTime());
        return fields;
    }

    private static Firing.Past past(Members members) {
        return new Firing.Past(ChainCodec.firing(members.text(FIRING)), members.instant(FIRE_TIME));
    }

    static @Nullable Map<String, @Nullable Object> rerun(Trigger.@Nullable Rerun rerun) {
        if (rerun == null) {
            return null;
        }
        Map<String, @Nullable Object> fields = members(rerun.of());
        fields.put(ATTEMPTS, byValue(rerun.attempts()));
        fields.put(SUCCESSORS, rerun.successors() ? true : null);
        return fields;
    }

    static Trigger.Rerun rerun(Members members) {
        return new Trigger.Rerun(past(members), attempts(members), members.flag(SUCCESSORS));
    }

    // ---- Those that are over
    // -----------------------------------------------------------------------------------------------

    static @Nullable Map<String, @Nullable Object> members(PastFirings past) {
        if (past.equals(PastFirings.NONE)) {
            return null;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        PastFirings.Opened opened = past.opened();
        if (opened != null) {
            Map<String, @Nullable Object> open = asked(opened.asked());
            put(open, opened.firing());
            open.put(SUCCESSORS, opened.successors() ? true : null);
            fields.put("opened", open);
        }
        List<Map<String, @Nullable Object>> closed = new ArrayList<>();
        past.closed().forEach(one -> closed.add(members(one)));
        fields.put("closed", closed.isEmpty() ? null : closed);
        fields.put("requests", past.requests().isEmpty() ? null : past.requests());
        return fields;
    }

    static PastFirings pastFirings(Members members) {
        Members open = members.has("opened") ? members.object("opened") : null;
        return new PastFirings(
                open == null ? null : new PastFirings.Opened(firing(open), asked(open), open.flag(SUCCESSORS)),
                members.objects("closed", PastFirings.MOST).stream()
                        .map(PastCodec::closed)
                        .toList(),
                members.nodeNames("requests"));
    }

    private static Map<String, @Nullable Object> members(PastFiring one) {
        Map<String, @Nullable Object> fields = asked(one.asked());
        fields.putAll(members(one.of()));
        fields.put("of", one.count());
        fields.put(SHARDS, one.listed().isEmpty() ? null : ranges(one.listed()));
        fields.put("closedAt", one.ends().at());
        fields.put("ends", byValue(one.ends().others()));
        fields.put(ATTEMPTS, byValue(one.ends().attempts()));
        return fields;
    }

    private static PastFiring closed(Members members) {
        int count = members.count("of", 1, ShardCount.BROADCAST, JobDefinition.MAX_SHARDS);
        Members ends = members.object("ends");
        SortedMap<Integer, String> others = new TreeMap<>();
        ends.names().forEach(end -> shards(ends.text(end)).forEach(shard -> others.put(shard, end)));
        return new PastFiring(
                past(members),
                count,
                members.has(SHARDS) ? shards(members.text(SHARDS)) : new TreeSet<>(),
                new PastFiring.Ends(members.instant("closedAt"), others, attempts(members)),
                asked(members));
    }

    private static Map<String, @Nullable Object> asked(PastFiring.Asked asked) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        Trigger.Interval interval = asked.interval();
        Chain chain = asked.chain();
        fields.put(PARAMETER, asked.parameter());
        fields.put("parameters", asked.parameters() == 0 ? null : Long.toHexString(asked.parameters()));
        fields.put("intervalOf", interval == null ? null : interval.fireTime());
        fields.put("intervalStart", interval == null ? null : interval.start());
        fields.put("ancestors", chain.ancestors().isEmpty() ? null : ChainCodec.ancestors(chain.ancestors()));
        fields.put("causes", chain.causes().isEmpty() ? null : ChainCodec.causes(chain.causes()));
        fields.put("isTooLong", asked.isKept() ? null : true);
        return fields;
    }

    private static PastFiring.Asked asked(Members members) {
        String parameters = members.optionalText("parameters");
        Instant of = members.optionalInstant("intervalOf");
        Instant start = members.optionalInstant("intervalStart");
        return new PastFiring.Asked(
                members.optionalText(PARAMETER),
                parameters == null ? 0 : Long.parseUnsignedLong(parameters, 16),
                of == null ? null : new Trigger.Interval(of, start),
                new Chain(ChainCodec.ancestors(members, "ancestors"), ChainCodec.causes(members, "causes")),
                !members.flag("isTooLong"));
    }

    // ---- Shards
    // ------------------------------------------------------------------------------------------------------------

    /** By value the shards that have it; null for none. */
    private static @Nullable Map<String, @Nullable Object> byValue(SortedMap<Integer, ?> values) {
        Map<String, SortedSet<Integer>> all = new TreeMap<>();
        values.forEach((shard, value) ->
                all.computeIfAbsent(value.toString(), any -> new TreeSet<>()).add(shard));
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        all.forEach((value, shards) -> fields.put(value, ranges(shards)));
        return fields.isEmpty() ? null : fields;
    }

    private static SortedMap<Integer, Integer> attempts(Members members) {
        Members stored = members.object(ATTEMPTS);
        SortedMap<Integer, Integer> attempts = new TreeMap<>();
        for (String number : stored.names()) {
            int value = Integer.parseInt(number);
            if (value < 1 || value > MOST_ATTEMPTS) {
                throw new IllegalArgumentException("it has " + number + " attempts");
            }
            shards(stored.text(number)).forEach(shard -> attempts.put(shard, value));
        }
        return attempts;
    }

    /** As {@code 0-3,7}. */
    private static String ranges(Collection<Integer> shards) {
        StringBuilder text = new StringBuilder();
        Integer first = null;
        int last = -1;
        for (int shard : new TreeSet<>(shards)) {
            if (first != null && shard == last + 1) {
                last = shard;
                continue;
            }
            append(text, first, last);
            first = shard;
            last = shard;
        }
        append(text, first, last);
        return text.toString();
    }

    private static void append(StringBuilder text, @Nullable Integer first, int last) {
        if (first != null) {
            text.append(text.isEmpty() ? "" : ",").append(first).append(first == last ? "" : "-" + last);
        }
    }

    private static SortedSet<Integer> shards(String ranges) {
        SortedSet<Integer> shards = new TreeSet<>();
        int before = -1;
        for (String range : ranges.split(",", -1)) {
            String[] ends = range.split("-", 2);
            int first = Integer.parseInt(ends[0]);
            int last = Integer.parseInt(ends[ends.length - 1]);
            if (first <= before || first > last || last >= ProcessShards.END) {
                throw new IllegalArgumentException("it lists the shards " + range);
            }
            for (int shard = first; shard <= last; shard++) {
                shards.add(shard);
            }
            before = last;
        }
        return shards;
    }
}
