package io.elasticjob.history;

import io.elasticjob.InvalidSettingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How many executions began in a part of a time, of one job or of all, and ended in one way.
 *
 * @param job null where it is of all jobs
 * @param from when the part of the time begins; null where it is of all of it
 * @param outcome one of {@link ExecutionRecord#OUTCOMES}, or {@link ExecutionQuery#RUNNING}
 * @param executions how many
 * @param total how long they took together; zero for those that run
 * @param longest how long the longest of them took; zero for those that run
 * @since 0.1.0
 */
public record ExecutionTally(
        @Nullable String job,
        @Nullable Instant from,
        String outcome,
        long executions,
        Duration total,
        Duration longest) {

    /** The most parts that a time can be divided into. */
    public static final int MAX_PARTS = 1000;

    /**
     * What is to be counted: by job, or, where a bucket is given, by parts of the time.
     *
     * @param job null for all jobs
     * @param from those that began at this instant, or later
     * @param to before this instant
     * @param bucket how long a part is, in whole milliseconds, counted from 1970; null to count by job
     * @since 0.1.0
     */
    public record Query(
            @Nullable String job,
            Instant from,
            Instant to,
            @Nullable Duration bucket) {

        /** @throws InvalidSettingException for a bucket that is no whole millisecond, or too short for the time */
        public Query {
            if (bucket != null) {
                if (bucket.toMillis() < 1) {
                    throw new InvalidSettingException("bucket", bucket.toString(), "must be at least 1 ms");
                }
                long parts = Duration.between(from, to).toMillis() / bucket.toMillis();
                if (parts > MAX_PARTS) {
                    throw new InvalidSettingException(
                            "bucket",
                            bucket.toString(),
                            "divides the time into " + parts + " parts: there may be " + MAX_PARTS);
                }
            }
        }

        /** What an execution counts for. */
        ExecutionTally of(ExecutionRecord record) {
            Instant endedAt = record.endedAt();
            Duration took = endedAt == null ? Duration.ZERO : Duration.between(record.startedAt(), endedAt);
            return new ExecutionTally(
                    bucket == null || job != null ? record.job() : null,
                    bucket == null
                            ? null
                            : Instant.ofEpochMilli(
                                    Math.floorDiv(record.startedAt().toEpochMilli(), bucket.toMillis())
                                            * bucket.toMillis()),
                    record.isRunning() ? ExecutionQuery.RUNNING : String.valueOf(record.outcome()),
                    1,
                    took,
                    took);
        }

        /** The time as executions are asked for by it. */
        ExecutionQuery.Span span() {
            return new ExecutionQuery.Span(from, to);
        }
    }

    /** Both together, which count the same. */
    ExecutionTally and(ExecutionTally other) {
        return new ExecutionTally(
                job,
                from,
                outcome,
                executions + other.executions,
                total.plus(other.total),
                longest.compareTo(other.longest) > 0 ? longest : other.longest);
    }

    /** What it counts. */
    Object key() {
        return Arrays.asList(job, from, outcome);
    }
}
