package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.coordination.Triggers;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The triggers of all jobs that are not done yet, as last listed: a ring only says that there is something to list. Jobs
 * without triggers cost nothing. Confined to the loop.
 */
final class TriggerTable {

    /** Parameters may be long. */
    private static final int READS_AT_ONCE = 50;

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Layout layout;
    private final Outbox outbox;
    private final Consumer<JobState> listed;

    private @Nullable Connection connection;
    // What waits for a listing that is still to begin, and for one that is under way.
    private final Map<JobState, List<Runnable>> waiting = new HashMap<>();
    private final Map<JobState, List<Runnable>> underWay = new HashMap<>();
    private final Set<JobState> toList = new LinkedHashSet<>();
    private final Set<JobState> listing = new HashSet<>();

    /** Seen to have triggers, and not listed since the connection was made. */
    private final Set<JobState> unlisted = new HashSet<>();

    /** @param listed told of each job whose triggers were listed */
    TriggerTable(Layout layout, Outbox outbox, Consumer<JobState> listed) {
        this.layout = layout;
        this.outbox = outbox;
        this.listed = listed;
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
        if (children > 0 || !job.triggers().isEmpty()) {
            toList.add(job);
            unlisted.add(job);
        }
    }

    /** A trigger of the job came or went. */
    void changed(JobState job) {
        toList.add(job);
    }

    /** Lists a job's triggers from now on, then runs the task; be it when the registry is back. */
    void listThen(JobState job, Runnable task) {
        waiting.computeIfAbsent(job, any -> new ArrayList<>()).add(task);
        changed(job);
    }

    void removed(JobState job) {
        toList.remove(job);
        unlisted.remove(job);
        List<Runnable> tasks = waiting.remove(job);
        if (tasks != null) {
            tasks.forEach(Runnable::run); // nothing remains to be listed
        }
    }

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
        List<Long> toRead = new ArrayList<>();
        for (long number : numbers) {
            Optional<Trigger> known = job.knownTriggers().get(number);
            if (known == null) {
                toRead.add(number);
            } else {
                next.put(number, known);
            }
        }
        readFrom(over, job, toRead, 0, next);
    }

    private void readFrom(
            Connection over, JobState job, List<Long> numbers, int from, SortedMap<Long, Optional<Trigger>> next) {
        if (from >= numbers.size()) {
            finish(job, next);
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
                readFrom(over, job, numbers, from + READS_AT_ONCE, next);
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

    private void finish(JobState job, SortedMap<Long, Optional<Trigger>> next) {
        listing.remove(job);
        unlisted.remove(job);
        List<Trigger> readable =
                next.values().stream().flatMap(Optional::stream).toList();
        job.triggersListed(next, Triggers.of(readable));
        listed.accept(job);
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
                List<Runnable> tasks = underWay.remove(job);
                if (tasks != null) {
                    waiting.computeIfAbsent(job, any -> new ArrayList<>()).addAll(tasks);
                }
                changed(job);
            }
        });
    }
}
