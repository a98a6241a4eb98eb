package io.elasticjob.benchmarks.quartz;

import io.elasticjob.benchmarks.system.InstanceSettings;
import io.elasticjob.benchmarks.system.JobSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** Quartz clustered in PostgreSQL. A trigger is what it spreads over a cluster, so each shard has one. */
public final class QuartzJdbcSystem extends QuartzSystem {

    private static final String SCRIPT = "/org/quartz/impl/jdbcjobstore/tables_postgres.sql";

    @Override
    int shardsPerQuartzJob(JobSpec job) {
        return 1;
    }

    @Override
    Properties store(InstanceSettings settings) throws Exception {
        makeTables(settings);
        Properties properties = new Properties();
        properties.setProperty("org.quartz.scheduler.instanceId", "instance" + settings.ordinal());
        properties.setProperty("org.quartz.jobStore.class", "org.quartz.impl.jdbcjobstore.JobStoreTX");
        properties.setProperty(
                "org.quartz.jobStore.driverDelegateClass", "org.quartz.impl.jdbcjobstore.PostgreSQLDelegate");
        properties.setProperty("org.quartz.jobStore.useProperties", "true");
        properties.setProperty("org.quartz.jobStore.isClustered", "true");
        properties.setProperty(
                "org.quartz.jobStore.clusterCheckinInterval", String.valueOf(settings.number("checkin", 2_000)));
        properties.setProperty("org.quartz.jobStore.acquireTriggersWithinLock", "true");
        properties.setProperty("org.quartz.jobStore.misfireThreshold", "60000");
        properties.setProperty("org.quartz.jobStore.dataSource", "store");
        properties.setProperty("org.quartz.dataSource.store.provider", "hikaricp");
        properties.setProperty("org.quartz.dataSource.store.driver", "org.postgresql.Driver");
        properties.setProperty("org.quartz.dataSource.store.URL", settings.required("jdbcUrl"));
        properties.setProperty("org.quartz.dataSource.store.user", settings.required("jdbcUser"));
        properties.setProperty(
                "org.quartz.dataSource.store.maxConnections", String.valueOf(settings.number("connections", 20)));
        return properties;
    }

    /** Instances are started one after another, so that the first one makes the tables for all. */
    private static void makeTables(InstanceSettings settings) throws Exception {
        Class.forName("org.postgresql.Driver");
        try (Connection connection =
                        DriverManager.getConnection(settings.required("jdbcUrl"), settings.required("jdbcUser"), "");
                Statement statement = connection.createStatement()) {
            if (!hasTables(connection)) {
                for (String command : script().split(";")) {
                    if (!command.isBlank()) {
                        statement.execute(command);
                    }
                }
            }
        }
    }

    private static boolean hasTables(Connection connection) throws SQLException {
        try (ResultSet tables = connection.getMetaData().getTables(null, null, "qrtz_locks", null)) {
            return tables.next();
        }
    }

    private static String script() throws IOException {
        try (InputStream in = QuartzJdbcSystem.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IOException("Quartz brings no " + SCRIPT);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replaceAll("(?m)^--.*$", "")
                    .replaceAll("(?i)\\bcommit;", "");
        }
    }
}
