package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.PlannedCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Planned;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Firings by hand that are to come, of all jobs. Where nobody asks for any there is nothing to read, not even their folder.
 * They are few, so that all are read again when one has changed. Confined to the loop.
 */
final class PlannedTable {

    private static final int AT_ONCE = 100;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final String CONSEQUENCE = "no trigger is made of it";

    /**
     * One as it was read.
     *
     * @param name of its node
     * @param mark the name of a node below it, which another one of the same id does not have; "" where there is none
     */
    record Known(String name, Layout.JobLife life, int version, String mark, Planned planned) {}

    private final Layout layout;
    private final Outbox outbox;
    private final Runnable listed;
    private final Inquiry inquiry;

    private @Nullable Connection connection;
    private boolean toList;
    private boolean listing;

    private SortedMap<String, Known> known = new TreeMap<>();

    /** @param listed told when something may be another than before */
    PlannedTable(Layout layout, Outbox outbox, Runnable listed) {
        this.layout = layout;
        this.outbox = outbox;
        this.listed = listed;
        this.inquiry = new Inquiry(outbox, AT_ONCE, AT_ONCE, CONSEQUENCE);
    }

    /** Connected again: what came while the connection was away rang nothing. */
    void reconnected(Connection over) {
        connection = over;
        listing = false;
        toList = true;
    }

    void disconnected() {
        connection = null;
        listing = false;
        toList = false;
    }

    /** A watch rang. */
    void rung(String path) {
        toList |= layout.isPlanned(path);
    }

    /** Something was written of which the watch may not have rung yet. */
    void listAgain() {
        toList = true;
    }

    /** All that this version can read. */
    Collection<Known> all() {
        return Collections.unmodifiableCollection(known.values());
    }

    /** Those of one life of a job, in the order of asking. */
    List<Planned> of(JobState job) {
        return known.values().stream()
                .filter(one -> one.life().job().equals(job.name())
                        && one.life().life().equals(job.life().name()))
                .map(Known::planned)
                .sorted(Comparator.comparing(Planned::requestedAt))
                .toList();
    }

    /** Lists what changed; once, at the end of a turn. */
    void flush() {
        Connection over = connection;
        if (over != null && toList && !listing) {
            toList = false;
            listing = true;
            list(over);
        }
    }

    private void list(Connection over) {
        outbox.children(over, layout.planned(), result -> {
            if (over != connection) {
                return;
            }
            if (result instanceof Result.Told<List<String>> told) {
                read(
                        over,
                        told.answer().stream()
                                .filter(name -> Layout.lifeOfPlanned(name).isPresent())
                                .sorted()
                                .toList());
            } else if (result instanceof Result.Unknown<List<String>> unknown) {
                retry(over, unknown.why());
            }
        });
    }

    private void read(Connection over, List<String> names) {
        SortedMap<String, Known> next = new TreeMap<>();
        inquiry.ask(over, names.stream().map(layout::planned).toList(), new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return over == connection;
            }

            @Override
            public boolean read(int at, Read read) {
                if (read instanceof Read.Present present) {
                    decoded(names.get(at), present).ifPresent(one -> next.put(one.name(), one));
                } else {
                    inquiry.forget(layout.planned(names.get(at)));
                }
                return true;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                outbox.alarm(pause, () -> toList = true);
                return true;
            }

            @Override
            public void complete() {
                listing = false;
                known = next;
                listed.run();
            }

            @Override
            public void unanswered(int from, Throwable why) {
                retry(over, why);
            }
        });
    }

    private Optional<Known> decoded(String name, Read.Present present) {
        Layout.JobLife life = Layout.lifeOfPlanned(name).orElseThrow();
        Instant requestedAt = outbox.time().horizon().readAs(present.stat().createdAt());
        Decoded<PlannedCodec.Stored> decoded = PlannedCodec.decode(life.job(), requestedAt, present.data());
        if (decoded instanceof Decoded.Value<PlannedCodec.Stored> value) {
            PlannedCodec.Stored stored = value.value();
            return Optional.of(new Known(name, life, present.stat().version(), stored.mark(), stored.planned()));
        }
        Known before = known.get(name);
        if (before == null) {
            outbox.publish(new ElasticJobEvent.ValueUnreadable(layout.planned(name), decoded.reason(), CONSEQUENCE));
        }
        return Optional.empty();
    }

    private void retry(Connection over, Throwable why) {
        outbox.alarm(RETRY, () -> {
            if (over == connection) { // so it was not for want of a connection
                outbox.trouble("Firings that are to come could not be read", why);
                listing = false;
                toList = true;
            }
        });
    }
}
