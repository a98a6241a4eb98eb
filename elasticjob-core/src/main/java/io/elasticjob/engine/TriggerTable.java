package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.DataLoss;
import io.elasticjob.coordination.Landmark;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The triggers of all jobs that are not done yet. A ring only says that there is something to list; but what this instance
 * creates and deletes itself it knows from the answer. Jobs without triggers cost nothing. Confined to the loop.
 *
 * <p>Numbers are given in the order of creation, without gaps. So a trigger of this instance's that has the number after
 * the last one that was heard of can be begun with at once; before any other, what was created in between has to be listed,
 * because each shard runs triggers in their order.
 *
 * <p>Anybody may create a node that is named like a trigger. One whose number the registry has not given is nobody's request:
 * no shard runs it, because all that are given until then would count as run.
 */
final class TriggerTable {

    private static final int READS_AT_FIRST = 50;
    private static final int READS_AT_ONCE = 400;
    private static final String NOT_RUN = "this instance does not run it; the leader removes it after a day";

    private static final Duration RETRY = Duration.ofSeconds(1);

    /** What the table tells the rest of the machine. */
    interface Listener {

        /** What is known of the job's triggers may be more than before. */
        void listed(JobState job);

        /**
         * A trigger that was known is gone.
         *
         * @param last the records of its shards when it went, by shard; null when they are not known here
         */
        void gone(JobState job, long number, @Nullable Map<Integer, ShardRecord> last);
    }

    private record Numbered(JobState job, long number) {}

    /** Creations of this instance's for one job that are not answered yet. */
    private static final class Expected {
        int answers;
        /** The highest number that was rung for meanwhile: it may be one of them, or somebody else's. */
        long rung = -1;
    }

    private final Layout layout;
    private final Landmarks landmarks;
    private final Outbox outbox;
    private final Listener listener;
    private final Inquiry inquiry;

    private @Nullable Connection connection;
    // What waits for a listing that is still to begin, and for one that is under way.
    private final Map<JobState, List<Runnable>> waiting = new HashMap<>();
    private final Map<JobState, List<Runnable>> underWay = new HashMap<>();
    private final Set<JobState> toList = new LinkedHashSet<>();
    private final Set<JobState> listing = new HashSet<>();

    /** What listings that are under way have found so far, once the numbers are known. */
    private final Map<JobState, SortedMap<Long, Optional<Trigger>>> found = new HashMap<>();

    /** The highest numbers that were given before listings that are under way. */
    private final Map<JobState, Long> givenBefore = new HashMap<>();

    /** Seen to have triggers, and not listed since the connection was made. */
    private final Set<JobState> unlisted = new HashSet<>();

    private final Map<JobState, Expected> expected = new HashMap<>();
    private final Set<Numbered> beingDeleted = new HashSet<>();

    /** Known, and rung for: they are read again if they are still there. */
    private final Set<Numbered> touched = new HashSet<>();

    /** Created here, and to be listed because of others before them: they need not be read. */
    private final Map<JobState, SortedMap<Long, Trigger>> made = new HashMap<>();

    private final Set<JobState> toTell = new LinkedHashSet<>();

    /** Those that are there though the registry has not given their numbers. */
    private final Map<JobState, Set<Long>> strangers = new HashMap<>();

    TriggerTable(Layout layout, Landmarks landmarks, Outbox outbox, Listener listener) {
        this.layout = layout;
        this.landmarks = landmarks;
        this.outbox = outbox;
        this.listener = listener;
        this.inquiry = new Inquiry(outbox, READS_AT_FIRST, READS_AT_ONCE, NOT_RUN);
    }

    /** Connected again: what changed while the connection was away rang nothing. */
    void reconnected(Connection over) {
        disconnected();
        connection = over;
        toList.addAll(waiting.keySet());
    }

    void disconnected() {
        connection = null;
        toList.clear();
        listing.clear();
        found.clear();
        givenBefore.clear();
        unlisted.clear();
        waitAgain();
    }

    /** Numbers are given again: what was known of them before may be another trigger's. */
    void dataLost() {
        made.clear();
        givenBefore.clear();
        beingDeleted.clear();
        strangers.clear();
    }

    private void waitAgain() {
        underWay.forEach((job, tasks) ->
                waiting.computeIfAbsent(job, any -> new ArrayList<>()).addAll(tasks));
        underWay.clear();
    }

    /** Whether all triggers were listed that were there when the jobs were read. */
    boolean isComplete() {
        return unlisted.isEmpty();
    }

    /**
     * A job's node was read.
     *
     * @param children how many nodes were below it
     */
    void jobRead(JobState job, int children) {
        if (children > 0 || !job.knownTriggers().isEmpty()) {
            toList.add(job);
            unlisted.add(job);
        } else if (job.areTriggersDoubted() || lastGiven(job) > job.lastTrigger()) {
            job.triggersListed(new TreeMap<>(), lastGiven(job));
        }
    }

    /**
     * The highest number that the registry had given when the job was read; negative for none. What has a number up to that
     * and is not listed after it, is gone, though nobody here has ever heard of it.
     */
    private static long lastGiven(JobState job) {
        return job.isDoubted() ? -1 : job.node().childrenMade() - 1;
    }

    /** A trigger of the job came or went. What this instance does itself is told by the answer. */
    void rung(JobState job, long number) {
        boolean isNew = number > job.lastTrigger();
        Expected own = expected.get(job);
        if (isNew && own != null) {
            if (number == own.rung) {
                touched.add(new Numbered(job, number)); // its creation rang before
            }
            own.rung = Math.max(own.rung, number);
        } else if (!isBeingDeleted(job, number)) {
            toList.add(job); // also below the last that was heard of: the registry may give numbers again
            boolean isMade = made.getOrDefault(job, new TreeMap<>()).containsKey(number);
            if (isMade || job.knownTriggers().containsKey(number)) {
                touched.add(new Numbered(job, number)); // it is gone, or somebody has written over it
            }
        }
    }

    /** Whether everything is known of a job's triggers that has rung, or is being done here. */
    boolean isSettled(JobState job) {
        return !toList.contains(job)
                && !listing.contains(job)
                && !expected.containsKey(job)
                && beingDeleted.stream().noneMatch(one -> one.job() == job);
    }

    /** Those jobs that are not {@link #isSettled settled}. */
    Set<JobState> unsettled() {
        Set<JobState> open = new LinkedHashSet<>(toList);
        open.addAll(listing);
        open.addAll(expected.keySet());
        beingDeleted.forEach(one -> open.add(one.job()));
        return open;
    }

    /** Whether somebody created the trigger under a number that the registry has not given. */
    boolean isStrangers(JobState job, long number) {
        return strangers.getOrDefault(job, Set.of()).contains(number);
    }

    /** Lists a job's triggers from now on, then runs the task; be it when the registry is back. */
    void listThen(JobState job, Runnable task) {
        waiting.computeIfAbsent(job, any -> new ArrayList<>()).add(task);
        toList.add(job);
    }

    void removed(JobState job) {
        toList.remove(job);
        toTell.remove(job);
        unlisted.remove(job);
        made.remove(job);
        givenBefore.remove(job);
        strangers.remove(job);
        touched.removeIf(one -> one.job() == job);
        List<Runnable> tasks = waiting.remove(job);
        if (tasks != null) {
            tasks.forEach(Runnable::run); // nothing remains to be listed
        }
    }

    // ---- What this instance does ----------------------------------------------------------------------------------

    /** This instance creates a trigger of the job; {@link #answered} follows in any case. */
    void creating(JobState job) {
        expected.computeIfAbsent(job, any -> new Expected()).answers++;
    }

    /** It is known what became of a creation, and {@link #created} was told if it came to something. */
    void answered(JobState job) {
        Expected own = expected.get(job);
        if (own != null && --own.answers == 0) {
            expected.remove(job);
            boolean isWrittenOver = touched.contains(new Numbered(job, own.rung));
            if ((own.rung > job.lastTrigger() || isWrittenOver) && !job.isRemoved()) {
                toList.add(job); // somebody else's
            }
        }
    }

    /**
     * This instance has created a trigger.
     *
     * @return false when others may have created some before it: the job has to be listed, with {@link #listThen}
     */
    boolean created(@Nullable Connection over, JobState job, Trigger trigger) {
        if (over == null || over != connection || job.isRemoved() || trigger.number() != job.lastTrigger() + 1) {
            made.computeIfAbsent(job, any -> new TreeMap<>()).put(trigger.number(), trigger);
            return false;
        }
        job.triggerCame(trigger);
        SortedMap<Long, Optional<Trigger>> meanwhile = found.get(job);
        if (meanwhile != null) {
            meanwhile.put(trigger.number(), Optional.of(trigger)); // it was created after the numbers were listed
        }
        toTell.add(job);
        return true;
    }

    /** This instance deletes a trigger; {@link #deleted} or {@link #notDeleted} follows. */
    void deleting(JobState job, long number) {
        beingDeleted.add(new Numbered(job, number));
    }

    boolean isBeingDeleted(JobState job, long number) {
        return beingDeleted.contains(new Numbered(job, number));
    }

    /** @param last the records of its shards, by shard */
    void deleted(JobState job, long number, Map<Integer, ShardRecord> last) {
        beingDeleted.remove(new Numbered(job, number));
        SortedMap<Long, Optional<Trigger>> meanwhile = found.get(job);
        if (meanwhile != null) {
            meanwhile.remove(number);
        }
        if (job.knownTriggers().containsKey(number)) {
            job.triggerWent(number);
            listener.gone(job, number, last);
        }
    }

    /** It may have gone all the same: what rang meanwhile was not listened to. */
    void notDeleted(JobState job, long number) {
        beingDeleted.remove(new Numbered(job, number));
        if (!job.isRemoved()) {
            toList.add(job);
        }
    }

    /** Tells of what was created here; once, when all of a turn has happened. */
    void tell() {
        List<JobState> all = List.copyOf(toTell);
        toTell.clear();
        all.forEach(listener::listed);
    }

    // ---- Listing --------------------------------------------------------------------------------------------------

    /** Lists what changed; once, at the end of a turn. */
    void flush() {
        Connection over = connection;
        if (over == null) {
            return;
        }
        for (JobState job : List.copyOf(toList)) {
            if (listing.add(job)) {
                toList.remove(job);
                List<Runnable> tasks = waiting.remove(job);
                if (tasks != null) {
                    underWay.put(job, tasks);
                }
                list(over, job);
            }
        }
    }

    private void list(Connection over, JobState job) {
        givenBefore.put(job, lastGiven(job));
        outbox.children(over, layout.job(job.name()), result -> {
            if (over != connection) {
                return;
            }
            if (result instanceof Result.Told<List<String>> told) {
                SortedSet<Long> numbers = new TreeSet<>();
                told.answer().forEach(name -> Layout.triggerNumber(name).ifPresent(numbers::add));
                readNew(over, job, numbers);
            } else if (result instanceof Result.Unknown<List<String>> unknown) {
                retry(over, job, unknown.why());
            }
        });
    }

    private void readNew(Connection over, JobState job, SortedSet<Long> numbers) {
        SortedMap<Long, Optional<Trigger>> next = new TreeMap<>();
        SortedMap<Long, Trigger> own = made.getOrDefault(job, new TreeMap<>());
        made.remove(job); // they are among the numbers, or gone
        List<Long> toRead = new ArrayList<>();
        strangers.getOrDefault(job, new HashSet<>()).retainAll(numbers);
        for (long number : numbers) {
            Optional<Trigger> known = job.knownTriggers().get(number);
            boolean isTouched = touched.remove(new Numbered(job, number));
            boolean isDoubted = isTouched || job.areTriggersDoubted();
            if (known != null && isStrangers(job, number) && !job.areTriggersDoubted()) {
                next.put(number, known);
            } else if (known != null && known.isPresent() && !isDoubted) {
                next.put(number, known);
            } else if (own.containsKey(number) && !isDoubted) {
                next.put(number, Optional.of(own.get(number)));
            } else {
                toRead.add(number);
            }
        }
        touched.removeIf(one -> one.job() == job); // the others are gone
        found.put(job, next);
        numbers.addAll(own.keySet());
        if (isOdd(job, toRead, own.keySet())) {
            askWhatWasGiven(over, job, numbers, toRead, next);
        } else {
            readGiven(over, job, numbers, toRead, next);
        }
    }

    /** Whether there are numbers that may not have been given, or may have been given again. */
    private static boolean isOdd(JobState job, List<Long> unknown, Set<Long> own) {
        long last = job.areTriggersDoubted() ? -1 : job.lastTrigger();
        long surelyGiven = Math.max(job.isDoubted() ? 0 : job.node().childrenMade(), last + 1 + unknown.size());
        return unknown.stream().anyMatch(number -> number <= last || number >= surelyGiven)
                || own.stream()
                        .anyMatch(
                                number -> number <= last && !job.knownTriggers().containsKey(number));
    }

    /** The registry counts what was ever created below the job: it has given all lower numbers, and no higher ones. */
    private void askWhatWasGiven(
            Connection over,
            JobState job,
            SortedSet<Long> numbers,
            List<Long> toRead,
            SortedMap<Long, Optional<Trigger>> next) {
        outbox.read(over, List.of(job.path()), result -> {
            if (over != connection) {
                return;
            }
            if (!(result instanceof Result.Told<List<Read>> told)) {
                retry(over, job, ((Result.Unknown<List<Read>>) result).why());
                return;
            }
            if (told.answer().get(0) instanceof Read.Present present) {
                given(over, job, Landmarks.of(job.path(), present.stat()), toRead, next);
            } // else the job is gone, and its triggers with it
            readGiven(over, job, numbers, toRead, next);
        });
    }

    private void given(
            Connection over, JobState job, Landmark node, List<Long> toRead, SortedMap<Long, Optional<Trigger>> next) {
        boolean givenAgain = node.childrenMade() <= job.lastTrigger() && !job.areTriggersDoubted();
        if (job.node().isSameNode(node) && givenAgain) {
            landmarks.suspect(
                    over,
                    new DataLoss.WentBack(job.path() + " has had " + node.childrenMade() + " children, though trigger "
                            + job.lastTrigger() + " was read before"));
        }
        for (long number : List.copyOf(toRead)) {
            if (number >= node.childrenMade()) {
                toRead.remove(number);
                next.put(number, Optional.empty());
                strangers.computeIfAbsent(job, any -> new HashSet<>()).add(number);
                outbox.publish(new ElasticJobEvent.ValueUnreadable(
                        layout.trigger(job.name(), number),
                        "ZooKeeper did not assign this number: somebody created it by hand",
                        "no instance runs it; the leader deletes it"));
            }
        }
    }

    private void readGiven(
            Connection over,
            JobState job,
            SortedSet<Long> numbers,
            List<Long> toRead,
            SortedMap<Long, Optional<Trigger>> next) {
        SortedSet<Long> given = new TreeSet<>(numbers);
        given.removeAll(strangers.getOrDefault(job, Set.of()));
        readFrom(over, job, toRead, next, given.isEmpty() ? -1 : given.last());
    }

    private void readFrom(
            Connection over, JobState job, List<Long> toRead, SortedMap<Long, Optional<Trigger>> next, long upTo) {
        List<String> paths = toRead.stream()
                .map(number -> layout.trigger(job.name(), number))
                .toList();
        inquiry.ask(over, paths, new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return over == connection;
            }

            @Override
            public boolean read(int at, Read read) {
                if (read instanceof Read.Present present) {
                    next.put(toRead.get(at), trigger(job, paths.get(at), toRead.get(at), present));
                } else {
                    inquiry.forget(paths.get(at));
                }
                return true;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                next.put(toRead.get(at), Optional.empty());
                outbox.alarm(pause, () -> rung(job, toRead.get(at)));
                return true;
            }

            @Override
            public void complete() {
                finish(job, next, upTo);
            }

            @Override
            public void unanswered(int from, Throwable why) {
                retry(over, job, why);
            }
        });
    }

    /** Empty when this version cannot read it, which is told once. */
    private Optional<Trigger> trigger(JobState job, String path, long number, Read.Present present) {
        job.triggerVersion(number, present.stat().version());
        Decoded<Trigger> decoded = TriggerCodec.decode(number, present.stat().createdAt(), present.data());
        Optional<Trigger> before = job.knownTriggers().get(number);
        if (decoded instanceof Decoded.Value<Trigger> value) {
            Trigger known = before == null ? null : before.orElse(null);
            return Optional.of(value.value().seen(known, outbox.time().horizon()));
        }
        if (before != null && before.isEmpty()) {
            return Optional.empty(); // as before
        }
        outbox.publish(new ElasticJobEvent.ValueUnreadable(path, decoded.reason(), NOT_RUN));
        return Optional.empty();
    }

    /** @param upTo the highest number that was heard of by the listing; negative without any */
    private void finish(JobState job, SortedMap<Long, Optional<Trigger>> next, long upTo) {
        listing.remove(job);
        unlisted.remove(job);
        found.remove(job);
        Set<Long> gone = new TreeSet<>();
        job.knownTriggers().forEach((number, known) -> {
            if (!next.containsKey(number) || !known.equals(next.get(number))) {
                gone.add(number); // or another one has its number
            }
        });
        Long given = givenBefore.remove(job);
        job.triggersListed(next, given == null ? upTo : Math.max(upTo, given));
        gone.forEach(number -> listener.gone(job, number, null));
        listener.listed(job);
        List<Runnable> served = underWay.remove(job);
        if (served != null) {
            served.forEach(Runnable::run);
        }
    }

    private void retry(Connection over, JobState job, Throwable why) {
        outbox.alarm(RETRY, () -> {
            if (over == connection) { // so it was not for want of a connection
                outbox.trouble("The triggers of " + job.name() + " could not be read", why);
                unlisted.remove(job); // it holds up the other jobs no longer; what is known of its own goes on
                listing.remove(job);
                found.remove(job);
                List<Runnable> tasks = underWay.remove(job);
                if (tasks != null) {
                    waiting.computeIfAbsent(job, any -> new ArrayList<>()).addAll(tasks);
                }
                toList.add(job);
            }
        });
    }
}
