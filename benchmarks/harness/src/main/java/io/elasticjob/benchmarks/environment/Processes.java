package io.elasticjob.benchmarks.environment;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/** What Linux tells of processes and of the machine. Times are in milliseconds of one core. */
final class Processes {

    /** Environment variable that names another Java for instances and servers. */
    static final String OTHER_JAVA = "BENCHMARKS_JAVA_HOME";

    private static final long MILLIS_PER_TICK = 10;
    private static final long PAUSE_MILLIS = 20;

    private Processes() {}

    /** User and system time of a process and its children; 0 once it has ended. */
    static long cpuMillis(ProcessHandle process) {
        return ownCpuMillis(process.pid())
                + process.descendants()
                        .mapToLong(child -> ownCpuMillis(child.pid()))
                        .sum();
    }

    private static long ownCpuMillis(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MILLIS_PER_TICK;
        } catch (IOException ended) {
            return 0;
        }
    }

    /** Busy time of all cores together, whoever used it. */
    static long machineBusyMillis() throws IOException {
        String[] fields =
                Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split("\\s+");
        long ticks = 0;
        for (int i = 1; i <= 8; i++) {
            boolean idle = i == 4 || i == 5;
            ticks += idle ? 0 : Long.parseLong(fields[i]);
        }
        return ticks * MILLIS_PER_TICK;
    }

    /** Memory that a process holds, in MiB. */
    static long residentMegabytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1_024)
                .findFirst()
                .orElseThrow(() -> new IOException("/proc/" + pid + "/status tells no VmRSS"));
    }

    static Process spawn(Path directory, String name, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile())
                .start();
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Waits for a state of something outside of this JVM. */
    static void await(String what, Duration atMost, Callable<Boolean> reached) throws Exception {
        long begin = System.nanoTime();
        while (!reached.call()) {
            if (System.nanoTime() - begin > atMost.toNanos()) {
                throw new IllegalStateException(what + " did not come within " + atMost.toSeconds() + " s");
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** The Java that instances and servers run on: that of {@code BENCHMARKS_JAVA_HOME}, or the present one. */
    static Path java() {
        return javaHome().resolve("bin").resolve("java");
    }

    static Path javaHome() {
        String home = System.getenv(OTHER_JAVA);
        return Path.of(home == null ? System.getProperty("java.home") : home);
    }
}
