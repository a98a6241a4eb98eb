package io.elasticjob.history;

import io.elasticjob.InvalidSettingException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which executions are asked for: those that meet everything that is not null, latest first.
 *
 * @param work whose executions
 * @param began when they began
 * @param outcome one of {@link ExecutionRecord#OUTCOMES}, or {@link #RUNNING}
 * @param error text that the error or the message contains, in whatever case
 * @param before those that come after this place in the order of {@link ExecutionRecord#LATEST_FIRST}: how a further page
 *     is asked for
 * @param size how many at most, from 1 to {@link #MAX_SIZE}
 * @since 0.1.0
 */
public record ExecutionQuery(
        Work work,
        Span began,
        @Nullable String outcome,
        @Nullable String error,
        @Nullable Place before,
        int size) {

    /** Asks for executions that have no outcome yet. */
    public static final String RUNNING = "RUNNING";

    /** How many are given at once, at most. */
    public static final int MAX_SIZE = 500;

    /**
     * Whose executions are asked for.
     *
     * @param job its name; null for all jobs of the namespace
     * @param shard from 0
     * @param firing as {@link io.elasticjob.Firing#text()} has it
     * @param instance id of the instance that ran them, or its name, which is the id up to the last dot
     * @since 0.1.0
     */
    public record Work(
            @Nullable String job,
            @Nullable Integer shard,
            @Nullable String firing,
            @Nullable String instance) {

        /** All executions of all jobs. */
        public static final Work ALL = new Work(null, null, null, null);

        /** All executions of a job. */
        public static Work ofJob(String job) {
            return new Work(job, null, null, null);
        }

        private boolean includes(ExecutionRecord record) {
            return (job == null || record.job().equals(job))
                    && (shard == null || record.shard() == shard)
                    && (firing == null || record.firing().equals(firing))
                    && (instance == null
                            || record.instance().equals(instance)
                            || record.instance().startsWith(instance + ".")
                                    && record.instance().lastIndexOf('.') == instance.length());
        }
    }

    /**
     * A time, open where it is null.
     *
     * @param from at this instant, or later
     * @param to before this instant
     * @since 0.1.0
     */
    public record Span(@Nullable Instant from, @Nullable Instant to) {

        public static final Span ALWAYS = new Span(null, null);

        private boolean includes(Instant instant) {
            return (from == null || !instant.isBefore(from)) && (to == null || instant.isBefore(to));
        }
    }

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
        return latest(Work.ofJob(job), size);
    }

    /** The latest executions. */
    public static ExecutionQuery latest(Work work, int size) {
        return new ExecutionQuery(work, Span.ALWAYS, null, null, null, size);
    }

    /** The same, of those that began then. */
    public ExecutionQuery began(Span then) {
        return new ExecutionQuery(work, then, outcome, error, before, size);
    }

    /** The same, of those that ended so, or run; null for all. */
    public ExecutionQuery outcome(@Nullable String one) {
        return new ExecutionQuery(work, began, one, error, before, size);
    }

    /** The same, of those whose error or message contains it; null for all. */
    public ExecutionQuery error(@Nullable String text) {
        return new ExecutionQuery(work, began, outcome, text, before, size);
    }

    /** The same, after the given place; null for the first page. */
    public ExecutionQuery before(@Nullable Place place) {
        return new ExecutionQuery(work, began, outcome, error, place, size);
    }

    /** Whether it is one of those that are asked for. */
    public boolean matches(ExecutionRecord record) {
        return work.includes(record)
                && began.includes(record.startedAt())
                && (outcome == null || outcome.equals(record.isRunning() ? RUNNING : record.outcome()))
                && (error == null || tells(record, error))
                && (before == null || before.isAheadOf(record));
    }

    private static boolean tells(ExecutionRecord record, String text) {
        return record.end() != null
                && (holds(record.end().error(), text) || holds(record.end().message(), text));
    }

    private static boolean holds(@Nullable String told, String text) {
        return told != null && told.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT));
    }
}
