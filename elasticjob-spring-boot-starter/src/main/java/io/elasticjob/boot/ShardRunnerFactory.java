package io.elasticjob.boot;

import io.elasticjob.spi.ShardRunner;

/**
 * Makes runners of the handlers of this application, one for each engine. A bean of this type takes the place of the
 * starter's, whose runners work in this process as {@code elasticjob.execution} says.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ShardRunnerFactory {

    /** A runner that is not opened yet; closed by the engine that it is for. From any thread. */
    ShardRunner create();
}
