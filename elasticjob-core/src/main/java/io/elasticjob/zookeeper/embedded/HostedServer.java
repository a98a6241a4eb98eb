package io.elasticjob.zookeeper.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.apache.zookeeper.server.ServerConfig;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.apache.zookeeper.server.admin.AdminServer.AdminServerException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a ZooKeeper server that listens on loopback only.
 *
 * <p>It does what ZooKeeper's {@code ZooKeeperServerEmbedded} does around the same class, but on the thread of its
 * caller, who thus learns why a server did not start (there it is a time-out without a cause) and when one has died
 * (there it is not told). Every change is forced to the disk before it is acknowledged, as ZooKeeper does by default:
 * it could only be switched off by a system property, for all ZooKeepers of the process.
 */
final class HostedServer extends ZooKeeperServerMain {
    private static final Logger LOG = LoggerFactory.getLogger(HostedServer.class);

    private final ServerConfig config;
    private final Started started;
    /** The thread of {@link #run()}. */
    private @Nullable Thread runner; // guarded by this

    private boolean serving; // guarded by this
    private boolean stopped; // guarded by this

    /** Called once on the thread that runs the server. What it throws ends the server. */
    interface Started {
        void at(int port) throws IOException;
    }

    HostedServer(Path data, int port, Started started) {
        this.config = new Config(data, port);
        this.started = started;
    }

    /** Starts the server and returns when it has ended. Returns normally if it has served or was stopped. */
    void run() throws IOException {
        // Otherwise it would listen on 0.0.0.0:8080 wherever Jetty is on the class path. There is no other switch.
        System.setProperty("zookeeper.admin.enableServer", "false");
        setUnlessSet("zookeeper.nio.numWorkerThreads", "0"); // its few clients need no threads beside those that select
        synchronized (this) {
            runner = Thread.currentThread();
        }
        boolean ended = false;
        try {
            runFromConfig(config);
            ended = hasServed();
        } catch (AdminServerException e) {
            throw new IOException(e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (CancellationException e) {
            // stopped before it served
        } finally {
            if (!ended) {
                shutdown(); // a server that fails to start leaves its port open and its threads running
            }
        }
    }

    /** ZooKeeper reads it for all servers of the process. */
    private static void setUnlessSet(String key, String value) {
        if (System.getProperty(key) == null) {
            System.setProperty(key, value);
        }
    }

    private synchronized boolean hasServed() {
        return serving;
    }

    synchronized boolean serves() {
        return serving && !stopped;
    }

    /** Ends the server, from any thread, at once or as soon as its start comes to an end. */
    void stop() {
        synchronized (this) {
            stopped = true;
            if (!serving || Thread.currentThread() == runner) {
                return; // serverStarted() will see it
            }
        }
        try {
            close();
        } catch (NullPointerException e) {
            // The thread that runs the server wakes up in the midst of this, and may have closed the files already.
            LOG.debug("The embedded ZooKeeper was closed by two threads at once.", e);
        }
    }

    @Override
    protected void serverStarted() {
        serveUnlessStopped();
        try {
            started.at(getClientPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        serveUnlessStopped();
    }

    private synchronized void serveUnlessStopped() {
        if (stopped) {
            throw new CancellationException();
        }
        serving = true;
    }

    private static final class Config extends ServerConfig {
        Config(Path data, int port) {
            this.clientPortAddress = Ports.address(port);
            this.dataDir = data.toFile();
            this.dataLogDir = data.toFile();
            this.tickTime = 500; // sessions expire in steps of a tick
            this.minSessionTimeout = 2_000;
            this.maxSessionTimeout = 60_000;
            this.maxClientCnxns = 0; // the limit is per address, and all clients have the same
        }
    }
}
