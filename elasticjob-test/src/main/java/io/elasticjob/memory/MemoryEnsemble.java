package io.elasticjob.memory;

import io.elasticjob.RegistryException;
import io.elasticjob.memory.RequestCounter.Kind;
import io.elasticjob.memory.Tree.Node;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An ensemble of registry servers, in memory. Commits take effect at once and in one order; each client is connected to
 * a server of its own that applies the commits of others when {@link Faults} says so.
 *
 * <p>All state is confined to the thread of the ensemble's {@link Timekeeper}, whose clock also stamps the nodes. Clients
 * and their {@link Link}s may be used from any thread; {@link #stop}, {@link #start}, {@link #restart},
 * {@link #restore}, {@link #wipe} and {@link #deleteTree} as well: they take effect on the ensemble's thread, in the order in which they were called. What
 * reads or observes the ensemble belongs to that thread.
 */
public final class MemoryEnsemble {

    private static final int COMMITS_BETWEEN_SWEEPS = 1_000;

    private final Timekeeper timekeeper;
    private final Duration tick;
    private Tree tree = new Tree();
    private final NavigableMap<Long, List<Change>> log = new TreeMap<>();
    private final Map<String, Tenure> tenures = new LinkedHashMap<>();
    private final List<MemoryRegistry> clients = new ArrayList<>();
    private final List<Consumer<Change>> observers = new ArrayList<>();
    private final RequestCounter counter = new RequestCounter();
    private int longestRequest = 0xfffff;
    private int longestAnswer = 40 * 1024 * 1024;
    private boolean running = true;
    private long zxid;
    private long sessions;

    /** With a tick of half a second: sessions last from one to ten seconds. */
    public MemoryEnsemble(Timekeeper timekeeper) {
        this(timekeeper, Duration.ofMillis(500));
    }

    /**
     * @param tick sessions are granted a timeout of two to twenty ticks, and expire at a whole one
     */
    public MemoryEnsemble(Timekeeper timekeeper, Duration tick) {
        this.timekeeper = timekeeper;
        this.tick = tick;
        tree.set("/", 0, emptyRoot());
    }

    private Node emptyRoot() {
        Instant now = timekeeper.now().truncatedTo(ChronoUnit.MILLIS);
        return new Node(new byte[0], new Stat(0, 0, 0, now, now), null);
    }

    /** A client in a perfect world, not yet opened. */
    public MemoryRegistry client(Duration sessionTimeout) {
        return client(sessionTimeout, Faults.NONE);
    }

    /** A client, not yet opened. One for each life of an instance. */
    public MemoryRegistry client(Duration sessionTimeout, Faults faults) {
        return new MemoryRegistry(this, timekeeper, sessionTimeout, faults);
    }

    /** Breaks all connections, and lets none be made. Session clocks stand still. */
    public void stop() {
        timekeeper.execute(() -> {
            running = false;
            for (Tenure tenure : tenures.values()) {
                tenure.ear.stop();
                tenure.connection = null;
            }
            List.copyOf(clients).forEach(MemoryRegistry::drop);
        });
    }

    /** Serves again, under a new leader: the clocks of all sessions start again. */
    public void start() {
        timekeeper.execute(() -> {
            if (running) {
                return;
            }
            zxid = nextEpoch(zxid);
            serve();
        });
    }

    private static long nextEpoch(long zxid) {
        return ((zxid >> 32) + 1) << 32;
    }

    private void serve() {
        running = true;
        for (Tenure tenure : tenures.values()) {
            tenure.ear.open();
            tenure.ear.silence(Duration.ZERO);
        }
        List.copyOf(clients).forEach(MemoryRegistry::seek);
    }

    /** {@link #stop} and {@link #start} at once: a change of the leader. */
    public void restart() {
        stop();
        start();
    }

    /** The data and the sessions of one moment. */
    public static final class Backup {

        private final long zxid;
        private final Map<String, Node> nodes;
        private final Map<String, Tenure> tenures;

        private Backup(long zxid, Map<String, Node> nodes, Map<String, Tenure> tenures) {
            this.zxid = zxid;
            this.nodes = nodes;
            this.tenures = tenures;
        }
    }

    /** A copy of what there is as of the last commit. */
    public Backup backup() {
        return new Backup(zxid, tree.latest(), new LinkedHashMap<>(tenures));
    }

    /**
     * Breaks all connections, puts the copy in the place of all data, and serves again. The sessions of that time go on, if
     * their clients come back before they expire; those made since have ended. Clients that were told of later transactions
     * than the ensemble has now are refused until they give their sessions up. Observers are told nothing.
     *
     * @param underNewLeader whether transaction ids go on as those of an ensemble do, in a new epoch, which may be higher
     *     than all before; else as those of a single server, with the number after that of the copy
     */
    public void restore(Backup backup, boolean underNewLeader) {
        timekeeper.execute(() -> {
            stop();
            timekeeper.execute(() -> replace(backup, underNewLeader));
        });
    }

    /** As {@link #restore} of a single server that has lost all of its data. */
    public void wipe() {
        restore(new Backup(0, Map.of("/", emptyRoot()), Map.of()), false);
    }

    private void replace(Backup backup, boolean underNewLeader) {
        tree = new Tree();
        backup.nodes.forEach((path, node) -> tree.set(path, backup.zxid, node));
        log.clear();
        zxid = underNewLeader ? nextEpoch(backup.zxid) : backup.zxid;
        tenures.clear();
        backup.tenures.forEach((id, former) -> tenures.put(id, newTenure(id, former.client)));
        backup.nodes.forEach((path, node) -> {
            if (node.owner() != null) {
                owned(node.owner()).add(path);
            }
        });
        serve();
    }

    /** Writes a node, be it there or not, and whatever its version: as by hand. */
    public void write(String path, byte[] data) {
        timekeeper.execute(() -> {
            Node node = tree.at(path, Tree.LATEST);
            Transaction transaction = transaction();
            transaction.write(
                    "",
                    List.of(
                            node == null
                                    ? new Write.Create(path, data, Write.Life.PERSISTENT)
                                    : new Write.Put(path, data, node.stat().version())));
            append(transaction);
        });
    }

    /** Deletes a node and all below it, children first, each in a transaction of its own: as by hand. */
    public void deleteTree(String path) {
        timekeeper.execute(() -> delete(path));
    }

    private void delete(String path) {
        tree.children(path, Tree.LATEST).forEach(name -> delete(Tree.child(path, name)));
        Transaction transaction = transaction();
        transaction.remove(path);
        append(transaction);
    }

    /**
     * How long requests and answers may be, in bytes; longer ones cost the connection, and a longer request is not applied.
     * As with ZooKeeper: a mebibyte - 1, and what a client is set to.
     */
    public void takesAtMost(int request, int answer) {
        timekeeper.execute(() -> {
            longestRequest = request;
            longestAnswer = answer;
        });
    }

    boolean takesRequest(long bytes) {
        return bytes <= longestRequest;
    }

    boolean takesAnswer(long bytes) {
        return bytes <= longestAnswer;
    }

    /** The node as of the last commit. */
    public Read node(String path) {
        return Node.read(tree.at(path, Tree.LATEST));
    }

    /** The names of a node's children as of the last commit, in natural order. */
    public List<String> children(String path) {
        return tree.children(path, Tree.LATEST).stream().sorted().toList();
    }

    /** The observer is told of every change from now on, when it is applied, and must not call back. */
    public void observe(Consumer<Change> observer) {
        observers.add(observer);
    }

    /** What all clients together have sent. From any thread. */
    public Requests requests() {
        return counter.soFar();
    }

    boolean isRunning() {
        return running;
    }

    void count(Kind kind) {
        counter.count(kind);
    }

    void join(MemoryRegistry client) {
        clients.add(client);
    }

    void leave(MemoryRegistry client) {
        clients.remove(client);
    }

    /** A connection's first message. The client goes on with its session, or gets its first. */
    void shakeHands(ServerConnection connection, MemoryRegistry client, @Nullable Session resumed, long seen) {
        if (!running || connection.isBroken()) {
            return;
        }
        if (resumed != null && seen > zxid) {
            connection.answers.send(client::refused);
            return;
        }
        Tenure tenure = resumed == null ? newTenure(client) : tenures.get(resumed.id());
        if (tenure == null) {
            connection.answers.send(client::expired);
            return;
        }
        connection.tenure = tenure;
        connection.applied = resumed == null ? zxid : resumedAt(seen, client.faults());
        tenure.connection = connection;
        listen(connection, Duration.ZERO);
        Session session = tenure.session;
        connection.answers.send(() -> client.connected(session));
        forward(connection, zxid);
    }

    private Tenure newTenure(MemoryRegistry client) {
        append(transaction());
        String id = "session-" + ++sessions;
        Tenure tenure = newTenure(id, client);
        tenures.put(id, tenure);
        return tenure;
    }

    private Tenure newTenure(String id, MemoryRegistry client) {
        Duration timeout = granted(client.sessionTimeout());
        return new Tenure(new Session(id, timeout), client, new Ear(timekeeper, timeout, tick, () -> end(id)));
    }

    private Duration granted(Duration asked) {
        Duration least = tick.multipliedBy(2);
        Duration most = tick.multipliedBy(20);
        return asked.compareTo(least) < 0 ? least : asked.compareTo(most) > 0 ? most : asked;
    }

    private long resumedAt(long seen, Faults faults) {
        List<Long> ahead = List.copyOf(log.tailMap(seen, false).keySet());
        int behind = Math.min(ahead.size(), Math.max(0, faults.behind(ahead.size())));
        return behind == 0 ? zxid : behind == ahead.size() ? seen : ahead.get(ahead.size() - 1 - behind);
    }

    /** Whether heartbeats arrive over this connection may have changed; the last one came so long ago. */
    void listen(ServerConnection connection, Duration sinceHeartbeat) {
        Tenure tenure = connection.tenure;
        if (!running || tenure == null || tenure.connection != connection || !lives(tenure)) {
            return;
        }
        if (!connection.isBroken() && tenure.client.link().passesHeartbeats()) {
            tenure.ear.open();
        } else {
            tenure.ear.silence(sinceHeartbeat);
        }
    }

    private boolean lives(Tenure tenure) {
        return tenures.containsKey(tenure.session.id());
    }

    /** Ends a session: its ephemeral nodes go in one transaction, and its client's server hangs up. */
    void end(String id) {
        Tenure tenure = tenures.remove(id);
        if (tenure == null) {
            return;
        }
        tenure.ear.stop();
        Transaction transaction = transaction();
        List.copyOf(tenure.ephemerals).forEach(transaction::remove);
        append(transaction);
        ServerConnection connection = tenure.connection;
        if (connection != null) {
            MemoryRegistry client = tenure.client;
            connection.answers.send(() -> client.hungUp(connection));
        }
    }

    /** Whether requests of this connection are served: its session lives, and is not served elsewhere by now. */
    boolean serves(ServerConnection connection) {
        Tenure tenure = connection.tenure;
        if (!running || tenure == null || tenure.connection != connection || !lives(tenure)) {
            return false;
        }
        tenure.ear.hear();
        return true;
    }

    /** @throws RegistryException when the writes make no sense */
    Answer commit(ServerConnection connection, List<Write> writes) {
        Tenure tenure = connection.tenure;
        if (tenure == null) {
            throw new IllegalStateException("a commit before the handshake");
        }
        Transaction transaction = transaction();
        try {
            return transaction.write(tenure.session.id(), writes);
        } finally {
            // A refused transaction is one too: it goes through the log and takes the servers along.
            append(transaction);
            apply(connection, zxid);
        }
    }

    Read read(ServerConnection connection, String path) {
        return Node.read(tree.at(path, connection.applied));
    }

    List<String> children(ServerConnection connection, String path) {
        return tree.children(path, connection.applied);
    }

    void sync(ServerConnection connection) {
        apply(connection, zxid);
    }

    private Transaction transaction() {
        return new Transaction(tree, zxid + 1, timekeeper.now().truncatedTo(ChronoUnit.MILLIS));
    }

    private void append(Transaction transaction) {
        zxid++;
        List<Change> changes = transaction.changes();
        log.put(zxid, changes);
        for (Change change : changes) {
            keepEphemerals(change);
            observers.forEach(observer -> observer.accept(change));
        }
        tenures.values().stream()
                .map(tenure -> tenure.connection)
                .filter(connection -> connection != null && !connection.isBroken())
                .forEach(connection -> forward(connection, zxid));
        if (zxid % COMMITS_BETWEEN_SWEEPS == 0) {
            sweep();
        }
    }

    private void keepEphemerals(Change change) {
        Node before = tree.at(change.path(), zxid - 1);
        Node after = tree.at(change.path(), zxid);
        if (before != null && before.owner() != null) {
            owned(before.owner()).remove(change.path());
        }
        if (after != null && after.owner() != null) {
            owned(after.owner()).add(change.path());
        }
    }

    private Collection<String> owned(String id) {
        Tenure tenure = tenures.get(id);
        return tenure == null ? new ArrayList<>() : tenure.ephemerals;
    }

    private void forward(ServerConnection connection, long upTo) {
        connection.log.send(() -> apply(connection, upTo));
    }

    /** The watch events of a transaction leave before any answer that knows of it. */
    private void apply(ServerConnection connection, long upTo) {
        if (upTo <= connection.applied) {
            return;
        }
        log.subMap(connection.applied, false, upTo, true)
                .forEach((transaction, changes) ->
                        changes.forEach(change -> ring(connection, change.path(), transaction)));
        connection.applied = upTo;
    }

    private static void ring(ServerConnection connection, String path, long transaction) {
        Tenure tenure = connection.tenure;
        if (tenure != null && connection.watches(path)) {
            connection.once.remove(path);
            connection.answers.send(() -> tenure.client.changed(path, transaction));
        }
    }

    private void sweep() {
        long needed = tenures.values().stream()
                .mapToLong(tenure -> tenure.client.seen())
                .min()
                .orElse(zxid);
        tree.forgetBefore(needed);
        log.headMap(needed, true).clear();
    }
}
