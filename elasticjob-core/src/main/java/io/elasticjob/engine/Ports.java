package io.elasticjob.engine;

import io.elasticjob.registry.Registry;
import io.elasticjob.spi.FireSource;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.spi.Timekeeper;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * By what an engine reaches the world; closed with it, but for the timekeeper.
 *
 * @param listenerThreads where the listeners of firings are called, each on a thread of its own
 */
record Ports(
        Registry registry, FireSource fireSource, ShardRunner runner, Timekeeper timekeeper, Executor listenerThreads) {

    /** @throws IllegalStateException when one is missing that an engine cannot do without */
    static Ports of(
            @Nullable Registry registry,
            @Nullable FireSource fireSource,
            @Nullable ShardRunner runner,
            Timekeeper timekeeper,
            Executor listenerThreads) {
        return new Ports(
                required("registry", registry),
                required("fireSource", fireSource),
                required("runner", runner),
                timekeeper,
                listenerThreads);
    }

    private static <T> T required(String what, @Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("An engine needs a " + what);
        }
        return value;
    }
}
