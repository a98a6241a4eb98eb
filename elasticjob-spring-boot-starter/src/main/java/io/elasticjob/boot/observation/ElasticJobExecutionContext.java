package io.elasticjob.boot.observation;

import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.micrometer.observation.Observation;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an execution while it is observed. What the handler threw is its {@link #getError()}.
 *
 * @since 0.1.0
 */
public final class ElasticJobExecutionContext extends Observation.Context {

    private final ShardingContext execution;
    private final @Nullable String instance;
    private volatile @Nullable Outcome outcome;

    /**
     * @param execution what the handler is told
     * @param instance id of the instance that runs it; null when it is not known
     */
    public ElasticJobExecutionContext(ShardingContext execution, @Nullable String instance) {
        this.execution = execution;
        this.instance = instance;
    }

    /** What the handler is told. */
    public ShardingContext execution() {
        return execution;
    }

    /** Id of the instance that runs it; empty when it was between two sessions. */
    public Optional<String> instance() {
        return Optional.ofNullable(instance);
    }

    /** How the handler ended, whether or not that can be recorded; empty while it runs. */
    public Optional<Outcome> outcome() {
        return Optional.ofNullable(outcome);
    }

    void ended(Outcome how) {
        outcome = how;
    }
}
