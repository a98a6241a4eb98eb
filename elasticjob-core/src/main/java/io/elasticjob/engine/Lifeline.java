package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.coordination.Absence;
import io.elasticjob.coordination.SessionDeadline;
import io.elasticjob.coordination.Silence;
import io.elasticjob.registry.Session;
import io.elasticjob.view.EngineStatus;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * This process's line to the registry: its session, its connection, and how long the one outlasts the other. It listens for
 * answers by the loop's own clock, as the registry's client may be held up and say nothing. Confined to the loop.
 */
final class Lifeline {

    private static final Duration RETRY = Duration.ofSeconds(1);

    /** What it tells. */
    interface Listener {

        /** The registry has not answered for long, and its client has not said so. */
        void silent();

        /** After {@link #silent} the registry has answered again, under the same session. */
        void heardAgain(Session session);
    }

    private sealed interface Line {}

    /** There is no session: not yet, or not any more. */
    private record None() implements Line {}

    /** @param sinceNanos the stopwatch when this instance was told of it, which is as good as an answer while it lasts */
    private record Connected(Connection over, long sinceNanos) implements Line {}

    /**
     * The connection is lost, the session may go on.
     *
     * @param until when this instance is as good as dead
     * @param isSilent whether the client has not said so: what is asked may still be answered
     * @param isOver whether this instance has counted itself as dead: a clock that is set back does not bring it to life
     */
    private record Cut(Session session, SessionDeadline until, boolean isSilent, boolean isOver) implements Line {}

    /** One uninterrupted time of listening for answers, compared by identity. */
    private static final class Listening {

        private final Session to;

        /** Whether a question waits for its answer that was asked only to have one. */
        private boolean isAsking;

        private Listening(Session to) {
            this.to = to;
        }
    }

    private final Outbox outbox;
    private final Listener listener;

    private Line line = new None();
    private @Nullable Listening listening;
    private @Nullable Absence absence;

    Lifeline(Outbox outbox, Listener listener) {
        this.outbox = outbox;
        this.listener = listener;
    }

    // ---- The connection --------------------------------------------------------------------------------------------

    /** Begins to look for the registry. */
    void starting() {
        absence = Absence.fromStart(outbox.wall());
    }

    /** A connection was made. What is asked over an earlier one says nothing any more. */
    Connection connected(Session session) {
        Connection made = new Connection(session);
        line = new Connected(made, outbox.nanos());
        absence = absence == null ? null : absence.told();
        listening = new Listening(session);
        listen(listening);
        return made;
    }

    /**
     * The connection was lost; nothing happens if there was none.
     *
     * @return whether there was one
     */
    boolean suspended() {
        if (line instanceof Cut cut) {
            line = new Cut(
                    cut.session(), cut.until(), false, cut.isOver()); // from now on the client says when it is back
        }
        if (!(line instanceof Connected connected)) {
            return false;
        }
        Session session = connected.over().session();
        line = new Cut(session, SessionDeadline.sinceProof(outbox.proof(), session.timeout()), false, false);
        absence = absence == null ? Absence.fromLoss(outbox.wall()) : absence.lostAgain(outbox.wall());
        return true;
    }

    /** The session is over. */
    void ended() {
        line = new None();
        listening = null;
    }

    /** What was asked over the present connection says nothing any more; what follows goes over the one that is given. */
    Connection anew() {
        if (!(line instanceof Connected connected)) {
            throw new IllegalStateException("there is no connection");
        }
        Connection next = new Connection(connected.over().session());
        line = new Connected(next, connected.sinceNanos());
        return next;
    }

    Optional<Connection> connection() {
        return line instanceof Connected connected ? Optional.of(connected.over()) : Optional.empty();
    }

    /** Whether what was asked over this connection still says something. */
    boolean isCurrent(Connection over) {
        return line instanceof Connected connected && connected.over() == over;
    }

    /** The session, be it connected or not; empty before the first one, and after the end of one. */
    Optional<Session> session() {
        if (line instanceof Connected connected) {
            return Optional.of(connected.over().session());
        }
        return line instanceof Cut cut ? Optional.of(cut.session()) : Optional.empty();
    }

    /** Whether the present session is this one. */
    boolean isOf(Session other) {
        return session().filter(mine -> mine.id().equals(other.id())).isPresent();
    }

    /** Without its watches this instance would be deaf for good: asks until it has them. */
    void watch(Connection over, String path) {
        outbox.add(new Effect.WatchTree(over.session(), path, result -> {
            if (result instanceof Result.Unknown<Void> && isCurrent(over)) {
                outbox.alarm(RETRY, () -> {
                    if (isCurrent(over)) {
                        watch(over, path);
                    }
                });
            }
        }));
    }

    // ---- Whether the session lives ---------------------------------------------------------------------------------

    /** Whether the session surely lives, as far as this instance can know. */
    boolean holds() {
        if (line instanceof Connected connected) {
            return silence(connected.over().session()).isSurvived();
        }
        return line instanceof Cut cut && !cut.isOver() && !cut.until().passed(outbox.wall(), outbox.nanos());
    }

    /** This instance counts itself as dead, until it is connected again. */
    void over() {
        if (line instanceof Cut cut) {
            line = new Cut(cut.session(), cut.until(), cut.isSilent(), true);
        }
    }

    /** How long from now to the loss of life, by the lost connection; empty while connected. */
    Optional<Duration> grace() {
        return line instanceof Cut cut
                ? Optional.of(cut.until().left(outbox.wall(), outbox.nanos()))
                : Optional.empty();
    }

    /** Asks for a proof of life at once: until it is answered, what was proven before is all that is. */
    void prove() {
        if (listening != null) {
            ask(listening);
        }
    }

    private void listen(Listening now) {
        outbox.alarm(silence(now.to).untilNextLook(now.isAsking), () -> {
            if (now == listening) {
                hear(now);
                listen(now);
            }
        });
    }

    private void hear(Listening now) {
        if (isLost(now)) {
            // An answer may wait behind this very alarm, if the loop was held up.
            outbox.alarm(Duration.ZERO, () -> {
                if (now == listening && isLost(now)) {
                    listener.silent();
                    silent();
                }
            });
        }
        boolean mayBeAnswered = line instanceof Connected || isSilent();
        if (mayBeAnswered && !now.isAsking && silence(now.to).isToBeBroken()) {
            ask(now);
        }
    }

    private boolean isLost(Listening now) {
        return line instanceof Connected && silence(now.to).isLoss();
    }

    private void silent() {
        if (line instanceof Cut cut) {
            line = new Cut(cut.session(), cut.until(), true, cut.isOver());
        }
    }

    private boolean isSilent() {
        return line instanceof Cut cut && cut.isSilent();
    }

    private void ask(Listening now) {
        now.isAsking = true;
        outbox.sync(new Connection(now.to), result -> {
            if (now != listening) {
                return;
            }
            now.isAsking = false;
            if (isSilent() && result instanceof Result.Told<Void>) {
                listener.heardAgain(now.to);
            }
        });
    }

    private Silence silence(Session to) {
        Duration sinceProof = Duration.ofNanos(outbox.nanos() - outbox.proof().nanos());
        Duration sinceConnected =
                line instanceof Connected it ? Duration.ofNanos(outbox.nanos() - it.sinceNanos()) : sinceProof;
        return new Silence(to.timeout(), sinceProof, sinceConnected);
    }

    // ---- What is told of it ----------------------------------------------------------------------------------------

    /** This instance takes part, again or for the first time. */
    void isBack() {
        absence = null;
    }

    /** Since when this instance takes no part, and why; null while it does. */
    EngineStatus.@Nullable Outage away() {
        return absence == null ? null : new EngineStatus.Outage(absence.since(), absence.because());
    }

    /** The registry is looked for, and was not found for this reason. */
    void unreachable(String why) {
        if (connection().isEmpty()) {
            trouble("ZooKeeper cannot be reached: " + why);
        }
    }

    /** Tells why this instance takes no part; once, however often it is tried again. */
    void trouble(String what) {
        Absence away = absence == null ? Absence.fromLoss(outbox.wall()) : absence;
        absence = away.because(what);
        if (away.isNews(what)) {
            outbox.publish(new ElasticJobEvent.RegistryTrouble(what, "it is tried again"));
        }
    }

    /** Says once, after a while, that the registry was not found since the start. */
    void tick() {
        if (absence != null && absence.isToBeTold(outbox.wall())) {
            absence = absence.told();
            outbox.publish(new ElasticJobEvent.RegistryTrouble(
                    "ZooKeeper was not reached since the start", "jobs begin when it appears"));
        }
    }
}
