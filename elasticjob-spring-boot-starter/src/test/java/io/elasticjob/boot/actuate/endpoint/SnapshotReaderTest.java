package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.RegistryException;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.MemoryEnsemble;
import io.elasticjob.quartz.QuartzFireSource;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.view.EngineStatus;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceChanges;
import io.elasticjob.view.NamespaceView;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SnapshotReaderTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Duration LONG = Duration.ofMinutes(1);

    private final SortedMap<String, JobView> jobs = new TreeMap<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();

    @Test
    void allOfAnOrdinaryNamespaceIsThereAndReadInBounds() {
        addJobs(100, 2);

        SnapshotDescriptor snapshot = new SnapshotReader(reader(this::told), LONG).read(NOON);

        assertThat(snapshot.jobs()).hasSize(100);
        assertThat(snapshot.completeness()).isEqualTo(new SnapshotDescriptor.Completeness(100, 0, 0, null));
        assertThat(mostAtOnce).hasValueLessThanOrEqualTo(20);
    }

    @Test
    void moreJobsThanADocumentCanHoldAreCounted() {
        addJobs(SnapshotReader.MOST_JOBS + 3, 1);

        SnapshotDescriptor snapshot = new SnapshotReader(reader(this::told), LONG).read(NOON);

        assertThat(snapshot.jobs()).hasSize(SnapshotReader.MOST_JOBS);
        assertThat(snapshot.completeness())
                .isEqualTo(new SnapshotDescriptor.Completeness(SnapshotReader.MOST_JOBS + 3, 3, 0, null));
    }

    @Test
    void moreShardsThanADocumentCanHoldAreLeftOutWithTheReason() {
        addJobs(3, SnapshotReader.MOST_SHARDS / 2);

        SnapshotDescriptor.Completeness completeness =
                new SnapshotReader(reader(this::told), LONG).read(NOON).completeness();

        assertThat(completeness.jobsWithoutRecords()).isEqualTo(1);
        assertThat(completeness.why()).contains("more than 10000 shards");
    }

    @Test
    void whatTheRegistryDoesNotAnswerIsMissingAndTheRestIsThere() {
        addJobs(30, 1);

        SnapshotDescriptor snapshot = new SnapshotReader(
                        reader(name -> name.equals("job-0025")
                                ? CompletableFuture.failedFuture(new RegistryException("the connection is gone"))
                                : told(name)),
                        LONG)
                .read(NOON);

        assertThat(snapshot.jobs()).hasSize(30);
        assertThat(snapshot.completeness())
                .isEqualTo(new SnapshotDescriptor.Completeness(30, 0, 1, "the connection is gone"));
    }

    @Test
    void whoeverAnswersTooLateIsNotWaitedFor() {
        addJobs(2, 1);

        SnapshotDescriptor.Completeness completeness = new SnapshotReader(
                        reader(name -> name.equals("job-0001") ? new CompletableFuture<>() : told(name)),
                        Duration.ofMillis(50))
                .read(NOON)
                .completeness();

        assertThat(completeness.jobsWithoutRecords()).isEqualTo(1);
        assertThat(completeness.why()).contains("no answer within");
    }

    private void addJobs(int count, int shards) {
        for (int i = 0; i < count; i++) {
            String name = "job-%04d".formatted(i);
            JobDefinition definition = JobDefinition.named(name).shards(shards).build();
            StoredJob stored = StoredJob.declared(definition, "shop", NOON);
            jobs.put(name, new JobView(stored, definition, Assignment.none(shards), List.of(), Map.of(), null));
        }
    }

    private CompletionStage<Optional<JobDetail>> told(String name) {
        mostAtOnce.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        return CompletableFuture.supplyAsync(() -> {
            underWay.decrementAndGet();
            return Optional.of(new JobDetail(jobs.get(name), List.of()));
        });
    }

    private NamespaceReader reader(Function<String, CompletionStage<Optional<JobDetail>>> records) {
        return new NamespaceReader() {
            @Override
            public CompletionStage<NamespaceView> namespace() {
                return CompletableFuture.completedFuture(
                        new NamespaceView("test", "shop", latent(), new TreeMap<>(), jobs));
            }

            @Override
            public CompletionStage<Optional<JobDetail>> job(String name) {
                return records.apply(name);
            }

            @Override
            public CompletionStage<NamespaceChanges> changes(long after) {
                throw new AssertionError("not asked for");
            }

            @Override
            public StrategyCatalog strategies() {
                return StrategyCatalog.builtIn();
            }
        };
    }

    /** The status of an engine that was never started. */
    private static EngineStatus latent() {
        try (SystemTimekeeper time = new SystemTimekeeper();
                JobEngine engine = JobEngine.builder()
                        .namespace("test")
                        .registry(new MemoryEnsemble(time).client(Duration.ofSeconds(15)))
                        .fireSource(new QuartzFireSource(InstantSource.system()))
                        .runner(InProcessShardRunner.platform(Map.of(), 1))
                        .build()) {
            return engine.status();
        }
    }
}
