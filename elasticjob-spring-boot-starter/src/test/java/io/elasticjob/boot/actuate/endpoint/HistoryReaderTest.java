package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.history.HistoryException;
import io.elasticjob.history.Retention;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HistoryReaderTest {

    private static final ExecutionFilter ALL = new ExecutionFilter(OperationFields.of());

    @Test
    void aHistoryThatGivesNoAnswerIsWaitedForNoLongerThanItIsWorthAndLetGo() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        try (HistoryReader reader = new HistoryReader(() -> new Silent(letGo), Duration.ofMillis(50))) {
            assertThatThrownBy(() -> reader.executions("orders", ALL))
                    .isInstanceOf(HistoryException.class)
                    .hasMessageStartingWith("there was no answer within");
            assertThat(letGo.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whatIsReadWhenTheApplicationEndsIsInterrupted() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        Silent silent = new Silent(letGo);
        HistoryReader reader = new HistoryReader(() -> silent, Duration.ofSeconds(20));
        CompletableFuture<Object> asking = CompletableFuture.supplyAsync(() -> reader.executions("orders", ALL));
        silent.asked.await();

        reader.close();

        assertThat(letGo.await(20, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(asking::join).hasCauseInstanceOf(HistoryException.class);
        assertThatThrownBy(() -> reader.executions("orders", ALL)).isInstanceOf(HistoryException.class);
    }

    private static final class Silent implements ExecutionHistory {

        final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch interrupted;

        Silent(CountDownLatch interrupted) {
            this.interrupted = interrupted;
        }

        @Override
        public Scope scope() {
            return Scope.NAMESPACE;
        }

        @Override
        public int record(List<ExecutionRecord> records) {
            throw new AssertionError("a reader writes nothing");
        }

        @Override
        public List<ExecutionRecord> find(ExecutionQuery query) {
            asked.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException letGo) {
                interrupted.countDown();
                throw new HistoryException("interrupted", letGo);
            }
            throw new AssertionError("nobody lets it go on");
        }

        @Override
        public boolean prune(Retention retention, Instant now) {
            throw new AssertionError("a reader removes nothing");
        }
    }
}
