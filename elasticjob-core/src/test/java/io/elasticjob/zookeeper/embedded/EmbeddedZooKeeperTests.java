package io.elasticjob.zookeeper.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.elasticjob.coordination.Unattended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // closing one early is what is tested
class EmbeddedZooKeeperTests {
    @TempDir
    Path directory;

    @Test
    void theFirstAfterATimeWithoutAnybodyAndWhoeverJoinsItKnowThatTimeAndATakeOverDoesNotChangeIt() throws Exception {
        try (var yesterday = new Application(directory, 0)) {
            assertThat(yesterday.unattended()).as("nobody was there before").isEmpty();
        }
        Path attended = directory.resolve("attended");
        Instant closed = Files.getLastModifiedTime(attended).toInstant();
        Files.setLastModifiedTime(attended, FileTime.from(closed.minus(Duration.ofDays(1))));
        Instant end = Files.getLastModifiedTime(attended).toInstant();

        try (var first = new Application(directory, 0);
                var joined = new Application(directory, 0)) {
            Unattended night = first.unattended().orElseThrow();
            assertThat(night.from()).isEqualTo(end);
            assertThat(Duration.between(night.from(), night.to())).isGreaterThanOrEqualTo(Duration.ofDays(1));
            assertThat(joined.unattended()).contains(night);

            first.close();
            await().until(joined::hosts);
            assertThat(joined.unattended()).contains(night);
            try (var later = new Application(directory, 0)) {
                assertThat(later.unattended()).contains(night);
            }
        }
    }

    @Test
    void whereItCannotBeKnownWhenTheLastOneWasThereThereIsNoSuchTime() throws Exception {
        try (var before = new Application(directory, 0)) {
            before.put("/kept", "kept");
        }
        Path attended = directory.resolve("attended");
        Files.setLastModifiedTime(
                attended, FileTime.from(Instant.now().plus(Duration.ofDays(1)))); // the clock was wrong
        try (var after = new Application(directory, 0)) {
            assertThat(after.unattended()).isEmpty();
        }
        Files.delete(attended); // as an older version leaves it
        try (var after = new Application(directory, 0)) {
            assertThat(after.unattended()).isEmpty();
        }
        Files.writeString(directory.resolve("unattended"), "yesterday");
        try (var after = new Application(directory, 0)) {
            assertThat(after.unattended()).isPresent();
        }
    }

    @Test
    void threeInOneProcessShareOneServerAndAnotherTakesOverWhenTheFirstIsClosed() throws Exception {
        try (var first = new Application(directory, 0);
                var second = new Application(directory, 0);
                var third = new Application(directory, 0)) {
            assertThat(first.hosts()).isTrue();
            assertThat(second.connectString()).isEqualTo(first.connectString());
            assertThat(third.connectString()).isEqualTo(first.connectString());
            String sessionOfSecond = second.session();
            String sessionOfThird = third.session();
            first.put("/kept", "kept");

            first.close();

            await().until(() -> second.hosts() ^ third.hosts());
            assertThat(second.session()).isEqualTo(sessionOfSecond);
            assertThat(third.session()).isEqualTo(sessionOfThird);
            assertThat(third.value("/kept")).isEqualTo("kept");

            (second.hosts() ? second : third).close();
            await().until(() -> second.hosts() || third.hosts());
        }
    }

    @Test
    void onesThatOnlyJoinedCloseAtOnceAndLeaveTheHostAlone() throws Exception {
        try (var host = new Application(directory, 0)) {
            try (var second = new Application(directory, 0);
                    var third = new Application(directory, 0)) {
                assertThat(second.hosts() || third.hosts()).isFalse();
            }
            assertThat(host.hosts()).isTrue();
            host.put("/still", "there");
            try (var later = new Application(directory, 0)) {
                assertThat(later.value("/still")).isEqualTo("there");
            }
        }
    }

    @Test
    void theNextStartFindsTheDataAtTheSamePort() throws Exception {
        String connectString;
        try (var first = new Application(directory, 0)) {
            first.put("/kept", "kept");
            connectString = first.connectString();
        }
        try (var second = new Application(directory, 0)) {
            assertThat(second.connectString()).isEqualTo(connectString);
            assertThat(second.value("/kept")).isEqualTo("kept");
        }
    }

    @Test
    void theServerListensOnLoopbackOnly() throws Exception {
        try (var host = new Application(directory, 0)) {
            int port = Integer.parseInt(host.connectString().split(":")[1]);
            for (InetAddress address : NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(any -> !any.isLoopbackAddress())
                    .toList()) {
                try (Socket socket = new Socket()) {
                    assertThat(catchThrowable(() -> socket.connect(new InetSocketAddress(address, port), 1_000)))
                            .as(address.toString())
                            .isInstanceOf(IOException.class);
                }
            }
        }
    }

    @Test
    void aDirectoryDeletedWhileItIsSharedIsMadeAgainByTheNextHost() throws Exception {
        try (var first = new Application(directory.resolve("data"), 0);
                var second = new Application(directory.resolve("data"), 0)) {
            delete(directory.resolve("data"));
            first.close();
            await().until(second::hosts);
            await().untilAsserted(
                            () -> // a host announces itself when it serves, and not before
                            assertThat(directory.resolve("data/port")).isNotEmptyFile());
        }
    }

    @Test
    void aJoinerUsesThePortOfTheHostWhateverItConfigures() throws Exception {
        try (var host = new Application(directory, 0);
                var joined = new Application(directory, Ports.anyFree())) {
            assertThat(joined.connectString()).isEqualTo(host.connectString());
        }
    }

    @Test
    void aFirstHostMovesAwayFromThePortUsedLastIfAStrangerHasIt() throws Exception {
        try (ServerSocket stranger = stranger()) {
            Files.writeString(directory.resolve("port"), String.valueOf(stranger.getLocalPort()));
            try (var host = new Application(directory, 0)) {
                assertThat(host.connectString()).doesNotEndWith(":" + stranger.getLocalPort());
                assertThat(directory.resolve("port"))
                        .hasContent(host.connectString().split(":")[1]);
            }
        }
    }

    @Test
    void anAnnouncementThatCannotBeReadIsReplaced() throws Exception {
        Files.write(directory.resolve("port"), new byte[] {(byte) 0xff, (byte) 0xfe});
        try (var host = new Application(directory, 0)) {
            assertThat(directory.resolve("port"))
                    .hasContent(host.connectString().split(":")[1]);
        }
    }

    @Test
    void aLinkToTheDirectoryIsTheDirectory() throws Exception {
        Path link =
                Files.createSymbolicLink(directory.resolve("link"), Files.createDirectory(directory.resolve("real")));
        try (var host = new Application(directory.resolve("real"), 0);
                var joined = new Application(link, 0)) {
            assertThat(joined.connectString()).isEqualTo(host.connectString());
            assertThat(joined.hosts()).isFalse();
        }
    }

    @Test
    void aStrangerOnTheConfiguredPortIsAnErrorThatNamesThePort() throws Exception {
        try (ServerSocket stranger = stranger()) {
            assertThatStartOf(new EmbeddedZooKeeper(directory, stranger.getLocalPort(), Duration.ofSeconds(20)))
                    .satisfies(failure -> assertThat(failure.problem())
                            .isEqualTo("elasticjob.registry.embedded.port: port " + stranger.getLocalPort()
                                    + " of 127.0.0.1 is taken by another program, or not open to this user."));
        }
    }

    @Test
    void damagedDataIsAnErrorThatNamesTheDirectoryToDelete() throws Exception {
        try (var host = new Application(directory, 0)) {
            host.put("/lost", "lost");
        }
        try (Stream<Path> files = Files.walk(directory.resolve("zookeeper"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.writeString(file, "damaged");
            }
        }
        var damaged = new EmbeddedZooKeeper(directory, 0, Duration.ofSeconds(20));
        assertThatStartOf(damaged).satisfies(failure -> {
            assertThat(failure.problem()).contains(directory.toString());
            assertThat(failure.wayOut()).contains("delete " + directory.resolve("zookeeper"));
        });
        assertThatIllegalStateException().isThrownBy(damaged::connectString);

        delete(directory.resolve("zookeeper"));
        try (var host = new Application(directory, 0)) {
            assertThat(host.hosts()).isTrue();
        }
    }

    @Test
    void aFileInPlaceOfTheDirectoryIsAnErrorThatNamesTheKey() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatStartOf(new EmbeddedZooKeeper(file, 0, Duration.ofSeconds(20)))
                .satisfies(failure -> assertThat(failure.problem())
                        .startsWith("elasticjob.registry.embedded.data-dir: " + file + " cannot be used"));
    }

    @Test
    void aHostThatNeverServesFailsTheStartInTime() throws Exception {
        try (var silent = new HostSeat(directory.toRealPath())) {
            assertThat(silent.tryTake()).isTrue();
            assertThatStartOf(new EmbeddedZooKeeper(directory, 0, Duration.ofMillis(300)))
                    .satisfies(failure ->
                            assertThat(failure.problem()).contains("has not started within 300 ms", "host.lock"));
        }
    }

    @Test
    void anotherClassLoadersServerInThisProcessIsAnErrorAndKeepsItsLock() throws Exception {
        try (FileChannel other =
                FileChannel.open(directory.resolve("host.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            other.lock(0, 1, false);
            assertThatStartOf(new EmbeddedZooKeeper(directory, 0, Duration.ofSeconds(20)))
                    .satisfies(failure -> assertThat(failure.problem()).contains("another class loader"));
            try (var process = new ApplicationProcess()) {
                assertThat(process.ask("locked " + directory)).isEqualTo("true");
            }
        }
    }

    @Test
    void closingWhileItStartsCancelsTheStart() throws Exception {
        var closing = new EmbeddedZooKeeper(directory, 0, Duration.ofSeconds(20));
        CompletionStage<String> start = closing.start();
        closing.close();
        assertThat(start.toCompletableFuture())
                .completesExceptionallyWithin(Duration.ofSeconds(5))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(CancellationException.class);
        try (var next = new Application(directory, 0)) {
            assertThat(next.hosts()).isTrue();
        }
    }

    @Test
    void whatDependsOnTheStartMayCloseIt() throws Exception {
        var closing = new EmbeddedZooKeeper(directory, 0, Duration.ofSeconds(20));
        closing.start().thenRun(closing::close).toCompletableFuture().get(20, TimeUnit.SECONDS);
        try (var next = new Application(directory, 0)) {
            assertThat(next.hosts()).isTrue();
            assertThat(next.connectString()).isEqualTo(closing.connectString());
        }
    }

    @Test
    void itIsStartedOnce() throws Exception {
        var zooKeeper = new EmbeddedZooKeeper(directory, 0, Duration.ofSeconds(20));
        assertThatIllegalStateException().isThrownBy(zooKeeper::connectString);
        zooKeeper.close();
        zooKeeper.close();
        assertThatIllegalStateException().isThrownBy(zooKeeper::start).withMessageContaining("closed");
    }

    @Test
    void portsOutOfRangeAreRefusedByKeyAndValue() {
        for (int port : new int[] {-1, 65_536}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new EmbeddedZooKeeper(directory, port, Duration.ofSeconds(1)))
                    .withMessage("elasticjob.registry.embedded.port: " + port
                            + " is not a port: use 1 to 65535, or 0 for any that is free.");
        }
    }

    private static ObjectAssert<EmbeddedZooKeeperException> assertThatStartOf(EmbeddedZooKeeper zooKeeper) {
        return assertThat(catchThrowable(
                        () -> zooKeeper.start().toCompletableFuture().get(20, TimeUnit.SECONDS)))
                .cause()
                .asInstanceOf(type(EmbeddedZooKeeperException.class));
    }

    private static ServerSocket stranger() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
