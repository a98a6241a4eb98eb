package io.elasticjob.zookeeper.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The test's end of a process that runs {@link ApplicationMain}. */
final class ApplicationProcess implements AutoCloseable {
    private final Process process;
    private final PrintWriter commands;
    private final BufferedReader answers;

    /** @param options of its JVM, besides those of all */
    ApplicationProcess(String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ApplicationMain.class.getName()));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        commands = new PrintWriter(process.outputWriter(), true);
        answers = process.inputReader();
    }

    String open(Path directory) throws Exception {
        return ask("open " + directory + " 0");
    }

    boolean hosts(Path directory) throws Exception {
        return Boolean.parseBoolean(ask("hosts " + directory));
    }

    String session(Path directory) throws Exception {
        return ask("session " + directory);
    }

    String ask(String command) throws Exception {
        commands.println(command);
        return CompletableFuture.supplyAsync(this::answer).get(40, TimeUnit.SECONDS);
    }

    /** Ends it as {@code kill -9} does. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Freezes the process, or lets it go on: {@code STOP}, {@code CONT}. */
    void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    @Override
    public void close() {
        kill();
    }

    private String answer() {
        try {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith(ApplicationMain.ANSWER)) {
                    return line.substring(ApplicationMain.ANSWER.length());
                }
            }
            return "ended";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
