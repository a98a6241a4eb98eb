package io.elasticjob.boot.history;

import com.zaxxer.hikari.HikariConfig;
import io.elasticjob.testing.machine.DatabaseBinaries;
import io.elasticjob.testing.machine.Needs;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.Statement;

/** In a database that sorts as people do, which ids must not be sorted by. */
@Needs(value = DatabaseBinaries.NAME, there = DatabaseBinaries.class)
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
    String platform() {
        return "postgresql";
    }

    @Override
    void stop() throws Exception {
        server.close();
    }
}
