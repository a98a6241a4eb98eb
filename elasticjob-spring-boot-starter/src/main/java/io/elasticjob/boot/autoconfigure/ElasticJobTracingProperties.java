package io.elasticjob.boot.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** What is kept of executions, as written: checked where it is used. */
@ConfigurationProperties("elasticjob.tracing")
public class ElasticJobTracingProperties {

    /** Whether a history of executions is kept. */
    private boolean enabled = true;

    /** Names of the jobs whose executions are kept, all when empty; '*' stands for anything. */
    private Set<String> includeJobNames = new LinkedHashSet<>();

    /** Names of the jobs whose executions are not kept; '*' stands for anything. Counts more than 'include-job-names'. */
    private Set<String> excludeJobNames = new LinkedHashSet<>();

    /** How many executions may wait to be written while the database is slow or down; what comes beyond is dropped. */
    private int bufferSize = 10_000;

    /** How many executions are written together, 1000 at most. */
    private int batchSize = 200;

    private final Retention retention = new Retention();

    private final Memory memory = new Memory();

    public boolean isEnabled() {
        return enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public Set<String> getIncludeJobNames() {
        return includeJobNames;
    }

    public void setIncludeJobNames(Set<String> includeJobNames) {
        this.includeJobNames = includeJobNames;
    }

    public Set<String> getExcludeJobNames() {
        return excludeJobNames;
    }

    public void setExcludeJobNames(Set<String> excludeJobNames) {
        this.excludeJobNames = excludeJobNames;
    }

    public int getBufferSize() {
        return bufferSize;
    }

    public void setBufferSize(int bufferSize) {
        this.bufferSize = bufferSize;
    }

    public int getBatchSize() {
        return batchSize;
    }

    public void setBatchSize(int batchSize) {
        this.batchSize = batchSize;
    }

    public Retention getRetention() {
        return retention;
    }

    public Memory getMemory() {
        return memory;
    }

    /** How long executions are kept. */
    public static class Retention {

        /** Executions that began longer ago are removed. */
        private Duration maxAge = Duration.ofDays(30);

        /** Of each job the latest so many executions are kept. */
        private int maxCount = 10_000;

        public Duration getMaxAge() {
            return maxAge;
        }

        public void setMaxAge(Duration maxAge) {
            this.maxAge = maxAge;
        }

        public int getMaxCount() {
            return maxCount;
        }

        public void setMaxCount(int maxCount) {
            this.maxCount = maxCount;
        }
    }

    /** The history of an instance without a database for it. */
    public static class Memory {

        /** How many executions of this instance are kept in memory where there is no database for them. */
        private int capacity = 1_000;

        public int getCapacity() {
            return capacity;
        }

        public void setCapacity(int capacity) {
            this.capacity = capacity;
        }
    }
}
