package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.memory.Change;
import io.elasticjob.registry.Read;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.simulation.Observed.History;
import io.elasticjob.simulation.Observed.Job;
import io.elasticjob.simulation.Observed.Written;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What is promised of jobs: who declares and owns them, and when one goes. */
final class JobPromises {

    /** A decision to forget a job may be so old when it is carried out: as long as its leader's session may be silent. */
    private static final Duration UNHEARD_OF = Simulation.SESSION.plusSeconds(4);

    private final Observed seen;
    private final Commands commands;
    private final TriggerPromises triggers;
    private final Others others;

    private final Map<String, Long> registeredAt = new HashMap<>();
    /** When, by the stopwatch, an instance went that declared a job. */
    private final Map<String, Long> lastDeclared = new HashMap<>();
    /** The same of one that nobody can read, so that it may have declared any job. */
    private long lastUnreadable = Long.MIN_VALUE / 2;

    /** Who has started with a job since it was removed. */
    private final Map<String, Set<String>> startedSinceRemoval = new HashMap<>();

    /** When nodes of jobs went, and with them what was known of a life. */
    private final Map<Layout.JobLife, Long> removedAt = new LinkedHashMap<>();

    JobPromises(Observed seen, Commands commands, TriggerPromises triggers, Others others) {
        this.others = others;
        this.seen = seen;
        this.commands = commands;
        this.triggers = triggers;
    }

    /** Who else is told of changes of jobs. */
    record Others(PausePromises pauses, OverlapPromises overlaps, BroadcastPromises broadcasts) {}

    void started(String process, Collection<JobDefinition> declared) {
        declared.stream()
                .map(job -> startedSinceRemoval.get(job.name()))
                .filter(Objects::nonNull)
                .forEach(since -> since.add(process));
    }

    void instanceChanged(String path, boolean gone) {
        if (gone) {
            registeredAt.remove(path);
        } else {
            registeredAt.putIfAbsent(path, seen.time.nanoTime());
        }
    }

    /** Up to now it was declared. What nobody can read may have declared anything. */
    void noteDeclared(Read before) {
        long now = seen.time.nanoTime();
        if (before instanceof Read.Present) {
            seen.instance("before", before)
                    .ifPresentOrElse(
                            last -> last.declares().forEach(job -> lastDeclared.put(job, now)),
                            () -> lastUnreadable = now);
        }
    }

    void jobChanged(String name, Change change) {
        Job before = seen.jobs.remove(name);
        if (change.after() instanceof Read.Present present) {
            seen.trace.note(
                    () -> "registry: " + change.path() + " " + new String(present.data(), StandardCharsets.UTF_8));
            StoredJob stored = Observed.stored(name, present).orElseThrow();
            String life = stored.lifeUnder(present.stat().created());
            seen.jobs.put(name, new Job(life, stored, stored.effective()));
            others.overlaps()
                    .jobWritten(new Layout.JobLife(name, life), before == null ? null : before.stored(), stored);
            others.broadcasts()
                    .jobWritten(life, before == null || !before.life().equals(life) ? null : before.stored(), stored);
            if (before == null) {
                commands.jobMade(stored);
            } else {
                commands.jobChanged(others.pauses().changed(before.life(), before.stored(), stored), stored);
            }
        } else if (before != null) {
            seen.trace.note(() -> "registry: " + change.path() + " is gone");
            Layout.JobLife of = new Layout.JobLife(name, before.life());
            removedAt.put(of, seen.time.nanoTime());
            if (commands.isAskedFor(new Wish.Remove(name)::equals)) {
                startedSinceRemoval.put(name, new HashSet<>());
            } else if (before.stored().isMade()) {
                checkHasRun(of, before);
            } else {
                checkMayBeForgotten(of, before.stored());
            }
        }
    }

    /** A job that an operator made goes by itself only when it was to run once, and all of its shards have. */
    private void checkHasRun(Layout.JobLife life, Job job) {
        if (!(job.definition().schedule() instanceof Schedule.Once once)) {
            seen.violated("nobody removed it, and it is gone: " + job);
            return;
        }
        for (int shard = 0; shard < job.stored().shardCount().at(once.at()); shard++) {
            ShardRecord record = seen.record(life, shard);
            boolean isDue = !once.at().isBefore(job.stored().since())
                    && Observed.isOn(job.stored().switches(), shard, once.at());
            if (record.isRunning() || (isDue && Observed.isBefore(record.through(), once.at()))) {
                seen.violated("shard " + shard + " has not run, and its job is gone: " + job + " " + record);
            }
        }
    }

    /** Only a leader removes a job, when nobody has declared it for long, and no operator has laid anything over it. */
    private void checkMayBeForgotten(Layout.JobLife life, StoredJob job) {
        Instant since = job.undeclaredSince().orElse(null);
        if (since == null || seen.clock.now().plus(Observed.EARLY).isBefore(since.plus(Simulation.FORGET_AFTER))) {
            seen.violated(job + " was forgotten too early");
        }
        StoredJob.Undeclared note = job.marks().undeclared();
        if (note != null
                && note.counted()
                                .plus(Duration.between(note.seen(), seen.clock.now()))
                                .plus(Observed.EARLY)
                                .compareTo(Simulation.FORGET_AFTER)
                        < 0) {
            seen.violated(job + " was forgotten before that was counted");
        }
        seen.histories.values().stream()
                .filter(history -> history.of.equals(life) && history.last.isRunning())
                .forEach(history -> seen.violated(job + " was forgotten though it runs: " + history.path));
        if (!job.overrides().isEmpty() || !job.switches().isEmpty()) {
            seen.violated(job + " was forgotten with what an operator has set");
        }
        for (String id : seen.ensemble.children("/sim/instances")) {
            long registered = registeredAt.getOrDefault(Observed.INSTANCES + id, seen.time.nanoTime());
            boolean heardOf = seen.time.nanoTime() - registered > UNHEARD_OF.toNanos();
            if (heardOf
                    && seen.instance(id)
                            .filter(live -> live.declares().contains(job.name()))
                            .isPresent()) {
                seen.violated(job + " was forgotten though " + id + " declares it");
            }
        }
    }

    /** A job that nobody has declared for so long that everybody has heard of it is not begun. */
    void checkIsDeclared(History history, Job job, Written written) {
        String name = job.stored().name();
        long unheard =
                seen.time.nanoTime() - Math.max(lastUnreadable, lastDeclared.getOrDefault(name, Long.MIN_VALUE / 2));
        if (!job.stored().isMade() && !isDeclared(name) && unheard > UNHEARD_OF.toNanos()) {
            seen.violated(history, "was claimed though nobody declares its job", written);
        }
    }

    /** Or may be: by one that lives, and that nobody can read. */
    private boolean isDeclared(String job) {
        return seen.ensemble.children("/sim/instances").stream()
                .anyMatch(id -> seen.instance(id)
                        .map(live -> live.declares().contains(job))
                        .orElse(true));
    }

    // ---- What is so in the end ------------------------------------------------------------------------------------

    /**
     * The registry says what the live process says that started last. A job that was removed is there again, if somebody
     * who lives started with it since.
     */
    void checkDeclarations(Collection<JobDefinition> declared, Set<String> living) {
        for (JobDefinition job : declared) {
            Job present = seen.jobs.get(job.name());
            Set<String> since = startedSinceRemoval.get(job.name());
            boolean expected = since == null || since.stream().anyMatch(living::contains);
            if (present == null ? expected : !present.says(job)) {
                seen.violated("the registry does not say what is declared of " + job + ", but " + present);
            }
        }
    }

    /** No operator has transferred them, and nobody has waited for them for a day. */
    void checkOwned(Collection<JobDefinition> declared, String application) {
        for (JobDefinition job : declared) {
            Job present = seen.jobs.get(job.name());
            if (present == null || !present.stored().application().equals(application)) {
                seen.violated(job.name() + " does not belong to " + application + " any more: " + present);
            }
        }
    }

    /** Nobody has removed it, and it was not undeclared for long enough. */
    void checkIsThere(String name) {
        if (!seen.jobs.containsKey(name)
                && removedAt.keySet().stream().noneMatch(life -> life.job().equals(name))) {
            return; // it never was
        }
        if (!seen.jobs.containsKey(name) && !startedSinceRemoval.containsKey(name)) {
            seen.violated(name + " is not there any more");
        }
    }

    /** It is there only if an operator has laid something over it, or asked for what nobody can run. */
    void checkForgotten(String name) {
        Job job = seen.jobs.get(name);
        boolean changed = job != null
                && !(job.stored().overrides().isEmpty()
                        && job.stored().switches().isEmpty());
        boolean runs = seen.histories.values().stream()
                .anyMatch(history -> history.of.job().equals(name) && history.last.isRunning());
        if (job != null && !changed && !runs && !triggers.isPending(name)) {
            seen.violated("nobody has declared it for long, and it is not forgotten: " + job);
        }
    }

    /**
     * What was to run once, so long ago that a leader has looked, is gone, and so are the records of what is gone.
     *
     * @param looked by the stopwatch: what was over then, a leader has seen to be over
     */
    void checkLeftovers(Collection<JobDefinition> definitions, Instant over, long looked) {
        for (JobDefinition job : definitions) {
            Switches switches =
                    Objects.requireNonNull(seen.jobs.get(job.name())).stored().switches();
            boolean runs = job.enabled() && switches.shards().isEmpty() && !triggers.isPending(job.name());
            if (runs
                    && job.schedule() instanceof Schedule.Once once
                    && once.at().isBefore(over)) {
                seen.violated("was to run once, and is still there: " + seen.jobs.get(job.name()));
            }
        }
        removedAt.forEach((life, at) -> {
            String folder = Observed.LAYOUT.records(life.job(), life.life());
            if (at <= looked && seen.ensemble.node(folder) instanceof Read.Present) {
                seen.violated("the records of a life that is over are still there: " + folder);
            }
        });
    }
}
