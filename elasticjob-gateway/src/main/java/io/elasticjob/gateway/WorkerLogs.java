package io.elasticjob.gateway;

import io.elasticjob.Progress;
import io.elasticjob.ShardingContext;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.history.RemoteLog;
import org.jspecify.annotations.Nullable;

/**
 * What workers send of the output and the progress of what they run. Of all that runs there is a most that is kept: beyond it
 * output is left out, and the log says so. Confined to the loop.
 */
final class WorkerLogs {

    /** What is kept of one execution at most, as {@link ExecutionLogs} does. */
    private static final int MOST_OF_ONE = 64 * 1024;

    private static final String FULL =
            "[output is left out here: the gateway keeps no more of what runs (elasticjob.gateway.limits.logs)]\n";

    private final ExecutionLogs logs;
    private final long most;
    private long kept;

    /** @param most how many bytes of the output of running executions are kept, about */
    WorkerLogs(ExecutionLogs logs, long most) {
        this.logs = logs;
        this.most = most;
    }

    /** For an execution that a worker is given. Costs nothing until it says something. */
    Journal journal(ShardingContext context) {
        return new Journal(context);
    }

    /** What one execution says. */
    final class Journal {

        private final ShardingContext context;
        private @Nullable RemoteLog log;
        private int share;
        private boolean isFull;
        private int percent;

        private Journal(ShardingContext context) {
            this.context = context;
        }

        void wrote(String text) {
            if (text.isEmpty()) {
                return;
            }
            int more = Math.min(MOST_OF_ONE, share + text.length()) - share;
            if (kept + more > most) {
                if (!isFull) {
                    log().wrote(FULL);
                }
                isFull = true;
                return;
            }
            isFull = false;
            kept += more;
            share += more;
            log().wrote(text);
        }

        /** @param now null where only the message is new */
        void progressed(@Nullable Integer now, @Nullable String message) {
            if (now != null || message != null) {
                percent = now == null ? percent : now;
                log().progressed(new Progress(percent, message == null ? "" : message));
            }
        }

        private RemoteLog log() {
            RemoteLog opened = log;
            if (opened == null) {
                opened = logs.remote(context);
                log = opened;
            }
            return opened;
        }

        /** Nothing more comes from here. */
        void end() {
            kept -= share;
            share = 0;
            if (log != null) {
                log.end();
                log = null;
            }
        }
    }
}
