package io.elasticjob.boot;

import io.elasticjob.engine.JobEngineBuilder;

/**
 * A bean that adds to the job engine of the application, or changes it. Called when all jobs have been declared and before
 * the engine is built, in the order of {@link org.springframework.core.annotation.Order}: once, and again when the
 * application context is started after a stop. Not called in an application without a job.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface JobEngineCustomizer {

    void customize(JobEngineBuilder engine);
}
