package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.TriggerCodec;
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
 */
final class TriggerTable {

    /** Parameters may be long. */
    private static final int READS_AT_ONCE = 50;

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
    private final Outbox outbox;
    private final Listener listener;

    private @Nullable Connection connection;
    // What waits for a listing that is still to begin, and for one that is under way.
    private final Map<JobState, List<Runnable>> waiting = new HashMap<>();
    private final Map<JobState, List<Runnable>> underWay = new HashMap<>();
    private final Set<JobState> toList = new LinkedHashSet<>();
    private final Set<JobState> listing = new HashSet<>();

    /** What listings that are under way have found so far, once the numbers are known. */
    private final Map<JobState, SortedMap<Long, Optional<Trigger>>> found = new HashMap<>();

    /** Seen to have triggers, and not listed since the connection was made. */
    private final Set<JobState> unlisted = new HashSet<>();

    private final Map<JobState, Expected> expected = new HashMap<>();
    private final Set<Numbered> beingDeleted = new HashSet<>();

    /** Created here, and to be listed because of others before them: they need not be read. */
    private final Map<JobState, SortedMap<Long, Trigger>> made = new HashMap<>();

    private final Set<JobState> toTell = new LinkedHashSet<>();

    TriggerTable(Layout layout, Outbox outbox, Listener listener) {
        this.layout = layout;
        this.outbox = outbox;
        this.listener = listener;
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
        unlisted.clear();
        waitAgain();
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
        }
    }

    /** A trigger of the job came or went. What this instance does itself is told by the answer. */
    void rung(JobState job, long number) {
        boolean isNew = number > job.lastTrigger();
        Expected own = expected.get(job);
        if (isNew && own != null) {
            own.rung = Math.max(own.rung, number);
        } else if (isNew || (job.knownTriggers().containsKey(number) && !isBeingDeleted(job, number))) {
            toList.add(job);
        }
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
            if (own.rung > job.lastTrigger() && !job.isRemoved()) {
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
        for (long number : numbers) {
            Optional<Trigger> known = job.knownTriggers().get(number);
            if (known != null) {
                next.put(number, known);
            } else if (own.containsKey(number)) {
                next.put(number, Optional.of(own.get(number)));
            } else {
                toRead.add(number);
            }
        }
        found.put(job, next);
        numbers.addAll(own.keySet());
        readFrom(over, job, toRead, 0, next, numbers.isEmpty() ? -1 : numbers.last());
    }

    private void readFrom(
            Connection over,
            JobState job,
            List<Long> numbers,
            int from,
            SortedMap<Long, Optional<Trigger>> next,
            long upTo) {
        if (from >= numbers.size()) {
            finish(job, next, upTo);
            return;
        }
        List<Long> chunk = numbers.subList(from, Math.min(numbers.size(), from + READS_AT_ONCE));
        List<String> paths =
                chunk.stream().map(number -> layout.trigger(job.name(), number)).toList();
        outbox.read(over, paths, result -> {
            if (over != connection) {
                return;
            }
            if (result instanceof Result.Told<List<Read>> told) {
                for (int i = 0; i < paths.size(); i++) {
                    if (told.answer().get(i) instanceof Read.Present present) {
                        next.put(chunk.get(i), trigger(paths.get(i), chunk.get(i), present));
                    }
                }
                readFrom(over, job, numbers, from + READS_AT_ONCE, next, upTo);
            } else if (result instanceof Result.Unknown<List<Read>> unknown) {
                retry(over, job, unknown.why());
            }
        });
    }

    /** Empty when this version can not read it. */
    private Optional<Trigger> trigger(String path, long number, Read.Present present) {
        Decoded<Trigger> decoded = TriggerCodec.decode(number, present.stat().createdAt(), present.data());
        if (decoded instanceof Decoded.Value<Trigger> value) {
            return Optional.of(value.value());
        }
        String reason =
                decoded instanceof Decoded.Broken<Trigger> broken ? broken.reason() : "a later version wrote it";
        outbox.publish(new ElasticJobEvent.ValueUnreadable(
                path, reason, "this instance does not run it; the leader removes it after a day"));
        return Optional.empty();
    }

    /** @param upTo the highest number that was heard of by the listing; negative without any */
    private void finish(JobState job, SortedMap<Long, Optional<Trigger>> next, long upTo) {
        listing.remove(job);
        unlisted.remove(job);
        found.remove(job);
        Set<Long> gone = new TreeSet<>(job.knownTriggers().keySet());
        gone.removeAll(next.keySet());
        job.triggersListed(next, upTo);
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
                outbox.trouble("Triggers could not be read", why);
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
