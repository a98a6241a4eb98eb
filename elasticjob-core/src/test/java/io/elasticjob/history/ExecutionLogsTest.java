package io.elasticjob.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ExecutionId;
import io.elasticjob.ExecutionScope;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.Progress;
import io.elasticjob.ShardingContext;
import io.elasticjob.history.ExecutionRecord.End;
import io.elasticjob.history.ExecutionRecord.Identity;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExecutionLogsTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private final ExecutionLogs logs = new ExecutionLogs();
    private final AtomicInteger rings = new AtomicInteger();

    @Test
    void whatIsLoggedOnTheThreadOfAHandlerBelongsToItsExecution() throws Exception {
        logs.logged(null, () -> line("before"));
        ExecutionScope.Open open = logs.open(context(0));
        logs.logged(null, () -> line("within"));
        logs.logged("another/2026-06-01T12:00:00Z/0/1", () -> line("whatever the context says"));
        onAnotherThread(() -> logs.logged(null, () -> line("elsewhere")));
        onAnotherThread(() -> logs.logged("orders/2026-06-01T12:00:00Z/0/1", () -> line("for it")));
        onAnotherThread(() -> logs.logged("orders/2026-06-01T12:00:00Z/1/1", () -> line("for nobody who runs")));

        assertThat(text(0)).isEqualTo(lines("within", "whatever the context says", "for it"));
        open.close(new Outcome.Succeeded(), null);
        logs.logged(null, () -> line("after"));
        onAnotherThread(() -> logs.logged("orders/2026-06-01T12:00:00Z/0/1", () -> line("too late")));

        assertThat(text(0)).isEqualTo(lines("within", "whatever the context says", "for it"));
    }

    @Test
    void anExecutionWithinAnotherOnTheSameThreadHasALogOfItsOwn() {
        ExecutionScope.Open outer = logs.open(context(0));
        ExecutionScope.Open inner = logs.open(context(1));
        logs.logged(null, () -> line("inner"));
        inner.close(new Outcome.Succeeded(), null);
        logs.logged(null, () -> line("outer"));
        outer.close(new Outcome.Succeeded(), null);

        assertThat(text(0)).isEqualTo(lines("outer"));
        assertThat(text(1)).isEqualTo(lines("inner"));
        assertThat(logs.isHandlersThread()).isFalse();
    }

    @Test
    void whatRunsElsewhereSendsItsOutputInPiecesAndItsProgress() {
        RemoteLog remote = logs.remote(context(0));
        remote.wrote("one\ntw");
        assertThat(text(0)).isEqualTo("one\n");
        remote.wrote("o\r\n\nred \u001b[31m\tand");
        remote.progressed(new Progress(40, "page 12"));
        assertThat(text(0)).isEqualTo("one\ntwo\n\n");
        assertThat(logs.progress(identity(0))).isEqualTo(new Progress(40, "page 12"));
        assertThat(logs.isRunning(identity(0))).isTrue();

        remote.end();
        remote.end();
        assertThat(logs.isRunning(identity(0))).isFalse();
        assertThat(text(0)).isEqualTo("one\ntwo\n\nred \\u001B[31m    and\nLast progress: 40 %: page 12\n");
    }

    @Test
    void aLineThatNeverEndsIsPartedAndWhatRunsElsewhereIsKeptWithinTheSameBounds() {
        RemoteLog remote = logs.remote(context(0));
        for (int i = 0; i < 100; i++) {
            remote.wrote("x".repeat(5_000));
        }
        assertThat(text(0).lines()).allMatch(line -> line.length() <= 4_096);
        assertThat(text(0).length()).isBetween(50 * 1024, 65 * 1024);
        remote.end();
        assertThat(text(0).length()).isLessThanOrEqualTo(16 * 1024);
    }

    @Test
    void whatSaysNothingElsewhereLeavesNothing() {
        logs.onChange(rings::incrementAndGet);
        logs.remote(context(0)).end();
        assertThat(logs.log(identity(0))).isEmpty();
        assertThat(rings).hasValue(0);
    }

    @Test
    void anExecutionThatSaysNothingLeavesNothingAndTellsNobody() {
        logs.onChange(rings::incrementAndGet);
        logs.open(context(0)).close(new Outcome.Succeeded(), null);

        assertThat(logs.changes()).isEmpty();
        assertThat(logs.log(identity(0))).isEmpty();
        assertThat(logs.latest(any -> true)).isEmpty();
        assertThat(rings).hasValue(0);
    }

    @Test
    void theProgressIsTheLatestAndItsLastIsTheEndOfTheLog() {
        ExecutionScope.Open open = logs.open(context(0));
        open.progressed(new Progress(1, "a"));
        open.progressed(new Progress(40, "page 12"));

        assertThat(logs.progress(identity(0))).isEqualTo(new Progress(40, "page 12"));
        assertThat(logs.progress(identity(1))).isNull();
        assertThat(logs.log(identity(0))).contains(new ExecutionLog(identity(0), "", new Progress(40, "page 12")));
        assertThat(logs.isRunning(identity(0))).isTrue();

        open.close(new Outcome.Succeeded(), null);
        open.progressed(new Progress(50, "too late"));
        assertThat(logs.progress(identity(0))).isNull();
        assertThat(text(0)).isEqualTo("Last progress: 40 %: page 12\n");
        assertThat(logs.isRunning(identity(0))).isFalse();
    }

    @Test
    void thereIsAChangeWhenSomethingIsSaidAndOnlyThen() {
        logs.onChange(rings::incrementAndGet);
        ExecutionScope.Open open = logs.open(context(0));
        logs.logged(null, () -> line("one"));
        logs.logged(null, () -> line("two"));
        open.progressed(new Progress(7, ""));
        assertThat(rings).as("nobody has looked yet").hasValue(1);

        assertThat(changes()).containsExactly(new ExecutionLog(identity(0), lines("one", "two"), new Progress(7, "")));
        assertThat(logs.hasChanged()).isFalse();
        open.progressed(new Progress(7, ""));
        assertThat(logs.hasChanged()).isFalse();
        logs.logged(null, () -> line("three"));
        assertThat(rings).hasValue(2);
        assertThat(changes()).extracting(ExecutionLog::text).containsExactly(lines("one", "two", "three"));
        assertThat(changes()).isEmpty();
    }

    @Test
    void theEndIsToldWhenTheHistoryHasRecordedIt() {
        ExecutionScope.Open open = logs.open(context(0));
        logs.logged(null, () -> line("one"));
        assertThat(changes()).hasSize(1);
        assertThat(logs.recorded(record(null)).orElseThrow().change())
                .as("again, since before there was a record it was not kept")
                .isPresent();

        open.close(new Outcome.Succeeded(), null);
        assertThat(changes()).isEmpty();
        Optional<RunLog> recorded = logs.recorded(record(new End(NOON, "SUCCEEDED", null, null)));
        assertThat(recorded.orElseThrow().change().orElseThrow().text()).isEqualTo(lines("one"));
        assertThat(recorded.get().change()).isEmpty();
    }

    /** One that has called for the end of its application counts as ended before its handler returns. */
    @Test
    void whatIsSaidAfterTheEndWasRecordedIsToldAllTheSame() {
        ExecutionScope.Open open = logs.open(context(0));
        logs.recorded(record(new End(NOON, "FAILED", null, null)));
        logs.logged(null, () -> line("one"));
        open.close(new Outcome.Succeeded(), null);

        assertThat(changes()).extracting(ExecutionLog::text).containsExactly(lines("one"));
    }

    @Test
    void ofWhatHasEndedTheLastBytesAreKeptAndOfAllTogetherNotMoreThanTheBound() {
        String long_ = "x".repeat(1000);
        for (int shard = 0; shard < 1000; shard++) {
            ExecutionScope.Open open = logs.open(context(shard));
            for (int i = 0; i < 100; i++) {
                logs.logged(null, () -> line(long_));
            }
            open.close(new Outcome.Succeeded(), null);
        }

        int kept = 0;
        for (int shard = 0; shard < 1000; shard++) {
            kept += logs.log(identity(shard)).map(log -> log.text().length()).orElse(0);
        }
        assertThat(kept).isBetween(ExecutionLogs.MOST_BYTES / 2, ExecutionLogs.MOST_BYTES);
        assertThat(logs.log(identity(0))).isEmpty();
        assertThat(text(999)).startsWith("[… ").hasSizeLessThanOrEqualTo(ExecutionLog.MAX_BYTES);
        assertThat(logs.latest(id -> id.job().equals("orders"))
                        .orElseThrow()
                        .execution()
                        .shard())
                .isEqualTo(999);
    }

    @Test
    void whatWasThrownIsShownWithItsCausesAndNotWithoutEnd() {
        Exception cause = new IllegalStateException("the cause");
        Exception thrown = new RuntimeException("it failed", cause);
        thrown.addSuppressed(new IllegalArgumentException("beside"));
        cause.initCause(new Exception("the root", thrown)); // a ring

        String text = new LogLine(NOON, "ERROR", "till", "pool-1", "failed", thrown).text();

        assertThat(text)
                .startsWith(
                        "2026-06-01T12:00:00Z ERROR [pool-1] till : failed\njava.lang.RuntimeException: it failed\n\tat ")
                .contains("\n\tSuppressed: java.lang.IllegalArgumentException: beside")
                .contains("\nCaused by: java.lang.IllegalStateException: the cause\n")
                .hasSizeLessThan(2 * LogBuffer.ENTRY);
    }

    @Test
    void whatWasThrownWithoutWordsIsShownByItsKind() {
        RuntimeException wordless = new RuntimeException() {
            @Override
            public String getMessage() {
                throw new AssertionError("on purpose");
            }
        };

        assertThat(new LogLine(NOON, "WARN", "till", null, null, wordless).text())
                .startsWith("2026-06-01T12:00:00Z WARN till : \n")
                .contains("whose message cannot be told");
    }

    private List<ExecutionLog> changes() {
        return logs.changes().stream().flatMap(log -> log.change().stream()).toList();
    }

    private String text(int shard) {
        return logs.log(identity(shard)).orElseThrow().text();
    }

    private static void onAnotherThread(Runnable what) throws Exception {
        Thread thread = new Thread(what);
        thread.start();
        thread.join();
    }

    static LogLine line(String message) {
        return new LogLine(NOON, "INFO", "till", null, message, null);
    }

    static String lines(String... messages) {
        StringBuilder all = new StringBuilder();
        for (String message : messages) {
            all.append("2026-06-01T12:00:00Z INFO till : ").append(message).append('\n');
        }
        return all.toString();
    }

    static ShardingContext context(int shard) {
        return ShardingContext.builder()
                .shard(shard, 10_000)
                .executionId(new ExecutionId("orders", "k3x9", new Firing.Scheduled(NOON), shard, 1))
                .fencingToken(7)
                .build();
    }

    static Identity identity(int shard) {
        return new Identity("orders", "k3x9", NOON.toString(), shard, 1, 7L);
    }

    private static ExecutionRecord record(@Nullable End end) {
        return new ExecutionRecord(identity(0), NOON, ExecutionRecord.SCHEDULE, "a.1", NOON, end);
    }
}
