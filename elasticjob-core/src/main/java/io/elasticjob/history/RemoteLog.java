package io.elasticjob.history;

import io.elasticjob.Progress;
import io.elasticjob.text.VisibleText;
import java.util.function.Consumer;

/**
 * What an execution says that runs elsewhere: its output in pieces, of which lines are made, and its progress. For one thread
 * at a time. Whatever comes is kept within the bounds of {@link ExecutionLogs}.
 */
public final class RemoteLog {

    /** A line that is longer is parted. */
    private static final int LONGEST_LINE = 4_096;

    private final RunLog log;
    private final Consumer<RunLog> ending;

    /** The beginning of a line whose end has not come yet. */
    private final StringBuilder line = new StringBuilder();

    private boolean ended;

    RemoteLog(RunLog log, Consumer<RunLog> ending) {
        this.log = log;
        this.ending = ending;
    }

    /** It wrote this. Characters that are not seen are written out. */
    public void wrote(String text) {
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            boolean isWhole = end >= 0;
            int to = Math.min(isWhole ? end : text.length(), from + LONGEST_LINE - line.length());
            line.append(text, from, to);
            isWhole &= to == end;
            if (isWhole || line.length() >= LONGEST_LINE) {
                endLine();
            }
            from = isWhole ? to + 1 : to;
        }
    }

    private void endLine() {
        int end = line.length() - (line.length() > 0 && line.charAt(line.length() - 1) == '\r' ? 1 : 0);
        log.add(VisibleText.of(line.substring(0, end).replace("\t", "    ")));
        line.setLength(0);
    }

    /** It has come so far. */
    public void progressed(Progress progress) {
        log.show(progress);
    }

    /** Nothing more comes. Doing so again does nothing. */
    public void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (line.length() > 0) {
            endLine();
        }
        ending.accept(log);
    }
}
