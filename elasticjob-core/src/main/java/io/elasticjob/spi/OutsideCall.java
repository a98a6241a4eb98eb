package io.elasticjob.spi;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A call of somebody else's code: a handler, a listener, a strategy, a channel. Such code may close its own application, or end
 * the process, and does not return before that has ended. So whoever closes something that waits for the end of calls asks each of
 * them, now and then, whether it {@linkplain #waitsForTheEnd waits for the end} itself: that one is not waited for.
 *
 * <p>The thread on which it was begun belongs to the call, and so does each thread that was made by one of them meanwhile.
 */
public final class OutsideCall {

    /** By name: an application need not have Spring. */
    private static final String APPLICATION = "org.springframework.context.support.AbstractApplicationContext";

    private static final InheritableThreadLocal<OutsideCall> CURRENT = new InheritableThreadLocal<>();

    private final Predicate<StackTraceElement> closing;

    /** What its thread belonged to before, and does so again at its end; null for none. */
    private final @Nullable OutsideCall outer = CURRENT.get();

    /** Null after its end, so that a thread that lives longer keeps nothing of it. */
    private volatile @Nullable Thread thread;

    /** So often in a row it has to be seen in one and the same place for the guess that it waits there for the end. */
    private static final int LOOKS = 5;
    /** Looks that come sooner after one another count as one: all of them take two seconds. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    /** How often in a row it was seen to wait in that place while a thread that comes from it closes what waits for it. */
    private int looks; // guarded by this, as the next two

    private long lookedNanos;
    private StackTraceElement[] place = {};

    /** What its thread was like; null where somebody else puts that back. */
    private final @Nullable ThreadState before;

    private OutsideCall(Thread thread, Predicate<StackTraceElement> closing, @Nullable ThreadState before) {
        this.thread = thread;
        this.closing = closing;
        this.before = before;
    }

    /**
     * Begins one, on the current thread, in an application of Spring's, if any. At its end the thread has the name, priority,
     * class loader and logging context that it has now.
     */
    public static OutsideCall begin() {
        Thread current = Thread.currentThread();
        return begun(new OutsideCall(current, OutsideCall::closesApplication, ThreadState.of(current)));
    }

    /**
     * Begins one that leaves its thread as it likes.
     *
     * @param closing the methods by which the application is closed: who waits there waits for somebody else's closing
     */
    public static OutsideCall begin(Predicate<StackTraceElement> closing) {
        return begun(new OutsideCall(Thread.currentThread(), closing, null));
    }

    private static OutsideCall begun(OutsideCall call) {
        CURRENT.set(call);
        return call;
    }

    /**
     * Where each call gets a daemon thread of its own: of normal priority, and with nothing inherited from the thread that asks
     * for it.
     *
     * @param loader the context class loader
     */
    public static Executor threadEach(String name, @Nullable ClassLoader loader) {
        return call -> {
            Thread thread = new Thread(null, call, name, 0, false);
            thread.setDaemon(true);
            thread.setPriority(Thread.NORM_PRIORITY);
            thread.setContextClassLoader(loader);
            thread.start();
        };
    }

    /** Whether an application of Spring's is closed there. */
    public static boolean closesApplication(StackTraceElement frame) {
        return frame.getClassName().equals(APPLICATION);
    }

    /** Makes its thread again as it was when it was begun, for what it does next. On its thread. */
    public void tidy() {
        restore();
        Thread.interrupted(); // whatever was done before has left it behind
    }

    private void restore() {
        Thread present = thread;
        if (before != null && present != null) {
            before.putBack(present);
        }
    }

    /** It has returned. On its thread. */
    public void end() {
        restore();
        thread = null;
        if (outer == null || outer.thread == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(outer);
        }
    }

    /**
     * Whether it waits for an end that waits for it. On the thread that closes, which may be the call's own; false after its
     * end. For a moment everybody waits now and then: so one whose own thread closes nothing has to be seen in the same place for
     * two seconds, while a thread that it has made closes.
     */
    public boolean waitsForTheEnd() {
        return waitsForTheEnd(SystemTimekeeper.nanos());
    }

    /** @param now of a stopwatch, in nanoseconds */
    synchronized boolean waitsForTheEnd(long now) {
        Thread caller = thread;
        if (caller == null) {
            return false;
        }
        if (caller == Thread.currentThread() || WaitForTheEnd.isSeenIn(caller, closing)) {
            return true;
        }
        if (!hasMadeThisThread() || !WaitForTheEnd.isWaiting(caller)) {
            looks = 0;
            return false;
        }
        StackTraceElement[] present = caller.getStackTrace();
        if (looks == 0 || !Arrays.equals(place, present)) {
            looks = 1;
            lookedNanos = now;
            place = present;
        } else if (now - lookedNanos >= BETWEEN_LOOKS.toNanos()) {
            looks++;
            lookedNanos = now;
        }
        return looks >= LOOKS;
    }

    /** Whether the current thread belongs to it, or to a call that was begun by one that does. */
    private boolean hasMadeThisThread() {
        OutsideCall call = CURRENT.get();
        while (call != null && call != this) {
            call = call.outer;
        }
        return call != null;
    }
}
