package io.elasticjob.runner;

import java.lang.reflect.Method;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/** Virtual threads by reflection: this code runs on Java 17 too, which has none. They inherit nothing. */
final class VirtualThreads {

    private VirtualThreads() {}

    static boolean available() {
        // Java 19 and 20 have the method, but refuse to carry it out unless previews are switched on.
        return Runtime.version().feature() >= 21;
    }

    /** Starts a thread for each task; their names are the prefix and a number. */
    static Executor executor(String namePrefix) {
        if (!available()) {
            throw new UnsupportedOperationException("There are no virtual threads in Java "
                    + Runtime.version().feature() + ": use platform threads, or run on Java 21 or newer");
        }
        ThreadFactory threads = factory(namePrefix);
        return task -> threads.newThread(task).start();
    }

    private static ThreadFactory factory(String namePrefix) {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            Method name = type.getMethod("name", String.class, long.class);
            Method inherit = type.getMethod("inheritInheritableThreadLocals", boolean.class);
            Object named = name.invoke(builder, namePrefix, 1L);
            return (ThreadFactory) type.getMethod("factory").invoke(inherit.invoke(named, false));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("Java " + Runtime.version() + " makes no virtual threads as Java 21 does", e);
        }
    }
}
