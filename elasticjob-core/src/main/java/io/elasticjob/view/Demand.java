package io.elasticjob.view;

import io.elasticjob.JobDefinition;
import io.elasticjob.TriggerStatus;
import io.elasticjob.coordination.DueFiring;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.Retrying;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.coordination.Triggers;
import io.elasticjob.schedule.Schedule;
import io.elasticjob.text.MalformedTextException;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How much there is to do: what an autoscaler asks for. Told by the records alone, also where no live instance may run the
 * job.
 *
 * @param due shards that should begin, or wait to
 * @param running shards that run
 */
public record Demand(int due, int running) {

    /** Nothing to do. */
    public static final Demand NONE = new Demand(0, 0);

    /** Whether records tell of it: what is not monitored has none. */
    public static boolean isToldOf(JobView job) {
        JobDefinition definition = job.definition();
        return definition != null
                && definition.monitorExecution()
                && job.standing().mayRun();
    }

    /** None where the calendar fails: that costs the job alone, and is told with it. */
    private static @Nullable Instant latest(JobDefinition definition, Instant now) {
        try {
            return definition.schedule().latest(now).orElse(null);
        } catch (MalformedTextException failed) {
            return null;
        }
    }

    /**
     * Decides for one job.
     *
     * @param detail with the records as they are now
     * @param now registry time
     */
    public static Demand of(JobDetail detail, Instant now) {
        JobDefinition definition = detail.job().definition();
        if (definition == null || !isToldOf(detail.job())) {
            return NONE;
        }
        ShardStep.Job job = new ShardStep.Job(
                definition,
                detail.job().stored().since(),
                detail.job().stored().shardCount(),
                detail.job().stored().switches(),
                Triggers.NONE,
                latest(definition, now));
        Set<Integer> due = new TreeSet<>(triggered(detail, definition));
        int running = 0;
        for (ShardView shard : detail.shards()) {
            if (shard.unreadable() != null) {
                continue; // whoever wrote it looks after it
            }
            if (shard.record().isRunning()) {
                running++;
            } else if (isDue(job, shard, now)) {
                due.add(shard.shard());
            }
        }
        return new Demand(due.size(), running);
    }

    private static boolean isDue(ShardStep.Job job, ShardView shard, Instant now) {
        JobDefinition definition = job.definition();
        boolean waitsToRetry = Retrying.notBefore(definition, shard.shard(), shard.record())
                .filter(now::isBefore)
                .isPresent();
        return definition.enabled()
                && !waitsToRetry
                && !(definition.schedule() instanceof Schedule.None)
                && (ProcessShards.isOne(shard.shard())
                        ? shard.assignee() != null
                        : shard.shard() < job.count().shownAt(now))
                && DueFiring.of(job, shard.shard(), shard.record(), now)
                        .filter(firing -> !firing.skipped())
                        .isPresent();
    }

    /** Shards that triggers have wait. */
    private static Set<Integer> triggered(JobDetail detail, JobDefinition definition) {
        Set<Integer> shards = new TreeSet<>();
        detail.triggers().stream()
                .filter(trigger -> definition.enabled() || trigger.forced())
                .forEach(trigger -> trigger.shards().forEach((shard, progress) -> {
                    if (progress.state() == TriggerStatus.State.WAITING) {
                        shards.add(shard);
                    }
                }));
        return shards;
    }

    /** Of two jobs together. */
    public Demand plus(Demand other) {
        return new Demand(due + other.due, running + other.running);
    }
}
