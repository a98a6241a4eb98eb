package io.elasticjob.boot.history;

import io.elasticjob.history.HistoryException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What operators have asked for in a namespace, in the table {@code ELASTICJOB_AUDIT} of the database of the history. The
 * statements are the same for H2, PostgreSQL, MySQL and MariaDB. Safe to use from any thread; every method may block.
 */
public final class JdbcAudit {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int PORTION = 500;

    private static final String TABLE = "ELASTICJOB_AUDIT";
    private static final String COLUMNS =
            "ID, ASKED_AT, WHO, WHY, ORIGIN, INSTANCE, OPERATION, KIND, NAME, DETAIL," + " REFUSAL, RESULT";
    private static final String INSERT = "INSERT INTO " + TABLE + " (NAMESPACE, " + COLUMNS + ") VALUES ("
            + String.join(", ", Collections.nCopies(13, "?")) + ")";

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final String namespace;
    private final Runnable schema;
    private volatile boolean prepared;

    /**
     * Does not touch the database yet.
     *
     * @param schema as of {@link JdbcExecutionHistory}
     */
    public JdbcAudit(DataSource dataSource, String namespace, Runnable schema) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.jdbc.setQueryTimeout((int) PATIENCE.toSeconds());
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        this.transaction.setTimeout((int) PATIENCE.toSeconds());
        this.transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.namespace = namespace;
        this.schema = schema;
    }

    /**
     * Keeps entries; one that is there already stays as it is.
     *
     * @throws HistoryException when the database cannot be reached; some may be kept, and all may be told again
     */
    public void record(List<AuditEntry> entries) {
        asking(() -> {
            entries.forEach(this::insert);
            return null;
        });
    }

    private void insert(AuditEntry entry) {
        try {
            transaction.executeWithoutResult(status -> jdbc.update(
                    INSERT,
                    namespace,
                    entry.id(),
                    entry.at().toEpochMilli(),
                    entry.by().who(),
                    entry.by().why(),
                    entry.by().origin().name(),
                    entry.by().instance(),
                    entry.what().operation(),
                    entry.what().kind(),
                    entry.what().name(),
                    entry.what().detail(),
                    entry.what().why(),
                    entry.result().name()));
        } catch (DuplicateKeyException isThere) {
            // It was told before, and the answer was lost.
        }
    }

    /**
     * A page, latest first.
     *
     * @throws HistoryException when the database cannot be reached
     */
    public List<AuditEntry> find(AuditQuery query) {
        StringBuilder where = new StringBuilder(" WHERE NAMESPACE = ?");
        List<Object> arguments = new ArrayList<>(List.of(namespace));
        AuditQuery.Filter filter = query.filter();
        and(where, arguments, "KIND = ?", filter.kind());
        and(where, arguments, "NAME = ?", filter.name());
        and(where, arguments, "WHO = ?", filter.who());
        and(where, arguments, "OPERATION = ?", filter.operation());
        and(where, arguments, "ASKED_AT >= ?", millis(filter.from()));
        and(where, arguments, "ASKED_AT < ?", millis(filter.to()));
        AuditQuery.Place before = query.before();
        if (before != null) {
            long at = before.at().toEpochMilli();
            where.append(" AND ASKED_AT <= ? AND (ASKED_AT < ? OR ID < ?)");
            Collections.addAll(arguments, at, at, before.id());
        }
        arguments.add(query.size());
        return asking(() -> jdbc.query(
                "SELECT " + COLUMNS + " FROM " + TABLE + where + " ORDER BY ASKED_AT DESC, ID DESC LIMIT ?",
                JdbcAudit::row,
                arguments.toArray()));
    }

    private static void and(StringBuilder where, List<Object> arguments, String condition, @Nullable Object value) {
        if (value != null) {
            where.append(" AND ").append(condition);
            arguments.add(value);
        }
    }

    private static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : instant.minusNanos(1).toEpochMilli() + 1;
    }

    private static AuditEntry row(ResultSet row, int number) throws SQLException {
        return new AuditEntry(
                row.getString(1),
                Instant.ofEpochMilli(row.getLong(2)),
                new AuditEntry.By(
                        row.getString(3),
                        row.getString(4),
                        AuditEntry.Origin.valueOf(row.getString(5)),
                        row.getString(6)),
                new AuditEntry.What(
                        row.getString(7), row.getString(8), row.getString(9), row.getString(10), row.getString(11)),
                AuditEntry.Result.valueOf(row.getString(12)));
    }

    /**
     * Removes some hundred entries that are older, so that locks are short.
     *
     * @return whether there may be more of them
     * @throws HistoryException when the database cannot be reached
     */
    public boolean prune(Instant oldest) {
        return asking(() -> {
            List<String> ids = jdbc.query(
                    "SELECT ID FROM " + TABLE + " WHERE NAMESPACE = ? AND ASKED_AT < ? ORDER BY ASKED_AT LIMIT ?",
                    (row, number) -> row.getString(1),
                    namespace,
                    oldest.toEpochMilli(),
                    PORTION);
            transaction.executeWithoutResult(status -> ids.forEach(
                    id -> jdbc.update("DELETE FROM " + TABLE + " WHERE NAMESPACE = ? AND ID = ?", namespace, id)));
            return ids.size() == PORTION;
        });
    }

    private <T extends @Nullable Object> T asking(Supplier<T> question) {
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
                            + " schema-….sql for the database, or set elasticjob.history.jdbc.initialize-schema=always",
                    noTable);
        } catch (DataAccessException | TransactionException | IllegalStateException noAnswer) {
            throw new HistoryException("the database gives no answer: " + reason(noAnswer), noAnswer);
        }
    }

    private static String reason(Exception failure) {
        return String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
    }
}
