package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.codec.CancelCodec;
import io.elasticjob.codec.Decoded;
import io.elasticjob.coordination.Cancel;
import io.elasticjob.coordination.Cancels;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is to end, of all jobs. Where nobody cancels anything there is nothing to read, not even their folder. A cancel never
 * changes, so that each is read once. Confined to the loop.
 */
final class CancelTable {

    private static final int AT_ONCE = 100;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final String CONSEQUENCE = "this instance does not end what it names";

    private final Layout layout;
    private final Outbox outbox;
    private final Runnable listed;
    private final Inquiry inquiry;

    private @Nullable Connection connection;
    private boolean toList;
    private boolean listing;

    /** Whether all were listed since the connection was made. */
    private boolean complete;

    /** By the names of their nodes; empty for those that this version cannot read. */
    private final SortedMap<String, Optional<Cancel>> known = new TreeMap<>();

    private final Map<Layout.JobLife, Cancels> byLife = new HashMap<>();

    /** @param listed told when something may be another than before */
    CancelTable(Layout layout, Outbox outbox, Runnable listed) {
        this.layout = layout;
        this.outbox = outbox;
        this.listed = listed;
        this.inquiry = new Inquiry(outbox, AT_ONCE, AT_ONCE, CONSEQUENCE);
    }

    /** Connected again: what came while the connection was away rang nothing. */
    void reconnected(Connection over) {
        disconnected();
        connection = over;
        toList = true;
    }

    void disconnected() {
        connection = null;
        toList = false;
        listing = false;
        complete = false;
    }

    /** The registry gives names again: what is known by them may be another cancel. */
    void dataLost() {
        known.clear();
        byLife.clear();
    }

    /** Whether all that were there when the connection was made are known. */
    boolean isComplete() {
        return complete;
    }

    /** A watch rang. */
    void rung(String path) {
        toList |= layout.isCancel(path);
    }

    Cancels of(JobState job) {
        return byLife.getOrDefault(new Layout.JobLife(job.name(), job.life().name()), Cancels.NONE);
    }

    /** All that this version can read, by the names of their nodes. */
    SortedMap<String, Cancel> readable() {
        SortedMap<String, Cancel> readable = new TreeMap<>();
        known.forEach((name, cancel) -> cancel.ifPresent(one -> readable.put(name, one)));
        return readable;
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
        outbox.children(over, layout.cancels(), result -> {
            if (over != connection) {
                return;
            }
            if (result instanceof Result.Told<List<String>> told) {
                Set<String> names = new TreeSet<>();
                told.answer().stream()
                        .filter(name -> Layout.lifeOfCancel(name).isPresent())
                        .forEach(names::add);
                known.keySet().retainAll(names);
                names.removeAll(known.keySet());
                read(over, List.copyOf(names));
            } else if (result instanceof Result.Unknown<List<String>> unknown) {
                retry(over, unknown.why());
            }
        });
    }

    private void read(Connection over, List<String> names) {
        inquiry.ask(over, names.stream().map(layout::cancel).toList(), new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return over == connection;
            }

            @Override
            public boolean read(int at, Read read) {
                if (read instanceof Read.Present present) {
                    known.put(names.get(at), cancel(layout.cancel(names.get(at)), present));
                } else {
                    inquiry.forget(layout.cancel(names.get(at)));
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
                finish();
            }

            @Override
            public void unanswered(int from, Throwable why) {
                retry(over, why);
            }
        });
    }

    private Optional<Cancel> cancel(String path, Read.Present present) {
        Instant requestedAt = outbox.time().horizon().readAs(present.stat().createdAt());
        Decoded<Cancel> decoded = CancelCodec.decode(requestedAt, present.data());
        if (decoded instanceof Decoded.Value<Cancel> value) {
            return Optional.of(value.value());
        }
        outbox.publish(new ElasticJobEvent.ValueUnreadable(path, decoded.reason(), CONSEQUENCE));
        return Optional.empty();
    }

    private void finish() {
        listing = false;
        complete = true;
        Map<Layout.JobLife, List<Cancel>> lists = new HashMap<>();
        readable()
                .forEach((name, cancel) -> Layout.lifeOfCancel(name)
                        .ifPresent(life -> lists.computeIfAbsent(life, any -> new ArrayList<>())
                                .add(cancel)));
        byLife.clear();
        lists.forEach((life, all) -> byLife.put(life, new Cancels(all)));
        listed.run();
    }

    private void retry(Connection over, Throwable why) {
        outbox.alarm(RETRY, () -> {
            if (over == connection) { // so it was not for want of a connection
                outbox.trouble("What operators have cancelled could not be read", why);
                listing = false;
                complete = true; // it holds up the jobs no longer
                toList = true;
            }
        });
    }
}
