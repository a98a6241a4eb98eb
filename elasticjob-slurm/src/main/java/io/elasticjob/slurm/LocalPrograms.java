package io.elasticjob.slurm;

import io.elasticjob.spi.ClusterException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The programs of this machine. They get little of the environment of this process, since {@code sbatch} hands its own on to
 * the tasks: where programs, files and languages are, and how Slurm is reached.
 */
final class LocalPrograms implements Programs {

    private static final Set<String> INHERITED = Set.of(
            "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SLURM_CONF", "SLURM_JWT");

    private final Map<String, String> environment;
    private final Duration timeout;

    /**
     * @param environment for all of them
     * @param timeout of each, after which it is killed
     */
    LocalPrograms(Map<String, String> environment, Duration timeout) {
        this.environment = Map.copyOf(environment);
        this.timeout = timeout;
    }

    @Override
    public Answer run(Command command) {
        Process process = start(command);
        CompletableFuture<String> output = reader(process.getInputStream(), command.program() + "-output");
        CompletableFuture<String> errors = reader(process.getErrorStream(), command.program() + "-errors");
        try {
            try (OutputStream input = process.getOutputStream()) {
                input.write(command.input().getBytes(StandardCharsets.UTF_8));
            } catch (IOException closed) {
                // it has ended, and its answer says why
            }
            long until = System.nanoTime() + timeout.toNanos();
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ClusterException(
                        command.program() + " did not end within " + timeout.toSeconds() + " s, and was killed");
            }
            return new Answer(process.exitValue(), end(output, until), end(errors, until));
        } catch (TimeoutException open) {
            throw new ClusterException(
                    command.program() + " has ended, but what it started holds its output open for more than "
                            + timeout.toSeconds() + " s: nobody knows what it would have said",
                    open);
        } catch (ExecutionException impossible) {
            throw new ClusterException(command.program() + " could not be heard", impossible);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException(command.program() + " was interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String end(CompletableFuture<String> said, long until)
            throws InterruptedException, ExecutionException, TimeoutException {
        return said.get(Math.max(1_000_000, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private Process start(Command command) {
        ProcessBuilder builder = new ProcessBuilder(command.words());
        Map<String, String> handedOn = builder.environment();
        handedOn.keySet().retainAll(INHERITED);
        handedOn.putAll(environment);
        handedOn.putAll(command.environment());
        try {
            return builder.start();
        } catch (IOException missing) {
            throw new ClusterException(
                    command.words().get(0) + " cannot be run on this machine: " + missing.getMessage(), missing);
        }
    }

    private static CompletableFuture<String> reader(InputStream stream, String name) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread thread = new Thread(() -> text.complete(read(stream)), "elasticjob-slurm-" + name);
        thread.setDaemon(true);
        thread.start();
        return text;
    }

    private static String read(InputStream stream) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (stream) {
            stream.transferTo(bytes);
        } catch (IOException | UncheckedIOException killed) {
            // what it has said until then
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
