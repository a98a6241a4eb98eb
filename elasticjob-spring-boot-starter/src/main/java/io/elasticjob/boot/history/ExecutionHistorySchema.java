package io.elasticjob.boot.history;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.springframework.boot.jdbc.DatabaseDriver;
import org.springframework.boot.jdbc.init.DatabaseInitializationProperties;
import org.springframework.boot.jdbc.init.PropertiesBasedDataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Creates the table of the history, or brings it up to date, by Spring Boot's own means: script, platform and mode as for
 * Quartz, Spring Batch and Spring Session. Unlike theirs, it is no bean and runs when the history is first used: a
 * database that is down must neither fail nor delay the start of an application with jobs, and instances that start
 * together may all run it.
 */
public final class ExecutionHistorySchema implements Runnable {

    private static final String TABLE = "ELASTICJOB_EXECUTION";

    /** H2 loses rows and keeps indexes twice when sessions change a table at the same time; the other databases do not. */
    private static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock();

    private final DataSource dataSource;
    private final DatabaseInitializationProperties properties;

    public ExecutionHistorySchema(DataSource dataSource, DatabaseInitializationProperties properties) {
        this.dataSource = dataSource;
        this.properties = properties;
    }

    /**
     * Runs the scripts where the mode says so.
     *
     * @throws org.springframework.dao.DataAccessException when the database gives no answer, or refuses a script
     * @throws IllegalStateException when another thread has been preparing the table for 10 s
     */
    @Override
    public void run() {
        if (properties.getInitializeSchema() == DatabaseInitializationMode.NEVER) {
            return;
        }
        waitForTurn(); // at the first use of a history, which no job waits for
        try {
            if (hasColumn("ID") && !hasColumn("LIFE")) {
                run(new UpgradeOfTheFirst(properties));
            }
            run(properties);
        } finally {
            ONE_AT_A_TIME.unlock();
        }
    }

    private static void waitForTurn() {
        try {
            if (!ONE_AT_A_TIME.tryLock(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("another part of this process is preparing the table " + TABLE);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "interrupted while the table " + TABLE + " was being prepared", interrupted);
        }
    }

    private void run(DatabaseInitializationProperties scripts) {
        new PropertiesBasedDataSourceScriptDatabaseInitializer<>(
                        dataSource, scripts, Map.of(DatabaseDriver.MARIADB, DatabaseDriver.MYSQL.getId()))
                .initializeDatabase();
    }

    private boolean hasColumn(String column) {
        try {
            new JdbcTemplate(dataSource).query("SELECT " + column + " FROM " + TABLE + " WHERE 1 = 0", row -> {});
            return true;
        } catch (BadSqlGrammarException absent) {
            return false;
        }
    }

    /** The script that makes the present schema of the first one, in the same mode. */
    private static final class UpgradeOfTheFirst extends DatabaseInitializationProperties {

        UpgradeOfTheFirst(DatabaseInitializationProperties like) {
            if (like.getPlatform() != null) {
                setPlatform(like.getPlatform());
            }
            setInitializeSchema(like.getInitializeSchema());
            setContinueOnError(like.isContinueOnError());
        }

        @Override
        public String getDefaultSchemaLocation() {
            return "classpath:io/elasticjob/boot/history/upgrade-1-@@platform@@.sql";
        }
    }
}
