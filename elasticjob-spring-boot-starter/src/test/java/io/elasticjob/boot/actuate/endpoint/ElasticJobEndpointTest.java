package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Setting;
import io.elasticjob.ShardRecord;
import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpointWebExtension.Problem;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.engine.JobDetail;
import io.elasticjob.engine.JobView;
import io.elasticjob.engine.NamespaceView;
import io.elasticjob.engine.ShardView;
import io.elasticjob.registry.RegistryException;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.sharding.StrategyCatalog;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ElasticJobEndpointTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    @Test
    void anApplicationWithoutJobsShowsAnEmptyNamespace() {
        ElasticJobEndpoint endpoint = over(Optional.empty());

        assertThat(endpoint.namespace()).isEqualTo(NamespaceDescriptor.NONE);
        assertThat(endpoint.list("jobs")).hasToString("JobsDescriptor[jobs=[]]");
        assertThat(endpoint.one("jobs", "orders")).isNull();
        assertThat(endpoint.one("instances", "x")).isNull();
    }

    @Test
    void recordsThatCanNotBeReadAreNotPretended() {
        var response = new ElasticJobEndpointWebExtension(
                        over(CompletableFuture.failedFuture(new RegistryException("the connection is gone"))))
                .one("jobs", "orders");

        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getBody())
                .isEqualTo(new Problem("The registry can not be asked now: the connection is gone"));
    }

    @Test
    void aRunningShardShowsNoOutcomeOfAnEarlierRun() {
        ShardRecord done = ShardRecord.NEW
                .claimed(new Firing.Scheduled(NOON.minusSeconds(60)), "a", 1, 0, NOON.minusSeconds(60))
                .completed(new io.elasticjob.Outcome.Failed("disk"), NOON.minusSeconds(60), NOON.minusSeconds(50));
        ShardRecord running = done.claimed(new Firing.Scheduled(NOON), "b", 2, 1, NOON);

        ShardDescriptor before = ShardDescriptor.of(new ShardView(0, "b", done, 7, null), null);
        ShardDescriptor after = ShardDescriptor.of(new ShardView(0, "b", running, 8, null), null);

        assertThat(before.outcome()).isEqualTo("FAILED");
        assertThat(before.duration()).hasSeconds(10);
        assertThat(after.outcome()).isNull();
        assertThat(after.error()).isNull();
        assertThat(after.duration()).isNull();
        assertThat(after.owner()).isEqualTo("b");
        assertThat(after.fencingToken()).isEqualTo(8);
    }

    @Test
    void overridesAreShownWithWhoWhenAndWhyAndWinOverWhatIsDeclared() {
        JobDefinition declared = JobDefinition.named("orders").shards(2).build();
        StoredJob stored = new StoredJob(
                "orders",
                "shop",
                declared.settings(),
                Map.of(JobKey.JOB_PARAMETER, new StoredJob.Override("fast", "ann", NOON, "backlog")),
                NOON,
                io.elasticjob.coordination.ShardCount.always(2),
                Map.of());
        JobView view = new JobView(
                stored, stored.effective(), Assignment.none(2), List.of(), Map.of("till-7.x", "is draining"), null);

        var shown = (JobDetailDescriptor)
                over(CompletableFuture.completedFuture(Optional.of(new JobDetail(view, List.of()))))
                        .one("jobs", "orders");

        assertThat(shown.configuration())
                .containsEntry("jobParameter", new Setting("fast", Setting.Source.OVERRIDE))
                .containsEntry("shardingTotalCount", new Setting("2", Setting.Source.CODE));
        assertThat(shown.declared()).doesNotContainKey("jobParameter");
        assertThat(shown.overrides().get("jobParameter").who()).isEqualTo("ann");
        assertThat(shown.obstacles()).containsEntry("till-7.x", "is draining");
        assertThat(shown.nextFireTimes()).isEmpty();
    }

    @Test
    void aJobThatThisVersionCanNotUseIsShownWithItsProblem() {
        StoredJob stored = StoredJob.declared(JobDefinition.named("orders").build(), "shop", NOON);
        JobView view = new JobView(
                stored, null, Assignment.none(1), List.of(), Map.of(), "misfire: \"LATER\" is not known here");

        assertThat(JobDescriptor.of(view, NOON).problem()).contains("LATER");
        assertThat(JobDetailDescriptor.of(new JobDetail(view, List.of()), NOON).configuration())
                .isEmpty();
    }

    private static ElasticJobEndpoint over(CompletionStage<Optional<JobDetail>> job) {
        NamespaceReader reader = new NamespaceReader() {
            @Override
            public CompletionStage<NamespaceView> namespace() {
                throw new AssertionError("not asked for");
            }

            @Override
            public CompletionStage<Optional<JobDetail>> job(String name) {
                return job;
            }

            @Override
            public StrategyCatalog strategies() {
                throw new AssertionError("not asked for");
            }
        };
        return over(Optional.of(reader));
    }

    private static ElasticJobEndpoint over(Optional<NamespaceReader> reader) {
        JobOperations untouched = (JobOperations) Proxy.newProxyInstance(
                JobOperations.class.getClassLoader(), new Class<?>[] {JobOperations.class}, (proxy, method, given) -> {
                    throw new AssertionError("nothing is changed by reading");
                });
        return new ElasticJobEndpoint(() -> reader, untouched, event -> {}, () -> NOON);
    }
}
