package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.SessionDeadline;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This process among the others: its connection, its session, its registration as an instance. It registers before it
 * does anything else, and under each session as a new instance. Confined to the loop.
 */
final class Presence {

    private static final Duration RETRY = Duration.ofSeconds(1);
    /** How long a registry may take to appear before that is worth a word. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What presence tells the rest of the machine. */
    interface Listener {
        /** Connected and registered, after a break or for the first time: nothing that was known is certain. */
        void present(Connection connection);

        /** The roots of the namespace had to be laid: whatever was in it is gone. */
        void namespaceLaid();

        /** The former instance is no more; what it ran is under a dead name. */
        void identityLost();
    }

    private final Layout layout;
    private final Instance self;
    private final Supplier<String> ids;
    private final Outbox outbox;
    private final Listener listener;

    private @Nullable Session session;
    private @Nullable Connection connection;
    private boolean everConnected;
    private boolean complained;
    private boolean registered;
    private boolean draining;
    private @Nullable String id;
    private int version;
    private long startedOrder;
    private Instant registrationSent = Instant.EPOCH;
    private @Nullable Duration skew;
    private @Nullable SessionDeadline deadline;
    private @Nullable Instant awaySince;

    /**
     * @param self everything about this instance but its id and order of start
     * @param ids gives an id that was never given before
     */
    Presence(Layout layout, Instance self, Supplier<String> ids, Outbox outbox, Listener listener) {
        this.layout = layout;
        this.self = self;
        this.ids = ids;
        this.outbox = outbox;
        this.listener = listener;
    }

    void starting() {
        awaySince = outbox.now();
    }

    /** Says once, after a while, that the registry was not found since the start. */
    void complain() {
        Instant since = awaySince;
        if (!complained && !everConnected && since != null && outbox.now().isAfter(since.plus(PATIENCE))) {
            complained = true;
            outbox.publish(new ElasticJobEvent.RegistryTrouble(
                    "The registry was not reached since the start", "jobs begin when it appears"));
        }
    }

    void connected(Session next) {
        everConnected = true;
        boolean same = session != null && session.id().equals(next.id());
        if (!same) {
            end();
            id = ids.get();
        }
        Connection made = new Connection(next);
        session = next;
        connection = made;
        deadline = null;
        outbox.add(new Effect.WatchTree(next, layout.instances()));
        outbox.add(new Effect.WatchTree(next, layout.jobs()));
        if (registered) {
            awaySince = null;
            listener.present(made);
        } else {
            register(made);
        }
    }

    void suspended() {
        if (connection == null) {
            return;
        }
        connection = null;
        awaySince = outbox.now();
        if (session != null) {
            deadline = new SessionDeadline(outbox.now(), outbox.nanos(), session.timeout());
        }
        if (id != null) {
            outbox.publish(new ElasticJobEvent.RegistrySuspended(id));
        }
    }

    void lost(Session gone) {
        if (session != null && session.id().equals(gone.id())) {
            suspended();
            end();
        }
    }

    /** This instance's own node was not found though its session lives: somebody deleted it. Begins anew. */
    void vanished() {
        if (session != null && registered) {
            registered = false;
            outbox.publish(new ElasticJobEvent.RegistryTrouble(
                    "The node of this instance was deleted", "it registers anew, under a new session"));
            outbox.add(new Effect.Renew(session));
        }
    }

    /** Takes note of this instance's own node as it was read. */
    void confirmed(Stat stat) {
        version = Math.max(version, stat.version());
        if (startedOrder == 0) {
            startedOrder = stat.created();
        }
    }

    /** Shows the others that this instance takes nothing new. */
    void drain() {
        draining = true;
        Connection current = connection;
        if (current == null || !registered) {
            return;
        }
        Write put = new Write.Put(layout.instance(currentId()), encoded(), version);
        outbox.commit(current, List.of(put), result -> {
            if (current == connection
                    && result instanceof Result.Told<Answer> told
                    && told.answer() instanceof Answer.Committed done) {
                done.results().get(0).stat().ifPresent(this::confirmed);
            }
        });
    }

    boolean isDraining() {
        return draining;
    }

    /** What to ask and write over: there only while connected and registered. */
    Optional<Connection> usable() {
        return registered ? Optional.ofNullable(connection) : Optional.empty();
    }

    /** Whether this instance may still count itself among the living, as far as it can know. */
    boolean isAlive() {
        SessionDeadline limit = deadline;
        return registered && (connection != null || (limit != null && !limit.passed(outbox.now(), outbox.nanos())));
    }

    /** How long from the loss of the connection to the loss of life; empty while connected. */
    Optional<Duration> grace() {
        return Optional.ofNullable(deadline).map(SessionDeadline::allowed);
    }

    /** Id of the present instance; null before the first session and after the end of one. */
    @Nullable
    String id() {
        return id;
    }

    String currentId() {
        if (id == null) {
            throw new IllegalStateException("there is no present instance");
        }
        return id;
    }

    boolean isSelf(String instance) {
        return instance.equals(id);
    }

    /** The transaction id of this process's first registration; 0 before it is known. */
    long startedOrder() {
        return startedOrder;
    }

    /** Refuses whatever it travels with once this instance is gone, or is another one than it believes. */
    Write check() {
        return new Write.Check(layout.instance(currentId()), version);
    }

    /** The registry's clock now, as well as can be known here. */
    Instant registryNow() {
        return skew == null ? outbox.now() : outbox.now().plus(skew);
    }

    EngineStatus status(EngineStatus.Phase phase, int active, int slots, boolean leader, int overdueJobs) {
        return new EngineStatus(
                phase,
                self.name(),
                registered ? id : null,
                session == null ? null : session.timeout(),
                awaySince,
                skew,
                active,
                slots,
                leader,
                overdueJobs);
    }

    private void register(Connection under) {
        registrationSent = outbox.now();
        Write create = new Write.Create(layout.instance(currentId()), encoded(), Write.Life.EPHEMERAL);
        outbox.commit(under, List.of(create), result -> {
            if (under != connection || registered) {
                return;
            }
            if (result instanceof Result.Told<Answer> told) {
                if (told.answer() instanceof Answer.Refused refused && refused.reason() == Answer.Reason.ABSENT) {
                    layRoots(under);
                    register(under);
                } else {
                    registered(under); // PRESENT: an earlier try of this very session came through
                }
            } else if (result instanceof Result.Unknown<Answer> unknown) {
                trouble("This instance could not be registered: "
                        + unknown.why().getMessage());
                outbox.alarm(RETRY, () -> retryRegistration(under));
            }
        });
    }

    private void retryRegistration(Connection under) {
        if (under == connection && !registered) {
            register(under);
        }
    }

    private void registered(Connection under) {
        registered = true;
        version = 0;
        awaySince = null;
        outbox.publish(new ElasticJobEvent.InstanceRegistered(
                currentId(), under.session().timeout()));
        measureSkew(under);
        listener.present(under);
    }

    private void measureSkew(Connection under) {
        Instant sent = registrationSent;
        Duration roundTrip = Duration.between(sent, outbox.now());
        outbox.read(under, List.of(layout.instance(currentId())), result -> {
            if (result instanceof Result.Told<List<Read>> told
                    && told.answer().get(0) instanceof Read.Present present) {
                confirmed(present.stat());
                skew = Duration.between(
                        sent.plus(roundTrip.dividedBy(2)), present.stat().createdAt());
            }
        });
    }

    /** Lays what has to be there before anything else, where it is missing: somebody deleted it, or this is the first day. */
    void layRoots(Connection over) {
        for (String root : layout.roots()) {
            Write create = new Write.Create(root, new byte[0], Write.Life.PERSISTENT);
            outbox.commit(over, List.of(create), ignored -> {}); // there already: just as well
        }
        listener.namespaceLaid();
    }

    private void trouble(String what) {
        outbox.publish(new ElasticJobEvent.RegistryTrouble(what, "it is tried again"));
    }

    private void end() {
        boolean had = session != null;
        session = null;
        connection = null;
        registered = false;
        deadline = null;
        version = 0;
        if (had && id != null) {
            outbox.publish(new ElasticJobEvent.SessionEnded(id));
            listener.identityLost();
        }
        id = null;
    }

    private byte[] encoded() {
        Instance.State state = draining ? Instance.State.DRAINING : Instance.State.UP;
        return InstanceCodec.encode(new Instance(
                currentId(),
                self.name(),
                self.application(),
                self.host(),
                self.pid(),
                self.labels(),
                self.handlers(),
                self.declares(),
                self.strategies(),
                state,
                startedOrder,
                self.startedAt(),
                self.version()));
    }
}
