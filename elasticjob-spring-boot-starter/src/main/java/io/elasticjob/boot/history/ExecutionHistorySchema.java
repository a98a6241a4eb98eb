package io.elasticjob.boot.history;

import java.util.Map;
import javax.sql.DataSource;
import org.springframework.boot.jdbc.DatabaseDriver;
import org.springframework.boot.jdbc.init.DatabaseInitializationProperties;
import org.springframework.boot.jdbc.init.PropertiesBasedDataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;

/**
 * Makes the table of the history by Spring Boot's own means: script, platform and mode as for Quartz, Spring Batch and
 * Spring Session. Unlike theirs, it is no bean and is run by whoever uses the history first: a database that is down must
 * neither fail nor hold up the start of an application with jobs, and instances that start together may run it at the same
 * time.
 */
public final class ExecutionHistorySchema implements Runnable {

    private final DataSource dataSource;
    private final DatabaseInitializationProperties properties;

    public ExecutionHistorySchema(DataSource dataSource, DatabaseInitializationProperties properties) {
        this.dataSource = dataSource;
        this.properties = properties;
    }

    /** Runs the script where the mode says so. */
    @Override
    public void run() {
        if (properties.getInitializeSchema() != DatabaseInitializationMode.NEVER) {
            new PropertiesBasedDataSourceScriptDatabaseInitializer<>(
                            dataSource, properties, Map.of(DatabaseDriver.MARIADB, DatabaseDriver.MYSQL.getId()))
                    .initializeDatabase();
        }
    }
}
