package io.elasticjob.history;

import io.elasticjob.InvalidSettingException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which executions of a job are asked for: those that meet everything that is not null, latest first.
 *
 * @param outcome one of {@link ExecutionRecord#OUTCOMES}, or {@link #RUNNING}
 * @param firing as {@link io.elasticjob.Firing#text()} has it
 * @param from those that began at this instant, or later
 * @param to those that began before this instant
 * @param before those that come after this place in the order of {@link ExecutionRecord#LATEST_FIRST}: how a further page
 *     is asked for
 * @param size how many at most, from 1 to {@link #MAX_SIZE}
 */
public record ExecutionQuery(
        String job,
        @Nullable Integer shard,
        @Nullable String outcome,
        @Nullable String firing,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Place before,
        int size) {

    /** Asks for executions that have no outcome yet. */
    public static final String RUNNING = "RUNNING";

    /** How many are given at once, at most. */
    public static final int MAX_SIZE = 500;

    /**
     * The place of a record in the order of {@link ExecutionRecord#LATEST_FIRST}; it stays where it is when the record is
     * removed.
     */
    public record Place(Instant startedAt, String id) {

        public static Place of(ExecutionRecord record) {
            return new Place(record.startedAt(), record.id());
        }

        private boolean isAheadOf(ExecutionRecord record) {
            int order = record.startedAt().compareTo(startedAt);
            return order == 0 ? record.id().compareTo(id) < 0 : order < 0;
        }
    }

    /** @throws InvalidSettingException when {@code size} or {@code outcome} is none */
    public ExecutionQuery {
        if (size < 1 || size > MAX_SIZE) {
            throw new InvalidSettingException("size", String.valueOf(size), "must be between 1 and " + MAX_SIZE);
        }
        if (outcome != null && !outcome.equals(RUNNING) && !ExecutionRecord.OUTCOMES.contains(outcome)) {
            throw new InvalidSettingException(
                    "outcome", outcome, "must be " + RUNNING + " or one of " + ExecutionRecord.OUTCOMES);
        }
    }

    /** The latest executions of a job. */
    public static ExecutionQuery latest(String job, int size) {
        return new ExecutionQuery(job, null, null, null, null, null, null, size);
    }

    /** The same, after the given place. */
    public ExecutionQuery before(Place place) {
        return new ExecutionQuery(job, shard, outcome, firing, from, to, place, size);
    }

    /** Whether it is one of those that are asked for. */
    public boolean matches(ExecutionRecord record) {
        return record.job().equals(job)
                && (shard == null || record.shard() == shard)
                && (outcome == null || outcome.equals(record.isRunning() ? RUNNING : record.outcome()))
                && (firing == null || record.firing().equals(firing))
                && (from == null || !record.startedAt().isBefore(from))
                && (to == null || record.startedAt().isBefore(to))
                && (before == null || before.isAheadOf(record));
    }
}
