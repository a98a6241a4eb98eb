package io.elasticjob.zookeeper;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NoAuthException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NodeExistsException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/**
 * Makes the path at the end of the connect-string, level by level, where it is missing: over a connection of its own, since
 * one that has that path as its root sees nothing above it.
 *
 * <p>A thread that ends by itself, within the connection timeout.
 */
final class PathToLay extends Thread {

    /** Makes a client, with the credentials of the others. */
    interface Client {
        ZooKeeper of(String servers, Watcher watcher) throws Exception;
    }

    private final ZooKeeperSettings settings;
    private final Client client;
    private final List<ACL> acl;
    private final Consumer<@Nullable String> told;

    /**
     * @param acl of what is made
     * @param told hears, on this thread, null when the path is there, else why it is not, and what to do
     */
    PathToLay(ZooKeeperSettings settings, Client client, List<ACL> acl, Consumer<@Nullable String> told) {
        super("elasticjob-registry-path");
        setDaemon(true);
        this.settings = settings;
        this.client = client;
        this.acl = acl;
        this.told = told;
    }

    @Override
    public void run() {
        String why;
        try {
            why = lay();
        } catch (InterruptedException e) {
            why = missing("it could not be created: interrupted");
        } catch (Exception e) {
            why = missing("it could not be created: " + e.getMessage());
        }
        told.accept(why);
    }

    private @Nullable String lay() throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        Duration patience = settings.connectionTimeout();
        ZooKeeper zooKeeper = client.of(settings.servers(), event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        try {
            if (!connected.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return missing(
                        "it could not be created: there was no connection within " + patience.toMillis() + " ms");
            }
            return lay(zooKeeper);
        } finally {
            zooKeeper.close((int) patience.toMillis());
        }
    }

    /** A level that may not be created may be there all the same: what is below it tells. */
    private @Nullable String lay(ZooKeeper zooKeeper) throws KeeperException, InterruptedException {
        String root = settings.root();
        String forbidden = null;
        for (int end = root.indexOf('/', 1); ; end = root.indexOf('/', end + 1)) {
            String level = end < 0 ? root : root.substring(0, end);
            try {
                zooKeeper.create(level, new byte[0], acl, CreateMode.PERSISTENT);
                forbidden = null;
            } catch (NodeExistsException e) {
                forbidden = null;
            } catch (NoAuthException e) {
                forbidden = forbidden == null ? level : forbidden;
            } catch (NoNodeException e) {
                return forbidden == null ? missing("it was deleted meanwhile") : forbidden(forbidden);
            }
            if (end < 0) {
                return forbidden == null ? null : forbidden(forbidden);
            }
        }
    }

    private String forbidden(String level) {
        return missing("this application may not create " + level + ": create " + settings.root()
                + " with zkCli, with an ACL that lets this application create nodes in it, or set"
                + " elasticjob.registry.digest to a user who may");
    }

    private String missing(String why) {
        return "elasticjob.registry.connect-string: its path " + settings.root() + " is not in ZooKeeper, and " + why;
    }
}
