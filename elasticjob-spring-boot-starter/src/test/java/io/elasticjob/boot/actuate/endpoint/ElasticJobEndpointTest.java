package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.OperationRefusedException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.context.ApplicationEventPublisher;

class ElasticJobEndpointTest {

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    @Test
    void anApplicationWithoutJobsShowsAnEmptyNamespace() {
        ElasticJobEndpoint endpoint = over(Optional.empty());

        assertThat(endpoint.namespace()).isEqualTo(NamespaceDescriptor.NONE);
        assertThat(endpoint.list("jobs")).hasToString("JobsDescriptor[jobs=[]]");
        assertThat(endpoint.one("jobs", "orders")).isNull();
        assertThat(endpoint.one("instances", "x")).isNull();
        assertThat(about(endpoint, "executions")).as("where no history is kept").isNull();
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

    @Test
    void whereNoEngineRunsNothingIsSaidToBeDone() {
        ElasticJobEndpoint endpoint = over(Optional.empty(), event -> {}, new RegistryException("not been started"));

        var response =
                new ElasticJobEndpointWebExtension(endpoint).remove(SecurityContext.NONE, "jobs", "orders", null);

        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(about(endpoint, "explain")).isNull();
        assertThat(about(endpoint, "assignment")).isNull();
        assertThat(endpoint.item("jobs", "orders", "triggers", "0")).isNull();
        assertThat(((SnapshotDescriptor) endpoint.list("snapshot")).jobs()).isEmpty();
    }

    @Test
    void anAuditThatFailsDoesNotChangeTheAnswer() {
        ApplicationEventPublisher broken = event -> {
            throw new IllegalStateException("disk full");
        };

        var response = new ElasticJobEndpointWebExtension(
                        over(Optional.empty(), broken, new OperationRefusedException("the job is disabled")))
                .change(
                        SecurityContext.NONE,
                        "jobs",
                        "orders",
                        "trigger",
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null);

        assertThat(response.getStatus()).isEqualTo(409);
        assertThat(response.getBody()).isEqualTo(new Problem("the job is disabled"));
    }

    @Test
    void whatIsAuditedHasNeitherValuesNorWhatCouldForgeALine() {
        List<AuditEvent> audited = new ArrayList<>();
        ElasticJobEndpoint endpoint = over(
                Optional.empty(),
                event -> audited.add(((AuditApplicationEvent) event).getAuditEvent()),
                new InvalidSettingException("orders.jobParameter", "hunter2", "is too long"));
        Fields fields = Fields.ofChange(
                null, null, null, null, "jobParameter=hunter2\nmisfire=SKIP", null, null, null, "month end");

        assertThatThrownBy(
                        () -> endpoint.change("jobs", "orders", "configure", new Steering.Request("ann\nroot", fields)))
                .isInstanceOf(InvalidSettingException.class);

        assertThat(audited).singleElement().satisfies(event -> {
            assertThat(event.getPrincipal()).isEqualTo("ann root");
            assertThat(event.getType()).isEqualTo("ELASTICJOB_OPERATION");
            assertThat(event.getData())
                    .containsEntry("operation", "configure")
                    .containsEntry("job", "orders")
                    .containsEntry("set", List.of("jobParameter", "misfire"))
                    .containsEntry("reason", "month end")
                    .containsEntry("result", "refused")
                    .containsEntry("why", "orders.jobParameter is too long");
            assertThat(event.toString()).doesNotContain("hunter2");
        });
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

    private static @Nullable Object about(ElasticJobEndpoint endpoint, String aspect) {
        return endpoint.about("jobs", "orders", aspect, null, null, null, null, null, null, null, null, null, null);
    }

    private static ElasticJobEndpoint over(Optional<NamespaceReader> reader) {
        return over(reader, event -> {}, new IllegalStateException("nothing is changed by reading"));
    }

    /** @param answer to whatever is asked for */
    private static ElasticJobEndpoint over(
            Optional<NamespaceReader> reader, ApplicationEventPublisher audit, RuntimeException answer) {
        JobOperations operations = (JobOperations) Proxy.newProxyInstance(
                JobOperations.class.getClassLoader(),
                new Class<?>[] {JobOperations.class},
                (proxy, method, given) -> CompletableFuture.failedFuture(answer));
        return new ElasticJobEndpoint(() -> reader, operations, null, audit, () -> NOON);
    }
}
