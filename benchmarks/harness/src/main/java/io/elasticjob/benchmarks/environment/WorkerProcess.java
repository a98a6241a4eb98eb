package io.elasticjob.benchmarks.environment;

import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.worker.Execution;
import io.elasticjob.benchmarks.worker.ExecutionLog;
import io.elasticjob.benchmarks.worker.Message;
import io.elasticjob.benchmarks.worker.Worker;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JVM with one or more instances of a system, as whoever measures it sees it. Used by one thread. */
public final class WorkerProcess {

    private final int number;
    private final Path log;
    private final Map<String, String> settings;
    private final Process process;
    private final PrintStream in;
    private final BufferedReader out;

    WorkerProcess(int number, Contender contender, Path home, Path work, Options options, Map<String, String> settings)
            throws IOException {
        this.number = number;
        this.settings = settings;
        log = work.resolve("executions" + number);
        List<String> command = new ArrayList<>(List.of(Processes.java().toString()));
        command.addAll(List.of(options.text("jvm", "-Xms128m -Xmx2g").split(" ")));
        Path target = home.resolve(contender.module()).resolve("target");
        command.addAll(List.of(
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=" + options.text("log", "error"),
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
                "-Dorg.quartz.scheduler.skipUpdateCheck=true",
                "-cp",
                home.resolve("harness/target/benchmarks-harness.jar").toString(),
                Worker.class.getName(),
                contender.className(),
                target.resolve("benchmarks-" + contender.module() + ".jar")
                        + File.pathSeparator
                        + target.resolve("lib"),
                log.toString()));
        process = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectError(work.resolve("worker" + number + ".err").toFile())
                .start();
        in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        answer("boot");
    }

    /** @throws IOException when it fails, or the worker has ended */
    public Message ask(Message message) throws IOException {
        in.println(message);
        return answer(message.toString());
    }

    private Message answer(String to) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(Worker.ANSWER)) {
                Message answer = Message.parse(line.substring(Worker.ANSWER.length()));
                if (answer.word().equals("failed")) {
                    throw new IOException("worker " + number + ", asked to " + to + ": " + answer.text("because"));
                }
                return answer;
            }
        }
        throw new IOException("worker " + number + " ended when it was asked to " + to);
    }

    private static Message to(String word, int instance) {
        return Message.of(word).with("instance", instance);
    }

    /** A new instance, without jobs. */
    public void start(int instance) throws IOException {
        start(instance, false);
    }

    /** A new instance, without jobs, that has reached the registry or database. */
    public void startWarm(int instance) throws IOException {
        start(instance, true);
    }

    private void start(int instance, boolean warm) throws IOException {
        Message message = to("start", instance).with("warm", warm);
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            message = message.with(setting.getKey(), setting.getValue());
        }
        ask(message);
    }

    /**
     * Registers jobs that are alike.
     *
     * @param like the first of them
     * @return milliseconds that it took
     */
    public long register(int instance, JobSpec like, int count, int bodyMillis) throws IOException {
        return ask(to("register", instance)
                        .with("first", like.index())
                        .with("count", count)
                        .with("shards", like.shards())
                        .with("when", like.when())
                        .with("period", like.periodSeconds())
                        .with("monitoring", like.monitoring())
                        .with("failover", like.failover())
                        .with("bodyMillis", bodyMillis))
                .number("millis");
    }

    /** @return milliseconds that it took */
    public long launch(int instance) throws IOException {
        return ask(to("launch", instance)).number("millis");
    }

    /** A new instance with its jobs, up and running. */
    public void startWith(int instance, JobSpec like, int count, int bodyMillis) throws IOException {
        start(instance);
        register(instance, like, count, bodyMillis);
        launch(instance);
    }

    /** @return milliseconds that it took */
    public long close(int instance) throws IOException {
        return ask(to("close", instance)).number("millis");
    }

    public void reshard(int instance, String job, int shards) throws IOException {
        ask(to("reshard", instance).with("job", job).with("shards", shards));
    }

    /** From now on, everything that the instance hears of the job is noted. */
    public void watch(int instance, String job) throws IOException {
        ask(to("watch", instance).with("job", job));
    }

    /** What the instance has heard since {@link #watch}. */
    public Sightings watched(int instance) throws IOException {
        return Sightings.parse(ask(to("watched", instance)).text("changes"));
    }

    /** Triggers all jobs that run on a trigger again and again, each when its last round has ended. */
    public Message runNow(int instance, int seconds, int patienceMillis, int pauseMillis) throws IOException {
        return ask(to("run-now", instance)
                .with("seconds", seconds)
                .with("patienceMillis", patienceMillis)
                .with("pauseMillis", pauseMillis));
    }

    /** Threads, and the heap in bytes, which is only telling after a collection. */
    public Message stats(boolean collect) throws IOException {
        return ask(Message.of("stats").with("collect", collect));
    }

    /** How many threads there are of each name. */
    public Map<String, String> threadNames() throws IOException {
        Map<String, String> names =
                new LinkedHashMap<>(ask(Message.of("threads")).values());
        names.remove("millis");
        return names;
    }

    public List<Execution> executions() throws IOException {
        return ExecutionLog.read(log);
    }

    public long residentMegabytes() throws IOException {
        return Processes.residentMegabytes(process.pid());
    }

    long cpuMillis() {
        return Processes.cpuMillis(process.toHandle());
    }

    /** At once, without a word. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void destroy() {
        process.destroyForcibly();
    }
}
