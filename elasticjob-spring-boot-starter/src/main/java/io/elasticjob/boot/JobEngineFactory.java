package io.elasticjob.boot;

import io.elasticjob.engine.JobEngineBuilder;

/**
 * Begins engines beside the application's own: in the same namespace and by the same rules, each with a session of its own.
 * A bean of this type takes the place of the starter's.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface JobEngineFactory {

    /** An engine that lacks nothing but a runner and a name of its own. It declares no job. From any thread. */
    JobEngineBuilder begin();
}
