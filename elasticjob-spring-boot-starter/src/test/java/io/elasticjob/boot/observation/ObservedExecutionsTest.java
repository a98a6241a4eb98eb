package io.elasticjob.boot.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.observation.ExecutionObservationDocumentation.HighCardinality;
import io.elasticjob.boot.observation.ExecutionObservationDocumentation.LowCardinality;
import io.elasticjob.runner.InProcessShardRunner;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ObservedExecutionsTest {

    private static final Firing NOON = new Firing.Scheduled(Instant.parse("2026-06-01T12:00:00Z"));

    private final ObservationRegistry observations = ObservationRegistry.create();
    private final List<String> steps = new ArrayList<>();
    private final List<Observation.Context> stopped = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();

    private final class Recorder implements ObservationHandler<Observation.Context> {

        @Override
        public void onStart(Observation.Context context) {
            steps.add("start");
        }

        @Override
        public void onScopeOpened(Observation.Context context) {
            steps.add("scope opened");
        }

        @Override
        public void onError(Observation.Context context) {
            steps.add("error");
        }

        @Override
        public void onScopeClosed(Observation.Context context) {
            steps.add("scope closed");
        }

        @Override
        public void onStop(Observation.Context context) {
            steps.add("stop");
            stopped.add(context);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    @Test
    void anExecutionIsObservedAroundItsHandlerUnderItsDocumentedNames() {
        observations.observationConfig().observationHandler(new Recorder());
        AtomicReference<Observation> current = new AtomicReference<>();
        run(null, "till-7.x", execution(0), context -> {
            steps.add("handler");
            current.set(observations.getCurrentObservation());
        });

        assertThat(steps).containsExactly("start", "scope opened", "handler", "scope closed", "stop");
        Observation.Context context = stopped.get(0);
        assertThat(current.get().getContextView()).isSameAs(context);
        assertThat(observations.getCurrentObservation()).isNull();
        assertThat(context.getName()).isEqualTo("elasticjob.execution");
        assertThat(context.getContextualName()).isEqualTo("job orders");
        assertThat(context.getLowCardinalityKeyValues())
                .containsExactlyInAnyOrder(KeyValue.of("job", "orders"), KeyValue.of("outcome", "SUCCEEDED"));
        assertThat(context.getHighCardinalityKeyValues())
                .containsExactlyInAnyOrder(
                        KeyValue.of("elasticjob.execution", "orders/2026-06-01T12:00:00Z/0/2"),
                        KeyValue.of("elasticjob.firing", "orders/2026-06-01T12:00:00Z"),
                        KeyValue.of("elasticjob.shard", "0"),
                        KeyValue.of("elasticjob.attempt", "2"),
                        KeyValue.of("elasticjob.instance", "till-7.x"),
                        KeyValue.of("elasticjob.fencing-token", "4711"));
        assertThat(outcomes).containsExactly(new Outcome.Succeeded());
    }

    @Test
    void theDocumentationNamesTheKeysThereAreAndNoOthers() throws IOException {
        observations.observationConfig().observationHandler(new Recorder());
        run(null, null, execution(0).fencingToken(1), context -> {});

        assertThat(keys(stopped.get(0).getLowCardinalityKeyValues()))
                .containsExactlyInAnyOrderElementsOf(names(LowCardinality.values()));
        assertThat(keys(stopped.get(0).getHighCardinalityKeyValues()))
                .containsExactlyInAnyOrderElementsOf(names(HighCardinality.values()));
        assertThat(documented("low")).isEqualTo(names(LowCardinality.values()));
        assertThat(documented("high")).isEqualTo(names(HighCardinality.values()));
    }

    /** The keys of this cardinality in the table for users. */
    private static List<String> documented(String cardinality) throws IOException {
        return Pattern.compile("(?m)^\\| `([a-z.-]+)` \\| " + cardinality + " \\|")
                .matcher(Files.readString(Path.of("..", "docs", "operations", "observability.md")))
                .results()
                .map(row -> row.group(1))
                .toList();
    }

    @Test
    void theFiringIsTheSameForAllItsShardsOnAllInstances() {
        observations.observationConfig().observationHandler(new Recorder());
        run(null, "till-7.x", execution(0), context -> {});
        run(null, "till-8.y", execution(1), context -> {});

        assertThat(stopped)
                .extracting(context ->
                        context.getHighCardinalityKeyValue("elasticjob.firing").getValue())
                .containsExactly("orders/2026-06-01T12:00:00Z", "orders/2026-06-01T12:00:00Z");
        assertThat(stopped)
                .extracting(context -> context.getHighCardinalityKeyValue("elasticjob.execution")
                        .getValue())
                .doesNotHaveDuplicates();
    }

    @Test
    void whatAHandlerThrowsIsTheErrorOfTheObservation() {
        observations.observationConfig().observationHandler(new Recorder());
        RuntimeException thrown = new IllegalStateException("disk full");
        run(null, null, execution(0), context -> {
            throw thrown;
        });

        assertThat(steps).containsExactly("start", "scope opened", "error", "scope closed", "stop");
        assertThat(stopped.get(0).getError()).isSameAs(thrown);
        assertThat(stopped.get(0).getLowCardinalityKeyValue("outcome").getValue())
                .isEqualTo("FAILED");
        assertThat(outcomes).containsExactly(Outcome.Failed.because(thrown));
    }

    @Test
    void withoutMonitoringAndBetweenTwoSessionsThereIsNone() {
        observations.observationConfig().observationHandler(new Recorder());
        run(null, null, ShardingContext.builder().jobName("orders"), context -> {});

        assertThat(stopped.get(0)
                        .getHighCardinalityKeyValue("elasticjob.instance")
                        .getValue())
                .isEqualTo("none");
        assertThat(stopped.get(0)
                        .getHighCardinalityKeyValue("elasticjob.fencing-token")
                        .getValue())
                .isEqualTo("none");
    }

    @Test
    void aConventionOfTheApplicationReplacesTheDefault() {
        observations.observationConfig().observationHandler(new Recorder());
        run(
                new DefaultExecutionObservationConvention() {
                    @Override
                    public KeyValues getLowCardinalityKeyValues(ElasticJobExecutionContext context) {
                        return super.getLowCardinalityKeyValues(context).and("region", "eu");
                    }
                },
                null,
                execution(0),
                context -> {});

        assertThat(keys(stopped.get(0).getLowCardinalityKeyValues())).containsExactly("job", "outcome", "region");
    }

    @Test
    void metersOfTheObservationHaveTheKeysWithFewValuesOnly() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
        run(null, "till-7.x", execution(0), context -> {});

        assertThat(meters.get("elasticjob.execution")
                        .tags("job", "orders", "outcome", "SUCCEEDED")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(meters.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getTags())
                        .extracting(tag -> tag.getKey())
                        .isSubsetOf("job", "outcome", "error"));
    }

    @Test
    void whereNobodyObservesNothingIsMade() {
        ObservedExecutions scope = new ObservedExecutions(observations, null, () -> {
            throw new AssertionError("nobody wants to know the instance");
        });
        ShardingContext context = execution(0).build();

        assertThat(scope.open(context)).isSameAs(scope.open(context));
    }

    @Test
    void anObserverThatFailsHarmsNoExecutionAndLeavesNoScopeOpen() {
        observations.observationConfig().observationHandler(new Recorder());
        observations.observationConfig().observationHandler(new ObservationHandler<Observation.Context>() {
            @Override
            public void onScopeOpened(Observation.Context context) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        run(null, null, execution(0), context -> steps.add("handler"));

        assertThat(outcomes).containsExactly(new Outcome.Succeeded());
        assertThat(steps).containsExactly("start", "scope opened", "scope closed", "error", "stop", "handler");
        assertThat(observations.getCurrentObservation())
                .as("on a thread that is used again")
                .isNull();
    }

    /** As an engine does it, but on this thread. */
    private void run(
            @Nullable ExecutionObservationConvention convention,
            @Nullable String instance,
            ShardingContext.Builder context,
            SimpleJob handler) {
        ObservedExecutions scope =
                new ObservedExecutions(observations, convention, () -> Optional.ofNullable(instance));
        try (InProcessShardRunner runner = InProcessShardRunner.on(Runnable::run, Map.of("work", handler), 1)
                .within(List.of(scope))) {
            runner.open(new Outcomes(outcomes::add));
            runner.start(Outcomes.order(context));
        }
    }

    private static ShardingContext.Builder execution(int shard) {
        return ShardingContext.builder()
                .executionId(new ExecutionId("orders", NOON, shard, 2))
                .fencingToken(4711);
    }

    private static List<String> keys(KeyValues values) {
        return values.stream().map(KeyValue::getKey).toList();
    }

    private static List<String> names(KeyName[] documented) {
        return Stream.of(documented).map(KeyName::asString).toList();
    }
}
