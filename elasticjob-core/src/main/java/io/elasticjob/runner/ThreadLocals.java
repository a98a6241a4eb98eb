package io.elasticjob.runner;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties the thread locals of a thread, as {@code ForkJoinPool} can between its tasks, so that what one execution leaves
 * there is not found by the next. Java offers no way of its own to do that. It is possible where {@code java.lang} is open
 * ({@code --add-opens java.base/java.lang=ALL-UNNAMED}), and up to Java 23 without; elsewhere a thread has to be replaced.
 */
final class ThreadLocals {

    private static final Logger log = LoggerFactory.getLogger(ThreadLocals.class);

    /** The fields of a thread that hold them. */
    private static final List<String> FIELDS = List.of("threadLocals", "inheritableThreadLocals");

    /** Later ones warn on the console. */
    private static final int LAST_WITH_QUIET_MEMORY_ACCESS = 23;

    /** Each empties one of the fields of the thread that it is given; none where that is not possible. */
    private static final List<MethodHandle> ERASERS = erasers();

    private ThreadLocals() {}

    /** Whether {@link #erase()} does anything. */
    static boolean erasable() {
        return !ERASERS.isEmpty();
    }

    /** Empties those of the current thread, inherited ones included. */
    static void erase() {
        Thread current = Thread.currentThread();
        try {
            for (MethodHandle eraser : ERASERS) {
                eraser.invoke(current);
            }
        } catch (Throwable impossible) {
            throw new IllegalStateException("The thread locals of " + current + " cannot be emptied", impossible);
        }
    }

    private static List<MethodHandle> erasers() {
        try {
            return byOpenPackage();
        } catch (ReflectiveOperationException | RuntimeException closed) {
            log.debug("java.lang is not open: {}", closed.toString());
        }
        try {
            return Runtime.version().feature() <= LAST_WITH_QUIET_MEMORY_ACCESS ? byMemoryAccess() : List.of();
        } catch (ReflectiveOperationException | RuntimeException | LinkageError otherJvm) {
            log.debug("Thread locals cannot be emptied in this JVM; each execution has a thread of its own", otherJvm);
            return List.of();
        }
    }

    private static List<MethodHandle> byOpenPackage() throws ReflectiveOperationException {
        MethodHandles.Lookup inside = MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
        List<MethodHandle> erasers = new ArrayList<>();
        for (String name : FIELDS) {
            Field field = Thread.class.getDeclaredField(name);
            field.setAccessible(true);
            erasers.add(MethodHandles.insertArguments(inside.unreflectSetter(field), 1, new Object[] {null}));
        }
        return List.copyOf(erasers);
    }

    private static List<MethodHandle> byMemoryAccess() throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Unsafe");
        Field instance = type.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        Object memory = instance.get(null);
        MethodHandle put = MethodHandles.publicLookup()
                .findVirtual(
                        type, "putObject", MethodType.methodType(void.class, Object.class, long.class, Object.class))
                .bindTo(memory);
        List<MethodHandle> erasers = new ArrayList<>();
        for (String name : FIELDS) {
            Object offset = type.getMethod("objectFieldOffset", Field.class)
                    .invoke(memory, Thread.class.getDeclaredField(name));
            erasers.add(MethodHandles.insertArguments(put, 1, offset, null));
        }
        return List.copyOf(erasers);
    }
}
