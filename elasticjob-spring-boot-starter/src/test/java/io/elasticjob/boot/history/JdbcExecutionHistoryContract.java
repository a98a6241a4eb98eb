package io.elasticjob.boot.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.elasticjob.boot.autoconfigure.ElasticJobTracingJdbcProperties;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.history.HistoryException;
import io.elasticjob.history.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.jdbc.core.JdbcTemplate;
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
        ElasticJobTracingJdbcProperties properties = new ElasticJobTracingJdbcProperties();
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
                new ExecutionRecord("orders", "trigger-1", 0, 1, "i".repeat(300), 1L, NOON, null, null, null, null);

        assertThat(history.record(List.of(good, unfit))).isEqualTo(1);

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
    void aTableThatIsMissingIsNamedWithTheWayOutAndUsedOnceItIsThere() {
        empty();
        new JdbcTemplate(dataSource).execute("DROP TABLE ELASTICJOB_EXECUTION");
        ExecutionHistory history =
                new JdbcExecutionHistory(dataSource, "shop", schema(DatabaseInitializationMode.NEVER));

        assertThatThrownBy(() -> history.record(executions("orders", 0, 1)))
                .isInstanceOf(HistoryException.class)
                .hasMessageContaining("elasticjob.tracing.jdbc.initialize-schema=always");

        schema(DatabaseInitializationMode.ALWAYS).run();
        assertThat(history.record(executions("orders", 0, 1))).isZero();
    }
}
