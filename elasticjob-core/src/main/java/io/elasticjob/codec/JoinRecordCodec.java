package io.elasticjob.codec;

import io.elasticjob.coordination.Chain.Ancestor;
import io.elasticjob.coordination.JoinRecord;
import io.elasticjob.coordination.JoinRecord.Arrival;
import io.elasticjob.coordination.JoinRecord.Done;
import io.elasticjob.coordination.JoinRecord.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The stored form of a job's joins. */
public final class JoinRecordCodec {

    private static final int FORMAT = 1;

    /** Far more than any version keeps. */
    private static final int MOST = 10_000;

    private static final int LONGEST_REASON = 2_000;

    private JoinRecordCodec() {}

    public static byte[] encode(JoinRecord record) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(Members.FORMAT, FORMAT);
        fields.put(
                "waiting",
                record.waiting().stream().map(JoinRecordCodec::stored).toList());
        fields.put("done", stored(record.done()));
        if (!record.missed().isEmpty()) {
            fields.put(
                    "missed",
                    record.missed().stream().map(JoinRecordCodec::stored).toList());
        }
        record.unknown().forEach(fields::putIfAbsent);
        return Json.write(fields);
    }

    private static Map<String, @Nullable Object> stored(Entry entry) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        Ancestor of = entry.of();
        fields.put("of", of == null ? null : ChainCodec.ancestors(List.of(of)));
        fields.put("since", entry.since());
        Map<String, Object> arrived = new LinkedHashMap<>();
        entry.arrived().forEach((job, arrival) -> {
            if (arrival instanceof Arrival.Came came) {
                arrived.put(job, Map.of("came", ChainCodec.cause(came.cause())));
            } else if (arrival instanceof Arrival.Not not) {
                arrived.put(job, Map.of("not", not.why()));
            }
        });
        fields.put("arrived", arrived);
        return fields;
    }

    /** One after the other of the same job are kept together: their names are long, and there are many. */
    private static List<Map<String, Object>> stored(List<Done> done) {
        List<Map<String, Object>> groups = new ArrayList<>();
        String last = "";
        List<String> firings = new ArrayList<>();
        for (Done one : done) {
            int slash = one.identity().lastIndexOf('/');
            String of = one.identity().substring(0, slash);
            if (!of.equals(last)) {
                last = of;
                firings = new ArrayList<>();
                groups.add(Map.of("of", of, "firings", firings));
            }
            firings.add((one.fired() ? "+" : "-") + one.identity().substring(slash + 1));
        }
        return groups;
    }

    public static Decoded<JoinRecord> decode(byte[] bytes) {
        return Members.decode(bytes, FORMAT, members -> {
            List<Entry> waiting = members.objects("waiting", MOST).stream()
                    .map(JoinRecordCodec::entry)
                    .toList();
            List<Done> done = new ArrayList<>();
            members.objects("done", MOST).forEach(group -> {
                String of = ChainCodec.nodeName(group, "of");
                group.texts("firings").forEach(firing -> done.add(done(of, firing)));
            });
            if (done.size() > MOST) {
                throw new IllegalArgumentException("\"done\" names " + done.size() + " firings");
            }
            List<Entry> missed = members.objects("missed", MOST).stream()
                    .map(JoinRecordCodec::entry)
                    .toList();
            if (missed.stream().anyMatch(one -> one.of() == null)) {
                throw new IllegalArgumentException("\"missed\" has a join that descends from no firing");
            }
            return new JoinRecord(waiting, done, missed, members.unknown());
        });
    }

    private static Done done(String of, String text) {
        boolean fired = text.startsWith("+");
        if (!fired && !text.startsWith("-")) {
            throw new IllegalArgumentException("\"done\" has a firing that begins with neither + nor -");
        }
        return new Done(of + "/" + ChainCodec.firing(text.substring(1)).text(), fired);
    }

    private static Entry entry(Members members) {
        List<Ancestor> of = ChainCodec.ancestors(members, "of");
        if (of.size() > 1) {
            throw new IllegalArgumentException("\"of\" names " + of.size() + " firings");
        }
        SortedMap<String, Arrival> arrived = new TreeMap<>();
        Members stored = members.object("arrived");
        for (String job : stored.names()) {
            Members arrival = stored.object(job);
            arrived.put(
                    job,
                    arrival.has("came")
                            ? new Arrival.Came(ChainCodec.cause(arrival.object("came")))
                            : new Arrival.Not(reason(arrival)));
        }
        return new Entry(of.isEmpty() ? null : of.get(0), members.instant("since"), arrived);
    }

    private static String reason(Members arrival) {
        String why = arrival.text("not");
        if (why.length() > LONGEST_REASON) {
            throw new IllegalArgumentException("\"not\" has " + why.length() + " characters");
        }
        return why;
    }
}
