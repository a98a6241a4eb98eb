package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.elasticjob.ElasticJobEvent.RegistryTrouble;
import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.actuate.health.ElasticJobHealthIndicator;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.testing.security.Identity;
import io.elasticjob.testing.security.SecureZooKeeper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.NoAuthException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** What a namespace trusts whom with, on servers that demand it. Alone, since starts of other applications reset the log. */
@Isolated
class RegistrySecurityTest {

    private static final String DIGEST = "shop:sesame-open-yourself";
    private static final String OTHER_DIGEST = "shop:abracadabra-now";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LifecycleAutoConfiguration.class,
                    SslAutoConfiguration.class,
                    ElasticJobAutoConfiguration.class,
                    ElasticJobHealthContributorAutoConfiguration.class))
            .withUserConfiguration(Jobs.class)
            .withPropertyValues("spring.application.name=shop");

    private final Log log = new Log();

    @BeforeEach
    void listenToEverything() {
        log.start();
        log.loggers.forEach(logger -> {
            logger.addAppender(log);
            logger.setAdditive(false);
        });
        log.loggers.get(0).setLevel(Level.TRACE);
        log.loggers.get(1).setLevel(Level.DEBUG);
        log.loggers.get(2).setLevel(Level.DEBUG);
    }

    @AfterEach
    void listenNoMore() {
        log.loggers.forEach(logger -> {
            logger.detachAppender(log);
            logger.setAdditive(true);
        });
        log.loggers.get(0).setLevel(null);
        log.loggers.get(1).setLevel(Level.OFF);
        log.loggers.get(2).setLevel(Level.OFF);
    }

    /** All that is said by our packages and by the libraries that talk to ZooKeeper. */
    private static final class Log extends AppenderBase<ILoggingEvent> {
        final List<Logger> loggers =
                List.of(logger("io.elasticjob"), logger("org.apache.zookeeper"), logger("org.apache.curator"));
        final Queue<String> lines = new ConcurrentLinkedQueue<>();

        private static Logger logger(String name) {
            return (Logger) LoggerFactory.getLogger(name);
        }

        @Override
        protected void append(ILoggingEvent event) {
            String thrown =
                    event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
            lines.add(event.getFormattedMessage() + thrown);
        }

        String all() {
            return String.join("\n", lines);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Jobs {
        final Queue<ShardingContext> ticks = new ConcurrentLinkedQueue<>();
        final Queue<RegistryTrouble> troubles = new ConcurrentLinkedQueue<>();

        @ElasticJob(name = "tick", every = "1s", shardingTotalCount = 2)
        void tick(ShardingContext context) {
            context.checkpoint("so far");
            ticks.add(context);
        }

        @EventListener
        void troubled(RegistryTrouble trouble) {
            troubles.add(trouble);
        }
    }

    private static void until(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition);
    }

    private ApplicationContextRunner at(String servers, @Nullable String digest) {
        ApplicationContextRunner there = runner.withPropertyValues("elasticjob.registry.connect-string=" + servers);
        return digest == null ? there : there.withPropertyValues("elasticjob.registry.digest=" + digest);
    }

    private static ZooKeeper connect(TestingServer server, @Nullable String digest) throws Exception {
        Semaphore connected = new Semaphore(0);
        ZooKeeper zooKeeper =
                new ZooKeeper(server.getConnectString(), 10_000, (WatchedEvent event) -> connected.release());
        connected.acquire();
        if (digest != null) {
            zooKeeper.addAuthInfo("digest", digest.getBytes(StandardCharsets.UTF_8));
        }
        return zooKeeper;
    }

    private static Collection<String> tree(ZooKeeper admin, String path) throws Exception {
        List<String> all = new ArrayList<>(List.of(path));
        for (String child : admin.getChildren(path, false)) {
            all.addAll(tree(admin, path + "/" + child));
        }
        return all;
    }

    @Test
    void jobsRunOnAServerThatWantsToKnowItsClients(@TempDir Path directory) throws Exception {
        Identity here = Identity.make(directory, "here", "ip:127.0.0.1");
        Identity shop = Identity.make(directory, "shop", "dns:shop.example");
        try (SecureZooKeeper server = new SecureZooKeeper(directory, here, shop)) {
            secured(at(server.connectString(), DIGEST), shop, here).run(context -> {
                assertThat(context).hasNotFailed();
                until(() -> context.getBean(Jobs.class).ticks.size() >= 2);
            });
            at(server.connectString(), null).run(context -> {
                ElasticJobHealthIndicator health = context.getBean(ElasticJobHealthIndicator.class);
                until(() -> health.health().getDetails().containsKey("awayBecause"));
                assertThat(health.health().getDetails().get("awayBecause").toString())
                        .contains(server.connectString(), "if it wants TLS, set elasticjob.registry.ssl.bundle");
                assertThat(log.all()).contains("if it wants TLS, set elasticjob.registry.ssl.bundle");
            });
        }
        assertThat(log.all())
                .contains("Connected: this instance is")
                .doesNotContain("sesame", shop.password(), here.password());
    }

    private static ApplicationContextRunner secured(ApplicationContextRunner runner, Identity own, Identity trusted) {
        return runner.withPropertyValues(
                "elasticjob.registry.ssl.bundle=registry",
                "spring.ssl.bundle.jks.registry.key.alias=shop",
                "spring.ssl.bundle.jks.registry.keystore.location=file:" + own.file(),
                "spring.ssl.bundle.jks.registry.keystore.type=PKCS12",
                "spring.ssl.bundle.jks.registry.keystore.password=" + own.password(),
                "spring.ssl.bundle.jks.registry.truststore.location=file:" + trusted.file(),
                "spring.ssl.bundle.jks.registry.truststore.type=PKCS12",
                "spring.ssl.bundle.jks.registry.truststore.password=" + trusted.password());
    }

    @Test
    void aStartThatFailsLeavesNoKeysBehind(@TempDir Path directory) throws Exception {
        Identity shop = Identity.make(directory, "shop", "dns:shop.example");
        Set<Path> before = keyFolders();
        secured(at("127.0.0.1:1", null), shop, shop)
                .withPropertyValues("elasticjob.execution.slots=0")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("elasticjob.execution.slots"));

        until(() -> before.containsAll(keyFolders())); // those of another build on this machine go as well
    }

    private static Set<Path> keyFolders() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(path -> path.getFileName().toString().startsWith("elasticjob-tls-"))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void aBundleThatDoesNotExistFailsTheStartByItsKey() {
        at("127.0.0.1:1", null)
                .withPropertyValues("elasticjob.registry.ssl.bundle=registry")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("elasticjob.registry.ssl.bundle: \"registry\" is not an SSL bundle"));
    }

    @Test
    void theEmbeddedServerSpeaksNoTls() {
        runner.withPropertyValues("elasticjob.registry.ssl.bundle=registry")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("elasticjob.registry.ssl.bundle: \"registry\" needs"));
    }

    @Test
    void withADigestEveryNodeIsClosedToOthersAndOpenToTheSame() throws Exception {
        try (TestingServer server = new TestingServer(true)) {
            at(server.getConnectString(), DIGEST).run(context -> {
                until(() -> context.getBean(Jobs.class).ticks.size() >= 2);
                try (ZooKeeper admin = connect(server, DIGEST);
                        ZooKeeper stranger = connect(server, null);
                        ZooKeeper impostor = connect(server, OTHER_DIGEST)) {
                    until(() -> tree(admin, "/shop").contains("/shop/leader"));
                    Collection<String> all = tree(admin, "/shop");
                    assertThat(all.stream()
                                    .map(path ->
                                            path.replaceAll("@.*/", "@/").replaceAll("instances/.*", "instances/x"))
                                    .collect(Collectors.toSet()))
                            .contains("/shop", "/shop/instances/x", "/shop/jobs/tick", "/shop/shards/tick@/1");
                    for (String path : all) {
                        isClosedTo(stranger, path);
                        isClosedTo(impostor, path);
                    }
                }
                at(server.getConnectString(), DIGEST)
                        .run(another ->
                                until(() -> !another.getBean(Jobs.class).ticks.isEmpty()));
            });
        }
        assertThat(log.all()).contains("Connected: this instance is").doesNotContain("sesame");
    }

    private static void isClosedTo(ZooKeeper other, String path) {
        assertThatThrownBy(() -> other.getData(path, false, null))
                .as("read of " + path)
                .isInstanceOf(NoAuthException.class);
        assertThatThrownBy(() -> other.getChildren(path, false))
                .as("list of " + path)
                .isInstanceOf(NoAuthException.class);
        assertThatThrownBy(() -> other.setData(path, new byte[0], -1))
                .as("write to " + path)
                .isInstanceOf(NoAuthException.class);
        if (!path.equals("/shop")) { // whose deletion its parent allows, which is ZooKeeper's
            assertThatThrownBy(() -> other.delete(path, -1))
                    .as("deletion of " + path)
                    .isInstanceOf(NoAuthException.class);
        }
        assertThatThrownBy(() -> other.create(path + "/x", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT))
                .as("creation below " + path)
                .isInstanceOfAny(
                        NoAuthException.class,
                        org.apache.zookeeper.KeeperException.NoChildrenForEphemeralsException.class);
    }

    @Test
    void theWrongDigestIsToldOnceAndInWords() throws Exception {
        try (TestingServer server = new TestingServer(true)) {
            at(server.getConnectString(), DIGEST).run(owner -> {
                until(() -> !owner.getBean(Jobs.class).ticks.isEmpty());
                at(server.getConnectString(), OTHER_DIGEST).run(context -> {
                    ElasticJobHealthIndicator health = context.getBean(ElasticJobHealthIndicator.class);
                    until(() -> health.health().getDetails().containsKey("awayBecause"));
                    assertThat(health.health().getDetails().get("awayBecause").toString())
                            .contains("elasticjob.registry.digest");
                    long asked = context.getBean(JobEngine.class).registryRequests();
                    until(() -> context.getBean(JobEngine.class).registryRequests() >= asked + 6);
                    assertThat(context.getBean(Jobs.class).ticks).isEmpty();
                    assertThat(context.getBean(Jobs.class).troubles).hasSize(1);
                });
            });
        }
        assertThat(log.all()).contains("elasticjob.registry.digest").doesNotContain("sesame", "abracadabra");
    }

    @Test
    void aNamespaceThatWasLaidOpenStaysOpenAndThatIsSaid() throws Exception {
        try (TestingServer server = new TestingServer(true)) {
            at(server.getConnectString(), null)
                    .run(context ->
                            until(() -> !context.getBean(Jobs.class).ticks.isEmpty()));
            at(server.getConnectString(), DIGEST).run(context -> {
                until(() -> !context.getBean(Jobs.class).ticks.isEmpty());
                until(() -> log.all().contains("/shop/jobs was created without elasticjob.registry.digest"));
                try (ZooKeeper stranger = connect(server, null)) {
                    List<String> instances = stranger.getChildren("/shop/instances", false);
                    assertThat(instances).isNotEmpty();
                    assertThatThrownBy(() -> stranger.getData("/shop/instances/" + instances.get(0), false, null))
                            .isInstanceOf(NoAuthException.class);
                }
            });
        }
    }
}
