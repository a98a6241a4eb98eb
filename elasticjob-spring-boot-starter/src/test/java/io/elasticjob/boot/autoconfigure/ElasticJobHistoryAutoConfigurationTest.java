package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.ElasticJobDataSource;
import io.elasticjob.boot.history.JdbcExecutionHistory;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.history.HistoryException;
import io.elasticjob.history.HistoryWriter;
import io.elasticjob.history.MemoryExecutionHistory;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;

@Timeout(60)
class ElasticJobHistoryAutoConfigurationTest {

    private static final String COUNT = "SELECT COUNT(*) FROM ELASTICJOB_EXECUTION WHERE OUTCOME = 'SUCCEEDED'";

    private final ApplicationContextRunner withoutJob = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LifecycleAutoConfiguration.class,
                    ElasticJobAutoConfiguration.class,
                    ElasticJobHistoryAutoConfiguration.class))
            .withPropertyValues("spring.application.name=shop");

    private final ApplicationContextRunner runner =
            withoutJob.withUserConfiguration(InMemoryRegistry.class, Shop.class);

    private final JdbcDataSource one = database();
    private final JdbcDataSource other = database();

    @Configuration(proxyBeanMethods = false)
    static class Shop {

        final AtomicInteger runs = new AtomicInteger();

        @ElasticJob(name = "orders", every = "100ms")
        void orders() {
            runs.incrementAndGet();
        }

        @ElasticJob(name = "reports-nightly", every = "100ms")
        void reports() {}
    }

    @Test
    void withoutADatabaseTheLatestExecutionsAreInMemory() {
        runner.run(context -> {
            assertThat(context.getBean(ExecutionHistory.class)).isInstanceOf(MemoryExecutionHistory.class);
            awaitExecution(context, "orders");
        });
    }

    @Test
    void noApplicationGetsATableThatItHasNotAskedFor() {
        runner.withBean(DataSource.class, () -> one).run(context -> {
            assertThat(context.getBean(ExecutionHistory.class)).isInstanceOf(MemoryExecutionHistory.class);
            awaitExecution(context, "orders");
        });
        assertThat(tables(one)).isEmpty();
    }

    @Test
    void theApplicationsDatabaseIsUsedWhenThatIsAskedFor() {
        runner.withBean(DataSource.class, () -> one)
                .withPropertyValues("elasticjob.history.jdbc.enabled=true")
                .run(context -> {
                    assertThat(context.getBean(ExecutionHistory.class)).isInstanceOf(JdbcExecutionHistory.class);
                    awaitExecution(context, "orders");
                });
        assertThat(new JdbcTemplate(one)
                        .queryForObject("SELECT DISTINCT NAMESPACE FROM ELASTICJOB_EXECUTION", String.class))
                .isEqualTo("shop");
    }

    @Test
    void aMarkedDatabaseIsUsedBesideTheApplicationsOwn() {
        marked().run(context -> awaitExecution(context, "orders"));

        assertThat(tables(one)).isEmpty();
        assertThat(new JdbcTemplate(other).queryForObject(COUNT, int.class)).isPositive();
    }

    @Test
    void whatIsMarkedCanBeSwitchedOff() {
        marked().withPropertyValues("elasticjob.history.jdbc.enabled=false")
                .run(context ->
                        assertThat(context.getBean(ExecutionHistory.class)).isInstanceOf(MemoryExecutionHistory.class));
    }

    @Test
    void aDatabaseThatIsAskedForAndNotThereFailsTheStart() {
        ApplicationContextRunner asking = runner.withPropertyValues("elasticjob.history.jdbc.enabled=true");

        asking.run(context -> assertThat(context.getStartupFailure())
                .rootCause()
                .hasMessageStartingWith("elasticjob.history.jdbc.enabled: \"true\" needs a DataSource"));
        asking.withBean("one", DataSource.class, () -> one)
                .withBean("other", DataSource.class, () -> other)
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageStartingWith("elasticjob.history.jdbc.enabled: \"true\" cannot choose among")
                        .hasMessageContaining("one")
                        .hasMessageContaining("@ElasticJobDataSource"));
        asking.withClassLoader(new FilteredClassLoader("org.springframework.jdbc", "org.springframework.boot.jdbc"))
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("needs spring-boot-starter-jdbc"));
    }

    @ParameterizedTest
    @CsvSource({"org.springframework.jdbc", "org.springframework.boot.jdbc", "io.micrometer"})
    void nothingBreaksWhereAModuleIsMissing(String missing) {
        runner.withClassLoader(new FilteredClassLoader(missing)).run(context -> {
            assertThat(context).hasNotFailed();
            awaitExecution(context, "orders");
        });
    }

    @Test
    void switchedOffNothingIsKept() {
        runner.withPropertyValues("elasticjob.history.enabled=false").run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(ExecutionHistory.class)
                    .doesNotHaveBean(HistoryWriter.class);
            await().until(() -> context.getBean(Shop.class).runs.get() > 0);
        });
    }

    @Test
    void anApplicationWithoutJobsGetsNeitherAThreadNorATable() {
        AtomicInteger asked = new AtomicInteger();
        DataSource untouched = new Gate(one, () -> {
            asked.incrementAndGet();
            return true;
        });
        withoutJob
                .withBean(DataSource.class, () -> untouched)
                .withPropertyValues("elasticjob.history.jdbc.enabled=true")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBeanFactory().containsSingleton("elasticJobHistoryWriter"))
                            .isFalse();
                    assertThat(asked).hasValue(0);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "reports-*,'',reports-nightly,orders",
        "'',orders,reports-nightly,orders",
        "*,orders,reports-nightly,orders"
    })
    void jobsCanBeLeftOut(String include, String exclude, String kept, String left) {
        runner.withPropertyValues(
                        "elasticjob.history.include-job-names=" + include,
                        "elasticjob.history.exclude-job-names=" + exclude)
                .run(context -> {
                    awaitExecution(context, kept);
                    await().until(() -> context.getBean(Shop.class).runs.get() > 1);
                    context.getBean(JobEngine.class).close(); // tells what there is to tell
                    context.getBean(HistoryWriter.class).close();
                    assertThat(found(context, left)).isEmpty();
                });
    }

    @Test
    void aHistoryOfTheApplicationsOwnIsUsed() {
        MemoryExecutionHistory own = new MemoryExecutionHistory(10);
        marked().withBean(ExecutionHistory.class, () -> own).run(context -> {
            assertThat(context).hasSingleBean(ExecutionHistory.class);
            await().until(() -> !own.find(ExecutionQuery.latest("orders", 1)).isEmpty());
        });
    }

    @ParameterizedTest
    @CsvSource({
        "elasticjob.history.buffer-size,0",
        "elasticjob.history.buffer-size,1000001",
        "elasticjob.history.retention.max-age,40000d",
        "elasticjob.history.batch-size,1001",
        "elasticjob.history.retention.max-age,0s",
        "elasticjob.history.retention.max-count,0",
        "elasticjob.history.memory.capacity,0"
    })
    void whatWouldKeepNothingFailsTheStart(String key, String value) {
        runner.withPropertyValues(key + "=" + value)
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageStartingWith(key + ": \"" + value + "\" must be"));
    }

    @Test
    void whatEndsDuringTheShutdownIsStillWritten() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        withoutJob
                .withUserConfiguration(InMemoryRegistry.class)
                .withBean(LastOrder.class, () -> new LastOrder(begun, closing))
                .withBean("history", DataSource.class, () -> other)
                .withPropertyValues("elasticjob.history.jdbc.enabled=true")
                .run(context -> {
                    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
                    context.getBean(JobEngine.class).drain(); // the handler goes on while the context is being closed
                    closing.countDown();
                });

        assertThat(new JdbcTemplate(other).queryForList("SELECT OUTCOME FROM ELASTICJOB_EXECUTION", String.class))
                .containsExactly("SUCCEEDED");
    }

    static class LastOrder {

        private final CountDownLatch begun;
        private final CountDownLatch closing;

        LastOrder(CountDownLatch begun, CountDownLatch closing) {
            this.begun = begun;
            this.closing = closing;
        }

        @ElasticJob(name = "last", every = "100ms")
        void last(ShardingContext context) throws InterruptedException {
            begun.countDown();
            closing.await();
        }
    }

    @Test
    void aDatabaseThatStandsStillHoldsUpNeitherStartNorJobsAndIsWrittenWhenItMovesAgain() {
        Semaphore connections = new Semaphore(0);
        DataSource stuck = new Gate(other, () -> {
            connections.acquireUninterruptibly();
            return true;
        });
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean(DataSource.class, () -> stuck)
                .withPropertyValues("elasticjob.history.jdbc.enabled=true", "elasticjob.history.buffer-size=3")
                .run(context -> {
                    MeterRegistry meters = context.getBean(MeterRegistry.class);
                    await().until(() -> context.getBean(Shop.class).runs.get() > 5);
                    await().until(() -> dropped(meters) > 5);
                    assertThat(buffered(meters))
                            .as("as many as may wait, as many ends that must not be missed, and what is under way")
                            .isBetween(3.0, 3.0 + 3.0 + 2.0);
                    assertThat(context.getBean(JobEngine.class).untoldEvents()).isZero();

                    connections.release(1_000_000);

                    awaitExecution(context, "orders");
                    await().until(() -> buffered(meters) == 0);
                    assertThat(dropped(meters))
                            .isEqualTo(context.getBean(HistoryWriter.class).dropped());
                });
        assertThat(new JdbcTemplate(other)
                        .queryForObject("SELECT COUNT(*) FROM ELASTICJOB_EXECUTION WHERE OUTCOME IS NULL", int.class))
                .as("what seems to run for ever")
                .isZero();
    }

    @Test
    void aDatabaseThatIsAwayHoldsUpNeitherStartNorJobsAndGetsItsTableWhenItIsBack() {
        AtomicInteger asked = new AtomicInteger();
        DataSource away = new Gate(other, () -> asked.incrementAndGet() > 2);
        runner.withBean(DataSource.class, () -> away)
                .withPropertyValues(
                        "elasticjob.history.jdbc.enabled=true", "elasticjob.history.jdbc.initialize-schema=always")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    await().ignoreException(HistoryException.class)
                            .until(() -> !found(context, "orders").isEmpty());
                });
        assertThat(asked).hasValueGreaterThan(2);
    }

    private static double dropped(MeterRegistry meters) {
        return meters.get("elasticjob.history.dropped").functionCounter().count();
    }

    private static double buffered(MeterRegistry meters) {
        return meters.get("elasticjob.history.buffered").gauge().value();
    }

    private ApplicationContextRunner marked() {
        return runner.withBean("one", DataSource.class, () -> one)
                .withBean("other", DataSource.class, () -> other)
                .withUserConfiguration(Marked.class)
                .withBean(Databases.class, () -> new Databases(other));
    }

    record Databases(DataSource history) {}

    @Configuration(proxyBeanMethods = false)
    static class Marked {

        @Bean(defaultCandidate = false)
        @ElasticJobDataSource
        DataSource history(Databases databases) {
            return databases.history();
        }
    }

    private static void awaitExecution(AssertableApplicationContext context, String job) {
        await().untilAsserted(() -> assertThat(found(context, job))
                .isNotEmpty()
                .last()
                .returns("SUCCEEDED", ExecutionRecord::outcome)
                .satisfies(run -> assertThat(run.fencingToken()).isNotNull()));
    }

    private static List<ExecutionRecord> found(ApplicationContext context, String job) {
        return context.getBean(ExecutionHistory.class).find(ExecutionQuery.latest(job, 100));
    }

    private static JdbcDataSource database() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return database;
    }

    private static List<String> tables(DataSource database) {
        return new JdbcTemplate(database)
                .queryForList(
                        "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'PUBLIC'", String.class);
    }

    /** Gives connections only when it is open; asks so each time. */
    private static final class Gate extends AbstractDataSource {

        private final DataSource behind;
        private final BooleanSupplier open;

        Gate(DataSource behind, BooleanSupplier open) {
            this.behind = behind;
            this.open = open;
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (!open.getAsBoolean()) {
                throw new SQLException("the database is away");
            }
            return behind.getConnection();
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            return getConnection();
        }
    }
}
