package io.elasticjob.boot.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What editors are told of {@code elasticjob.jobs}: the keys of a job with their types. Nothing is ever bound to it.
 * {@link ElasticJobProperties} has what is written, so that a value that cannot be used is refused with a message of our own.
 */
@ConfigurationProperties("elasticjob")
final class JobsMetadata {

    /**
     * Settings of jobs by name. They override those of the annotations, key by key. Names match regardless of case,
     * dashes and dots. An entry with a 'handler' declares a further job, which the handler of that name runs; so
     * does one with a 'script' or an 'http' target.
     */
    private final Map<String, JobKeys> jobs = new LinkedHashMap<>();

    private JobsMetadata() {}

    public Map<String, JobKeys> getJobs() {
        return jobs;
    }
}
