package io.elasticjob.zookeeper.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.elasticjob.coordination.Unattended;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryForever;

/** What an application does with an embedded ZooKeeper: have it, be its client, and end the client first. */
final class Application implements AutoCloseable {
    private final EmbeddedZooKeeper zooKeeper;
    private final CuratorFramework client;

    Application(Path directory, int port) throws Exception {
        zooKeeper = new EmbeddedZooKeeper(directory, port, Duration.ofSeconds(20));
        String connectString = zooKeeper.start().toCompletableFuture().get(30, TimeUnit.SECONDS);
        client = CuratorFrameworkFactory.newClient(connectString, 10_000, 5_000, new RetryForever(50));
        client.start();
        client.blockUntilConnected(20, TimeUnit.SECONDS);
    }

    String connectString() {
        return zooKeeper.connectString();
    }

    Optional<Unattended> unattended() {
        return zooKeeper.unattended();
    }

    boolean hosts() {
        return zooKeeper.hosts();
    }

    /** Asks the server first, so that the answer is that of a session which lives. */
    String session() throws Exception {
        client.checkExists().forPath("/");
        return Long.toHexString(client.getZookeeperClient().getZooKeeper().getSessionId());
    }

    void put(String path, String value) throws Exception {
        client.create().orSetData().forPath(path, value.getBytes(UTF_8));
    }

    String value(String path) throws Exception {
        return new String(client.getData().forPath(path), UTF_8);
    }

    @Override
    public void close() {
        client.close();
        zooKeeper.close();
    }
}
