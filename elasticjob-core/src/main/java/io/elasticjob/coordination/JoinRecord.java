package io.elasticjob.coordination;

import io.elasticjob.Cause;
import io.elasticjob.Join;
import io.elasticjob.coordination.Chain.Ancestor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the registry holds of the joins of one job: which firings that it runs after have come, by the firing of the common
 * ancestor that they descend from. It is written by the transactions that close those firings, and by nothing else.
 *
 * @param waiting those that wait for more, the oldest first
 * @param done those that are decided, the oldest first: what comes later for one that has run its job is not counted again
 * @param missed of those that are decided and have not run their job, what has come, the oldest first: where a firing that was
 *     missing comes after all, because it was run again, the job runs then
 * @param unknown fields of the stored form that this version has no name for; they are written back as they were
 */
public record JoinRecord(List<Entry> waiting, List<Done> done, List<Entry> missed, Map<String, Object> unknown) {

    /** Of a job after whose predecessors nothing has come yet; what an absent node stands for. */
    public static final JoinRecord NEW = new JoinRecord(List.of(), List.of(), List.of(), Map.of());

    /** So many may wait; of more, the oldest is dropped. */
    public static final int MOST_WAITING = 100;

    /** Of so many that are done it is known that they are; of more, the oldest is forgotten. */
    public static final int MOST_DONE = 1_000;

    /** About how many bytes those that wait may have together; of more, the oldest is dropped. */
    public static final int MOST_LENGTH = 200_000;

    /** Of so many that have not run their job it is kept what has come; of more, the oldest can run no more. */
    public static final int MOST_MISSED = 100;

    /** About how many bytes those may have together. */
    public static final int MOST_MISSED_LENGTH = 60_000;

    public JoinRecord {
        waiting = List.copyOf(waiting);
        done = List.copyOf(done);
        missed = List.copyOf(missed);
        unknown = Map.copyOf(unknown);
    }

    /**
     * A join that waits.
     *
     * @param of what its firings descend from; null where they have nothing in common, and the latest of each counts
     * @param since when the first has come, by the clock of the registry
     * @param arrived by the name of the job
     */
    public record Entry(@Nullable Ancestor of, Instant since, SortedMap<String, Arrival> arrived) {

        public Entry {
            arrived = Collections.unmodifiableSortedMap(new TreeMap<>(arrived));
        }

        /** The jobs that have not come. */
        List<String> missing(Collection<String> predecessors) {
            return predecessors.stream()
                    .filter(one -> !arrived.containsKey(one))
                    .toList();
        }
    }

    /**
     * A join that is decided, and whether the job was run by it.
     *
     * @param identity of what its firings descend from
     */
    public record Done(String identity, boolean fired) {

        private boolean isOf(Ancestor of) {
            return identity.equals(of.identity());
        }
    }

    /** What has become of one branch. */
    public sealed interface Arrival {

        /** It has ended in a way that counts. */
        record Came(Cause cause) implements Arrival {}

        /**
         * It has ended otherwise, or will not run.
         *
         * @param why in words
         */
        record Not(String why) implements Arrival {}
    }

    /** What follows from an arrival. */
    public sealed interface Step {}

    /** It was decided before, or counts already: nothing is written. */
    public record Unchanged() implements Step {}

    /**
     * Write this record; the job does not run yet.
     *
     * @param dropped those that have waited for longest, and do not any more
     */
    public record Waits(JoinRecord next, List<Entry> dropped) implements Step {}

    /**
     * Write this record, and run the job.
     *
     * @param causes the firings that it runs after
     */
    public record Fires(JoinRecord next, List<Cause> causes) implements Step {}

    /** Write this record: the job does not run after these firings, unless one that is missing comes after all. */
    public record Fails(JoinRecord next, String why) implements Step {}

    /** Write this record: it was decided before that the job does not run, and more is missing than what has come now. */
    public record Kept(JoinRecord next, String why) implements Step {}

    /**
     * One of the firings that a job runs after has ended, or will not come. The first one of each job counts.
     *
     * @param of what it descends from; null where the predecessors have nothing in common
     * @param from name of its job
     * @param rule other than {@link Join#EACH}
     * @param predecessors all that count
     */
    public Step arrived(
            @Nullable Ancestor of,
            String from,
            Arrival arrival,
            Join rule,
            Collection<String> predecessors,
            Instant now) {
        if (of == null) {
            return arrivedUnrelated(from, arrival, predecessors, now);
        }
        Entry missing = find(missed, of);
        if (missing != null && done.contains(new Done(of.identity(), false))) {
            return arrivedLate(missing, from, arrival, rule, predecessors);
        }
        if (done.stream().anyMatch(one -> one.isOf(of))) {
            return new Unchanged();
        }
        Entry known = find(waiting, of);
        SortedMap<String, Arrival> arrived = new TreeMap<>(known == null ? Map.of() : known.arrived());
        if (arrived.get(from) instanceof Arrival.Came
                || (arrived.containsKey(from) && arrival instanceof Arrival.Not)) {
            return new Unchanged();
        }
        arrived.put(from, arrival);
        Entry entry = new Entry(of, known == null ? now : known.since(), arrived);
        List<Cause> came = came(entry, predecessors);
        if (isEnough(came, rule, predecessors)) {
            return new Fires(decided(entry, true, predecessors), came);
        }
        List<String> not = nots(entry, predecessors);
        boolean isOver = rule == Join.ANY ? not.size() == predecessors.size() : !not.isEmpty();
        return isOver
                ? new Fails(decided(entry, false, predecessors), String.join("; ", not))
                : waits(with(known, entry), predecessors);
    }

    /** Only what does come changes anything: a firing that was run again, or one that runs after it. */
    private Step arrivedLate(Entry known, String from, Arrival arrival, Join rule, Collection<String> predecessors) {
        if (arrival instanceof Arrival.Not || known.arrived().get(from) instanceof Arrival.Came) {
            return new Unchanged();
        }
        SortedMap<String, Arrival> arrived = new TreeMap<>(known.arrived());
        arrived.put(from, arrival);
        Entry entry = new Entry(known.of(), known.since(), arrived);
        List<Cause> came = came(entry, predecessors);
        return isEnough(came, rule, predecessors)
                ? new Fires(ranLate(entry), came)
                : new Kept(
                        new JoinRecord(
                                waiting,
                                done,
                                bounded(
                                        missed.stream()
                                                .map(one -> one == known ? entry : one)
                                                .toList(),
                                        predecessors),
                                unknown),
                        String.join("; ", nots(entry, predecessors)));
    }

    private static boolean isEnough(List<Cause> came, Join rule, Collection<String> predecessors) {
        return rule == Join.ANY ? !came.isEmpty() : came.size() == predecessors.size();
    }

    private JoinRecord ranLate(Entry entry) {
        Done before = new Done(identityOf(entry), false);
        return new JoinRecord(
                waiting,
                done.stream()
                        .map(one -> one.equals(before) ? new Done(one.identity(), true) : one)
                        .toList(),
                missed.stream()
                        .filter(one -> !identityOf(one).equals(before.identity()))
                        .toList(),
                unknown);
    }

    private static String identityOf(Entry entry) {
        Ancestor of = entry.of();
        if (of == null) {
            throw new IllegalStateException("A join of unrelated firings is not decided by one of them");
        }
        return of.identity();
    }

    /** The latest of those that can still run, as many as there is room for. */
    private static List<Entry> bounded(List<Entry> missed, Collection<String> predecessors) {
        List<Entry> kept = new ArrayList<>(missed);
        long length = kept.stream().mapToLong(one -> length(one, predecessors)).sum();
        while (kept.size() > MOST_MISSED || length > MOST_MISSED_LENGTH) {
            length -= length(kept.remove(0), predecessors);
        }
        return kept;
    }

    /** The latest of each counts since the job has run last; what has ended otherwise does not. */
    private Step arrivedUnrelated(String from, Arrival arrival, Collection<String> predecessors, Instant now) {
        if (arrival instanceof Arrival.Not) {
            return new Unchanged();
        }
        Entry known =
                waiting.stream().filter(one -> one.of() == null).findFirst().orElse(null);
        SortedMap<String, Arrival> arrived = new TreeMap<>(known == null ? Map.of() : known.arrived());
        arrived.put(from, arrival);
        Entry entry = new Entry(null, known == null ? now : known.since(), arrived);
        List<Cause> came = came(entry, predecessors);
        return came.size() == predecessors.size()
                ? new Fires(new JoinRecord(without(known), done, missed, unknown), came)
                : waits(with(known, entry), predecessors);
    }

    private static List<Cause> came(Entry entry, Collection<String> predecessors) {
        List<Cause> came = new ArrayList<>();
        for (String one : predecessors) {
            if (entry.arrived().get(one) instanceof Arrival.Came arrival) {
                came.add(arrival.cause());
            }
        }
        return came;
    }

    private static List<String> nots(Entry entry, Collection<String> predecessors) {
        List<String> nots = new ArrayList<>();
        for (String one : predecessors) {
            if (entry.arrived().get(one) instanceof Arrival.Not arrival) {
                nots.add(arrival.why());
            }
        }
        return nots;
    }

    private static @Nullable Entry find(List<Entry> among, Ancestor of) {
        return among.stream()
                .filter(one -> one.of() != null && one.of().identity().equals(of.identity()))
                .findFirst()
                .orElse(null);
    }

    private List<Entry> without(@Nullable Entry known) {
        return waiting.stream().filter(one -> one != known).toList();
    }

    /**
     * In the place of the one that was known: the order is that of the first arrivals. Firings with nothing in common wait no
     * more once their jobs have something in common, and the other way round.
     */
    private List<Entry> with(@Nullable Entry known, Entry next) {
        List<Entry> all = new ArrayList<>();
        waiting.stream()
                .filter(one -> (one.of() == null) == (next.of() == null))
                .forEach(one -> all.add(one == known ? next : one));
        if (known == null) {
            all.add(next);
        }
        return all;
    }

    private JoinRecord decided(Entry entry, boolean fired, Collection<String> predecessors) {
        String identity = identityOf(entry);
        List<Done> all = new ArrayList<>(done);
        all.add(new Done(identity, fired));
        List<Entry> late = new ArrayList<>(missed);
        if (!fired) {
            late.add(entry);
        }
        List<Entry> left = waiting.stream()
                .filter(one -> one.of() == null || !one.of().identity().equals(identity))
                .toList();
        return new JoinRecord(
                left,
                all.subList(Math.max(0, all.size() - MOST_DONE), all.size()),
                bounded(late, predecessors),
                unknown);
    }

    /** The same, where the job is refused that was to run. */
    JoinRecord notFired(Ancestor of) {
        List<Done> all = new ArrayList<>();
        done.forEach(one -> all.add(one.isOf(of) ? new Done(one.identity(), false) : one));
        return new JoinRecord(waiting, all, missed, unknown);
    }

    private Waits waits(List<Entry> entries, Collection<String> predecessors) {
        List<Entry> kept = new ArrayList<>(entries);
        List<Entry> dropped = new ArrayList<>();
        long length = kept.stream().mapToLong(one -> length(one, predecessors)).sum();
        while (kept.size() > MOST_WAITING || (length > MOST_LENGTH && kept.size() > 1)) {
            Entry oldest = kept.remove(0);
            length -= length(oldest, predecessors);
            dropped.add(oldest);
        }
        return new Waits(new JoinRecord(kept, done, missed, unknown), dropped);
    }

    /** About how many bytes it has. */
    private static long length(Entry entry, Collection<String> predecessors) {
        long length = 300L + 100L * predecessors.size();
        for (Arrival arrival : entry.arrived().values()) {
            if (arrival instanceof Arrival.Came came) {
                length += 200
                        + came.cause().results().values().stream()
                                .mapToLong(result -> 12 + 3L * result.length())
                                .sum();
            } else if (arrival instanceof Arrival.Not not) {
                length += 3L * not.why().length();
            }
        }
        return length;
    }

    /** Those that wait, by the identity of what they descend from. */
    public Map<String, Entry> byIdentity() {
        Map<String, Entry> all = new LinkedHashMap<>();
        waiting.forEach(one -> all.put(one.of() == null ? "" : one.of().identity(), one));
        return all;
    }
}
