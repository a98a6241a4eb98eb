package io.elasticjob.simulation;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import io.elasticjob.TriggerStatus.Progress;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.memory.Change;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Read;
import io.elasticjob.simulation.Commands.Command;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.testing.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What is promised of firings by hand. */
final class TriggerPromises {

    private static final Layout LAYOUT = new Layout("sim");
    /** So old what is told may be: as the answer may be that tells it. */
    private static final Duration TOLD_LATE = Duration.ofSeconds(5);

    /**
     * A trigger that is there, or was.
     *
     * @param at what time it was then
     */
    private record Seen(Layout.JobLife of, Trigger trigger, Command by, Instant at) {

        /** As it is told to those that run it. A time that lies far ahead, by a clock that was wrong, counts as now, whenever that is. */
        boolean isToldAs(Instant fireTime) {
            return fireTime.equals(trigger.requestedAt())
                    || trigger.requestedAt().isAfter(at.plus(Simulation.MAX_TIME_DIFF));
        }

        @Override
        public String toString() {
            return "trigger " + trigger.number() + " of " + of + " on " + trigger.shards() + " for " + by.name;
        }
    }

    /** What comes after others is made at any time, also right now. */
    private static final Duration BEGINS_WITHIN = Duration.ofSeconds(3);

    /** What is planned first waits for other firings of its job. */
    private static final Duration PLANNED_WITHIN = Duration.ofSeconds(8);

    private final Timekeeper clock;
    private final MemoryEnsemble ensemble;
    private final Observed promises;
    private final Commands commands;
    private final PlanPromises plans;
    private final OverlapPromises overlaps;
    private final BroadcastPromises broadcasts;
    private final RerunPromises reruns;
    private final Consumer<String> violated;

    private final Map<String, List<Seen>> all = new HashMap<>();
    private final Map<Layout.JobLife, NavigableMap<Long, Seen>> pending = new HashMap<>();

    /** Records that say again how a trigger ended, after a claim of something later that came to nothing. */
    private final Set<String> restored = new HashSet<>();

    /** When, by the stopwatch, a shard ended what it ran for a trigger, be it done or given back. */
    private final Map<String, Long> ranUntil = new HashMap<>();

    /** What the number was of that a command was told. */
    private final Map<Command, Seen> told = new HashMap<>();

    TriggerPromises(
            Timekeeper clock,
            MemoryEnsemble ensemble,
            Observed promises,
            Commands commands,
            PlanPromises plans,
            OverlapPromises overlaps,
            BroadcastPromises broadcasts,
            RerunPromises reruns) {
        this.reruns = reruns;
        this.plans = plans;
        this.overlaps = overlaps;
        this.broadcasts = broadcasts;
        this.clock = clock;
        this.ensemble = ensemble;
        this.promises = promises;
        this.commands = commands;
        this.violated = promises::violated;
    }

    // ---- What is written ------------------------------------------------------------------------------------------

    void changed(String job, Change change) {
        long number = Layout.triggerNumber(change.path().substring(change.path().lastIndexOf('/') + 1))
                .orElseThrow();
        if (change.before() instanceof Read.Present) {
            gone(job, number, change);
        } else if (change.after() instanceof Read.Present present) {
            created(job, number, present);
        }
    }

    /** Each request has one trigger, for as long as that is there, and each command makes one. */
    private void created(String job, long number, Read.Present present) {
        Layout.JobLife life = new Layout.JobLife(job, promises.life(job));
        if (!(TriggerCodec.decode(number, present.stat().createdAt(), present.data())
                instanceof Decoded.Value<Trigger> decoded)) {
            violated.accept("nobody can read trigger " + number + " of " + life);
            return;
        }
        Trigger trigger = decoded.value();
        if (OverlapPromises.isStartup(trigger)) {
            overlaps.started(life);
            Seen seen = new Seen(life, trigger, commands.startup(job), clock.now());
            pending.computeIfAbsent(life, any -> new TreeMap<>()).put(number, seen);
            all.computeIfAbsent(job, any -> new ArrayList<>()).add(seen);
            return;
        }
        Command planner = plans.by(trigger);
        Command by = WholePromises.isSuccession(trigger)
                ? Commands.succession(job)
                : planner != null ? planner : commands.writer(trigger.by().why(), "a trigger of " + life);
        if (by == null) {
            return;
        }
        Seen seen = new Seen(life, trigger, by, clock.now());
        if (by.wish instanceof Wish.Rerun) {
            by.written++;
            NavigableMap<Long, Seen> others = pending.computeIfAbsent(life, any -> new TreeMap<>());
            reruns.made(
                    life,
                    trigger,
                    by,
                    others.values().stream().map(Seen::trigger).toList());
            others.put(number, seen);
            all.computeIfAbsent(job, any -> new ArrayList<>()).add(seen);
            return;
        }
        if (planner != null) {
            plans.made(life, trigger);
        } else if (++by.written > 1) {
            violated.accept("was made once more: " + seen);
        }
        NavigableMap<Long, Seen> others = pending.computeIfAbsent(life, any -> new TreeMap<>());
        others.values().stream()
                .filter(other -> planner == null && other.trigger().request().equals(trigger.request()))
                .forEach(other -> violated.accept("one request has two triggers: " + seen + " and " + other));
        TriggerRequest asked = by.wish instanceof Wish.Plan plan
                ? plan.request().trigger()
                : by.wish instanceof Wish.Trigger wish ? wish.request() : null;
        if (asked == null || !isFor(asked, job, trigger)) {
            violated.accept("was made otherwise than it was asked for: " + seen + " " + trigger);
        }
        promises.job(job)
                .filter(stored -> trigger.shards().stream().anyMatch(shard -> !mayRun(stored, trigger, shard)))
                .ifPresent(stored -> violated.accept("was made though it is disabled: " + seen));
        others.put(number, seen);
        all.computeIfAbsent(job, any -> new ArrayList<>()).add(seen);
    }

    private static boolean isFor(TriggerRequest request, String job, Trigger trigger) {
        return request.job().equals(job)
                && (request.shards().isEmpty() || request.shards().equals(trigger.shards()))
                && Objects.equals(request.parameter(), trigger.content().parameter())
                && request.forced() == trigger.forced();
    }

    /** Done on all its shards, and known to whoever asked; or taken back; or too old; or gone with its job. */
    private void gone(String job, long number, Change change) {
        for (Map.Entry<Layout.JobLife, NavigableMap<Long, Seen>> entry : pending.entrySet()) {
            Seen seen = entry.getKey().job().equals(job) ? entry.getValue().remove(number) : null;
            if (seen == null || !isPresent(seen.of())) {
                continue;
            }
            boolean tooOld = seen.trigger().isTooOld(clock.now().plus(Observed.EARLY));
            if (tooOld || commands.isAskedFor(new Wish.Cancel(job, number)::equals)) {
                continue;
            }
            if (seen.trigger().isPlanned() && !isClosed(seen)) {
                violated.accept("is gone though its firing is not closed: " + seen);
            }
            for (int shard : seen.trigger().shards()) {
                if (!seen.trigger().isDecidedBy(promises.record(seen.of(), shard))) {
                    violated.accept("is gone though shard " + shard + " has not run it: " + seen);
                }
            }
            if (ensemble.node(LAYOUT.request(job, seen.trigger().request())) instanceof Read.Present) {
                violated.accept("is gone though whoever asked may not know of it: " + seen);
            }
        }
    }

    private boolean isClosed(Seen seen) {
        return ensemble.node(LAYOUT.firings(seen.of().job(), seen.of().life())) instanceof Read.Present present
                && FiringRecordCodec.decode(present.data()) instanceof Decoded.Value<FiringRecord> record
                && record.value().decided().trigger() >= seen.trigger().number();
    }

    private boolean isPresent(Layout.JobLife life) {
        return ensemble.node(LAYOUT.job(life.job())) instanceof Read.Present present
                && promises.life(life.job()).equals(life.life());
    }

    private static boolean mayRun(StoredJob job, Trigger trigger, int shard) {
        return trigger.forced() || (job.effective().enabled() && !job.switches().isOff(shard));
    }

    /** Of those that list it, a shard runs the next one only, and only while that is there. */
    void claimed(Layout.JobLife life, StoredJob job, int shard, ShardRecord before, long number) {
        Seen seen = pending.getOrDefault(life, new TreeMap<>()).get(number);
        String what = "shard " + shard + " of " + life + " begins with trigger " + number + ", ";
        if (seen == null) {
            violated.accept(what + "which is not there");
            return;
        }
        if (!seen.trigger().isPlanned() && !seen.trigger().shards().contains(shard)) {
            violated.accept(what + "which does not list it: " + seen);
        }
        if (seen.trigger().isDecidedBy(before)) {
            violated.accept(what + "which it has run: " + before);
        }
        first(life, shard, before)
                .filter(first -> first.trigger().number() < number)
                .ifPresent(first -> violated.accept(what + "before " + first));
        if (!mayRun(job, seen.trigger(), shard)) {
            violated.accept(what + "though it is disabled: " + seen);
        }
    }

    private Optional<Seen> first(Layout.JobLife life, int shard, ShardRecord record) {
        return pending.getOrDefault(life, new TreeMap<>()).tailMap(record.trigger(), false).values().stream()
                .filter(seen -> seen.trigger().shards().contains(shard))
                .findFirst();
    }

    /** Only the end of a firing by hand decides it, and it alone. */
    void written(Layout.JobLife life, int shard, ShardRecord before, ShardRecord after) {
        if (before.isRunning() && !after.isRunning() && !Objects.equals(before.firing(), after.firing())) {
            restored.add(life + "/" + shard + "/" + after.firing());
        }
        if (before.firing() instanceof Firing.Triggered run && before.isRunning() && !after.isRunning()) {
            ranUntil.put(run(life, shard, run.number()), clock.nanoTime());
        }
        boolean ends = before.isRunning() && after.state() instanceof ShardState.Done;
        long decided = ends && before.firing() instanceof Firing.Triggered run ? run.number() : before.trigger();
        if (after.trigger() != decided && !CutPromises.isSettlement(before, after)) {
            violated.accept("shard " + shard + " of " + life + " says that it has run trigger " + after.trigger()
                    + " instead of " + decided);
        }
        pending
                .getOrDefault(life, new TreeMap<>())
                .subMap(before.trigger(), false, Math.max(before.trigger(), after.trigger()), false)
                .values()
                .stream()
                .filter(seen -> seen.trigger().shards().contains(shard))
                .forEach(seen -> violated.accept("shard " + shard + " passes over " + seen));
    }

    // ---- What is told ---------------------------------------------------------------------------------------------

    void accepted(Command command, TriggerReceipt receipt) {
        TriggerRequest request = ((Wish.Trigger) command.wish).request();
        Optional<Seen> of = all.getOrDefault(request.job(), List.of()).stream()
                .filter(seen -> seen.trigger().number() == receipt.number())
                .filter(seen -> seen.by() == command
                        || (!request.id().isEmpty()
                                && request.id().equals(seen.trigger().request())))
                .reduce((earlier, later) -> later);
        of.ifPresent(seen -> told.put(command, seen));
        if (of.isEmpty()) {
            violated.accept("was told the number of another trigger, " + receipt.number() + ": " + command);
        }
    }

    /** Nothing begins any more, and what is said of each shard is so. */
    void ended(Command command, TriggerReceipt receipt, TriggerStatus status) {
        String job = status.job();
        Seen of = all.getOrDefault(job, List.of()).stream()
                .filter(seen -> seen.trigger().number() == status.number()
                        && seen.trigger().request().equals(status.id()))
                .reduce((earlier, later) -> later)
                .orElse(null);
        if (of == null || status.number() != receipt.number()) {
            violated.accept("was told the end of another trigger: " + command + ": " + status);
            return;
        }
        if (pending.getOrDefault(of.of(), new TreeMap<>()).containsKey(status.number())) {
            violated.accept("was told the end of what is not done: " + of);
        }
        checkStatus(of, status);
    }

    /** @param status of a trigger that is gone; what a removed job leaves behind is gone as well, and tells nothing */
    private void checkStatus(Seen of, TriggerStatus status) {
        if (!isPresent(of.of())) {
            return;
        }
        status.shards().forEach((shard, progress) -> {
            ShardRecord record = promises.record(of.of(), shard);
            boolean done = of.trigger().isDecidedBy(record);
            boolean ran = of.trigger().isRunBy(record);
            boolean agrees = switch (progress.state()) {
                case DONE ->
                    done && (!ran || hasOutcome(progress, record) || mayHaveMovedOn(of, shard, progress, record));
                case RUNNING -> done || ran || ranOfLate(of.of(), shard, status.number());
                case CANCELLED -> !promises.hasEnded(of.of(), shard, status.number()) && !(ran && record.isRunning());
                case WAITING -> false;
            };
            if (!agrees) {
                violated.accept("was told " + progress + " of shard " + shard + " of " + of + ", but " + record);
            }
        });
    }

    private static String run(Layout.JobLife life, int shard, long number) {
        return life + "/" + shard + "/" + number;
    }

    private boolean ranOfLate(Layout.JobLife life, int shard, long number) {
        Long until = ranUntil.get(run(life, shard, number));
        return until != null && clock.nanoTime() - until < TOLD_LATE.toNanos();
    }

    /** Whoever looks at a shard while something later is claimed is not told how it ended before. */
    private boolean mayHaveMovedOn(Seen of, int shard, Progress progress, ShardRecord record) {
        return progress.instance() == null
                && progress.outcome() == null
                && restored.contains(of.of() + "/" + shard + "/" + record.firing());
    }

    private static boolean hasOutcome(Progress progress, ShardRecord record) {
        return progress.outcome() != null && progress.outcome().equals(record.outcome());
    }

    // ---- What ran -------------------------------------------------------------------------------------------------

    /** Every attempt at it, wherever, is told the same. */
    void checkRun(Layout.JobLife life, Ledger.Entry entry, long number) {
        Seen of = all.getOrDefault(life.job(), List.of()).stream()
                .filter(seen -> seen.of().equals(life) && seen.trigger().number() == number)
                .findFirst()
                .orElseThrow();
        Trigger trigger = of.trigger();
        String ofJob =
                RunPromises.tellsItsShards(life.job()) ? RunPromises.parameter(entry.context.shardingTotalCount()) : "";
        Trigger.Interval interval = trigger.content().interval();
        if (interval != null && !entry.context.intervalStart().equals(Optional.ofNullable(interval.start()))) {
            violated.accept("was told another interval than " + interval + ": " + entry);
        }
        String parameter = trigger.content().parameter() == null
                ? ofJob
                : trigger.content().parameter();
        if (!entry.context.jobParameter().equals(parameter)
                || (!trigger.isPlanned()
                        && entry.context.shardingTotalCount() != Math.max(1, trigger.shardingTotalCount()))
                || !(interval == null ? of.isToldAs(entry.fireTime) : entry.fireTime.equals(interval.fireTime()))) {
            violated.accept("was told otherwise than " + trigger + ": " + entry + " with \""
                    + entry.context.jobParameter() + "\" of " + entry.context.shardingTotalCount() + " at "
                    + entry.fireTime);
        }
    }

    // ---- What is so in the end ------------------------------------------------------------------------------------

    /**
     * With the faults over, nothing waits that could run, nothing is there that is done, and everybody was told.
     *
     * @param runnable jobs that somebody can run
     * @param lives whether a process has lived all the time
     */
    void checkQuiet(List<JobDefinition> runnable, Predicate<String> lives) {
        runnable.forEach(job -> {
            Layout.JobLife life = new Layout.JobLife(job.name(), promises.life(job.name()));
            StoredJob stored = promises.job(job.name()).orElseThrow();
            for (Seen seen : pending.getOrDefault(life, new TreeMap<>()).values()) {
                checkWaits(stored, seen);
            }
        });
        ensemble.children("/sim").stream()
                .filter(name -> name.startsWith("request-"))
                .forEach(name -> violated.accept("is still there: " + name));
        commands.unanswered(lives).forEach(command -> violated.accept("was never answered: " + command));
        commands.received().stream()
                .filter(command -> lives.test(command.process))
                .forEach(this::checkTold);
    }

    /** Something that lists a shard waits for the shard to be enabled, be it this trigger or one before it. */
    private void checkWaits(StoredJob stored, Seen seen) {
        boolean waits = StreamPromises.isStream(stored.name()) // for a run without end
                || (seen.trigger().isPlanned()
                        && (seen.at().isAfter(clock.now().minus(PLANNED_WITHIN)) || !mayRun(stored, seen.trigger(), 0)))
                || seen.at().isAfter(clock.now().minus(BEGINS_WITHIN))
                || seen.trigger().shards().stream().anyMatch(shard -> broadcasts.waitsForTakeBack(stored, shard))
                || seen.trigger().shards().stream()
                        .anyMatch(shard -> first(seen.of(), shard, promises.record(seen.of(), shard))
                                .filter(first -> first.trigger().number()
                                        <= seen.trigger().number())
                                .filter(first -> !mayRun(stored, first.trigger(), shard))
                                .isPresent());
        if (!waits) {
            violated.accept("waits though nothing is in its way, or is done: " + seen);
        }
    }

    private void checkTold(Command command) {
        TriggerReceipt receipt = Objects.requireNonNull(command.receipt);
        boolean waits = pending.values().stream().anyMatch(of -> of.containsValue(told.get(command)));
        if (waits == receipt.completion().toCompletableFuture().isDone()) {
            violated.accept((waits ? "was told too early" : "was not told") + " of the end of trigger "
                    + receipt.number() + ": " + command);
        }
    }

    boolean isPending(String job) {
        return !pending.getOrDefault(new Layout.JobLife(job, promises.life(job)), new TreeMap<>())
                .isEmpty();
    }

    /** Numbers of those that are there. */
    List<Long> numbers(String job) {
        return List.copyOf(pending.getOrDefault(new Layout.JobLife(job, promises.life(job)), new TreeMap<>())
                .keySet());
    }
}
