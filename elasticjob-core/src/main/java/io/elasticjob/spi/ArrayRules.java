package io.elasticjob.spi;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster runs the tasks of an {@link ArrayRun}.
 *
 * @param parallelism how many run at once at most; 0 for as many as the cluster lets
 * @param timeout of each task, from its own beginning, not from that of the run; null for none. A cluster with a coarser unit
 *     rounds up. A task that is ended by it has failed
 * @param retries how often the cluster itself begins a task again that failed, from 0. It is 0 for a cluster without {@link
 *     Cluster.Ability#RETRY}
 * @param resources of each task
 * @since 0.1.0
 */
public record ArrayRules(int parallelism, @Nullable Duration timeout, int retries, ArrayResources resources) {

    /** All at once, without limits, no retries, and the resources of the template. */
    public static final ArrayRules NONE = new ArrayRules(0, null, 0, ArrayResources.OF_TEMPLATE);

    public ArrayRules {
        if (parallelism < 0 || retries < 0) {
            throw new IllegalArgumentException("parallelism and retries must not be negative");
        }
        if (timeout != null && (timeout.isZero() || timeout.isNegative())) {
            throw new IllegalArgumentException("timeout must be longer than nothing");
        }
    }

    /** As {@link #timeout()}; empty for none. */
    public Optional<Duration> taskTimeout() {
        return Optional.ofNullable(timeout);
    }
}
