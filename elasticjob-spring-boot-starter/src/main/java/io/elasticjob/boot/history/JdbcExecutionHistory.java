package io.elasticjob.boot.history;

import io.elasticjob.Progress;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionLog;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.history.ExecutionTally;
import io.elasticjob.history.HistoryException;
import io.elasticjob.history.Retention;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The executions of a namespace in the table {@code ELASTICJOB_EXECUTION} of a database that all instances share. The
 * statements are the same for H2, PostgreSQL, MySQL and MariaDB.
 *
 * <p>What is told of an execution is merged with the row that is there, within a transaction of its own: rows may be
 * written by the instance that ran an execution and by one that took it for dead, in any order and at the same time.
 */
public final class JdbcExecutionHistory implements ExecutionHistory {

    private static final Logger log = LoggerFactory.getLogger(JdbcExecutionHistory.class);

    /** No statement and no transaction may take longer. Getting a connection takes as long as the pool allows. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** So many rows at most are removed by one statement. */
    private static final int PORTION = 500;
    /** So often a transaction is tried that another one got in the way of. */
    private static final int TRIES = 5;

    private static final String TABLE = "ELASTICJOB_EXECUTION";
    /** Those of the identity, then those that may be others in a later record of the same execution. */
    private static final String COLUMNS = "JOB, LIFE, FIRING, SHARD, ATTEMPT, FENCING_TOKEN,"
            + " FIRE_TIME, CAUSE, INSTANCE, STARTED_AT, ENDED_AT, OUTCOME, ERROR, MESSAGE";

    private static final String INSERT = "INSERT INTO " + TABLE + " (NAMESPACE, ID, " + COLUMNS
            + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    /** A presumption must not overwrite what was told meanwhile by the instance that knows. */
    private static final String UPDATE = "UPDATE " + TABLE
            + " SET FIRE_TIME = ?, CAUSE = ?, INSTANCE = ?, STARTED_AT = ?, ENDED_AT = ?, OUTCOME = ?, ERROR = ?,"
            + " MESSAGE = ? WHERE NAMESPACE = ? AND ID = ? AND (? = 0 OR OUTCOME IS NULL OR OUTCOME = 'LOST')";

    /** While it runs, its message is its progress. */
    private static final String UPDATE_LOG = "UPDATE " + TABLE
            + " SET LOG = ?, MESSAGE = CASE WHEN OUTCOME IS NULL THEN ? ELSE MESSAGE END WHERE NAMESPACE = ? AND ID = ?";

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final String namespace;
    private final Runnable schema;
    private volatile boolean prepared;

    /**
     * Does not touch the database yet.
     *
     * @param schema sees to it that the table is there; run before the first use, again until it returns normally, and
     *     perhaps by several threads
     */
    public JdbcExecutionHistory(DataSource dataSource, String namespace, Runnable schema) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.jdbc.setQueryTimeout((int) PATIENCE.toSeconds());
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        this.transaction.setTimeout((int) PATIENCE.toSeconds());
        this.transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        // What was written since the row was read is not in the way: the statements see it.
        this.transaction.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        this.namespace = namespace;
        this.schema = schema;
    }

    @Override
    public Scope scope() {
        return Scope.NAMESPACE;
    }

    // ---- Writing --------------------------------------------------------------------------------------------------

    @Override
    public int record(List<ExecutionRecord> records) {
        if (records.isEmpty()) {
            return 0;
        }
        return asking(() -> {
            try {
                write(records);
                return 0;
            } catch (DataIntegrityViolationException oneOfThem) {
                return writeOneByOne(records);
            }
        });
    }

    private int writeOneByOne(List<ExecutionRecord> records) {
        int refused = 0;
        for (ExecutionRecord record : records) {
            try {
                write(List.of(record));
            } catch (DataIntegrityViolationException unfit) {
                refused++;
                log.warn(
                        "The database does not accept the record of {}, which is dropped: {}",
                        record.id(),
                        reason(unfit));
            }
        }
        return refused;
    }

    /** Merges all of them with what is there, or none. */
    private void write(List<ExecutionRecord> records) {
        Map<String, ExecutionRecord> told =
                new TreeMap<>(); // one order for all, so that writers do not wait for one another
        records.forEach(record -> told.merge(record.id(), record, ExecutionRecord::mergedWith));
        for (int tries = 1; ; tries++) {
            try {
                transaction.executeWithoutResult(status -> merge(told));
                return;
            } catch (DuplicateKeyException | ConcurrencyFailureException inTheWay) {
                if (tries == TRIES) {
                    throw inTheWay;
                }
            }
        }
    }

    private void merge(Map<String, ExecutionRecord> told) {
        Map<String, ExecutionRecord> known = stored(told.keySet());
        List<ExecutionRecord> inserts = new ArrayList<>();
        List<ExecutionRecord> updates = new ArrayList<>();
        told.forEach((id, record) -> {
            ExecutionRecord before = known.get(id);
            ExecutionRecord after = before == null ? record : before.mergedWith(record);
            if (before == null) {
                inserts.add(after);
            } else if (!after.equals(before)) {
                updates.add(after);
            }
        });
        if (!inserts.isEmpty()) {
            jdbc.batchUpdate(INSERT, inserts, inserts.size(), this::insert);
        }
        if (!updates.isEmpty()) {
            jdbc.batchUpdate(UPDATE, updates, updates.size(), this::update);
        }
    }

    private Map<String, ExecutionRecord> stored(Collection<String> ids) {
        return jdbc
                .query(
                        "SELECT " + COLUMNS + " FROM " + TABLE + " WHERE NAMESPACE = ? AND ID IN (" + marks(ids) + ")",
                        JdbcExecutionHistory::row,
                        arguments(ids))
                .stream()
                .collect(Collectors.toMap(ExecutionRecord::id, Function.identity()));
    }

    private void insert(PreparedStatement statement, ExecutionRecord record) throws SQLException {
        statement.setString(1, namespace);
        statement.setString(2, record.id());
        statement.setString(3, record.job());
        statement.setString(4, record.identity().life());
        statement.setString(5, record.firing());
        statement.setInt(6, record.shard());
        statement.setInt(7, record.attempt());
        statement.setObject(8, record.fencingToken(), Types.BIGINT);
        setRest(statement, 9, record);
    }

    private void update(PreparedStatement statement, ExecutionRecord record) throws SQLException {
        int next = setRest(statement, 1, record);
        statement.setString(next, namespace);
        statement.setString(next + 1, record.id());
        statement.setInt(next + 2, record.isLost() ? 1 : 0);
    }

    /** Sets what may be another in a later record of the same execution. Gives the index after it. */
    private static int setRest(PreparedStatement statement, int from, ExecutionRecord record) throws SQLException {
        statement.setLong(from, record.fireTime().toEpochMilli());
        statement.setString(from + 1, record.cause());
        statement.setString(from + 2, record.instance());
        statement.setLong(from + 3, record.startedAt().toEpochMilli());
        statement.setObject(from + 4, millis(record.endedAt()), Types.BIGINT);
        statement.setString(from + 5, record.outcome());
        statement.setString(from + 6, record.error());
        statement.setString(from + 7, record.isRunning() ? text(record.progress()) : record.message());
        return from + 8;
    }

    @Override
    public void keep(List<ExecutionLog> logs) {
        asking(() -> {
            try {
                writeLogs(logs);
            } catch (DataIntegrityViolationException oneOfThem) {
                logs.forEach(this::writeLog);
            }
            return logs.size();
        });
    }

    private void writeLog(ExecutionLog one) {
        try {
            writeLogs(List.of(one));
        } catch (DataIntegrityViolationException unfit) {
            log.warn(
                    "The database does not accept the log of {}, which is dropped: {}",
                    one.execution().unique(),
                    reason(unfit));
        }
    }

    private void writeLogs(List<ExecutionLog> logs) {
        List<ExecutionLog> inOrder = logs.stream()
                .sorted(Comparator.comparing(one -> one.execution().unique())) // as records are written
                .toList();
        transaction.executeWithoutResult(status ->
                jdbc.batchUpdate(UPDATE_LOG, inOrder, inOrder.size(), (statement, one) -> {
                    statement.setString(1, one.text());
                    statement.setString(2, text(one.progress()));
                    statement.setString(3, namespace);
                    statement.setString(4, one.execution().unique());
                }));
    }

    private static @Nullable String text(@Nullable Progress progress) {
        return progress == null ? null : progress.text();
    }

    // ---- Reading --------------------------------------------------------------------------------------------------

    @Override
    public Optional<ExecutionLog> log(ExecutionRecord.Identity execution) {
        return asking(() -> jdbc
                .query(
                        "SELECT LOG, OUTCOME, MESSAGE FROM " + TABLE + " WHERE NAMESPACE = ? AND ID = ?",
                        (row, number) -> new ExecutionLog(
                                execution, Objects.requireNonNullElse(row.getString("LOG"), ""), progress(row)),
                        namespace,
                        execution.unique())
                .stream()
                .filter(found -> !found.text().isEmpty() || found.progress() != null)
                .findFirst());
    }

    @Override
    public List<ExecutionRecord> find(ExecutionQuery query) {
        JdbcSelect select = JdbcSelect.of(query, COLUMNS, TABLE, namespace);
        return asking(() -> jdbc.query(select.sql(), JdbcExecutionHistory::row, select.arguments()));
    }

    @Override
    public Map<String, List<ExecutionRecord>> latest(Collection<String> jobs, int each) {
        if (jobs.isEmpty()) {
            return Map.of();
        }
        JdbcSelect select = JdbcSelect.latest(jobs, each, COLUMNS, TABLE, namespace);
        return asking(() -> jdbc.query(select.sql(), JdbcExecutionHistory::row, select.arguments()).stream()
                .sorted(ExecutionRecord.LATEST_FIRST)
                .collect(Collectors.groupingBy(ExecutionRecord::job)));
    }

    @Override
    public Optional<List<ExecutionTally>> tally(ExecutionTally.Query query) {
        JdbcSelect select = JdbcSelect.of(query, TABLE, namespace);
        return Optional.of(asking(
                () -> jdbc.query(select.sql(), (row, number) -> JdbcSelect.tally(query, row), select.arguments())));
    }

    private static ExecutionRecord row(ResultSet row, int number) throws SQLException {
        ExecutionRecord.Identity identity = new ExecutionRecord.Identity(
                row.getString("JOB"),
                row.getString("LIFE"),
                row.getString("FIRING"),
                row.getInt("SHARD"),
                row.getInt("ATTEMPT"),
                row.getObject("FENCING_TOKEN", Long.class));
        Instant startedAt = Instant.ofEpochMilli(row.getLong("STARTED_AT"));
        Long fireTime = row.getObject("FIRE_TIME", Long.class);
        return new ExecutionRecord(
                identity,
                fireTime == null
                        ? startedAt
                        : Instant.ofEpochMilli(fireTime), // an instance of before the upgrade wrote it
                row.getString("CAUSE"),
                row.getString("INSTANCE"),
                startedAt,
                end(row),
                progress(row));
    }

    private static @Nullable Progress progress(ResultSet row) throws SQLException {
        String message = row.getString("OUTCOME") == null ? row.getString("MESSAGE") : null;
        return message == null ? null : Progress.parse(message).orElse(null);
    }

    private static ExecutionRecord.@Nullable End end(ResultSet row) throws SQLException {
        String outcome = row.getString("OUTCOME");
        return outcome == null
                ? null
                : new ExecutionRecord.End(
                        Instant.ofEpochMilli(row.getLong("ENDED_AT")),
                        outcome,
                        row.getString("ERROR"),
                        row.getString("MESSAGE"));
    }

    private static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }

    // ---- Tidying --------------------------------------------------------------------------------------------------

    /** Deals with some hundred rows by their ids, so that locks are short: first with what is too old, then job by job. */
    @Override
    public boolean prune(Retention retention, Instant now) {
        return asking(() -> {
            long oldest = now.minus(retention.maxAge()).toEpochMilli();
            boolean more = delete(jdbc.query(
                    "SELECT ID FROM " + TABLE + " WHERE NAMESPACE = ? AND STARTED_AT < ? ORDER BY STARTED_AT LIMIT ?",
                    (row, number) -> row.getString(1),
                    namespace,
                    oldest,
                    PORTION));
            String job = "";
            while (!more && job != null) {
                job = jobAfter(job);
                more = job != null && (pruneBeyond(retention.maxCount(), job) || endOvertaken(job, now));
            }
            return more;
        });
    }

    private @Nullable String jobAfter(String job) {
        return jdbc.queryForObject(
                "SELECT MIN(JOB) FROM " + TABLE + " WHERE NAMESPACE = ? AND JOB > ?", String.class, namespace, job);
    }

    private boolean pruneBeyond(int count, String job) {
        return delete(jdbc.query(
                "SELECT ID FROM " + TABLE
                        + " WHERE NAMESPACE = ? AND JOB = ? ORDER BY STARTED_AT DESC, ID DESC LIMIT ? OFFSET ?",
                (row, number) -> row.getString(1),
                namespace,
                job,
                PORTION,
                count));
    }

    /** Tokens increase and times do, too; either alone may mislead, after a loss of the registry or by a wrong clock. */
    private boolean endOvertaken(String job, Instant now) {
        List<ExecutionRecord> overtaken = jdbc.query(
                "SELECT " + COLUMNS + " FROM " + TABLE + " E WHERE NAMESPACE = ? AND JOB = ? AND OUTCOME IS NULL"
                        + " AND EXISTS (SELECT 1 FROM " + TABLE + " L WHERE L.NAMESPACE = E.NAMESPACE AND L.JOB = E.JOB"
                        + " AND L.SHARD = E.SHARD AND L.STARTED_AT > E.STARTED_AT"
                        + " AND L.FENCING_TOKEN > E.FENCING_TOKEN) LIMIT ?",
                JdbcExecutionHistory::row,
                namespace,
                job,
                PORTION);
        if (!overtaken.isEmpty()) {
            write(overtaken.stream().map(record -> record.neverToldToEnd(now)).toList());
        }
        return overtaken.size() == PORTION;
    }

    /** Whether there may be more of them. */
    private boolean delete(List<String> ids) {
        if (!ids.isEmpty()) {
            String delete = "DELETE FROM " + TABLE + " WHERE NAMESPACE = ? AND ID IN (" + marks(ids) + ")";
            transaction.executeWithoutResult(status -> jdbc.update(delete, arguments(ids)));
        }
        return ids.size() == PORTION;
    }

    // ---- Asking ---------------------------------------------------------------------------------------------------

    private <T> T asking(Supplier<T> question) {
        try {
            if (!prepared) {
                schema.run();
                prepared = true;
            }
            return question.get();
        } catch (BadSqlGrammarException noTable) {
            prepared = false;
            throw new HistoryException(
                    "the table " + TABLE + " cannot be used (" + reason(noTable) + "): create it by the script"
                            + " schema-….sql for the database, or bring it up to date by upgrade-….sql, or set"
                            + " elasticjob.history.jdbc.initialize-schema=always",
                    noTable);
        } catch (DataAccessException | TransactionException | IllegalStateException noAnswer) {
            throw new HistoryException("the database gives no answer: " + reason(noAnswer), noAnswer);
        }
    }

    private static String reason(Exception failure) {
        return String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
    }

    private Object[] arguments(Collection<String> ids) {
        List<Object> arguments = new ArrayList<>(ids.size() + 1);
        arguments.add(namespace);
        arguments.addAll(ids);
        return arguments.toArray();
    }

    private static String marks(Collection<String> ids) {
        return String.join(", ", Collections.nCopies(ids.size(), "?"));
    }
}
