package io.elasticjob.boot.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.elasticjob.Progress;
import io.elasticjob.boot.autoconfigure.ElasticJobHistoryJdbcProperties;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionLog;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.history.HistoryException;
import io.elasticjob.history.Retention;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What a history does in every database, with the schema as it ships. */
abstract class JdbcExecutionHistoryContract extends ExecutionHistoryContract {

    private HikariDataSource dataSource;

    /** Starts the database. */
    abstract HikariConfig start() throws Exception;

    /** Stops the database. */
    abstract void stop() throws Exception;

    @BeforeAll
    void connect() throws Exception {
        HikariConfig pool = start();
        pool.setMaximumPoolSize(4);
        pool.setConnectionTimeout(20_000);
        dataSource = new HikariDataSource(pool);
    }

    @AfterAll
    void disconnect() throws Exception {
        dataSource.close();
        stop();
    }

    @Override
    ExecutionHistory empty() {
        ExecutionHistory history = history("shop");
        history.find(ExecutionQuery.latest("any", 1));
        new TransactionTemplate(new JdbcTransactionManager(dataSource))
                .executeWithoutResult(
                        status -> new JdbcTemplate(dataSource).update("DELETE FROM ELASTICJOB_EXECUTION"));
        return history;
    }

    ExecutionHistory history(String namespace) {
        return new JdbcExecutionHistory(dataSource, namespace, schema(DatabaseInitializationMode.ALWAYS));
    }

    private ExecutionHistorySchema schema(DatabaseInitializationMode mode) {
        ElasticJobHistoryJdbcProperties properties = new ElasticJobHistoryJdbcProperties();
        properties.setInitializeSchema(mode);
        properties.setContinueOnError(false);
        return new ExecutionHistorySchema(dataSource, properties);
    }

    @Test
    void namespacesShareATableAndNothingElse() {
        ExecutionHistory shop = empty();
        ExecutionHistory bank = history("Shop");
        shop.record(executions("orders", 0, 3));
        bank.record(executions("orders", 0, 5));

        bank.prune(new Retention(Duration.ofDays(1), 1), NOON);

        assertThat(shop.scope()).isEqualTo(ExecutionHistory.Scope.NAMESPACE);
        assertThat(shop.find(ExecutionQuery.latest("orders", 9))).hasSize(3);
        assertThat(bank.find(ExecutionQuery.latest("orders", 9))).hasSize(1);
    }

    @Test
    void whatAnExecutionSaysIsKeptWithItsRecord() {
        ExecutionHistory history = empty();
        ExecutionRecord begun = execution("orders", 1, 0, NOON, null);
        ExecutionRecord other = execution("orders", 1, 1, NOON, null);
        ExecutionLog ahead = new ExecutionLog(begun.identity(), "too early", null);
        history.keep(List.of(ahead)); // of what it has no record of
        history.record(List.of(begun, other));
        assertThat(history.log(begun.identity())).isEmpty();

        Progress progress = new Progress(40, "page 12 订单 \uD83D\uDE00");
        ExecutionLog said = new ExecutionLog(begun.identity(), "one\ntwo \uD83D\uDE00 订单 \u001B[31m\n", progress);
        history.keep(List.of(said, new ExecutionLog(other.identity(), "", new Progress(0, ""))));
        assertThat(history.log(begun.identity())).contains(said);
        assertThat(history("bank").log(begun.identity())).isEmpty();
        assertThat(history.find(ExecutionQuery.latest("orders", 9)))
                .extracting(ExecutionRecord::progress)
                .containsExactly(new Progress(0, ""), progress);

        history.record(List.of(begun, ended(begun, "FAILED"))); // told again, and ended
        assertThat(history.log(begun.identity())).contains(new ExecutionLog(begun.identity(), said.text(), null));
        assertThat(history.log(other.identity()).orElseThrow().progress()).isEqualTo(new Progress(0, ""));
        assertThat(history.find(ExecutionQuery.latest(new ExecutionQuery.Work("orders", 0, null, null), 9)))
                .containsExactly(ended(begun, "FAILED"));

        ExecutionLog end = new ExecutionLog(begun.identity(), "the end", progress);
        history.keep(List.of(end));
        assertThat(history.log(begun.identity())).contains(new ExecutionLog(begun.identity(), "the end", null));
        assertThat(history.find(ExecutionQuery.latest(new ExecutionQuery.Work("orders", 0, null, null), 9)))
                .as("what was said of the end is not overwritten")
                .containsExactly(ended(begun, "FAILED"));
    }

    /** In as few characters as there can be, and as many. */
    @ParameterizedTest
    @ValueSource(strings = {"x", "é", "订", "\uD83D\uDE00"})
    void theLongestLogHasRoom(String character) {
        ExecutionHistory history = empty();
        ExecutionRecord begun = execution("orders", 1, 0, NOON, null);
        history.record(List.of(begun));
        int size = character.getBytes(StandardCharsets.UTF_8).length;
        ExecutionLog longest = new ExecutionLog(
                begun.identity(), character.repeat(ExecutionLog.MAX_BYTES / size), new Progress(100, "x".repeat(200)));

        history.keep(List.of(longest));

        assertThat(history.log(begun.identity())).contains(longest);
    }

    @Test
    void oneLogThatTheDatabaseDoesNotTakeCostsNoOther() {
        ExecutionHistory history = empty();
        ExecutionRecord begun = execution("orders", 1, 0, NOON, null);
        ExecutionRecord other = execution("orders", 1, 1, NOON, null);
        history.record(List.of(begun, other));

        history.keep(List.of(
                new ExecutionLog(
                        begun.identity(), "x".repeat(70_000) + (platform().equals("postgresql") ? "\0" : ""), null),
                new ExecutionLog(other.identity(), "fits", null)));

        assertThat(history.log(other.identity()).orElseThrow().text()).isEqualTo("fits");
        assertThat(history.log(begun.identity())).isEmpty();
    }

    @Test
    void instancesThatTellOfTheSameExecutionsAtTheSameTimeLoseNothing() throws Exception {
        empty();
        ExecutorService instances = Executors.newFixedThreadPool(3);
        try {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int instance = 0; instance < 3; instance++) {
                ExecutionHistory history = history("shop");
                Random random = new Random(instance);
                work.add(() -> {
                    int refused = 0;
                    for (int round = 0; round < 30; round++) {
                        int third = round % 3;
                        List<ExecutionRecord> told = new ArrayList<>();
                        for (int shard = 0; shard < 8; shard++) {
                            ExecutionRecord begun = execution("orders", round, shard, NOON.plusSeconds(round), null);
                            told.add(
                                    switch (random.nextInt(3)) {
                                        case 0 -> begun;
                                        case 1 -> lost(begun);
                                        default -> ended(begun, "SUCCEEDED");
                                    });
                        }
                        Collections.shuffle(told, random);
                        refused += history.record(told);
                        refused += history.record(told.stream()
                                .filter(record -> record.shard() % 3 == third)
                                .map(record -> ended(
                                        execution("orders", number(record), record.shard(), record.startedAt(), null),
                                        "SUCCEEDED"))
                                .toList());
                        history.prune(new Retention(Duration.ofDays(300), 100_000), NOON);
                    }
                    return refused;
                });
            }
            for (Future<Integer> refused : instances.invokeAll(work)) {
                assertThat(refused.get()).isZero();
            }
        } finally {
            instances.shutdownNow();
        }

        List<ExecutionRecord> found = history("shop").find(ExecutionQuery.latest("orders", 500));
        assertThat(found).hasSize(240);
        assertThat(found)
                .filteredOn(record -> record.shard() % 3 == number(record) % 3)
                .isNotEmpty()
                .allSatisfy(record -> assertThat(record.outcome()).isEqualTo("SUCCEEDED"));
    }

    private static ExecutionRecord ofAnotherShard(ExecutionRecord record) {
        ExecutionRecord.Identity one = record.identity();
        return new ExecutionRecord(
                new ExecutionRecord.Identity(one.job(), one.life(), one.firing(), 1, 1, one.fencingToken()),
                record.fireTime(),
                record.cause(),
                record.instance(),
                record.startedAt(),
                record.end());
    }

    private static int number(ExecutionRecord record) {
        return IntStream.range(0, 30)
                .filter(i -> firing(i).equals(record.firing()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatTheDatabaseDoesNotTakeIsRefusedAlone() {
        ExecutionHistory history = empty();
        ExecutionRecord good = execution("orders", 0, 0, NOON, "SUCCEEDED");
        ExecutionRecord unfit =
                new ExecutionRecord(good.identity(), NOON, ExecutionRecord.TRIGGER, "i".repeat(300), NOON, good.end());

        assertThat(history.record(List.of(good, ofAnotherShard(unfit)))).isEqualTo(1);

        assertThat(history.find(ExecutionQuery.latest("orders", 9))).containsExactly(good);
    }

    @Test
    void instancesThatStartTogetherMakeTheTableOnceAndLaterOnesLeaveIt() throws Exception {
        empty();
        new JdbcTemplate(dataSource).execute("DROP TABLE ELASTICJOB_EXECUTION");
        ExecutorService instances = Executors.newFixedThreadPool(3);
        try {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int instance = 0; instance < 3; instance++) {
                ExecutionRecord record = execution("orders", instance, 0, NOON, "SUCCEEDED");
                ExecutionHistory history = history("shop");
                work.add(() -> recordedIn(history, record));
            }
            for (Future<Integer> refused : instances.invokeAll(work)) {
                assertThat(refused.get()).isZero();
            }
        } finally {
            instances.shutdownNow();
        }
        assertThat(history("shop").find(ExecutionQuery.latest("orders", 9))).hasSize(3);
    }

    /** As the writer does: what fails is tried again. */
    private static int recordedIn(ExecutionHistory history, ExecutionRecord record) {
        for (int tries = 0; ; tries++) {
            try {
                return history.record(List.of(record));
            } catch (HistoryException another) {
                if (tries == 10) {
                    throw another;
                }
            }
        }
    }

    @Test
    void aTableOfTheFirstSchemaIsUpgradedOnceWithAllItsRowsAndGoesOn() throws Exception {
        empty();
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        jdbc.execute("DROP TABLE ELASTICJOB_EXECUTION");
        jdbc.execute("DROP TABLE IF EXISTS ELASTICJOB_AUDIT");
        runScript("first-schema-" + platform() + ".sql");
        runScript("first-rows.sql");
        ExecutionHistory untouched =
                new JdbcExecutionHistory(dataSource, "shop", schema(DatabaseInitializationMode.NEVER));
        assertThatThrownBy(() -> untouched.find(ExecutionQuery.latest("orders", 9)))
                .isInstanceOf(HistoryException.class)
                .hasMessageContaining("upgrade-");
        ExecutorService instances = Executors.newFixedThreadPool(3);
        try {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int instance = 0; instance < 3; instance++) {
                ExecutionRecord record = execution("nightly", instance, 0, NOON, "SUCCEEDED");
                ExecutionHistory history = history("shop");
                work.add(() -> recordedIn(history, record));
            }
            for (Future<Integer> refused : instances.invokeAll(work)) {
                assertThat(refused.get()).isZero();
            }
        } finally {
            instances.shutdownNow();
        }

        ExecutionHistory upgraded = history("shop");
        assertThat(upgraded.find(ExecutionQuery.latest("nightly", 9))).hasSize(3);
        assertThat(upgraded.find(ExecutionQuery.latest("orders", 9)))
                .containsExactly(
                        new ExecutionRecord(
                                new ExecutionRecord.Identity("orders", "", "2026-06-01T12:00:05.250Z", 2, 1, null),
                                Instant.parse("2026-06-01T12:00:05.250Z"),
                                ExecutionRecord.SCHEDULE,
                                "till-8.y",
                                Instant.parse("2026-06-01T12:00:06Z"),
                                new ExecutionRecord.End(
                                        Instant.parse("2026-06-01T12:00:07Z"), "LOST", null, "its instance died")),
                        new ExecutionRecord(
                                new ExecutionRecord.Identity("orders", "", "trigger-7", 1, 3, 4712L),
                                Instant.parse("2026-06-01T12:00:05.003Z"),
                                ExecutionRecord.TRIGGER,
                                "till-7.x",
                                Instant.parse("2026-06-01T12:00:05.003Z"),
                                null),
                        new ExecutionRecord(
                                new ExecutionRecord.Identity("orders", "", "2026-06-01T12:00:00Z", 0, 1, 4711L),
                                Instant.parse("2026-06-01T12:00:00Z"),
                                ExecutionRecord.SCHEDULE,
                                "till-7.x",
                                Instant.parse("2026-06-01T12:00:00.005Z"),
                                new ExecutionRecord.End(
                                        Instant.parse("2026-06-01T12:00:01Z"), "FAILED", "disk", null)));
        assertThat(new JdbcAudit(dataSource, "shop", schema(DatabaseInitializationMode.NEVER))
                        .find(new AuditQuery(new AuditQuery.Filter(null, null, null, null, null, null), null, 9)))
                .as("its table came with the upgrade")
                .isEmpty();
        assertThat(columns()).as("as if it had been created today").isEqualTo(columnsWhenCreated());
    }

    private List<String> columnsWhenCreated() {
        new JdbcTemplate(dataSource).execute("DROP TABLE ELASTICJOB_EXECUTION");
        schema(DatabaseInitializationMode.ALWAYS).run();
        return columns();
    }

    /** Names, types, lengths and nullability of the columns, and the columns of the indexes, in alphabetical order. */
    private List<String> columns() {
        try (Connection connection = dataSource.getConnection()) {
            String table = connection.getMetaData().storesLowerCaseIdentifiers()
                    ? "elasticjob_execution"
                    : "ELASTICJOB_EXECUTION";
            List<String> found = new ArrayList<>();
            try (ResultSet columns = connection.getMetaData().getColumns(connection.getCatalog(), null, table, null)) {
                while (columns.next()) {
                    found.add(columns.getString("COLUMN_NAME") + " " + columns.getString("TYPE_NAME") + " "
                            + columns.getInt("COLUMN_SIZE") + " " + columns.getString("IS_NULLABLE"));
                }
            }
            try (ResultSet indexes =
                    connection.getMetaData().getIndexInfo(connection.getCatalog(), null, table, false, true)) {
                while (indexes.next()) {
                    String name =
                            String.valueOf(indexes.getString("INDEX_NAME")).toUpperCase(Locale.ROOT);
                    found.add((name.startsWith("ELASTICJOB_EXECUTION_") ? name : "a constraint's") + " "
                            + indexes.getString("COLUMN_NAME"));
                }
            }
            Collections.sort(found);
            assertThat(found).hasSizeGreaterThan(40);
            return found;
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    // ---- The audit ------------------------------------------------------------------------------------------------

    @Test
    void whatOperatorsAskForIsKeptOnceAndReadInPages() {
        JdbcAudit audit = emptyAudit();
        List<AuditEntry> all = IntStream.range(0, 7)
                .mapToObj(i -> entry("e" + i, NOON.plusSeconds(i / 2), i % 2 == 0 ? "orders" : "Orders"))
                .toList();
        audit.record(all);
        audit.record(all.subList(2, 5)); // as after an answer that was lost

        AuditQuery.Filter any = new AuditQuery.Filter(null, null, null, null, null, null);
        List<AuditEntry> found = new ArrayList<>();
        AuditQuery.Place before = null;
        do {
            List<AuditEntry> page = audit.find(new AuditQuery(any, before, 3));
            found.addAll(page);
            before = page.size() < 3 ? null : AuditQuery.Place.of(page.get(2));
        } while (before != null);
        assertThat(found)
                .containsExactlyElementsOf(
                        all.stream().sorted(AuditEntry.LATEST_FIRST).toList());
        assertThat(audit.find(new AuditQuery(
                        new AuditQuery.Filter("job", "orders", "ann", "disable", NOON, NOON.plusSeconds(2)), null, 9)))
                .extracting(AuditEntry::id)
                .containsExactly("e2", "e0");
        assertThat(new JdbcAudit(dataSource, "other", schema(DatabaseInitializationMode.ALWAYS))
                        .find(new AuditQuery(any, null, 9)))
                .isEmpty();

        assertThat(audit.prune(NOON.plusSeconds(2))).isFalse();
        assertThat(audit.find(new AuditQuery(any, null, 9)))
                .extracting(AuditEntry::id)
                .containsExactly("e6", "e5", "e4");
    }

    @Test
    void anAuditThatIsMissingIsNamedWithTheWayOut() {
        emptyAudit();
        new JdbcTemplate(dataSource).execute("DROP TABLE ELASTICJOB_AUDIT");
        JdbcAudit audit = new JdbcAudit(dataSource, "shop", schema(DatabaseInitializationMode.NEVER));

        assertThatThrownBy(() -> audit.record(List.of(entry("e", NOON, "orders"))))
                .isInstanceOf(HistoryException.class)
                .hasMessageContaining("ELASTICJOB_AUDIT")
                .hasMessageContaining("elasticjob.history.jdbc.initialize-schema=always");

        schema(DatabaseInitializationMode.ALWAYS).run();
        audit.record(List.of(entry("e", NOON, "orders")));
    }

    private JdbcAudit emptyAudit() {
        empty();
        JdbcAudit audit = new JdbcAudit(dataSource, "shop", schema(DatabaseInitializationMode.ALWAYS));
        audit.prune(NOON.plus(Duration.ofDays(1)));
        return audit;
    }

    private static AuditEntry entry(String id, Instant at, String job) {
        return new AuditEntry(
                id,
                at,
                new AuditEntry.By("ann", "incident 7", AuditEntry.Origin.ENDPOINT, "till-7"),
                new AuditEntry.What("disable", "job", job, "shard 1", null),
                AuditEntry.Result.DONE);
    }

    private void runScript(String name) {
        new ResourceDatabasePopulator(new ClassPathResource(name, JdbcExecutionHistoryContract.class))
                .execute(dataSource);
    }

    /** As the names of the scripts have it. */
    abstract String platform();

    @Test
    void aTableThatIsMissingIsNamedWithTheWayOutAndUsedOnceItIsThere() {
        empty();
        new JdbcTemplate(dataSource).execute("DROP TABLE ELASTICJOB_EXECUTION");
        ExecutionHistory history =
                new JdbcExecutionHistory(dataSource, "shop", schema(DatabaseInitializationMode.NEVER));

        assertThatThrownBy(() -> history.record(executions("orders", 0, 1)))
                .isInstanceOf(HistoryException.class)
                .hasMessageContaining("elasticjob.history.jdbc.initialize-schema=always");

        schema(DatabaseInitializationMode.ALWAYS).run();
        assertThat(history.record(executions("orders", 0, 1))).isZero();
    }
}
