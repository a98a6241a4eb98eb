package io.elasticjob.benchmarks.environment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The systems that are measured. */
public enum Contender {
    /** This project's core, composed as its starter composes it. */
    ELASTICJOB(
            "elasticjob",
            "ElasticJob for Spring Boot",
            "adapter-elasticjob",
            "elasticjob-core",
            "io.elasticjob.benchmarks.elasticjob.ElasticJobSystem",
            Store.ZOOKEEPER,
            true,
            true),
    APACHE_ELASTICJOB(
            "apache-elasticjob",
            "Apache ShardingSphere ElasticJob",
            "adapter-apache-elasticjob",
            "elasticjob-lite-core",
            "io.elasticjob.benchmarks.apache.ApacheElasticJobSystem",
            Store.ZOOKEEPER,
            true,
            false),
    /** The floor: what triggering alone costs, with nobody to share the work. */
    QUARTZ_MEMORY(
            "quartz-memory",
            "Quartz in memory",
            "adapter-quartz",
            "quartz",
            "io.elasticjob.benchmarks.quartz.QuartzMemorySystem",
            Store.NONE,
            false,
            true),
    QUARTZ_JDBC(
            "quartz-jdbc",
            "Quartz in PostgreSQL",
            "adapter-quartz",
            "quartz",
            "io.elasticjob.benchmarks.quartz.QuartzJdbcSystem",
            Store.POSTGRESQL,
            true,
            true),
    DB_SCHEDULER(
            "db-scheduler",
            "db-scheduler in PostgreSQL",
            "adapter-db-scheduler",
            "db-scheduler",
            "io.elasticjob.benchmarks.dbscheduler.DbSchedulerSystem",
            Store.POSTGRESQL,
            true,
            true),
    /** No scheduler that is measured as one: what shows the tasks of db-scheduler, for what is measured of consoles. */
    DB_SCHEDULER_UI(
            "db-scheduler-ui",
            "db-scheduler-ui",
            "db-scheduler-ui",
            "db-scheduler-ui",
            "",
            Store.POSTGRESQL,
            true,
            false),
    /** No scheduler: the registry itself, for what is measured of it alone. */
    ZOOKEEPER("zookeeper", "ZooKeeper itself", "adapter-zookeeper", "zookeeper", "", Store.ZOOKEEPER, false, false),
    /** No scheduler: a server that gives work to workers by a protocol of its own, for what is measured of gateways. */
    BEANSTALKD("beanstalkd", "beanstalkd", "", "", "", Store.BEANSTALKD, false, false);

    /** What instances meet in. */
    public enum Store {
        NONE,
        ZOOKEEPER,
        POSTGRESQL,
        BEANSTALKD
    }

    private final String id;
    private final String title;
    private final String module;
    private final String library;
    private final String className;
    private final Store store;
    private final boolean clustered;
    private final boolean keepsTriggers;

    Contender(
            String id,
            String title,
            String module,
            String library,
            String className,
            Store store,
            boolean clustered,
            boolean keepsTriggers) {
        this.id = id;
        this.title = title;
        this.module = module;
        this.library = library;
        this.className = className;
        this.store = store;
        this.clustered = clustered;
        this.keepsTriggers = keepsTriggers;
    }

    /** @throws IllegalArgumentException when there is none; the message names all */
    public static Contender of(String id) {
        return Arrays.stream(values())
                .filter(it -> it.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--systems: \"" + id + "\" is no system; there are "
                        + Arrays.stream(values()).map(it -> it.id).collect(Collectors.joining(", "))));
    }

    /** Name on command lines and in results. */
    public String id() {
        return id;
    }

    /** Name for people. */
    public String title() {
        return title;
    }

    /** Folder of the module that holds the adapter. */
    String module() {
        return module;
    }

    /**
     * Of its library, as the name of its jar tells; or of its program.
     *
     * @param home folder of the module, built
     * @throws IOException when there is no such jar, or program
     */
    public String version(Path home, Options options) throws IOException {
        if (this == BEANSTALKD) {
            return BeanstalkdServer.version(options);
        }
        Path folder = home.resolve(module).resolve("target/lib");
        Pattern name = Pattern.compile(Pattern.quote(library) + "-(\\d.*)\\.jar");
        try (Stream<Path> jars = Files.list(folder)) {
            return jars.map(jar -> name.matcher(jar.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(jar -> jar.group(1))
                    .findFirst()
                    .orElseThrow(() -> new IOException("there is no " + library + " in " + folder));
        }
    }

    /** Whether it runs jobs. */
    public boolean isScheduler() {
        return this != ZOOKEEPER && this != BEANSTALKD && this != DB_SCHEDULER_UI;
    }

    /** Class of the adapter; "" of what is no scheduler. */
    String className() {
        return className;
    }

    public Store store() {
        return store;
    }

    /** Whether several instances share the work. */
    public boolean isClustered() {
        return clustered;
    }

    /** Whether a trigger by hand is kept until it runs, and not refused while the job runs. */
    public boolean keepsTriggers() {
        return keepsTriggers;
    }

    /** Whether it assigns shards to instances and tells a registry what runs. */
    public boolean isSharded() {
        return isScheduler() && store == Store.ZOOKEEPER;
    }
}
