package io.elasticjob.coordination;

import io.elasticjob.ShardRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the leader makes of a trigger that is there still. */
public enum LeftTrigger {
    /** It is still being worked on by others. */
    TO_OTHERS,
    /** It may be done, and have been left behind by an instance that died. */
    PERHAPS_DONE,
    /** It has had its time: it is given up, unless a shard runs it. */
    EXPIRED;

    /** What is so young is still being worked on by others. */
    public static final Duration LEFT_TO_OTHERS = Duration.ofSeconds(10);

    /** @param now registry time */
    public static LeftTrigger of(Trigger trigger, Instant now) {
        if (trigger.isTooOld(now)) {
            return EXPIRED;
        }
        return now.isAfter(trigger.requestedAt().plus(LEFT_TO_OTHERS)) ? PERHAPS_DONE : TO_OTHERS;
    }

    /**
     * The triggers of a job that are looked at in this round: some stay for as long as a day, and keep nobody from the others.
     *
     * @param numbers ascending
     * @param last that was looked at; -1 before the first
     * @param most how many at a time
     */
    public static List<Long> inTurn(Collection<Long> numbers, long last, int most) {
        return Stream.concat(
                        numbers.stream().filter(number -> number > last),
                        numbers.stream().filter(number -> number <= last))
                .limit(most)
                .toList();
    }

    /**
     * Whether a node that no version can read as a trigger is to be deleted: after the same time; at once where it is
     * nobody's request, as the registry could not give its number any more.
     *
     * @param isStrangers whether the registry has not given its number
     * @param now registry time
     */
    public static boolean isUnreadableExpired(Instant createdAt, boolean isStrangers, Instant now) {
        return isStrangers || !now.isBefore(createdAt.plus(Trigger.TIME_TO_LIVE));
    }

    /** What becomes of an expired trigger whose shards a planner decides. */
    public enum OfPlanned {
        /** It is planned, or runs: it stays. */
        UNDER_WAY,
        /** It is done, and was left behind. */
        DONE,
        /** Nobody has begun it, and nobody will: it is given up, unless somebody begins it meanwhile. */
        GIVEN_UP
    }

    /** @param record of the firings of its job */
    public static OfPlanned ofPlanned(Trigger trigger, FiringRecord record) {
        if (record.decided().has(trigger.firing())) {
            return OfPlanned.DONE;
        }
        FiringRecord.Current current = record.current();
        return current != null && current.whole().firing().equals(trigger.firing())
                ? OfPlanned.UNDER_WAY
                : OfPlanned.GIVEN_UP;
    }

    /**
     * The shards that an expired trigger is given up for.
     *
     * @param records of all of its shards, by shard
     * @return empty while a shard runs it: then it stays
     */
    public static Optional<SortedSet<Integer>> notRun(Trigger trigger, Map<Integer, ShardRecord> records) {
        SortedSet<Integer> notRun = new TreeSet<>();
        for (int shard : trigger.shards()) {
            ShardRecord record = records.getOrDefault(shard, ShardRecord.NEW);
            if (!trigger.isDecidedBy(record)) {
                if (record.isRunning() && trigger.isRunBy(record)) {
                    return Optional.empty();
                }
                notRun.add(shard);
            }
        }
        return Optional.of(notRun);
    }
}
