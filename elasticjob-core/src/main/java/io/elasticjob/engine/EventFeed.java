package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.spi.OutsideCall;
import io.elasticjob.text.Thrown;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what happens, in order, and off the loop. Listeners that are too slow miss events, which are counted; the
 * engine misses none.
 */
final class EventFeed implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EventFeed.class);
    /** So many events may wait for slow listeners; more are counted and dropped. */
    private static final int MOST_UNTOLD = 100_000;
    /** So many events of one turn are told while it goes on. */
    private static final int MOST_HELD = 1_000;
    /** So often it is looked whether a listener waits for the end of this. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private final List<Consumer<ElasticJobEvent>> listeners;
    private final Executor executor;
    private final @Nullable ThreadPoolExecutor own;
    private final Duration patience;
    private final LongAdder untold = new LongAdder();

    private final Queue<ElasticJobEvent> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicBoolean ringing = new AtomicBoolean();

    /** The telling of one event that is going on, or was the last one; null before the first. */
    private volatile @Nullable OutsideCall telling;

    /**
     * @param executor where listeners are called; null for a thread of this feed's own
     * @param patience how long the last events are waited for at the end
     */
    EventFeed(List<Consumer<ElasticJobEvent>> listeners, @Nullable Executor executor, Duration patience) {
        this.listeners = List.copyOf(listeners);
        this.patience = patience;
        if (executor == null) {
            ThreadPoolExecutor thread = ownThread();
            this.own = thread;
            this.executor = thread;
        } else {
            this.own = null;
            this.executor = executor;
        }
    }

    private ThreadPoolExecutor ownThread() {
        return new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "elasticjob-events");
                    thread.setDaemon(true);
                    return thread;
                },
                (tellAll, closed) -> drop());
    }

    /** From any thread; never blocks. The listeners' thread is woken once for all that comes until it is awake. */
    void publish(ElasticJobEvent event) {
        if (add(event)) {
            ring();
        }
    }

    /** As {@link #publish}, of a turn that is going on: what it publishes is told together, once it rings at its end. */
    void hold(ElasticJobEvent event) {
        if (add(event) && count.get() >= MOST_HELD) {
            ring();
        }
    }

    private boolean add(ElasticJobEvent event) {
        if (count.incrementAndGet() > MOST_UNTOLD) {
            count.decrementAndGet();
            untold.increment();
            return false;
        }
        waiting.add(event);
        return true;
    }

    /** Wakes the listeners' thread if something waits. From any thread; never blocks. */
    void ring() {
        if (!waiting.isEmpty() && ringing.compareAndSet(false, true)) {
            try {
                executor.execute(this::tellAll);
            } catch (Throwable refused) { // the next event asks again
                ringing.set(false);
                log.error("Events cannot be published now; they wait", Thrown.tellable(refused));
            }
        }
    }

    private void tellAll() {
        ringing.set(false);
        ElasticJobEvent event;
        while ((event = waiting.poll()) != null) {
            count.decrementAndGet();
            tellOne(event);
        }
    }

    private void tellOne(ElasticJobEvent event) {
        OutsideCall call = OutsideCall.begin();
        telling = call;
        try {
            for (Consumer<ElasticJobEvent> listener : listeners) {
                tell(listener, event);
                call.tidy();
            }
        } finally {
            call.end();
        }
    }

    private void drop() {
        ringing.set(false);
        while (waiting.poll() != null) {
            count.decrementAndGet();
            untold.increment();
        }
    }

    /** How many events were told to nobody. */
    long untold() {
        return untold.sum();
    }

    private static void tell(Consumer<ElasticJobEvent> listener, ElasticJobEvent event) {
        try {
            listener.accept(event);
        } catch (Throwable failed) {
            log.error(
                    "The listener {} failed at {}; the other listeners still get it",
                    listener,
                    event,
                    Thrown.tellable(failed));
        }
    }

    /** Lets the listeners hear of the last ends, if they are not too slow, and none of them waits for this end itself. */
    @Override
    public void close() {
        ring(); // for a turn that has not come to its end
        ThreadPoolExecutor events = own;
        if (events == null) {
            return;
        }
        events.shutdown();
        Duration left = patience;
        try {
            while (left.compareTo(Duration.ZERO) > 0) {
                OutsideCall call = telling;
                if (call != null && call.waitsForTheEnd()) {
                    log.info(
                            "A listener of events shuts down its own application: the shutdown does not wait for the last events");
                    return;
                }
                Duration look = left.compareTo(LOOK) < 0 ? left : LOOK;
                if (events.awaitTermination(look.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                left = left.minus(look);
            }
            log.warn("Listeners are slow: {} events are not published yet", count.get());
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }
}
