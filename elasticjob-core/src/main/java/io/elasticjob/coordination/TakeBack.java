package io.elasticjob.coordination;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The shard of a process that is gone, or may not run the job any more, is taken back: its record says that nothing of it
 * remains, so that the next process that gets it begins with the firings after that. Decides; never acts.
 *
 * @param next its record
 * @param event to be told; null for none
 */
public record TakeBack(ShardRecord next, ElasticJobEvent.@Nullable OwnerDied event) {

    /** How long a process is waited for: so long it may take until it is back under another session. */
    public static Duration after(Duration sessionTimeout, Duration maxTimeDiff) {
        return sessionTimeout.plus(maxTimeDiff).multipliedBy(2);
    }

    /**
     * The shards that no process needs now.
     *
     * @param eligible processes that may run the job
     * @param now registry time
     */
    public static SortedSet<Integer> unneeded(
            ShardCount count, Collection<ProcessShards.Process> eligible, Instant now) {
        SortedSet<Integer> unneeded = new TreeSet<>();
        boolean isOver = count.isBroadcastOver(now);
        count.processes().byShard().forEach((shard, holder) -> {
            if (isOver || !eligible.contains(holder.process())) {
                unneeded.add(shard);
            }
        });
        return unneeded;
    }

    /**
     * Empty while something may run of it.
     *
     * @param isHolderDead whether nobody of the id is there who runs it
     */
    public static Optional<TakeBack> of(
            String job, Triggers triggers, int shard, ShardRecord record, boolean isHolderDead, Instant now) {
        if (record.holder().isPresent() && !isHolderDead) {
            return Optional.empty();
        }
        long decided = triggers.pending().values().stream()
                .filter(trigger -> trigger.shards().contains(shard))
                .mapToLong(Trigger::number)
                .max()
                .orElse(-1);
        if (!(record.state() instanceof ShardState.Running running)) {
            return Optional.of(new TakeBack(record.decidedUpTo(decided).vacated(), null));
        }
        ShardState.Attempt died = running.attempt();
        Outcome outcome = record.stop().map(ShardState.Stop::outcome).orElse(new Outcome.Lost());
        ShardRecord ended = record.completed(outcome, record.fireTime().orElse(null), now);
        return Optional.of(new TakeBack(
                ended.decidedUpTo(decided).vacated(),
                new ElasticJobEvent.OwnerDied(
                        new ExecutionId(job, died.firing(), shard, died.number()),
                        died.owner(),
                        false,
                        null,
                        died.startedAt())));
    }
}
