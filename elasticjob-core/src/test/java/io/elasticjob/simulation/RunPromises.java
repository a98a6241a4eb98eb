package io.elasticjob.simulation;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
import io.elasticjob.registry.Read;
import io.elasticjob.simulation.Observed.History;
import io.elasticjob.simulation.Observed.Written;
import io.elasticjob.testing.Ledger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/** What is promised of what runs: what is told of it, and what really ran. */
final class RunPromises {

    private final Observed seen;
    private final TriggerPromises triggers;

    RunPromises(Observed seen, TriggerPromises triggers) {
        this.seen = seen;
        this.triggers = triggers;
    }

    // ---- What is told ---------------------------------------------------------------------------------------------

    void heard(String process, ElasticJobEvent event) {
        seen.trace.note(() -> process + ": " + event);
        if (event instanceof ElasticJobEvent.FiringSkipped skipped
                && !Poison.isBad(skipped.job())
                && !isDecided(skipped)) {
            seen.violated("was skipped, but not in the registry: " + skipped);
        } else if (event instanceof ElasticJobEvent.ExecutionFenced fenced && holds(process, fenced.execution())) {
            seen.violated(process + " counts as overtaken what holds its claim: " + fenced);
        } else if (event instanceof ElasticJobEvent.ExecutionEnded ended) {
            checkEnded(process, ended);
        } else if (event instanceof ElasticJobEvent.RegistryDataLost) {
            seen.violated(process + " tells of a loss of data, and nothing was lost: " + event);
        }
    }

    private boolean isDecided(ElasticJobEvent.FiringSkipped skipped) {
        return seen.histories.values().stream()
                .filter(history -> history.of.job().equals(skipped.job()) && history.shard == skipped.shard())
                .flatMap(history -> history.writes.stream())
                .map(write -> write.after().through())
                .anyMatch(through -> through != null && !through.isBefore(skipped.through()));
    }

    /** Whether the record says that this very execution runs. */
    private boolean holds(String process, ExecutionId execution) {
        Ledger.Entry entry = entry(process, execution, any -> true);
        History history = seen.historyOf(entry);
        return history != null && history.claim == entry.token && history.last.isRunning();
    }

    /** What an end says of itself is what is recorded, as far as it can be told once others have written over it. */
    private void checkEnded(String process, ElasticJobEvent.ExecutionEnded ended) {
        Long token = ended.start().fencingToken();
        Ledger.Entry entry = entry(process, ended.execution(), run -> token == null || run.token == token);
        History history = seen.historyOf(entry);
        if (history == null || seen.ensemble.node(history.path) instanceof Read.Absent) {
            return; // removed with its job
        }
        boolean fenced = ended.outcome() instanceof Outcome.Fenced;
        Outcome ran = ended.outcome() instanceof Outcome.Fenced overtaken ? overtaken.ranAs() : ended.outcome();
        Written end = history.endOf(entry.token);
        boolean recorded = end != null
                && !end.after().isRunning()
                && ran.name().equals(end.after().outcome());
        if (end != null && CutPromises.isOfAnybody(end.after(), end.ownerLived())) {
            return;
        }
        boolean canTell = fenced
                ? end == history.writes.get(history.writes.size() - 1)
                : ended.execution().firing().equals(history.last.firing());
        if (canTell && fenced == recorded) {
            seen.violated(process + " does not say what the registry says of " + ended + ": " + history.last);
        }
    }

    /** @param which of those of this name: a job that is removed and made anew may run the same firing in both lives */
    private Ledger.Entry entry(String process, ExecutionId execution, Predicate<Ledger.Entry> which) {
        List<Ledger.Entry> entries = seen.ledger.entries();
        for (int i = entries.size() - 1; i >= 0; i--) {
            Ledger.Entry run = entries.get(i);
            if (run.id.equals(execution) && run.process.equals(process) && which.test(run)) {
                return run;
            }
        }
        throw new AssertionError(process + " tells of what never began: " + execution);
    }

    // ---- What ran -------------------------------------------------------------------------------------------------

    /** Holds all that ever ran against what was written. */
    void checkRuns() {
        Map<History, List<Ledger.Entry>> runs = new LinkedHashMap<>();
        for (Ledger.Entry entry : seen.ledger.entries()) {
            if (Poison.isBad(entry.id.job())) {
                continue;
            }
            History history = seen.historyOf(entry);
            boolean claims =
                    entry.context.isMonitored() || entry.context.trigger().isPresent();
            if (history == null && claims) {
                seen.violated("ran without a claim: " + entry);
            } else if (history != null) {
                entry.context.trigger().ifPresent(number -> triggers.checkRun(history.of, entry, number));
                runs.computeIfAbsent(history, any -> new ArrayList<>()).add(entry);
            }
        }
        runs.forEach((history, entries) -> {
            entries.sort(Comparator.comparingLong(entry -> entry.token));
            entries.forEach(entry -> checkToldCheckpoints(history, entry));
            entries.stream()
                    .filter(entry -> history.putBack.contains(entry.token))
                    .forEach(entry -> seen.violated("began under a claim that was put back: " + entry));
            for (int i = 1; i < entries.size(); i++) {
                checkPair(history, entries.get(i - 1), entries.get(i));
            }
        });
        checkOneNumberOfShardsForAFiring();
        seen.ledger.entries().forEach(this::checkParameters);
    }

    /** Whether a job tells each shard by its parameter which it is, and of how many. */
    static boolean tellsItsShards(String job) {
        return job.equals("every-five") || job.equals("by-hand");
    }

    static String parameter(int shard, int total) {
        return shard + "/" + total;
    }

    static String parameter(int total) {
        return "all " + total;
    }

    /** What a shard is told goes with the number of shards of its firing, be it by schedule or by hand. */
    private void checkParameters(Ledger.Entry entry) {
        int total = entry.context.shardingTotalCount();
        boolean ofItsOwn = entry.context.jobParameter().startsWith("parameter "); // whoever triggered it gave it
        if (tellsItsShards(entry.id.job())
                && (!entry.context.shardingParameter().equals(parameter(entry.id.shard(), total))
                        || !(ofItsOwn || entry.context.jobParameter().equals(parameter(total))))) {
            seen.violated("ran with \"" + entry.context.shardingParameter() + "\" and \"" + entry.context.jobParameter()
                    + "\" as one of " + total + ": " + entry);
        }
    }

    /** Every run was begun under a claim of its own; where two overlap, the earlier owner was dead at the later claim. */
    private void checkPair(History history, Ledger.Entry earlier, Ledger.Entry later) {
        if (earlier.token == later.token) {
            seen.violated("one claim was run twice: " + earlier + " and " + later);
        }
        boolean overlap = earlier.ended == null || earlier.ended.isAfter(later.started);
        if (overlap && !diedBetween(history, earlier.token, later.token)) {
            seen.violated("two ran at once: " + earlier + " and " + later);
        }
    }

    private static boolean diedBetween(History history, long earlier, long later) {
        Written end = history.writes.stream()
                .filter(write -> write.zxid() > earlier && !write.isCheckpoint() && !write.isAdoption())
                .filter(write -> !write.after().lingers()) // by what says so it is held as before
                .findFirst()
                .orElse(null);
        return end != null && end.zxid() <= later && !end.ownerLived();
    }

    /** What was acknowledged was written under the claim; and each run was told what the record said when it was claimed. */
    private void checkToldCheckpoints(History history, Ledger.Entry entry) {
        String written = null;
        Set<String> ofThisRun = new HashSet<>();
        for (Written write : history.writes) {
            if (write.zxid() == entry.token) {
                boolean isPart = Divisions.concerns(history.of.job()); // which begins without that of another part
                written = isPart ? write.after().checkpoint() : write.before().checkpoint();
            } else if (write.isCheckpoint() && write.zxid() > entry.token) {
                ofThisRun.add(String.valueOf(write.after().checkpoint()));
            }
        }
        if (!Objects.equals(entry.context.checkpoint().orElse(null), written)) {
            seen.violated("was told another checkpoint than " + written + ": " + entry);
        }
        if (!ofThisRun.containsAll(entry.acknowledged)) {
            seen.violated("acknowledged but never written: " + entry.acknowledged + " of " + entry);
        }
    }

    /** No firing runs as part 0 of 3 beside part 1 of 5. */
    private void checkOneNumberOfShardsForAFiring() {
        Map<String, Integer> totals = new HashMap<>();
        for (Ledger.Entry entry : seen.ledger.entries()) {
            History history = seen.historyOf(entry);
            int total = entry.context.shardingTotalCount();
            Integer other = history == null
                    ? null
                    : totals.putIfAbsent(history.of + " " + entry.id.firing().text(), total);
            if (other != null && other != total && entry.id.attempt() == 1) {
                seen.violated("one firing was split into " + other + " and into " + total + ": " + entry);
            }
        }
    }
}
