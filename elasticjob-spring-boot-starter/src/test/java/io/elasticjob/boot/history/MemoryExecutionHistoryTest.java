package io.elasticjob.boot.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.history.MemoryExecutionHistory;
import org.junit.jupiter.api.Test;

class MemoryExecutionHistoryTest extends ExecutionHistoryContract {

    @Override
    ExecutionHistory empty() {
        return new MemoryExecutionHistory(5000);
    }

    @Test
    void itIsBoundedAndTheOldestMakesRoom() {
        ExecutionHistory history = new MemoryExecutionHistory(3);
        history.record(executions("orders", 0, 2));
        history.record(executions("nightly", 0, 2));

        assertThat(history.find(ExecutionQuery.latest("orders", 9)))
                .extracting(ExecutionRecord::firing)
                .containsExactly(firing(1));
        assertThat(history.find(ExecutionQuery.latest("nightly", 9))).hasSize(2);
        assertThat(history.scope()).isEqualTo(ExecutionHistory.Scope.INSTANCE);
    }

    @Test
    void oneThatHoldsNothingIsRefused() {
        assertThatThrownBy(() -> new MemoryExecutionHistory(0))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("elasticjob.history.memory.capacity: \"0\"");
    }
}
