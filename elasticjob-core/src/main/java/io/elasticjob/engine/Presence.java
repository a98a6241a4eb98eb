package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.RegistryClock;
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
    /** How often the registry's time is asked for while the clocks are too far apart: else nothing would be written. */
    private static final Duration ASK_TIME = Duration.ofSeconds(10);
    /** How long a registry may take to appear before that is worth a word. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What presence tells the rest of the machine. */
    interface Listener {
        /** Connected and registered, after a break or for the first time: nothing that was known is certain. */
        void present(Connection connection);

        /** The former instance is no more; what it ran is under a dead name. */
        void identityLost();
    }

    private final Layout layout;
    private final Instance self;
    private final Supplier<String> ids;
    private final Outbox outbox;
    private final Listener listener;
    private final Duration maxTimeDiff;

    private @Nullable Session session;
    private @Nullable Connection connection;
    private boolean everConnected;
    private boolean complained;
    private boolean registered;
    private boolean draining;

    /** An operator's, to take nothing new. */
    private Instance.@Nullable Drain command;

    private @Nullable Connection laidFor;
    private @Nullable String id;
    private int version;
    private long startedOrder;
    private long registrationSent;
    private long registrationAnswered;
    private boolean clockOff;
    private long clockAskedAt;

    /** Whether the registry shows this instance as draining; null when that is not known. */
    private @Nullable Boolean shownDraining;

    private boolean showing;
    private @Nullable SessionDeadline deadline;
    private @Nullable Instant awaySince;
    /** In words; null where it is not known, or not so. */
    private @Nullable String awayBecause;

    /**
     * @param self everything about this instance but its id and order of start
     * @param ids gives an id that was never given before
     * @param maxTimeDiff how far from the registry's the local clock may be for this instance to take firings
     */
    Presence(
            Layout layout,
            Instance self,
            Supplier<String> ids,
            Outbox outbox,
            Listener listener,
            Duration maxTimeDiff) {
        this.layout = layout;
        this.self = self;
        this.ids = ids;
        this.outbox = outbox;
        this.listener = listener;
        this.maxTimeDiff = maxTimeDiff;
    }

    void starting() {
        awaySince = outbox.now();
    }

    Duration maxTimeDiff() {
        return maxTimeDiff;
    }

    /**
     * How far ahead a change has to lie that nobody may have begun with: as far as the clocks of others may be ahead, and
     * as long as the write of the change may be under way.
     */
    Duration leadTime() {
        return session == null ? maxTimeDiff : maxTimeDiff.plus(session.timeout());
    }

    /** Says once, after a while, that the registry was not found since the start. */
    private void complain() {
        Instant since = awaySince;
        if (!complained && !everConnected && since != null && outbox.now().isAfter(since.plus(PATIENCE))) {
            complained = true;
            outbox.publish(new ElasticJobEvent.RegistryTrouble(
                    "The registry was not reached since the start", "jobs begin when it appears"));
        }
    }

    /** The registry is looked for, and was not found for this reason. */
    void unreachable(String why) {
        if (connection == null) {
            complained = true;
            trouble("The registry can not be reached: " + why);
        }
    }

    void connected(Session next) {
        everConnected = true;
        boolean same = session != null && session.id().equals(next.id());
        if (!same) {
            end();
            id = ids.get();
            registrationSent = outbox.nanos();
        }
        Connection made = new Connection(next);
        session = next;
        connection = made;
        deadline = null;
        watch(made, layout.instances());
        watch(made, layout.jobs());
        if (registered) {
            isBack();
            outbox.publish(new ElasticJobEvent.RegistryResumed(currentId()));
            if (outbox.registryClock().isEmpty()) {
                readRegistryClock(made); // it was asked for, and the answer was lost with the connection
            }
            showState();
            listener.present(made);
        } else {
            register(made);
        }
    }

    /** Without its watches this instance would be deaf for good: asks until it has them. */
    private void watch(Connection over, String path) {
        outbox.add(new Effect.WatchTree(over.session(), path, result -> {
            if (result instanceof Result.Unknown<Void> && over == connection) {
                outbox.alarm(RETRY, () -> {
                    if (over == connection) {
                        watch(over, path);
                    }
                });
            }
        }));
    }

    void suspended() {
        if (connection == null) {
            return;
        }
        connection = null;
        showing = false;
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

    /** Takes note of this instance's own node as it was read: an operator may have written to it. */
    void read(Read.Present own) {
        Decoded<Instance> decoded = InstanceCodec.decode(currentId(), own.stat().created(), own.data());
        if (decoded instanceof Decoded.Value<Instance> value) {
            read(value.value(), own.stat());
        } else {
            confirmed(own.stat());
        }
    }

    /** As {@link #read(Read.Present)}. */
    void read(Instance own, Stat stat) {
        boolean news = stat.version() > version;
        confirmed(stat);
        if (!news) {
            return;
        }
        Instance.Drain before = command;
        command = own.drain();
        shownDraining = own.state() == Instance.State.DRAINING;
        if (before == null && command != null) {
            outbox.publish(new ElasticJobEvent.InstanceDrained(currentId(), command));
        } else if (before != null && command == null) {
            outbox.publish(new ElasticJobEvent.InstanceResumed(currentId()));
        }
        showState();
    }

    private void confirmed(Stat stat) {
        version = Math.max(version, stat.version());
        if (startedOrder == 0) {
            startedOrder = stat.created();
        }
    }

    /** Takes nothing new from now on, and shows it to the others. */
    void drain() {
        draining = true;
        showState();
    }

    /** Whether this instance was told to leave. */
    boolean isLeaving() {
        return draining;
    }

    /** Whether this instance takes nothing new: it leaves, an operator said so, or its clock is not to be trusted. */
    boolean isDraining() {
        return draining || clockOff || command != null;
    }

    /** Whether the clock is too far from the registry's to decide by it what is due. */
    boolean isClockOff() {
        return clockOff;
    }

    /** Whether the clock is as before: near enough to the registry's, or not. Shows the others what is other. */
    boolean clockIsAsBefore() {
        boolean before = clockOff;
        Optional<RegistryClock> registry = outbox.registryClock();
        if (registry.isEmpty()) {
            return true;
        }
        clockOff = registry.get().isBeyond(maxTimeDiff, before, outbox.now(), outbox.nanos());
        if (clockOff == before) {
            return true;
        }
        Duration skew = registry.get().skew(outbox.now(), outbox.nanos());
        outbox.publish(
                clockOff ? new ElasticJobEvent.ClockOff(skew, maxTimeDiff) : new ElasticJobEvent.ClockRight(skew));
        showState();
        return false;
    }

    /** Shows again what could not be shown, and asks for the time if it is in doubt. */
    void tick() {
        complain();
        boolean askTime = clockOff && outbox.nanos() - clockAskedAt >= ASK_TIME.toNanos();
        if (askTime) {
            shownDraining = null;
        }
        showState();
    }

    /** Writes this instance's own node, unless it says already whether this instance takes anything new. */
    private void showState() {
        Connection current = connection;
        boolean shown = isDraining();
        if (current == null || !registered || showing || Boolean.valueOf(shown).equals(shownDraining)) {
            return;
        }
        showing = true;
        clockAskedAt = outbox.nanos();
        Write put = new Write.Put(layout.instance(currentId()), encoded(), version);
        outbox.commit(current, List.of(put), result -> {
            if (current != connection) {
                return;
            }
            showing = false;
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed done) {
                shownDraining = shown;
                done.results().get(0).stat().ifPresent(this::confirmed);
                showState(); // it may have changed meanwhile
            } else {
                shownDraining = null;
                readOwnNode(current);
            }
        });
    }

    private void readOwnNode(Connection over) {
        outbox.read(over, List.of(layout.instance(currentId())), result -> {
            if (over == connection && result instanceof Result.Told<List<Read>> told) {
                if (told.answer().get(0) instanceof Read.Present present) {
                    read(present);
                } else {
                    vanished();
                }
            }
        });
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
        return outbox.registryClock().map(clock -> clock.now(outbox.nanos())).orElse(outbox.now());
    }

    EngineStatus status(
            EngineStatus.Phase phase, int active, int lingering, int slots, boolean leader, int overdueJobs) {
        return new EngineStatus(
                phase,
                self.name(),
                registered ? id : null,
                session == null ? null : session.timeout(),
                awaySince,
                awayBecause,
                outbox.registryClock()
                        .map(clock -> clock.skew(outbox.now(), outbox.nanos()))
                        .orElse(null),
                clockOff,
                active,
                slots,
                leader,
                overdueJobs,
                draining || command != null,
                lingering,
                null,
                command);
    }

    private void register(Connection under) {
        boolean shown = isDraining();
        Write create = new Write.Create(layout.instance(currentId()), encoded(), Write.Life.EPHEMERAL);
        outbox.commit(under, List.of(create), result -> {
            if (under != connection || registered) {
                return;
            }
            if (result instanceof Result.Told<Answer> told) {
                if (told.answer() instanceof Answer.Refused refused && refused.reason() == Answer.Reason.ABSENT) {
                    layRoots(under);
                    registerLaid(under);
                } else {
                    shownDraining = told.answer() instanceof Answer.Committed ? shown : null;
                    registered(under); // PRESENT: an earlier try of this very session came through
                }
            } else if (result instanceof Result.Unknown<Answer> unknown) {
                trouble("This instance could not be registered: "
                        + unknown.why().getMessage());
                outbox.alarm(RETRY, () -> retryRegistration(under));
            }
        });
    }

    /** Tries again on the roots just laid; not at once a second time, lest roots that can not be laid be asked for without end. */
    private void registerLaid(Connection under) {
        if (laidFor != under) {
            laidFor = under;
            register(under);
        } else {
            trouble("The namespace could not be laid in the registry");
            outbox.alarm(RETRY, () -> retryRegistration(under));
        }
    }

    private void retryRegistration(Connection under) {
        if (under == connection && !registered) {
            register(under);
        }
    }

    private void registered(Connection under) {
        registered = true;
        version = 0;
        isBack();
        outbox.publish(new ElasticJobEvent.InstanceRegistered(
                currentId(), under.session().timeout()));
        registrationAnswered = outbox.nanos();
        readRegistryClock(under);
        showState();
        listener.present(under);
    }

    /** Only a put answers with the registry's time, so that the one of the registration has to be read. */
    private void readRegistryClock(Connection under) {
        long sent = registrationSent;
        long answered = registrationAnswered;
        outbox.read(under, List.of(layout.instance(currentId())), result -> {
            if (result instanceof Result.Told<List<Read>> told
                    && told.answer().get(0) instanceof Read.Present present) {
                read(present);
                outbox.stamped(present.stat().createdAt(), sent, answered);
            }
        });
    }

    /** Lays what has to be there before anything else, where it is missing: somebody deleted it, or this is the first day. */
    void layRoots(Connection over) {
        for (String root : layout.roots()) {
            Write create = new Write.Create(root, new byte[0], Write.Life.PERSISTENT);
            outbox.commit(over, List.of(create), ignored -> {}); // there already: just as well
        }
    }

    private void isBack() {
        awaySince = null;
        awayBecause = null;
    }

    /** Tells it once, however often it is tried again. */
    private void trouble(String what) {
        if (!what.equals(awayBecause)) {
            awayBecause = what;
            outbox.publish(new ElasticJobEvent.RegistryTrouble(what, "it is tried again"));
        }
    }

    private void end() {
        boolean had = session != null;
        session = null;
        connection = null;
        registered = false;
        deadline = null;
        version = 0;
        shownDraining = null;
        showing = false;
        if (had && id != null) {
            outbox.publish(new ElasticJobEvent.SessionEnded(id));
            listener.identityLost();
        }
        id = null;
    }

    private byte[] encoded() {
        Instance.State state = isDraining() ? Instance.State.DRAINING : Instance.State.UP;
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
                self.version(),
                command));
    }
}
