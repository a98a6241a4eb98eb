package io.elasticjob.boot.history;

import io.elasticjob.history.HistoryException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the audit on one daemon thread of its own, {@code elasticjob-audit}, which begins with the first entry and also removes
 * what is to be kept no longer. While the database cannot be reached the same entries are tried again, and further ones wait;
 * what finds no room is told in the log instead. Nobody who changes a job waits for it.
 */
public final class AuditWriter implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AuditWriter.class);

    private static final int MOST_WAITING = 10_000;
    private static final int AT_ONCE = 200;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LAST_WRITES = Duration.ofSeconds(5);
    private static final Duration PRUNE_EVERY = Duration.ofHours(1);

    private final Supplier<JdbcAudit> audit;
    private final Duration maxAge;
    private final InstantSource clock;
    private final BlockingQueue<AuditEntry> waiting = new ArrayBlockingQueue<>(MOST_WAITING);

    private @Nullable Thread thread;
    private volatile boolean closed;
    private Instant pruned = Instant.EPOCH;

    /**
     * @param audit asked for when there is something to write
     * @param maxAge how long entries are kept
     */
    public AuditWriter(Supplier<JdbcAudit> audit, Duration maxAge, InstantSource clock) {
        this.audit = audit;
        this.maxAge = maxAge;
        this.clock = clock;
    }

    /** Has an entry written. Never blocks. */
    public void tell(AuditEntry entry) {
        if (closed || !waiting.offer(entry)) {
            log.warn("The audit cannot be written, and {} is not in it", entry);
            return;
        }
        begin();
    }

    private synchronized void begin() {
        if (thread == null) {
            thread = new Thread(this::write, "elasticjob-audit");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void write() {
        List<AuditEntry> batch = new ArrayList<>();
        Duration pause = Duration.ZERO;
        try {
            while (!closed || !waiting.isEmpty() || !batch.isEmpty()) {
                if (batch.isEmpty()) {
                    AuditEntry next = waiting.poll(100, TimeUnit.MILLISECONDS);
                    if (next == null) {
                        continue;
                    }
                    batch.add(next);
                    waiting.drainTo(batch, AT_ONCE - 1);
                }
                if (isWritten(batch, pause)) {
                    batch.clear();
                    pause = Duration.ZERO;
                    prune();
                } else {
                    pause = pause.isZero() ? FIRST_PAUSE : shorter(pause.multipliedBy(2), LONGEST_PAUSE);
                    TimeUnit.MILLISECONDS.sleep(closed ? 100 : pause.toMillis());
                }
            }
        } catch (InterruptedException givenUp) {
            batch.addAll(waiting);
            batch.forEach(entry -> log.warn("The audit cannot be written, and {} is not in it", entry));
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private boolean isWritten(List<AuditEntry> batch, Duration pause) {
        try {
            audit.get().record(batch);
            return true;
        } catch (HistoryException away) {
            if (pause.isZero()) {
                log.warn("The audit cannot be written for now; this is tried again: {}", away.getMessage());
            }
            return false;
        } catch (Throwable unexpected) {
            log.error("Of the audit {} entries cannot be written: {}", batch.size(), batch, unexpected);
            return true;
        }
    }

    private void prune() {
        Instant now = clock.instant();
        if (pruned.plus(PRUNE_EVERY).isAfter(now)) {
            return;
        }
        try {
            if (!audit.get().prune(now.minus(maxAge))) {
                pruned = now;
            }
        } catch (Throwable later) {
            log.debug("The audit could not be tidied; this is tried again", later);
        }
    }

    /** Waits for what is left to be written, for a few seconds at most. */
    @Override
    public void close() {
        closed = true;
        Thread writing;
        synchronized (this) {
            writing = thread;
        }
        if (writing == null) {
            return;
        }
        try {
            writing.join(LAST_WRITES.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        writing.interrupt();
    }
}
