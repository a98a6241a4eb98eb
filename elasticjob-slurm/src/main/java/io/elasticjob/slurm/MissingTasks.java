package io.elasticjob.slurm;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Since when nothing is told of tasks that were released. A shared directory can show old contents for a while, so only what
 * stays away for long is lost. For all threads.
 */
final class MissingTasks {

    private record Missing(String tasks, long since) {}

    private final long patience;
    private final LongSupplier stopwatch;
    private final Map<Creation, Missing> missing = new HashMap<>(); // guarded by this

    /** @param patience in nanoseconds, as of the stopwatch */
    MissingTasks(long patience, LongSupplier stopwatch) {
        this.patience = patience;
        this.stopwatch = stopwatch;
    }

    /** Whether what is missing may yet be told. */
    synchronized boolean mayBeTold(Creation creation, RunProgress progress) {
        String tasks = progress.missing().text();
        if (tasks.isEmpty()) {
            missing.remove(creation);
            return true;
        }
        Missing before = missing.get(creation);
        if (before == null || !before.tasks().equals(tasks)) {
            missing.put(creation, new Missing(tasks, stopwatch.getAsLong()));
            return true;
        }
        return stopwatch.getAsLong() - before.since() < patience;
    }

    /** Forgets all others. */
    synchronized void keep(Collection<Creation> creations) {
        missing.keySet().retainAll(creations);
    }
}
