package io.elasticjob.view;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A limit that counts shards of a job, as just read from ZooKeeper.
 *
 * @param name of the limit; of the job's own one, that of the job
 * @param own whether it is the job's own, {@code maxConcurrentShards}
 * @param most how many shards it lets run at the same time; null where no instance has declared it
 * @param running the shards that it counts
 * @param waiting the shards that wait for it, as far as they are shown, in the order in which they start
 */
public record LimitView(
        String name, boolean own, @Nullable Integer most, List<Counted> running, List<Counted> waiting) {

    /** A shard of a job. */
    public record Counted(String job, int shard) {

        /** As it is shown to people and machines. */
        @Override
        public String toString() {
            return job + "/" + shard;
        }
    }

    /** Which shards of a job wait. */
    SortedSet<Integer> waitingOf(String job) {
        SortedSet<Integer> shards = new TreeSet<>();
        waiting.stream().filter(counted -> counted.job().equals(job)).forEach(counted -> shards.add(counted.shard()));
        return shards;
    }

    /** How many shards of other jobs wait before the first one of this job. */
    int before(String job) {
        int before = 0;
        for (Counted counted : waiting) {
            if (counted.job().equals(job)) {
                return before;
            }
            before++;
        }
        return before;
    }
}
