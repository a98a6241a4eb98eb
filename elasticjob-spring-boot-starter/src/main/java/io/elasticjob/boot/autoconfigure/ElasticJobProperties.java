package io.elasticjob.boot.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** The application's configuration properties, as written: checked where they are used. */
@ConfigurationProperties("elasticjob")
public class ElasticJobProperties {

    /** Whether this application takes part in the running of jobs at all. */
    private boolean enabled = true;

    /** Whether jobs start with the application; otherwise when the lifecycle bean is started by hand. */
    private boolean autoStartup = true;

    /** Where applications meet; job names are unique within it. The default is spring.application.name. */
    private @Nullable String namespace;

    /**
     * How far the clock of this process may be from the registry's; beyond it the process takes no new firings, and others
     * take over. The same for all applications of a namespace.
     */
    private Duration maxTimeDiff = Duration.ofSeconds(10);

    private final Registry registry = new Registry();

    private final Instance instance = new Instance();

    private final Execution execution = new Execution();

    private final Health health = new Health();

    private final Leftovers leftovers = new Leftovers();

    /**
     * Settings of jobs by name, over those of their annotations. Names match without case, dashes and dots. An entry with
     * a 'handler' declares a further job that the handler of that name runs.
     */
    private Map<String, Map<String, Object>> jobs = new LinkedHashMap<>();

    public boolean isEnabled() {
        return enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public boolean isAutoStartup() {
        return autoStartup;
    }

    public void setAutoStartup(boolean autoStartup) {
        this.autoStartup = autoStartup;
    }

    public @Nullable String getNamespace() {
        return namespace;
    }

    public void setNamespace(@Nullable String namespace) {
        this.namespace = namespace;
    }

    public Duration getMaxTimeDiff() {
        return maxTimeDiff;
    }

    public void setMaxTimeDiff(Duration maxTimeDiff) {
        this.maxTimeDiff = maxTimeDiff;
    }

    public Registry getRegistry() {
        return registry;
    }

    public Instance getInstance() {
        return instance;
    }

    public Execution getExecution() {
        return execution;
    }

    public Health getHealth() {
        return health;
    }

    public Leftovers getLeftovers() {
        return leftovers;
    }

    public Map<String, Map<String, Object>> getJobs() {
        return jobs;
    }

    public void setJobs(Map<String, Map<String, Object>> jobs) {
        this.jobs = jobs;
    }

    /** Where instances meet: ZooKeeper. */
    public static class Registry {

        /** Addresses of the ZooKeeper servers, such as zk1:2181,zk2:2181/path. Without it an embedded server is used. */
        private @Nullable String connectString;

        /** How long ZooKeeper waits for a silent instance before it counts as dead. */
        private Duration sessionTimeout = Duration.ofSeconds(15);

        /** How long to wait for one server before the next one is tried. */
        private Duration connectionTimeout = Duration.ofSeconds(5);

        /** User and password for ZooKeeper's digest scheme, as user:password. Never logged or shown. */
        private @Nullable String digest;

        private final Ssl ssl = new Ssl();

        private final Embedded embedded = new Embedded();

        public @Nullable String getConnectString() {
            return connectString;
        }

        public void setConnectString(@Nullable String connectString) {
            this.connectString = connectString;
        }

        public Duration getSessionTimeout() {
            return sessionTimeout;
        }

        public void setSessionTimeout(Duration sessionTimeout) {
            this.sessionTimeout = sessionTimeout;
        }

        public Duration getConnectionTimeout() {
            return connectionTimeout;
        }

        public void setConnectionTimeout(Duration connectionTimeout) {
            this.connectionTimeout = connectionTimeout;
        }

        public @Nullable String getDigest() {
            return digest;
        }

        public void setDigest(@Nullable String digest) {
            this.digest = digest;
        }

        public Ssl getSsl() {
            return ssl;
        }

        public Embedded getEmbedded() {
            return embedded;
        }
    }

    /** Encryption of the connection to ZooKeeper. */
    public static class Ssl {

        /**
         * Name of the SSL bundle with which connections to ZooKeeper are made: its trust material says which servers are
         * believed, its keys as whom this process shows itself. Connections are plain without it.
         */
        private @Nullable String bundle;

        public @Nullable String getBundle() {
            return bundle;
        }

        public void setBundle(@Nullable String bundle) {
            this.bundle = bundle;
        }
    }

    /** The ZooKeeper for development that starts when no other is configured. */
    public static class Embedded {

        /**
         * Whether a ZooKeeper server is started in this process when 'elasticjob.registry.connect-string' is not set. The
         * default is true, but on a detected cloud platform, where it has to be asked for.
         */
        private @Nullable Boolean enabled;

        /** Port of the embedded server, on loopback; 0 takes the last one, or any that is free. */
        private int port;

        /**
         * Where the embedded server keeps its data; processes that share it share the server. The default is
         * 'elasticjob-(user)/zookeeper' in the folder for temporary files.
         */
        private @Nullable Path dataDir;

        public @Nullable Boolean getEnabled() {
            return enabled;
        }

        public void setEnabled(@Nullable Boolean enabled) {
            this.enabled = enabled;
        }

        public int getPort() {
            return port;
        }

        public void setPort(int port) {
            this.port = port;
        }

        public @Nullable Path getDataDir() {
            return dataDir;
        }

        public void setDataDir(@Nullable Path dataDir) {
            this.dataDir = dataDir;
        }
    }

    /** This process, as others see it. */
    public static class Instance {

        /** Name of this process, unique among those that live at the same time; made from host and chance by default. */
        private @Nullable String name;

        /** What this instance carries; a job with labels runs only where all of them are met. */
        private Map<String, String> labels = new LinkedHashMap<>();

        public @Nullable String getName() {
            return name;
        }

        public void setName(@Nullable String name) {
            this.name = name;
        }

        public Map<String, String> getLabels() {
            return labels;
        }

        public void setLabels(Map<String, String> labels) {
            this.labels = labels;
        }
    }

    /** How shards are run in this process. */
    public static class Execution {

        /** How many shards may run at once in this process. The default is 64, or 1024 with virtual threads. */
        private @Nullable Integer slots;

        public @Nullable Integer getSlots() {
            return slots;
        }

        public void setSlots(@Nullable Integer slots) {
            this.slots = slots;
        }
    }

    /** When the job engine counts as unhealthy. */
    public static class Health {

        /** How long the registry may be away before the health is DOWN. */
        private Duration downAfter = Duration.ofMinutes(1);

        public Duration getDownAfter() {
            return downAfter;
        }

        public void setDownAfter(Duration downAfter) {
            this.downAfter = downAfter;
        }
    }

    /** What is removed from the registry by itself. */
    public static class Leftovers {

        /**
         * After how long a job is deleted that no live application declares; at least an hour. The default is never. Jobs
         * that an operator made, or has changed a setting of, stay. The same for all applications of a namespace.
         */
        private @Nullable Duration forgetJobsAfter;

        public @Nullable Duration getForgetJobsAfter() {
            return forgetJobsAfter;
        }

        public void setForgetJobsAfter(@Nullable Duration forgetJobsAfter) {
            this.forgetJobsAfter = forgetJobsAfter;
        }
    }
}
