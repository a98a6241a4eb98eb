package io.elasticjob.history;

import static io.elasticjob.history.ExecutionLogsTest.context;
import static io.elasticjob.history.ExecutionLogsTest.identity;
import static io.elasticjob.history.ExecutionLogsTest.line;
import static io.elasticjob.history.ExecutionLogsTest.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ExecutionScope;
import io.elasticjob.Outcome;
import io.elasticjob.Progress;
import io.elasticjob.history.ExecutionRecord.End;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LogFlushTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final End END = new End(NOON, "SUCCEEDED", null, null);

    private final ExecutionLogs logs = new ExecutionLogs();
    private final Kept history = new Kept();
    private final LogFlush flush = new LogFlush(history, logs);

    @Test
    void whatIsSaidIsWrittenTogetherAtMostEveryTwoSeconds() {
        logs.open(context(0));
        logs.logged(null, () -> line("one"));
        logs.open(context(1)).progressed(new Progress(1, "begun"));
        assertThat(flush.untilDue(NOON)).isLessThanOrEqualTo(Duration.ZERO);

        flush.flush(List.of(), NOON);
        assertThat(history.batches).hasSize(1);
        assertThat(history.batches.get(0))
                .containsExactlyInAnyOrder(
                        new ExecutionLog(identity(0), lines("one"), null),
                        new ExecutionLog(identity(1), "", new Progress(1, "begun")));
        assertThat(flush.untilDue(NOON)).as("nothing more is said").isGreaterThan(Duration.ofHours(1));

        logs.logged(null, () -> line("two"));
        assertThat(flush.untilDue(NOON.plusMillis(500))).isEqualTo(Duration.ofMillis(1500));
        flush.flush(List.of(), NOON.plusMillis(1999));
        assertThat(history.batches).hasSize(1);
        flush.flush(List.of(), NOON.plusSeconds(2));
        assertThat(history.batches.get(1))
                .containsExactly(new ExecutionLog(identity(1), lines("two"), new Progress(1, "begun")));
    }

    @Test
    void aClockThatIsSetBackDoesNotHoldItUp() {
        logs.open(context(0));
        logs.logged(null, () -> line("one"));
        flush.flush(List.of(), NOON);
        logs.logged(null, () -> line("two"));

        assertThat(flush.untilDue(NOON.minusSeconds(3600))).isZero();
    }

    @Test
    void theEndIsWrittenWithTheRecordOfItAndNotBefore() {
        ExecutionScope.Open open = logs.open(context(0));
        logs.logged(null, () -> line("one"));
        open.close(new Outcome.Succeeded(), null);

        flush.flush(List.of(), NOON);
        assertThat(history.batches).isEmpty();
        flush.flush(List.of(record(0, END)), NOON.plusMillis(1));
        assertThat(history.batches).containsExactly(List.of(new ExecutionLog(identity(0), lines("one"), null)));
        flush.flush(List.of(record(0, END)), NOON.plusSeconds(9));
        assertThat(history.batches).hasSize(1);
    }

    @Test
    void whatWasSaidBeforeTheHistoryHeardOfTheBeginningIsWrittenThen() {
        logs.open(context(0));
        logs.logged(null, () -> line("one"));
        flush.flush(List.of(), NOON); // which has no row to write it to

        flush.flush(List.of(record(0, null)), NOON.plusMillis(1));
        assertThat(history.batches).hasSize(2);
        flush.flush(List.of(record(1, null)), NOON.plusSeconds(9));
        assertThat(history.batches).as("another one").hasSize(2);
    }

    @Test
    void whatCannotBeWrittenIsWrittenLaterAsItIsThenAndLessOftenTried() {
        history.broken = true;
        logs.open(context(0));
        logs.logged(null, () -> line("one"));
        flush.flush(List.of(), NOON);
        logs.logged(null, () -> line("two"));
        assertThat(flush.untilDue(NOON)).isEqualTo(LogFlush.LONG_PAUSE);

        history.broken = false;
        flush.flush(List.of(), NOON.plusSeconds(29));
        flush.flush(List.of(), NOON.plusSeconds(30));
        assertThat(history.batches).containsExactly(List.of(new ExecutionLog(identity(0), lines("one", "two"), null)));
    }

    @Test
    void manyAreWrittenInPortions() {
        for (int shard = 0; shard < 150; shard++) {
            logs.open(context(shard)).progressed(new Progress(1, ""));
        }

        flush.flush(List.of(), NOON);

        assertThat(history.batches).extracting(List::size).containsExactly(64, 64, 22);
    }

    @Test
    void theWriterWritesThemWhileItHasNothingElseToDo() {
        HistoryWriter.Bounds bounds = new HistoryWriter.Bounds(10, 10, new Retention(Duration.ofDays(1), 10));
        try (HistoryWriter writer = new HistoryWriter(history, bounds, () -> NOON, logs)) {
            ExecutionScope.Open open = logs.open(context(0));
            logs.logged(null, () -> line("one"));
            await().until(() -> history.batches.size() == 1);

            open.close(new Outcome.Succeeded(), null);
            writer.offer(record(0, END));
            await().until(() -> history.batches.size() == 2);
        }
    }

    private static ExecutionRecord record(int shard, @Nullable End end) {
        return new ExecutionRecord(identity(shard), NOON, ExecutionRecord.SCHEDULE, "a.1", NOON, end);
    }

    private static final class Kept implements ExecutionHistory {

        private final List<List<ExecutionLog>> batches = new CopyOnWriteArrayList<>();
        private volatile boolean broken;

        @Override
        public Scope scope() {
            return Scope.NAMESPACE;
        }

        @Override
        public int record(List<ExecutionRecord> records) {
            return 0;
        }

        @Override
        public void keep(List<ExecutionLog> logs) {
            if (broken) {
                throw new StackOverflowError("on purpose");
            }
            batches.add(new ArrayList<>(logs));
        }

        @Override
        public List<ExecutionRecord> find(ExecutionQuery query) {
            return List.of();
        }

        @Override
        public boolean prune(Retention retention, Instant now) {
            return false;
        }
    }
}
