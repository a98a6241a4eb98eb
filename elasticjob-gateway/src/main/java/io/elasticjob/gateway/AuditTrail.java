package io.elasticjob.gateway;

import io.elasticjob.spi.OutsideCall;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what becomes of attachments, one after the other, on a thread of its own. A listener that is slow holds up nothing
 * else: beyond what waits for it, events are left out, and the log says how many.
 */
final class AuditTrail implements Consumer<WorkerEvent>, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AuditTrail.class);

    private static final int MOST_WAITING = 10_000;

    /** So often, and so many times, it is looked whether the last ones were told. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private static final int MOST_LOOKS = 10;

    private final Consumer<WorkerEvent> listener;
    private final AtomicLong leftOut = new AtomicLong();
    private final ThreadPoolExecutor telling;

    /** What was told last; null before the first. */
    private volatile @Nullable OutsideCall present;

    AuditTrail(Consumer<WorkerEvent> listener) {
        this.listener = listener;
        this.telling = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                task -> {
                    Thread thread = new Thread(task, "elasticjob-gateway-audit");
                    thread.setDaemon(true);
                    return thread;
                },
                (task, full) -> leftOut.incrementAndGet());
        telling.allowCoreThreadTimeOut(true);
    }

    @Override
    public void accept(WorkerEvent event) {
        telling.execute(() -> tell(event));
    }

    private void tell(WorkerEvent event) {
        long missing = leftOut.getAndSet(0);
        if (missing > 0) {
            log.warn("{} events of workers were left out: their listeners are too slow", missing);
        }
        OutsideCall call = OutsideCall.begin();
        present = call;
        try {
            listener.accept(event);
        } catch (Throwable failed) {
            log.error("A listener of worker events failed at {}", event, failed);
        } finally {
            call.end();
        }
    }

    /** Tells what waits, for a short while; nothing more where the listener itself closes its application, and waits for this. */
    @Override
    public void close() {
        telling.shutdown();
        try {
            for (int look = 0; look < MOST_LOOKS; look++) {
                OutsideCall call = present;
                if (call != null && call.waitsForTheEnd()) {
                    telling.getQueue().clear();
                    return;
                }
                if (telling.awaitTermination(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            telling.shutdownNow();
        } catch (InterruptedException interrupted) {
            telling.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
