package io.elasticjob.boot;

import io.elasticjob.registry.Registry;

/**
 * Makes connections to the registry, each with a session of its own. A bean of this type takes the place of the starter's,
 * which connects to ZooKeeper as {@code elasticjob.registry} says.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface RegistryFactory {

    /** A connection that is not opened yet; closed by the engine that it is for. From any thread. */
    Registry create();
}
