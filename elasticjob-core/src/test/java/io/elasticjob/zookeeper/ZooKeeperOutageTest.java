package io.elasticjob.zookeeper;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.elasticjob.RegistryException;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Answer.Committed;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Read.Present;
import io.elasticjob.registry.Read.Unreadable;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.registry.Write.Create;
import io.elasticjob.registry.Write.Life;
import io.elasticjob.registry.Write.Put;
import io.elasticjob.testing.faults.FaultProxy;
import io.elasticjob.testing.faults.FaultProxy.Direction;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;
import org.apache.curator.test.TestingServer;
import org.apache.curator.test.TestingZooKeeperServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** ZooKeeper comes late, goes away, changes its leader. */
class ZooKeeperOutageTest {

    /** A registry and what it has told. */
    private static final class Peer implements RegistryListener, AutoCloseable {
        final ZooKeeperRegistry registry;
        final List<String> heard = new CopyOnWriteArrayList<>();
        volatile @Nullable Session session;

        Peer(String connectString, @Nullable String digest) {
            this(connectString, digest, Duration.ofSeconds(4));
        }

        Peer(String connectString, @Nullable String digest, Duration session) {
            registry =
                    new ZooKeeperRegistry(new ZooKeeperSettings(connectString, session, Duration.ofSeconds(5), digest));
            registry.open(this);
        }

        @Override
        public void connected(Session session) {
            this.session = session;
            heard.add("connected " + session.id());
        }

        @Override
        public void suspended() {
            heard.add("suspended");
        }

        @Override
        public void lost(Session session) {
            heard.add("lost " + session.id());
        }

        @Override
        public void changed(String path) {
            heard.add("changed " + path);
        }

        @Override
        public void close() {
            registry.close();
        }

        void hears(String event, int times) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> heard.stream()
                                    .filter(heard -> heard.startsWith(event))
                                    .count()
                            >= times);
        }

        Answer commit(Write... writes) throws Exception {
            return answer(registry.commit(session, List.of(writes)));
        }
    }

    private static <T> T answer(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static InstanceSpec spec(int port) {
        return new InstanceSpec(null, port, -1, -1, true, -1, 500, -1);
    }

    private static Create create(String path, Life life) {
        return new Create(path, new byte[0], life);
    }

    @Test
    void aServerThatAppearsLaterIsFound() throws Exception {
        int port = InstanceSpec.getRandomPort();
        try (Peer peer = new Peer("127.0.0.1:" + port, null)) {
            assertThat(peer.heard).isEmpty();
            try (TestingServer server = new TestingServer(spec(port), true)) {
                peer.hears("connected", 1);
                assertThat(peer.commit(create("/t", Life.PERSISTENT))).isInstanceOf(Committed.class);
            }
        }
    }

    @Test
    void aNameThatDoesNotResolveNeitherBlocksNorFails() {
        Peer peer = new Peer("no-such-host.invalid:2181", null);
        assertThat(peer.heard).isEmpty();
        peer.close();
        assertThat(peer.heard).isEmpty();
        assertThatThrownBy(() -> answer(peer.registry.sync(new Session("1", Duration.ZERO))))
                .hasCauseInstanceOf(RegistryException.class);
    }

    @Test
    void aSessionOutlivesAShortOutageOfTheServerButNotALongOne() throws Exception {
        try (TestingServer server = new TestingServer(spec(-1), true);
                Peer peer = new Peer(server.getConnectString(), null)) {
            peer.hears("connected", 1);
            Session first = peer.session;
            peer.commit(create("/mine", Life.EPHEMERAL));

            server.stop();
            peer.hears("suspended", 1);
            server.restart();
            peer.hears("connected", 2);
            assertThat(answer(peer.registry.read(first, List.of("/mine"))).get(0))
                    .isInstanceOf(Present.class);

            server.stop();
            peer.hears("lost", 1);
            server.restart();
            peer.hears("connected", 3);
            Session second = peer.session;
            assertThat(second.id()).isNotEqualTo(first.id());
            assertThat(peer.heard)
                    .containsExactly(
                            "connected " + first.id(),
                            "suspended",
                            "connected " + first.id(),
                            "suspended",
                            "lost " + first.id(),
                            "connected " + second.id());
            assertThat(peer.commit(create("/t", Life.PERSISTENT))).isInstanceOf(Committed.class);
        }
    }

    @Test
    void aSessionIsNotKeptAliveByComingBackWhenNoAnswerArrives() throws Exception {
        try (TestingServer server = new TestingServer(spec(-1), true);
                FaultProxy proxy = new FaultProxy(server.getPort());
                // With several servers it comes back more often than the session needs to live.
                Peer peer = new Peer(String.join(",", Collections.nCopies(3, proxy.address())), null);
                Peer other = new Peer(server.getConnectString(), null)) {
            peer.hears("connected", 1);
            other.hears("connected", 1);
            peer.commit(create("/mine", Life.EPHEMERAL));
            answer(other.registry.watchTree(other.session, "/mine"));

            proxy.silence(Direction.TO_CLIENT);
            other.hears("changed /mine", 1);
            peer.hears("lost", 1);
            proxy.heal();
            peer.hears("connected", 2);
            assertThat(peer.commit(create("/t", Life.PERSISTENT))).isInstanceOf(Committed.class);
        }
    }

    @Test
    void whatIsCreatedWithADigestIsClosedToOthers() throws Exception {
        try (TestingServer server = new TestingServer(spec(-1), true);
                Peer owner = new Peer(server.getConnectString(), "user:secret");
                Peer stranger = new Peer(server.getConnectString(), null)) {
            owner.hears("connected", 1);
            stranger.hears("connected", 1);
            owner.commit(create("/t", Life.PERSISTENT));

            answer(stranger.registry.sync(stranger.session));
            assertThat(answer(stranger.registry.read(stranger.session, List.of("/t"))))
                    .as("neither there nor absent: it cannot be told")
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Unreadable.class,
                            unreadable -> assertThat(unreadable.why())
                                    .hasRootCauseInstanceOf(org.apache.zookeeper.KeeperException.class)
                                    .hasMessageContaining("elasticjob.registry.digest"));
            assertThatThrownBy(() -> stranger.commit(new Put("/t", new byte[0], 0)))
                    .hasMessageContaining("elasticjob.registry.digest");
            assertThat(answer(owner.registry.read(owner.session, List.of("/t"))).get(0))
                    .isInstanceOf(Present.class);
        }
    }

    @Test
    void theSessionGoesOnAndEveryCommitIsSettledWhenTheLeaderStops() throws Exception {
        try (TestingCluster cluster = new TestingCluster(3)) {
            cluster.start();
            // Longer than an election takes on a machine that has much else to do.
            try (Peer peer = new Peer(cluster.getConnectString(), null, Duration.ofSeconds(25))) {
                peer.hears("connected", 1);
                Session session = peer.session;
                peer.commit(create("/t", Life.PERSISTENT), create("/mine", Life.EPHEMERAL));
                answer(peer.registry.watchTree(session, "/t"));

                CompletionStage<Answer> inFlight =
                        peer.registry.commit(session, List.of(new Put("/t", new byte[] {1}, 0)));
                leader(cluster).stop();
                // A follower without a leader sends its clients away.
                peer.hears("suspended", 1);
                peer.hears("connected", 2);

                assertThat(peer.heard).endsWith("connected " + session.id()).doesNotContain("lost " + session.id());
                int version = settledVersion(peer, inFlight);
                assertThat(peer.commit(new Put("/t", new byte[] {2}, version))).isInstanceOf(Committed.class);
                assertThat(answer(peer.registry.read(session, List.of("/mine"))).get(0))
                        .isInstanceOf(Present.class);
                peer.hears("changed /t", 1);
            }
        }
    }

    private static TestingZooKeeperServer leader(TestingCluster cluster) throws Exception {
        for (TestingZooKeeperServer server : cluster.getServers()) {
            try (Socket socket = new Socket(
                    InetAddress.getLoopbackAddress(), server.getInstanceSpec().getPort())) {
                socket.getOutputStream().write("srvr".getBytes(US_ASCII));
                if (new String(socket.getInputStream().readAllBytes(), US_ASCII).contains("Mode: leader")) {
                    return server;
                }
            }
        }
        throw new AssertionError("no server says that it leads");
    }

    private static int settledVersion(Peer peer, CompletionStage<Answer> inFlight) throws Exception {
        answer(peer.registry.sync(peer.session));
        Read read = answer(peer.registry.read(peer.session, List.of("/t"))).get(0);
        int version = ((Present) read).stat().version();
        if (!inFlight.toCompletableFuture().isCompletedExceptionally()) {
            assertThat(answer(inFlight)).isInstanceOf(Committed.class);
            assertThat(version).isEqualTo(1);
        }
        return version;
    }
}
