package io.elasticjob.boot.autoconfigure;

import io.elasticjob.FiringClock;
import io.elasticjob.boot.discovery.UnknownJobs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** The application's configuration properties, as written: checked where they are used. */
@ConfigurationProperties("elasticjob")
public class ElasticJobProperties {

    /** Whether this application runs jobs. */
    private boolean enabled = true;

    /** Whether jobs start with the application. Otherwise they start when the lifecycle bean is started. */
    private boolean autoStartup = true;

    /**
     * Namespace that applications share in ZooKeeper. Job names are unique within it. The default is
     * spring.application.name.
     */
    private @Nullable String namespace;

    /**
     * How far the clock of this process may differ from ZooKeeper's. Beyond that, the process starts no new firings and
     * others take over. Must be the same for all applications of a namespace.
     */
    private Duration maxTimeDiff = Duration.ofSeconds(10);

    /**
     * Which clock says what is due. 'registry' is ZooKeeper's clock, carried on by the stopwatch of this process: no firing
     * starts before its time, however wrong the clock of the machine is. 'local' is the clock of the machine.
     */
    private FiringClock clock = FiringClock.REGISTRY;

    private final Registry registry = new Registry();

    private final Instance instance = new Instance();

    private final Execution execution = new Execution();

    /**
     * Limits by name: how many shards of all jobs that name it run at the same time, on all instances together. Jobs name
     * theirs as limits.
     */
    private Map<String, Integer> limits = new LinkedHashMap<>();

    private final Health health = new Health();

    private final Leftovers leftovers = new Leftovers();

    /** Bound as written; what editors are told of it is in {@link JobsMetadata}. */
    private Map<String, Object> jobs = new LinkedHashMap<>();

    /**
     * What to do with settings under 'elasticjob.jobs' that match no job of this application, or whose 'handler' does
     * not exist. 'fail' stops the start of the application; 'warn' is for applications whose beans depend on the
     * environment.
     */
    private UnknownJobs unknownJobs = UnknownJobs.FAIL;

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

    public FiringClock getClock() {
        return clock;
    }

    public void setClock(FiringClock clock) {
        this.clock = clock;
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

    public Map<String, Integer> getLimits() {
        return limits;
    }

    public void setLimits(Map<String, Integer> limits) {
        this.limits = limits;
    }

    public Health getHealth() {
        return health;
    }

    public Leftovers getLeftovers() {
        return leftovers;
    }

    /** No getter: the metadata of the properties would describe it a second time. */
    Map<String, Object> jobs() {
        return jobs;
    }

    public void setJobs(Map<String, Object> jobs) {
        this.jobs = jobs;
    }

    public UnknownJobs getUnknownJobs() {
        return unknownJobs;
    }

    public void setUnknownJobs(UnknownJobs unknownJobs) {
        this.unknownJobs = unknownJobs;
    }

    /** Where instances meet: ZooKeeper. */
    public static class Registry {

        /**
         * Addresses of the ZooKeeper servers, such as zk1:2181,zk2:2181/path. If not set, an embedded server is used.
         */
        private @Nullable String connectString;

        /** How long an instance may be silent before ZooKeeper ends its session and it counts as dead. */
        private Duration sessionTimeout = Duration.ofSeconds(15);

        /** How long to wait for one server before trying the next one. */
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
         * Name of the SSL bundle for connections to ZooKeeper. Its trust material decides which servers to trust; its
         * key identifies this process. If not set, connections are not encrypted.
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
         * Whether to start a ZooKeeper server in this process when 'elasticjob.registry.connect-string' is not set. The
         * default is true, except on a detected cloud platform, where it must be set explicitly.
         */
        private @Nullable Boolean enabled;

        /** Port of the embedded server, on loopback. 0 uses the previous port, or any free one. */
        private int port;

        /**
         * Directory for the data of the embedded server. Processes that share the directory share the server. The
         * default is 'elasticjob-(user)/zookeeper' in the directory for temporary files.
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

        /**
         * Name of this process. It must be unique among the live processes. By default it is generated from the host
         * name and a random part.
         */
        private @Nullable String name;

        /** Labels of this instance. A job with labels runs only on instances that have all of them. */
        private Map<String, String> labels = new LinkedHashMap<>();

        /**
         * Version of the application, for display and for jobs with onStartup. The version of the build by default, as far
         * as it is known.
         */
        private @Nullable String version;

        public @Nullable String getName() {
            return name;
        }

        public void setName(@Nullable String name) {
            this.name = name;
        }

        public @Nullable String getVersion() {
            return version;
        }

        public void setVersion(@Nullable String version) {
            this.version = version;
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

        /**
         * Maximum number of shards that run at the same time in this process. The default is 64, or 1024 with virtual
         * threads.
         */
        private @Nullable Integer slots;

        /**
         * How long a shard that is due waits for a slot here before it is offered to other instances that may run its job
         * and have a slot. 0 offers and takes none.
         */
        private Duration starvedAfter = Duration.ofSeconds(10);

        /** What hears of failures of jobs that name no error handler: log, throw, ignore, or the name of a JobErrorHandler bean. */
        private String errorHandler = "log";

        /** Execution groups by name, with slots beside the common ones. A job names its group as execution-group. */
        private Map<String, Group> groups = new LinkedHashMap<>();

        private final Logs logs = new Logs();

        public String getErrorHandler() {
            return errorHandler;
        }

        public void setErrorHandler(String errorHandler) {
            this.errorHandler = errorHandler;
        }

        public @Nullable Integer getSlots() {
            return slots;
        }

        public void setSlots(@Nullable Integer slots) {
            this.slots = slots;
        }

        public Duration getStarvedAfter() {
            return starvedAfter;
        }

        public void setStarvedAfter(Duration starvedAfter) {
            this.starvedAfter = starvedAfter;
        }

        public Map<String, Group> getGroups() {
            return groups;
        }

        public void setGroups(Map<String, Group> groups) {
            this.groups = groups;
        }

        public Logs getLogs() {
            return logs;
        }

        /** What executions log. */
        public static class Logs {

            /**
             * Whether what executions log is shown by the endpoint, and kept in the execution history. Up to 64 KiB while an
             * execution runs, and its last 16 KiB after it has ended.
             */
            private boolean enabled = true;

            public boolean isEnabled() {
                return enabled;
            }

            public void setEnabled(boolean enabled) {
                this.enabled = enabled;
            }
        }

        /** Jobs that share slots of their own. */
        public static class Group {

            /** Maximum number of shards of the group that run at the same time in this process. */
            private @Nullable Integer slots;

            public @Nullable Integer getSlots() {
                return slots;
            }

            public void setSlots(@Nullable Integer slots) {
                this.slots = slots;
            }
        }
    }

    /** When the job engine counts as unhealthy. */
    public static class Health {

        /** How long the connection to ZooKeeper may be lost before the health is DOWN. */
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
         * When to delete a job that its application no longer declares: after its instances have been live for this
         * long without declaring it. At least one hour; 0 keeps all jobs. Jobs that an operator created or changed are
         * kept. Must be the same for all applications of a namespace.
         */
        private Duration forgetJobsAfter = Duration.ofDays(7);

        public Duration getForgetJobsAfter() {
            return forgetJobsAfter;
        }

        public void setForgetJobsAfter(Duration forgetJobsAfter) {
            this.forgetJobsAfter = forgetJobsAfter;
        }
    }
}
