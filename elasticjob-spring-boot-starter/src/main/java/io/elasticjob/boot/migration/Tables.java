package io.elasticjob.boot.migration;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Tables of another scheduler, which are only read. */
final class Tables implements AutoCloseable {

    private static final int QUERY_SECONDS = 60;
    private static final int LONGEST_VALUE = 1024 * 1024;

    private final Connection connection;

    private Tables(Connection connection) {
        this.connection = connection;
    }

    /** @param password null where the database asks for none */
    static Tables open(String url, @Nullable String user, @Nullable String password) throws SQLException {
        Properties login = new Properties();
        if (user != null) {
            login.setProperty("user", user);
        }
        if (password != null) {
            login.setProperty("password", password);
        }
        Connection connection = DriverManager.getConnection(url, login);
        connection.setReadOnly(true);
        return new Tables(connection);
    }

    /** All rows of a table. */
    List<Row> rows(String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT * FROM " + table)) {
            statement.setQueryTimeout(QUERY_SECONDS);
            try (ResultSet results = statement.executeQuery()) {
                List<Row> rows = new ArrayList<>();
                while (results.next()) {
                    rows.add(row(results));
                }
                return rows;
            }
        }
    }

    private static Row row(ResultSet results) throws SQLException {
        ResultSetMetaData columns = results.getMetaData();
        Map<String, @Nullable Object> values = new HashMap<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            values.put(columns.getColumnLabel(i), value(results, columns.getColumnType(i), i));
        }
        return new Row(values);
    }

    private static @Nullable Object value(ResultSet results, int type, int column) throws SQLException {
        return switch (type) {
            case Types.BLOB, Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY -> bytes(results, column);
            case Types.BIT, Types.BOOLEAN -> results.getObject(column) == null ? null : results.getBoolean(column);
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.NUMERIC, Types.DECIMAL ->
                results.getObject(column) == null ? null : results.getLong(column);
            default -> results.getString(column);
        };
    }

    private static byte @Nullable [] bytes(ResultSet results, int column) throws SQLException {
        try (InputStream in = results.getBinaryStream(column)) {
            return in == null ? null : in.readNBytes(LONGEST_VALUE);
        } catch (IOException unreadable) {
            throw new SQLException("cannot read a binary column", unreadable);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
