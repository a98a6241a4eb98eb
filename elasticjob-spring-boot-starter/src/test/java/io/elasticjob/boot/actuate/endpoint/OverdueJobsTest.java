package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
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
import io.elasticjob.view.ShardView;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jobs whose firings nobody begins are found by their records. */
class OverdueJobsTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    private final TreeMap<String, JobView> jobs = new TreeMap<>();

    @Test
    void aJobWhoseFiringNobodyHasBegunIsFoundOnceThatIsLate() {
        add(JobDefinition.named("minutely").every(Duration.ofMinutes(1)).build());
        add(JobDefinition.named("hourly").every(Duration.ofHours(1)).build());
        add(JobDefinition.named("idle").build());

        assertThat(OverdueJobs.of(reader(), NOON.plusSeconds(61))).isEmpty();
        assertThat(OverdueJobs.of(reader(), NOON.plusSeconds(90))).containsExactly("minutely");
    }

    @Test
    void moreShardsThanABoundAreNotRead() {
        for (int i = 0; i < 3; i++) {
            add(JobDefinition.named("wide-" + i)
                    .every(Duration.ofMinutes(1))
                    .shards(9_000)
                    .build());
        }

        assertThatThrownBy(() -> OverdueJobs.of(reader(), NOON.plusSeconds(90)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("20000 shards");
    }

    private void add(JobDefinition definition) {
        StoredJob stored = StoredJob.declared(definition, "shop", NOON.plusSeconds(1));
        jobs.put(
                definition.name(),
                new JobView(
                        stored,
                        definition,
                        Assignment.none(definition.shardingTotalCount()),
                        List.of(),
                        Map.of(),
                        null));
    }

    private NamespaceReader reader() {
        return new NamespaceReader() {
            @Override
            public CompletionStage<NamespaceView> namespace() {
                return CompletableFuture.completedFuture(
                        new NamespaceView("test", "shop", latent(), new TreeMap<>(), jobs));
            }

            @Override
            public CompletionStage<Optional<JobDetail>> job(String name) {
                JobView job = jobs.get(name);
                List<ShardView> shards = IntStream.range(
                                0, job.effective().orElseThrow().shardingTotalCount())
                        .mapToObj(shard -> new ShardView(shard, null, ShardRecord.NEW, 0, null))
                        .toList();
                return CompletableFuture.completedFuture(Optional.of(new JobDetail(job, shards)));
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
