package io.elasticjob.spi;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What a thread carries that the code it runs can see and change. An execution finds it as if the thread were new, whatever
 * ran there before, and leaves it as it was; so does each other call of somebody else's code on a thread that is shared.
 *
 * @param logContext SLF4J's mapped diagnostic context; null when it is empty
 */
public record ThreadState(
        String name,
        int priority,
        @Nullable ClassLoader loader,
        @Nullable Map<String, String> logContext) {

    /** That of the current thread. */
    public static ThreadState of(Thread current) {
        return new ThreadState(
                current.getName(), current.getPriority(), current.getContextClassLoader(), MDC.getCopyOfContextMap());
    }

    /** Makes the current thread look new; its name ends in what it is to run. */
    public void begin(Thread current, String what, @Nullable ClassLoader application) {
        current.setName(name + " " + what);
        set(current, Thread.NORM_PRIORITY, application);
        clearLogContext(logContext);
    }

    /** Undoes what {@link #begin} did, and whatever was done since. */
    public void putBack(Thread current) {
        if (!current.getName().equals(name)) {
            current.setName(name);
        }
        set(current, priority, loader);
        if (logContext == null || logContext.isEmpty()) {
            clearLogContext(MDC.getCopyOfContextMap());
        } else {
            MDC.setContextMap(logContext);
        }
    }

    private static void set(Thread current, int priority, @Nullable ClassLoader loader) {
        if (current.getPriority() != priority) {
            current.setPriority(priority);
        }
        if (current.getContextClassLoader() != loader) {
            current.setContextClassLoader(loader);
        }
    }

    private static void clearLogContext(@Nullable Map<String, String> present) {
        if (present != null && !present.isEmpty()) {
            MDC.clear();
        }
    }
}
