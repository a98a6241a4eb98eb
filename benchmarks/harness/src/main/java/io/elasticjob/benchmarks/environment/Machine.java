package io.elasticjob.benchmarks.environment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Describes the machine that is measured on. */
public final class Machine {

    private static final String UNKNOWN = "unknown";
    private static final int PATIENCE_SECONDS = 20;

    private Machine() {}

    /** For people, and for telling results of different machines apart. */
    public static Map<String, String> describe() throws IOException, InterruptedException {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("processor", line(Path.of("/proc/cpuinfo"), "model name"));
        machine.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        machine.put("memory", line(Path.of("/proc/meminfo"), "MemTotal"));
        machine.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("java of the instances", javaVersion());
        return machine;
    }

    /** How many processes wanted to run, over the last minute, five and fifteen. */
    public static String loadAverage() throws IOException {
        String[] fields = Files.readString(Path.of("/proc/loadavg")).split(" ");
        return fields[0] + " " + fields[1] + " " + fields[2];
    }

    /** Version of the Java that instances and servers run on, where that is not the one of this process. */
    public static Optional<String> otherJava() throws IOException {
        if (System.getenv(Processes.OTHER_JAVA) == null) {
            return Optional.empty();
        }
        Path release = Processes.javaHome().resolve("release");
        return Files.readAllLines(release).stream()
                .filter(line -> line.startsWith("JAVA_VERSION="))
                .map(line -> line.substring(line.indexOf('=') + 1).replace("\"", ""))
                .findFirst();
    }

    private static String line(Path file, String key) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(UNKNOWN);
    }

    private static String javaVersion() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Processes.java().toString(), "-version")
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return printed.lines().skip(2).findFirst().orElse(UNKNOWN);
    }
}
