package io.elasticjob.boot.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import io.elasticjob.boot.autoconfigure.ElasticJobHistoryJdbcProperties;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.HistoryException;
import io.elasticjob.history.Retention;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

/** With connections that commit nothing by themselves. */
class H2ExecutionHistoryTest extends JdbcExecutionHistoryContract {

    @Override
    HikariConfig start() {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl("jdbc:h2:mem:history");
        pool.setAutoCommit(false);
        return pool;
    }

    @Override
    String platform() {
        return "h2";
    }

    @Override
    void stop() {}

    @Test
    void anEmbeddedDatabaseGetsTheTableByDefault() {
        JdbcDataSource embedded = new JdbcDataSource();
        embedded.setURL("jdbc:h2:mem:unasked;DB_CLOSE_DELAY=-1");
        ExecutionHistory history = new JdbcExecutionHistory(
                embedded, "shop", new ExecutionHistorySchema(embedded, new ElasticJobHistoryJdbcProperties()));

        assertThat(history.record(executions("orders", 0, 1))).isZero();
    }

    @Test
    void aDatabaseThatIsAwayIsNoEmptyHistoryAndItsTableIsMadeWhenItIsBack() {
        JdbcDataSource away = new JdbcDataSource();
        away.setURL("jdbc:h2:tcp://127.0.0.1:1/history");
        AtomicInteger prepared = new AtomicInteger();
        ExecutionHistory history = new JdbcExecutionHistory(away, "shop", () -> {
            prepared.incrementAndGet();
            new ExecutionHistorySchema(away, new ElasticJobHistoryJdbcProperties()).run();
        });

        assertThatThrownBy(() -> history.find(ExecutionQuery.latest("orders", 1)))
                .isInstanceOf(HistoryException.class)
                .hasMessageStartingWith("the database gives no answer");
        assertThatThrownBy(() -> history.record(executions("orders", 0, 1))).isInstanceOf(HistoryException.class);
        assertThatThrownBy(() -> history.prune(new Retention(Duration.ofDays(1), 1), NOON))
                .isInstanceOf(HistoryException.class);
        assertThat(prepared).hasValue(3);

        away.setURL("jdbc:h2:mem:back;DB_CLOSE_DELAY=-1");
        assertThat(history.record(executions("orders", 0, 1))).isZero();
        assertThat(history.find(ExecutionQuery.latest("orders", 1))).hasSize(1);
        assertThat(prepared).hasValue(4);
    }
}
