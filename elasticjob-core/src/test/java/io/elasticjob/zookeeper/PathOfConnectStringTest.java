package io.elasticjob.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.elasticjob.RegistryException;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write.Create;
import io.elasticjob.registry.Write.Life;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What lies at the end of a connect-string need not be there. */
class PathOfConnectStringTest {

    private TestingServer server;
    private ZooKeeper others;

    @BeforeEach
    void start() throws Exception {
        server = new TestingServer();
        others = new ZooKeeper(server.getConnectString(), 10_000, event -> {});
    }

    @AfterEach
    void stop() throws Exception {
        others.close();
        server.close();
    }

    @Test
    void whatIsMissingIsLaidLevelByLevel() throws Exception {
        others.create("/apps", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        try (Client client = new Client("/apps/of/the-shop", null)) {
            assertThat(client.create("/retail")).isInstanceOf(Answer.Committed.class);
            assertThat(others.getChildren("/apps/of/the-shop", false)).containsExactly("retail");
        }
    }

    @Test
    void whatIsAskedForTogetherIsDoneInItsOrder() throws Exception {
        try (Client client = new Client("/apps", null)) {
            List<CompletableFuture<Answer>> asked = Stream.of("/retail", "/retail/jobs", "/retail/jobs/orders")
                    .map(client::ask)
                    .toList();
            for (CompletableFuture<Answer> answer : asked) {
                assertThat(answer.get(20, TimeUnit.SECONDS)).isInstanceOf(Answer.Committed.class);
            }
        }
    }

    @Test
    void whatIsDeletedMeanwhileIsLaidAgain() throws Exception {
        try (Client client = new Client("/apps/shop", null)) {
            client.create("/retail");
            ZKUtil.deleteRecursive(others, "/apps");

            assertThat(client.create("/retail/jobs"))
                    .isEqualTo(new Answer.Refused(0, Answer.Reason.ABSENT)); // that is the caller's to lay
            assertThat(client.create("/retail")).isInstanceOf(Answer.Committed.class);
            assertThat(others.exists("/apps/shop/retail", false)).isNotNull();
        }
    }

    @Test
    void withADigestItIsThatUsers() throws Exception {
        try (Client client = new Client("/apps/shop", "shop:secret")) {
            client.create("/retail");
        }
        others.addAuthInfo("digest", "shop:secret".getBytes());
        for (String path : List.of("/apps", "/apps/shop", "/apps/shop/retail")) {
            List<ACL> acl = others.getACL(path, null);
            assertThat(acl).singleElement().satisfies(entry -> {
                assertThat(entry.getId().getScheme()).isEqualTo("digest");
                assertThat(entry.getId().getId()).startsWith("shop:");
            });
        }
    }

    @Test
    void whereThatIsForbiddenTheFailureSaysWhatToDoAndItGoesOnOnceItIsThere() throws Exception {
        others.create("/apps", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        others.addAuthInfo("digest", "admin:secret".getBytes());
        others.setACL("/apps", Ids.CREATOR_ALL_ACL, -1);
        try (Client client = new Client("/apps/shop", null)) {
            assertThat(catchThrowable(() -> client.create("/retail")))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContainingAll(
                            "elasticjob.registry.connect-string",
                            "path /apps/shop is not in ZooKeeper",
                            "may not create /apps/shop",
                            "create /apps/shop with zkCli",
                            "elasticjob.registry.digest");

            others.create("/apps/shop", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);

            assertThat(client.create("/retail")).isInstanceOf(Answer.Committed.class);
        }
    }

    @Test
    void whatMayNotBeCreatedAndIsThereIsNoHindrance() throws Exception {
        others.create("/apps", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        others.setACL("/", Ids.READ_ACL_UNSAFE, -1);
        try (Client client = new Client("/apps/of/shop", null)) {
            assertThat(client.create("/retail")).isInstanceOf(Answer.Committed.class);
        }
        try (Client client = new Client("/other/shop", null)) {
            assertThat(catchThrowable(() -> client.create("/retail")))
                    .hasMessageContainingAll("may not create /other:", "create /other/shop with zkCli");
        }
    }

    // ---- What is granted ----

    @Test
    void aSessionTimeoutThatZooKeeperChangesIsTold() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(ZooKeeperRegistry.class);
        Level before = logger.getLevel();
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
        try (Client client = new Client("", null, new AtomicBoolean(true), Duration.ofSeconds(3_600))) {
            Duration granted = client.session.get(20, TimeUnit.SECONDS).timeout();
            client.create("/retail");

            assertThat(lines.list.stream()
                            .map(ILoggingEvent::getFormattedMessage)
                            .filter(line -> line.contains("3600000 ms")))
                    .containsExactly("ZooKeeper grants a session timeout of " + granted.toMillis()
                            + " ms instead of the 3600000 ms of elasticjob.registry.session-timeout: its limits are"
                            + " minSessionTimeout and maxSessionTimeout");
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(before);
        }
    }

    // ---- Which server ----

    @Test
    void nothingIsSentToAServerThatIsNotTheRightOne() throws Exception {
        AtomicBoolean right = new AtomicBoolean();
        try (Client client = new Client("", null, right)) {
            await().during(Duration.ofSeconds(2)).until(() -> !client.session.isDone());
            assertThat(others.getChildren("/", false)).containsExactly("zookeeper");

            right.set(true);

            assertThat(client.create("/retail")).isInstanceOf(Answer.Committed.class);
        }
    }

    /** Creates nodes, under whatever session there is. */
    private final class Client implements RegistryListener, AutoCloseable {

        private final ZooKeeperRegistry registry;
        private final CompletableFuture<Session> session = new CompletableFuture<>();

        Client(String path, String digest) {
            this(path, digest, new AtomicBoolean(true));
        }

        Client(String path, String digest, AtomicBoolean right) {
            this(path, digest, right, Duration.ofSeconds(10));
        }

        Client(String path, String digest, AtomicBoolean right, Duration sessionTimeout) {
            registry = new ZooKeeperRegistry(new ZooKeeperSettings(
                    server.getConnectString() + path, sessionTimeout, Duration.ofSeconds(5), digest, null, right::get));
            registry.open(this);
        }

        Answer create(String path) throws Exception {
            return ask(path).get(20, TimeUnit.SECONDS);
        }

        CompletableFuture<Answer> ask(String path) {
            return registry.commit(
                            session.orTimeout(20, TimeUnit.SECONDS).join(),
                            List.of(new Create(path, new byte[0], Life.PERSISTENT)))
                    .toCompletableFuture();
        }

        @Override
        public void connected(Session now) {
            session.complete(now);
        }

        @Override
        public void suspended() {}

        @Override
        public void lost(Session gone) {}

        @Override
        public void changed(String path) {}

        @Override
        public void close() {
            registry.close();
        }
    }
}
