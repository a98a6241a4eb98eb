package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Write;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one latch of the namespace, for what needs exactly one doer: an ephemeral node that belongs to whoever creates it.
 * The others watch it, and try again when it goes. Nothing that runs a job waits for it. Confined to the loop.
 *
 * <p>After each reconnect, and whenever the node rings, it is read again who leads; what was held before counts for
 * nothing. In between an instance may take itself for the leader a moment longer than it is. So whatever it writes as the
 * leader carries {@link #check}, and holds under the versions that it was decided from.
 */
final class Leadership {

    private static final Duration RETRY = Duration.ofSeconds(1);
    /** How often the leader looks around. Nothing hurries: what it finds is minutes or days old. */
    private static final Duration ROUND = Duration.ofSeconds(10);

    /** What the leader does. */
    interface Duties {
        /** This instance leads under another latch than before: somebody else may have led in between. */
        void begin();

        /** Whether this instance knows enough for a round; a round that is due waits for that. */
        boolean isReady();

        /** Every ten seconds while this instance leads, however often its connection is lost in between. */
        void round(Connection over);

        /** Goes on leading over another connection than before. */
        void resume(Connection over);

        /** This instance does not lead any more, or cannot tell. */
        void lost();
    }

    /**
     * By what a time of leading is known: it goes on over all connections for as long as this node is there.
     *
     * @param created transaction id of the node
     */
    private record Latch(String holder, long created) {}

    private final Layout layout;
    private final Registration registration;
    private final Outbox outbox;
    private final Duties duties;

    private @Nullable Connection connection;

    /** One uninterrupted time of leading, compared by identity; null while this instance does not lead. */
    private @Nullable Object reign;

    private int version;

    /** The latch under which this instance leads, or led last. */
    private @Nullable Latch latch;

    /** When a round is due under it, by the stopwatch. */
    private long due;

    Leadership(Layout layout, Registration registration, Outbox outbox, Duties duties) {
        this.layout = layout;
        this.registration = registration;
        this.outbox = outbox;
        this.duties = duties;
    }

    /** Finds out who leads, and takes the lead if nobody does. */
    void seek(Connection over) {
        disconnected();
        connection = over;
        look(over);
    }

    void disconnected() {
        connection = null;
        stop();
    }

    /** A watch rang. */
    void changed(String path) {
        Connection over = connection;
        if (over != null && path.equals(layout.leader())) {
            stop();
            look(over);
        }
    }

    boolean isHeld() {
        return reign != null;
    }

    /** Whether what was asked for over this connection, while leading, may still be gone on with. */
    boolean isHeld(Connection over) {
        return reign != null && over == connection;
    }

    /** Id of this instance. */
    String self() {
        return registration.currentId();
    }

    /** The writes as only the leader may do them: refused once this instance is gone, or nobody holds the latch. */
    List<Write> asLeader(List<Write> writes) {
        List<Write> all = new ArrayList<>();
        all.add(registration.check());
        all.add(new Write.Check(layout.leader(), version));
        all.addAll(writes);
        return all;
    }

    private void look(Connection over) {
        outbox.readAndWatch(over, layout.leader(), result -> {
            if (over != connection) {
                return;
            }
            if (!(result instanceof Result.Told<Read> told)) {
                unread(over, ((Result.Unknown<Read>) result).why());
            } else if (!(told.answer() instanceof Read.Present present)) {
                take(over);
            } else if (present.stat().version() > 0) {
                clear(over, present.stat().version());
            } else if (registration.isSelf(new String(present.data(), StandardCharsets.UTF_8))) {
                version = present.stat().version();
                lead(over, new Latch(registration.currentId(), present.stat().created()));
            } else {
                stop(); // the watch tells when it goes
            }
        });
    }

    /**
     * No instance ever writes over a latch. Somebody else has: it does not say any more who leads, and nobody would until the
     * session of its owner ends, though all is well.
     */
    private void clear(Connection over, int written) {
        stop();
        List<Write> writes = List.of(registration.check(), new Write.Delete(layout.leader(), written));
        outbox.commit(over, writes, result -> {
            if (over != connection) {
                return;
            }
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed) {
                outbox.publish(new ElasticJobEvent.ValueUnreadable(
                        layout.leader(), "somebody has written over it", "the leader is elected anew"));
            }
            retry(over); // whoever deleted it
        });
    }

    private void take(Connection over) {
        byte[] mine = registration.currentId().getBytes(StandardCharsets.UTF_8);
        List<Write> writes =
                List.of(registration.check(), new Write.Create(layout.leader(), mine, Write.Life.EPHEMERAL));
        outbox.commit(over, writes, result -> {
            if (over != connection) {
                return;
            }
            boolean decided = result instanceof Result.Told<Answer> told
                    && !(told.answer() instanceof Answer.Refused refused && refused.reason() != Answer.Reason.PRESENT);
            if (decided) {
                look(over); // whoever took it: the node has to be watched
            } else {
                retry(over);
            }
        });
    }

    private void stop() {
        if (reign != null) {
            reign = null;
            duties.lost();
        }
    }

    /** Begins to lead over this connection, or goes on: then a round is due when it would have been. */
    private void lead(Connection over, Latch under) {
        if (reign != null) {
            return;
        }
        Object begun = new Object();
        reign = begun;
        outbox.publish(new ElasticJobEvent.LeadershipTaken(registration.currentId()));
        if (!under.equals(latch)) {
            latch = under;
            due = outbox.nanos() + ROUND.toNanos();
            duties.begin();
        } else {
            outbox.alarm(RETRY, () -> resume(over, begun));
        }
        outbox.alarm(Duration.ofNanos(Math.max(0, due - outbox.nanos())), () -> round(over, begun));
    }

    /** What a lost connection broke off is not left to the next round: that may break it off again, by what it reads itself. */
    private void resume(Connection over, Object of) {
        if (of != reign) {
            return;
        }
        if (duties.isReady()) {
            duties.resume(over);
        } else {
            outbox.alarm(RETRY, () -> resume(over, of));
        }
    }

    private void round(Connection over, Object of) {
        if (of != reign) {
            return;
        }
        boolean isReady = duties.isReady();
        outbox.alarm(isReady ? ROUND : RETRY, () -> round(over, of));
        if (isReady) {
            due = outbox.nanos() + ROUND.toNanos();
            duties.round(over);
        }
    }

    private void unread(Connection over, Throwable why) {
        outbox.alarm(RETRY, () -> {
            if (over == connection) { // so it was not for want of a connection
                outbox.trouble("It could not be read which instance is the leader", why);
            }
        });
        retry(over);
    }

    private void retry(Connection over) {
        outbox.alarm(RETRY, () -> {
            if (over == connection) {
                look(over);
            }
        });
    }
}
