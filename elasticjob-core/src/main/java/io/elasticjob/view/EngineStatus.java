package io.elasticjob.view;

import io.elasticjob.ExecutionId;
import io.elasticjob.Instance;
import io.elasticjob.coordination.Soundness;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How this instance is doing; a snapshot that costs nothing to take.
 *
 * @param instanceName of the process; outlives sessions
 */
public record EngineStatus(
        String instanceName,
        Condition condition,
        Contact contact,
        Clock clock,
        Intake intake,
        Executions executions,
        Leadership leadership) {

    /** Where an engine is in its life. */
    public enum Phase {
        /** Built, not started. */
        LATENT,
        STARTED,
        CLOSED
    }

    /**
     * Whether the engine does its work.
     *
     * @param stuck since when the engine has stood still, by the local clock, so that its session is given up and all else
     *     here is of that time; null while it turns
     * @param impaired since when the engine, though it turns and is connected, does not do its work, and what "the job
     *     engine" does not do; null while all is well
     */
    public record Condition(Phase phase, @Nullable Instant stuck, Soundness.@Nullable Trouble impaired) {}

    /**
     * How this instance is in touch with ZooKeeper.
     *
     * @param instance id of the present instance; null while none is registered
     * @param sessionTimeout as negotiated; null while there is no session
     * @param away since when ZooKeeper cannot be reached; null while it can
     */
    public record Contact(
            @Nullable String instance,
            @Nullable Duration sessionTimeout,
            @Nullable Outage away) {}

    /**
     * A time in which ZooKeeper cannot be reached.
     *
     * @param since by the local clock
     * @param why in words; null where that is not known
     */
    public record Outage(Instant since, @Nullable String why) {}

    /** What this instance makes of the clock of its machine. */
    public enum WallClock {
        /** It differs from ZooKeeper's by no more than {@code elasticjob.max-time-diff}, as far as is known. */
        RIGHT,
        /** It differs by more, which does no harm: firings come due by ZooKeeper's clock. */
        IGNORED,
        /** It differs by more, and no other clock can be relied on: this instance takes nothing new. */
        REFUSED
    }

    /**
     * The local clock beside ZooKeeper's.
     *
     * @param skew ZooKeeper's clock, as this instance goes by it, minus the local one; null before the first measurement
     * @param wall what is made of that
     * @param step by how much ZooKeeper's clock has stepped against both clocks of this process, so that it is not followed;
     *     null while it is
     */
    public record Clock(
            @Nullable Duration skew,
            WallClock wall,
            @Nullable Duration step) {

        /** To the millisecond: it is not known more exactly. */
        public Clock {
            skew = skew == null ? null : skew.truncatedTo(ChronoUnit.MILLIS);
            step = step == null ? null : step.truncatedTo(ChronoUnit.MILLIS);
        }

        /** Beside a clock of ZooKeeper's that has not stepped. */
        public Clock(@Nullable Duration skew, boolean isOff) {
            this(skew, isOff ? WallClock.REFUSED : WallClock.RIGHT, null);
        }

        /** Whether this instance takes nothing new because of its clock. */
        public boolean isOff() {
            return wall == WallClock.REFUSED;
        }
    }

    /**
     * Whether this instance takes new work.
     *
     * @param isDraining whether it was told to take nothing new: it leaves, or an operator said so
     * @param drain an operator's command to take nothing new; null without one
     */
    public record Intake(boolean isDraining, Instance.@Nullable Drain drain) {}

    /**
     * What this instance runs.
     *
     * @param active how many are claimed or running now
     * @param lingering how many of the active ones were interrupted, and go on all the same
     * @param slots how many may be active
     * @param waiting how many shards wait for more than their next slot
     * @param stuck since when all slots are held by runs that were interrupted, or go on for so long that the next firing of
     *     their shard is a misfire; null while they are not
     * @param use which slots there are, and what holds them for too long
     */
    public record Executions(
            int active,
            int lingering,
            int slots,
            Waiting waiting,
            @Nullable Instant stuck,
            Use use) {

        /** All of whose slots are common ones. */
        public Executions(int active, int lingering, int slots, Waiting waiting, @Nullable Instant stuck) {
            this(active, lingering, slots, waiting, stuck, Use.NONE);
        }

        /** How many shards have waited for a slot for so long that they are offered to other instances. */
        public int starved() {
            return waiting.starved();
        }

        /** How many shards wait until the limits of their jobs have room. */
        public int limited() {
            return waiting.limited();
        }
    }

    /**
     * How the slots of this instance are used.
     *
     * @param groups the slots of each execution group that has its own; all others are common ones
     * @param overdue how many slots are held by runs that were interrupted, or go on for so long that the next firing of their
     *     shard is a misfire, as last seen
     * @param examples some of these runs, at most {@link #MOST_EXAMPLES}
     */
    public record Use(SortedMap<String, Group> groups, int overdue, List<ExecutionId> examples) {

        /** So many runs are named. */
        public static final int MOST_EXAMPLES = 10;

        /** Of an instance without groups that nothing holds for too long. */
        public static final Use NONE = new Use(Collections.emptySortedMap(), 0, List.of());

        public Use {
            groups = Collections.unmodifiableSortedMap(new TreeMap<>(groups));
            examples = List.copyOf(examples);
        }
    }

    /**
     * The slots of an execution group.
     *
     * @param held how many are taken
     * @param slots how many there are; 0 of a group that is offered no more, and of which something still runs
     */
    public record Group(int held, int slots) {}

    /**
     * What waits on this instance.
     *
     * @param starved how many shards have waited for a slot for so long that they are offered to other instances
     * @param limited how many shards wait until the limits of their jobs have room
     */
    public record Waiting(int starved, int limited) {

        public static final Waiting NONE = new Waiting(0, 0);
    }

    /**
     * What this instance does as the one of the namespace that does what needs exactly one doer.
     *
     * @param isHeld whether it is that one; the counts are 0 on every other instance
     * @param overdueJobs how many jobs have a shard whose firing nobody has begun in time, as last seen
     * @param undeclaredJobs how many jobs wait for an instance that declares them, as last seen
     * @param unassignedShards how many shards no instance has, as last seen
     */
    public record Leadership(boolean isHeld, int overdueJobs, int undeclaredJobs, int unassignedShards) {

        /** Another instance leads, or none. */
        public static final Leadership NONE = new Leadership(false, 0, 0, 0);
    }

    public Phase phase() {
        return condition.phase();
    }

    /** Id of the present instance; empty while none is registered. */
    public Optional<String> instance() {
        return Optional.ofNullable(contact.instance());
    }

    /** As negotiated with ZooKeeper; empty while there is no session. */
    public Optional<Duration> sessionTimeout() {
        return Optional.ofNullable(contact.sessionTimeout());
    }

    /** Since when ZooKeeper cannot be reached, and why; empty while it can. */
    public Optional<Outage> away() {
        return Optional.ofNullable(contact.away());
    }

    /** An operator's command to take nothing new; empty without one. */
    public Optional<Instance.Drain> drained() {
        return Optional.ofNullable(intake.drain());
    }

    /** Since when the engine does not do its work though it turns and is connected, and why; empty while it does. */
    public Optional<Soundness.Trouble> impaired() {
        return Optional.ofNullable(condition.impaired());
    }

    /** Since when the engine has stood still, by the local clock; empty while it turns. */
    public Optional<Instant> stuckSince() {
        return Optional.ofNullable(condition.stuck());
    }

    /** Registered and connected; not while the engine stands still, for then its session is given up. */
    public boolean isConnected() {
        return phase() == Phase.STARTED
                && contact.away() == null
                && contact.instance() != null
                && condition.stuck() == null;
    }

    /** The same after the end. */
    public EngineStatus closed() {
        return new EngineStatus(
                instanceName,
                new Condition(Phase.CLOSED, null, null),
                new Contact(null, null, contact.away()),
                new Clock(clock.skew(), WallClock.RIGHT, clock.step()),
                new Intake(false, intake.drain()),
                new Executions(0, 0, executions.slots(), Waiting.NONE, null),
                Leadership.NONE);
    }

    /** The same, as the last word of an engine that stands still since then: it leads no more, if it ever did. */
    public EngineStatus stuckSince(Instant since) {
        return new EngineStatus(
                instanceName,
                new Condition(phase(), since, condition.impaired()),
                contact,
                clock,
                intake,
                executions,
                Leadership.NONE);
    }
}
