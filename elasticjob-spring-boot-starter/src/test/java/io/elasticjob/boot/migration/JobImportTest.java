package io.elasticjob.boot.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobImportTest {

    /** Columns and types of its release 2.4, for MySQL. */
    private static final String XXL_JOB = """
        CREATE TABLE xxl_job_group (id int PRIMARY KEY AUTO_INCREMENT, app_name varchar(64) NOT NULL, title varchar(12),
          address_type tinyint NOT NULL DEFAULT 0, address_list text, update_time datetime);
        CREATE TABLE xxl_job_registry (id int PRIMARY KEY AUTO_INCREMENT, registry_group varchar(50) NOT NULL,
          registry_key varchar(255) NOT NULL, registry_value varchar(255) NOT NULL, update_time datetime);
        CREATE TABLE xxl_job_info (id int PRIMARY KEY AUTO_INCREMENT, job_group int NOT NULL, job_desc varchar(255) NOT NULL,
          add_time datetime, update_time datetime, author varchar(64), alarm_email varchar(255),
          schedule_type varchar(50) NOT NULL DEFAULT 'NONE', schedule_conf varchar(128),
          misfire_strategy varchar(50) NOT NULL DEFAULT 'DO_NOTHING', executor_route_strategy varchar(50),
          executor_handler varchar(255), executor_param varchar(512), executor_block_strategy varchar(50),
          executor_timeout int NOT NULL DEFAULT 0, executor_fail_retry_count int NOT NULL DEFAULT 0,
          glue_type varchar(50) NOT NULL, glue_source mediumtext, glue_remark varchar(128), glue_updatetime datetime,
          child_jobid varchar(255), trigger_status tinyint NOT NULL DEFAULT 0,
          trigger_last_time bigint NOT NULL DEFAULT 0, trigger_next_time bigint NOT NULL DEFAULT 0);
        INSERT INTO xxl_job_group (app_name) VALUES ('shop'), ('billing');
        INSERT INTO xxl_job_registry (registry_group, registry_key, registry_value) VALUES
          ('EXECUTOR', 'shop', 'http://10.0.0.7:9999/'), ('EXECUTOR', 'shop', 'http://10.0.0.8:9999/'),
          ('EXECUTOR', 'billing', 'http://10.0.0.9:9999/');
        INSERT INTO xxl_job_info (job_group, job_desc, schedule_type, schedule_conf, misfire_strategy,
          executor_route_strategy, executor_handler, executor_param, executor_block_strategy, executor_timeout,
          glue_type, trigger_status) VALUES
          (1, 'Sends mails', 'CRON', '0 0/10 * * * ?', 'DO_NOTHING', 'SHARDING_BROADCAST', 'sendMails', '', 'SERIAL_EXECUTION', 0, 'BEAN', 1),
          (2, 'Bills', 'FIX_RATE', '60', 'FIRE_ONCE_NOW', 'FIRST', 'bill', 'EUR', 'DISCARD_LATER', 0, 'BEAN', 1),
          (1, 'Tidies', 'FIX_RATE', '3600', 'DO_NOTHING', 'FIRST', 'tidy', 'old', 'DISCARD_LATER', 90, 'BEAN', 0);
        """;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @Test
    void theTablesOfXxlJobBecomeSettingsOfOneApplication() throws SQLException {
        try (Connection database = database("xxl")) {
            int result = run("xxl-job", "--url=jdbc:h2:mem:xxl", "--application=shop", "--zone=Asia/Shanghai");

            assertThat(text(out)).isEqualTo("""
                # Jobs of XXL-JOB
                elasticjob:
                  jobs:
                    # the job 1 of XXL-JOB, handler sendMails
                    # NOT TRANSLATED: index and total of SHARDING_BROADCAST: each instance runs the whole. Where the handler splits its work by them, set sharding-total-count: 2 instead of broadcast
                    sendMails:
                      cron: "0 0/10 * * * ?"
                      broadcast: true
                      overlap: QUEUE_ALL
                      misfire: SKIP
                      description: "Sends mails"
                      zone: "Asia/Shanghai"
                    # the job 3 of XXL-JOB, handler tidy
                    tidy:
                      every: 1h
                      misfire: SKIP
                      timeout: "1m30s"
                      description: "Tidies"
                      job-parameter: "old"
                      enabled: false
                """);
            assertThat(text(log))
                    .contains(
                            "2 jobs are written. Not translated: 1",
                            "  sendMails: index and total of SHARDING_BROADCAST");
            assertThat(result).isEqualTo(JobImport.WITH_REMARKS);
        }
    }

    @Test
    void severalApplicationsAreToldApart() throws SQLException {
        try (Connection database = database("several")) {
            assertThat(run("xxl-job", "--url=jdbc:h2:mem:several")).isEqualTo(JobImport.FAILED);
            assertThat(text(log)).contains("Name the application by --application, one of [billing, shop]");
            assertThat(run("xxl-job", "--url=jdbc:h2:mem:several", "--application=shopp"))
                    .isEqualTo(JobImport.FAILED);
            assertThat(text(log)).contains("There is no application \"shopp\"");
        }
        assertThat(text(out)).isEmpty();
    }

    @Test
    void fromAnInstantOnIsSaidOfEachJobThatRepeats(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("jobs.yaml");
        String from = "--valid-from=2026-06-01T22:00:00Z";
        try (Connection database = database("instant")) {
            run("xxl-job", "--url=jdbc:h2:mem:instant", "--application=billing", from, "--output=" + file);

            assertThat(Files.readString(file)).contains("every: 1m", "valid-from: \"2026-06-01T22:00:00Z\"");
            assertThat(text(out)).isEmpty();
            assertThat(run("xxl-job", "--url=jdbc:h2:mem:instant", "--application=shop", "--output=" + file))
                    .isEqualTo(JobImport.FAILED);
        }
        assertThat(text(log)).contains("Nothing is written: " + file + " is there already");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                     | must be one of elasticjob, quartz, xxl-job",
                "sunrise                              | \"sunrise\" must be one of elasticjob, quartz, xxl-job",
                "quartz                               | --url=… is needed for quartz",
                "elasticjob --namespace=a             | --connect-string=… is needed for elasticjob",
                "quartz url=jdbc:x                    | \"url=jdbc:x\" must be written as --name=value",
                "quartz --url=jdbc:x --schedular=a    | --schedular is no option of quartz",
                "quartz --url=jdbc:nothing:x          | No suitable driver",
                "quartz --url=jdbc:h2:mem:x --prefix=a;b | must begin the name of a table",
                "quartz --url=jdbc:h2:mem:x           | QRTZ_JOB_DETAILS",
                "xxl-job --url=jdbc:h2:mem:y          | xxl_job_group",
                "xxl-job --url=jdbc:h2:mem:y --valid-from=now | \"now\" must be an instant such as",
                "xxl-job --url=jdbc:h2:mem:y --zone=Mars/Base | \"Mars/Base\" must be a zone such as"
            })
    void whatIsWrongIsNamed(String arguments, String message) {
        assertThat(run(arguments == null ? new String[0] : arguments.split(" ")))
                .isEqualTo(JobImport.FAILED);

        assertThat(text(log)).startsWith("Nothing is written: ").containsIgnoringCase(message);
        assertThat(text(out)).isEmpty();
    }

    private int run(String... arguments) {
        return new JobImport(
                        Map.of(),
                        InstantSource.fixed(Instant.parse("2026-06-01T00:00:00Z")),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(log, true, StandardCharsets.UTF_8))
                .run(arguments);
    }

    private static Connection database(String name) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:h2:mem:" + name + ";MODE=MySQL");
        try (Statement statement = connection.createStatement()) {
            statement.execute(XXL_JOB);
        }
        return connection;
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
