package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * How late and how long the executions of a job were, and how they ended.
 *
 * @param complete false when there are more executions in that time than are looked at: then the earliest are missing
 * @param whole of the whole time; null when nothing began in it
 * @param buckets those in which something began, ascending
 */
record StatisticsDescriptor(
        ExecutionHistory.Scope scope,
        Instant from,
        Instant to,
        Duration bucket,
        int executions,
        boolean complete,
        @Nullable Bucket whole,
        List<Bucket> buckets)
        implements OperationResponseBody {

    /** So many executions are looked at. */
    static final int MOST = 10_000;

    private static final int MOST_BUCKETS = 200;
    private static final Duration NORMAL = Duration.ofHours(24);
    private static final int NORMAL_BUCKETS = 24;

    /**
     * A part of the time.
     *
     * @param outcomes how many executions began in it, by their outcome
     * @param lateness how long after their fire time those began that a schedule made; null when there is none
     * @param duration of those that have ended; null when none has
     */
    record Bucket(
            Instant from,
            SortedMap<String, Integer> outcomes,
            @Nullable Spread lateness,
            @Nullable Spread duration) {

        private static Bucket of(Instant from, List<ExecutionRecord> records) {
            SortedMap<String, Integer> outcomes = new TreeMap<>();
            List<Duration> late = new ArrayList<>();
            List<Duration> took = new ArrayList<>();
            for (ExecutionRecord record : records) {
                String outcome = record.outcome();
                outcomes.merge(outcome == null ? ExecutionQuery.RUNNING : outcome, 1, Integer::sum);
                if (record.cause().equals(ExecutionRecord.SCHEDULE) && record.attempt() == 1) {
                    late.add(notNegative(Duration.between(record.fireTime(), record.startedAt())));
                }
                Instant ended = record.endedAt();
                if (ended != null) {
                    took.add(notNegative(Duration.between(record.startedAt(), ended)));
                }
            }
            return new Bucket(from, outcomes, Spread.of(late), Spread.of(took));
        }

        private static Duration notNegative(Duration duration) {
            return duration.isNegative() ? Duration.ZERO : duration;
        }
    }

    /** Half of them took no longer than {@code p50}, 99 of 100 no longer than {@code p99}, and none longer than {@code max}. */
    record Spread(Duration p50, Duration p99, Duration max) {

        static @Nullable Spread of(List<Duration> durations) {
            if (durations.isEmpty()) {
                return null;
            }
            List<Duration> sorted = durations.stream().sorted().toList();
            return new Spread(at(sorted, 50), at(sorted, 99), sorted.get(sorted.size() - 1));
        }

        private static Duration at(List<Duration> sorted, int percent) {
            return sorted.get((sorted.size() * percent + 99) / 100 - 1);
        }
    }

    /** @throws io.elasticjob.InvalidSettingException naming the parameter, the value and the rule */
    static StatisticsDescriptor of(HistoryReader history, String job, OperationFields given, Instant now) {
        Instant to = given.text("to").map(text -> Given.instant("to", text)).orElse(now);
        Instant from =
                given.text("from").map(text -> Given.instant("from", text)).orElse(to.minus(NORMAL));
        if (!from.isBefore(to)) {
            throw OperationFields.invalid("from", from.toString(), "must be before to, which is " + to);
        }
        Duration span = Duration.between(from, to);
        Duration bucket = given.text("bucket")
                .map(StatisticsDescriptor::bucket)
                .orElseGet(() -> Duration.ofMillis(Math.max(1_000, span.toMillis() / NORMAL_BUCKETS)));
        if (span.toMillis() > bucket.toMillis() * MOST_BUCKETS) {
            throw OperationFields.invalid(
                    "bucket",
                    Durations.format(bucket),
                    "is too short for that time: it makes more than " + MOST_BUCKETS + " buckets");
        }
        List<ExecutionRecord> records = records(history, job, from, to);
        SortedMap<Long, List<ExecutionRecord>> parts = new TreeMap<>();
        records.forEach(record -> parts.computeIfAbsent(
                        Duration.between(from, record.startedAt()).toMillis() / bucket.toMillis(),
                        any -> new ArrayList<>())
                .add(record));
        List<Bucket> buckets = new ArrayList<>();
        parts.forEach((number, some) -> buckets.add(Bucket.of(from.plus(bucket.multipliedBy(number)), some)));
        return new StatisticsDescriptor(
                history.scope(),
                from,
                to,
                bucket,
                records.size(),
                records.size() < MOST,
                records.isEmpty() ? null : Bucket.of(from, records),
                buckets);
    }

    private static Duration bucket(String text) {
        try {
            Duration bucket = Durations.parse(text.strip());
            if (bucket.compareTo(Duration.ofSeconds(1)) >= 0) {
                return bucket;
            }
        } catch (IllegalArgumentException unreadable) {
            // Told below: the rule is the same.
        }
        throw OperationFields.invalid("bucket", text, "must be a duration of at least 1s, such as 1h");
    }

    private static List<ExecutionRecord> records(HistoryReader history, String job, Instant from, Instant to) {
        List<ExecutionRecord> all = new ArrayList<>();
        ExecutionQuery query =
                ExecutionQuery.latest(job, ExecutionQuery.MAX_SIZE).began(new ExecutionQuery.Span(from, to));
        while (all.size() < MOST) {
            List<ExecutionRecord> page = history.find(query);
            all.addAll(page);
            if (page.size() < ExecutionQuery.MAX_SIZE) {
                break;
            }
            query = query.before(ExecutionQuery.Place.of(page.get(page.size() - 1)));
        }
        return all;
    }
}
