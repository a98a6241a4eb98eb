package io.elasticjob.benchmarks.environment;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A server of beanstalkd, of the program that this machine has: that of {@code --beanstalkd=FILE}, or the one on the path. It
 * forces each write to the disk, as ZooKeeper does.
 */
final class BeanstalkdServer {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int CONNECT_MILLIS = 500;

    private final int port;

    /** @param started gets the server as soon as it is there, also when it does not answer then */
    BeanstalkdServer(Path work, Options options, Consumer<Process> started) throws Exception {
        Path program = program(options);
        port = Processes.freePort();
        Path log = Files.createDirectory(work.resolve("beanstalkd"));
        started.accept(Processes.spawn(
                work,
                "beanstalkd",
                List.of(
                        program.toString(),
                        "-l",
                        "127.0.0.1",
                        "-p",
                        String.valueOf(port),
                        "-b",
                        log.toString(),
                        options.flag("fsync", true) ? "-f0" : "-F")));
        Processes.await("beanstalkd", PATIENCE, this::answers);
    }

    /** As it says itself. */
    static String version(Options options) throws IOException {
        Process asked = new ProcessBuilder(program(options).toString(), "-v")
                .redirectErrorStream(true)
                .start();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return said.replaceFirst("^beanstalkd ", "");
    }

    private static Path program(Options options) throws IOException {
        String given = options.text("beanstalkd", "");
        Stream<Path> places = given.isEmpty()
                ? Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(folder -> Path.of(folder).resolve("beanstalkd"))
                : Stream.of(Path.of(given));
        return places.filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException(
                        "the program beanstalkd is not there: install it, name it with --beanstalkd=FILE, or leave it"
                                + " out with --systems=…"));
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), CONNECT_MILLIS);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    int port() {
        return port;
    }
}
