package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.JobDefinition;
import io.elasticjob.view.JobView;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What takes long to be found out of thousands of jobs, kept for as long as the view of a job is the same: who types in a field of
 * search asks for all of them with each key. Safe to use from any thread.
 */
final class JobFacts {

    /** Of more jobs it is found out each time; those that are no more make room so. */
    private static final int MOST = 20_000;

    /** A calendar may say something else without any sign of it. */
    private static final Duration LASTS = Duration.ofSeconds(10);

    private final Map<String, Known> byName = new ConcurrentHashMap<>();

    private static final class Known {
        private final JobView of;
        private volatile @Nullable String words;
        private volatile @Nullable Next next;

        Known(JobView of) {
            this.of = of;
        }
    }

    /**
     * When a job fires next.
     *
     * @param asked when that was found out
     * @param at null for never
     */
    private record Next(Instant asked, @Nullable Instant at) {

        private boolean holds(Instant now) {
            return !now.isBefore(asked) && now.isBefore(asked.plus(LASTS)) && (at == null || now.isBefore(at));
        }
    }

    private Known known(JobView job) {
        Known known = byName.get(job.name());
        if (known != null && known.of == job) {
            return known;
        }
        Known fresh = new Known(job);
        if (byName.size() >= MOST) {
            byName.clear();
        }
        byName.put(job.name(), fresh);
        return fresh;
    }

    /** As {@link JobsQuery#words(JobView)}. */
    String words(JobView job) {
        Known known = known(job);
        String words = known.words;
        if (words == null) {
            words = JobsQuery.words(job);
            known.words = words;
        }
        return words;
    }

    /** When it fires next, if anybody would run it then; empty for never. */
    Optional<Instant> next(JobView job, Instant now) {
        Known known = known(job);
        Next next = known.next;
        if (next == null || !next.holds(now)) {
            next = new Next(now, computed(job, now));
            known.next = next;
        }
        return Optional.ofNullable(next.at());
    }

    private static @Nullable Instant computed(JobView job, Instant now) {
        JobDefinition effective = job.definition();
        return effective == null
                ? null
                : JobDescriptor.nextFireTimes(job, effective, now, 1).stream()
                        .findFirst()
                        .orElse(null);
    }
}
