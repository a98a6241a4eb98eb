package io.elasticjob.simulation;

import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.memory.Change;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.registry.Read;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.testing.Ledger;
import java.util.List;
import java.util.Optional;

/**
 * What is promised, held against what happens: each change of the registry when it is made, each event when it is told,
 * and in the end all that really ran. Knows the protocol's outside only: nodes, events, runs. Each theme has a class of its
 * own; a new promise goes to its theme, or becomes one.
 */
final class Promises {

    private final Observed seen;
    private final Commands commands;
    private final TriggerPromises triggers;
    private final PlanPromises plans;
    private final OverlapPromises overlaps;
    private final BroadcastPromises broadcasts;
    private final JobPromises jobs;
    private final CutPromises cuts;
    private final PausePromises pauses;
    private final RecordPromises records;
    private final RunPromises runs;
    private final StreamPromises streams;
    private final FiringPromises firings;
    private final LimitPromises limits;
    private final WholePromises wholes;
    private final DivisionPromises divisions;
    private final ChainPromises chains;
    private final PlacementPromises placements;
    private final RerunPromises reruns;

    /**
     * @param time the stopwatch of the simulation, by which it is written down what ran
     * @param clock of the registry
     */
    Promises(Timekeeper time, Timekeeper clock, MemoryEnsemble ensemble, Ledger ledger, Trace trace) {
        this.seen = new Observed(time, clock, ensemble, ledger, trace);
        this.reruns = new RerunPromises(seen);
        this.commands = new Commands(ensemble, seen, reruns::isDone, seen::violated);
        this.plans = new PlanPromises(seen, commands);
        this.overlaps = new OverlapPromises(seen);
        this.broadcasts = new BroadcastPromises(seen);
        this.triggers = new TriggerPromises(clock, ensemble, seen, commands, plans, overlaps, broadcasts, reruns);
        DelayPromises delays = new DelayPromises(ledger, clock::now, seen::violated);
        this.cuts = new CutPromises(seen, commands);
        this.pauses = new PausePromises(seen);
        this.jobs = new JobPromises(seen, commands, triggers, new JobPromises.Others(pauses, overlaps, broadcasts));
        this.divisions = new DivisionPromises(seen);
        this.wholes = new WholePromises(seen, divisions);
        this.chains = new ChainPromises(seen);
        this.placements = new PlacementPromises(seen);
        this.records = new RecordPromises(
                seen, jobs, triggers, delays, new RecordPromises.Others(cuts, pauses, overlaps, broadcasts));
        this.runs = new RunPromises(seen, triggers);
        this.streams = new StreamPromises(seen);
        this.firings = new FiringPromises(seen, delays);
        this.limits = new LimitPromises(seen);
        ensemble.observe(this::changed);
        ensemble.observe(limits::changed);
    }

    List<String> violations() {
        return seen.violations();
    }

    void violated(String what) {
        seen.violated(what);
    }

    /** What is there. */
    Observed seen() {
        return seen;
    }

    Commands commands() {
        return commands;
    }

    TriggerPromises triggers() {
        return triggers;
    }

    JobPromises jobs() {
        return jobs;
    }

    CutPromises cuts() {
        return cuts;
    }

    PausePromises pauses() {
        return pauses;
    }

    OverlapPromises overlaps() {
        return overlaps;
    }

    BroadcastPromises broadcasts() {
        return broadcasts;
    }

    PlanPromises plans() {
        return plans;
    }

    RunPromises runs() {
        return runs;
    }

    StreamPromises streams() {
        return streams;
    }

    LimitPromises limits() {
        return limits;
    }

    WholePromises wholes() {
        return wholes;
    }

    DivisionPromises divisions() {
        return divisions;
    }

    ChainPromises chains() {
        return chains;
    }

    PlacementPromises placements() {
        return placements;
    }

    RerunPromises reruns() {
        return reruns;
    }

    FiringPromises firings() {
        return firings;
    }

    private void changed(Change change) {
        String path = change.path();
        if (Poison.isOfBadJob(path)) {
            seen.trace.note(() -> "registry: " + path + " is written over, or back");
            return;
        }
        wholes.changed(change);
        chains.changed(change);
        placements.changed(change);
        Optional<Layout.TriggerOf> triggered = Observed.LAYOUT.triggerAt(path);
        if (path.startsWith(Observed.SHARDS)) {
            seen.historyOf(path).ifPresent(history -> {
                ShardRecord before = history.last;
                records.changed(history, change);
                divisions.written(history.of, history.shard, before, history.last);
                if (WholePromises.isClaim(before, history.last)) {
                    wholes.claimed(history.of, history.shard, before, history.last);
                    placements.claimed(history.of, history.shard, history.last);
                }
            });
            return;
        } else if (triggered.isPresent()) {
            boolean gone = change.after() instanceof Read.Absent;
            seen.trace.note(() -> "registry: " + path + (gone ? " is gone" : " is made"));
            wholes.triggered(triggered.get().job(), change);
            triggers.changed(triggered.get().job(), change);
        } else if (Observed.LAYOUT.isCancel(path)) {
            cuts.changed(change, path.substring(Observed.LAYOUT.cancels().length() + 1));
        } else if (Observed.LAYOUT.isPlanned(path)) {
            seen.trace.note(
                    () -> "registry: " + path + (change.after() instanceof Read.Absent ? " is gone" : " is written"));
            plans.changed(path.substring(Observed.LAYOUT.planned().length() + 1), change);
        } else if (Observed.LAYOUT.jobAt(path).isPresent()) {
            jobs.jobChanged(path.substring(Observed.JOBS.length()), change);
        } else if (Observed.LAYOUT.instanceAt(path).isPresent()) {
            boolean gone = change.after() instanceof Read.Absent;
            seen.trace.note(() -> "registry: " + path + (gone ? " is gone" : " is written"));
            jobs.instanceChanged(path, gone);
            if (!gone) {
                String id = path.substring(Observed.INSTANCES.length());
                seen.instance(id)
                        .ifPresent(after -> commands.instanceChanged(
                                seen.instance(id, change.before()).orElse(null), after));
            }
        }
        if (Observed.LAYOUT.instanceAt(path).isPresent()) {
            jobs.noteDeclared(change.before());
        }
        commands.look(path.startsWith(Observed.INSTANCES));
    }
}
