package io.elasticjob.codec;

import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.TriggerRequest;
import io.elasticjob.coordination.Planned;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.text.VisibleText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The stored form of firings that are to come. Whose they are, is in the name of the node, its time is the node's creation. */
public final class PlannedCodec {

    private static final int FORMAT = 2;

    /**
     * As they are stored.
     *
     * @param mark what was drawn when they were asked for; "" in those of format 1, which have none
     */
    public record Stored(Planned planned, String mark) {}

    private PlannedCodec() {}

    public static byte[] encode(Planned planned, String mark) {
        TriggerRequest asked = planned.asked();
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(Members.FORMAT, mark.isEmpty() ? 1 : FORMAT);
        fields.put("mark", mark.isEmpty() ? null : mark);
        fields.put("request", asked.id());
        fields.put("notBefore", planned.notBefore());
        fields.put("fireTimes", planned.fireTimes().isEmpty() ? null : planned.fireTimes());
        fields.put("before", planned.before());
        fields.put("made", planned.made() == 0 ? null : planned.made());
        fields.put("shards", asked.shards().isEmpty() ? null : asked.shards());
        fields.put("parameter", asked.parameter());
        fields.put("forced", asked.forced() ? true : null);
        fields.put("who", asked.by().who());
        fields.put("why", asked.by().why());
        planned.unknown().forEach(fields::putIfAbsent);
        return Json.write(fields);
    }

    /**
     * @param job whose they are
     * @param createdAt registry time of the node's creation
     */
    public static Decoded<Stored> decode(String job, Instant createdAt, byte[] bytes) {
        return Members.decode(bytes, FORMAT, members -> {
            String mark = members.optionalText("mark");
            return new Stored(planned(job, createdAt, members), mark == null ? "" : checked(mark));
        });
    }

    /** It is part of a path. */
    private static String checked(String mark) {
        if (!mark.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")) {
            throw new IllegalArgumentException("its mark is " + VisibleText.of(mark, 40));
        }
        return mark;
    }

    private static Planned planned(String job, Instant createdAt, Members members) {
        SortedSet<Integer> shards = new TreeSet<>();
        members.texts("shards").forEach(shard -> shards.add(Integer.parseInt(shard)));
        if (!shards.isEmpty() && (shards.first() < 0 || shards.last() >= ProcessShards.END)) {
            throw new IllegalArgumentException("it lists the shards " + shards);
        }
        List<Instant> fireTimes = new ArrayList<>();
        members.texts("fireTimes").forEach(text -> fireTimes.add(Members.instantOf(text)));
        Instant notBefore = members.optionalInstant("notBefore");
        if (fireTimes.isEmpty() == (notBefore == null) || fireTimes.size() > PlanRequest.MOST_FIRE_TIMES) {
            throw new IllegalArgumentException(
                    "it has " + fireTimes.size() + " fire times, and may begin at " + notBefore);
        }
        return new Planned(
                new TriggerRequest(
                        job,
                        shards,
                        members.optionalText("parameter"),
                        members.flag("forced"),
                        members.text("request"),
                        new Operator(members.words("who"), members.words("why"))),
                createdAt,
                notBefore,
                fireTimes,
                members.optionalInstant("before"),
                members.count("made", 0, 0, Math.max(1, fireTimes.size())),
                members.unknown());
    }
}
