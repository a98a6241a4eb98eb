package io.elasticjob.benchmarks.worker;

import com.sun.management.OperatingSystemMXBean;
import io.elasticjob.benchmarks.system.InstanceSettings;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.system.ShardBody;
import io.elasticjob.benchmarks.system.SystemUnderTest;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A JVM that holds one or more instances. It reads {@link Message}s, one a line, from standard input, and answers each on
 * standard output with {@code ok} and values, or with {@code failed}; whatever else is printed goes to standard error. It
 * ends with its standard input.
 */
public final class Worker {

    /** Precedes answers, so that nothing that a library prints is taken for one. */
    public static final String ANSWER = "@@";

    private static final int COLLECTIONS = 3;
    private static final long BETWEEN_COLLECTIONS_MILLIS = 150;
    private static final int MOST_THREAD_NAMES = 14;

    /** An instance, with what it was loaded by. */
    private record Held(SystemUnderTest system, ClassLoader loader, Map<String, JobSpec> jobs) {}

    private final String className;
    private final URL[] classPath;
    private final ExecutionLog log;
    private final Map<Integer, Held> instances = new HashMap<>();
    private final Map<Integer, SightLog> sights = new HashMap<>();
    private final RunNow runNow = new RunNow();
    private final AtomicLong begun = new AtomicLong();

    private Worker(String className, String classPath, Path log) throws IOException {
        this.className = className;
        this.classPath = jars(classPath);
        this.log = new ExecutionLog(log);
    }

    /** @param args class of the system, its class path of jars and folders of jars, file of the execution log */
    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err);
        Worker worker = new Worker(args[0], args[1], Path.of(args[2]));
        out.println(ANSWER + Message.of("ok"));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(ANSWER + worker.answer(Message.parse(line)));
            out.flush();
        }
        Runtime.getRuntime().halt(0);
    }

    private static URL[] jars(String classPath) throws IOException {
        List<URL> jars = new ArrayList<>();
        for (String part : classPath.split(File.pathSeparator)) {
            Path path = Path.of(part);
            if (Files.isDirectory(path)) {
                try (Stream<Path> files = Files.list(path)) {
                    for (Path jar : files.sorted().toList()) {
                        jars.add(url(jar));
                    }
                }
            } else {
                jars.add(url(path));
            }
        }
        return jars.toArray(URL[]::new);
    }

    private static URL url(Path path) throws MalformedURLException {
        return path.toUri().toURL();
    }

    private Message answer(Message asked) {
        long begin = System.nanoTime();
        try {
            return act(asked).with("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        } catch (Exception | LinkageError e) {
            e.printStackTrace();
            return Message.of("failed").with("because", e.toString().replaceAll("\\s+", "_"));
        }
    }

    private Message act(Message asked) throws Exception {
        switch (asked.word()) {
            case "start" -> start(asked);
            case "register" -> register(asked);
            case "launch" -> with(asked, SystemUnderTest::launch);
            case "reshard" -> with(asked, it -> it.reshard(asked.text("job"), asked.small("shards")));
            case "close" -> {
                with(asked, SystemUnderTest::close);
                instances.remove(asked.small("instance"));
            }
            case "run-now" -> {
                return runNow(asked);
            }
            case "watch" -> watch(asked);
            case "watched" -> {
                SightLog sight = sights.remove(asked.small("instance"));
                return Message.of("ok").with("changes", sight == null ? "" : sight.end());
            }
            case "stats" -> {
                return stats(asked.flag("collect"));
            }
            case "threads" -> {
                return threads();
            }
            default -> throw new IllegalArgumentException("a worker does not know: " + asked);
        }
        return Message.of("ok");
    }

    private interface Act {
        void on(SystemUnderTest system) throws Exception;
    }

    private void with(Message asked, Act act) throws Exception {
        Held held = held(asked);
        Thread.currentThread().setContextClassLoader(held.loader());
        try {
            act.on(held.system());
        } finally {
            Thread.currentThread().setContextClassLoader(Worker.class.getClassLoader());
        }
    }

    private Held held(Message asked) {
        Held held = instances.get(asked.small("instance"));
        if (held == null) {
            throw new IllegalArgumentException("there is no such instance here: " + asked);
        }
        return held;
    }

    private void start(Message asked) throws Exception {
        int ordinal = asked.small("instance");
        ClassLoader loader = new URLClassLoader("instance-" + ordinal, classPath, Worker.class.getClassLoader());
        SystemUnderTest system = (SystemUnderTest)
                Class.forName(className, true, loader).getDeclaredConstructor().newInstance();
        instances.put(ordinal, new Held(system, loader, new HashMap<>()));
        with(asked, it -> it.start(new InstanceSettings(ordinal, asked.values())));
    }

    private void register(Message asked) throws Exception {
        int ordinal = asked.small("instance");
        long bodyMillis = asked.number("bodyMillis");
        Held held = held(asked);
        with(asked, system -> {
            int first = asked.small("first");
            for (int index = first; index < first + asked.small("count"); index++) {
                JobSpec job = new JobSpec(
                        index,
                        asked.small("shards"),
                        JobSpec.When.valueOf(asked.text("when")),
                        asked.small("period"),
                        asked.flag("monitoring"),
                        asked.flag("failover"));
                held.jobs().put(job.name(), job);
                system.register(job, body(job, ordinal, bodyMillis));
            }
        });
    }

    private ShardBody body(JobSpec job, int ordinal, long bodyMillis) {
        if (job.when() == JobSpec.When.ON_TRIGGER) {
            RunNow.Rounds counted = runNow.job(job.name(), job.shards());
            return (shard, fireTime) -> {
                counted.begun();
                counted.ended();
            };
        }
        return (shard, fireTime) -> {
            begun.incrementAndGet();
            int place = log.begin(job.index(), shard, ordinal, fireTime == null ? -1 : fireTime.toEpochMilli());
            if (bodyMillis > 0) {
                Thread.sleep(bodyMillis);
            }
            log.end(place);
        };
    }

    private Message runNow(Message asked) throws Exception {
        Message[] told = new Message[1];
        with(
                asked,
                system -> told[0] = runNow.run(
                        system,
                        Duration.ofSeconds(asked.number("seconds")),
                        asked.small("patienceMillis"),
                        asked.small("pauseMillis")));
        return told[0];
    }

    private void watch(Message asked) {
        Held held = held(asked);
        SightLog sight = new SightLog(held.system(), asked.text("job"), held.loader());
        sights.put(asked.small("instance"), sight);
        sight.start();
    }

    private Message stats(boolean collect) throws InterruptedException {
        for (int i = 0; collect && i < COLLECTIONS; i++) {
            System.gc();
            Thread.sleep(BETWEEN_COLLECTIONS_MILLIS);
        }
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return Message.of("ok")
                .with("begun", begun.get())
                .with("cpuMillis", TimeUnit.NANOSECONDS.toMillis(process.getProcessCpuTime()))
                .with(
                        "requests",
                        instances.values().stream()
                                .mapToLong(held -> held.system().requests().orElse(0))
                                .sum())
                .with("heap", heap.getUsed())
                .with("threads", ManagementFactory.getThreadMXBean().getThreadCount());
    }

    /** How many threads there are of each name, the most frequent first; digits are the same to it. */
    private static Message threads() {
        Map<String, Integer> counts = new TreeMap<>();
        Thread.getAllStackTraces()
                .keySet()
                .forEach(thread -> counts.merge(
                        thread.getName().replaceAll("\\d+", "#").replaceAll("[\\s=]", "_"), 1, Integer::sum));
        Message told = Message.of("ok");
        for (Map.Entry<String, Integer> count : counts.entrySet().stream()
                .sorted((a, b) -> b.getValue() - a.getValue())
                .limit(MOST_THREAD_NAMES)
                .toList()) {
            told = told.with(count.getKey(), count.getValue());
        }
        return told;
    }
}
