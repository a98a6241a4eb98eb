package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.boot.history.AuditEntry;
import io.elasticjob.boot.history.AuditQuery;
import io.elasticjob.boot.history.JdbcAudit;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionLog;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord;
import io.elasticjob.history.ExecutionTally;
import io.elasticjob.history.HistoryException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the history for the endpoint, on at most two daemon threads of its own, {@code elasticjob-history-reader}: a
 * database that gives no answer holds up neither the threads of the web server nor a shutdown.
 */
public final class HistoryReader implements AutoCloseable {

    private static final int MOST_WAITING = 50;

    private final Supplier<ExecutionHistory> history;
    private final Supplier<@Nullable JdbcAudit> audit;
    private final Duration patience;
    private final ThreadPoolExecutor threads;

    /** Without an audit. */
    public HistoryReader(Supplier<ExecutionHistory> history, Duration patience) {
        this(history, () -> null, patience);
    }

    /**
     * @param history asked for when it is read first
     * @param audit as well; gives null where none is kept
     * @param patience with the history, for one request
     */
    public HistoryReader(Supplier<ExecutionHistory> history, Supplier<@Nullable JdbcAudit> audit, Duration patience) {
        this.history = history;
        this.audit = audit;
        this.patience = patience;
        this.threads =
                new ThreadPoolExecutor(2, 2, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "elasticjob-history-reader");
                    thread.setDaemon(true);
                    return thread;
                });
        this.threads.allowCoreThreadTimeOut(true);
    }

    /**
     * A page of executions.
     *
     * @param job null for those of all jobs
     * @throws InvalidSettingException when the filter makes no sense
     * @throws HistoryException when there is no answer in time
     */
    ExecutionsDescriptor executions(@Nullable String job, ExecutionFilter filter) {
        ExecutionQuery query = filter.query(job);
        ExecutionHistory asked = history.get();
        List<ExecutionRecord> found = answer(() -> asked.find(query));
        String next = found.size() < query.size()
                ? null
                : ExecutionFilter.before(job, ExecutionQuery.Place.of(found.get(found.size() - 1)));
        return new ExecutionsDescriptor(
                asked.scope(),
                found.stream().map(ExecutionsDescriptor.ExecutionDescriptor::of).toList(),
                next);
    }

    /**
     * Whether there is any execution of a job of this name.
     *
     * @throws HistoryException when there is no answer in time
     */
    boolean knows(String job) {
        ExecutionHistory asked = history.get();
        return !answer(() -> asked.find(ExecutionQuery.latest(job, 1))).isEmpty();
    }

    /** Whose executions there are. */
    public ExecutionHistory.Scope scope() {
        return history.get().scope();
    }

    /** @throws HistoryException when there is no answer in time */
    List<ExecutionRecord> find(ExecutionQuery query) {
        ExecutionHistory asked = history.get();
        return answer(() -> asked.find(query));
    }

    /** @throws HistoryException when there is no answer in time */
    Map<String, List<ExecutionRecord>> latest(Collection<String> jobs, int each) {
        ExecutionHistory asked = history.get();
        return answer(() -> asked.latest(jobs, each));
    }

    /** @throws HistoryException when there is no answer in time */
    Optional<List<ExecutionTally>> tally(ExecutionTally.Query query) {
        ExecutionHistory asked = history.get();
        return answer(() -> asked.tally(query));
    }

    /** @throws HistoryException when there is no answer in time */
    Optional<ExecutionLog> log(ExecutionRecord.Identity execution) {
        ExecutionHistory asked = history.get();
        return answer(() -> asked.log(execution));
    }

    /** Whether a database keeps what operators ask for. */
    boolean isAudited() {
        return audit.get() != null;
    }

    /** @throws HistoryException when there is no answer in time */
    List<AuditEntry> find(AuditQuery query) {
        JdbcAudit asked = audit.get();
        return asked == null ? List.of() : answer(() -> asked.find(query));
    }

    private <T> T answer(Callable<T> question) {
        Future<T> answer;
        try {
            answer = threads.submit(question);
        } catch (RejectedExecutionException tooMany) {
            throw new HistoryException("too many requests wait for it already", tooMany);
        }
        try {
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof HistoryException noAnswer) {
                throw noAnswer;
            }
            throw new IllegalStateException("The history could not be read", failed.getCause());
        } catch (TimeoutException slow) {
            throw new HistoryException("there was no answer within " + patience.toSeconds() + " s", slow);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new HistoryException("the request was interrupted", interrupted);
        } finally {
            answer.cancel(true);
        }
    }

    /** Interrupts what still reads. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
