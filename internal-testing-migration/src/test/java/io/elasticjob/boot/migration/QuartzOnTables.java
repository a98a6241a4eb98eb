package io.elasticjob.boot.migration;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Objects;
import java.util.Properties;
import org.quartz.Scheduler;
import org.quartz.impl.StdSchedulerFactory;

/** Quartz, clustered by the tables that it brings, in a database of its own in memory. */
final class QuartzOnTables implements AutoCloseable {

    private static final String SCRIPT = "/org/quartz/impl/jdbcjobstore/tables_h2.sql";

    private final HikariDataSource tables;
    private final String url;
    private final Scheduler scheduler;

    QuartzOnTables(String name) throws Exception {
        url = "jdbc:h2:mem:" + name;
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        tables = new HikariDataSource(config);
        try (Connection connection = tables.getConnection();
                Statement statement = connection.createStatement();
                InputStream script = Objects.requireNonNull(Scheduler.class.getResourceAsStream(SCRIPT))) {
            statement.execute(
                    new String(script.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?i)\\bcommit;", ""));
        }
        Properties properties = new Properties();
        properties.setProperty("org.quartz.scheduler.instanceName", name);
        properties.setProperty("org.quartz.scheduler.instanceId", "AUTO");
        properties.setProperty("org.quartz.threadPool.threadCount", "2");
        properties.setProperty("org.quartz.jobStore.class", "org.quartz.impl.jdbcjobstore.JobStoreTX");
        properties.setProperty(
                "org.quartz.jobStore.driverDelegateClass", "org.quartz.impl.jdbcjobstore.StdJDBCDelegate");
        properties.setProperty("org.quartz.jobStore.isClustered", "true");
        properties.setProperty("org.quartz.jobStore.dataSource", name); // known by it in the whole process
        properties.setProperty("org.quartz.dataSource." + name + ".provider", "hikaricp");
        properties.setProperty("org.quartz.dataSource." + name + ".driver", "org.h2.Driver");
        properties.setProperty("org.quartz.dataSource." + name + ".URL", url);
        properties.setProperty("org.quartz.dataSource." + name + ".user", "");
        properties.setProperty("org.quartz.dataSource." + name + ".maxConnections", "5");
        scheduler = new StdSchedulerFactory(properties).getScheduler();
        scheduler.start();
    }

    String url() {
        return url;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    @Override
    public void close() throws Exception {
        scheduler.shutdown(true);
        tables.close(); // and with its last connection the database
    }
}
