package io.elasticjob.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.testing.faults.FaultProxy;
import io.elasticjob.testing.faults.FaultProxy.Direction;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FarewellTest {

    private final CountDownLatch connected = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private TestingServer server;
    private ZooKeeper left;

    @BeforeEach
    void aSessionThatIsKeptAlive() throws Exception {
        server = new TestingServer(new InstanceSpec(null, -1, -1, -1, true, -1, 500, -1), true);
        left = new ZooKeeper(server.getConnectString(), 10_000, this::heard);
        assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
        left.create("/mine", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
    }

    private void heard(WatchedEvent event) {
        if (event.getState() == KeeperState.SyncConnected) {
            connected.countDown();
        } else if (event.getState() == KeeperState.Expired) {
            ended.countDown();
        }
    }

    @AfterEach
    void close() throws Exception {
        left.close();
        server.close();
    }

    /** One that waits for a server for as long as a test may, however busy the machine is. */
    private Farewell farewell(String servers) {
        return new Farewell(
                new ZooKeeperSettings(servers, Duration.ofSeconds(10), Duration.ofSeconds(5), null),
                left,
                Duration.ofSeconds(30));
    }

    @Test
    void theServerEndsTheSessionThoughItsAnswersDoNotArrive() throws Exception {
        try (FaultProxy proxy = new FaultProxy(server.getPort())) {
            proxy.silence(Direction.TO_CLIENT);
            farewell(proxy.address() + "/apps").start();
            assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
        }
        try (ZooKeeper other = new ZooKeeper(server.getConnectString(), 10_000, event -> {})) {
            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> other.exists("/mine", false) == null);
        }
    }

    @Test
    void aServerThatIsNotThereIsPassedOver() throws Exception {
        farewell("127.0.0.1:" + InstanceSpec.getRandomPort() + "," + server.getConnectString())
                .run();
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
