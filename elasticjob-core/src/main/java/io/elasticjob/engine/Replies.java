package io.elasticjob.engine;

import io.elasticjob.EngineBusyException;
import io.elasticjob.spi.OutsideCall;
import io.elasticjob.spi.Timekeeper;
import io.elasticjob.text.Thrown;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives answers. Threads that wait for one go on at once; what hangs on it is somebody else's code, which may take long, or
 * never return: that runs off the loop, in the order in which the answers were decided.
 *
 * <p>As a rule one thread does that, and it is gone when there has been nothing to do for a while. While an answer waits for
 * longer than {@link #PATIENCE}, the threads are doubled, up to {@link #MOST_THREADS}, as long as fewer than
 * {@link #ENOUGH_MOVING} of them get on: where the processor is what is short, more threads help nobody. When even these are
 * taken, callbacks that have not returned for {@link #LONGEST} are interrupted.
 *
 * <p>What takes long to be worked out has {@link #MOST_MAKERS} threads of its own, and waits for one of them, however much is
 * asked at once. It is the engine's own code, and always returns.
 */
final class Replies {

    private static final Logger log = LoggerFactory.getLogger(Replies.class);

    /** An answer that waits for longer gets a thread of its own. */
    static final Duration PATIENCE = Duration.ofMillis(100);
    /** So many callbacks may be stuck before others wait for them. */
    static final int MOST_THREADS = 256;
    /** A callback that others wait for is interrupted after this. */
    static final Duration LONGEST = Duration.ofSeconds(30);

    /** So many threads that get on are enough: no more are started, however many answers wait. */
    static final int ENOUGH_MOVING = 4;
    /** A callback that runs for longer counts as one that does not get on: it may wait in a native call. */
    static final Duration MOVING = Duration.ofSeconds(1);
    /** So many threads work answers out. */
    static final int MOST_MAKERS = 4;

    private static final Duration IDLE = Duration.ofSeconds(5);

    private record Waiting(Runnable giving, long sinceNanos) {}

    private final Executor executor;
    private final LongSupplier stopwatch;

    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger threads = new AtomicInteger();
    private final Set<Giver> givers = ConcurrentHashMap.newKeySet();

    private final Queue<Making> toMake = new ConcurrentLinkedQueue<>();
    private final AtomicInteger makers = new AtomicInteger();

    /**
     * What is to be worked out.
     *
     * @param work gives the answer
     * @param refuse says that there will be none
     */
    private record Making(Runnable work, Runnable refuse) {}

    private final AtomicBoolean complained = new AtomicBoolean();

    /**
     * @param executor where answers are given; null for threads of its own
     * @param stopwatch nanoseconds, as {@link Timekeeper#nanoTime()}
     */
    Replies(@Nullable Executor executor, LongSupplier stopwatch) {
        this.executor = executor != null ? executor : ownThreads();
        this.stopwatch = stopwatch;
    }

    private static ThreadPoolExecutor ownThreads() {
        AtomicInteger made = new AtomicInteger();
        return new ThreadPoolExecutor(
                0,
                MOST_THREADS + MOST_MAKERS,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new SynchronousQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "elasticjob-answers-" + made.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * Gives an answer whose question is {@linkplain Question#settle settled}, in a turn that is going on. What hangs on it
     * runs once the turn {@linkplain #ring rings} at its end: a thread is woken once for all answers of a turn. Never blocks.
     */
    <T> void give(Effect.Reply<T> reply) {
        hold(reply.to(), () -> reply.to().tell(reply.answer().get()), reply.isWork());
    }

    /** As {@link #give(Effect.Reply)}. */
    void give(Effect.Refusal refusal) {
        hold(refusal.to(), () -> refusal.to().fail(refusal.why().get()), refusal.isWork());
    }

    /**
     * Works an answer out, off the loop, and gives it to all who asked for it; their questions are settled. Never blocks.
     *
     * @param then on that thread, afterwards
     */
    <T> void make(Effect.Make<T> make, Runnable then) {
        Runnable work = () -> {
            try {
                T answer = make.answer().get();
                make.to().forEach(question -> give(question, () -> question.tell(answer)));
            } catch (Throwable failed) {
                make.to().forEach(question -> give(question, () -> question.fail(failed)));
            } finally {
                then.run();
            }
        };
        Runnable refuse = () -> {
            EngineBusyException busy = new EngineBusyException("There is no thread for it; ask again in a moment");
            make.to().forEach(question -> give(question, () -> question.fail(busy)));
            then.run();
        };
        toMake.add(new Making(work, refuse));
        int there = makers.get();
        if (there < MOST_MAKERS && makers.compareAndSet(there, there + 1)) {
            startMaker();
        } // else one of them takes it before it goes
    }

    private void startMaker() {
        try {
            executor.execute(this::makeAll);
        } catch (Throwable refused) {
            if (makers.decrementAndGet() == 0) { // nobody comes for what waits
                for (Making next = toMake.poll(); next != null; next = toMake.poll()) {
                    next.refuse().run();
                }
            }
        }
    }

    private void makeAll() {
        do {
            for (Making next = toMake.poll(); next != null; next = toMake.poll()) {
                try {
                    next.work().run();
                } catch (Throwable unexpected) { // what comes after it must not suffer from it
                    log.error("An answer of the job engine could not be worked out; the next ones are", unexpected);
                }
            }
        } while (makers.decrementAndGet() == 0 && !toMake.isEmpty() && makers.compareAndSet(0, 1));
    }

    /** Refuses a question, unless it is answered already. From any thread; never blocks. */
    void refuse(Question<?> question, RuntimeException why) {
        if (question.settle()) {
            give(question, () -> question.fail(why));
        }
    }

    /** Answers a question that is only about whether something is done. From any thread; never blocks. */
    void done(Question<Void> question) {
        if (question.settle()) {
            give(question, () -> question.tell(null));
        }
    }

    private void give(Question<?> question, Runnable telling) {
        hold(question, telling, false);
        ring();
    }

    private void hold(Question<?> question, Runnable telling, boolean isWork) {
        if (!isWork) {
            tell(question, telling);
        }
        Runnable giving = () -> {
            if (isWork) {
                tell(question, telling);
            }
            question.release();
        };
        waiting.add(new Waiting(giving, stopwatch.getAsLong()));
    }

    private static void tell(Question<?> question, Runnable telling) {
        try {
            telling.run();
        } catch (Throwable failed) { // whoever asked is to hear of it, and of nothing else
            question.fail(failed);
        }
    }

    /** Has somebody come for the answers that wait, unless somebody is there. From any thread; never blocks. */
    void ring() {
        if (!waiting.isEmpty() && threads.compareAndSet(0, 1)) {
            start();
        }
    }

    /** Sees to it that no answer waits for a callback that does not return. Now and then, from any thread; never blocks. */
    void look() {
        Waiting oldest = waiting.peek();
        if (oldest == null || age(oldest.sinceNanos()).compareTo(PATIENCE) <= 0) {
            return;
        }
        int there = threads.get();
        if (moving(there) >= ENOUGH_MOVING) {
            return;
        }
        int wanted = Math.min(MOST_THREADS, Math.max(1, 2 * there));
        if (there == MOST_THREADS) {
            interruptTheSlow();
        } else if (threads.compareAndSet(there, wanted)) {
            for (int more = there; more < wanted; more++) {
                start();
            }
        }
    }

    /** How many of so many threads get on, or are about to begin. */
    private int moving(int there) {
        int known = 0;
        int moving = 0;
        for (Giver giver : givers) {
            known++;
            moving += giver.isMoving() ? 1 : 0;
        }
        return moving + Math.max(0, there - known);
    }

    /**
     * Whether a thread gets on with a callback: it is not held up by anything but the processor.
     *
     * @param age for how long the callback has run
     */
    static boolean isMoving(Thread.State state, Duration age) {
        return state == Thread.State.RUNNABLE && age.compareTo(MOVING) < 0;
    }

    private void interruptTheSlow() {
        if (complained.compareAndSet(false, true)) {
            log.warn(
                    "{} callbacks on answers of the job engine have not returned, and further answers wait for them."
                            + " Those that take longer than {} s are interrupted; jobs continue. One of them is at{}",
                    MOST_THREADS,
                    LONGEST.toSeconds(),
                    givers.stream().findFirst().map(Giver::place).orElse(" an unknown place"));
        }
        givers.forEach(Giver::interruptIfSlow);
    }

    /** How many give answers. */
    int threads() {
        return threads.get();
    }

    private Duration age(long sinceNanos) {
        return Duration.ofNanos(stopwatch.getAsLong() - sinceNanos);
    }

    /** One that is counted already. */
    private void start() {
        try {
            executor.execute(new Giver());
        } catch (Throwable refused) { // there is another look within a second
            threads.decrementAndGet();
            log.error(
                    "No thread can be started for answers of the job engine; this is retried",
                    Thrown.tellable(refused));
        }
    }

    private final class Giver implements Runnable {

        // Guarded by this: an interrupt is meant for what is being given, and never for what comes after.
        private @Nullable Thread busy;
        private long sinceNanos;

        @Override
        public void run() {
            givers.add(this);
            try {
                do {
                    giveAll();
                } while (!isOver());
            } finally {
                givers.remove(this);
            }
        }

        private void giveAll() {
            Waiting next;
            while ((next = waiting.poll()) != null) {
                look();
                begin();
                OutsideCall call = OutsideCall.begin(); // for what it leaves on this thread
                try {
                    next.giving().run();
                } catch (Throwable unexpected) { // the next answer must not suffer from it
                    log.error("An answer of the job engine could not be given; the next ones are", unexpected);
                } finally {
                    call.end();
                    end();
                }
            }
        }

        /** Whether this one may go: nothing waits, or somebody else is there who gives it. */
        private boolean isOver() {
            boolean isLast = threads.decrementAndGet() == 0;
            complained.set(false);
            return !isLast || waiting.isEmpty() || !threads.compareAndSet(0, 1);
        }

        private synchronized void begin() {
            busy = Thread.currentThread();
            sinceNanos = stopwatch.getAsLong();
        }

        private synchronized void end() {
            busy = null;
            Thread.interrupted();
        }

        /** Also between two callbacks. */
        private synchronized boolean isMoving() {
            return busy == null || Replies.isMoving(busy.getState(), age(sinceNanos));
        }

        private synchronized void interruptIfSlow() {
            if (busy != null && age(sinceNanos).compareTo(LONGEST) > 0) {
                busy.interrupt();
            }
        }

        private synchronized String place() {
            StringBuilder place = new StringBuilder();
            for (StackTraceElement frame : busy == null ? new StackTraceElement[0] : busy.getStackTrace()) {
                place.append(System.lineSeparator()).append("\tat ").append(frame);
            }
            return place.toString();
        }
    }
}
