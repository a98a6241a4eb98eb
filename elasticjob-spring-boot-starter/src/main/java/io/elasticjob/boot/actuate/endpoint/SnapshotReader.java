package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.RegistryException;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole namespace, some jobs at a time, and stops where it would become too much: the document says what is
 * missing.
 */
final class SnapshotReader {

    /** More jobs than this are not in the document. */
    static final int MOST_JOBS = 2_000;

    /** The records of more shards than this are not. */
    static final int MOST_SHARDS = 10_000;

    private static final int AT_ONCE = 20;

    private final NamespaceReader reader;
    private final Duration patience;

    private final Map<String, JobDetail> records = new ConcurrentHashMap<>();
    private final AtomicBoolean over = new AtomicBoolean();

    /** @param patience with all records together */
    SnapshotReader(NamespaceReader reader, Duration patience) {
        this.reader = reader;
        this.patience = patience;
    }

    /** Reads once. */
    SnapshotDescriptor read(Instant now) {
        return read(now, all -> all);
    }

    /** @param seen what may be shown of the namespace */
    SnapshotDescriptor read(Instant now, UnaryOperator<NamespaceView> seen) {
        NamespaceView view = seen.apply(Answers.within(patience, reader.namespace()));
        List<JobView> shown = view.jobs().values().stream().limit(MOST_JOBS).toList();
        int within = 0;
        int shards = 0;
        while (within < shown.size() && shards + shown.get(within).shownShards() <= MOST_SHARDS) {
            shards += shown.get(within++).shownShards();
        }
        List<String> toRead =
                shown.subList(0, within).stream().map(JobView::name).toList();
        String trouble = trouble(toRead);
        String why = trouble != null || within == shown.size()
                ? trouble
                : "there are more than " + MOST_SHARDS + " shards: ask for single jobs";
        return SnapshotDescriptor.of(view, shown, Map.copyOf(records), why, reader.registry(), now);
    }

    /** What kept some of the records from being read; null when nothing has. */
    private @Nullable String trouble(List<String> jobs) {
        try {
            Answers.within(patience, readFrom(jobs, 0));
            return null;
        } catch (RegistryException noAnswer) {
            return String.valueOf(noAnswer.getMessage());
        } finally {
            over.set(true);
        }
    }

    private CompletableFuture<Void> readFrom(List<String> jobs, int from) {
        if (from >= jobs.size() || over.get()) {
            return CompletableFuture.completedFuture(null);
        }
        List<String> some = jobs.subList(from, Math.min(jobs.size(), from + AT_ONCE));
        return CompletableFuture.allOf(some.stream().map(this::readOne).toArray(CompletableFuture[]::new))
                .thenCompose(read -> readFrom(jobs, from + AT_ONCE));
    }

    private CompletableFuture<Optional<JobDetail>> readOne(String job) {
        return reader.job(job)
                .whenComplete((detail, failed) -> {
                    if (failed == null) {
                        detail.ifPresent(there -> records.put(job, there));
                    }
                })
                .toCompletableFuture();
    }
}
