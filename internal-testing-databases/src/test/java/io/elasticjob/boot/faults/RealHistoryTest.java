package io.elasticjob.boot.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.boot.faults.Fleet.Copy;
import io.elasticjob.boot.history.JdbcExecutionHistory;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.history.Retention;
import io.elasticjob.testing.faults.LedgerLine;
import io.elasticjob.testing.faults.LedgerLine.What;
import io.elasticjob.testing.machine.DatabaseBinaries;
import io.elasticjob.testing.machine.Needs;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that write to one PostgreSQL, one of which is killed: what they did, and what the history says of it. */
@Needs(value = DatabaseBinaries.NAME, there = DatabaseBinaries.class)
class RealHistoryTest {

    private static final String NAMESPACE = "history";

    @TempDir
    private static Path directory;

    @Test
    void theHistoryTellsOfEveryRunAndOfTheDeathThatEndedSome() throws Exception {
        try (EmbeddedPostgres database = EmbeddedPostgres.builder()
                        .setServerConfig("listen_addresses", "127.0.0.1")
                        .start();
                Ensemble ensemble = new Ensemble(directory)) {
            ensemble.start();
            ExecutionHistory history = new JdbcExecutionHistory(database.getPostgresDatabase(), NAMESPACE, () -> {});
            List<LedgerLine> lines;
            Instant known;
            Instant killed;
            try (Fleet fleet = new Fleet(
                    ensemble,
                    directory,
                    NAMESPACE,
                    LedgerApplication.JOBS,
                    List.of(
                            "--spring.datasource.url=" + database.getJdbcUrl("postgres", "postgres"),
                            "--elasticjob.history.jdbc.enabled=true",
                            "--elasticjob.history.jdbc.initialize-schema=always"))) {
                fleet.start(2); // which both make the table
                Copy victim = fleet.alive.get(0);
                known = awaitKnown(history);
                victim.awaitMidstOf("report");
                killed = Instant.now();
                victim.kill();
                fleet.awaitOnTime(killed);
                fleet.audit();
                lines = fleet.lines();
            }
            while (history.prune(new Retention(Duration.ofDays(1), 100_000), Instant.now())) {}

            compare(lines, all(history), known, killed);
        }
    }

    /** When the latest execution of the first process began that the history knows. */
    private static Instant awaitKnown(ExecutionHistory history) {
        return await().atMost(Duration.ofMinutes(1))
                .ignoreExceptions() // there may be no table yet
                .until(
                        () -> all(history).values().stream()
                                .filter(record -> record.instance().startsWith(NAMESPACE + "-0."))
                                .map(ExecutionRecord::startedAt)
                                .max(Comparator.naturalOrder()),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Only what the victim did in its last moments may be unknown: it was in its memory, and is written in its order. */
    private static void compare(
            List<LedgerLine> lines, Map<String, ExecutionRecord> history, Instant known, Instant killed) {
        Set<String> ended = lines.stream()
                .filter(line -> line.what() == What.END)
                .map(RealHistoryTest::id)
                .collect(Collectors.toSet());
        List<LedgerLine> missing = new ArrayList<>();
        for (LedgerLine line : lines) {
            ExecutionRecord record = history.get(id(line));
            if (line.what() != What.START) {
                continue;
            }
            if (record == null) {
                missing.add(line);
                continue;
            }
            assertThat(record.instance()).as("%s", line).startsWith(line.instance() + ".");
            if (record.fencingToken() != null) {
                assertThat(record.fencingToken()).as("%s", line).isEqualTo(line.token());
            }
            if (record.outcome() != null && record.outcome().equals("SUCCEEDED")) {
                assertThat(ended).as("%s", line).contains(record.identity().shown());
            }
        }
        assertThat(missing).as("of the killed one only").allSatisfy(line -> {
            assertThat(line.instance()).isEqualTo(NAMESPACE + "-0");
            assertThat(line.time()).isAfter(known.minusSeconds(1));
        });
        assertThat(history.values())
                .filteredOn(ExecutionRecord::isRunning)
                .as("what seems to run, when all have stopped")
                .isEmpty();
        assertThat(history.values())
                .filteredOn(ExecutionRecord::isLost)
                .as("what the kill cut off")
                .isNotEmpty()
                .allSatisfy(lost -> {
                    assertThat(lost.instance()).startsWith(NAMESPACE + "-0.");
                    assertThat(lost.startedAt()).isBefore(killed.plusSeconds(1));
                });
        assertThat(history.values())
                .filteredOn(record -> record.attempt() == 2)
                .as("what was run again")
                .isNotEmpty()
                .allSatisfy(again -> assertThat(
                                history.get(again.job() + "/" + again.firing() + "/" + again.shard() + "/1"))
                        .returns("LOST", ExecutionRecord::outcome));
    }

    private static String id(LedgerLine line) {
        return line.job() + "/" + line.firing() + "/" + line.shard() + "/" + line.number();
    }

    private static Map<String, ExecutionRecord> all(ExecutionHistory history) {
        Map<String, ExecutionRecord> all = new HashMap<>();
        LedgerApplication.JOBS.forEach(job -> {
            List<ExecutionRecord> page = history.find(ExecutionQuery.latest(job.name(), 500));
            while (!page.isEmpty()) {
                page.forEach(record -> all.put(record.identity().shown(), record));
                page = history.find(ExecutionQuery.latest(job.name(), 500)
                        .before(ExecutionQuery.Place.of(page.get(page.size() - 1))));
            }
        });
        return all;
    }
}
