package io.elasticjob.coordination;

import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.schedule.Schedule;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The only firing of a job that an operator made to run once, after which the job is removed.
 *
 * @param at when it comes due
 */
public record OnlyFiring(Instant at) {

    /** Empty for all other jobs. */
    public static Optional<OnlyFiring> of(StoredJob stored, JobDefinition definition) {
        return stored.isMade() && definition.schedule() instanceof Schedule.Once once
                ? Optional.of(new OnlyFiring(once.at()))
                : Optional.empty();
    }

    /** Whether the shard has run it, or never will. */
    public boolean isDecidedBy(ShardRecord record) {
        Instant through = record.through();
        return through != null && !through.isBefore(at) && !record.isRunning();
    }

    /**
     * Whether it is so long ago that the leader looks whether the job was left behind.
     *
     * @param now registry time
     */
    public boolean isLeft(Instant now) {
        return now.isAfter(at.plus(LeftTrigger.LEFT_TO_OTHERS));
    }

    /** The shards of the firing. */
    public SortedSet<Integer> shards(ShardCount count) {
        SortedSet<Integer> shards = new TreeSet<>();
        for (int shard = 0; shard < count.at(at); shard++) {
            shards.add(shard);
        }
        return shards;
    }

    /** Those of them that run it: not those that were enabled again only after the firing. */
    public SortedSet<Integer> shardsThatAreDue(ShardStep.Job job) {
        SortedSet<Integer> due = shards(job.count());
        due.removeIf(shard -> at.isBefore(job.since(shard)));
        return due;
    }
}
