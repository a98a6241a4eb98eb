package io.elasticjob.testing.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/**
 * A stretch of network between one client and one server on this machine, that can fail. Listens on a port of its own on
 * the loopback interface and passes bytes in both directions, until told otherwise:
 *
 * <ul>
 *   <li>{@link #reset} breaks what is connected; {@link #cut} refuses new connections as well. Both ends notice at once.
 *   <li>{@link #silence} holds back one direction or both. Nobody notices; what was held back passes after {@link #heal}
 *       if the connection still stands, as with packets that TCP sends again.
 *   <li>{@link #delay} makes one direction slow, in order.
 * </ul>
 *
 * <p>Methods may be called from any thread and take effect before they return. Owns daemon threads; {@link #close} ends
 * them.
 */
public final class FaultProxy implements AutoCloseable {

    public enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    private final int target;
    private final ServerSocket entrance;
    private final Set<Wire> wires = new HashSet<>();
    private final Set<Direction> silenced = EnumSet.noneOf(Direction.class);
    private final Map<Direction, Duration> delays = new EnumMap<>(Direction.class);
    private boolean cut;
    private boolean closed;

    /** @param target the server's port on the loopback interface; nobody need listen there yet */
    public FaultProxy(int target) {
        this.target = target;
        try {
            this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("entrance", this::letIn);
    }

    /** Where the client is to connect, as {@code host:port}. */
    public String address() {
        return "127.0.0.1:" + entrance.getLocalPort();
    }

    /** Breaks all connections; new ones can be made. */
    public synchronized void reset() {
        Set.copyOf(wires).forEach(Wire::breakOff);
    }

    /** Breaks all connections and refuses new ones, until {@link #heal}. */
    public synchronized void cut() {
        cut = true;
        reset();
    }

    /** A black hole in these directions, or in both when none is named, until {@link #heal}. */
    public synchronized void silence(Direction... directions) {
        silenced.addAll(directions.length == 0 ? EnumSet.allOf(Direction.class) : Arrays.asList(directions));
    }

    /** From now on, bytes take so long in this direction. */
    public synchronized void delay(Direction direction, Duration delay) {
        delays.put(direction, delay);
    }

    /** Undoes {@link #cut}, {@link #silence} and {@link #delay}. */
    public synchronized void heal() {
        cut = false;
        silenced.clear();
        delays.clear();
        notifyAll();
    }

    @Override
    public synchronized void close() {
        closed = true;
        reset();
        closeQuietly(entrance);
    }

    private void letIn() {
        try {
            while (true) {
                Socket client = entrance.accept();
                client.setTcpNoDelay(true);
                connect(client);
            }
        } catch (IOException e) {
            close();
        }
    }

    private synchronized void connect(Socket client) {
        if (cut || closed) {
            abort(client);
            return;
        }
        Socket server = new Socket();
        try {
            server.setTcpNoDelay(true);
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            Wire wire = new Wire(client, server);
            wires.add(wire);
            wire.pass(Direction.TO_SERVER, client.getInputStream(), server.getOutputStream());
            wire.pass(Direction.TO_CLIENT, server.getInputStream(), client.getOutputStream());
        } catch (IOException e) {
            abort(client);
            abort(server);
        }
    }

    /** One connection through the proxy. Its state is guarded by the proxy. */
    private final class Wire {

        private record Bytes(long due, byte[] bytes) {}

        private final Socket client;
        private final Socket server;
        private boolean broken;

        Wire(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void pass(Direction direction, InputStream from, OutputStream to) {
            Queue<Bytes> underWay = new ArrayDeque<>();
            start(direction + " in", () -> take(direction, from, underWay));
            start(direction + " out", () -> give(direction, to, underWay));
        }

        private void take(Direction direction, InputStream from, Queue<Bytes> underWay) {
            byte[] buffer = new byte[64 * 1024];
            try {
                for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                    synchronized (FaultProxy.this) {
                        long delay =
                                delays.getOrDefault(direction, Duration.ZERO).toNanos();
                        underWay.add(new Bytes(System.nanoTime() + delay, Arrays.copyOf(buffer, n)));
                        FaultProxy.this.notifyAll();
                    }
                }
            } catch (IOException e) {
                // the other end has gone, or we have broken it off
            }
            breakOff();
        }

        private void give(Direction direction, OutputStream to, Queue<Bytes> underWay) {
            try {
                while (true) {
                    to.write(next(direction, underWay));
                }
            } catch (IOException e) {
                breakOff();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private byte[] next(Direction direction, Queue<Bytes> underWay) throws IOException, InterruptedException {
            synchronized (FaultProxy.this) {
                while (true) {
                    if (broken) {
                        throw new IOException("broken off");
                    }
                    long left = underWay.isEmpty()
                            ? Long.MAX_VALUE
                            : underWay.element().due() - System.nanoTime();
                    if (left <= 0 && !silenced.contains(direction)) {
                        return underWay.remove().bytes();
                    }
                    FaultProxy.this.wait(left <= 0 || underWay.isEmpty() ? 0 : left / 1_000_000 + 1);
                }
            }
        }

        void breakOff() {
            synchronized (FaultProxy.this) {
                broken = true;
                wires.remove(this);
                abort(client);
                abort(server);
                FaultProxy.this.notifyAll();
            }
        }
    }

    /** With a reset instead of a farewell. */
    private static void abort(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // closed already
        }
        closeQuietly(socket);
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // there is nothing left to do
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "fault-proxy " + name);
        thread.setDaemon(true);
        thread.start();
    }
}
