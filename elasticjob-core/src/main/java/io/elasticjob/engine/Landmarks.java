package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.coordination.DataLoss;
import io.elasticjob.coordination.Landmark;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Remembered;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether the registry's data is what it was. Under each connection the folders of the namespace and this instance's own
 * node are read before anything else, and again when something tells of a loss. A folder that cannot be read counts as it
 * was read last; an instance whose own node cannot be read registers again. Confined to the loop.
 */
final class Landmarks {

    private static final Duration RETRY = Duration.ofSeconds(1);
    /** What is found out about a loss of data within this time belongs to the one that was told. */
    private static final Duration ONE_LOSS = Duration.ofMinutes(1);
    /** An instance does not register again more often than this because its node cannot be read. */
    private static final Duration ONE_REGISTRATION = Duration.ofMinutes(1);

    /** What it tells. */
    interface Listener {

        /** The folders are there and the loss, if there was one, was told: the rest may be read over this connection. */
        void present(Connection over);

        /** Data was lost: nothing that was read before is believed any more. {@link #present} follows. */
        void dataLost();
    }

    private final Layout layout;
    private final Lifeline lifeline;
    private final Registration registration;
    private final OwnNode node;
    private final Outbox outbox;
    private final Listener listener;
    private final Inquiry inquiry;

    private Remembered remembered = Remembered.NOTHING;

    /** The record that this instance wrote last: where nothing else has changed since a backup, it tells of a restore. */
    private @Nullable Landmark written;

    /** The connection over which they are being read. */
    private @Nullable Connection reading;

    /** Whether one of them rang that may have been read before that. */
    private boolean toLookAgain;

    /** The connection over which a folder that cannot be read is asked for again in a while. */
    private @Nullable Connection waiting;

    /** The connection over which the folder of the records is watched; null once that has rung. */
    private @Nullable Connection watching;

    /** Whether the others still have to be told of the present connection. */
    private boolean toPresent;

    /** What may be lost; what the landmarks say of it is to be found out. */
    private @Nullable DataLoss suspicion;

    /** Whether a job was created that is to be counted. */
    private boolean toCount;

    private @Nullable Long toldNanos;
    private @Nullable Long unreadableNanos;

    Landmarks(Layout layout, Lifeline lifeline, Registration registration, Outbox outbox, Listener listener) {
        this.layout = layout;
        this.lifeline = lifeline;
        this.registration = registration;
        this.node = registration.node();
        this.outbox = outbox;
        this.listener = listener;
        int most = layout.roots().size() + 2;
        this.inquiry = new Inquiry(outbox, most, most, "it is not seen whether data was lost there");
    }

    /** What is remembered of a node that was read. */
    static Landmark of(String path, Stat stat) {
        return new Landmark(
                path, stat.created(), stat.createdAt(), stat.modified(), stat.version(), stat.childrenMade());
    }

    /** This instance is about to register under a new session. */
    void underNewSession() {
        suspicion = null;
        remembered = remembered.underNewSession(outbox.latest());
    }

    /** Connected and registered: looks before the others are told of it. */
    void arrived(Connection over) {
        toPresent = true;
        look(over);
    }

    /**
     * Something was read that tells of a loss.
     *
     * @param over by which it was read
     */
    void suspect(Connection over, DataLoss loss) {
        if (registration.isUsable(over) && !toPresent) {
            suspicion = loss;
            lookAround(over);
        }
    }

    /** A watch rang: of a folder of the namespace, it was deleted or made again. */
    void changed(String path) {
        if (path.equals(layout.shards())) {
            watching = null;
        }
        if (layout.roots().contains(path)) {
            toLookAgain = true;
            registration.usable().ifPresent(this::lookAround);
        }
    }

    /**
     * A job was created, which the folder of the jobs counts. Takes note of the count: where the job is missing later, and the
     * count is lower, it was lost and not removed.
     *
     * @param created transaction id of the creation
     */
    void jobCreated(Connection over, long created) {
        if (lifeline.isCurrent(over) && !toPresent) {
            remembered.withJob(created).ifPresent(counted -> {
                remembered = counted;
                toCount = true;
            });
        }
    }

    /** This instance has written a record. */
    void wrote(String path, Stat stat) {
        if (written == null || stat.modified() >= written.modified()) {
            written = of(path, stat);
        }
    }

    /** Looks around if that is wanted; once, at the end of a turn. */
    void flush() {
        Connection over = registration.usable().orElse(null);
        if (toCount && over != null && over != reading) {
            toCount = false;
            look(over);
        }
    }

    private void lookAround(Connection over) {
        if (over != reading) {
            look(over);
        }
    }

    private void look(Connection over) {
        reading = over;
        toLookAgain = false;
        Look look = new Look(over);
        inquiry.ask(over, look.paths, look);
    }

    /** One look at all of it. */
    private final class Look implements Inquiry.Asker {

        private final Connection over;
        private final List<String> roots = layout.roots();
        private final List<String> paths = new ArrayList<>(roots);
        private final Map<String, Landmark> found = new HashMap<>();
        private final Set<String> unreadable = new HashSet<>();
        private Read.@Nullable Present itself;

        /** Both as known when they are asked for: what is written meanwhile is answered beside it, sooner or later. */
        private final @Nullable Landmark knownNode = node.landmark();

        private final @Nullable Landmark knownRecord = written;

        /** Why the record that this instance wrote last is not what it wrote. */
        private @Nullable DataLoss ofRecords;

        private Look(Connection over) {
            this.over = over;
            paths.add(node.path());
            if (knownRecord != null) {
                paths.add(knownRecord.path());
            }
        }

        @Override
        public boolean isWanted() {
            return lifeline.isCurrent(over);
        }

        @Override
        public boolean read(int at, Read read) {
            boolean isOwn = at == roots.size();
            if (at > roots.size()) {
                ofRecords = wentBack(paths.get(at), read);
            } else if (read instanceof Read.Present present) {
                if (isOwn) {
                    itself = present;
                } else {
                    found.put(paths.get(at), of(paths.get(at), present.stat()));
                }
            } else if (isOwn) {
                reading = null;
                registration.vanished();
                return false;
            }
            return true;
        }

        @Override
        public boolean unreadable(int at, String why, Duration pause) {
            if (at == roots.size()) {
                reading = null;
                ownUnreadable(over, why, pause);
                return false;
            }
            if (at > roots.size()) {
                return true;
            }
            unreadable.add(paths.get(at));
            if (waiting != over) {
                waiting = over;
                lookAgain(over, pause);
            }
            return true;
        }

        @Override
        public void complete() {
            reading = null;
            if (itself != null) {
                looked(this, itself);
            }
            if (toLookAgain) {
                registration.usable().ifPresent(Landmarks.this::lookAround);
            }
        }

        @Override
        public void unanswered(int from, Throwable why) {
            reading = null;
            lookAgain(over, RETRY);
        }

        /** A record that is not there may have gone with its job. */
        private @Nullable DataLoss wentBack(String path, Read read) {
            return knownRecord == null || !(read instanceof Read.Present present)
                    ? null
                    : knownRecord
                            .wentBack(of(path, present.stat()))
                            .map(DataLoss.WentBack::new)
                            .orElse(null);
        }

        /** Those that are there as far as can be known: of one that cannot be read, what was read last. */
        private Map<String, Landmark> known() {
            Map<String, Landmark> known = new HashMap<>(found);
            unreadable.stream()
                    .map(remembered.folders()::get)
                    .filter(Objects::nonNull)
                    .forEach(last -> known.put(last.path(), last));
            return known;
        }

        private boolean isAllThere() {
            return found.size() + unreadable.size() == roots.size();
        }
    }

    /** Nobody can read what this instance shows: a new node is shown by a new instance. */
    private void ownUnreadable(Connection over, String why, Duration pause) {
        Long last = unreadableNanos;
        if (last == null || outbox.nanos() - last >= ONE_REGISTRATION.toNanos()) {
            unreadableNanos = outbox.nanos();
            registration.unreadable(why);
        } else {
            lookAgain(over, pause);
        }
    }

    private void lookAgain(Connection over, Duration pause) {
        outbox.alarm(pause, () -> {
            waiting = null;
            if (registration.isUsable(over) && over != reading) {
                look(over);
            }
        });
    }

    /** Whether the node was read before what this instance has written to it meanwhile. */
    private boolean isWrittenSince(Landmark own) {
        Landmark last = node.landmark();
        return last != null && last.isSameNode(own) && last.version() > own.version();
    }

    private void looked(Look look, Read.Present itself) {
        Map<String, Landmark> found = look.known();
        Landmark own = of(node.path(), itself.stat());
        boolean isFirst = remembered.isOfFormerSession();
        DataLoss loss = remembered
                .loss(layout.roots(), found, look.knownNode, own)
                .or(() -> Optional.ofNullable(look.ofRecords))
                .orElse(suspicion);
        suspicion = null;
        remembered = remembered.read(found, own.created(), loss != null);
        Connection next = look.over;
        if (loss == null) {
            if (!isWrittenSince(own)) {
                node.read(itself);
            }
        } else {
            next = lost(loss, own);
            node.readAfterLoss(itself);
        }
        if (isFirst || outbox.time().told().isEmpty()) {
            registration.tellTheTime(itself.stat());
        }
        if (!look.isAllThere()) {
            lay(next);
            return;
        }
        Landmark shards = look.found.get(layout.shards());
        if (shards != null) {
            watch(next, shards);
        }
        if (toPresent) {
            toPresent = false;
            node.show();
            listener.present(next);
        }
    }

    /**
     * The trees of the jobs and of the instances are watched, and ring when their folders go. That of the records would ring
     * at each execution: of it the folder alone is watched, so that an instance that holds no shard hears of its deletion, too.
     */
    private void watch(Connection over, Landmark shards) {
        if (watching == over) {
            return;
        }
        watching = over;
        outbox.readAndWatch(over, shards.path(), result -> {
            if (!registration.isUsable(over) || watching != over) {
                return;
            }
            if (!(result instanceof Result.Told<Read> told)) {
                watching = null;
                lookAgain(over, RETRY);
            } else if (!(told.answer() instanceof Read.Present present)
                    || !of(shards.path(), present.stat()).isSameNode(shards)) {
                watching = null;
                lookAround(over);
            }
        });
    }

    /** Lays what is missing and looks again; not at once a second time, so that what cannot be laid is not asked for without end. */
    private void lay(Connection over) {
        if (registration.layRootsAtFirst(over)) {
            look(over);
        } else {
            lookAgain(over, RETRY);
        }
    }

    /** Tells of a loss once, and has everything learnt again; gives the connection to do that over. */
    private Connection lost(DataLoss loss, Landmark own) {
        Long told = toldNanos;
        if (told == null || outbox.nanos() - told >= ONE_LOSS.toNanos()) {
            toldNanos = outbox.nanos();
            outbox.publish(new ElasticJobEvent.RegistryDataLost(loss.what(), loss instanceof DataLoss.WentBack));
        }
        if (loss instanceof DataLoss.WentBack) {
            outbox.wentBackTo(own.created());
        }
        written = null;
        Connection next = lifeline.anew();
        toPresent = true;
        listener.dataLost();
        return next;
    }
}
