package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.EngineBusyException;
import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.RegistryException;
import io.elasticjob.Setting;
import io.elasticjob.ShardRecord;
import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpointWebExtension.Code;
import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpointWebExtension.Problem;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceChanges;
import io.elasticjob.view.NamespaceView;
import io.elasticjob.view.ShardView;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.context.ApplicationEventPublisher;

class ElasticJobEndpointTest {

    private static final AccessRules SHOWN = new AccessRules(
            AccessRules.NONE.roles(), List.of(), new AccessRules.Values(Show.ALWAYS, Set.of(), new Sanitizer()));

    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    @Test
    void whenTooMuchIsAskedTheAnswerIs503AndSaysSo() {
        var response = web(over(CompletableFuture.failedFuture(new EngineBusyException("1000 requests wait already"))))
                .one(SecurityContext.NONE, "jobs", "orders");

        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getBody())
                .isEqualTo(Problem.of(Code.BUSY, "Too much is asked of this instance now: 1000 requests wait already"));
    }

    @Test
    void anApplicationWithoutJobsShowsAnEmptyNamespace() {
        ElasticJobEndpoint endpoint = over(Optional.empty());

        assertThat(endpoint.namespace()).isEqualTo(NamespaceDescriptor.NONE);
        assertThat(endpoint.list("jobs")).hasToString("JobsDescriptor[jobs=[], total=0, next=null, at=null]");
        assertThat(endpoint.one("jobs", "orders")).isNull();
        assertThat(endpoint.one("instances", "x")).isNull();
        assertThat(about(endpoint, "executions")).as("where no history is kept").isNull();
    }

    @Test
    void recordsThatCanNotBeReadAreNotPretended() {
        var response = web(over(CompletableFuture.failedFuture(new RegistryException("the connection is gone"))))
                .one(SecurityContext.NONE, "jobs", "orders");

        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getBody())
                .isEqualTo(Problem.of(Code.NO_REGISTRY, "ZooKeeper cannot be asked now: the connection is gone"));
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
                new StoredJob.Settings(
                        "shop",
                        declared.settings(),
                        Map.of(JobKey.JOB_PARAMETER, new StoredJob.Override("fast", "ann", NOON, "backlog"))),
                NOON,
                io.elasticjob.coordination.ShardCount.always(2));
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
    void aSettingThatOnlyALaterVersionKnowsIsShownAndMaskedInASnapshot() {
        JobKey unknown = JobKey.stored("token");
        StoredJob stored = new StoredJob(
                "orders",
                new StoredJob.Settings(
                        "shop",
                        Map.of(unknown, new Setting("s3cret", Setting.Source.CODE)),
                        Map.of(unknown, new StoredJob.Override("s3cret", "ann", NOON, ""))),
                NOON,
                io.elasticjob.coordination.ShardCount.always(2));
        JobView view = new JobView(stored, null, Assignment.none(2), List.of(), Map.of(), "not known here");

        JobDetailDescriptor shown = JobDetailDescriptor.of(new JobDetail(view, List.of()), NOON);

        assertThat(shown.declared()).containsOnlyKeys("token");
        assertThat(SnapshotDescriptor.masked(shown).toString()).doesNotContain("s3cret");
        assertThat(SnapshotDescriptor.masked(shown).declared().get("token").value())
                .isEqualTo("******");
        assertThat(SnapshotDescriptor.masked(shown).overrides().get("token").value())
                .isEqualTo("******");
    }

    @Test
    void shardsThatHoldOnlyFromAFiringToComeAreShown() {
        StoredJob stored = StoredJob.declared(daily(2), "shop", NOON)
                .redeclared(daily(4), "shop", NOON.plusSeconds(1), java.time.Duration.ofSeconds(25));
        JobView view = new JobView(stored, stored.effective(), Assignment.none(4), List.of(), Map.of(), null);
        var upcoming =
                new io.elasticjob.coordination.ShardCount.Upcoming(2, 4, NOON.plus(java.time.Duration.ofHours(15)));

        assertThat(JobDescriptor.of(view, true, true, JobRows.NONE, NOON).upcomingShards())
                .isEqualTo(upcoming);
        assertThat(JobDetailDescriptor.of(new JobDetail(view, List.of()), NOON).upcomingShards())
                .isEqualTo(upcoming);
        assertThat(JobDescriptor.of(view, true, true, JobRows.NONE, upcoming.from())
                        .upcomingShards())
                .isNull();
    }

    private static JobDefinition daily(int shards) {
        return JobDefinition.named("orders")
                .cron("0 0 3 * * ?", java.time.ZoneOffset.UTC)
                .shards(shards)
                .build();
    }

    @Test
    void aJobThatNobodyDeclaresIsShownAsUndeclaredAndWithoutATimeToFire() {
        StoredJob stored = StoredJob.declared(daily(2), "shop", NOON).undeclared(NOON.plusSeconds(7));
        for (Standing standing : Standing.values()) {
            JobView view =
                    new JobView(stored, stored.effective(), Assignment.none(2), List.of(), Map.of(), null, standing);
            JobDescriptor shown = JobDescriptor.of(view, true, true, JobRows.NONE, NOON);
            JobDetailDescriptor detail = JobDetailDescriptor.of(new JobDetail(view, List.of()), NOON);

            assertThat(shown.state()).isEqualTo(standing.mayRun() ? JobCondition.ENABLED : JobCondition.UNDECLARED);
            assertThat(shown.undeclaredSince()).isEqualTo(standing.mayRun() ? null : NOON.plusSeconds(7));
            assertThat(shown.nextFireTime() == null).isEqualTo(!standing.mayRun());
            assertThat(detail.state()).isEqualTo(shown.state());
            assertThat(detail.nextFireTimes().isEmpty()).isEqualTo(!standing.mayRun());
        }
    }

    @Test
    void aJobThatThisVersionCanNotUseIsShownWithItsProblem() {
        StoredJob stored = StoredJob.declared(JobDefinition.named("orders").build(), "shop", NOON);
        JobView view = new JobView(
                stored, null, Assignment.none(1), List.of(), Map.of(), "misfire: \"LATER\" is not known here");

        assertThat(JobDescriptor.of(view, true, true, JobRows.NONE, NOON).problem())
                .contains("LATER");
        assertThat(JobDetailDescriptor.of(new JobDetail(view, List.of()), NOON).configuration())
                .isEmpty();
    }

    @Test
    void whereNoEngineRunsNothingIsSaidToBeDone() {
        ElasticJobEndpoint endpoint = over(Optional.empty(), event -> {}, new RegistryException("not been started"));

        var response = web(endpoint).remove(SecurityContext.NONE, "jobs", "orders", null);

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

        var response = web(over(Optional.empty(), broken, new OperationRefusedException("the job is disabled")))
                .change(
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
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        SecurityContext.NONE);

        assertThat(response.getStatus()).isEqualTo(409);
        assertThat(response.getBody()).isEqualTo(Problem.of(Code.REFUSED, "the job is disabled"));
    }

    @Test
    void whatIsAuditedHasNeitherValuesNorWhatCouldForgeALine() {
        List<AuditEvent> audited = new ArrayList<>();
        ElasticJobEndpoint endpoint = over(
                Optional.empty(),
                event -> audited.add(((AuditApplicationEvent) event).getAuditEvent()),
                new InvalidSettingException("orders.jobParameter", "hunter2", "is too long"));
        OperationFields fields = OperationFields.ofChange(
                null,
                null,
                null,
                null,
                "jobParameter=hunter2\nmisfire=SKIP",
                null,
                null,
                null,
                "month end",
                null,
                null,
                null,
                null,
                null,
                null);

        assertThatThrownBy(() -> endpoint.change(
                        "jobs", "orders", "configure", new EndpointRequests.Request("ann\nroot", fields)))
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

    private static ElasticJobEndpointWebExtension web(ElasticJobEndpoint endpoint) {
        return new ElasticJobEndpointWebExtension(endpoint, new ChangeWatch(Optional::empty), CompletableFuture::join);
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
            public CompletionStage<NamespaceChanges> changes(long after) {
                throw new AssertionError("not asked for");
            }

            @Override
            public StrategyCatalog strategies() {
                throw new AssertionError("not asked for");
            }
        };
        return over(Optional.of(reader));
    }

    private static @Nullable Object about(ElasticJobEndpoint endpoint, String aspect) {
        return endpoint.about("jobs", "orders", aspect, OperationFields.of(), SecurityContext.NONE);
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
        return new ElasticJobEndpoint(
                () -> reader,
                operations,
                new ElasticJobEndpoint.Beside(null, new ExecutionLogs(), null),
                audit,
                SHOWN,
                CapabilitiesDescriptor.Source.PLAIN,
                () -> NOON);
    }
}
