package io.elasticjob.simulation;

import io.elasticjob.Instance;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobKey;
import io.elasticjob.JobPart;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.RerunRequest;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.coordination.Switches.Switch;
import io.elasticjob.memory.Change;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Read;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What operators ask engines for. Each command has a name, which everything that it writes carries as the reason: so it
 * can be told who wrote what, that nobody wrote anything else, and whether the answers are true.
 */
final class Commands {

    private static final Layout LAYOUT = new Layout("sim");

    /** What whoever asked was told. */
    enum Told {
        NOTHING_YET,
        DONE,
        /** That nothing was changed. */
        REFUSED,
        /** That it may have been done, or not. */
        UNKNOWN
    }

    /** One thing that was asked for. */
    static final class Command {
        final String name;
        final String process;
        final Wish wish;
        Told told = Told.NOTHING_YET;
        /** How many nodes say that it made them, or wrote to them. */
        int written;
        /** Whether the registry has been as it was wished since it was asked for. */
        private boolean wasSo;
        /** Whether the node of the request has been there since, be it by somebody else. */
        private boolean wasMade;

        @Nullable
        TriggerReceipt receipt;

        private Command(String name, String process, Wish wish) {
            this.name = name;
            this.process = process;
            this.wish = wish;
        }

        /** Whether something of it may still come to the registry. */
        boolean mayWrite() {
            return told == Told.NOTHING_YET || told == Told.UNKNOWN;
        }

        @Override
        public String toString() {
            return name + " of " + process + ", " + wish + ", told " + told;
        }
    }

    private final MemoryEnsemble ensemble;
    private final Observed seen;
    private final Predicate<RerunRequest> isRerun;
    private final Consumer<String> violated;
    private final Map<String, Command> all = new HashMap<>();
    private final List<Command> open = new ArrayList<>();
    /** By the name of the command that drained it. */
    private final Map<String, String> drainedNames = new HashMap<>();

    /** @param isRerun whether a request of this id has run firings again */
    Commands(MemoryEnsemble ensemble, Observed seen, Predicate<RerunRequest> isRerun, Consumer<String> violated) {
        this.isRerun = isRerun;
        this.ensemble = ensemble;
        this.seen = seen;
        this.violated = violated;
        ensemble.observe(this::nodeChanged);
    }

    /** What nobody asks for: a job runs after another one. */
    static Command succession(String job) {
        Command command = new Command("succession", "", new Wish.Trigger(TriggerRequest.of(job)));
        command.told = Told.DONE;
        return command;
    }

    // ---- Asking and telling ---------------------------------------------------------------------------------------

    Command ask(String process, Wish wish) {
        Command command = new Command("command-" + all.size(), process, wish);
        all.put(command.name, command);
        open.add(command);
        command.wasSo = isSo(command);
        command.wasMade = nodeOf(wish)
                .map(ensemble::node)
                .filter(Read.Present.class::isInstance)
                .isPresent();
        return command;
    }

    /** Nobody will ever be told: whatever it had sent may still arrive. */
    List<Command> unanswered(Predicate<String> process) {
        return open.stream()
                .filter(command -> command.told == Told.NOTHING_YET && process.test(command.process))
                .toList();
    }

    List<Command> received() {
        return all.values().stream().filter(command -> command.receipt != null).toList();
    }

    void told(Command command, @Nullable Throwable failed) {
        command.wasSo |= isSo(command);
        if (failed == null) {
            command.told = Told.DONE;
            open.remove(command);
            if (!command.wasSo) {
                violated.accept("was told to be done and never was so: " + command);
            }
        } else if (isUnchanged(failed)) {
            command.told = Told.REFUSED;
            open.remove(command);
            if (isTakenForAnother(command, failed)) {
                violated.accept("was refused because of another request, and there is none: " + command);
            }
            if (command.written > 0) {
                violated.accept("was told to have changed nothing, but has: " + command + ": " + failed);
            }
        } else {
            command.told = Told.UNKNOWN;
        }
    }

    /** Whether it is said that somebody else makes this very request, though nothing was there under its name since. */
    private boolean isTakenForAnother(Command command, Throwable failed) {
        return String.valueOf(failed.getMessage()).contains("by somebody else") && !command.wasMade;
    }

    private static Optional<String> nodeOf(Wish wish) {
        return wish instanceof Wish.Trigger trigger
                ? Optional.of(LAYOUT.request(
                        trigger.request().job(), trigger.request().id()))
                : Optional.empty();
    }

    private void nodeChanged(Change change) {
        open.stream()
                .filter(command ->
                        nodeOf(command.wish).filter(change.path()::equals).isPresent())
                .forEach(command -> command.wasMade = true);
    }

    private static boolean isUnchanged(Throwable failed) {
        return failed instanceof NoSuchJobException
                || failed instanceof InvalidSettingException
                || failed instanceof OperationRefusedException
                || String.valueOf(failed.getMessage()).contains("nothing was changed");
    }

    // ---- What is so -----------------------------------------------------------------------------------------------

    /** An instance has changed, or something else that may be what was wished. */
    void look(boolean instance) {
        for (Command command : open) {
            boolean concerned = !command.wasSo && instance == command.wish instanceof Wish.Drain;
            command.wasSo |= concerned && command.told == Told.NOTHING_YET && isSo(command);
        }
    }

    private boolean isSo(Command command) {
        Wish wish = command.wish;
        if (wish instanceof Wish.Trigger) {
            return command.receipt != null; // held against the triggers that there were
        } else if (wish instanceof Wish.Cancel cancel) {
            return ensemble.node(LAYOUT.trigger(cancel.job(), cancel.number())) instanceof Read.Absent;
        } else if (wish instanceof Wish.Configure configure) {
            return is(
                    configure.job(),
                    job -> values(job).entrySet().containsAll(configure.values().entrySet()));
        } else if (wish instanceof Wish.Reset reset) {
            return is(reset.job(), job -> job.overrides().isEmpty());
        } else if (wish instanceof Wish.Switch set) {
            return is(set.job(), job -> isOn(job, set.scope()) == set.on());
        } else if (wish instanceof Wish.Create create) {
            return is(create.job(), job -> values(job).equals(create.settings()));
        } else if (wish instanceof Wish.Remove remove) {
            return seen.known(remove.job()).isEmpty();
        } else if (wish instanceof Wish.CancelPlan cancel) {
            return seen.planned(cancel.job(), cancel.id()) == null;
        } else if (wish instanceof Wish.Plan plan) {
            return command.written > 0
                    || seen.planned(
                                    plan.request().trigger().job(),
                                    plan.request().trigger().id())
                            != null;
        } else if (wish instanceof Wish.Drain drain) {
            return ensemble.children("/sim/instances").stream()
                    .map(seen::instance)
                    .flatMap(Optional::stream)
                    .anyMatch(instance ->
                            isMeant(drain, instance) && instance.drained().isPresent() == drain.on());
        }
        if (wish instanceof Wish.Rerun rerun) {
            return isRerun.test(rerun.request());
        }
        return wish instanceof Wish.CancelRun && command.written > 0;
    }

    private boolean is(String job, Predicate<StoredJob> so) {
        return seen.known(job).filter(so).isPresent();
    }

    private static boolean isOn(StoredJob job, JobPart scope) {
        if (scope instanceof JobPart.Shard shard) {
            return !job.switches().isOff(shard.item());
        }
        return scope instanceof JobPart.OnInstance instance
                ? job.switches().off(instance.name()).isEmpty()
                : job.effective().enabled();
    }

    private static boolean isMeant(Wish.Drain drain, Instance instance) {
        return instance.id().equals(drain.instance()) || instance.name().equals(drain.instance());
    }

    private static Map<JobKey, String> values(StoredJob job) {
        Map<JobKey, String> values = new HashMap<>();
        job.overrides().forEach((key, change) -> values.put(key, change.value()));
        return values;
    }

    // ---- What is written ------------------------------------------------------------------------------------------

    /** The command that a node names as its reason, if it may have written it; null is a violation that was told. */
    @Nullable
    Command writer(String reason, String what) {
        Command command = all.get(reason);
        if (command == null || !command.mayWrite()) {
            violated.accept(what + " was written by nobody who may: " + command);
            return null;
        }
        return command;
    }

    /** What a version of an application asks for when it starts, and nobody else. */
    Command startup(String job) {
        return new Command("startup", "", new Wish.Trigger(TriggerRequest.of(job)));
    }

    /** Whether anybody ever asked for it, whatever became of that. */
    boolean wasAskedFor(Predicate<Wish> wish) {
        return all.values().stream().anyMatch(command -> wish.test(command.wish));
    }

    boolean isAskedFor(Predicate<Wish> wish) {
        return open.stream().anyMatch(command -> wish.test(command.wish));
    }

    /** A job was made: by whoever declares it, or by the one command that says all that is known of it. */
    void jobMade(StoredJob job) {
        if (!job.isMade()) {
            if (!job.overrides().isEmpty()) {
                violated.accept("was declared with what no operator has set: " + job);
            }
            return;
        }
        for (StoredJob.Override change : job.overrides().values()) {
            Command by = writer(change.why(), "a job of " + job);
            if (by != null
                    && !(by.wish instanceof Wish.Create create
                            && create.job().equals(job.name())
                            && create.settings().equals(values(job)))) {
                violated.accept("was made otherwise than " + by + ": " + job);
            }
            if (by != null) {
                by.written++;
            }
        }
    }

    /** Only what an operator asks for changes what operators have set, and all of it at once. */
    void jobChanged(StoredJob before, StoredJob after) {
        after.overrides().forEach((key, change) -> {
            if (!change.equals(before.overrides().get(key))) {
                checkSet(after, key, change);
            }
        });
        before.overrides().keySet().stream()
                .filter(key -> !after.overrides().containsKey(key))
                .filter(key -> !isAskedFor(wish -> takesAway(wish, after.name(), key)))
                .forEach(key -> violated.accept("what an operator has set was taken away: " + key + " of " + before));
        switchesChanged(after.name(), before.switches(), after.switches());
    }

    private void checkSet(StoredJob job, JobKey key, StoredJob.Override change) {
        Command by = writer(change.why(), key + " of " + job);
        if (by == null) {
            return;
        }
        by.written++;
        boolean configured = by.wish instanceof Wish.Configure configure
                && configure.job().equals(job.name())
                && values(job).entrySet().containsAll(configure.values().entrySet());
        boolean switched = by.wish instanceof Wish.Switch set
                && set.job().equals(job.name())
                && set.scope() == JobPart.WHOLE_JOB
                && key == JobKey.ENABLED
                && change.value().equals(Boolean.toString(set.on()));
        if (!configured && !switched) {
            violated.accept("was set otherwise than " + by + ": " + job);
        }
    }

    private static boolean takesAway(Wish wish, String job, JobKey key) {
        return wish instanceof Wish.Reset reset && reset.job().equals(job)
                || wish instanceof Wish.Configure configure
                        && configure.job().equals(job)
                        && key.saysWhen()
                        && configure.values().keySet().stream().anyMatch(JobKey::saysWhen)
                || wish instanceof Wish.Switch set
                        && set.job().equals(job)
                        && set.on()
                        && set.scope() == JobPart.WHOLE_JOB
                        && key == JobKey.ENABLED;
    }

    private void switchesChanged(String job, Switches before, Switches after) {
        after.shards().forEach((shard, set) -> {
            if (!set.equals(before.shards().get(shard))) {
                checkSwitched(job, new JobPart.Shard(shard), set);
            }
        });
        after.instances().forEach((name, set) -> {
            if (!set.equals(before.instances().get(name))) {
                checkSwitched(job, new JobPart.OnInstance(name), set);
            }
        });
        before.shards().forEach((shard, set) -> {
            if (!set.on() && !after.shards().containsKey(shard)) {
                violated.accept("a shard that was switched off is on: " + shard + " of " + job);
            }
        });
        before.instances().keySet().stream()
                .filter(name -> !after.instances().containsKey(name))
                .filter(name -> !isAskedFor(new Wish.Switch(job, new JobPart.OnInstance(name), true)::equals))
                .forEach(name -> violated.accept("an instance that was switched off is on: " + name + " for " + job));
    }

    private void checkSwitched(String job, JobPart scope, Switch set) {
        Command by = writer(set.why(), "a switch of " + job);
        if (by != null && !by.wish.equals(new Wish.Switch(job, scope, set.on()))) {
            violated.accept(job + " was switched otherwise than " + by + ": " + set);
        }
        if (by != null) {
            by.written++;
        }
    }

    /** A drain is an operator's, and goes with the process when that comes back as a new instance. */
    void instanceChanged(@Nullable Instance before, Instance after) {
        Instance.Drain was = before == null ? null : before.availability().drain();
        Instance.Drain is = after.availability().drain();
        if (Objects.equals(was, is)) {
            return;
        }
        if (is == null) {
            if (!isAskedFor(wish -> wish instanceof Wish.Drain drain && !drain.on() && isMeant(drain, after))) {
                violated.accept("was resumed though nobody asked for it: " + after);
            }
        } else if (before != null) {
            Command by = writer(is.why(), "a drain of " + after);
            if (by != null && !(by.wish instanceof Wish.Drain drain && drain.on() && isMeant(drain, after))) {
                violated.accept("was drained otherwise than " + by + ": " + after);
            }
            if (by != null) {
                by.written++;
                drainedNames.put(by.name, after.name());
            }
        } else if (!after.name().equals(drainedNames.get(is.why()))) {
            violated.accept("came back with a drain that it never had: " + after);
        }
    }
}
