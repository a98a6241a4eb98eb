package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.Declaration;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
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

/** The jobs of the namespace, as last read, and what this instance declares of them. Confined to the loop. */
final class JobTable {

    private static final int AT_ONCE = 200;
    /** A transaction larger than a mebibyte costs the connection. */
    private static final int MOST_BYTES = 512 * 1024;

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** What the table tells the rest of the machine. */
    interface Listener {
        /** A job is there, or is another one than before. */
        void jobRead(JobState job);

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
    private final String application;
    private final Map<String, JobDefinition> declared;
    private final Presence presence;
    private final Roster roster;
    private final Outbox outbox;
    private final Listener listener;

    private final SortedMap<String, JobState> jobs = new TreeMap<>();
    private final Set<String> dirty = new LinkedHashSet<>();
    private @Nullable Connection connection;
    private long folder;
    private boolean loaded;
    private boolean reading;

    /** Declared here and to be created where absent: at the start, and when the namespace was deleted; never else. */
    private final Set<String> toCreate;

    private final Set<String> toDeclare = new LinkedHashSet<>();
    /** Written here, and not answered yet. */
    private final Set<String> beingDeclared = new HashSet<>();
    /** Answered, and not read since: nothing can be decided about them again until they are. */
    private final Set<String> beingReadBack = new HashSet<>();

    /**
     * Decided to be replaced, and the roster listed anew since it was last read: whoever wrote what is there is on the
     * roster, so that an older instance can not overwrite a younger one that it has not heard of yet.
     */
    private final Set<String> confirmed = new HashSet<>();

    JobTable(
            Layout layout,
            String application,
            Map<String, JobDefinition> declared,
            Presence presence,
            Roster roster,
            Outbox outbox,
            Listener listener) {
        this.layout = layout;
        this.application = application;
        this.declared = declared;
        this.presence = presence;
        this.roster = roster;
        this.outbox = outbox;
        this.listener = listener;
        this.toCreate = new HashSet<>(declared.keySet());
    }

    Collection<JobState> jobs() {
        return jobs.values();
    }

    Optional<JobState> job(String name) {
        return Optional.ofNullable(jobs.get(name));
    }

    boolean isLoaded() {
        return loaded;
    }

    /** Lists and reads everything anew: what changed while the connection was away rang nothing. */
    void reload(Connection over) {
        connection = over;
        loaded = false;
        reading = false;
        beingDeclared.clear();
        beingReadBack.clear();
        confirmed.clear();
        list(over);
    }

    void disconnected() {
        connection = null;
        loaded = false;
    }

    /** The node of a job rang. What is being declared here is read in any case, as soon as that is answered. */
    void changed(String name) {
        if (!beingDeclared.contains(name)) {
            dirty.add(name);
        }
    }

    /**
     * This process comes back as a new instance, to a namespace where jobs are forgotten that nobody declares: what it
     * knew may have been. An operator who removed such a job meanwhile has to do it again, which is the smaller harm.
     */
    void mayBeForgotten() {
        declared.keySet().stream().filter(jobs::containsKey).forEach(toCreate::add);
    }

    /** The live instances are others, so that another one's word may count. */
    void rosterChanged() {
        toDeclare.addAll(declared.keySet());
    }

    /** Reads what changed and writes what is to be declared; once, at the end of a turn. */
    void flush() {
        Connection over = connection;
        if (over == null || !loaded) {
            return;
        }
        if (!dirty.isEmpty() && !reading) {
            List<String> names = List.copyOf(dirty);
            dirty.clear();
            reading = true;
            read(over, names, 0, () -> reading = false);
        }
        if (!toDeclare.isEmpty() && roster.isComplete() && presence.startedOrder() != 0) {
            declare(over);
        }
    }

    /** Reads jobs now, whatever else is being read: a write was refused that was decided under one of them. */
    void reread(Connection over, Collection<String> names) {
        read(over, List.copyOf(names), 0, () -> {});
    }

    private void list(Connection over) {
        dirty.clear(); // not when the answer is here: a ring behind that may be heard before it
        outbox.read(over, List.of(layout.jobs()), result -> {
            if (over == connection
                    && result instanceof Result.Told<List<Read>> told
                    && told.answer().get(0) instanceof Read.Present present) {
                seen(present.stat().created());
            }
        });
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
                read(over, List.copyOf(names), 0, () -> {
                    loaded = true;
                    toDeclare.addAll(declared.keySet());
                    listener.jobsLoaded();
                });
            } else if (result instanceof Result.Unknown<List<String>> unknown) {
                retry(over, unknown.why(), () -> list(over));
            }
        });
    }

    /** Takes note of the folder of the jobs: in another one than before, what was created may be created again. */
    private void seen(long created) {
        if (folder != 0 && folder != created) {
            toCreate.addAll(declared.keySet());
        }
        folder = created;
    }

    private void read(Connection over, List<String> names, int from, Runnable then) {
        if (from >= names.size()) {
            then.run();
            return;
        }
        List<String> chunk = names.subList(from, Math.min(names.size(), from + AT_ONCE));
        outbox.read(over, chunk.stream().map(layout::job).toList(), result -> {
            if (over != connection) {
                return;
            }
            if (result instanceof Result.Told<List<Read>> told) {
                for (int i = 0; i < chunk.size(); i++) {
                    apply(chunk.get(i), told.answer().get(i));
                }
                read(over, names, from + AT_ONCE, then);
            } else if (result instanceof Result.Unknown<List<Read>> unknown) {
                retry(over, unknown.why(), () -> read(over, names, from, then));
            }
        });
    }

    private void apply(String name, Read read) {
        if (!(read instanceof Read.Present present)) {
            removed(name);
            return;
        }
        JobState known = jobs.get(name);
        Stat stat = present.stat();
        if (known != null && known.life() != stat.created()) {
            removed(name);
            known = null;
        }
        if (known != null && known.version() == stat.version() && known.stored() != null) {
            isThere(known);
            listener.jobSeen(known, stat.children());
            return;
        }
        JobState job = known != null ? known : new JobState(layout, name, stat);
        jobs.put(name, job);
        listener.jobSeen(job, stat.children());
        confirmed.remove(name);
        decode(job, present);
        isThere(job);
        if (declared.containsKey(name)) {
            toDeclare.add(name);
        }
        listener.jobRead(job);
    }

    /** It is not created again when it goes, unless the leader may still delete it before it is declared here. */
    private void isThere(JobState job) {
        StoredJob stored = job.stored();
        if (stored == null || stored.undeclaredSince() == null) {
            toCreate.remove(job.name());
        }
    }

    private void decode(JobState job, Read.Present present) {
        int version = present.stat().version();
        Decoded<StoredJob> decoded = StoredJobCodec.decode(job.name(), present.data());
        if (decoded instanceof Decoded.Value<StoredJob> value) {
            try {
                job.read(version, value.value(), value.value().effective(declared.get(job.name())));
            } catch (IllegalArgumentException invalid) {
                String reason = new Decoded.Broken<>(String.valueOf(invalid.getMessage())).reason();
                job.unusable(version, value.value(), unusable(job, reason), false);
            }
        } else if (decoded instanceof Decoded.Newer<StoredJob> newer) {
            job.unusable(version, null, unusable(job, "format " + newer.format() + " is a later version's"), false);
        } else if (decoded instanceof Decoded.Broken<StoredJob> broken) {
            job.unusable(version, null, unusable(job, broken.reason()), true);
        }
    }

    private String unusable(JobState job, String reason) {
        outbox.publish(new ElasticJobEvent.ValueUnreadable(job.path(), reason, "this instance does not run the job"));
        return reason;
    }

    private void removed(String name) {
        JobState job = jobs.remove(name);
        if (job != null) {
            job.remove();
            listener.jobRemoved(job);
        }
    }

    private void declare(Connection over) {
        List<Write> writes = new ArrayList<>();
        List<String> names = new ArrayList<>();
        int bytes = 0;
        for (String name : List.copyOf(toDeclare)) {
            if (beingDeclared.contains(name) || beingReadBack.contains(name)) {
                continue;
            }
            toDeclare.remove(name);
            Write write = declaration(declaredAs(name));
            if (write == null) {
                continue;
            }
            if (writes.size() == AT_ONCE || (!writes.isEmpty() && bytes + size(write) > MOST_BYTES)) {
                declare(over, names, writes);
                names = new ArrayList<>();
                writes = new ArrayList<>();
                bytes = 0;
            }
            names.add(name);
            writes.add(write);
            bytes += size(write);
        }
        if (!writes.isEmpty()) {
            declare(over, names, writes);
        }
    }

    private static int size(Write write) {
        if (write instanceof Write.Create create) {
            return create.data().length;
        }
        return write instanceof Write.Put put ? put.data().length : 0;
    }

    private JobDefinition declaredAs(String name) {
        JobDefinition definition = declared.get(name);
        if (definition == null) {
            throw new IllegalStateException(name + " is not declared here");
        }
        return definition;
    }

    private @Nullable Write declaration(JobDefinition mine) {
        JobState job = jobs.get(mine.name());
        if (job == null && !toCreate.contains(mine.name())) {
            return null;
        }
        if (job != null && job.stored() == null && !job.isReplaceable()) {
            return null;
        }
        Declaration decision = Declaration.decide(
                mine,
                application,
                presence.startedOrder(),
                job == null ? null : job.stored(),
                roster.instances(),
                presence.registryNow(),
                presence.leadTime());
        if (job != null) {
            refusal(job, decision);
        }
        if (decision instanceof Declaration.Create create) {
            byte[] data = StoredJobCodec.encode(create.job());
            return job == null
                    ? new Write.Create(layout.job(mine.name()), data, Write.Life.PERSISTENT)
                    : new Write.Put(job.path(), data, job.version()); // what no version can read is replaced
        }
        if (decision instanceof Declaration.Replace replace && job != null) {
            if (!confirmed.remove(mine.name())) {
                roster.relistThen(() -> {
                    confirmed.add(mine.name());
                    toDeclare.add(mine.name());
                });
                return null;
            }
            return new Write.Put(job.path(), StoredJobCodec.encode(replace.job()), job.version());
        }
        return null;
    }

    private void refusal(JobState job, Declaration decision) {
        String reason = decision instanceof Declaration.Refuse refuse ? refuse.reason() : null;
        if (reason != null && !reason.equals(job.refused())) {
            outbox.publish(new ElasticJobEvent.JobRefused(job.name(), reason));
        }
        job.refuse(reason);
    }

    private void declare(Connection over, List<String> names, List<Write> writes) {
        beingDeclared.addAll(names);
        // One of the same name that was made anew meanwhile begins with the same version.
        List<JobState> guarded =
                names.stream().map(jobs::get).filter(Objects::nonNull).toList();
        List<Write> all = new ArrayList<>();
        all.add(presence.check());
        all.addAll(writes);
        guarded.forEach(job -> all.add(job.guardOfLife()));
        outbox.commit(over, all, result -> {
            if (over != connection) {
                return;
            }
            names.forEach(beingDeclared::remove);
            if (result instanceof Result.Told<Answer> told) {
                noteFolders(guarded, all, told.answer());
                if (told.answer() instanceof Answer.Committed) {
                    toCreate.removeAll(names); // who removes one before it is read back here has removed it
                }
                beingReadBack.addAll(names);
                read(over, names, 0, () -> names.forEach(beingReadBack::remove));
            }
            if (result instanceof Result.Unknown<Answer> unknown) {
                dirty.addAll(names);
                retry(over, unknown.why(), () -> toDeclare.addAll(names));
            } else if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Refused refused) {
                if (refused.reason() == Answer.Reason.ABSENT && all.get(refused.index()) instanceof Write.Create) {
                    presence.layRoots(over);
                }
                // Somebody was first, and is being read: decide again, after a pause: it may be refused for ever.
                outbox.alarm(PAUSE, () -> toDeclare.addAll(names));
            }
        });
    }

    /** Takes note of the folders of records that are there now, or were before. */
    static void noteFolders(Collection<JobState> guarded, List<Write> writes, Answer answer) {
        String refused = answer instanceof Answer.Refused at && at.reason() == Answer.Reason.PRESENT
                ? writes.get(at.index()).path()
                : "";
        guarded.stream()
                .filter(job ->
                        answer instanceof Answer.Committed || job.recordsPath().equals(refused))
                .forEach(job -> job.recordsLaid(true));
    }

    private void retry(Connection over, Throwable why, Runnable task) {
        outbox.alarm(RETRY, () -> {
            if (over == connection) { // so it was not for want of a connection
                outbox.trouble("Jobs could not be read or written", why);
                task.run();
            }
        });
    }
}
