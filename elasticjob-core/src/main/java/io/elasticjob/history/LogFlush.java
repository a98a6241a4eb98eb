package io.elasticjob.history;

import io.elasticjob.text.Thrown;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings to a history what executions say: together, at most every {@link #PAUSE}, and as soon as the beginning
 * or the end of one is recorded. What cannot be written is tried again later, as it is then; it holds nothing else up. Confined to the thread of
 * the writer.
 */
final class LogFlush {

    static final Duration PAUSE = Duration.ofSeconds(2);

    /** After the history could not be reached. */
    static final Duration LONG_PAUSE = Duration.ofSeconds(30);

    /** So many are written together: a megabyte at most. */
    private static final int TOGETHER = 64;

    private static final Logger log = LoggerFactory.getLogger(HistoryWriter.class);

    private final ExecutionHistory history;
    private final ExecutionLogs logs;

    private Instant last = Instant.EPOCH;
    private Duration pause = PAUSE;

    LogFlush(ExecutionHistory history, ExecutionLogs logs) {
        this.history = history;
        this.logs = logs;
    }

    /** How long until there is something to write; a long time when nothing is said. */
    Duration untilDue(Instant now) {
        if (!logs.hasChanged()) {
            return Duration.ofDays(1);
        }
        return now.isBefore(last) ? Duration.ZERO : Duration.between(now, last.plus(pause)); // a clock may be set back
    }

    /** @param written the records that the history has just taken */
    void flush(List<ExecutionRecord> written, Instant now) {
        List<RunLog> said = new ArrayList<>();
        for (ExecutionRecord record : written) {
            logs.recorded(record).ifPresent(said::add);
        }
        if (logs.hasChanged() && untilDue(now).compareTo(Duration.ZERO) <= 0) {
            last = now;
            pause = PAUSE;
            said.addAll(logs.changes());
        }
        for (int from = 0; from < said.size(); from += TOGETHER) {
            keep(said.subList(from, Math.min(said.size(), from + TOGETHER)));
        }
    }

    private void keep(List<RunLog> some) {
        List<RunLog> told = new ArrayList<>();
        List<ExecutionLog> changes = new ArrayList<>();
        for (RunLog one : some) {
            one.change().ifPresent(change -> {
                told.add(one);
                changes.add(change);
            });
        }
        if (changes.isEmpty()) {
            return;
        }
        try {
            history.keep(changes);
        } catch (Throwable failed) { // it is somebody else's code, and no record may suffer
            pause = LONG_PAUSE;
            log.debug(
                    "The logs of {} executions could not be written to the history; they are tried again",
                    changes.size(),
                    Thrown.tellable(failed));
            told.forEach(RunLog::changeAgain);
            logs.changedAgain();
        }
    }
}
