package io.elasticjob.simulation;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.registry.Read;
import io.elasticjob.simulation.Observed.History;
import io.elasticjob.simulation.Observed.Job;
import io.elasticjob.simulation.Observed.Written;
import io.elasticjob.testing.Ledger;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What is promised of jobs that each instance runs as a whole: each process that lived through a firing has run it once, none
 * twice, and the shard of one that is gone is taken back once, with what it had begun.
 */
final class BroadcastPromises {

    private final Observed seen;
    private final Set<ExecutionId> lost = new HashSet<>();
    private int takenBack;

    BroadcastPromises(Observed seen) {
        this.seen = seen;
    }

    /** How many shards were taken back. */
    int takenBack() {
        return takenBack;
    }

    // ---- What is written ------------------------------------------------------------------------------------------

    /** Only the process claims that has the shard. */
    void claimed(History history, Job job, Written written) {
        if (!ProcessShards.isOne(history.shard)) {
            return;
        }
        ProcessShards.Holder holder =
                job.stored().shardCount().processes().byShard().get(history.shard);
        ProcessShards.Process owner = written.after()
                .owner()
                .flatMap(seen::instance)
                .map(ProcessShards.Process::of)
                .orElse(null);
        if (holder == null || !holder.process().equals(owner)) {
            seen.violated(history, "was claimed by " + owner + ", and is the shard of " + holder, written);
        }
    }

    /** By who notes that nobody has the shard, in the same transaction. */
    static boolean isTakenBack(History history, @Nullable Job job, ShardRecord after) {
        return ProcessShards.isOne(history.shard)
                && !after.isRunning()
                && job != null
                && job.life().equals(history.of.life())
                && !job.stored().shardCount().processes().byShard().containsKey(history.shard);
    }

    /** What ran is decided, and nobody who lives ran it; nothing else of it remains. */
    void takenBack(History history, Written written) {
        takenBack++;
        ShardRecord before = written.before();
        ShardRecord after = written.after();
        if (written.ownerLived()) {
            seen.violated(history, "was taken back though its owner lives", written);
        }
        if (!after.equals(after.vacated()) || after.trigger() < before.trigger()) {
            seen.violated(history, "was taken back with what remains of its process", written);
        }
        Instant through = after.through();
        Instant ran = before.isRunning() ? before.fireTime().orElse(null) : null;
        if (ran != null && (through == null || through.isBefore(ran))) {
            seen.violated(history, "was taken back, and what ran is not decided", written);
        }
    }

    /** Nobody has a shard twice, and who gets one begins with what comes then. A shard that is free runs nothing. */
    void jobWritten(String life, @Nullable StoredJob before, StoredJob after) {
        Map<Integer, ProcessShards.Holder> held =
                before == null ? Map.of() : before.shardCount().processes().byShard();
        Set<ProcessShards.Process> holders = new HashSet<>();
        after.shardCount().processes().byShard().forEach((shard, holder) -> {
            if (!holders.add(holder.process())) {
                seen.violated(holder + " has two shards of " + after);
            }
            ProcessShards.Holder former = held.get(shard);
            if (former != null && !former.process().equals(holder.process())) {
                seen.violated(
                        "shard " + shard + " of " + after + " was given to another one while it was " + former + "'s");
            }
            boolean isEarly = seen.ensemble.children("/sim/instances").stream()
                    .filter(id -> seen.instance(id)
                            .filter(live -> ProcessShards.Process.of(live).equals(holder.process()))
                            .isPresent())
                    .map(id -> seen.ensemble.node(Observed.INSTANCES + id))
                    .anyMatch(node -> node instanceof Read.Present present
                            && holder.since()
                                    .isBefore(present.stat().createdAt().minus(Observed.EARLY)));
            if (former == null && seen.record(of(life, after), shard).isRunning()) {
                seen.violated("shard " + shard + " of " + after + " was given while it runs");
            }
            if (former == null && isEarly) {
                seen.violated("shard " + shard + " of " + after + " was given for what was before: " + holder);
            }
        });
    }

    private static Layout.JobLife of(String life, StoredJob job) {
        return new Layout.JobLife(job.name(), life);
    }

    // ---- What is told ---------------------------------------------------------------------------------------------

    void heard(ElasticJobEvent event) {
        if (event instanceof ElasticJobEvent.OwnerDied died
                && ProcessShards.isOne(died.execution().shard())
                && !lost.add(died.execution())) {
            seen.violated("is told to be lost once more: " + died);
        }
    }

    // ---- What ran -------------------------------------------------------------------------------------------------

    /** None ran twice in one process, and all of those ran that could, while nothing went wrong. */
    void checkRuns(
            Collection<JobDefinition> definitions,
            List<SimulatedProcess> living,
            BiPredicate<SimulatedProcess, StoredJob> mayRun,
            Instant from,
            Instant to) {
        Map<String, Integer> runs = new HashMap<>();
        for (Ledger.Entry entry : seen.ledger.entries()) {
            History history = seen.historyOf(entry);
            if (history != null
                    && ProcessShards.isOne(entry.id.shard())
                    && runs.merge(run(history.of.life(), entry, entry.process), 1, Integer::sum) > 1) {
                seen.violated("one process has run it twice: " + entry);
            }
        }
        for (JobDefinition job : definitions) {
            Job present = Objects.requireNonNull(seen.jobs.get(job.name()));
            Instant begin =
                    from.isBefore(present.stored().since()) ? present.stored().since() : from;
            Optional<Instant> next = job.schedule().next(begin);
            while (job.enabled() && next.isPresent() && next.get().isBefore(to)) {
                checkFiring(present, next.get(), runs, living, mayRun);
                next = job.schedule().next(next.get());
            }
        }
    }

    private void checkFiring(
            Job job,
            Instant fireTime,
            Map<String, Integer> runs,
            List<SimulatedProcess> living,
            BiPredicate<SimulatedProcess, StoredJob> mayRun) {
        if (job.stored().shardCount().at(fireTime) != ShardCount.BROADCAST) {
            return;
        }
        for (SimulatedProcess process : living) {
            String firing = job.life() + " " + job.stored().name() + " " + fireTime + " " + process.name;
            if (mayRun.test(process, job.stored()) && !runs.containsKey(firing)) {
                seen.violated(process.name + " has not run the firing of " + fireTime + " of " + job.stored());
            }
        }
    }

    private static String run(String life, Ledger.Entry entry, String process) {
        return life + " " + entry.id.job() + " " + entry.id.firing().text() + " " + process;
    }

    // ---- What is so in the end ------------------------------------------------------------------------------------

    /** Long after the last one has gone, only those have shards that live. */
    void checkEnd() {
        seen.jobs
                .values()
                .forEach(job -> job.stored().shardCount().processes().byShard().forEach((shard, holder) -> {
                    boolean lives = seen.ensemble.children("/sim/instances").stream()
                            .flatMap(id -> seen.instance(id).stream())
                            .map(ProcessShards.Process::of)
                            .anyMatch(holder.process()::equals);
                    if (!lives) {
                        seen.violated("shard " + shard + " is still " + holder + "'s, who is gone: " + job);
                    }
                }));
    }

    /** Whether a shard that a trigger lists waits to be taken back. */
    boolean waitsForTakeBack(StoredJob job, int shard) {
        if (!ProcessShards.isOne(shard)) {
            return false;
        }
        ProcessShards.Holder holder = job.shardCount().processes().byShard().get(shard);
        return holder != null
                && seen.ensemble.children("/sim/instances").stream()
                        .flatMap(id -> seen.instance(id).stream())
                        .filter(live -> live.state() == Instance.State.UP)
                        .map(ProcessShards.Process::of)
                        .noneMatch(holder.process()::equals);
    }
}
