package io.elasticjob.memory;

import io.elasticjob.RegistryException;
import io.elasticjob.memory.RequestCounter.Kind;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import io.elasticjob.registry.RegistryListener;
import io.elasticjob.registry.RequestNotSentException;
import io.elasticjob.registry.RequestSize;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Write;
import io.elasticjob.spi.Timekeeper;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One client of a {@link MemoryEnsemble}. Answers and the listener's calls come on the ensemble's thread, never from
 * within a call.
 *
 * <p>When a connection breaks, all open operations fail, in their order, before {@link RegistryListener#suspended} is
 * told; requests of theirs that are still under way may be applied until the session is resumed, never after. Changes
 * made while the connection was away ring nothing, not even for {@link #readAndWatch}, where ZooKeeper would ring.
 * A client that has heard nothing for four thirds of the timeout gives its session up, as ZooKeeper's does, although the
 * ensemble may keep the session's nodes a while longer.
 */
public final class MemoryRegistry implements Registry {

    /** As long as ZooKeeper's client waits when a server has closed the connection. */
    private static final Duration REFUSED_PAUSE = Duration.ofSeconds(1);

    private final MemoryEnsemble ensemble;
    private final Timekeeper timekeeper;
    private final Duration sessionTimeout;
    private final Faults faults;
    private final Link link;
    private final RequestCounter counter = new RequestCounter();
    private final Deque<CompletableFuture<?>> open = new ArrayDeque<>();
    private final List<ServerConnection> severed = new ArrayList<>();
    private final Set<String> trees = new TreeSet<>();
    private final Set<String> once = new TreeSet<>();
    private volatile boolean closed;
    private @Nullable RegistryListener listener;
    private @Nullable ServerConnection connection;
    private @Nullable Session session;
    private @Nullable Ear ear;
    private boolean connected;
    private long seen;
    private int attempts;
    /** The absence that this client should have given up while it was frozen; 0 for none. */
    private int overdueAbsence;

    private int absences;

    MemoryRegistry(MemoryEnsemble ensemble, Timekeeper timekeeper, Duration sessionTimeout, Faults faults) {
        this.ensemble = ensemble;
        this.timekeeper = timekeeper;
        this.sessionTimeout = sessionTimeout;
        this.faults = faults;
        this.link = new Link(timekeeper, this);
    }

    /** The handle to make this client suffer. */
    public Link link() {
        return link;
    }

    /** What this client has sent. From any thread. */
    public Requests requests() {
        return counter.soFar();
    }

    @Override
    public void open(RegistryListener listener) {
        timekeeper.execute(() -> {
            this.listener = listener;
            ensemble.join(this);
            seek();
        });
    }

    @Override
    public CompletionStage<List<Read>> read(Session session, List<String> paths) {
        List<String> asked = List.copyOf(paths);
        asked.forEach(Tree::checked);
        if (asked.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        return ask(
                session,
                Kind.READ,
                server -> {
                    List<Read> reads = asked.stream()
                            .map(path -> ensemble.read(server, path))
                            .toList();
                    if (!ensemble.takesAnswer(lengthOf(reads))) {
                        throw new TooLong();
                    }
                    return reads;
                },
                answer -> {});
    }

    private static long lengthOf(List<Read> reads) {
        return reads.stream()
                .mapToLong(read -> read instanceof Read.Present present ? present.data().length : 0)
                .sum();
    }

    /** A request or an answer that one side does not take: it hangs up. */
    private static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLong() {
            super("", null, false, false);
        }
    }

    @Override
    public CompletionStage<Read> readAndWatch(Session session, String path) {
        Tree.checked(path);
        return ask(
                session,
                Kind.READ,
                server -> {
                    Read read = ensemble.read(server, path);
                    if (read instanceof Read.Present) {
                        server.once.add(path);
                    }
                    return read;
                },
                read -> {
                    if (read instanceof Read.Present) {
                        once.add(path);
                    }
                });
    }

    @Override
    public CompletionStage<List<String>> children(Session session, String path) {
        Tree.checked(path);
        return ask(session, Kind.CHILDREN, server -> ensemble.children(server, path), answer -> {});
    }

    @Override
    public CompletionStage<Void> watchTree(Session session, String path) {
        Tree.checked(path);
        return this.<Boolean>ask(session, Kind.WATCH, server -> server.trees.add(path), answer -> trees.add(path))
                .thenAccept(added -> {});
    }

    @Override
    public CompletionStage<Answer> commit(Session session, List<Write> writes) {
        List<Write> asked = List.copyOf(writes);
        asked.forEach(write -> Tree.checked(write.path()));
        if (asked.isEmpty()) {
            return CompletableFuture.completedFuture(new Answer.Committed(List.of()));
        }
        return ask(
                session,
                Kind.COMMIT,
                server -> {
                    if (!ensemble.takesRequest(RequestSize.of(asked))) {
                        throw new TooLong();
                    }
                    return ensemble.commit(server, asked);
                },
                answer -> {});
    }

    @Override
    public CompletionStage<Void> sync(Session session) {
        return this.<Boolean>ask(
                        session,
                        Kind.SYNC,
                        server -> {
                            ensemble.sync(server);
                            return true;
                        },
                        answer -> {})
                .thenAccept(done -> {});
    }

    @Override
    public void renew(Session session) {
        timekeeper.execute(() -> {
            if (closed || !session.equals(this.session)) {
                return;
            }
            hangUp("the session was given up before the registry answered");
            forgetSession(session);
            seek();
        });
    }

    @Override
    public void close() {
        closed = true;
        timekeeper.execute(() -> {
            hangUp("the registry was closed before it answered");
            ensemble.leave(this);
        });
    }

    /** Ends the session in good order, if the ensemble can be told. */
    private void hangUp(String why) {
        ServerConnection ending = connection;
        Session ended = session;
        if (ending != null) {
            if (ended != null) {
                ending.requests.send(() -> {
                    if (ensemble.serves(ending)) {
                        ensemble.end(ended.id());
                    }
                });
            }
            sever(ending, () -> true);
        }
        connected = false;
        failOpen(why);
    }

    private <T> CompletionStage<T> ask(
            Session asked, Kind kind, Function<ServerConnection, T> served, Consumer<T> answered) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        timekeeper.execute(() -> {
            ServerConnection present = connection;
            if (closed) {
                answer.completeExceptionally(new RequestNotSentException("the registry is closed; nothing was sent"));
            } else if (!asked.equals(session)) {
                answer.completeExceptionally(
                        new RequestNotSentException(asked.id() + " is not the present session; nothing was sent"));
            } else if (present == null || !connected) {
                answer.completeExceptionally(new RequestNotSentException("the registry is away; nothing was sent"));
            } else {
                counter.count(kind);
                ensemble.count(kind);
                send(present, answer, served, answered);
            }
        });
        return answer;
    }

    private <T> void send(
            ServerConnection present,
            CompletableFuture<T> answer,
            Function<ServerConnection, T> served,
            Consumer<T> answered) {
        open.add(answer);
        present.requests.send(() -> {
            if (!ensemble.serves(present)) {
                return;
            }
            Runnable completion;
            try {
                T result = served.apply(present);
                completion = () -> {
                    answered.accept(result);
                    answer.complete(result);
                };
            } catch (TooLong hangsUp) {
                present.answers.send(() -> hungUp(present));
                return;
            } catch (RegistryException refused) {
                completion = () -> answer.completeExceptionally(refused);
            }
            long applied = present.applied;
            Runnable told = completion;
            present.answers.send(() -> {
                heard();
                seen = Math.max(seen, applied);
                open.remove(answer);
                told.run();
            });
        });
    }

    // What the link and the ensemble call, on the ensemble's thread.

    Faults faults() {
        return faults;
    }

    Duration sessionTimeout() {
        return sessionTimeout;
    }

    private Duration sinceHeartbeat() {
        return faults.sinceHeartbeat(sessionTimeout.dividedBy(3));
    }

    long seen() {
        return seen;
    }

    /** Tries to connect after a while, unless it is connected, or hindered: then the one that removes the hindrance calls. */
    void seek() {
        seekAfter(faults.reconnect());
    }

    private void seekAfter(Duration pause) {
        int attempt = ++attempts;
        if (listener == null || closed || connection != null) {
            return;
        }
        timekeeper.after(pause, () -> {
            if (attempt == attempts && !closed && connection == null && ensemble.isRunning() && link.canConnect()) {
                connect();
            }
        });
    }

    private void connect() {
        ServerConnection made = new ServerConnection(timekeeper, link, faults);
        connection = made;
        made.trees.addAll(trees);
        made.once.addAll(once);
        Session resumed = session;
        long behind = seen;
        listenFor(resumed == null ? sessionTimeout : resumed.timeout());
        made.requests.send(() -> ensemble.shakeHands(made, this, resumed, behind));
    }

    private void listenFor(Duration timeout) {
        if (ear != null) {
            ear.stop();
        }
        ear = new Ear(timekeeper, timeout.multipliedBy(2).dividedBy(3), Duration.ofNanos(1), this::drop);
        ear.open();
        listen(ear, Duration.ZERO);
    }

    private void listen(Ear ear, Duration sinceHeartbeat) {
        if (link.isFrozen()) {
            ear.stop();
        } else if (link.isSilent()) {
            ear.silence(sinceHeartbeat);
        } else {
            ear.open();
        }
    }

    void connected(Session session) {
        listenFor(session.timeout());
        this.session = session;
        connected = true;
        absences++;
        tell(listener -> listener.connected(session));
    }

    void expired() {
        ServerConnection useless = connection;
        Session ended = session;
        if (useless != null) {
            sever(useless, () -> false);
        }
        if (ended != null) {
            forgetSession(ended);
        }
        seek();
    }

    /** By a server that knows less than this client, which might see the past: none is better, so it tries again. */
    void refused() {
        ServerConnection useless = connection;
        if (useless != null && !connected) {
            sever(useless, () -> false);
            if (overdueAbsence == absences) {
                giveUp(absences);
            } else {
                seekAfter(REFUSED_PAUSE);
            }
        }
    }

    void changed(String path, long transaction) {
        heard();
        once.remove(path);
        tell(listener -> listener.changed(path, transaction));
    }

    void hungUp(ServerConnection by) {
        if (by == connection) {
            drop();
        }
    }

    /** The connection is gone, if there was one; a frozen client learns of it when it goes on. */
    void drop() {
        ServerConnection broken = connection;
        if (broken == null) {
            return;
        }
        if (link.isFrozen()) {
            broken.requests.breakOff(faults::arrives);
            broken.answers.send(this::drop);
            return;
        }
        Duration silence = ear == null ? Duration.ZERO : ear.silence();
        sever(broken, faults::arrives);
        failOpen("the connection was lost before the registry answered");
        if (connected) {
            connected = false;
            int absence = ++absences;
            Duration timeout = session == null ? sessionTimeout : session.timeout();
            Duration patience = timeout.multipliedBy(4).dividedBy(3).minus(silence);
            timekeeper.after(patience.isNegative() ? Duration.ZERO : patience, () -> giveUp(absence));
            tell(RegistryListener::suspended);
        }
        seek();
    }

    /** As ZooKeeper's client does after four thirds of the timeout, whatever has become of the session. */
    private void giveUp(int absence) {
        Session ended = session;
        if (absence != absences || ended == null || closed) {
            return;
        }
        if (link.isFrozen()) {
            overdueAbsence = absence; // when it goes on, it tries once more before it gives up
            return;
        }
        ServerConnection attempt = connection;
        if (attempt != null) {
            sever(attempt, faults::arrives);
        }
        forgetSession(ended);
        seek();
    }

    void linkChanged() {
        severed.forEach(gone -> gone.requests.resume());
        ServerConnection present = connection;
        if (present == null) {
            seek();
            return;
        }
        present.requests.resume();
        present.answers.resume();
        Duration sinceHeartbeat = sinceHeartbeat();
        if (ear != null) {
            listen(ear, sinceHeartbeat);
        }
        ensemble.listen(present, sinceHeartbeat);
    }

    void expire() {
        if (session != null) {
            ensemble.end(session.id());
        }
    }

    void die() {
        closed = true;
        open.clear();
        ServerConnection broken = connection;
        if (broken != null) {
            sever(broken, faults::arrives);
        }
        ensemble.leave(this);
    }

    private void sever(ServerConnection gone, BooleanSupplier arrives) {
        connection = null;
        gone.breakOff(arrives);
        severed.removeIf(drained -> drained.requests.isEmpty());
        severed.add(gone);
        ensemble.listen(gone, sinceHeartbeat());
        if (ear != null) {
            ear.stop();
            ear = null;
        }
    }

    private void forgetSession(Session ended) {
        absences++;
        session = null;
        seen = 0;
        connected = false;
        trees.clear();
        once.clear();
        tell(listener -> listener.lost(ended));
    }

    private void failOpen(String why) {
        while (!open.isEmpty()) {
            fail(open.remove(), why);
        }
    }

    private static void fail(CompletableFuture<?> answer, String why) {
        answer.completeExceptionally(new RegistryException(why));
    }

    private void heard() {
        if (ear != null) {
            ear.hear();
        }
    }

    private void tell(Consumer<RegistryListener> event) {
        if (listener != null && !closed) {
            event.accept(listener);
        }
    }
}
