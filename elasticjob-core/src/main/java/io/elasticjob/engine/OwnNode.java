package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.InstanceCodec;
import io.elasticjob.coordination.DataLoss;
import io.elasticjob.coordination.Landmark;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Answer;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * This instance's own node: what it shows the others of it, and what is read there that somebody else has written. Confined
 * to the loop.
 */
final class OwnNode {

    /** Whose node it is. */
    interface Owner {

        /** @throws IllegalStateException when there is no present instance */
        String id();

        /** What to write over: there only while connected and registered. */
        Optional<Connection> usable();

        /** The node is not there though the session lives. */
        void vanished();

        /** The node tells of a loss of data. */
        void suspicious(Connection over, DataLoss loss);
    }

    /** What is shown of this instance that may change. */
    record Shown(Instance self, boolean isDraining, Instance.@Nullable Clock clock) {}

    private final Layout layout;
    /** Written by the loop alone. */
    private volatile Instance self;

    private final Lifeline lifeline;
    private final Outbox outbox;
    private final Owner owner;

    /** As last read or written; null before that. */
    private @Nullable Landmark node;

    private long startedOrder;
    private boolean isLeaving;

    /** An operator's, to take nothing new. */
    private Instance.@Nullable Drain command;

    /** What the registry shows; null when that is not known. */
    private @Nullable Shown shown;

    /** The connection over which it is being written. */
    private @Nullable Connection showing;

    /** @param self everything about this instance but its id and order of start */
    OwnNode(Layout layout, Instance self, Lifeline lifeline, Outbox outbox, Owner owner) {
        this.layout = layout;
        this.self = self;
        this.lifeline = lifeline;
        this.outbox = outbox;
        this.owner = owner;
    }

    String path() {
        return layout.instance(owner.id());
    }

    /** Refuses what it travels with once this instance is gone, or is another one than it believes. */
    Write check() {
        return new Write.Check(path(), version());
    }

    private int version() {
        return node == null ? 0 : node.version();
    }

    /** As last read or written; null before that. */
    @Nullable
    Landmark landmark() {
        return node;
    }

    /** The transaction id of this process's first registration; 0 before it is known. */
    long startedOrder() {
        return startedOrder;
    }

    // ---- What it shows ---------------------------------------------------------------------------------------------

    /** Takes nothing new from now on, and shows it to the others. */
    void drain() {
        isLeaving = true;
        show();
    }

    /** Whether this instance was told to leave. */
    boolean isLeaving() {
        return isLeaving;
    }

    /** An operator's command to take nothing new; null without one. */
    Instance.@Nullable Drain command() {
        return command;
    }

    /** Whether this instance takes nothing new: it leaves, an operator said so, or its clock is not to be trusted. */
    boolean isDraining() {
        return isLeaving || outbox.time().isOff() || command != null;
    }

    /**
     * Shows the others what this instance can run from now on; false when that is as before.
     *
     * @throws io.elasticjob.InvalidSettingException when it does not fit into a node
     */
    boolean offers(Set<String> handlers) {
        Instance next = self.withHandlers(handlers);
        if (next.equals(self)) {
            return false;
        }
        JobEngineBuilder.checkLength(next, layout);
        self = next;
        show();
        return true;
    }

    /** This process as it shows itself to the others, but for what each session gives it. From any thread. */
    Instance self() {
        return self;
    }

    /** Whether this instance begins anything of the job now, whatever the others know of that. */
    boolean takes(JobDefinition job) {
        return !isDraining() && self.handlers().contains(job.handler());
    }

    /** Whether it can go on with what runs of such a job. */
    boolean offers(JobDefinition job) {
        return self.handlers().contains(job.handler());
    }

    /** What is to be shown now. */
    Shown toShow() {
        return new Shown(self, isDraining(), outbox.time().report());
    }

    /** The node as it is to be created. */
    Write creation() {
        return new Write.Create(path(), encoded(), Write.Life.EPHEMERAL);
    }

    /**
     * It was created, or is gone.
     *
     * @param created what it shows; null where that is not known
     */
    void begun(@Nullable Shown created) {
        node = null;
        shown = created;
    }

    /** Shows again what could not be shown, and asks for the time if it is in doubt. */
    void tick() {
        if (outbox.time().isToBeAsked()) {
            shown = null;
        }
        show();
    }

    /** Writes it, unless it shows already what is to be shown. */
    void show() {
        Connection over = owner.usable().orElse(null);
        Shown next = toShow();
        if (over == null || over == showing || next.equals(shown)) {
            return;
        }
        showing = over;
        outbox.time().asked();
        outbox.commit(over, List.of(new Write.Put(path(), encoded(), version())), result -> {
            if (!lifeline.isCurrent(over)) {
                return;
            }
            showing = null;
            if (result instanceof Result.Told<Answer> told && told.answer() instanceof Answer.Committed done) {
                shown = next;
                done.results().get(0).stat().ifPresent(this::confirmed);
                show(); // it may have changed meanwhile
            } else {
                shown = null;
                reread(over);
            }
        });
    }

    private byte[] encoded() {
        Instance.State state = isDraining() ? Instance.State.DRAINING : Instance.State.UP;
        return InstanceCodec.encode(shownAs(state, command, outbox.time().report()));
    }

    /** This instance as it shows itself. */
    private Instance shownAs(Instance.State state, Instance.@Nullable Drain drain, Instance.@Nullable Clock clock) {
        Instance.Process process = self.process();
        return new Instance(
                owner.id(),
                self.name(),
                self.application(),
                self.labels(),
                new Instance.Process(
                        process.host(), process.pid(), startedOrder, process.startedAt(), process.version(), clock),
                self.repertoire(),
                new Instance.Availability(state, drain));
    }

    // ---- What is read of it ----------------------------------------------------------------------------------------

    /** Reads it: somebody seems to have written it, or to have deleted it. */
    void reread(Connection over) {
        outbox.read(over, List.of(path()), result -> {
            if (lifeline.isCurrent(over) && result instanceof Result.Told<List<Read>> told) {
                if (told.answer().get(0) instanceof Read.Present present) {
                    read(over, present);
                } else {
                    owner.vanished();
                }
            }
        });
    }

    private void read(Connection over, Read.Present itself) {
        Optional<String> evidence =
                Optional.ofNullable(node).flatMap(before -> before.wentBack(Landmarks.of(path(), itself.stat())));
        evidence.ifPresentOrElse(how -> owner.suspicious(over, new DataLoss.WentBack(how)), () -> read(itself));
    }

    /** Takes note of it as it was just read: an operator may have written to it. */
    void read(Read.Present itself) {
        read(itself, itself.stat().version() > version());
    }

    /** As {@link #read(Read.Present)}, of data that went back: what the node says is news in any case. */
    void readAfterLoss(Read.Present itself) {
        boolean isOlder = startedOrder > itself.stat().created();
        if (isOlder) {
            startedOrder = itself.stat().created(); // so that those that start from now on count as younger
        }
        read(itself, true);
        if (isOlder) {
            shown = null; // so that it is written again, with its place among the others
        }
    }

    private void read(Read.Present itself, boolean isNews) {
        Stat stat = itself.stat();
        node = Landmarks.of(path(), stat);
        started(stat);
        if (InstanceCodec.decode(owner.id(), stat.created(), itself.data()) instanceof Decoded.Value<Instance> value) {
            if (isNews) {
                takeOver(value.value());
            }
        } else {
            putRight(isNews);
        }
    }

    /** The roster shows it so, which may be older than what is known by now. */
    void listed(Instance itself, Stat stat) {
        if (stat.version() > version()) {
            confirmed(stat);
            takeOver(itself);
        } else {
            started(stat);
        }
    }

    /** As {@link #listed}, where it says nothing that this version can read. */
    void listedUnreadable(Stat stat) {
        boolean isNews = stat.version() > version();
        if (stat.version() >= version()) {
            confirmed(stat);
            putRight(isNews);
        }
    }

    private void confirmed(Stat stat) {
        if (stat.version() > version()) {
            node = Landmarks.of(path(), stat);
        }
        started(stat);
    }

    private void started(Stat stat) {
        if (startedOrder == 0) {
            startedOrder = stat.created();
        }
    }

    /** Somebody else wrote it. */
    private void takeOver(Instance itself) {
        Instance.Drain before = command;
        command = itself.availability().drain();
        shown = new Shown(
                self,
                itself.state() == Instance.State.DRAINING,
                itself.process().clock());
        if (before == null && command != null) {
            outbox.publish(new ElasticJobEvent.InstanceDrained(owner.id(), command));
        } else if (before != null && command == null) {
            outbox.publish(new ElasticJobEvent.InstanceResumed(owner.id()));
        }
        if (isAsShown(itself)) {
            show();
        } else {
            putRight(true);
        }
    }

    private boolean isAsShown(Instance itself) {
        return Arrays.equals(
                InstanceCodec.encode(itself),
                InstanceCodec.encode(shownAs(
                        itself.state(),
                        itself.availability().drain(),
                        itself.process().clock())));
    }

    /**
     * It says nothing that this version can read, or not what this instance has written: somebody else has. Only this
     * instance can put it right, and does at once: others cannot read meanwhile what it declares and offers.
     *
     * @param isNews whether it was not seen before; else the last try to put it right did nothing, and the next tick tries
     *     again
     */
    private void putRight(boolean isNews) {
        shown = null;
        if (isNews) {
            show();
        }
    }
}
