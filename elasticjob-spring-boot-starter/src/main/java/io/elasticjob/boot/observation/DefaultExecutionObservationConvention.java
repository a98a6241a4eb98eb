package io.elasticjob.boot.observation;

import io.elasticjob.ExecutionId;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.boot.observation.ExecutionObservationDocumentation.HighCardinality;
import io.elasticjob.boot.observation.ExecutionObservationDocumentation.LowCardinality;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;

/**
 * The names and keys of {@link ExecutionObservationDocumentation}. The observation is called {@value #NAME}, and in traces
 * {@code job} and the job's name. Open for those who want a key more.
 *
 * @since 0.1.0
 */
public class DefaultExecutionObservationConvention implements ExecutionObservationConvention {

    /** Name of the observation, and so of the meters that are made of it. */
    public static final String NAME = "elasticjob.execution";

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public String getContextualName(ElasticJobExecutionContext context) {
        return "job " + context.execution().jobName();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(ElasticJobExecutionContext context) {
        return KeyValues.of(
                LowCardinality.JOB.withValue(context.execution().jobName()),
                LowCardinality.OUTCOME.withValue(
                        context.outcome().map(Outcome::name).orElse(KeyValue.NONE_VALUE)));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(ElasticJobExecutionContext context) {
        ShardingContext execution = context.execution();
        ExecutionId id = execution.executionId();
        return KeyValues.of(
                HighCardinality.EXECUTION.withValue(id.toString()),
                HighCardinality.FIRING.withValue(id.job() + "/" + id.firing().text()),
                HighCardinality.SHARD.withValue(String.valueOf(id.shard())),
                HighCardinality.ATTEMPT.withValue(String.valueOf(id.attempt())),
                HighCardinality.INSTANCE.withValue(context.instance().orElse(KeyValue.NONE_VALUE)),
                HighCardinality.FENCING_TOKEN.withValue(
                        execution.isMonitored() ? String.valueOf(execution.fencingToken()) : KeyValue.NONE_VALUE));
    }
}
