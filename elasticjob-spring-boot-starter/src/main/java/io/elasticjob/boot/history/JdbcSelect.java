package io.elasticjob.boot.history;

import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionTally;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A question to the table of executions, in SQL that H2, PostgreSQL, MySQL and MariaDB understand alike.
 *
 * @param arguments one for each mark in it
 */
record JdbcSelect(String sql, Object... arguments) {

    private static final String BY = " ORDER BY STARTED_AT DESC, ID DESC LIMIT ?";

    /** What comes back is in the order that the query asks for. */
    static JdbcSelect of(ExecutionQuery query, String columns, String table, String namespace) {
        Conditions where = new Conditions(namespace);
        where.work(query.work());
        where.began(query.began());
        if (ExecutionQuery.RUNNING.equals(query.outcome())) {
            where.and("OUTCOME IS NULL");
        } else if (query.outcome() != null) {
            where.and("OUTCOME = ?", query.outcome());
        }
        if (query.error() != null) {
            String pattern = "%" + literally(query.error().toLowerCase(Locale.ROOT)) + "%";
            where.and(
                    "OUTCOME IS NOT NULL AND (LOWER(ERROR) LIKE ? ESCAPE '!' OR LOWER(MESSAGE) LIKE ? ESCAPE '!')",
                    pattern,
                    pattern);
        }
        ExecutionQuery.Place before = query.before();
        if (before != null) {
            long at = before.startedAt().toEpochMilli();
            where.and("STARTED_AT <= ? AND (STARTED_AT < ? OR ID < ?)", at, at, before.id());
        }
        return where.select("SELECT " + columns + " FROM " + table, BY, query.size());
    }

    /** What comes back is in no particular order. */
    static JdbcSelect latest(Collection<String> jobs, int each, String columns, String table, String namespace) {
        String ofOne = "(SELECT " + columns + " FROM " + table + " WHERE NAMESPACE = ? AND JOB = ?" + BY + ")";
        List<Object> arguments = new ArrayList<>();
        jobs.forEach(job -> Collections.addAll(arguments, namespace, job, each));
        return new JdbcSelect(String.join(" UNION ALL ", Collections.nCopies(jobs.size(), ofOne)), arguments.toArray());
    }

    /** What comes back is read by {@link #tally}. */
    static JdbcSelect of(ExecutionTally.Query query, String table, String namespace) {
        Conditions where = new Conditions(namespace);
        where.work(new ExecutionQuery.Work(query.job(), null, null, null));
        where.began(new ExecutionQuery.Span(query.from(), query.to()));
        // Not an argument: a database cannot tell that two arguments are the same, in the list and in the groups.
        String part = query.bucket() == null
                ? "JOB"
                : "FLOOR(STARTED_AT / " + query.bucket().toMillis() + ")";
        return where.select(
                "SELECT " + part + ", OUTCOME, COUNT(*), SUM(ENDED_AT - STARTED_AT), MAX(ENDED_AT - STARTED_AT) FROM "
                        + table,
                " GROUP BY " + part + ", OUTCOME");
    }

    static ExecutionTally tally(ExecutionTally.Query query, ResultSet row) throws SQLException {
        Duration bucket = query.bucket();
        String outcome = row.getString(2);
        return new ExecutionTally(
                bucket == null ? row.getString(1) : query.job(),
                bucket == null ? null : Instant.ofEpochMilli((long) row.getDouble(1) * bucket.toMillis()),
                outcome == null ? ExecutionQuery.RUNNING : outcome,
                row.getLong(3),
                Duration.ofMillis(row.getLong(4)),
                Duration.ofMillis(row.getLong(5)));
    }

    /** The first whole millisecond that is not before it. */
    private static long ceiling(Instant instant) {
        return instant.minusNanos(1).toEpochMilli() + 1;
    }

    /** Without what has a meaning in a pattern. */
    private static String literally(String text) {
        return text.replace("!", "!!").replace("%", "!%").replace("_", "!_");
    }

    /** What all of it must meet. */
    private static final class Conditions {

        private final StringBuilder sql = new StringBuilder(" WHERE NAMESPACE = ?");
        private final List<Object> arguments = new ArrayList<>();

        Conditions(String namespace) {
            arguments.add(namespace);
        }

        void work(ExecutionQuery.Work work) {
            equal("JOB", work.job());
            equal("SHARD", work.shard());
            equal("FIRING", work.firing());
            String instance = work.instance();
            if (instance != null) {
                String ids = literally(instance) + ".%";
                and(
                        "(INSTANCE = ? OR INSTANCE LIKE ? ESCAPE '!' AND INSTANCE NOT LIKE ? ESCAPE '!')",
                        instance,
                        ids,
                        ids + ".%");
            }
        }

        void began(ExecutionQuery.Span span) {
            if (span.from() != null) {
                and("STARTED_AT >= ?", ceiling(span.from()));
            }
            if (span.to() != null) {
                and("STARTED_AT < ?", ceiling(span.to()));
            }
        }

        private void equal(String column, @Nullable Object value) {
            if (value != null) {
                and(column + " = ?", value);
            }
        }

        void and(String condition, Object... values) {
            sql.append(" AND ").append(condition);
            Collections.addAll(arguments, values);
        }

        JdbcSelect select(String what, String end, Object... values) {
            Collections.addAll(arguments, values);
            return new JdbcSelect(what + sql + end, arguments.toArray());
        }
    }
}
