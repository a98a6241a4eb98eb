package io.elasticjob.history;

import io.elasticjob.Progress;
import io.elasticjob.ShardingContext;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The log of one execution: as it grows, and then its end. Until something is logged there is no more of it than this. Safe
 * to use from any thread.
 */
final class RunLog {

    private final ExecutionRecord.Identity execution;
    private final Runnable bell;

    // Guarded by this.
    private @Nullable LogBuffer buffer;
    /** The end of the log, once it has ended. */
    private @Nullable String rest;

    private @Nullable Progress progress;
    private boolean ended;
    private boolean recorded;
    private boolean changed;

    /** @param bell rung when there is something that {@link #change} has not given yet */
    RunLog(ShardingContext context, Runnable bell) {
        this.execution = ExecutionRecord.Identity.of(
                context.executionId(), context.isMonitored() ? (Long) context.fencingToken() : null);
        this.bell = bell;
    }

    ExecutionRecord.Identity execution() {
        return execution;
    }

    void add(LogLine line) {
        add(line.text()); // somebody else's words, for which nobody waits here
    }

    void add(String text) {
        if (added(text)) {
            bell.run();
        }
    }

    private synchronized boolean added(String text) {
        if (ended) {
            return false;
        }
        LogBuffer to = buffer;
        if (to == null) {
            to = new LogBuffer();
            buffer = to;
        }
        to.add(text);
        return begunToChange();
    }

    void show(Progress shown) {
        if (shows(shown)) {
            bell.run();
        }
    }

    private synchronized boolean shows(Progress shown) {
        if (ended || shown.equals(progress)) {
            return false;
        }
        progress = shown;
        return begunToChange();
    }

    /** Whether nobody has been told yet. */
    private boolean begunToChange() {
        boolean told = changed;
        changed = true;
        return !told;
    }

    /**
     * Nothing is added any more; what is kept is the end of it, and the last progress.
     *
     * @return how many bytes are kept; 0 when it has said nothing
     */
    synchronized int end() {
        ended = true;
        Progress last = progress;
        if (last != null) {
            if (buffer == null) {
                buffer = new LogBuffer();
            }
            buffer.add("Last progress: " + last.text());
        }
        rest = buffer == null ? "" : buffer.last(ExecutionLog.MAX_BYTES);
        buffer = null;
        changed = !rest.isEmpty();
        return rest.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * The history has a record of it, with which it can keep what has been said.
     *
     * @param end whether that knows how it ended
     */
    synchronized void recorded(boolean end) {
        recorded |= end;
        changed |= buffer != null || progress != null; // what was told before there was a record is not kept
    }

    /** What a history should hold of it; empty when it has that already, or is to hear of the end first. */
    synchronized Optional<ExecutionLog> change() {
        if (!changed || (ended && !recorded)) {
            return Optional.empty();
        }
        changed = false;
        return Optional.of(new ExecutionLog(execution, last(ExecutionLog.MAX_BYTES), progress));
    }

    /** It is not there after all: the next {@link #change} gives it again. */
    synchronized void changeAgain() {
        changed = true;
    }

    /** All of it that is left. */
    synchronized ExecutionLog whole() {
        return new ExecutionLog(execution, buffer == null ? last(0) : buffer.text(), progress);
    }

    private String last(int bytes) {
        if (buffer != null) {
            return buffer.last(bytes);
        }
        return rest == null ? "" : rest;
    }

    synchronized @Nullable Progress progress() {
        return progress;
    }

    synchronized boolean hasEnded() {
        return ended;
    }
}
