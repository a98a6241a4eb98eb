package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.DataLoss;
import io.elasticjob.coordination.Landmark;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The jobs of the namespace, as last read. Confined to the loop. */
final class JobTable {

    private static final int AT_ONCE = 200;
    /** So many are read at first: all of them may be as long as a job may be. */
    private static final int READ_AT_FIRST = 64;
    /** So many portions are under way at most: with many jobs, reading them is most of a start. */
    private static final int TOGETHER = 4;

    private static final Duration FAILURE_PAUSE = Duration.ofMinutes(1);
    private static final String NOT_RUN = "this instance does not run the job";
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** What the table tells the rest of the machine. */
    interface Listener {
        /** A job was read that was not there, or is another one than before. */
        void jobRead(JobState job);

        /** A job was read, and is as it was. */
        void jobAsBefore(JobState job);

        /** A job is there, and this instance cannot use it, whatever was known of it before. */
        void jobUnusable(JobState job);

        /**
         * A job's node was read, be it like before or not.
         *
         * @param children how many nodes are below it
         */
        void jobSeen(JobState job, int children);

        /** A job's node is gone. */
        void jobRemoved(JobState job);

        /** Everything was read since the connection was made. */
        void jobsLoaded();
    }

    private final Layout layout;
    private final Map<String, JobDefinition> declared;
    private final Landmarks landmarks;
    private final Outbox outbox;
    private final Listener listener;
    private final NamespaceRules rules;

    private final SortedMap<String, JobState> jobs = new TreeMap<>();
    private final Set<String> dirty = new LinkedHashSet<>();
    private @Nullable Connection connection;
    private boolean loaded;
    /** Those that are being read because they rang. */
    private Set<String> reading = Set.of();

    private final Inquiry inquiry;
    private final LifeByRecords lives;

    /** How jobs failed while they were worked with here, as it was told. */
    private final Map<String, String> failures = new HashMap<>();

    /** They are there, and cannot be read at present, or have to be looked at again though they are as they were. */
    private final Set<String> unread = new HashSet<>();

    /** Those that cannot be used and will be looked at again in a while. */
    private final Set<String> unusable = new HashSet<>();

    /** Those of them that are asked for again in a while. */
    private final Set<String> askedAgain = new HashSet<>();

    /** @param declared what this process declares of jobs, by name */
    JobTable(
            Layout layout,
            Map<String, JobDefinition> declared,
            Landmarks landmarks,
            Outbox outbox,
            Listener listener,
            NamespaceRules rules) {
        this.layout = layout;
        this.declared = declared;
        this.landmarks = landmarks;
        this.outbox = outbox;
        this.listener = listener;
        this.rules = rules;
        this.lives = new LifeByRecords(layout, outbox);
        this.inquiry = new Inquiry(outbox, READ_AT_FIRST, AT_ONCE, TOGETHER, NOT_RUN);
    }

    Collection<JobState> jobs() {
        return jobs.values();
    }

    Optional<JobState> job(String name) {
        return Optional.ofNullable(jobs.get(name));
    }

    /** Null when there is none of this name. */
    @Nullable
    JobState find(String name) {
        return jobs.get(name);
    }

    boolean isLoaded() {
        return loaded;
    }

    /** Whether it rang, and has not been read since. */
    boolean isToBeRead(String name) {
        return !loaded || dirty.contains(name) || reading.contains(name);
    }

    /** Over which jobs are read; empty while this instance is not connected. */
    Optional<Connection> connection() {
        return Optional.ofNullable(connection);
    }

    /** Whether it is there and cannot be read at present, or has to be looked at again though it is as it was. */
    boolean isUnread(String name) {
        return unread.contains(name);
    }

    /** Lists and reads everything anew: what changed while the connection was away rang nothing. */
    void reload(Connection over) {
        connection = over;
        loaded = false;
        reading = Set.of();
        list(over);
    }

    void disconnected() {
        connection = null;
        loaded = false;
    }

    /** The node of a job rang, or what it holds may be another than what was read. */
    void changed(String name) {
        dirty.add(name);
    }

    /** Nothing that was read is believed any more. */
    void dataLost() {
        jobs.values().forEach(JobState::doubt);
    }

    /** Reads what changed; once, at the end of a turn. */
    void flush() {
        Connection over = connection;
        if (over != null && loaded && !dirty.isEmpty() && reading.isEmpty()) {
            List<String> names = List.copyOf(dirty);
            dirty.clear();
            reading = Set.copyOf(names);
            reread(over, names, () -> reading = Set.of());
        }
    }

    /** Reads jobs now, whatever else is being read: a write was refused that was decided under one of them. */
    void reread(Connection over, Collection<String> names) {
        reread(over, List.copyOf(names), () -> {});
    }

    private void list(Connection over) {
        dirty.clear(); // not when the answer is here: a ring behind that may be heard before it
        outbox.children(over, layout.jobs(), result -> {
            if (over != connection) {
                return;
            }
            if (result instanceof Result.Told<List<String>> told) {
                Set<String> names =
                        new LinkedHashSet<>(told.answer().stream().sorted().toList());
                List.copyOf(jobs.keySet()).stream()
                        .filter(name -> !names.contains(name))
                        .forEach(this::removed);
                reread(over, List.copyOf(names), () -> {
                    loaded = true;
                    listener.jobsLoaded();
                });
            } else if (result instanceof Result.Unknown<List<String>> unknown) {
                retry(over, unknown.why(), () -> list(over));
            }
        });
    }

    /** As {@link #reread(Connection, Collection)}; then, unless the connection is another one by then, goes on. */
    void reread(Connection over, List<String> names, Runnable then) {
        inquiry.ask(over, names.stream().map(layout::job).toList(), new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return over == connection;
            }

            @Override
            public boolean read(int at, Read read) {
                take(over, names.get(at), read);
                return true;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                unread(names.get(at), why, pause);
                return true;
            }

            @Override
            public void complete() {
                then.run();
            }

            @Override
            public void unanswered(int from, Throwable why) {
                retry(over, why, () -> reread(over, names.subList(from, names.size()), then));
            }
        });
    }

    /** What one job does when it is read costs that job alone, whatever it does. */
    private void take(Connection over, String name, Read read) {
        boolean isKnownNoMore = unread.remove(name);
        try {
            apply(over, name, read, isKnownNoMore);
        } catch (Throwable failed) {
            if (read instanceof Read.Present present) {
                JobState job = jobs.computeIfAbsent(name, any -> stateOf(name, present));
                job.seen(Landmarks.of(layout.job(name), present.stat()));
                job.unusable(null, unusable(job, inWords(failed)), false);
                listener.jobUnusable(job);
                lookAgain(name);
            } else {
                jobs.remove(name);
            }
        }
    }

    /** Its node cannot be read though it is there: what was known of it may not hold any more. */
    private void unread(String name, String why, Duration pause) {
        unread.add(name);
        JobState job = jobs.get(name);
        if (job != null && job.definition() != null) {
            job.unusable(job.stored(), why, false);
            listener.jobUnusable(job);
        }
        if (askedAgain.add(name)) {
            outbox.alarm(pause, () -> {
                askedAgain.remove(name);
                if (unread.contains(name)) {
                    dirty.add(name);
                }
            });
        }
    }

    static String inWords(Throwable failed) {
        return new Decoded.Broken<>(failed.getClass().getSimpleName() + ": " + failed.getMessage()).reason();
    }

    /** It was found while the job was worked with that its settings cannot be used here. Costs this job alone. */
    void failed(JobState job, Throwable why) {
        if (job.definition() == null || job.isRemoved()) {
            return;
        }
        String reason = inWords(why);
        job.unusable(job.stored(), reason, false);
        if (!reason.equals(failures.put(job.name(), reason))) {
            outbox.publish(new ElasticJobEvent.ValueUnreadable(job.path(), reason, NOT_RUN + " for now"));
        }
        listener.jobUnusable(job);
        lookAgain(job.name());
    }

    /**
     * Why a job cannot be used may be over though nobody writes its node: it was for want of memory or of a class, or by
     * somebody's calendar or kind of handlers, which works again. So it is looked at again for as long as it cannot.
     */
    private void lookAgain(String name) {
        if (unusable.add(name)) {
            outbox.alarm(FAILURE_PAUSE, () -> {
                unusable.remove(name);
                JobState job = jobs.get(name);
                if (job != null && job.definition() == null) {
                    unread.add(name);
                    dirty.add(name);
                }
            });
        }
    }

    private void apply(Connection over, String name, Read read, boolean isKnownNoMore) {
        if (!(read instanceof Read.Present present)) {
            inquiry.forget(layout.job(name));
            removed(name);
            return;
        }
        JobState known = jobs.get(name);
        Stat stat = present.stat();
        Landmark node = Landmarks.of(layout.job(name), stat);
        if (known != null && !known.isDoubted()) {
            known.node().wentBack(node).ifPresent(how -> landmarks.suspect(over, new DataLoss.WentBack(how)));
        }
        boolean isSame = known != null
                && known.node().isSameNode(node)
                && (known.node().isSameData(node) || !known.life().isAnother(present));
        if (known != null && !isSame) {
            removed(name);
            known = null;
        }
        if (known != null && known.node().isSameData(node) && known.stored() != null && !isKnownNoMore) {
            known.seen(node);
            listener.jobAsBefore(known);
            listener.jobSeen(known, stat.children());
            return;
        }
        JobState job = known != null ? known : stateOf(name, present);
        job.seen(node);
        jobs.put(name, job);
        listener.jobSeen(job, stat.children());
        decode(job, present);
        listener.jobRead(job);
        if (!job.isLifeKnown()) {
            findLife(over, job, present);
        }
    }

    /** The node does not say which life it is of, and did not when it was read before. */
    private void findLife(Connection over, JobState job, Read.Present present) {
        lives.find(
                over,
                job.name(),
                life -> {
                    if (jobs.get(job.name()) == job && over == connection) {
                        life.ifPresentOrElse(known -> goOnAs(known, job, present), job::hasNoRecords);
                        listener.jobRead(Objects.requireNonNull(jobs.get(job.name())));
                    }
                },
                () -> outbox.alarm(RETRY, () -> changed(job.name())));
    }

    private void goOnAs(String life, JobState job, Read.Present present) {
        removed(job.name());
        JobState next = new JobState(layout, job.name(), present.stat(), life, rules.unattended());
        next.seen(job.node());
        jobs.put(job.name(), next);
        listener.jobSeen(next, present.stat().children());
        decode(next, present);
    }

    private JobState stateOf(String name, Read.Present present) {
        Stat stat = present.stat();
        String life =
                StoredJobCodec.lifeIn(name, present.data(), stat.created()).orElse(null);
        return new JobState(layout, name, stat, life, rules.unattended());
    }

    private void decode(JobState job, Read.Present present) {
        job.length(present.data().length);
        Decoded<StoredJob> decoded = StoredJobCodec.decode(job.name(), present.data());
        if (decoded instanceof Decoded.Value<StoredJob> value) {
            try {
                JobDefinition here = declared.get(job.name());
                job.read(
                        value.value().sharing(here),
                        value.value().effective(here).on(rules.calendars()));
            } catch (IllegalArgumentException invalid) {
                String reason = new Decoded.Broken<>(String.valueOf(invalid.getMessage())).reason();
                job.unusable(value.value(), unusable(job, reason), false);
                lookAgain(job.name());
            }
        } else if (decoded instanceof Decoded.Newer<StoredJob> newer) {
            job.unusable(null, unusable(job, newer.reason()), false);
        } else if (decoded instanceof Decoded.Broken<StoredJob> broken) {
            job.unusable(null, unusable(job, broken.reason()), true);
        }
    }

    private String unusable(JobState job, String reason) {
        if (!reason.equals(job.unusable())) {
            outbox.publish(new ElasticJobEvent.ValueUnreadable(job.path(), reason, NOT_RUN));
        }
        return reason;
    }

    private void removed(String name) {
        JobState job = jobs.remove(name);
        failures.remove(name);
        if (job != null) {
            job.remove();
            listener.jobRemoved(job);
        }
    }

    /** Jobs were written here, which are this long on the average. */
    void wrote(long averageLength) {
        inquiry.wrote(averageLength);
    }

    /** Something was written, or refused, together with the guards of these jobs' lives. */
    void guarded(Connection over, Collection<JobState> guarded, List<Write> writes, Answer answer) {
        if (answer instanceof Answer.Committed) {
            guarded.forEach(job -> job.life().laid());
        } else if (answer instanceof Answer.Refused refused) {
            String path = writes.get(refused.index()).path();
            guarded.stream().filter(job -> job.life().records().equals(path)).forEach(job -> lookForRecords(over, job));
        }
    }

    /** Finds out whether the folder of the records of a job has to be laid again. */
    private void lookForRecords(Connection over, JobState job) {
        job.life().doubt();
        outbox.read(over, List.of(job.life().records(), layout.job(job.name())), result -> {
            if (result instanceof Result.Told<List<Read>> told && over == connection) {
                foundRecords(job, told.answer().get(0), told.answer().get(1));
            }
        });
    }

    /** @param itself the job's node, read after the folder of its records */
    void foundRecords(JobState job, Read folder, Read itself) {
        if (job.life().found(folder, itself)) {
            outbox.publish(new ElasticJobEvent.ValueUnreadable(
                    job.life().records(), "somebody has written over it", "the records in it are used all the same"));
        }
    }

    /** In a while, over the same connection; tells why. */
    void retry(Connection over, Throwable why, Runnable task) {
        outbox.alarm(RETRY, () -> {
            if (over == connection) { // so it was not for want of a connection
                outbox.trouble("Jobs could not be read or written", why);
                task.run();
            }
        });
    }
}
