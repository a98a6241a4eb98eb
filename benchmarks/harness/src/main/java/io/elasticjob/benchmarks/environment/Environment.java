package io.elasticjob.benchmarks.environment;

import com.sun.management.OperatingSystemMXBean;
import io.elasticjob.benchmarks.worker.Execution;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The processes of one measurement of one system. All of them end with it, or with this JVM. */
public final class Environment implements AutoCloseable {

    private static final OperatingSystemMXBean OWN =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final int END_SECONDS = 5;
    private static final int SESSION_MILLIS = 10_000;

    private final Options options;
    private final Contender contender;
    private final Path home;
    private final Path work;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final List<Process> servers = new ArrayList<>();
    private final List<Process> applications = new ArrayList<>();
    private final Thread lastResort = new Thread(this::endProcesses);
    private @Nullable ZooKeeperServers zooKeeper;
    private @Nullable PostgresServer postgres;
    private @Nullable BeanstalkdServer beanstalkd;

    /** @param home folder of the module, built */
    public Environment(Path home, Contender contender, Options options) throws Exception {
        this.home = home.toAbsolutePath();
        this.contender = contender;
        this.options = options;
        work = Files.createTempDirectory(Files.createDirectories(this.home.resolve("target")), "run-");
        Runtime.getRuntime().addShutdownHook(lastResort);
        settings.put("sessionMillis", String.valueOf(sessionMillis()));
        settings.putAll(options.handedOn());
        try {
            startServers();
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private void startServers() throws Exception {
        switch (contender.store()) {
            case ZOOKEEPER -> {
                ZooKeeperServers started = new ZooKeeperServers(home, work, options, servers::add);
                zooKeeper = started;
                settings.put("zookeeper", started.connectString());
            }
            case POSTGRESQL -> {
                PostgresServer started = new PostgresServer(work, options, servers::add);
                postgres = started;
                settings.put("jdbcUrl", started.url());
                settings.put("jdbcUser", started.user());
            }
            case BEANSTALKD -> beanstalkd = new BeanstalkdServer(work, options, servers::add);
            case NONE -> {}
        }
    }

    public Options options() {
        return options;
    }

    public Contender contender() {
        return contender;
    }

    /** How long a registry waits for a silent instance. */
    public int sessionMillis() {
        return options.number("session", SESSION_MILLIS);
    }

    /** A new JVM, without instances. */
    public WorkerProcess worker() throws IOException {
        WorkerProcess worker = new WorkerProcess(workers.size(), contender, home, work, options, settings);
        workers.add(worker);
        return worker;
    }

    /** In the order in which they were made. */
    public List<WorkerProcess> workers() {
        return workers;
    }

    /** @throws IllegalStateException where the system has none */
    public ZooKeeperServers zooKeeper() {
        if (zooKeeper == null) {
            throw new IllegalStateException(contender.id() + " has no ZooKeeper");
        }
        return zooKeeper;
    }

    /**
     * The port of the server that gives work to workers.
     *
     * @throws IllegalStateException where the system has none
     */
    public int dispatcher() {
        if (beanstalkd == null) {
            throw new IllegalStateException(contender.id() + " has no such server");
        }
        return beanstalkd.port();
    }

    /** Of all workers, also of those that were killed, by their begin. */
    public List<Execution> executions() throws IOException {
        List<Execution> all = new ArrayList<>();
        for (WorkerProcess worker : workers) {
            all.addAll(worker.executions());
        }
        all.sort(Comparator.comparingLong(Execution::begun));
        return all;
    }

    /** Begins to measure what the machine is used for. */
    public Meter meter() throws IOException {
        return new Meter();
    }

    /** Measures from its making on. */
    public final class Meter {

        private final long begun = System.nanoTime();
        private final long busy = Processes.machineBusyMillis();
        private final long workersCpu = workersCpu();
        private final long serversCpu = serversCpu();
        private final long own = own();

        private Meter() throws IOException {}

        public Load read() throws IOException {
            double seconds = (System.nanoTime() - begun) / 1e9;
            long byWorkers = workersCpu() - workersCpu;
            long byServers = serversCpu() - serversCpu;
            long others = Processes.machineBusyMillis() - busy - byWorkers - byServers - (own() - own);
            double cores = Runtime.getRuntime().availableProcessors();
            return new Load(seconds, byWorkers, byServers, Math.max(0, others / 10.0 / seconds / cores));
        }

        private long workersCpu() {
            return workers.stream().mapToLong(WorkerProcess::cpuMillis).sum() + cpu(applications);
        }

        private long serversCpu() {
            return cpu(servers);
        }

        private static long cpu(List<Process> processes) {
            return processes.stream()
                    .mapToLong(process -> Processes.cpuMillis(process.toHandle()))
                    .sum();
        }

        private long own() {
            // Without its children, which are counted already.
            return TimeUnit.NANOSECONDS.toMillis(OWN.getProcessCpuTime());
        }
    }

    /** Waits for a state outside of this JVM. */
    public static void await(String what, Duration atMost, Callable<Boolean> reached) throws Exception {
        Processes.await(what, atMost, reached);
    }

    /** A process beside the instances, which counts as one of them; its output goes to a file of that name. */
    public Process application(String module, String mainClass, List<String> jvm, List<String> arguments)
            throws IOException {
        return application(module, module, mainClass, jvm, arguments);
    }

    /** @param name tells several of one module apart */
    public Process application(String module, String name, String mainClass, List<String> jvm, List<String> arguments)
            throws IOException {
        Path target = home.resolve(module).resolve("target");
        List<String> command = new ArrayList<>(List.of(Processes.java().toString()));
        command.addAll(jvm);
        command.addAll(List.of(
                "-cp",
                target.resolve("benchmarks-" + module + ".jar") + File.pathSeparator + target.resolve("lib") + "/*",
                mainClass));
        command.addAll(arguments);
        Process process = Processes.spawn(work, name, command);
        applications.add(process);
        return process;
    }

    /** A port that nobody listens on, at this moment. */
    public static int freePort() throws IOException {
        return Processes.freePort();
    }

    /** What a process beside the instances has printed. */
    public String printedBy(String name) throws IOException {
        return Files.readString(work.resolve(name + ".log"));
    }

    /** The length in bytes of a jar that a module has on its class path. */
    public long lengthOf(String module, String library) throws IOException {
        try (Stream<Path> jars = Files.list(home.resolve(module).resolve("target/lib"))) {
            Path jar = jars.filter(one -> one.getFileName().toString().matches(library + "-\\d.*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("there is no " + library + " beside " + module));
            return Files.size(jar);
        }
    }

    /**
     * The server of a relational database.
     *
     * @throws IllegalStateException where the system has none
     */
    public Database database() {
        if (postgres == null) {
            throw new IllegalStateException(contender.id() + " has no database");
        }
        return new Database(postgres.url(), postgres.user());
    }

    /** Where it is, and who may use it without a password. */
    public record Database(String url, String user) {}

    private void endProcesses() {
        workers.forEach(WorkerProcess::destroy);
        applications.forEach(Process::destroy);
        servers.forEach(server -> {
            server.descendants().forEach(ProcessHandle::destroy);
            server.destroy();
        });
    }

    /** Ends all processes; their files stay only where {@code --keep} says so. */
    @Override
    public void close() throws IOException {
        endProcesses();
        applications.forEach(Environment::awaitEnd);
        servers.forEach(Environment::awaitEnd);
        Runtime.getRuntime().removeShutdownHook(lastResort);
        if (!options.flag("keep", false)) {
            delete(work);
            if (postgres != null) {
                delete(postgres.data());
            }
        }
    }

    private static void awaitEnd(Process server) {
        try {
            if (!server.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
        } catch (InterruptedException e) {
            server.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(Environment::deleteFile);
        }
    }

    private static void deleteFile(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
