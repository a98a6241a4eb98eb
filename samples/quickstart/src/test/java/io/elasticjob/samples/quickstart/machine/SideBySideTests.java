package io.elasticjob.samples.quickstart.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With processes of their own, since it is the operating system that hands over. */
class SideBySideTests {

    @TempDir
    private Path directory;

    private final List<Process> copies = new ArrayList<>();

    @AfterEach
    void endCopies() {
        copies.forEach(Process::destroyForcibly);
        copies.forEach(copy -> copy.onExit().join());
    }

    @Test
    void copiesHaveAPortEachAndOneDatabaseThatOutlivesTheCopyThatServesIt() throws Exception {
        Process first = start();
        String[] ofFirst = words(first);
        String[] ofSecond = words(start());

        assertThat(ofSecond[0]).isNotEqualTo(ofFirst[0]);
        assertThat(ofSecond[1]).isEqualTo(ofFirst[1]);

        try (Connection connection = connect(ofFirst[1])) {
            connection.createStatement().execute("CREATE TABLE note AS SELECT 'kept' AS text");
        }
        first.destroyForcibly();

        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(notes(ofSecond[1])).isEqualTo("kept"));
    }

    private static String notes(String address) throws SQLException {
        try (Connection connection = connect(address);
                var notes = connection.createStatement().executeQuery("SELECT text FROM note")) {
            notes.next();
            return notes.getString(1);
        }
    }

    private static Connection connect(String address) throws SQLException {
        return DriverManager.getConnection("jdbc:h2:tcp://" + address + ";WRITE_DELAY=0", "sa", "");
    }

    private Process start() throws IOException {
        Process copy = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Copy.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        copies.add(copy);
        return copy;
    }

    private static String[] words(Process copy) throws IOException {
        BufferedReader output = copy.inputReader();
        String line = output.readLine();
        while (line != null && !line.startsWith("copy ")) {
            line = output.readLine();
        }
        assertThat(line).as("what the copy says").isNotNull();
        return line.substring("copy ".length()).split(" ");
    }

    /** A copy of the sample without the sample. */
    static final class Copy {

        private Copy() {}

        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            int port = WebPort.claim(directory);
            System.out.println(
                    "copy " + port + " " + SharedDatabase.in(directory).address());
            Thread.currentThread().join();
        }
    }
}
