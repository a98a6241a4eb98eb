package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Into how many shards a firing is split, and with which parameters, as a function of the firing: so that one firing never
 * runs as part 0 of 3 beside part 1 of 5, nor as part 0 of 3 with the parameter that it has as part 0 of 5. A firing may
 * also not be split at all, where each process runs it as a whole.
 *
 * @param first before all changes
 * @param changes what holds from each fire time on; those of the last hour before the newest, older ones are history
 * @param processes the shards of the processes that run firings that are not split
 */
public record ShardCount(Split first, NavigableMap<Instant, Split> changes, ProcessShards processes) {

    /** In place of a number of shards: each process runs the firing as a whole, in its own of {@link ProcessShards}. */
    public static final int BROADCAST = 0;

    /** Changes that are older than this by the time of another one concern no firing that may still be begun. */
    private static final Duration MEMORY = Duration.ofHours(1);

    private static final int MOST_REMEMBERED = 100;

    /**
     * A firing's shards.
     *
     * @param count how many; {@link #BROADCAST} where each process has one of its own
     * @param parameters that go with this number; null for those that the settings of the job say now
     */
    public record Split(int count, @Nullable ShardParameters parameters) {

        private Split with(@Nullable ShardParameters others) {
            return new Split(count, others);
        }

        private boolean has(int shard) {
            return ProcessShards.isOne(shard) ? count == BROADCAST : shard < count;
        }
    }

    /**
     * Shards that hold only from a firing on.
     *
     * @param until into how many shards firings before it are split; {@link #BROADCAST} for none, as is {@code count}
     */
    public record Upcoming(int until, int count, Instant from) {}

    public ShardCount {
        changes = Collections.unmodifiableNavigableMap(new TreeMap<>(changes));
    }

    /** Where no process has a shard of its own. */
    public ShardCount(Split first, NavigableMap<Instant, Split> changes) {
        this(first, changes, ProcessShards.NONE);
    }

    public static ShardCount always(int count) {
        return new ShardCount(new Split(count, null), Collections.emptyNavigableMap());
    }

    /** The number that a job asks for. */
    public static int of(JobDefinition job) {
        return job.broadcast() ? BROADCAST : job.shardingTotalCount();
    }

    /** In the end, when all changes have taken effect: whether each process runs each firing as a whole. */
    public boolean isBroadcast() {
        return count() == BROADCAST;
    }

    /** Whether it says anything that only those understand who know of broadcasts. */
    public boolean knowsBroadcast() {
        return !processes.isEmpty()
                || first.count() == BROADCAST
                || changes.values().stream().anyMatch(split -> split.count() == BROADCAST);
    }

    /** Whether a firing has this shard. */
    public boolean has(int shard, Instant fireTime) {
        return splitAt(fireTime).has(shard)
                && (!ProcessShards.isOne(shard)
                        || processes
                                .since(shard)
                                .filter(since -> !fireTime.isBefore(since))
                                .isPresent());
    }

    /** The same with other shards of processes. */
    public ShardCount with(ProcessShards others) {
        return new ShardCount(first, changes, others);
    }

    /**
     * Whether no firing that may still be begun is one that each process runs as a whole.
     *
     * @param now registry time
     */
    public boolean isBroadcastOver(Instant now) {
        return !isBroadcast() && (changes.isEmpty() || changes.lastKey().isBefore(now.minus(MEMORY)));
    }

    /** The same without what is history, so that those understand it again who do not know of broadcasts. */
    public ShardCount withoutHistory() {
        return new ShardCount(last(), Collections.emptyNavigableMap(), processes);
    }

    /** In the end, when all changes have taken effect; {@link #BROADCAST} for none, as below. */
    public int count() {
        return last().count();
    }

    private Split last() {
        return changes.isEmpty() ? first : changes.lastEntry().getValue();
    }

    public int at(Instant fireTime) {
        return splitAt(fireTime).count();
    }

    /** The parameters of a firing; empty when they are those that the settings of the job say now. */
    public Optional<ShardParameters> parametersAt(Instant fireTime) {
        return Optional.ofNullable(splitAt(fireTime).parameters());
    }

    private Split splitAt(Instant fireTime) {
        Map.Entry<Instant, Split> change = changes.floorEntry(fireTime);
        return change == null ? first : change.getValue();
    }

    /** What holds only from a firing on that is still to come; empty when what is set holds already. */
    public Optional<Upcoming> upcoming(Instant now) {
        return Optional.ofNullable(changes.lastEntry())
                .filter(last -> last.getKey().isAfter(now))
                .map(last -> new Upcoming(at(now), last.getValue().count(), last.getKey()));
    }

    /** The largest number of shards that any firing has that may still matter. */
    public int largest() {
        return Math.max(
                first.count(),
                changes.values().stream().mapToInt(Split::count).max().orElse(0));
    }

    /** The largest number for firings that come due at {@code now} or later. */
    public int shownAt(Instant now) {
        return Math.max(
                at(now),
                changes.tailMap(now).values().stream()
                        .mapToInt(Split::count)
                        .max()
                        .orElse(0));
    }

    /**
     * The shards of all firings that come due at {@code now} or later, in their order: what is to be shown.
     *
     * @param triggered how many shards a trigger by hand has that is not done
     */
    public List<Integer> shown(Instant now, int triggered) {
        List<Integer> shown = new ArrayList<>();
        for (int shard = 0; shard < Math.max(shownAt(now), triggered); shard++) {
            shown.add(shard);
        }
        shown.addAll(processes.byShard().keySet());
        return shown;
    }

    /** The fire time from which the shard is there; empty when it always was. */
    Optional<Instant> since(int shard) {
        Instant since = null;
        boolean before = first.has(shard);
        for (Map.Entry<Instant, Split> change : changes.entrySet()) {
            boolean has = change.getValue().has(shard);
            since = !before && has ? change.getKey() : since;
            before = has;
        }
        Instant given = processes.since(shard).orElse(null);
        boolean isLater = given != null && (since == null || given.isAfter(since));
        return Optional.ofNullable(isLater ? given : since);
    }

    /** The fire time, not after the given one, from which the shard is there no more; empty when it never was. */
    Optional<Instant> goneSince(int shard, Instant fireTime) {
        Instant gone = null;
        boolean before = first.has(shard);
        for (Map.Entry<Instant, Split> change : changes.headMap(fireTime, true).entrySet()) {
            boolean has = change.getValue().has(shard);
            gone = before && !has ? change.getKey() : gone;
            before = has;
        }
        return Optional.ofNullable(gone);
    }

    /**
     * The same after a change of the number alone.
     *
     * @param from the first fire time that it holds for; null when it holds for all, because there are none
     */
    public ShardCount changed(int next, @Nullable Instant from) {
        return changed(next, from, null, null);
    }

    /**
     * The same after a change. Number and parameters of shards change together, and the job's own parameter with them; where
     * that one is all that changes, it holds at once.
     *
     * @param from the first fire time that it holds for; null when it holds for all, because there are none
     * @param before the parameters that the settings of the job have said until now; null when nothing is known of them
     * @param after those that they say from now on
     */
    ShardCount changed(
            int next, @Nullable Instant from, @Nullable ShardParameters before, @Nullable ShardParameters after) {
        if (from == null) {
            return always(next).with(processes);
        }
        ShardCount said = each(split -> split.parameters() == null ? split.with(before) : split);
        boolean alone = before != null
                && after != null
                && next == count()
                && before.ofShards().equals(after.ofShards())
                && !before.ofJob().equals(after.ofJob());
        if (after != null && alone) {
            said = said.each(split -> withJob(split, after.ofJob()));
        }
        NavigableMap<Instant, Split> kept = new TreeMap<>(said.changes.headMap(from, false));
        kept.put(from, new Split(next, after));
        Split earliest = said.first;
        while (kept.size() > MOST_REMEMBERED
                || isHistory(kept, from)
                || (kept.size() > 1 && isTooLong(earliest, kept, after))) {
            earliest = kept.pollFirstEntry().getValue();
        }
        return new ShardCount(earliest, withoutRepetition(earliest, kept), processes)
                .each(split -> after != null && after.equals(split.parameters()) ? split.with(null) : split);
    }

    /** The same where the last change holds from another fire time on: it has begun nowhere yet. */
    ShardCount from(Instant other) {
        Map.Entry<Instant, Split> last = changes.lastEntry();
        NavigableMap<Instant, Split> moved = new TreeMap<>(changes.headMap(other, false));
        moved.put(other, last.getValue());
        return new ShardCount(first, withoutRepetition(first, moved), processes);
    }

    private static Split withJob(Split split, String parameter) {
        ShardParameters parameters = split.parameters();
        return parameters == null ? split : split.with(parameters.withJob(parameter));
    }

    private ShardCount each(UnaryOperator<Split> change) {
        NavigableMap<Instant, Split> all = new TreeMap<>(changes);
        all.replaceAll((from, split) -> change.apply(split));
        return new ShardCount(change.apply(first), all, processes);
    }

    /** Whether the first change has long been overtaken by the second. */
    private static boolean isHistory(NavigableMap<Instant, Split> changes, Instant from) {
        Instant second = changes.higherKey(changes.firstKey());
        return second != null && second.isBefore(from.minus(MEMORY));
    }

    /** Whether earlier parameters take more room than a job's settings may: they are kept in the same node. */
    private static boolean isTooLong(
            Split earliest, NavigableMap<Instant, Split> changes, @Nullable ShardParameters after) {
        long length = 0;
        for (Split split : changes.values()) {
            length += length(split, after);
        }
        return length + length(earliest, after) > JobDefinition.MAX_LENGTH;
    }

    private static int length(Split split, @Nullable ShardParameters after) {
        ShardParameters parameters = split.parameters();
        return parameters == null || parameters.equals(after) ? 0 : parameters.length();
    }

    private static NavigableMap<Instant, Split> withoutRepetition(Split first, NavigableMap<Instant, Split> changes) {
        NavigableMap<Instant, Split> real = new TreeMap<>();
        Split before = first;
        for (Map.Entry<Instant, Split> change : changes.entrySet()) {
            if (!change.getValue().equals(before)) {
                real.put(change.getKey(), change.getValue());
                before = change.getValue();
            }
        }
        return real;
    }
}
