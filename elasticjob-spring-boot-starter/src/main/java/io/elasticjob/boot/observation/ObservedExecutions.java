package io.elasticjob.boot.observation;

import io.elasticjob.ExecutionScope;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Observes each execution, on the thread that runs its handler: whatever the handler calls, and what it logs, belongs to
 * the observation. It has no parent, since nobody called: the firing, which is named alike on all instances, is what links
 * the executions of one firing. Where nobody observes it costs nothing worth a name.
 */
public final class ObservedExecutions implements ExecutionScope {

    private static final ExecutionObservationConvention DEFAULT = new DefaultExecutionObservationConvention();
    private static final Open NOTHING = (outcome, thrown) -> {};

    private final ObservationRegistry observations;
    private final @Nullable ExecutionObservationConvention convention;
    private final Supplier<Optional<String>> instance;

    /**
     * @param convention null for the default one
     * @param instance id of the present instance, empty between two sessions; never blocks
     */
    public ObservedExecutions(
            ObservationRegistry observations,
            @Nullable ExecutionObservationConvention convention,
            Supplier<Optional<String>> instance) {
        this.observations = observations;
        this.convention = convention;
        this.instance = instance;
    }

    @Override
    public Open open(ShardingContext execution) {
        if (observations.isNoop()) {
            return NOTHING;
        }
        ElasticJobExecutionContext context =
                new ElasticJobExecutionContext(execution, instance.get().orElse(null));
        Observation observation =
                ExecutionObservationDocumentation.EXECUTION.start(convention, DEFAULT, () -> context, observations);
        Observation.Scope scope = openScope(observation);
        return (outcome, thrown) -> close(observation, scope, context, outcome, thrown);
    }

    /** Opens a scope, or leaves nothing of the try: neither on the thread, which is used again, nor under observation. */
    private Observation.Scope openScope(Observation observation) {
        try {
            return observation.openScope();
        } catch (Throwable failed) {
            Observation.Scope left = observations.getCurrentObservationScope();
            try {
                if (left != null && left.getCurrentObservation() == observation) {
                    left.close();
                }
            } finally {
                observation.error(failed).stop();
            }
            throw failed;
        }
    }

    private static void close(
            Observation observation,
            Observation.Scope scope,
            ElasticJobExecutionContext context,
            Outcome outcome,
            @Nullable Throwable thrown) {
        context.ended(outcome);
        try (scope) {
            if (thrown != null) {
                observation.error(thrown);
            }
        } finally {
            observation.stop();
        }
    }
}
