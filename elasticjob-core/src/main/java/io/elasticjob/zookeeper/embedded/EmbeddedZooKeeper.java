package io.elasticjob.zookeeper.embedded;

import io.elasticjob.coordination.Unattended;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ZooKeeper for development, shared by all processes of a machine that name the same data directory. One of them
 * hosts the server, on loopback only; the others join it. When the host is closed or its process ends, by force
 * included, one of the others takes over on the same port and data: clients reconnect and keep their sessions. Several
 * objects in one process share it in the same way.
 *
 * <p>The directory has to belong to this user, and nobody else may write there; one that is made is open to nobody else. It
 * holds {@code host.lock}, held by the host while it lives; {@code port}, there once the host serves
 * and left behind for the next one; {@code attended} and {@code unattended}, which tell when nobody hosted; and the data of ZooKeeper in {@code zookeeper}. All of it stays after a close.
 *
 * <p>Which port: the configured one, else the one used last, else any that is free. A process that joins uses the port
 * of the host, whatever it configures, and says so. A port once given out by this object never changes: if a stranger
 * has taken it when this object is to take over, it says so and goes on trying, since nobody could be told of another
 * one. A first host is free to move: a stranger on the configured port is an error, and on the one used last a reason
 * to choose another.
 *
 * <p>Owns one daemon thread, which waits for its turn to host and then runs the server, and as the host those that
 * ZooKeeper starts. Safe for use by several threads.
 */
public final class EmbeddedZooKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedZooKeeper.class);

    private static final String PORT_KEY = "elasticjob.registry.embedded.port";
    private static final String DIRECTORY_KEY = "elasticjob.registry.embedded.data-dir";
    private static final String FOR_PRODUCTION = "For production set elasticjob.registry.connect-string.";

    /** While waiting for another process to serve: nothing rings when it does. */
    private static final Duration LOOK = Duration.ofMillis(25);
    /** How long a port may stay taken by a host that is just ending. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(1);
    private static final Duration FOR_CLOSE = Duration.ofSeconds(10);

    private final Path directory;
    private final Attendance attendance;
    private final int configuredPort;
    private final Duration startTimeout;
    private final Thread thread = new Thread(this::run, "elasticjob-embedded-zookeeper");
    private final CompletableFuture<String> serves = new CompletableFuture<>();
    private final CompletableFuture<String> start;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** What the start waits for, for the message of a start that takes too long. Written by the thread. */
    private volatile String waitingFor = "the disk";

    /** Of the directory, once it is known to be this user's own. Written by the thread. */
    private volatile @Nullable Announcement announcement;

    private boolean started; // guarded by this
    private @Nullable HostedServer server; // guarded by this; written by the thread

    /**
     * @param dataDirectory made if it is not there; every process that is to share the server names the same one
     * @param port the port to host at, or 0 for any
     * @param startTimeout how long a start may take before it fails
     * @throws IllegalArgumentException if the port or the timeout is out of range
     */
    public EmbeddedZooKeeper(Path dataDirectory, int port, Duration startTimeout) {
        if (port != 0 && !Ports.valid(port)) {
            throw new IllegalArgumentException(
                    PORT_KEY + ": " + port + " is not a port: use 1 to 65535, or 0 for any that is free.");
        }
        if (startTimeout.isNegative() || startTimeout.isZero()) {
            throw new IllegalArgumentException(
                    "The embedded ZooKeeper's start timeout has to be positive, and " + startTimeout + " is not.");
        }
        this.directory = dataDirectory.toAbsolutePath().normalize();
        this.attendance = new Attendance(directory);
        this.configuredPort = port;
        this.startTimeout = startTimeout;
        this.start = serves.exceptionallyCompose(failure -> CompletableFuture.failedFuture(explained(failure)));
        thread.setDaemon(true); // and with it the threads of the server, which inherit this
    }

    /**
     * Begins to host or to join, and returns at once.
     *
     * @return completes with the {@link #connectString() connect string} when a server serves there, here or in
     *     another process; else, within the start timeout, with an {@link EmbeddedZooKeeperException}, after which
     *     this object is closed; or with a {@code CancellationException} when it is closed before. What depends on it
     *     may run on the thread that hosts and must not wait there.
     * @throws IllegalStateException if it was started or closed before
     */
    public synchronized CompletionStage<String> start() {
        if (started || isClosed()) {
            throw new IllegalStateException("An embedded ZooKeeper can be started once, and this one was "
                    + (isClosed() ? "closed." : "started before."));
        }
        started = true;
        thread.start();
        serves.orTimeout(startTimeout.toMillis(), TimeUnit.MILLISECONDS);
        return start.minimalCompletionStage();
    }

    /**
     * Where the server is, as ZooKeeper's clients want to have it: {@code 127.0.0.1:port}. Never changes, also when
     * another process takes over.
     *
     * @throws IllegalStateException if {@link #start()} has not completed, or has failed
     */
    public String connectString() {
        if (!start.isDone() || start.isCompletedExceptionally()) {
            throw new IllegalStateException("The embedded ZooKeeper in " + directory + " has not started.");
        }
        return start.join();
    }

    /**
     * Whether it is the host's server that serves at the connect string now, and not a program of somebody else that has
     * taken the port while nobody hosted. A host announces itself in the directory, which nobody else may write, and the
     * next one withdraws that before anything else. Reads a small file; from any thread.
     */
    public boolean isServing() {
        Announcement made = announcement;
        if (made == null || isClosed() || !start.isDone() || start.isCompletedExceptionally()) {
            return false;
        }
        try {
            OptionalInt announced = made.port();
            return announced.isPresent()
                    && Ports.connectString(announced.getAsInt()).equals(start.join());
        } catch (IOException e) {
            return false; // cannot tell: asked again at the next attempt
        }
    }

    /**
     * The time before the first of the processes that share this server now, in which no process did. Empty when there was
     * none, or it is not known; and before {@link #start()} has completed.
     */
    public Optional<Unattended> unattended() {
        return start.isDone() && !start.isCompletedExceptionally() ? attendance.last() : Optional.empty();
    }

    /** Whether the server runs in this object now. */
    synchronized boolean hosts() {
        return server != null && server.serves();
    }

    /**
     * Ends the server, if it runs here, and lets another process take over; its data stays. Close the clients of this
     * process first: they would have to wait for the next host. Waits for the end, some 10 s at most; nothing happens
     * if it is closed already.
     */
    @Override
    public void close() {
        stop();
        if (Thread.currentThread() == thread) {
            return; // called from what depends on the start
        }
        try {
            thread.join(FOR_CLOSE.toMillis());
            if (thread.isAlive()) {
                LOG.warn(
                        "The embedded ZooKeeper in {} has not ended within {} s; it ends with this process at the latest.",
                        directory,
                        FOR_CLOSE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stop() {
        HostedServer running;
        synchronized (this) {
            closed.countDown();
            running = server;
            if (running == null) {
                thread.interrupt(); // it waits for the seat, or looks for the host
            }
        }
        if (running != null) {
            running.stop();
        }
    }

    private void run() {
        try {
            Path real = PrivateFolder.at(directory);
            try (HostSeat seat = new HostSeat(real)) {
                Announcement here = new Announcement(real);
                announcement = here;
                live(seat, here, real);
            }
        } catch (InterruptedException e) {
            // closed while waiting
        } catch (Exception e) {
            if (!isClosed() && !serves.completeExceptionally(e)) {
                LOG.error(
                        "This process will not take over the embedded ZooKeeper in {} if its host ends.", directory, e);
            }
        } finally {
            closed.countDown();
            serves.cancel(false);
        }
    }

    private void live(HostSeat seat, Announcement announcement, Path folder) throws IOException, InterruptedException {
        int port;
        OptionalInt joined = join(seat, announcement);
        if (joined.isPresent()) {
            port = joined.getAsInt();
            awaitTurn(seat);
        } else if (isClosed()) {
            return;
        } else {
            port = hostFirst(announcement, folder);
        }
        hostOn(port, announcement, folder);
    }

    /** Gives the port of the host that was joined; empty when this one has become the host, or was closed. */
    private OptionalInt join(HostSeat seat, Announcement announcement) throws IOException, InterruptedException {
        while (!isClosed() && !seat.tryTake()) {
            waitingFor = "the process that holds " + directory.resolve("host.lock") + " to serve";
            OptionalInt port = announcement.port();
            // Asked again afterwards: a new host may just have withdrawn what an earlier one left behind.
            if (port.isPresent()
                    && Ports.zooKeeperServesAt(port.getAsInt())
                    && announcement.port().equals(port)) {
                sayJoined(port.getAsInt());
                serves.complete(Ports.connectString(port.getAsInt()));
                return port;
            }
            pause(LOOK);
        }
        return OptionalInt.empty();
    }

    private void awaitTurn(HostSeat seat) throws InterruptedException {
        while (true) {
            try {
                seat.take();
                return;
            } catch (IOException e) {
                LOG.debug("Cannot wait for the lock of {}, looking again in {}", directory, BETWEEN_ATTEMPTS, e);
                pause(BETWEEN_ATTEMPTS);
            }
        }
    }

    /** Hosts as the first one, and returns the port when that server has ended. */
    private int hostFirst(Announcement announcement, Path folder) throws IOException, InterruptedException {
        OptionalInt last = announcement.withdraw();
        if (configuredPort != 0 || last.isPresent()) {
            int wanted = configuredPort != 0 ? configuredPort : last.getAsInt();
            try {
                serve(wanted, announcement, folder);
                return wanted;
            } catch (BindException e) {
                if (wanted == configuredPort) {
                    throw portTaken(wanted, e);
                }
                LOG.info("Port {}, where the embedded ZooKeeper was last, is taken: choosing another.", wanted);
            }
        }
        while (true) {
            int port = Ports.anyFree();
            try {
                serve(port, announcement, folder);
                return port;
            } catch (BindException e) {
                // taken since we looked
            }
        }
    }

    /** Hosts at a port that clients know, again and again, until closed. */
    private void hostOn(int port, Announcement announcement, Path folder) throws InterruptedException {
        boolean complained = false;
        while (!isClosed()) {
            try {
                announcement.withdraw();
                serve(port, announcement, folder);
                complained = false;
            } catch (IOException | EmbeddedZooKeeperException e) {
                if (!complained && !isClosed()) {
                    complained = true;
                    Throwable told = e instanceof BindException ? portTaken(port, e) : explained(e);
                    LOG.error("{} Until then it is retried every second.", told.getMessage(), told);
                }
            }
            pause(BETWEEN_ATTEMPTS);
        }
    }

    /** Returns when a server that has served has ended, or at once when this object is closed. */
    private void serve(int port, Announcement announcement, Path folder) throws IOException, InterruptedException {
        Path data = PrivateFolder.within(PrivateFolder.at(folder), "zookeeper");
        waitingFor = "port " + port;
        for (long looks = GRACE.dividedBy(LOOK); !Ports.free(port); looks--) {
            if (looks == 0) {
                throw new BindException("Address already in use: " + Ports.connectString(port));
            }
            pause(LOOK);
        }
        waitingFor = "the server to load its data";
        HostedServer next = new HostedServer(data, port, at -> {
            attendance.begin(!serves.isDone());
            announcement.publish(at);
            sayHosting(at);
            serves.complete(Ports.connectString(at));
        });
        synchronized (this) {
            if (isClosed()) {
                return;
            }
            server = next;
        }
        try {
            next.run();
        } catch (BindException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new EmbeddedZooKeeperException(
                    "The embedded ZooKeeper cannot serve from its data in " + data + ": " + e.getMessage() + ".",
                    "If there is room on the disk, the data is damaged: end the applications that use it and delete "
                            + data + ", which holds nothing that an application cannot make again.",
                    e);
        } catch (LinkageError e) {
            throw new EmbeddedZooKeeperException(
                    "The embedded ZooKeeper lacks a library: " + e.getMessage() + ".",
                    "Put io.dropwizard.metrics:metrics-core and org.xerial.snappy:snappy-java on the class path,"
                            + " or set elasticjob.registry.connect-string.",
                    e);
        } finally {
            attendance.end();
            synchronized (this) {
                server = null;
            }
        }
        if (!isClosed()) {
            LOG.error(
                    "The embedded ZooKeeper at {} has ended unexpectedly. It is started again.",
                    Ports.connectString(port));
        }
    }

    private void sayHosting(int port) {
        LOG.warn(
                "{} an embedded ZooKeeper at {} for development only (data in {}). {}",
                serves.isDone() ? "Taking over and hosting" : "Hosting",
                Ports.connectString(port),
                directory,
                FOR_PRODUCTION);
    }

    private void sayJoined(int port) {
        LOG.info(
                "Joined the embedded ZooKeeper at {} that another application of this machine hosts for development"
                        + " (data in {}). {}",
                Ports.connectString(port),
                directory,
                FOR_PRODUCTION);
        if (configuredPort != 0 && configuredPort != port) {
            LOG.warn(
                    "{}: {} is not used, because the application that hosts the embedded ZooKeeper in {} serves at {}.",
                    PORT_KEY,
                    configuredPort,
                    directory,
                    port);
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Waits for a while, or until closed. */
    private void pause(Duration length) throws InterruptedException {
        if (closed.await(length.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException();
        }
    }

    private EmbeddedZooKeeperException portTaken(int port, Throwable cause) {
        return new EmbeddedZooKeeperException(
                PORT_KEY + ": port " + port + " of 127.0.0.1 is taken by another program, or not open to this user.",
                "End that program, or choose another port for all applications that share " + directory + ".",
                cause);
    }

    private Throwable explained(Throwable failure) {
        if (failure instanceof TimeoutException) {
            stop();
            return new EmbeddedZooKeeperException(
                    "The embedded ZooKeeper in " + directory + " has not started within " + startTimeout.toMillis()
                            + " ms: it waited for " + waitingFor + ".",
                    "End the application that uses this directory but does not answer, or set " + DIRECTORY_KEY
                            + " to another one.",
                    failure);
        }
        if (failure instanceof IOException ofFile) {
            return new EmbeddedZooKeeperException(
                    DIRECTORY_KEY + ": " + directory + " cannot be used: " + FileFailure.inWords(ofFile, directory)
                            + ".",
                    "Name a directory on a local disk that this user may write.",
                    failure);
        }
        return failure;
    }
}
