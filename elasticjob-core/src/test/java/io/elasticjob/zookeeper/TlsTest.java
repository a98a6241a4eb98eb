package io.elasticjob.zookeeper;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.testing.security.Identity;
import io.elasticjob.testing.security.SecureZooKeeper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.zookeeper.client.ZKClientConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real servers that speak nothing but TLS, one of which wants to know its clients. */
class TlsTest {

    @TempDir
    private static Path directory;

    private static Identity here;
    private static Identity elsewhere;
    private static Identity known;
    private static Identity stranger;
    private static SecureZooKeeper server;
    private static SecureZooKeeper mutual;

    @BeforeAll
    static void start() throws Exception {
        here = Identity.make(directory, "here", "ip:127.0.0.1");
        elsewhere = Identity.make(directory, "elsewhere", "dns:elsewhere.example");
        known = Identity.make(directory, "known", "dns:known.example");
        stranger = Identity.make(directory, "stranger", "dns:stranger.example");
        server = new SecureZooKeeper(directory, here, null);
        mutual = new SecureZooKeeper(directory, here, known);
    }

    @AfterAll
    static void stop() {
        server.close();
        mutual.close();
    }

    private static final class Client implements RegistryListener, AutoCloseable {
        final ZooKeeperRegistry registry;
        final List<String> heard = new CopyOnWriteArrayList<>();
        volatile @Nullable Session session;

        Client(SecureZooKeeper server, @Nullable Supplier<ZooKeeperTls> tls) {
            registry = new ZooKeeperRegistry(new ZooKeeperSettings(
                    server.connectString(), Duration.ofSeconds(4), Duration.ofSeconds(5), null, tls));
            registry.open(this);
        }

        Client(SecureZooKeeper server, @Nullable Identity shown, Identity believed) throws Exception {
            this(server, always(tls(shown, believed)));
        }

        @Override
        public void connected(Session session) {
            this.session = session;
            heard.add("connected");
        }

        @Override
        public void suspended() {
            heard.add("suspended");
        }

        @Override
        public void lost(Session session) {
            heard.add("lost");
        }

        @Override
        public void changed(String path) {}

        @Override
        public void unreachable(String why) {
            heard.add(why);
        }

        void connects() {
            hears("connected");
        }

        /** Something like that, now or later. */
        void hears(String part) {
            await().atMost(Duration.ofSeconds(60)).until(() -> heard.stream().anyMatch(told -> told.contains(part)));
        }

        void isRefused(String why) {
            hears(why);
            assertThat(heard).doesNotContain("connected");
        }

        @Override
        public void close() {
            registry.close();
        }
    }

    private static ZooKeeperTls tls(@Nullable Identity shown, Identity believed) throws Exception {
        return new ZooKeeperTls(
                shown == null ? null : shown.keys(),
                shown == null ? null : shown.password(),
                believed.trust(),
                List.of(),
                List.of());
    }

    private static Supplier<ZooKeeperTls> always(ZooKeeperTls tls) {
        return () -> tls;
    }

    @Test
    void aClientThatBelievesTheServerConnectsAndAsks() throws Exception {
        try (Client client = new Client(server, null, here)) {
            client.connects();
            assertThat(client.registry
                            .children(client.session, "/")
                            .toCompletableFuture()
                            .join())
                    .contains("zookeeper");
        }
    }

    @Test
    void aServerThatWantsToKnowItsClientsLetsTheRightOneInAndNoOther() throws Exception {
        try (Client right = new Client(mutual, known, here);
                Client wrong = new Client(mutual, stranger, here);
                Client nameless = new Client(mutual, null, here)) {
            right.connects();
            wrong.isRefused("127.0.0.1:" + mutual.port() + ": ");
            wrong.isRefused("elasticjob.registry.ssl.bundle");
            nameless.isRefused("elasticjob.registry.ssl.bundle");
        }
    }

    @Test
    void aServerThatIsNotBelievedIsNotTalkedTo() throws Exception {
        try (Client client = new Client(server, known, stranger)) {
            client.isRefused("valid certification path");
        }
    }

    @Test
    void aServerUnderAnothersNameIsNotTalkedTo() throws Exception {
        try (SecureZooKeeper impostor = new SecureZooKeeper(directory, elsewhere, null);
                Client client = new Client(impostor, null, elsewhere)) {
            client.isRefused("No subject alternative names");
        }
    }

    @Test
    void aClientWithoutTlsIsToldWhatIsMissing() {
        try (Client client = new Client(server, (Supplier<ZooKeeperTls>) null)) {
            client.isRefused("if it wants TLS, set elasticjob.registry.ssl.bundle");
        }
    }

    @Test
    void whatIsRenewedServesTheNextConnection() throws Exception {
        ZooKeeperTls wrong = tls(stranger, here);
        ZooKeeperTls right = tls(known, here);
        List<ZooKeeperTls> now = new CopyOnWriteArrayList<>(List.of(wrong));
        try (Client client = new Client(mutual, () -> now.get(0))) {
            client.isRefused("elasticjob.registry.ssl.bundle");
            now.set(0, right);
            client.connects();
        }
    }

    @Test
    void keysLieEncryptedWhereNobodyElseReadsThemAndAreDeleted() throws Exception {
        TlsFiles files = new TlsFiles(always(tls(known, here)));
        ZKClientConfig config = files.config();
        Path keys = Path.of(config.getProperty("zookeeper.ssl.keyStore.location"));
        assertThat(Files.getPosixFilePermissions(keys.getParent()).toString()).doesNotContain("GROUP", "OTHERS");
        try (Stream<Path> all = Files.list(keys.getParent())) {
            for (Path file : all.toList()) {
                assertThat(Files.getPosixFilePermissions(file).toString()).doesNotContain("GROUP", "OTHERS");
            }
        }
        byte[] secret =
                known.keys().getKey("known", known.password().toCharArray()).getEncoded();
        assertThat(new String(Files.readAllBytes(keys), ISO_8859_1)).doesNotContain(new String(secret, ISO_8859_1));
        assertThat(config.getProperty("zookeeper.ssl.keyStore.password")).hasSizeGreaterThan(40);
        files.close();
        assertThat(keys.getParent()).doesNotExist();
    }

    @Test
    void keysThatCanNotBeReadAreToldByTheirPropertyAndLeaveNothing() throws Exception {
        ZooKeeperTls locked = new ZooKeeperTls(known.keys(), "wrong", here.trust(), List.of(), List.of());
        assertThatThrownBy(() -> new TlsFiles(always(locked)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("elasticjob.registry.ssl.bundle: ")
                .hasMessageNotContaining("wrong");
        assertThat(locked.toString()).doesNotContain("wrong");
    }
}
