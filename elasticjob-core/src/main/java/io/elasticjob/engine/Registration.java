package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.RegistryException;
import io.elasticjob.coordination.DataLoss;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import io.elasticjob.view.SessionProof;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who this instance is, and whether it is among the others. A process registers under each session as a new instance, with a
 * {@link OwnNode node of its own}. Confined to the loop.
 */
final class Registration {

    private static final Duration RETRY = Duration.ofSeconds(1);

    /** What it tells. */
    interface Listener {

        /** This instance was registered over this connection. */
        void registered(Connection over);

        /** This instance's own node tells of a loss of data. */
        void suspicious(Connection over, DataLoss loss);

        /** The former instance is no more; what it ran is under a dead name. */
        void identityLost();
    }

    /**
     * Who this process is under the present session.
     *
     * @param begun the stopwatch before the registration was first asked for
     * @param answered the stopwatch when it was answered; null while this instance is not registered
     */
    private record Membership(
            String id, long begun, @Nullable Long answered) {

        Membership registered(long nanos) {
            return new Membership(id, begun, nanos);
        }

        Membership ended() {
            return new Membership(id, begun, null);
        }
    }

    private final Layout layout;
    private final Supplier<String> ids;
    private final Lifeline lifeline;
    private final Outbox outbox;
    private final Listener listener;
    private final OwnNode node;

    private @Nullable Membership membership;

    /** The connection over which the roots were laid because they were missing. */
    private @Nullable Connection laidFor;

    /**
     * @param self everything about this instance but its id and order of start
     * @param ids gives an id that was never given before
     */
    Registration(
            Layout layout, Instance self, Supplier<String> ids, Lifeline lifeline, Outbox outbox, Listener listener) {
        this.layout = layout;
        this.ids = ids;
        this.lifeline = lifeline;
        this.outbox = outbox;
        this.listener = listener;
        this.node = new OwnNode(layout, self, lifeline, outbox, new Owner());
    }

    // ---- Who this instance is --------------------------------------------------------------------------------------

    /** Id of the present instance; null before the first session and after the end of one. */
    @Nullable
    String id() {
        return membership == null ? null : membership.id();
    }

    String currentId() {
        String id = id();
        if (id == null) {
            throw new IllegalStateException("there is no present instance");
        }
        return id;
    }

    boolean isSelf(String instance) {
        return instance.equals(id());
    }

    boolean isRegistered() {
        return membership != null && membership.answered() != null;
    }

    /** What to ask and write over: there only while connected and registered. */
    Optional<Connection> usable() {
        return isRegistered() ? lifeline.connection() : Optional.empty();
    }

    /** Asks for a proof that the session lives, for somebody who asks for that. */
    void prove(Question<SessionProof> question) {
        Connection over = usable().orElse(null);
        if (over == null) {
            outbox.refuse(
                    question, new RegistryException("ZooKeeper cannot be reached, or this instance is not registered"));
            return;
        }
        SessionProof asked = new SessionProof(outbox.nanos(), over.session().timeout());
        outbox.sync(over, result -> {
            if (result instanceof Result.Told<Void> && isUsable(over)) {
                outbox.answer(question, asked);
            } else {
                outbox.refuse(question, new RegistryException("ZooKeeper does not answer"));
            }
        });
    }

    /** Whether what was asked over this connection still says something, to who may write what follows. */
    boolean isUsable(Connection over) {
        return isRegistered() && lifeline.isCurrent(over);
    }

    /** Whether this instance may still count itself among the living, as far as it can know. */
    boolean isAlive() {
        return isRegistered() && lifeline.holds();
    }

    /** As it was negotiated; zero without a session. */
    Duration sessionTimeout() {
        return lifeline.session().map(Session::timeout).orElse(Duration.ZERO);
    }

    /** As {@link RegistryTime#leadTime}: a write may be under way as long as its session lasts. */
    Duration leadTime() {
        return outbox.time().leadTime(sessionTimeout());
    }

    // ---- Its node --------------------------------------------------------------------------------------------------

    OwnNode node() {
        return node;
    }

    /** As {@link OwnNode#check}. */
    Write check() {
        return node.check();
    }

    /** As {@link OwnNode#startedOrder}. */
    long startedOrder() {
        return node.startedOrder();
    }

    /** As {@link OwnNode#isDraining}. */
    boolean isDraining() {
        return node.isDraining();
    }

    /** As {@link OwnNode#takes}. */
    boolean takes(JobDefinition job) {
        return node.takes(job);
    }

    /**
     * The live instances were listed. Takes note of this instance's own node, which is perhaps older there than it is known by
     * now.
     *
     * @return false when it is not among them though there is a present instance
     */
    boolean isListed(Roster roster) {
        String id = id();
        if (id == null) {
            return true;
        }
        outbox.time()
                .others(roster.instances().stream()
                        .filter(other -> !isSelf(other.id()))
                        .map(other -> other.process().clock())
                        .anyMatch(clock -> clock != null && clock.step() != null));
        Optional<Stat> own = roster.stat(id);
        own.ifPresentOrElse(
                stat -> roster.instance(id)
                        .ifPresentOrElse(instance -> node.listed(instance, stat), () -> node.listedUnreadable(stat)),
                this::vanished);
        return own.isPresent();
    }

    /** Only a put answers with the registry's time, so that the one of the registration has to be read. */
    void tellTheTime(Stat own) {
        Membership mine = membership;
        if (mine != null && mine.answered() != null) {
            outbox.time().stamped(own.createdAt(), mine.begun(), mine.answered());
        }
    }

    // ---- Registering -----------------------------------------------------------------------------------------------

    /** Begins as a new instance, under a new session. */
    void begin() {
        membership = new Membership(ids.get(), outbox.nanos(), null);
    }

    /** The session of this instance is over. */
    void end() {
        Membership former = membership;
        node.begun(null);
        if (former != null) {
            membership = former.ended();
            outbox.publish(new ElasticJobEvent.SessionEnded(former.id()));
            listener.identityLost();
        }
        membership = null;
    }

    void register(Connection under) {
        OwnNode.Shown shown = node.toShow();
        outbox.commit(under, List.of(node.creation()), result -> {
            if (!isStillToRegister(under)) {
                return;
            }
            if (result instanceof Result.Told<Answer> told) {
                if (told.answer() instanceof Answer.Refused refused && refused.reason() == Answer.Reason.ABSENT) {
                    registerOnRoots(under);
                } else {
                    // PRESENT: an earlier try of this very session came through.
                    node.begun(told.answer() instanceof Answer.Committed ? shown : null);
                    registered(under, told.answered());
                }
            } else if (result instanceof Result.Unknown<Answer> unknown) {
                lifeline.trouble("This instance could not be registered: "
                        + unknown.why().getMessage());
                registerLater(under);
            }
        });
    }

    /** Tries again on roots just laid; not at once a second time, so that what cannot be laid is not asked for without end. */
    private void registerOnRoots(Connection under) {
        if (layRootsAtFirst(under)) {
            register(under);
        } else {
            lifeline.trouble("The namespace could not be created in ZooKeeper");
            registerLater(under);
        }
    }

    private void registerLater(Connection under) {
        outbox.alarm(RETRY, () -> {
            if (isStillToRegister(under)) {
                register(under);
            }
        });
    }

    private boolean isStillToRegister(Connection under) {
        return lifeline.isCurrent(under) && !isRegistered();
    }

    /** @param answered the stopwatch when the registration was answered */
    private void registered(Connection under, long answered) {
        membership = membership == null ? null : membership.registered(answered);
        outbox.publish(new ElasticJobEvent.InstanceRegistered(
                currentId(), under.session().timeout()));
        listener.registered(under);
    }

    /** This instance's own node was not found though its session lives: somebody deleted it. Begins anew. */
    void vanished() {
        renew("The node of this instance was deleted");
    }

    /** This instance's own node cannot be read, so that nobody knows what it offers and declares. Begins anew. */
    void unreadable(String why) {
        if (isRegistered()) {
            listener.identityLost(); // before the session ends, as others take over what runs here
        }
        renew("The node of this instance cannot be read: " + why);
    }

    private void renew(String what) {
        Session session = lifeline.session().orElse(null);
        if (session != null && membership != null && isRegistered()) {
            membership = membership.ended();
            outbox.publish(new ElasticJobEvent.RegistryTrouble(what, "it registers again, under a new session"));
            outbox.add(new Effect.Renew(session));
        }
    }

    /** Lays what has to be there before anything else, where it is missing: somebody deleted it, or this is the first day. */
    void layRoots(Connection over) {
        for (String root : layout.roots()) {
            Write create = new Write.Create(root, new byte[0], Write.Life.PERSISTENT);
            outbox.commit(over, List.of(create), ignored -> {}); // there already: just as well
        }
    }

    /** As {@link #layRoots}; gives whether this is the first time over this connection. */
    boolean layRootsAtFirst(Connection over) {
        boolean isFirst = laidFor != over;
        laidFor = over;
        layRoots(over);
        return isFirst;
    }

    private final class Owner implements OwnNode.Owner {

        @Override
        public String id() {
            return currentId();
        }

        @Override
        public Optional<Connection> usable() {
            return Registration.this.usable();
        }

        @Override
        public void vanished() {
            Registration.this.vanished();
        }

        @Override
        public void suspicious(Connection over, DataLoss loss) {
            listener.suspicious(over, loss);
        }
    }
}
