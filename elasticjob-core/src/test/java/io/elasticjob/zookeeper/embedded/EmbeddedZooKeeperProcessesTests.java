package io.elasticjob.zookeeper.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.Signals;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedZooKeeperProcessesTests {
    @TempDir
    Path directory;

    @Test
    void whenTheHostIsKilledAnotherProcessTakesOverAndEverySessionSurvives() throws Exception {
        try (var a = new ApplicationProcess();
                var b = new ApplicationProcess();
                var c = new ApplicationProcess()) {
            String connectString = a.open(directory);
            assertThat(b.open(directory)).isEqualTo(connectString);
            assertThat(c.open(directory)).isEqualTo(connectString);
            assertThat(a.hosts(directory)).isTrue();
            assertThat(b.hosts(directory)).isFalse();
            assertThat(c.hosts(directory)).isFalse();
            String sessionOfB = b.session(directory);
            String sessionOfC = c.session(directory);
            a.ask("put " + directory + " /kept kept");

            a.kill();

            awaitHost(() -> b.hosts(directory) ^ c.hosts(directory));
            assertThat(b.session(directory)).isEqualTo(sessionOfB);
            assertThat(c.session(directory)).isEqualTo(sessionOfC);
            assertThat(b.ask("value " + directory + " /kept")).isEqualTo("kept");

            ApplicationProcess second = b.hosts(directory) ? b : c;
            ApplicationProcess last = second == b ? c : b;
            String sessionOfLast = last.session(directory);
            assertThat(last.ask("put " + directory + " /kept again")).isEqualTo("done");
            second.kill();

            awaitHost(() -> last.hosts(directory));
            assertThat(last.session(directory)).isEqualTo(sessionOfLast);
            assertThat(last.ask("value " + directory + " /kept")).isEqualTo("again");
        }
    }

    @Test
    void whenTheHostClosesAnotherProcessTakesOverAndThoseWhoComeLaterJoinIt() throws Exception {
        try (var a = new ApplicationProcess();
                var b = new ApplicationProcess()) {
            String connectString = a.open(directory);
            b.open(directory);
            String session = b.session(directory);

            assertThat(a.ask("close " + directory)).isEqualTo("done");

            awaitHost(() -> b.hosts(directory));
            assertThat(b.session(directory)).isEqualTo(session);
            assertThat(a.open(directory)).isEqualTo(connectString);
            assertThat(a.hosts(directory)).isFalse();
            assertThat(assertTimeout(Duration.ofSeconds(5), () -> a.ask("close " + directory)))
                    .as("a wait for the lock ends with the close")
                    .isEqualTo("done");
            assertThat(b.hosts(directory)).isTrue();
        }
    }

    @Test
    void processesThatStartTogetherAgreeOnOneHost() throws Exception {
        try (var a = new ApplicationProcess();
                var b = new ApplicationProcess()) {
            var first = CompletableFuture.supplyAsync(() -> opened(a));
            String second = opened(b);
            assertThat(first.get()).isEqualTo(second).startsWith("127.0.0.1:");
            assertThat(a.hosts(directory) ^ b.hosts(directory)).isTrue();
        }
    }

    @Test
    void processesThatWaitForEachOthersDirectoriesAreNotTakenForADeadlock(@TempDir Path other) throws Exception {
        try (var a = new ApplicationProcess();
                var b = new ApplicationProcess()) {
            a.open(directory);
            b.open(other);
            b.open(directory);
            a.open(other); // closes the circle: Linux refuses to let this one wait
            String session = a.session(other);

            b.kill();

            awaitHost(() -> a.hosts(other));
            assertThat(a.session(other)).isEqualTo(session);
        }
    }

    @Test
    @Needs(value = Signals.NAME, there = Signals.class)
    void aStrangerOnThePortDelaysTheTakeoverUntilItLeaves() throws Exception {
        try (var a = new ApplicationProcess();
                var b = new ApplicationProcess()) {
            String connectString = a.open(directory);
            b.open(directory);
            String session = b.session(directory);
            b.signal("STOP");
            a.kill();
            try (ServerSocket stranger = new ServerSocket()) {
                stranger.setReuseAddress(true);
                stranger.bind(Ports.address(Integer.parseInt(connectString.split(":")[1])));
                b.signal("CONT");
                await().during(Duration.ofSeconds(3))
                        .atMost(Duration.ofSeconds(5))
                        .until(() -> !b.hosts(directory));
            }
            awaitHost(() -> b.hosts(directory));
            assertThat(b.session(directory)).isEqualTo(session);
        }
    }

    @Test
    void itsServerDoesWithoutTheThreadsThatOnlyManyClientsNeedUnlessTheyWereAskedFor() throws Exception {
        try (var a = new ApplicationProcess();
                var b = new ApplicationProcess("-Dzookeeper.nio.numWorkerThreads=1")) {
            Path other = directory.resolve("other");
            a.open(directory);
            b.open(other);
            assertThat(a.session(directory)).isNotEmpty(); // so that somebody has been served
            assertThat(b.session(other)).isNotEmpty();

            assertThat(a.ask("workers")).isEqualTo("false");
            assertThat(b.ask("workers")).isEqualTo("true");
        }
    }

    private String opened(ApplicationProcess process) {
        try {
            return process.open(directory);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitHost(Callable<Boolean> hosts) {
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(20))
                .until(hosts);
    }
}
