package io.elasticjob.benchmarks.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutionLogTest {

    @TempDir
    Path folder;

    @Test
    void isReadWhileItIsWritten() throws IOException {
        Path file = folder.resolve("log");
        ExecutionLog log = new ExecutionLog(file);
        long before = ExecutionLog.nowMicros();
        int first = log.begin(4_999, 1, 49, 1_000);
        log.begin(0, 99, 0, -1);
        log.end(first);

        List<Execution> executions = ExecutionLog.read(file);

        assertThat(executions).hasSize(2);
        Execution ended = executions.get(0);
        assertThat(ended.begun()).isBetween(before, ended.ended());
        assertThat(ended.job()).isEqualTo(4_999);
        assertThat(ended.shard()).isEqualTo(1);
        assertThat(ended.instance()).isEqualTo(49);
        assertThat(ended.fireTime()).hasValue(1_000);
        Execution running = executions.get(1);
        assertThat(running.ended()).isZero();
        assertThat(running.shard()).isEqualTo(99);
        assertThat(running.fireTime()).isEmpty();
    }

    @Test
    void isEmptyWhereNobodyHasWritten() throws IOException {
        assertThat(ExecutionLog.read(folder.resolve("none"))).isEmpty();
    }
}
