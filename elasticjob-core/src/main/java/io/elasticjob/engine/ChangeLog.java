package io.elasticjob.engine;

import io.elasticjob.coordination.Layout;
import io.elasticjob.view.NamespaceChanges;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What has changed of late, and by which transaction, so that whoever shows the namespace need not read all of it again. A
 * change counts from when this instance knows what it came to; up to there, what is shown may be behind.
 *
 * <p>Watches ring in the order of transactions, before any answer that knows of them: once the registry has told a transaction,
 * all changes before it have rung. Confined to the loop.
 */
final class ChangeLog {

    /** So many jobs are remembered of which something has changed. */
    static final int MOST = 10_000;

    /** Triggers come and go so often that they are noted only as long as somebody asks. */
    private static final Duration ASKED_LATELY = Duration.ofMinutes(1);

    /** At most so often a node is written for the sake of a transaction id. */
    private static final Duration SAMPLE = Duration.ofSeconds(1);

    /** The registry has not told by which transaction it was. */
    private static final long UNKNOWN = Long.MAX_VALUE;

    private enum Kind {
        JOB,
        TRIGGERS,
        INSTANCES
    }

    private record Subject(Kind kind, String name) {}

    /**
     * Something rang, and this instance may not have read it yet.
     *
     * @param before everything up to this transaction was known without it
     * @param last the transaction that rang last
     * @param nanos when it rang
     */
    private record Rung(long before, long last, long nanos) {

        Rung and(Rung later) {
            return new Rung(Math.min(before, later.before), later.last, later.nanos);
        }
    }

    private final Layout layout;
    private final Namespace namespace;
    private final Declarations declarations;
    private final Presence presence;
    private final Outbox outbox;

    private final Map<Subject, Rung> rung = new LinkedHashMap<>();
    /** What was read, by the transaction that changed it last; ascending. */
    private final Map<Subject, Long> known = new LinkedHashMap<>();
    /** What changed up to this transaction is forgotten. */
    private long floor;
    /** As {@link #floor}, of triggers. */
    private long triggersFloor;

    private long heard;
    private long shown;
    private boolean ready;
    private boolean listening;
    private long askedNanos;
    private long sampledNanos;
    private boolean sampled;

    ChangeLog(Layout layout, Namespace namespace, Declarations declarations, Presence presence, Outbox outbox) {
        this.layout = layout;
        this.namespace = namespace;
        this.declarations = declarations;
        this.presence = presence;
        this.outbox = outbox;
    }

    /** @param transaction 0 when it is not known */
    void rung(String path, long transaction) {
        layout.instanceAt(path).ifPresent(id -> rung(new Subject(Kind.INSTANCES, ""), transaction));
        layout.jobAt(path).ifPresent(name -> rung(new Subject(Kind.JOB, name), transaction));
        if (listening) {
            layout.triggerAt(path).ifPresent(of -> rung(new Subject(Kind.TRIGGERS, of.job()), transaction));
        }
        heard = Math.max(heard, transaction);
    }

    private void rung(Subject subject, long transaction) {
        Rung now = transaction == 0
                ? new Rung(heard(), UNKNOWN, outbox.nanos())
                : new Rung(transaction - 1, transaction, outbox.nanos());
        rung.merge(subject, now, Rung::and);
    }

    /** What rings from now on does so over another connection; what did not ring meanwhile is read then. */
    void disconnected() {
        shown = at();
        ready = false;
        rung.clear();
        heard = 0;
    }

    /** Takes note of what was read; once, at the end of a turn. */
    void flush(boolean isReady) {
        if (isReady && !ready) {
            ready = true;
            forget();
        }
        if (!ready || rung.isEmpty()) {
            return;
        }
        for (Iterator<Map.Entry<Subject, Rung>> all = rung.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Subject, Rung> one = all.next();
            long transaction = transaction(one.getValue());
            if (transaction != UNKNOWN && isRead(one.getKey(), one.getValue())) {
                all.remove();
                known.remove(one.getKey()); // so that it comes last
                known.put(one.getKey(), transaction);
            }
        }
        Iterator<Long> oldest = known.values().iterator();
        for (int over = known.size() - MOST; over > 0; over--) {
            floor = Math.max(floor, oldest.next());
            oldest.remove();
        }
        if (listening && outbox.nanos() - askedNanos > ASKED_LATELY.toNanos()) {
            listening = false;
        }
    }

    private void forget() {
        known.clear();
        floor = at();
    }

    /** Where the registry does not tell it: that of a write of this instance's that was begun after the ring. */
    private long transaction(Rung one) {
        if (one.last() != UNKNOWN) {
            return one.last();
        }
        long later = outbox.writtenSince(one.nanos());
        return later == 0 ? UNKNOWN : later;
    }

    private boolean isRead(Subject subject, Rung one) {
        return switch (subject.kind()) {
            case INSTANCES -> namespace.roster().isSettled();
            case TRIGGERS -> {
                JobState job = namespace.jobs().find(subject.name());
                yield job == null || namespace.triggers().isSettled(job);
            }
            case JOB -> isJobRead(subject.name(), one.last());
        };
    }

    private boolean isJobRead(String name, long transaction) {
        JobState job = namespace.jobs().find(name);
        return job == null || transaction == UNKNOWN
                ? !namespace.jobs().isToBeRead(name) && !declarations.isUnderWay(name)
                : job.node().modified() >= transaction || namespace.jobs().isUnread(name);
    }

    private long heard() {
        return Math.max(heard, outbox.latest());
    }

    /** Everything up to this transaction is known here. */
    long at() {
        if (!ready) {
            return shown;
        }
        long at = heard();
        for (Rung one : rung.values()) {
            at = Math.min(at, one.before());
        }
        return at;
    }

    /** What has changed after a transaction, as far as is remembered. */
    NamespaceChanges since(long after) {
        listen();
        long at = at();
        if (after > at || rung.values().stream().anyMatch(one -> one.last() == UNKNOWN)) {
            sample();
        }
        SortedMap<String, Long> jobs = new TreeMap<>();
        SortedMap<String, Long> triggered = new TreeMap<>();
        long roster = 0;
        if (!ready) {
            return new NamespaceChanges(at, new NamespaceChanges.Floor(0, 0), jobs, triggered, roster);
        }
        for (Map.Entry<Subject, Long> one : known.entrySet()) {
            long transaction = one.getValue();
            if (transaction > after) {
                switch (one.getKey().kind()) {
                    case JOB -> jobs.put(one.getKey().name(), transaction);
                    case TRIGGERS -> triggered.put(one.getKey().name(), transaction);
                    case INSTANCES -> roster = transaction;
                }
            }
        }
        return new NamespaceChanges(
                at, new NamespaceChanges.Floor(floor, Math.max(floor, triggersFloor)), jobs, triggered, roster);
    }

    /** From now on triggers count as well; what is being read of them by now is told as of now. */
    private void listen() {
        askedNanos = outbox.nanos();
        if (listening) {
            return;
        }
        listening = true;
        long now = at();
        triggersFloor = now;
        Set<JobState> open = namespace.triggers().unsettled();
        open.forEach(job ->
                rung.merge(new Subject(Kind.TRIGGERS, job.name()), new Rung(now - 1, now, outbox.nanos()), Rung::and));
        if (!open.isEmpty()) {
            triggersFloor = now - 1;
        }
    }

    /** A write tells the latest transaction, by which it is known how far what was read goes. */
    private void sample() {
        if (ready && (!sampled || outbox.nanos() - sampledNanos >= SAMPLE.toNanos())) {
            sampled = true;
            sampledNanos = outbox.nanos();
            presence.sample();
        }
    }
}
