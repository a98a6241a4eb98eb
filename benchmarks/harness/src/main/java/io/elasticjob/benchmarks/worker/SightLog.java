package io.elasticjob.benchmarks.worker;

import io.elasticjob.benchmarks.system.SystemUnderTest;
import io.elasticjob.benchmarks.system.SystemUnderTest.Sight;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks every two milliseconds at what an instance knows of a job, and keeps each change. Owns a daemon thread. */
final class SightLog {

    private static final long PAUSE_MILLIS = 2;

    /** @param at in microseconds since the epoch */
    private record Entry(long at, Sight sight) {}

    private final SystemUnderTest system;
    private final String job;
    private final ClassLoader loader;
    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    private volatile boolean ended;
    private volatile @Nullable Exception failure;

    SightLog(SystemUnderTest system, String job, ClassLoader loader) {
        this.system = system;
        this.job = job;
        this.loader = loader;
    }

    void start() {
        Thread thread = new Thread(this::look, "sight");
        thread.setContextClassLoader(loader);
        thread.setDaemon(true);
        thread.start();
    }

    private void look() {
        try {
            while (!ended) {
                Optional<Sight> sight = system.sight(job);
                boolean same = sight.isEmpty()
                        || (!entries.isEmpty()
                                && entries.get(entries.size() - 1).sight().equals(sight.get()));
                if (!same) {
                    entries.add(new Entry(ExecutionLog.nowMicros(), sight.get()));
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (Exception e) {
            failure = e;
        }
    }

    /**
     * Ends it.
     *
     * @return changes as {@code at:shards:own}, separated by commas; own is empty when the system cannot tell
     */
    String end() {
        ended = true;
        if (failure != null) {
            throw new IllegalStateException("what the instance knows could not be asked", failure);
        }
        return entries.stream()
                .map(entry -> entry.at() + ":" + entry.sight().shards() + ":"
                        + (entry.sight().own().isPresent()
                                ? String.valueOf(entry.sight().own().getAsInt())
                                : ""))
                .collect(Collectors.joining(","));
    }
}
