package io.elasticjob.codec;

import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.FiringMarks;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.FiringRecord.Closed;
import io.elasticjob.coordination.FiringRecord.Current;
import io.elasticjob.coordination.FiringRecord.Decided;
import io.elasticjob.coordination.FiringRecord.Open;
import io.elasticjob.coordination.FiringRecord.Opening;
import io.elasticjob.coordination.FiringRecord.Plan;
import io.elasticjob.coordination.FiringRecord.Planning;
import io.elasticjob.coordination.FiringRecord.Stage;
import io.elasticjob.coordination.FiringRecord.Whole;
import io.elasticjob.coordination.MissedDeadlines;
import io.elasticjob.coordination.PastFirings;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardCount;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The stored form of a job's record of firings. */
public final class FiringRecordCodec {

    private static final int FORMAT = 1;
    /** While a past firing runs again: a version that does not know that would close and tell another firing. */
    private static final int FORMAT_OF_RERUNS = 2;

    /** While a firing is planned, or runs by its plan: a version that does not know that would run it with other parts. */
    private static final int FORMAT_OF_PLANS = 3;

    /**
     * While a firing whose plan is lost is not over: a version that does not know that would wait for its parts, and would carry
     * what it does not know into the record of the next firing.
     */
    private static final int FORMAT_OF_LOST_PLANS = 4;

    private static final String STATE = "state";
    private static final String NONE = "NONE";
    private static final String PLANNING = "PLANNING";
    private static final String OPENING = "OPENING";
    private static final String OPEN = "OPEN";
    private static final String CLOSED = "CLOSED";
    private static final String PLAN_LOST = "planLost";
    private static final String MISSED = "missed";
    private static final String PAST = "past";
    private static final List<String> STATES = List.of(NONE, PLANNING, OPENING, OPEN, CLOSED);

    private FiringRecordCodec() {}

    public static byte[] encode(FiringRecord record) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        Current current = record.current();
        fields.put(Members.FORMAT, record.isFree() || current == null ? FORMAT : format(current));
        fields.put(STATE, current == null ? NONE : nameOf(current.stage()));
        if (current != null) {
            put(fields, current.whole());
            boolean isLost = !record.isFree() && current.whole().isPlanLost(); // of no use afterwards
            fields.put(PLAN_LOST, isLost ? true : null);
            put(fields, current.stage());
        }
        fields.put("through", record.decided().through());
        fields.put("trigger", record.decided().trigger());
        put(fields, record.marks());
        record.unknown().forEach(fields::putIfAbsent);
        return Json.write(fields);
    }

    private static int format(Current current) {
        if (current.whole().isPlanLost()) {
            return FORMAT_OF_LOST_PLANS;
        }
        if (current.stage() instanceof Planning || current.whole().plan() != null) {
            return FORMAT_OF_PLANS;
        }
        return current.whole().isRerun() ? FORMAT_OF_RERUNS : FORMAT;
    }

    private static String nameOf(Stage stage) {
        if (stage instanceof Planning) {
            return PLANNING;
        }
        if (stage instanceof Opening) {
            return OPENING;
        }
        return stage instanceof Open ? OPEN : CLOSED;
    }

    private static void put(Map<String, @Nullable Object> fields, Whole whole) {
        PastCodec.put(fields, whole.firing());
        fields.put("fireTime", whole.fireTime());
        fields.put("of", whole.count());
        fields.put("shards", whole.listed().isEmpty() ? null : whole.listed());
        fields.put("openedAt", whole.openedAt());
        fields.put("jobVersion", whole.jobVersion());
        fields.put("ancestors", whole.ancestors().isEmpty() ? null : ChainCodec.ancestors(whole.ancestors()));
        Plan plan = whole.plan();
        fields.put("plan", plan == null ? null : plan.id());
        fields.put("portions", plan == null ? null : plan.portions());
    }

    private static void put(Map<String, @Nullable Object> fields, Stage stage) {
        if (stage instanceof Planning planning) {
            fields.put("by", planning.by());
        } else if (stage instanceof Opening opening) {
            fields.put("by", opening.by());
        } else if (stage instanceof Closed closed) {
            fields.put("result", closed.result().name());
            fields.put("ends", closed.ends());
            fields.put("closedAt", closed.at());
            fields.put("teller", closed.teller());
            fields.put("told", closed.told());
        }
    }

    private static void put(Map<String, @Nullable Object> fields, FiringMarks marks) {
        MissedDeadlines missed = marks.missed();
        if (missed != null) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            members.put("through", missed.through());
            members.put("trigger", missed.trigger());
            PastCodec.put(members, missed.last());
            members.put("fireTime", missed.fireTime());
            members.put("by", missed.by());
            fields.put(MISSED, members);
        }
        fields.put(PAST, PastCodec.members(marks.past()));
    }

    private static FiringMarks marks(Members members) {
        return new FiringMarks(
                members.has(MISSED) ? missed(members.object(MISSED)) : null,
                members.has(PAST) ? PastCodec.pastFirings(members.object(PAST)) : PastFirings.NONE);
    }

    private static MissedDeadlines missed(Members members) {
        return new MissedDeadlines(
                members.optionalInstant("through"),
                members.triggerNumber("trigger"),
                PastCodec.firing(members),
                members.instant("fireTime"),
                members.text("by"));
    }

    public static Decoded<FiringRecord> decode(byte[] bytes) {
        return Members.decode(bytes, FORMAT_OF_LOST_PLANS, FiringRecordCodec::record);
    }

    private static FiringRecord record(Members members) {
        String state = members.word(STATE, STATES);
        boolean isPlanLost = members.flag(PLAN_LOST); // without a plan too: else it is carried to the next one
        Current current = state.equals(NONE) ? null : new Current(whole(members, isPlanLost), stage(state, members));
        Decided decided = new Decided(members.optionalInstant("through"), members.triggerNumber("trigger"));
        return new FiringRecord(current, decided, marks(members), members.unknown());
    }

    private static Whole whole(Members members, boolean isPlanLost) {
        int count = members.count("of", 1, ShardCount.BROADCAST, JobDefinition.MAX_SHARDS);
        SortedSet<Integer> listed = new TreeSet<>();
        members.texts("shards").forEach(shard -> listed.add(Integer.parseInt(shard)));
        Plan plan = plan(members, isPlanLost);
        int first = count == ShardCount.BROADCAST ? ProcessShards.FIRST : 0;
        int end = count == ShardCount.BROADCAST ? ProcessShards.END : count;
        if (!listed.isEmpty() && (listed.first() < first || listed.last() >= end)) {
            throw new IllegalArgumentException("it lists the shards " + listed + " of " + count);
        }
        return new Whole(
                PastCodec.firing(members),
                members.instant("fireTime"),
                count,
                listed,
                members.instant("openedAt"),
                members.count("jobVersion", 0, 0, Integer.MAX_VALUE),
                ChainCodec.ancestors(members, "ancestors"),
                plan);
    }

    private static @Nullable Plan plan(Members members, boolean isLost) {
        String id = members.optionalNodeName("plan");
        return id == null ? null : new Plan(id, members.count("portions", 1, 1, PlanCodec.MOST_PORTIONS), isLost);
    }

    private static Stage stage(String state, Members members) {
        if (state.equals(OPEN)) {
            return new Open();
        } else if (state.equals(OPENING) || state.equals(PLANNING)) {
            String by = members.optionalNodeName("by");
            if (by == null) {
                throw new IllegalArgumentException("\"by\" is missing");
            }
            return state.equals(PLANNING) ? new Planning(by) : new Opening(by);
        }
        SortedMap<String, Integer> ends = new TreeMap<>();
        Members stored = members.object("ends");
        stored.names().forEach(end -> ends.put(end, stored.count(end, 0, 0, JobDefinition.MAX_SHARDS)));
        return new Closed(
                members.word("result", FiringResult.class),
                ends,
                members.instant("closedAt"),
                members.optionalNodeName("teller"),
                members.flag("told"));
    }
}
