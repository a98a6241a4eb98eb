package io.elasticjob.testing.slurm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Slurm of one controller and one node on this machine: Debian's programs, with a configuration, a key and a state of their
 * own in a temporary folder. The node claims to have many processors, so that tasks which only wait run at once.
 */
public final class LoopbackSlurm implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private @Nullable Process controller;

    private LoopbackSlurm(Path folder) {
        this.folder = folder;
    }

    /**
     * Starts one, and returns when its node takes jobs.
     *
     * @param largestArray {@code MaxArraySize}
     */
    public static LoopbackSlurm start(int largestArray) {
        try {
            Path folder = Files.createTempDirectory(
                    "elasticjob-slurm",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            LoopbackSlurm slurm = new LoopbackSlurm(folder);
            try {
                slurm.write(largestArray);
                slurm.begin();
            } catch (RuntimeException | IOException e) {
                slurm.close();
                throw e;
            }
            return slurm;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(int largestArray) throws IOException {
        for (String each : List.of("state", "spool", "munge", "log", "shared")) {
            Files.createDirectory(folder.resolve(each));
        }
        // Everybody has to reach the socket of munge; nobody but root its key.
        Files.setPosixFilePermissions(folder.resolve("munge"), PosixFilePermissions.fromString("rwx--x--x"));
        byte[] key = new byte[128];
        new SecureRandom().nextBytes(key);
        Files.write(folder.resolve("munge/key"), key);
        Files.setPosixFilePermissions(folder.resolve("munge/key"), PosixFilePermissions.fromString("rw-------"));
        String host = InetAddress.getLocalHost().getHostName();
        Files.writeString(
                configuration(),
                String.join(
                        "\n",
                        "ClusterName=loopback",
                        "SlurmctldHost=" + host + "(127.0.0.1)",
                        "SlurmctldPort=" + freePort(),
                        "SlurmdPort=" + freePort(),
                        "AuthType=auth/munge",
                        "AuthInfo=socket=" + folder + "/munge/socket",
                        "CredType=cred/munge",
                        "SlurmUser=root",
                        "SlurmdUser=root",
                        "StateSaveLocation=" + folder + "/state",
                        "SlurmdSpoolDir=" + folder + "/spool",
                        "SlurmctldPidFile=" + folder + "/slurmctld.pid",
                        "SlurmdPidFile=" + folder + "/slurmd.pid",
                        "SlurmctldLogFile=" + folder + "/log/slurmctld",
                        "SlurmdLogFile=" + folder + "/log/slurmd",
                        "SlurmdParameters=config_overrides",
                        "ProctrackType=proctrack/pgid",
                        "TaskPlugin=task/none",
                        "MpiDefault=none",
                        "SwitchType=switch/none",
                        "ReturnToService=2",
                        "SchedulerType=sched/backfill",
                        "SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1",
                        "SelectType=select/cons_tres",
                        "SelectTypeParameters=CR_CPU",
                        "MaxArraySize=" + largestArray,
                        "MaxJobCount=50000",
                        "KillWait=2",
                        "MessageTimeout=5",
                        "NodeName=node NodeHostname=" + host
                                + " NodeAddr=127.0.0.1 CPUs=32 RealMemory=1024 State=UNKNOWN",
                        "PartitionName=all Nodes=node Default=YES MaxTime=INFINITE State=UP",
                        ""));
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private void begin() throws IOException {
        String munge = folder + "/munge/";
        daemon(
                "munged",
                "--foreground",
                "--force",
                "--key-file=" + munge + "key",
                "--socket=" + munge + "socket",
                "--pid-file=" + munge + "pid",
                "--log-file=" + munge + "log",
                "--seed-file=" + munge + "seed");
        await("munged has a socket", () -> Files.exists(folder.resolve("munge/socket")));
        startController();
        daemon("slurmd", "-D", "-N", "node");
        await(
                "the node takes jobs",
                () -> run("sinfo", "--noheader", "--format=%t").strip().equals("idle"));
    }

    private Process daemon(String program, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(program));
        words.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log/" + program + ".out").toFile());
        builder.environment().put("SLURM_CONF", configuration().toString());
        builder.environment().merge("PATH", "/usr/sbin:/usr/bin:/bin", (path, more) -> path + ":" + more);
        builder.command().set(0, Files.exists(Path.of("/usr/sbin", program)) ? "/usr/sbin/" + program : program);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    // ---- What tests need --------------------------------------------------------------------------------------------

    /** The file {@code slurm.conf}. */
    public Path configuration() {
        return folder.resolve("slurm.conf");
    }

    /** A directory that its node shares with this machine. */
    public Path shared() {
        return folder.resolve("shared");
    }

    /** Stops the controller as a restart of its service does: it writes its state first. */
    public void stopController() {
        end(false);
    }

    /** Ends the controller as a crash does: what it has done in the last five seconds can be lost. */
    public void killController() {
        end(true);
    }

    private void end(boolean atOnce) {
        Process running = controller;
        if (running != null) {
            if (atOnce) {
                running.destroyForcibly();
            } else {
                running.destroy();
            }
            running.onExit().join();
            processes.remove(running);
            controller = null;
        }
    }

    /** Starts the controller, and returns when it answers. */
    public void startController() {
        try {
            controller = daemon("slurmctld", "-D");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await("the controller answers", () -> run("scontrol", "ping").contains(" is UP"));
    }

    /** Runs one of Slurm's programs, and gives what it has printed. */
    public String run(String... words) {
        try {
            ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
            builder.environment().put("SLURM_CONF", configuration().toString());
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes());
            process.waitFor();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a program of Slurm ran", e);
        }
    }

    private interface Condition {
        boolean isMet() throws IOException;
    }

    private void await(String what, Condition condition) {
        long begin = System.nanoTime();
        try {
            while (!condition.isMet()) {
                if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                    throw new IllegalStateException("Not within " + PATIENCE + ": " + what + "\n" + logs());
                }
                TimeUnit.MILLISECONDS.sleep(50); // nobody rings when a daemon is ready
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waited for: " + what, e);
        }
    }

    private String logs() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(folder.resolve("log"))) {
            for (Path file : files.sorted().toList()) {
                List<String> lines = Files.readAllLines(file);
                all.append(file).append('\n');
                lines.subList(Math.max(0, lines.size() - 15), lines.size())
                        .forEach(line -> all.append("  ").append(line).append('\n'));
            }
        }
        return all.toString();
    }

    /** Ends all that runs, and deletes the folder. */
    @Override
    public void close() {
        if (controller != null) {
            run("scancel", "--me");
        }
        for (int i = processes.size() - 1; i >= 0; i--) {
            Process process = processes.get(i);
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().onExit().join();
        }
        delete();
    }

    private void delete() {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException | UncheckedIOException left) {
            folder.toFile().deleteOnExit(); // a task may still write
        }
    }
}
