package io.elasticjob.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.elasticjob.RegistryException;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.RegistryLocation;
import io.elasticjob.registry.RequestNotSentException;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.curator.CuratorZookeeperClient;
import org.apache.curator.ensemble.fixed.FixedEnsembleProvider;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.utils.ZookeeperFactory;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.client.HostProvider;
import org.apache.zookeeper.client.StaticHostProvider;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.PathUtils;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry on ZooKeeper. Curator makes the handle, and makes it again when its session has expired; what is asked goes
 * to the handle itself, so that nothing is retried, nothing blocks, and nothing is sent under another session than the
 * one it was decided under.
 *
 * <p>Owns two threads until it is closed. All state, all answers and all calls of the listener are confined to one of
 * them: {@link RegistryListener#connected} comes before all answers and watch events of its session; before
 * {@link RegistryListener#suspended} and {@link RegistryListener#lost}, all open operations have failed, in the order in
 * which they were asked; afterwards nothing more is told of that session. The other thread is for what Curator does in
 * its own time: connecting and closing. Threads for {@link Farewell} and {@link Diagnosis} end by themselves.
 *
 * <p>A session is lost when ZooKeeper says that it has expired, and also when the connection was gone for as long as the
 * timeout: then nobody comes back to it, and the servers are told, those that hear it at once, the others when they are
 * reached again. It is Curator's client and not its framework because the framework cannot be kept from
 * expiring sessions by yet another timer.
 */
public final class ZooKeeperRegistry implements Registry {

    private static final Logger log = LoggerFactory.getLogger(ZooKeeperRegistry.class);

    /** Answers are longer than questions: some thirty nodes must pass that are as long as a server takes them. */
    private static final int LONGEST_ANSWER = 40 * 1024 * 1024;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** How long nobody is reached before it is found out why; and how often, from then on. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private static final Duration AGAIN = Duration.ofSeconds(30);

    private final ZooKeeperSettings settings;
    private final Translation translation;
    private final ScheduledExecutorService serial = thread("elasticjob-registry");
    private final ScheduledExecutorService curatorsTime = thread("elasticjob-registry-connection");
    private final LongAdder requests = new LongAdder();
    private final CuratorZookeeperClient curator;
    private final AtomicBoolean closing = new AtomicBoolean();

    /** Null for plain connections. */
    private final @Nullable TlsFiles tls;

    // Confined to the serial thread.
    private final Set<Question<?>> open = new LinkedHashSet<>();
    private final Set<String> foundOpen = new HashSet<>();
    private @Nullable RegistryListener listener;
    private @Nullable Handle present;
    private @Nullable Session session;
    /** Runs down within a session timeout while nothing is heard though something was asked; null else. */
    private @Nullable ScheduledFuture<?> silence;
    /** Given up, and perhaps alive on the servers; told of it once more when they can be reached. */
    private @Nullable Handle former;

    /** What waits for the path at the end of the connect-string to be laid; null while that is not done. */
    private @Nullable List<Consumer<@Nullable String>> held;
    /** Why that path could not be laid a moment ago; null else. */
    private @Nullable String noPath;

    /** The session timeout that was told to be another one than is configured; null while none was. */
    private @Nullable Duration granted;

    private boolean connected;
    private long connections;

    /** @throws IllegalArgumentException when there are keys or certificates for TLS that cannot be used */
    public ZooKeeperRegistry(ZooKeeperSettings settings) {
        this.settings = settings;
        this.tls = settings.tls() == null ? null : new TlsFiles(settings.tls());
        this.translation =
                new Translation(settings.root(), settings.digest() == null ? Ids.OPEN_ACL_UNSAFE : Ids.CREATOR_ALL_ACL);
        this.curator = new CuratorZookeeperClient(
                new HandleFactory(),
                new FixedEnsembleProvider(settings.connectString()),
                (int) settings.sessionTimeout().toMillis(),
                // Curator warns of one that is longer than the session; it is never asked to wait.
                (int) Math.min(
                        settings.connectionTimeout().toMillis(),
                        settings.sessionTimeout().toMillis()),
                null,
                new RetryOneTime(1), // never asked: no operation goes through Curator
                false);
    }

    @Override
    public RegistryLocation location() {
        return new RegistryLocation(settings.connectString(), settings.rightServer() != null);
    }

    /** How many requests were sent so far. From any thread. */
    public long requests() {
        return requests.sum();
    }

    /** Returns at once and never fails, whether or not there is a ZooKeeper, or a host of that name. */
    @Override
    public void open(RegistryListener listener) {
        tell(() -> {
            this.listener = listener;
            diagnoseAfter(PATIENCE);
        });
        inCuratorsTime(Duration.ZERO, curator::start);
    }

    @Override
    public CompletionStage<List<Read>> read(Session session, List<String> paths) {
        List<Op> ops = new ArrayList<>(paths.size());
        for (String path : paths) {
            PathUtils.validatePath(path);
            ops.add(Op.getData(path));
        }
        if (ops.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        return ask(
                session,
                (handle, question) -> handle.zooKeeper()
                        .multi(
                                ops,
                                (code, path, context, results) -> question.answered(() -> {
                                    if (results == null) {
                                        throw Translation.failure(code, null);
                                    }
                                    List<Read> reads = new ArrayList<>(results.size());
                                    for (int i = 0; i < results.size(); i++) {
                                        reads.add(Translation.read(results.get(i), paths.get(i)));
                                    }
                                    return List.copyOf(reads);
                                }),
                                null));
    }

    @Override
    public CompletionStage<Read> readAndWatch(Session session, String path) {
        PathUtils.validatePath(path);
        return ask(
                session,
                (handle, question) -> handle.zooKeeper()
                        .getData(
                                path,
                                handle.bell,
                                (code, same, context, data, stat) -> question.answered(() -> {
                                    if (code == Code.OK.intValue()) {
                                        return Translation.present(data, stat);
                                    }
                                    if (code == Code.NONODE.intValue()) {
                                        return new Read.Absent();
                                    }
                                    throw Translation.failure(code, path);
                                }),
                                null));
    }

    @Override
    public CompletionStage<List<String>> children(Session session, String path) {
        PathUtils.validatePath(path);
        return ask(
                session,
                (handle, question) -> handle.zooKeeper()
                        .getChildren(
                                path,
                                false,
                                (code, same, context, names) -> question.answered(() -> {
                                    if (code == Code.OK.intValue()) {
                                        return List.copyOf(names);
                                    }
                                    if (code == Code.NONODE.intValue()) {
                                        return List.of();
                                    }
                                    throw Translation.failure(code, path);
                                }),
                                null));
    }

    @Override
    public CompletionStage<Void> watchTree(Session session, String path) {
        PathUtils.validatePath(path);
        return ask(session, (handle, question) -> {
            tellIfOpen(handle, path);
            handle.zooKeeper()
                    .addWatch(
                            path,
                            handle.bell,
                            AddWatchMode.PERSISTENT_RECURSIVE,
                            (code, same, context) -> question.done(code, path),
                            null);
        });
    }

    /** With a digest, what was there before and belongs to everybody is told once. It stays as it is. */
    private void tellIfOpen(Handle handle, String path) {
        if (settings.digest() == null || foundOpen.contains(path)) {
            return;
        }
        handle.zooKeeper()
                .getACL(
                        path,
                        new Stat(),
                        (code, same, context, acl, stat) -> tell(() -> {
                            boolean open = code == Code.OK.intValue()
                                    && acl.stream()
                                            .anyMatch(entry -> entry.getId().equals(Ids.ANYONE_ID_UNSAFE));
                            if (open && foundOpen.add(path)) {
                                log.warn(
                                        "{} was created without elasticjob.registry.digest: everybody who reaches"
                                                + " ZooKeeper can access it, and all nodes that were created then. Nodes that"
                                                + " are created from now on are protected; protect the rest with zkCli's setAcl -R.",
                                        path);
                            }
                        }),
                        null);
    }

    @Override
    public CompletionStage<Answer> commit(Session session, List<Write> writes) {
        List<Write> asked = List.copyOf(writes);
        asked.forEach(write -> PathUtils.validatePath(write.path()));
        if (asked.isEmpty()) {
            return CompletableFuture.completedFuture(new Answer.Committed(List.of()));
        }
        List<Op> ops = asked.stream().map(translation::op).toList();
        return ask(session, (handle, question) -> commit(handle, question, ops, asked, false));
    }

    /** @param laid whether the path at the end of the connect-string has just been seen to */
    private void commit(Handle handle, Question<Answer> question, List<Op> ops, List<Write> writes, boolean laid) {
        handle.zooKeeper()
                .multi(
                        ops,
                        (code, path, context, results) -> {
                            Supplier<Answer> answer = () -> translation.answer(code, results, writes);
                            if (!laid && translation.mayLackRoot(results)) {
                                boolean lacks = translation.lacksRoot(results, writes);
                                tell(() -> held(
                                        handle,
                                        question,
                                        lacks,
                                        answer,
                                        () -> send(
                                                handle,
                                                question,
                                                (same, again) -> commit(same, again, ops, writes, true))));
                            } else {
                                question.answered(answer);
                            }
                        },
                        null);
    }

    @Override
    public CompletionStage<Void> sync(Session session) {
        return ask(
                session,
                (handle, question) ->
                        handle.zooKeeper().sync("/", (code, path, context) -> question.done(code, path), null));
    }

    @Override
    public void renew(Session session) {
        tell(() -> {
            if (!closing.get() && session.equals(this.session)) {
                leave("the session was given up before ZooKeeper answered");
                resetHandle();
            }
        });
    }

    /** Waits for ZooKeeper to end the session, not longer than the connection timeout. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        tell(() -> {
            listener = null;
            disconnect("the connection was closed before ZooKeeper answered");
        });
        Future<?> ended = curatorsTime.submit(() -> curator.close());
        try {
            ended.get(settings.connectionTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            log.warn("ZooKeeper did not confirm the end of the session in time. The session will expire.");
        } catch (ExecutionException e) {
            log.warn("The connection to ZooKeeper could not be closed properly. The session will expire.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        serial.shutdown();
        curatorsTime.shutdown();
        if (tls != null) {
            delete(tls);
        }
    }

    /** One question on its way. */
    private final class Question<T> {

        private final CompletableFuture<T> answer = new CompletableFuture<>();

        /** Called on the handle's thread. */
        void answered(Supplier<T> answer) {
            tell(() -> {
                if (!open.remove(this)) {
                    return; // it has failed already, with its connection
                }
                try {
                    T told = answer.get();
                    heard();
                    this.answer.complete(told);
                } catch (RegistryException e) {
                    if (!(e.getCause() instanceof KeeperException.ConnectionLossException)) {
                        heard();
                    }
                    this.answer.completeExceptionally(e);
                } catch (Throwable e) { // the one who asked waits
                    this.answer.completeExceptionally(
                            new RegistryException("ZooKeeper's answer was not understood", e));
                }
            });
        }

        @SuppressWarnings("NullAway") // the one value of Void
        void done(int code, @Nullable String path) {
            answered(() -> {
                if (code != Code.OK.intValue()) {
                    throw Translation.failure(code, path);
                }
                return null;
            });
        }
    }

    private <T> CompletionStage<T> ask(Session asked, BiConsumer<Handle, Question<T>> request) {
        Question<T> question = new Question<>();
        try {
            serial.execute(() -> {
                Handle handle = present;
                if (!closing.get() && handle != null && connected && asked.equals(session)) {
                    if (open.isEmpty()) {
                        listen();
                    }
                    open.add(question);
                    send(handle, question, request);
                } else {
                    question.answer.completeExceptionally(new RequestNotSentException(whyNot(asked)));
                }
            });
        } catch (RejectedExecutionException e) {
            question.answer.completeExceptionally(
                    new RequestNotSentException("the connection is closed; nothing was sent"));
        }
        return question.answer;
    }

    private <T> void send(Handle handle, Question<T> question, BiConsumer<Handle, Question<T>> request) {
        try {
            requests.increment();
            request.accept(handle, question);
        } catch (Throwable e) {
            open.remove(question);
            question.answer.completeExceptionally(new RegistryException("the question could not be sent", e));
        }
    }

    /**
     * Has what was refused asked again once the path at the end of the connect-string is there, if that was missing: when
     * nobody has made it yet, or somebody has deleted it. What is refused meanwhile may have been for the same reason.
     */
    private void held(
            Handle handle, Question<Answer> question, boolean lacksRoot, Supplier<Answer> answer, Runnable again) {
        if (!lacksRoot && held == null) {
            question.answered(answer);
            return;
        }
        Consumer<@Nullable String> asked = why -> {
            if (!open.contains(question)) {
                return; // it has failed already, with its connection
            }
            if (why == null) {
                again.run();
            } else {
                open.remove(question);
                heard();
                fail(question.answer, why);
            }
        };
        if (held != null) {
            held.add(asked);
        } else if (noPath != null) {
            asked.accept(noPath);
        } else {
            held = new ArrayList<>(List.of(asked));
            new PathToLay(settings, this::plainClient, translation.acl(), why -> tell(() -> laid(why))).start();
        }
    }

    private void laid(@Nullable String why) {
        List<Consumer<@Nullable String>> waiting = held == null ? List.of() : held;
        held = null;
        if (why == null) {
            log.info(
                    "The path {} of elasticjob.registry.connect-string was missing in ZooKeeper and has been created",
                    settings.root());
        } else if (!closing.get()) {
            noPath = why; // not tried again at once, whatever asks again
            serial.schedule(() -> noPath = null, AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        }
        waiting.forEach(asked -> asked.accept(why));
    }

    private String whyNot(Session asked) {
        if (closing.get()) {
            return "the connection is closed; nothing was sent";
        }
        return asked.equals(session)
                ? "ZooKeeper is not connected; nothing was sent"
                : asked.id() + " is not the present session; nothing was sent";
    }

    // On the serial thread.

    private void connected(Handle handle, Session now) {
        Session before = session;
        if (before != null && !before.equals(now)) {
            leave("the session had ended before ZooKeeper answered");
        }
        if (!now.timeout().equals(settings.sessionTimeout()) && !now.timeout().equals(granted)) {
            granted = now.timeout();
            log.info(
                    "ZooKeeper grants a session timeout of {} ms instead of the {} ms of elasticjob.registry.session-timeout:"
                            + " its limits are minSessionTimeout and maxSessionTimeout",
                    granted.toMillis(),
                    settings.sessionTimeout().toMillis());
        }
        present = handle;
        session = now;
        connected = true;
        stopListening();
        connections++;
        sayFarewell(former);
        former = null;
        if (listener != null) {
            listener.connected(now);
        }
    }

    /** Nothing was asked of it, and nothing will be: what is registered there would be somebody else's to run. */
    private void leaveStranger(Handle handle) {
        log.warn("Another program answered in place of the ZooKeeper server. The connection is closed and retried");
        if (present == handle) {
            leave("another program than ZooKeeper's host took the connection");
        }
        handle.left = true;
        inCuratorsTime(PAUSE, curator::reset);
    }

    private void suspended() {
        if (connected) {
            disconnect("the connection was lost before ZooKeeper answered");
            if (listener != null) {
                listener.suspended();
            }
            if (session != null) {
                Duration left = silence == null
                        ? session.timeout()
                        : Duration.ofMillis(silence.getDelay(TimeUnit.MILLISECONDS));
                giveUpAfter(Silence.patience(session.timeout(), left));
            }
            diagnoseAfter(PATIENCE);
        }
    }

    /** Answers come in the order of the questions: what was heard begins the silence again, or ends it. */
    private void heard() {
        if (open.isEmpty()) {
            stopListening();
        } else {
            listen();
        }
    }

    private void listen() {
        stopListening();
        if (session != null) {
            silence = serial.schedule(() -> {}, session.timeout().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void stopListening() {
        if (silence != null) {
            silence.cancel(false);
            silence = null;
        }
    }

    /**
     * Every attempt to come back that a server hears renews the session, also when no answer arrives here; and to
     * ZooKeeper's client an accepted connection is a sign of life. The session would go on for ever, of use to nobody, and
     * nobody could take over from it. So it is ended on the servers too, as far as they hear.
     */
    private void giveUpAfter(Duration patience) {
        long before = connections;
        serial.schedule(
                () -> tell(() -> {
                    if (connections == before && session != null && !closing.get()) {
                        former = present;
                        sayFarewell(former);
                        leave("the session was given up before ZooKeeper answered");
                        resetHandle();
                    }
                }),
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void diagnoseAfter(Duration delay) {
        if (closing.get()) {
            return;
        }
        long before = connections;
        serial.schedule(
                () -> tell(() -> {
                    if (connections == before && !connected && !closing.get()) {
                        new Diagnosis(settings, tls == null ? null : tls.written(), why -> unreachable(before, why))
                                .start();
                        diagnoseAfter(AGAIN);
                    }
                }),
                delay.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void unreachable(long before, String why) {
        tell(() -> {
            if (listener != null && connections == before && !connected) {
                listener.unreachable(why);
            }
        });
    }

    /** Not under TLS: where answers do not arrive, no connection is made in the first place, and no session renewed. */
    private void sayFarewell(@Nullable Handle left) {
        if (left != null && tls == null && !closing.get()) {
            new Farewell(settings, left.zooKeeper(), Farewell.PATIENCE).start();
        }
    }

    private void leave(String why) {
        Session ended = session;
        Handle handle = present;
        disconnect(why);
        if (handle != null) {
            handle.left = true;
        }
        present = null;
        session = null;
        if (listener != null && ended != null) {
            listener.lost(ended);
        }
    }

    private void disconnect(String why) {
        connected = false;
        List<Question<?>> failed = List.copyOf(open);
        open.clear();
        failed.forEach(question -> fail(question.answer, why));
    }

    private static void fail(CompletableFuture<?> answer, String why) {
        answer.completeExceptionally(new RegistryException(why));
    }

    private void tell(Runnable task) {
        try {
            serial.execute(() -> {
                try {
                    task.run();
                } catch (Throwable e) {
                    log.error("A listener failed. It misses what it was called for; the connection continues.", e);
                }
            });
        } catch (RejectedExecutionException e) {
            log.trace("Closed: nobody is told anything more.");
        }
    }

    private void resetHandle() {
        inCuratorsTime(Duration.ZERO, curator::reset);
    }

    /** When no handle can be made, its factory sees to the next attempt. */
    private void inCuratorsTime(Duration delay, CuratorsTask task) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (Throwable e) {
                log.warn("No connection to ZooKeeper. Next attempt in {}.", PAUSE, e);
            }
        };
        try {
            curatorsTime.schedule(guarded, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.trace("Closed: no connection is wanted any more.");
        }
    }

    /** With the credentials that are configured, and to the right server alone. */
    private ZooKeeper client(String connectString, int sessionTimeout, Watcher watcher) throws IOException {
        ZKClientConfig config = tls == null ? new ZKClientConfig() : tls.config();
        config.setProperty(ZKClientConfig.JUTE_MAXBUFFER, String.valueOf(LONGEST_ANSWER));
        HostProvider hosts = new GuardedHosts(
                new StaticHostProvider(new ConnectStringParser(connectString).getServerAddresses()), settings);
        ZooKeeper zooKeeper = new ZooKeeper(connectString, sessionTimeout, watcher, false, hosts, config);
        if (settings.digest() != null) {
            zooKeeper.addAuthInfo("digest", settings.digest().getBytes(UTF_8));
        }
        return zooKeeper;
    }

    private ZooKeeper plainClient(String servers, Watcher watcher) throws IOException {
        return client(servers, (int) settings.sessionTimeout().toMillis(), watcher);
    }

    private static void delete(TlsFiles tls) {
        try {
            tls.close();
        } catch (RuntimeException e) {
            log.warn("The encrypted files with keys and certificates could not be deleted", e);
        }
    }

    private interface CuratorsTask {
        void run() throws Exception;
    }

    private static ScheduledExecutorService thread(String name) {
        ThreadFactory daemon = task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, daemon);
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    /** Makes handles for Curator, whose events we hear on their own thread and before Curator does. */
    private final class HandleFactory implements ZookeeperFactory {

        @Override
        public ZooKeeper newZooKeeper(String connectString, int sessionTimeout, Watcher watcher, boolean readOnly)
                throws Exception {
            Handle handle = new Handle(watcher);
            try {
                ZooKeeper zooKeeper = client(connectString, sessionTimeout, handle);
                handle.made.complete(zooKeeper);
                return zooKeeper;
            } catch (IOException e) {
                // Out of file handles, for example. Curator would leave it at that.
                inCuratorsTime(PAUSE, curator::reset);
                throw e;
            }
        }
    }

    /** One handle of ZooKeeper, and so at most one session. Its events come on its own thread. */
    private final class Handle implements Watcher {

        private final Watcher curators;
        private final CompletableFuture<ZooKeeper> made = new CompletableFuture<>();
        /** One object for all watches: ZooKeeper tells a change once to each. */
        private final Watcher bell = this::ring;
        /** Written and read on the serial thread. */
        private boolean left;

        Handle(Watcher curators) {
            this.curators = curators;
        }

        /** The first event may come before the constructor has returned. */
        ZooKeeper zooKeeper() {
            return made.join();
        }

        @Override
        public void process(WatchedEvent event) {
            if (event.getType() == EventType.None) {
                switch (event.getState()) {
                    case SyncConnected -> {
                        ZooKeeper zooKeeper = zooKeeper();
                        Session now = new Session(
                                Long.toHexString(zooKeeper.getSessionId()),
                                Duration.ofMillis(zooKeeper.getSessionTimeout()));
                        tell(() -> {
                            if (!left && settings.isRightServer()) {
                                connected(this, now);
                            } else if (!left) {
                                leaveStranger(this);
                            }
                        });
                    }
                    case Disconnected -> tellIfPresent(ZooKeeperRegistry.this::suspended);
                    case Expired -> tellIfPresent(() -> leave("the session had expired"));
                    default -> log.debug("{} needs no action.", event);
                }
            }
            curators.process(event);
        }

        private void ring(WatchedEvent event) {
            switch (event.getType()) {
                case NodeCreated, NodeDeleted, NodeDataChanged ->
                    tellIfPresent(() -> {
                        if (listener != null) {
                            listener.changed(event.getPath(), Math.max(0, event.getZxid()));
                        }
                    });
                default -> log.trace("{} rings nothing.", event);
            }
        }

        private void tellIfPresent(Runnable task) {
            tell(() -> {
                if (present == this) {
                    task.run();
                }
            });
        }
    }
}
