package io.elasticjob.integration;

import io.elasticjob.ElasticJobEvent.FiringsSuperseded;
import io.elasticjob.JobDefinition;
import io.elasticjob.SimpleJob;
import io.elasticjob.integration.Application.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.curator.test.InstanceSpec;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.awaitility.Awaitility;

/**
 * Prints what the core achieves on this machine, with a ZooKeeper in a process of its own that forces every write to the
 * disk. A main and no test: its figures are to be read, and say as much of the machine as of the code.
 */
final class Measure {

    private static final Duration SESSION = Duration.ofSeconds(15);
    private static final int COMINGS = 5;
    /** The first firings of a JVM are those of its interpreter. */
    private static final int WARM_UP = 5;

    private static final int FIRINGS = 20;
    private static final SimpleJob NOTHING = context -> {};

    private final String connectString;

    private Measure(String connectString) {
        this.connectString = connectString;
    }

    /** @param args how many rounds, 3 when there are none */
    public static void main(String[] args) throws Exception {
        int rounds = args.length == 0 ? 3 : Integer.parseInt(args[0]);
        for (int round = 1; round <= rounds; round++) {
            System.out.println("-- round " + round);
            onItsOwnServer(Measure::manyJobs);
            onItsOwnServer(Measure::comingAndGoing);
            onItsOwnServer(measure -> measure.lateness("monitored", 1, 1, 3, true));
            onItsOwnServer(measure -> measure.lateness("not monitored", 1, 1, 3, false));
            onItsOwnServer(measure -> measure.lateness("1,000 jobs, 2 instances", 2, 1_000, 2, true));
        }
    }

    private interface Task {
        void run(Measure measure) throws Exception;
    }

    private static void onItsOwnServer(Task task) throws Exception {
        Path directory = Files.createTempDirectory("measure");
        int port = InstanceSpec.getRandomPort();
        Process server = zooKeeper(directory, port);
        try {
            task.run(new Measure("127.0.0.1:" + port));
        } finally {
            server.destroyForcibly().onExit().join();
            try (var files = Files.walk(directory)) {
                files.sorted((a, b) -> b.compareTo(a))
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private static Process zooKeeper(Path directory, int port) throws IOException {
        Path settings = Files.writeString(directory.resolve("zoo.cfg"), """
                tickTime=500
                dataDir=%s
                clientPort=%d
                clientPortAddress=127.0.0.1
                admin.enableServer=false
                maxSessionTimeout=60000
                """.formatted(directory, port));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        QuorumPeerMain.class.getName(),
                        settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
    }

    private Application start(String name, List<JobDefinition> jobs, SimpleJob body) {
        return new Application(name, new Place(connectString, SESSION), jobs, body, event -> {});
    }

    private void connect() {
        Application first = start("first", List.of(), NOTHING);
        until(() -> first.engine.status().isConnected());
        first.close();
    }

    private void manyJobs() {
        connect();
        List<JobDefinition> jobs = jobs(1_000, job -> job.shards(3));

        long begun = System.nanoTime();
        Application a = start("a", jobs, NOTHING);
        until(() -> a.view().jobs().size() == 1_000);
        print("1,000 jobs of 3 shards registered", begun);
        System.out.println("  requests " + a.engine.registryRequests() + ", threads " + threads());

        begun = System.nanoTime();
        Application b = start("b", jobs, NOTHING);
        until(() -> shared(a) && shared(b));
        print("a second instance has joined all of them", begun);

        begun = System.nanoTime();
        b.close();
        until(() ->
                a.view().jobs().values().stream().allMatch(job -> job.eligible().size() == 1));
        print("and left", begun);
        a.close();
    }

    private static boolean shared(Application application) {
        var view = application.view();
        return view.jobs().size() == 1_000
                && view.jobs().values().stream().allMatch(job -> job.eligible().size() == 2);
    }

    private void comingAndGoing() {
        List<JobDefinition> jobs = jobs(1, job -> job.shards(12));
        Application a = start("a", jobs, NOTHING);
        until(() -> a.shardsOf("job-0").equals(Map.of("a", 12)));
        for (int round = 0; round < COMINGS; round++) {
            long begun = System.nanoTime();
            Application b = start("b", jobs, NOTHING);
            until(() -> a.shardsOf("job-0").equals(Map.of("a", 6, "b", 6))
                    && b.shardsOf("job-0").equals(Map.of("a", 6, "b", 6)));
            print("join", begun);

            begun = System.nanoTime();
            b.close();
            until(() -> a.shardsOf("job-0").equals(Map.of("a", 12)));
            print("leave", begun);
        }
        a.close();
    }

    private void lateness(String what, int instances, int jobs, int shards, boolean monitored) {
        connect();
        Queue<Duration> lateness = new ConcurrentLinkedQueue<>();
        LongAdder superseded = new LongAdder();
        Instant[] window = new Instant[2];
        window[0] = Instant.now().plusSeconds(WARM_UP);
        window[1] = window[0].plusSeconds(FIRINGS);
        SimpleJob body = context -> {
            Instant due = context.fireTime();
            if (due.isAfter(window[0]) && !due.isAfter(window[1])) {
                lateness.add(Duration.between(due, Instant.now()));
            }
        };
        List<Application> applications = IntStream.range(0, instances)
                .mapToObj(i -> new Application(
                        "instance-" + i,
                        new Place(connectString, SESSION),
                        jobs(
                                jobs,
                                job -> job.every(Duration.ofSeconds(1))
                                        .shards(shards)
                                        .monitorExecution(monitored)),
                        body,
                        event -> {
                            if (event instanceof FiringsSuperseded some) {
                                superseded.add(some.count());
                            }
                        }))
                .toList();
        until(() -> Instant.now().isAfter(window[1].plusSeconds(1)));
        long threads = threads();
        applications.forEach(Application::close);
        List<Duration> sorted = lateness.stream().sorted().toList();
        System.out.printf(
                "lateness, %s: %.1f %% ran, p50 %.1f, p99 %.1f, most %.1f ms; superseded, warm-up included: %d; threads %d%n",
                what,
                100.0 * sorted.size() / (FIRINGS * jobs * shards),
                millis(sorted, 0.5),
                millis(sorted, 0.99),
                millis(sorted, 1),
                superseded.sum(),
                threads);
    }

    private static double millis(List<Duration> sorted, double share) {
        return sorted.get((int) Math.ceil(share * sorted.size()) - 1).toNanos() / 1e6;
    }

    private static List<JobDefinition> jobs(int count, UnaryOperator<JobDefinition.Builder> settings) {
        return IntStream.range(0, count)
                .mapToObj(i -> settings.apply(JobDefinition.named("job-" + i)).build())
                .toList();
    }

    /** Those of the engines and of their ZooKeeper clients. */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name ->
                        name.contains("elasticjob") || name.endsWith("-EventThread") || name.contains("-SendThread("))
                .count();
    }

    private static void print(String what, long begun) {
        System.out.printf("%s: %d ms%n", what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }

    private static void until(BooleanSupplier condition) {
        Awaitility.await()
                .atMost(120, TimeUnit.SECONDS)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(condition::getAsBoolean);
    }
}
