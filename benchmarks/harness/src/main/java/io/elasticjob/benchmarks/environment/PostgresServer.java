package io.elasticjob.benchmarks.environment;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A PostgreSQL server with a new database, of the programs that this machine has: those of {@code --postgres=FOLDER}, those
 * on the path, or those where Debian puts them.
 */
final class PostgresServer {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CONNECT_MILLIS = 500;
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

    private final Path data;
    private final int port;

    /** @param started gets the server as soon as it is there, also when it fails then */
    PostgresServer(Path work, Options options, Consumer<Process> started) throws Exception {
        Path programs = programs(options);
        port = Processes.freePort();
        // It does not run as root, and whom it runs as must reach its folder.
        data = Files.createTempDirectory("benchmarks-postgres-");
        List<String> as = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            as.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
            run(work, "chown", List.of("chown", "postgres", data.toString()));
        }
        List<String> make = new ArrayList<>(as);
        make.addAll(List.of(
                programs.resolve("initdb").toString(),
                "-D",
                data.toString(),
                "-A",
                "trust",
                "-U",
                user(),
                "--no-sync"));
        run(work, "initdb", make);
        List<String> serve = new ArrayList<>(as);
        serve.addAll(List.of(
                programs.resolve("postgres").toString(),
                "-D",
                data.toString(),
                "-p",
                String.valueOf(port),
                "-k",
                data.toString(),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "max_connections=200",
                "-c",
                "shared_buffers=256MB",
                "-c",
                "fsync=" + (options.flag("fsync", true) ? "on" : "off")));
        started.accept(Processes.spawn(work, "postgres", serve));
        Processes.await(
                "PostgreSQL",
                PATIENCE,
                () -> Files.readString(work.resolve("postgres.log")).contains("ready to accept connections")
                        && answers());
    }

    private static void run(Path work, String name, List<String> command) throws Exception {
        Process process = Processes.spawn(work, name, command);
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(name + " failed: " + Files.readString(work.resolve(name + ".log")));
        }
    }

    private static Path programs(Options options) throws IOException {
        List<Path> folders = new ArrayList<>();
        String given = options.text("postgres", "");
        if (!given.isEmpty()) {
            folders.add(Path.of(given));
        } else {
            Stream.of(System.getenv("PATH").split(File.pathSeparator))
                    .map(Path::of)
                    .forEach(folders::add);
            if (Files.isDirectory(DEBIAN)) {
                try (Stream<Path> versions = Files.list(DEBIAN)) {
                    versions.map(version -> version.resolve("bin")).forEach(folders::add);
                }
            }
        }
        return folders.stream()
                .filter(folder ->
                        Files.isExecutable(folder.resolve("postgres")) && Files.isExecutable(folder.resolve("initdb")))
                .findFirst()
                .orElseThrow(() -> new IOException(
                        "PostgreSQL's programs initdb and postgres are not there: install it, name their folder with"
                                + " --postgres=FOLDER, or leave out the systems that need it with --systems=…"));
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), CONNECT_MILLIS);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    String user() {
        return "benchmarks";
    }

    /** Where its data is, which belongs to this measurement alone. */
    Path data() {
        return data;
    }
}
