package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.ChainCheck;
import io.elasticjob.coordination.Declaration;
import io.elasticjob.coordination.HiddenDeclaration;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RequestNotSentException;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.RequestTooLargeException;
import io.elasticjob.registry.Write;
import io.elasticjob.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What this instance declares of jobs, and whether it is written: each job's declaration is decided from what is read of it,
 * and written again whenever that is another one. Confined to the loop.
 */
final class Declarations {

    private static final int AT_ONCE = 200;
    /** So often a declaration is sent alone that gets no answer. */
    private static final int MOST_LOSSES = 3;

    /** No job is forgotten that was declared so short a time ago, whatever the leader is told. */
    private static final Duration SHORTER_THAN_FORGETTING = Duration.ofMinutes(30);

    private static final Duration LONG_PAUSE = Duration.ofMinutes(10);
    private static final Duration PAUSE = Duration.ofMillis(50);
    /** So long it is waited for that another instance creates a job, before anything can be asked of this one. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final String application;
    private final Map<String, JobDefinition> declared;
    private final Supplier<String> lives;
    private final Namespace namespace;
    private final JobTable jobs;
    private final Registration registration;
    private final Landmarks landmarks;
    private final Outbox outbox;
    private final OwnersAway ownersAway;
    private final Startups startups;
    private final boolean forgets;

    /** The last time at which this instance was seen to be connected, by the clock and by the stopwatch. */
    private @Nullable Instant seenAt;

    private long seenNanos;

    /** How often in a row the declaration of a job was sent alone and not answered. */
    private final Map<String, Integer> losses = new HashMap<>();

    /** Why what is declared here is not written. */
    private final Map<String, String> notDeclared = new HashMap<>();

    /** Declared here, and not to be written for a long while: that costs the connection. */
    private final Set<String> held = new HashSet<>();

    /** Declared here and to be created where absent: at the start, and when data was lost from the registry; never else. */
    private final Set<String> toCreate;

    /** Declared here, and not yet found in the registry as it is to be there: be it written, or another's word counts. */
    private final Set<String> undeclared;
    /** Not there when they were to be declared, and for an instance to create that started later. */
    private final Set<String> leftToOthers = new HashSet<>();

    /** Not to be replaced before the roster is listed. */
    private final Set<String> unconfirmed = new HashSet<>();

    /**
     * Declared here, and known to have been removed by an operator, who marks the records. So they stay removed, also when
     * data is lost from the registry. That a node is gone does not tell: its folder may go next.
     */
    private final Set<String> removedOnPurpose = new HashSet<>();

    private final Set<String> toDeclare = new LinkedHashSet<>();

    /** Written here in the place of what no version could read, and not seen to be readable since. */
    private final Set<String> rewritten = new HashSet<>();

    /** Of these, what could not be read again: not to be written for a long while, or before it is another one. */
    private final Set<String> unreadable = new HashSet<>();

    /** The folders of records of what is created in this turn. */
    private final Map<String, Write> folders = new HashMap<>();

    /** Of which it was told what is declared here and does not hold; once in the life of this process. */
    private final Set<String> toldHidden = new HashSet<>();

    /** Not written, because they would run after themselves by way of what others declare. */
    private final Set<String> inCircles = new HashSet<>();

    /** Written here, and not answered yet. */
    private final Set<String> beingDeclared = new HashSet<>();
    /** Answered, and not read since: nothing can be decided about them again until they are. */
    private final Set<String> beingReadBack = new HashSet<>();

    /**
     * Decided to be replaced, and the roster listed anew since it was last read: whoever wrote what is there is on the
     * roster, so that an older instance cannot overwrite a younger one that it has not heard of yet.
     */
    private final Set<String> confirmed = new HashSet<>();

    /**
     * @param application of this instance
     * @param lives gives each job that is created a life of its own
     * @param forgets whether the leader deletes jobs that nobody declares
     */
    Declarations(
            String application,
            Map<String, JobDefinition> declared,
            Supplier<String> lives,
            Namespace namespace,
            Presence presence,
            Outbox outbox,
            boolean forgets) {
        this.application = application;
        this.declared = declared;
        this.lives = lives;
        this.namespace = namespace;
        this.jobs = namespace.jobs();
        this.registration = presence.registration();
        this.landmarks = presence.landmarks();
        this.outbox = outbox;
        this.forgets = forgets;
        this.ownersAway = new OwnersAway(application, namespace.roster(), outbox, toDeclare::add);
        this.startups = new Startups(namespace.layout(), declared.keySet());
        this.toCreate = new HashSet<>(declared.keySet());
        this.undeclared = new HashSet<>(declared.keySet());
    }

    // ---- What happens ---------------------------------------------------------------------------------------------

    /** Whether everything that is declared here has been written and read back, or was found so, since the start. */
    boolean isComplete() {
        return undeclared.isEmpty();
    }

    /** Whether nothing is being declared, nor read back. */
    boolean isSettled() {
        return jobs.isLoaded() && toDeclare.isEmpty() && beingDeclared.isEmpty() && beingReadBack.isEmpty();
    }

    /** Whether it is being written here, and read as soon as that is answered. */
    boolean isUnderWay(String name) {
        return beingDeclared.contains(name);
    }

    /** A new connection was made: what was under way over the former one is not answered any more. */
    void reconnected() {
        beingDeclared.clear();
        beingReadBack.clear();
        confirmed.clear();
    }

    void disconnected() {
        ownersAway.pause();
    }

    /** This instance is connected at this time. */
    void seen() {
        seenAt = outbox.now();
        seenNanos = outbox.nanos();
    }

    /**
     * This process comes back as a new instance. Where jobs are forgotten that nobody declares, what it knew may have been,
     * if it was away for long. An operator who removed such a job meanwhile has to do it again, which is the smaller harm.
     */
    void underNewInstance() {
        if (forgets && wasAwayForLong()) {
            declared.keySet().stream().filter(name -> jobs.find(name) != null).forEach(toCreate::add);
        }
    }

    /** Whether this instance was away for so long that others may have forgotten a job that nobody else declares. */
    private boolean wasAwayForLong() {
        Instant seen = seenAt;
        Duration away = Duration.ofNanos(outbox.nanos() - seenNanos);
        return seen == null
                || away.compareTo(SHORTER_THAN_FORGETTING) > 0
                || Duration.between(seen, outbox.now()).compareTo(SHORTER_THAN_FORGETTING) > 0;
    }

    /** What is declared here is created where it is missing. */
    void dataLost() {
        startups.dataLost();
        declared.keySet().stream()
                .filter(name -> !removedOnPurpose.contains(name))
                .forEach(toCreate::add);
    }

    /** Whether it will be there again, if it is not. */
    boolean isToBeCreated(String name) {
        return toCreate.contains(name);
    }

    /** The live instances are others, or all jobs were read: another one's word may count. */
    void reconsider() {
        toDeclare.addAll(declared.keySet());
    }

    /** A job was read that was not there, or is another one than before. */
    void read(JobState job) {
        String name = job.name();
        confirmed.remove(name);
        isThere(job);
        toDeclare.addAll(inCircles);
        if (declared.containsKey(name)) {
            toDeclare.add(name);
            jobs.connection()
                    .ifPresent(over -> landmarks.jobCreated(over, job.node().created()));
        }
    }

    /** It is not created again when it goes, unless the leader may still delete it before it is declared here. */
    void isThere(JobState job) {
        removedOnPurpose.remove(job.name());
        StoredJob stored = job.stored();
        if (stored == null || stored.marks().undeclared() == null) {
            toCreate.remove(job.name());
        }
        if (stored != null) {
            release(job.name());
        }
    }

    /** Its node is gone. */
    void removed(JobState job) {
        release(job.name());
        toDeclare.addAll(inCircles);
        Connection over = jobs.connection().orElse(null);
        if (over == null || !declared.containsKey(job.name()) || isToBeCreated(job.name())) {
            return;
        }
        outbox.read(over, List.of(job.life().records()), result -> {
            if (result instanceof Result.Told<List<Read>> told
                    && told.answer().get(0) instanceof Read.Present folder
                    && Life.isOfRemoved(folder.stat(), folder.data())
                    && jobs.find(job.name()) == null) {
                removedOnPurpose.add(job.name());
                toCreate.remove(job.name());
            }
        });
    }

    /** Writes what is to be declared; once, at the end of a turn. */
    void flush() {
        Connection over = jobs.connection().orElse(null);
        if (over != null
                && jobs.isLoaded()
                && !toDeclare.isEmpty()
                && namespace.roster().isComplete()
                && registration.startedOrder() != 0) {
            declare(over);
        }
    }

    /** What was written here in the place of what nobody could read cannot be read either: it would be so for ever. */
    private IllegalStateException holdUnreadable(JobState job) {
        String name = job.name();
        unreadable.add(name);
        outbox.alarm(LONG_PAUSE, () -> release(name));
        return new IllegalStateException("What is declared here was written, and cannot be read again: "
                + job.unusable() + ". It is written again in " + Durations.format(LONG_PAUSE));
    }

    private void release(String name) {
        rewritten.remove(name);
        if (unreadable.remove(name)) {
            toDeclare.add(name);
        }
    }

    // ---- What is written ------------------------------------------------------------------------------------------

    private void declare(Connection over) {
        Map<String, Write> writes = new LinkedHashMap<>();
        List<String> apart = new ArrayList<>();
        for (String name : List.copyOf(toDeclare)) {
            if (beingDeclared.contains(name) || beingReadBack.contains(name)) {
                continue;
            }
            toDeclare.remove(name);
            Write write = jobs.isUnread(name) || isHeld(name) ? null : guardedDeclaration(name);
            if (write == null) {
                if (isLeftToAnother(name)) {
                    if (leftToOthers.add(name)) {
                        outbox.alarm(
                                PATIENCE, () -> undeclared.remove(name)); // whoever is asked for it says what is wrong
                    }
                } else if (!unconfirmed.contains(name)) {
                    undeclared.remove(name);
                    startups.declared(List.of(name));
                }
                continue;
            }
            writes.put(name, write);
            if (losses.containsKey(name)) {
                apart.add(name);
            }
        }
        apart.forEach(name -> declare(over, List.of(name), List.of(writes.get(name))));
        writes.keySet().removeAll(apart);
        // With each goes the guard of the folder of its records.
        outbox.cut(
                        writes.entrySet(),
                        AT_ONCE,
                        one -> RequestSize.of(one.getValue())
                                + 2 * RequestSize.of(one.getKey())
                                + startups.size(one.getKey()))
                .forEach(parcel -> declare(
                        over,
                        parcel.stream().map(Map.Entry::getKey).toList(),
                        parcel.stream().map(Map.Entry::getValue).toList()));
    }

    private boolean isHeld(String name) {
        return held.contains(name) || unreadable.contains(name);
    }

    /** Whether it is not there yet, and an instance that started later will create it. */
    private boolean isLeftToAnother(String name) {
        return jobs.find(name) == null
                && !jobs.isUnread(name)
                && toCreate.contains(name)
                && !isHeld(name)
                && !notDeclared.containsKey(name);
    }

    private @Nullable Write guardedDeclaration(String name) {
        try {
            Write write = declaration(declaredAs(name));
            notDeclared.remove(name);
            return write;
        } catch (Throwable failed) {
            notDeclared(
                    name, failed instanceof IllegalArgumentException ? failed.getMessage() : JobTable.inWords(failed));
            return null;
        }
    }

    /** What is declared here is not written, and this is why. Tells it once. */
    private void notDeclared(String name, @Nullable String why) {
        String reason = String.valueOf(why);
        JobState job = jobs.find(name);
        if (!reason.equals(notDeclared.put(name, reason))) {
            outbox.publish(new ElasticJobEvent.JobRefused(name, reason));
        }
        if (job != null) {
            job.refuse(reason);
        }
    }

    private JobDefinition declaredAs(String name) {
        JobDefinition definition = declared.get(name);
        if (definition == null) {
            throw new IllegalStateException(name + " is not declared here");
        }
        return definition;
    }

    /** What is declared here counts in the place of what is stored: it may put an end to the circle. */
    private @Nullable JobDefinition asItWillBe(String name) {
        JobState job = jobs.find(name);
        StoredJob stored = job == null ? null : job.stored();
        boolean isMine = stored == null
                || (stored.application().equals(application)
                        && stored.overrides().isEmpty());
        JobDefinition mine = declared.get(name);
        return mine != null && isMine ? mine : job == null ? null : job.definition();
    }

    private @Nullable Write declaration(JobDefinition mine) {
        unconfirmed.remove(mine.name());
        folders.remove(mine.name());
        inCircles.add(mine.name());
        ChainCheck.circle(mine, this::asItWillBe);
        inCircles.remove(mine.name());
        JobState job = jobs.find(mine.name());
        if (job == null && !toCreate.contains(mine.name())) {
            return null;
        }
        if (job != null && job.stored() == null && !(job.isReplaceable() && job.isLifeKnown())) {
            return null;
        }
        StoredJob stored = job == null ? null : job.stored();
        Declaration decision = Declaration.decide(
                mine,
                new Declaration.Declarer(application, registration.currentId(), registration.startedOrder()),
                stored,
                namespace.roster().instances(),
                ownersAway.of(stored),
                outbox.time().registryNow(),
                registration.leadTime());
        if (job != null) {
            refusal(job, decision);
        }
        if (stored != null && !(decision instanceof Declaration.Refuse) && toldHidden.add(mine.name())) {
            HiddenDeclaration.of(mine, stored.overrides())
                    .forEach(hidden -> outbox.publish(new ElasticJobEvent.DeclarationHidden(
                            mine.name(),
                            hidden.declaredInWords(),
                            hidden.overridingInWords(),
                            hidden.override().who(),
                            hidden.override().when(),
                            hidden.override().why())));
        }
        if (decision instanceof Declaration.Create create) {
            if (job != null && rewritten.contains(mine.name())) {
                throw holdUnreadable(job);
            }
            startups.declaring(null, create.job(), mine, outbox.time().registryNow());
            String going = job == null ? null : job.lifeThatGoesOn().orElse(null);
            String life = going == null ? lives.get() : going;
            if (going == null) {
                folders.put(mine.name(), Life.creation(namespace.layout(), mine.name(), life));
            }
            byte[] data = StoredJobCodec.encodeChecked(create.job().born(life), 0);
            return job == null
                    ? new Write.Create(namespace.layout().job(mine.name()), data, Write.Life.PERSISTENT)
                    : new Write.Put(job.path(), data, job.version()); // what no version can read is replaced
        }
        if (decision instanceof Declaration.Replace replace && job != null) {
            if (!confirmed.remove(mine.name())) {
                unconfirmed.add(mine.name());
                namespace.roster().relistThen(() -> {
                    confirmed.add(mine.name());
                    toDeclare.add(mine.name());
                });
                return null;
            }
            startups.declaring(stored, replace.job(), mine, outbox.time().registryNow());
            return new Write.Put(job.path(), StoredJobCodec.encodeChecked(replace.job(), job.length()), job.version());
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
        // One of the same name that was created again meanwhile begins with the same version.
        List<JobState> guarded = names.stream()
                .filter(name -> !folders.containsKey(name))
                .map(jobs::find)
                .filter(Objects::nonNull)
                .toList();
        List<JobState> replaced =
                guarded.stream().filter(job -> job.stored() == null).toList();
        List<Write> all = new ArrayList<>();
        all.add(registration.check());
        all.addAll(writes);
        guarded.forEach(job -> all.add(job.life().guard()));
        names.forEach(name -> {
            Write folder = folders.remove(name);
            if (folder != null) {
                all.add(folder);
            }
        });
        all.addAll(startups.take(names));
        outbox.commit(over, all, result -> {
            if (over != jobs.connection().orElse(null)) {
                return;
            }
            names.forEach(beingDeclared::remove);
            if (result instanceof Result.Told<Answer> told) {
                jobs.guarded(over, guarded, all, told.answer());
                if (told.answer() instanceof Answer.Committed) {
                    toCreate.removeAll(names); // who removes one before it is read back here has removed it
                    startups.declared(names);
                    replaced.forEach(job -> rewritten.add(job.name()));
                }
                beingReadBack.addAll(names);
                names.forEach(losses::remove);
                jobs.wrote(RequestSize.of(writes) / names.size());
                jobs.reread(over, names, () -> names.forEach(beingReadBack::remove));
            }
            if (result instanceof Result.Unknown<Answer> unknown) {
                names.forEach(jobs::changed);
                lost(names, all, unknown.why());
                jobs.retry(over, unknown.why(), () -> toDeclare.addAll(names));
            } else if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Refused refused) {
                if (refused.reason() == Answer.Reason.ABSENT && all.get(refused.index()) instanceof Write.Create) {
                    registration.layRoots(over);
                }
                // Somebody was first, and is being read: decide again, after a pause: it may be refused for ever.
                outbox.alarm(PAUSE, () -> toDeclare.addAll(names));
            }
        });
    }

    /**
     * A declaration that is sent and not answered though it is sent alone may be what the connection is lost over: it is
     * not sent without end, but once in a long while.
     */
    private void lost(List<String> names, List<Write> writes, Throwable why) {
        long bytes = RequestSize.of(writes);
        boolean isTooLong = why instanceof RequestTooLargeException;
        if (names.size() > 1 || (why instanceof RequestNotSentException && !isTooLong)) {
            return;
        }
        String name = names.get(0);
        if (isTooLong || (bytes > Parcels.LEAST_BYTES && losses.merge(name, 1, Integer::sum) >= MOST_LOSSES)) {
            losses.remove(name);
            notDeclared(
                    name,
                    "it could not be written: " + why.getMessage() + ", each time that its " + bytes
                            + " bytes were sent; perhaps the servers take less (jute.maxbuffer)."
                            + " It is tried again after ten minutes");
            held.add(name);
            outbox.alarm(LONG_PAUSE, () -> {
                held.remove(name);
                toDeclare.add(name);
            });
        }
    }
}
