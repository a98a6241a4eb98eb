package io.elasticjob.coordination;

import io.elasticjob.coordination.StoredJob.Undeclared;
import io.elasticjob.coordination.Switches.Switch;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A job that was created, enabled or changed under a clock that was ahead: firings before a time that is still to come would
 * never be due. As of {@link FutureRecord records}, what lies beyond the {@link Horizon} is written over with now.
 */
public final class FutureJob {

    private FutureJob() {}

    /**
     * The job put right; empty for all others.
     *
     * @param leadTime as for {@link StoredJob#redeclared}
     */
    public static Optional<StoredJob> corrected(StoredJob stored, Horizon horizon, Duration leadTime) {
        StoredJob right = new StoredJob(
                stored.name(),
                stored.life(),
                stored.settings(),
                horizon.readAs(stored.since()),
                shardCount(stored, horizon, leadTime),
                new StoredJob.Marks(
                        switches(stored.switches(), horizon),
                        undeclared(stored.marks().undeclared(), horizon)),
                stored.unknown());
        return right.equals(stored) ? Optional.empty() : Optional.of(right);
    }

    /** A shard that is on again is not due for what was before. When one was switched off, nobody asks. */
    private static Switches switches(Switches switches, Horizon horizon) {
        SortedMap<Integer, Switch> shards = new TreeMap<>(switches.shards());
        shards.replaceAll(
                (shard, set) -> set.on() ? new Switch(true, set.who(), horizon.readAs(set.when()), set.why()) : set);
        return new Switches(shards, switches.instances());
    }

    private static @Nullable Undeclared undeclared(@Nullable Undeclared mark, Horizon horizon) {
        return mark == null
                ? null
                : new Undeclared(horizon.readAs(mark.since()), mark.counted(), horizon.readAs(mark.seen()));
    }

    /** Shards hold from a fire time on that is to come, which a clock that was ahead has looked for too far ahead. */
    private static ShardCount shardCount(StoredJob stored, Horizon horizon, Duration leadTime) {
        ShardCount count = stored.shardCount();
        count = count.with(count.processes().withTimes(horizon::readAs));
        ShardCount.Upcoming upcoming = count.upcoming(horizon.latest()).orElse(null);
        if (upcoming == null) {
            return count;
        }
        Instant furthest = firstUntouched(stored, horizon.latest().plus(leadTime));
        Instant right = firstUntouched(stored, horizon.now().plus(leadTime));
        return furthest == null || right == null || !upcoming.from().isAfter(furthest) ? count : count.from(right);
    }

    private static @Nullable Instant firstUntouched(StoredJob stored, Instant from) {
        try {
            return StoredJob.firstUntouched(stored.effective(), from);
        } catch (RuntimeException | StackOverflowError unusable) {
            return null; // nobody runs it
        }
    }
}
