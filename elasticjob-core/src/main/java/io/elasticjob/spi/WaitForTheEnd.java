package io.elasticjob.spi;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Tells by what a thread is doing that it cannot go on before this process, or the engine, has ended: in {@code
 * System.exit}, in the wait for a thread that is there, or in the wait for another one that closes the engine.
 */
final class WaitForTheEnd {

    /** Where {@code System.exit} waits until all shutdown hooks have run; and the one that comes second, for the first. */
    private static final Set<String> EXIT = Set.of("java.lang.Shutdown", "java.lang.ApplicationShutdownHooks");

    private static final Set<Thread.State> WAITING =
            EnumSet.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TIMED_WAITING);

    private WaitForTheEnd() {}

    /** @param closing the frames of code that closes the engine */
    static boolean isSeenIn(Thread thread, Predicate<StackTraceElement> closing) {
        StackTraceElement[] stack = thread.getStackTrace();
        return exits(stack)
                || (isWaiting(thread) && isHeldUpIn(stack, closing))
                || (joins(stack) && exits(joined(thread)));
    }

    static boolean isWaiting(Thread thread) {
        return WAITING.contains(thread.getState());
    }

    private static boolean exits(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (EXIT.contains(frame.getClassName())) {
                return true;
            }
        }
        return false;
    }

    /** Whether nothing but the Java library was called from there, a lock that somebody else holds. */
    private static boolean isHeldUpIn(StackTraceElement[] stack, Predicate<StackTraceElement> closing) {
        for (StackTraceElement frame : stack) {
            if (!isOfJava(frame)) {
                return closing.test(frame);
            }
        }
        return false;
    }

    private static boolean isOfJava(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("sun.");
    }

    private static boolean joins(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (frame.getClassName().equals("java.lang.Thread")
                    && frame.getMethodName().equals("join")) {
                return true;
            }
        }
        return false;
    }

    /** What the thread does that this one waits for; nothing when that cannot be told. */
    private static StackTraceElement[] joined(Thread thread) {
        ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId());
        LockInfo lock = info == null ? null : info.getLockInfo();
        if (lock == null) {
            return new StackTraceElement[0];
        }
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(other -> System.identityHashCode(other.getKey()) == lock.getIdentityHashCode())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(() -> new StackTraceElement[0]);
    }
}
