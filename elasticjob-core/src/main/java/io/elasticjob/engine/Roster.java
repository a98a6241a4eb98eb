package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.Standing;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.view.InstanceView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The live instances, as last listed. It may be behind, so that it never proves a death. Changes are gathered for a
 * moment before they are looked at: a rolling restart makes many at once. Confined to the loop.
 */
final class Roster {

    private static final Duration GATHER = Duration.ofMillis(50);
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** Instances name all their handlers, so that few of them fill a message. */
    private static final int READS_AT_FIRST = 20;

    private static final int READS_AT_ONCE = 200;

    /** Of a node that could not be read. */
    private static final Stat UNREAD = new Stat(0, 0, 0, Instant.EPOCH, Instant.EPOCH);

    /**
     * @param instance null when it cannot be read by this version: alive, but no more is known
     */
    private record Member(@Nullable Instance instance, Stat stat) {}

    private final Layout layout;
    private final Outbox outbox;
    private final Runnable listed;
    private final Inquiry inquiry;

    private @Nullable Connection connection;
    private SortedMap<String, Member> members = new TreeMap<>();
    private final Set<String> dirty = new HashSet<>();
    private boolean complete;
    private boolean listing;
    private boolean again;
    private boolean gathering;

    // What waits for a listing that is still to begin, and for the one that is under way.
    private final List<Runnable> waiting = new ArrayList<>();
    private List<Runnable> underWay = new ArrayList<>();

    /**
     * @param listed called after each complete listing, be it like the one before or not: what waits for an instance to
     *     go may have missed that it came
     */
    Roster(Layout layout, Outbox outbox, Runnable listed) {
        this.layout = layout;
        this.outbox = outbox;
        this.listed = listed;
        this.inquiry = new Inquiry(
                outbox, READS_AT_FIRST, READS_AT_ONCE, "the instance counts as alive, and gets no shards from here");
    }

    /** Lists and reads everything anew: what changed while the connection was away rang nothing. */
    void relist(Connection under) {
        disconnected();
        connection = under;
        listing = false;
        again = false;
        dirty.addAll(members.keySet());
        list(under);
    }

    /** Whether it was listed since the connection was made. */
    boolean isComplete() {
        return complete;
    }

    void changed(String id) {
        dirty.add(id);
        if (!gathering) {
            gathering = true;
            outbox.alarm(GATHER, () -> {
                gathering = false;
                Connection under = connection;
                if (under != null) {
                    list(under);
                }
            });
        }
    }

    void disconnected() {
        connection = null;
        complete = false;
        waiting.clear();
        underWay.clear();
    }

    /**
     * Lists anew, then runs the task: whoever had registered before something that is known now is on the list then. Does
     * nothing without a connection, and forgets the task when that is lost.
     */
    void relistThen(Runnable task) {
        Connection over = connection;
        if (over != null) {
            waiting.add(task);
            list(over);
        }
    }

    /** Whether everything is read of which it has rung. */
    boolean isSettled() {
        return complete && !listing && !gathering && dirty.isEmpty();
    }

    boolean isLive(String id) {
        return members.containsKey(id);
    }

    /** Those that this version can read, ascending by id. */
    Collection<Instance> instances() {
        return members.values().stream()
                .map(Member::instance)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Whether somebody who lives stands for the job. */
    Standing standing(String job, String application) {
        Collection<Instance> readable = instances();
        return Standing.of(job, application, readable, readable.size() < members.size());
    }

    Optional<Stat> stat(String id) {
        return Optional.ofNullable(members.get(id)).map(Member::stat);
    }

    /** One that this version can read; empty when it is not there, or cannot be read. */
    Optional<Instance> instance(String id) {
        return Optional.ofNullable(members.get(id)).map(Member::instance);
    }

    /** The processes of those of these instances that live, by id. */
    SortedMap<String, ProcessShards.Process> processes(Collection<String> ids) {
        SortedMap<String, ProcessShards.Process> processes = new TreeMap<>();
        for (String id : ids) {
            instance(id).ifPresent(instance -> processes.put(id, ProcessShards.Process.of(instance)));
        }
        return processes;
    }

    /** The processes that a trigger of a job runs on that each instance runs as a whole; none for all other jobs. */
    Collection<ProcessShards.Process> processes(JobState job) {
        return job.shardCount().isBroadcast() ? processes(job.eligible()).values() : List.of();
    }

    SortedMap<String, InstanceView> views() {
        SortedMap<String, InstanceView> views = new TreeMap<>();
        members.forEach((id, member) -> {
            if (member.instance() != null) {
                views.put(id, new InstanceView(member.instance(), member.stat().createdAt()));
            }
        });
        return views;
    }

    private void list(Connection under) {
        if (listing) {
            again = true;
            return;
        }
        listing = true;
        underWay.addAll(waiting);
        waiting.clear();
        outbox.children(under, layout.instances(), result -> {
            if (under != connection) {
                return;
            }
            if (result instanceof Result.Told<List<String>> told) {
                readNew(under, new TreeSet<>(told.answer()));
            } else if (result instanceof Result.Unknown<List<String>> unknown) {
                retry(under, unknown.why());
            }
        });
    }

    private void readNew(Connection under, SortedSet<String> names) {
        SortedMap<String, Member> next = new TreeMap<>();
        List<String> toRead = new ArrayList<>();
        for (String name : names) {
            Member known = members.get(name);
            if (known == null || dirty.contains(name)) {
                toRead.add(name);
            } else {
                next.put(name, known);
            }
        }
        dirty.clear();
        inquiry.ask(under, toRead.stream().map(layout::instance).toList(), new Inquiry.Asker() {
            @Override
            public boolean isWanted() {
                return under == connection;
            }

            @Override
            public boolean read(int at, Read read) {
                if (read instanceof Read.Present present) {
                    next.put(toRead.get(at), member(toRead.get(at), present));
                } else {
                    inquiry.forget(layout.instance(toRead.get(at)));
                }
                return true;
            }

            @Override
            public boolean unreadable(int at, String why, Duration pause) {
                next.put(toRead.get(at), new Member(null, UNREAD)); // it was listed, so that it lives
                outbox.alarm(pause, () -> changed(toRead.get(at)));
                return true;
            }

            @Override
            public void complete() {
                finish(under, next);
            }

            @Override
            public void unanswered(int from, Throwable why) {
                dirty.addAll(toRead);
                retry(under, why);
            }
        });
    }

    private Member member(String id, Read.Present present) {
        Decoded<Instance> decoded = InstanceCodec.decode(id, present.stat().created(), present.data());
        if (decoded instanceof Decoded.Value<Instance> value) {
            return new Member(value.value(), present.stat());
        }
        outbox.publish(new ElasticJobEvent.ValueUnreadable(
                layout.instance(id), decoded.reason(), "the instance counts as alive, and gets no shards from here"));
        return new Member(null, present.stat());
    }

    private void finish(Connection under, SortedMap<String, Member> next) {
        listing = false;
        SortedSet<String> joined = new TreeSet<>(next.keySet());
        joined.removeAll(members.keySet());
        SortedSet<String> left = new TreeSet<>(members.keySet());
        left.removeAll(next.keySet());
        members = next;
        complete = true;
        if (!joined.isEmpty() || !left.isEmpty()) {
            outbox.publish(new ElasticJobEvent.InstancesChanged(joined, left));
        }
        List<Runnable> served = underWay;
        underWay = new ArrayList<>();
        served.forEach(Runnable::run);
        listed.run();
        if (again) {
            again = false;
            list(under);
        }
    }

    private void retry(Connection under, Throwable why) {
        listing = false;
        outbox.alarm(RETRY, () -> {
            if (under == connection) { // so it was not for want of a connection
                outbox.trouble("The instances could not be read", why);
                list(under);
            }
        });
    }
}
