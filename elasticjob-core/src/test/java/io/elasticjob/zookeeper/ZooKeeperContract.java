package io.elasticjob.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read.Absent;
import io.elasticjob.registry.Read.Present;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.RegistryContract;
import io.elasticjob.registry.Write;
import io.elasticjob.registry.Write.Create;
import io.elasticjob.registry.Write.Life;
import io.elasticjob.testing.faults.FaultProxy;
import io.elasticjob.testing.faults.FaultProxy.Direction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a registry on any real ZooKeeper keeps to; each test under a node of its own. */
abstract class ZooKeeperContract extends RegistryContract {

    private static final AtomicInteger tests = new AtomicInteger();

    private final String root = "/test" + tests.incrementAndGet();
    private final Map<Registry, FaultProxy> proxies = new IdentityHashMap<>();

    ZooKeeperContract() throws Exception {
        ZooKeeper zooKeeper = new ZooKeeper("127.0.0.1:" + port(), 10_000, event -> {});
        zooKeeper.create(root, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        zooKeeper.close();
    }

    /** Of a server with a tick of half a second that grants sessions from one second on. */
    abstract int port();

    @AfterEach
    void closeThem() {
        proxies.values().forEach(FaultProxy::heal);
        closeAll();
        proxies.values().forEach(FaultProxy::close);
    }

    @Override
    protected Registry client(Duration sessionTimeout) {
        FaultProxy proxy = new FaultProxy(port());
        Registry registry = new ZooKeeperRegistry(
                new ZooKeeperSettings(proxy.address() + root, sessionTimeout, Duration.ofSeconds(10), null));
        proxies.put(registry, proxy);
        return registry;
    }

    @Override
    protected void until(BooleanSupplier condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(condition::getAsBoolean);
    }

    @Override
    protected void cut(Registry client) {
        proxies.get(client).cut();
    }

    @Override
    protected void silenceAnswers(Registry client) {
        proxies.get(client).silence(Direction.TO_CLIENT);
    }

    @Override
    protected void heal(Registry client) {
        proxies.get(client).heal();
    }

    @Override
    protected long requests(Registry client) {
        return ((ZooKeeperRegistry) client).requests();
    }

    @Test
    void aRequestThatTheNetworkHeldBackUntilTheClientGaveUpIsNotSentAgain() {
        proxies.get(a.registry).silence(Direction.TO_SERVER);
        CompletionStage<Answer> doubtful = a.registry.commit(a.session(), List.of(create("/t/1")));
        a.hears("suspended");
        assertThat(doubtful.toCompletableFuture()).isCompletedExceptionally();
        heal(a.registry);
        until(() -> a.heard.get(a.heard.size() - 1).startsWith("connected"));
        assertThat(a.readNow("/t/1")).isInstanceOf(Absent.class);
    }

    @Test
    void anAnswerMayBeLongerThanAMebibyte() {
        List<String> paths = new ArrayList<>();
        for (int chunk = 0; chunk < 4; chunk++) {
            List<Write> writes = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                paths.add("/t/" + chunk + "-" + i);
                writes.add(new Create("/t/" + chunk + "-" + i, new byte[16 * 1024], Life.PERSISTENT));
            }
            await(a.registry.commit(a.session(), writes));
        }
        assertThat(await(a.registry.read(a.session(), paths)))
                .hasSize(200)
                .allSatisfy(read -> assertThat(read).isInstanceOf(Present.class));
    }
}
