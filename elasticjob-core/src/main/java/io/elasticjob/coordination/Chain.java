package io.elasticjob.coordination;

import io.elasticjob.Cause;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a firing comes from that runs after others.
 *
 * @param ancestors the firings that it descends from, the first one first; of one that runs after several, those that all of
 *     them descend from
 * @param causes the firings that it runs after
 */
public record Chain(List<Ancestor> ancestors, List<Cause> causes) {

    /** Of a firing that runs after no other one. */
    public static final Chain NONE = new Chain(List.of(), List.of());

    /** So many firings may follow one another: more make a circle that nobody has seen. */
    public static final int MOST_ANCESTORS = 50;

    public Chain {
        ancestors = List.copyOf(ancestors);
        causes = List.copyOf(causes);
    }

    /**
     * A firing that others descend from.
     *
     * @param life of its job
     */
    public record Ancestor(String job, String life, Firing firing, Instant fireTime) {

        /** Tells it from all other firings that there ever are. */
        public String identity() {
            return job + "@" + life + "/" + firing.text();
        }
    }

    public boolean isNone() {
        return ancestors.isEmpty() && causes.isEmpty();
    }

    /** The firings that a firing's successors descend from: its own ancestors, and itself. */
    public static List<Ancestor> descent(Layout.JobLife of, FiringRecord.Whole whole) {
        List<Ancestor> all = new ArrayList<>(whole.ancestors());
        all.add(new Ancestor(
                of.job(), of.life(), whole.seen().firing(), whole.seen().fireTime()));
        return all;
    }

    /**
     * A firing that has ended, as its successors are told of it.
     *
     * @param results of its shards
     * @param most how many bytes of results there is room for
     */
    public static Cause cause(
            String job, FiringRecord.Whole whole, FiringResult result, Map<Integer, String> results, int most) {
        SortedMap<Integer, String> kept = new TreeMap<>();
        long left = Math.min(most, Cause.MAX_RESULT_BYTES);
        for (Map.Entry<Integer, String> one : new TreeMap<>(results).entrySet()) {
            long bytes = utf8Length(one.getValue());
            if (bytes > left) {
                break;
            }
            left -= bytes;
            kept.put(one.getKey(), one.getValue());
        }
        return new Cause(
                job, whole.seen().firing(), whole.seen().fireTime(), result, kept, results.size() - kept.size());
    }

    private static long utf8Length(String text) {
        return text.codePoints()
                .mapToLong(point -> point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4)
                .sum();
    }
}
