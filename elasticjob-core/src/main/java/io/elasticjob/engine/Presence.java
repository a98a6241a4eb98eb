package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.coordination.DataLoss;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Session;
import io.elasticjob.view.EngineStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * This process among the others. Puts what it takes in its order, and has no state of its own: under a {@link Lifeline} it
 * makes a {@link Registration} before anything else, then looks at the {@link Landmarks}, then is present. Confined to the
 * loop.
 */
final class Presence {

    /** What presence tells the rest of the machine. */
    interface Listener extends Lifeline.Listener, Landmarks.Listener {

        /** Connected and registered, after a break or for the first time: nothing that was known is certain. */
        @Override
        void present(Connection connection);

        /** The former instance is no more; what it ran is under a dead name. */
        void identityLost();

        /**
         * Data was lost from the registry: nothing that was read before is believed any more, and nothing is asked over the
         * connection of before. {@link #present} follows.
         */
        @Override
        void dataLost();
    }

    private final Layout layout;
    private final Instance self;
    private final Outbox outbox;
    private final Lifeline lifeline;
    private final Registration registration;
    private final ClockNode clockNode;
    private final Landmarks landmarks;

    /** Further trees that are watched. */
    private final List<String> further = new ArrayList<>();

    /**
     * @param self everything about this instance but its id and order of start
     * @param ids gives an id that was never given before
     */
    Presence(Layout layout, Instance self, Supplier<String> ids, Outbox outbox, Listener listener) {
        this.layout = layout;
        this.self = self;
        this.outbox = outbox;
        this.lifeline = new Lifeline(outbox, listener);
        this.registration = new Registration(layout, self, ids, lifeline, outbox, new Registered(listener));
        this.clockNode = new ClockNode(layout, registration, outbox);
        this.landmarks = new Landmarks(layout, lifeline, registration, outbox, listener);
    }

    Registration registration() {
        return registration;
    }

    Landmarks landmarks() {
        return landmarks;
    }

    void starting() {
        lifeline.starting();
    }

    /** Has this tree watched as well, over this connection, if there is one, and each later one. */
    void watch(String path) {
        further.add(path);
        lifeline.connection().ifPresent(over -> lifeline.watch(over, path));
    }

    void unreachable(String why) {
        lifeline.unreachable(why);
    }

    void connected(Session session) {
        if (!lifeline.isOf(session)) {
            end();
            registration.begin();
            landmarks.underNewSession();
        }
        boolean isBack = registration.isRegistered();
        Connection made = lifeline.connected(session);
        if (isBack) {
            lifeline.prove();
        }
        lifeline.watch(made, layout.instances());
        lifeline.watch(made, layout.jobs());
        lifeline.watch(made, layout.cancels());
        lifeline.watch(made, layout.planned());
        further.forEach(path -> lifeline.watch(made, path));
        if (isBack) {
            lifeline.isBack();
            outbox.publish(new ElasticJobEvent.RegistryResumed(registration.currentId()));
            landmarks.arrived(made);
        } else {
            registration.register(made);
        }
    }

    void suspended() {
        String id = registration.id();
        if (lifeline.suspended() && id != null) {
            outbox.publish(new ElasticJobEvent.RegistrySuspended(id));
        }
    }

    void lost(Session gone) {
        if (lifeline.isOf(gone)) {
            suspended();
            end();
        }
    }

    private void end() {
        lifeline.ended();
        registration.end();
    }

    /** A watch rang. */
    void changed(String path) {
        landmarks.changed(path);
    }

    /** As {@link Landmarks#flush}. */
    void flush() {
        landmarks.flush();
    }

    /** Has something written for the sake of what the registry tells of a write: its transaction, and the time. */
    void sample() {
        clockNode.write();
    }

    void tick() {
        lifeline.tick();
        registration.node().tick();
    }

    /** Compares the clocks, and asks for the registry's time where it is needed. Gives whether another clock counts now. */
    boolean compareClocks() {
        List<ElasticJobEvent> news = outbox.time().compare();
        clockNode.look();
        if (!news.isEmpty()) {
            news.forEach(outbox::publish);
            registration.node().show();
        }
        return !news.isEmpty();
    }

    /** As {@link Lifeline#over}. */
    void over() {
        lifeline.over();
    }

    /** How long from now to the loss of life, by the lost connection; empty while connected. */
    Optional<Duration> grace() {
        return lifeline.grace();
    }

    EngineStatus status(
            EngineStatus.Condition condition, EngineStatus.Executions executions, EngineStatus.Leadership leadership) {
        RegistryTime time = outbox.time();
        OwnNode node = registration.node();
        return new EngineStatus(
                self.name(),
                condition,
                new EngineStatus.Contact(
                        registration.isRegistered() ? registration.id() : null,
                        lifeline.session().map(Session::timeout).orElse(null),
                        lifeline.away()),
                new EngineStatus.Clock(time.skew(), time.wallClock(), time.step()),
                new EngineStatus.Intake(node.isLeaving() || node.command() != null, node.command()),
                executions,
                leadership);
    }

    private final class Registered implements Registration.Listener {

        private final Listener listener;

        private Registered(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void registered(Connection over) {
            lifeline.isBack();
            landmarks.arrived(over);
        }

        @Override
        public void suspicious(Connection over, DataLoss loss) {
            landmarks.suspect(over, loss);
        }

        @Override
        public void identityLost() {
            listener.identityLost();
        }
    }
}
