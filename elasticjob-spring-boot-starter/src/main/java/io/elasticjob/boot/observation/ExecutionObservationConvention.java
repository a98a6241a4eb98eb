package io.elasticjob.boot.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names and keys of the observation of an execution. A bean of this type replaces the default ones.
 *
 * @since 0.1.0
 */
public interface ExecutionObservationConvention extends ObservationConvention<ElasticJobExecutionContext> {

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof ElasticJobExecutionContext;
    }
}
