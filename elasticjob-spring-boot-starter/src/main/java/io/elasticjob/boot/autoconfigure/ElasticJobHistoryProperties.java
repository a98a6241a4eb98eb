package io.elasticjob.boot.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** What is kept of executions, as written: checked where it is used. */
@ConfigurationProperties("elasticjob.history")
public class ElasticJobHistoryProperties {

    /** Whether to keep a history of executions. */
    private boolean enabled = true;

    /** Names of the jobs whose executions are kept. If empty, all are kept. '*' matches anything. */
    private Set<String> includeJobNames = new LinkedHashSet<>();

    /**
     * Names of the jobs whose executions are not kept. '*' matches anything. Takes precedence over 'include-job-names'.
     */
    private Set<String> excludeJobNames = new LinkedHashSet<>();

    /**
     * Maximum number of executions that wait to be written while the database is slow or down. Further ones are
     * dropped.
     */
    private int bufferSize = 10_000;

    /** Number of executions that are written together, at most 1000. */
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

        /** Executions that started longer ago are removed. */
        private Duration maxAge = Duration.ofDays(30);

        /** Maximum number of executions to keep for each job. The oldest ones are removed. */
        private int maxCount = 10_000;

        /** What operators asked for longer ago is removed from the audit in the database. */
        private Duration auditMaxAge = Duration.ofDays(365);

        public Duration getAuditMaxAge() {
            return auditMaxAge;
        }

        public void setAuditMaxAge(Duration auditMaxAge) {
            this.auditMaxAge = auditMaxAge;
        }

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

        /** Number of executions of this instance to keep in memory when no database is used. */
        private int capacity = 1_000;

        public int getCapacity() {
            return capacity;
        }

        public void setCapacity(int capacity) {
            this.capacity = capacity;
        }
    }
}
