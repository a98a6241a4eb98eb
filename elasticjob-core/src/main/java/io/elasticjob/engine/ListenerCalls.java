package io.elasticjob.engine;

import io.elasticjob.spi.OutsideCall;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls of listeners and planners of firings that are under way. Confined to the loop, unless it says otherwise. */
final class ListenerCalls {

    private static final Logger log = LoggerFactory.getLogger(ListenerCalls.class);

    /** So many calls of one listener or planner may go on that were interrupted for their timeout: each of them has a thread. */
    static final int MOST_LEFT_BEHIND = 8;
    /** So many of all together. */
    static final int MOST_OF_ALL = 256;

    /** It was not called, since too many that were called before have not returned. */
    static final class NoThreadException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private NoThreadException(String message) {
            super(message);
        }

        @Override
        public String toString() {
            return String.valueOf(getMessage());
        }
    }

    private final Executor threads;
    private final Consumer<Runnable> loop;
    /** Interrupted, and not returned yet. */
    private final Set<UnderWay> leftBehind = ConcurrentHashMap.newKeySet();

    private final Map<Effect.Call, UnderWay> underWay = Collections.synchronizedMap(new IdentityHashMap<>());

    /** One that has been handed to a thread. */
    private static final class UnderWay {

        private final Effect.Call call;
        private final FutureTask<@Nullable Void> task;

        /** Null before its thread has begun. */
        private volatile @Nullable OutsideCall outside;

        private volatile boolean hasReturned;

        UnderWay(Effect.Call call, Consumer<@Nullable Throwable> ended) {
            this.call = call;
            this.task = new FutureTask<>(() -> {
                Throwable failed = null;
                OutsideCall begun = OutsideCall.begin();
                outside = begun;
                try {
                    call.listener().call();
                } catch (Throwable thrown) {
                    failed = thrown;
                } finally {
                    begun.end();
                    hasReturned = true;
                }
                ended.accept(failed);
                return null;
            });
        }

        boolean waitsForTheEnd() {
            OutsideCall begun = outside;
            return begun != null && begun.waitsForTheEnd();
        }
    }

    /** @param loop where what comes of it is dealt with */
    ListenerCalls(Executor threads, Consumer<Runnable> loop) {
        this.threads = threads;
        this.loop = loop;
    }

    void begin(Effect.Call call) {
        leftBehind.removeIf(one -> one.hasReturned);
        UnderWay begun = new UnderWay(call, failed -> loop.accept(() -> ended(call, failed)));
        underWay.put(call, begun);
        long ofIts = leftBehind.stream()
                .filter(one -> one.call.whose().equals(call.whose()))
                .count();
        if (ofIts >= MOST_LEFT_BEHIND || leftBehind.size() >= MOST_OF_ALL) {
            String which = ofIts >= MOST_LEFT_BEHIND
                    ? ofIts + " calls of " + call.whose()
                    : leftBehind.size() + " calls of listeners and planners";
            NoThreadException refused = new NoThreadException("It was not called: " + which
                    + " that took longer than their timeouts have not returned, though they were interrupted");
            loop.accept(() -> ended(call, refused));
            return;
        }
        threads.execute(begun.task);
    }

    /** One that was given up has ended before. */
    private void ended(Effect.Call call, @Nullable Throwable failed) {
        if (underWay.remove(call) != null) {
            call.then().accept(failed);
        }
    }

    void interrupt(Effect.Interrupt interrupt) {
        UnderWay begun = underWay.remove(interrupt.call());
        if (begun != null) {
            if (begun.outside != null) { // else it never begins
                leftBehind.add(begun);
            }
            begun.task.cancel(true);
        }
    }

    /** Has those end that wait for the end of the engine, or of the process. On the thread that closes the engine. */
    void giveUpWhatShutsDown() {
        List<UnderWay> all;
        synchronized (underWay) {
            all = List.copyOf(underWay.values());
        }
        for (UnderWay one : all) {
            if (one.waitsForTheEnd()) {
                log.warn(
                        "A listener or planner of a firing shuts down its own application and waits for that: it counts as"
                                + " failed from now on, so that the shutdown does not wait for it");
                loop.accept(() -> ended(
                        one.call,
                        new IllegalStateException("It shut down its own application before it had returned")));
            }
        }
    }
}
