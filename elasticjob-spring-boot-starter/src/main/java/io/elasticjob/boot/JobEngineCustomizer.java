package io.elasticjob.boot;

import io.elasticjob.engine.JobEngine;

/**
 * A bean that adds to the job engine of the application, or changes it. Called once, when all jobs have been declared and
 * before the engine is built, in the order of {@link org.springframework.core.annotation.Order}. Not called in an
 * application without a job.
 */
@FunctionalInterface
public interface JobEngineCustomizer {

    void customize(JobEngine.Builder engine);
}
