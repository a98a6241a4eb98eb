package io.elasticjob.boot.migration;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.elasticjob.schedule.Schedule;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Schedules as the admin of XXL-JOB does, which is an application of its own and no library: reads its table each second, prepares
 * what is due within five seconds, and calls the executor when it is due. What was prepared is called, also when the job was stopped
 * meanwhile.
 */
final class XxlJobAdmin implements AutoCloseable {

    private static final Duration AHEAD = Duration.ofSeconds(5);

    private final HikariDataSource tables;
    private final String url;
    private final Consumer<Instant> executor;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);

    /** @param executor of the one handler; is told the fire time */
    XxlJobAdmin(String name, String handler, String cron, Consumer<Instant> executor) throws SQLException {
        this.executor = executor;
        url = "jdbc:h2:mem:" + name;
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        tables = new HikariDataSource(config);
        try (Connection connection = tables.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE xxl_job_group (id INT, app_name VARCHAR(64))");
            statement.execute(
                    "CREATE TABLE xxl_job_registry (registry_group VARCHAR(50), registry_key VARCHAR(255), registry_value VARCHAR(255))");
            statement.execute(
                    "CREATE TABLE xxl_job_info (id INT, job_group INT, job_desc VARCHAR(255), schedule_type VARCHAR(50),"
                            + " schedule_conf VARCHAR(128), misfire_strategy VARCHAR(50), executor_handler VARCHAR(255),"
                            + " executor_block_strategy VARCHAR(50), glue_type VARCHAR(50), trigger_status TINYINT, trigger_next_time BIGINT)");
            statement.execute("INSERT INTO xxl_job_group VALUES (1, 'shop')");
        }
        try (Connection connection = tables.getConnection();
                PreparedStatement job = connection.prepareStatement(
                        "INSERT INTO xxl_job_info VALUES (1, 1, 'Settles.', 'CRON', ?, 'DO_NOTHING', ?, 'DISCARD_LATER', 'BEAN', 1, ?)")) {
            job.setString(1, cron);
            job.setString(2, handler);
            job.setLong(3, next(cron, Instant.now()).toEpochMilli());
            job.execute();
        }
        threads.scheduleWithFixedDelay(this::prepare, 0, 1, TimeUnit.SECONDS);
    }

    private static Instant next(String cron, Instant after) {
        return Schedule.cron(cron, ZoneOffset.UTC).next(after).orElseThrow();
    }

    private void prepare() {
        try (Connection connection = tables.getConnection();
                Statement statement =
                        connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE);
                ResultSet job = statement.executeQuery(
                        "SELECT id, schedule_conf, trigger_status, trigger_next_time FROM xxl_job_info")) {
            while (job.next()) {
                Instant due = Instant.ofEpochMilli(job.getLong("trigger_next_time"));
                Duration wait = Duration.between(Instant.now(), due);
                if (job.getInt("trigger_status") == 1 && wait.compareTo(AHEAD) <= 0) {
                    threads.schedule(() -> executor.accept(due), Math.max(0, wait.toMillis()), TimeUnit.MILLISECONDS);
                    try (PreparedStatement update =
                            connection.prepareStatement("UPDATE xxl_job_info SET trigger_next_time = ? WHERE id = ?")) {
                        update.setLong(
                                1, next(job.getString("schedule_conf"), due).toEpochMilli());
                        update.setInt(2, job.getInt("id"));
                        update.execute();
                    }
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String url() {
        return url;
    }

    /** As the button of its page does. */
    void stop() throws SQLException {
        try (Connection connection = tables.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE xxl_job_info SET trigger_status = 0, trigger_next_time = 0");
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        tables.close();
    }
}
