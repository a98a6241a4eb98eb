package io.elasticjob.boot.history;

import com.zaxxer.hikari.HikariConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** In a database that sorts as people do, which ids must not be sorted by. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "There are no binaries for others here")
class PostgresExecutionHistoryTest extends JdbcExecutionHistoryContract {

    private EmbeddedPostgres server;

    @Override
    HikariConfig start() throws Exception {
        server = EmbeddedPostgres.builder()
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("fsync", "off")
                .start();
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE history TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'");
        }
        HikariConfig pool = new HikariConfig();
        pool.setDataSource(server.getDatabase("postgres", "history"));
        return pool;
    }

    @Override
    void stop() throws Exception {
        server.close();
    }
}
