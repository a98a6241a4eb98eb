package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.Barrier;
import io.elasticjob.coordination.Cancels;
import io.elasticjob.coordination.DueFiring;
import io.elasticjob.coordination.Homes;
import io.elasticjob.coordination.Landmark;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.coordination.Standing;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.coordination.Triggers;
import io.elasticjob.coordination.Unattended;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import io.elasticjob.sharding.Assignment;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One life of a job in the registry, from the creation of its node to its deletion, as this instance knows it. Confined to
 * the loop.
 */
final class JobState {

    /** The version of homes that are not there. */
    static final int NO_HOMES = -1;

    /** The version of homes that cannot be read: nobody can tell whether they are there. */
    static final int UNREADABLE_HOMES = -2;

    private final Layout layout;
    private final String name;
    private final Unattended unattended;

    /** Its node as it was read last. */
    private Landmark node;

    /** Whether what is known of it was read before data was lost from the registry, and not since. */
    private boolean doubted;

    private int length;

    /** What the registry holds; null when this version cannot read it. */
    private @Nullable StoredJob stored;

    /** What holds; null when what is stored makes no job for this version. */
    private @Nullable JobDefinition definition;

    /** Why this version cannot use what is stored. */
    private @Nullable String unusable;

    private boolean replaceable;

    /** Why this instance's own declaration does not count. */
    private @Nullable String refused;

    /** Name of the strategy that gave no usable result the last time; null when it did. */
    private @Nullable String replacedStrategy;

    private boolean removed;

    /** Whether somebody who lives stands for it, by the last list of the live instances. */
    private Standing standing = Standing.DECLARED;

    /** Where its shards are at home; null while that is not known. */
    private @Nullable Homes homes;

    private int homesVersion = NO_HOMES;

    // Who may run it, and who should: what the last assignment was made from, and its result.
    private List<String> eligible = List.of();
    private @Nullable Assignment assignment;
    private SortedSet<Integer> owned = new TreeSet<>();

    private final Life life;
    private boolean isLifeKnown;
    private boolean hasNoRecords;

    /** Those that are not done, by number; empty for what this version cannot read. */
    private final SortedMap<Long, Optional<Trigger>> knownTriggers = new TreeMap<>();

    /** Versions of those that somebody has written over. */
    private final Map<Long, Integer> touched = new HashMap<>();

    /** The readable ones among them; null until it is asked for again. */
    private @Nullable Triggers triggers = Triggers.NONE;

    /** The highest number of a trigger that was heard of: of all up to it is known whether they are there. */
    private long lastTrigger = -1;

    /** The firing from which on other shards hold, as it was told last. */
    private @Nullable Instant toldFrom;

    /** How many numbers of triggers ZooKeeper had given when it was asked for that alone. */
    private long numbersGiven;

    /** Whether the numbers and the triggers that are known are from before data was lost. */
    private boolean triggersDoubted;

    private @Nullable FiringCell firings;
    private Cancels cancels = Cancels.NONE;
    private @Nullable FireTimes fireTimes;
    private int waiting;

    /** @param life as the node or the records say; null when neither has been found to */
    JobState(Layout layout, String name, Stat stat, @Nullable String life, Unattended unattended) {
        this.life = new Life(layout, name, life == null ? StoredJob.lifeOf(stat.created()) : life);
        this.isLifeKnown = life != null;
        this.unattended = unattended;
        this.layout = layout;
        this.name = name;
        this.node = Landmarks.of(layout.job(name), stat);
    }

    String name() {
        return name;
    }

    Life life() {
        return life;
    }

    /** Whether it is known which life it is of; if not, that is being found out. */
    boolean isLifeKnown() {
        return isLifeKnown;
    }

    /** Nothing is there of the life that the node does not name: another one may begin. */
    void hasNoRecords() {
        isLifeKnown = true;
        hasNoRecords = true;
    }

    /** The life in which it may be declared over what cannot be read; empty for a new one. */
    Optional<String> lifeThatGoesOn() {
        return hasNoRecords ? Optional.empty() : Optional.of(life.name());
    }

    /** Its node as it was read last. */
    Landmark node() {
        return node;
    }

    /** The node was read, and is still the same one. */
    void seen(Landmark now) {
        node = now;
        doubted = false;
    }

    /** Data was lost from the registry: nothing that was read of the job is believed any more. */
    void doubt() {
        doubted = true;
        triggersDoubted = true;
        numbersGiven = 0;
        life.doubt();
    }

    /** Others may have gone on for long: triggers are known by number alone, which is not enough to know them again. */
    void doubtTriggers() {
        triggersDoubted = true;
    }

    boolean isDoubted() {
        return doubted;
    }

    /** Takes over what was read of the job's node. */
    void read(StoredJob value, JobDefinition effective) {
        stored = value;
        definition = effective;
        unusable = null;
        replaceable = false;
    }

    /**
     * Takes note that what was read makes no job for this version.
     *
     * @param value what could be read of it all the same
     * @param noVersionCan whether no version could read it, so that a declaration may replace it
     */
    void unusable(@Nullable StoredJob value, String why, boolean noVersionCan) {
        stored = value;
        definition = null;
        unusable = why;
        replaceable = noVersionCan;
    }

    /** Why this version cannot use what is stored; null when it can. */
    @Nullable
    String unusable() {
        return unusable;
    }

    /** How many bytes its node had when it was read last. */
    int length() {
        return length;
    }

    void length(int bytes) {
        length = bytes;
    }

    boolean isReplaceable() {
        return replaceable;
    }

    int version() {
        return node.version();
    }

    @Nullable
    StoredJob stored() {
        return stored;
    }

    @Nullable
    JobDefinition definition() {
        return definition;
    }

    /**
     * What holds of it, as far as it is stored.
     *
     * @throws InvalidSettingException when that makes no job
     * @throws IllegalStateException when this version cannot read it
     */
    JobDefinition effective() {
        return definition == null && stored != null ? stored.effective() : usable();
    }

    /** @throws OperationRefusedException while this instance cannot use it: whoever asks for something of it hears why */
    JobDefinition usable() {
        if (definition == null) {
            throw new OperationRefusedException("This instance cannot use the job " + name + ": " + unusable);
        }
        return definition;
    }

    /**
     * Refuses what is asked of a job whose node says nothing that this version can read.
     *
     * @param present the node as it was just read
     * @throws OperationRefusedException naming the job and why; not while another state of it is still to be read
     */
    void refuseUnreadable(Read.Present present) {
        if (stored == null
                && unusable != null
                && node.created() == present.stat().created()
                && node.version() == present.stat().version()) {
            usable();
        }
    }

    /** Nodes of the limits in which a claim of it is counted. */
    SortedSet<String> limits() {
        if (definition == null || !definition.concurrency().isLimited()) {
            return Collections.emptySortedSet();
        }
        SortedSet<String> limits = new TreeSet<>(definition.concurrency().limits());
        if (definition.concurrency().maxConcurrentShards() != null) {
            limits.add(Layout.ownLimit(new Layout.JobLife(name, life.name())));
        }
        return limits;
    }

    void refuse(@Nullable String reason) {
        refused = reason;
    }

    @Nullable
    String refused() {
        return refused;
    }

    /** @param strategy that gave no usable result just now; null when it did */
    void replaced(@Nullable String strategy) {
        replacedStrategy = strategy;
    }

    @Nullable
    String replacedStrategy() {
        return replacedStrategy;
    }

    @Nullable
    String trouble() {
        return unusable != null ? unusable : refused;
    }

    /** Its node is gone: nothing more is begun. */
    void remove() {
        removed = true;
    }

    boolean isRemoved() {
        return removed;
    }

    /** Where its shards are planned, those of the firing that is open, or was last, as far as is known. */
    ShardCount shardCount() {
        JobDefinition known = definition;
        if (known != null && known.plannedShards().arePlanned()) {
            return firings == null ? ShardCount.always(1) : firings.split(known);
        }
        return stored == null ? ShardCount.always(1) : stored.shardCount();
    }

    /** Whether its shards are planned, and those of the firing that is open are not known here yet: nobody can begin one. */
    boolean isSplitUnknown() {
        JobDefinition known = definition;
        return known != null
                && known.plannedShards().arePlanned()
                && (firings == null || firings.barrier() == Barrier.UNKNOWN);
    }

    /** Whether a shard has begun a part of a firing that may be another one than is known here: that is being read. */
    boolean isPartUnread(ShardRecord record) {
        JobDefinition known = definition;
        Firing begun = record.latest()
                .filter(any -> !(record.state() instanceof ShardState.Done))
                .map(ShardState.Attempt::firing)
                .orElse(null);
        return known != null
                && known.plannedShards().arePlanned()
                && begun != null
                && (firings == null || firings.isUnread());
    }

    /** How many shards the firing has that is open, if they were planned: somebody has to see to each of them to its end. */
    int openPlannedShards() {
        return firings == null ? 0 : firings.openPlannedShards();
    }

    /** What is to be told of shards that hold only from a firing on; empty when there is none, or it is told. */
    Optional<ElasticJobEvent> newsOfShards(Instant now) {
        ShardCount.Upcoming upcoming = shardCount().upcoming(now).orElse(null);
        Instant from = upcoming == null ? null : upcoming.from();
        boolean news = from != null && !from.equals(toldFrom);
        toldFrom = from;
        return upcoming == null || !news
                ? Optional.empty()
                : Optional.of(
                        new ElasticJobEvent.ShardsChange(name, upcoming.until(), upcoming.count(), upcoming.from()));
    }

    /** What operators have switched off of it. */
    Switches switches() {
        return stored == null ? Switches.NONE : stored.switches();
    }

    /** Whose code declares it; "" when an operator made it, so that any application may run it. */
    String application() {
        return stored == null ? "" : stored.application();
    }

    Standing standing() {
        return standing;
    }

    void stands(Standing now) {
        standing = now;
    }

    /** The triggers that are not done, in so far as this version can read them. */
    Triggers triggers() {
        Triggers readable = triggers;
        if (readable == null) {
            readable = Triggers.of(
                    knownTriggers.values().stream().flatMap(Optional::stream).toList());
            triggers = readable;
        }
        return readable;
    }

    /** All that are there, as far as is known; empty for those that this version cannot read. */
    SortedMap<Long, Optional<Trigger>> knownTriggers() {
        return Collections.unmodifiableSortedMap(knownTriggers);
    }

    /** The highest number of a trigger that was heard of, be it there or gone; negative before the first. */
    long lastTrigger() {
        return lastTrigger;
    }

    /**
     * Whether ZooKeeper has given this number to a trigger, as far as is known: it may have given it since. While nothing is
     * certain about numbers, each counts as given.
     */
    boolean isGiven(long number) {
        return triggersDoubted
                || doubted
                || number <= lastTrigger
                || number < Math.max(numbersGiven, node.childrenMade());
    }

    /** ZooKeeper was asked how many numbers it has given. */
    void gave(long numbers) {
        numbersGiven = Math.max(numbersGiven, numbers);
    }

    /** How many numbers ZooKeeper has given, as far as is known. */
    long given() {
        return Math.max(lastTrigger + 1, Math.max(numbersGiven, node.childrenMade()));
    }

    /** These triggers are there, and of those up to this number no others were given by the registry. */
    void triggersListed(SortedMap<Long, Optional<Trigger>> there, long upTo) {
        touched.keySet().retainAll(there.keySet());
        knownTriggers.clear();
        knownTriggers.putAll(there);
        lastTrigger = triggersDoubted ? upTo : Math.max(lastTrigger, upTo);
        triggersDoubted = false;
        triggers = null;
    }

    /** Whether triggers of these numbers may be others by now than those that are known. */
    boolean areTriggersDoubted() {
        return triggersDoubted;
    }

    /** A trigger was created, and nobody has created another since the last that was heard of. */
    void triggerCame(Trigger next) {
        knownTriggers.put(next.number(), Optional.of(next));
        lastTrigger = next.number();
        triggers = null;
    }

    /** The version of a trigger's node: 0, unless somebody has written over it. */
    int triggerVersion(long number) {
        return touched.getOrDefault(number, 0);
    }

    void triggerVersion(long number, int read) {
        if (read == 0) {
            touched.remove(number);
        } else {
            touched.put(number, read);
        }
    }

    /** What deletes a trigger, as far as it is known here. */
    Write deletionOf(long number) {
        return new Write.Delete(layout.trigger(name, number), triggerVersion(number));
    }

    void triggerWent(long number) {
        touched.remove(number);
        knownTriggers.remove(number);
        triggers = null;
    }

    /** What is to end of it. */
    Cancels cancels() {
        return cancels;
    }

    void cancels(Cancels known) {
        cancels = known;
    }

    void assign(List<String> among, @Nullable Assignment next, SortedSet<Integer> mine) {
        eligible = among;
        assignment = next;
        owned = mine;
    }

    /** The instance that had shards is no more; what they are under the next one is news. */
    void disown() {
        owned = new TreeSet<>();
    }

    /** Where its shards are at home; null while that is not known. */
    @Nullable
    Homes homes() {
        return homes;
    }

    /** The same where they count; empty where the job is assigned otherwise. */
    SortedMap<Integer, String> homesInUse() {
        Homes known = homes;
        return known == null || definition == null || !definition.isStatic()
                ? Collections.emptySortedMap()
                : known.byShard();
    }

    int homesVersion() {
        return homesVersion;
    }

    void homes(Homes known, int version) {
        homes = known;
        homesVersion = version;
    }

    List<String> eligible() {
        return eligible;
    }

    @Nullable
    Assignment assignment() {
        return assignment;
    }

    /** The shards that this instance should run, ascending. */
    SortedSet<Integer> owned() {
        return owned;
    }

    /** Its place among the jobs of its schedule; null while none of its shards is here. */
    @Nullable
    FireTimes fireTimes() {
        return fireTimes;
    }

    void follow(@Nullable FireTimes times) {
        fireTimes = times;
    }

    /** The job as a decision about one of its shards needs to see it, now. */
    ShardStep.Job forDecision(Instant now) {
        return at(latest(now));
    }

    /** The same at a time at which this was the latest fire time. */
    ShardStep.Job at(@Nullable Instant latest) {
        StoredJob held = stored;
        if (held == null) {
            throw new IllegalStateException("the job " + name + " cannot be used: " + unusable);
        }
        ShardStep.Job job = new ShardStep.Job(
                usable(), held.since(), shardCount(), held.switches(), triggers(), latest, unattended);
        FiringCell whole = firings;
        return usable().wholeFirings().areRecorded()
                ? job.behind(whole == null ? Barrier.UNKNOWN : whole.barrier())
                : job;
    }

    /** What is known of its firings as wholes; null when that is not followed here. */
    @Nullable
    FiringCell firings() {
        return firings;
    }

    void firings(@Nullable FiringCell followed) {
        FiringCell before = firings;
        if (before != null && before != followed) {
            before.left();
        }
        firings = followed;
    }

    @Nullable
    Instant latest(Instant now) {
        return fireTimes != null
                ? fireTimes.latest(now)
                : usable().schedule().latest(now).orElse(null);
    }

    /** How many older firings of the shard are never run because of this one, at its first attempt. */
    long superseded(int shard, ShardRecord claimed, ShardStep.Claim step) {
        StoredJob held = stored;
        FireTimes times = fireTimes;
        boolean isPlanned = definition != null && definition.plannedShards().arePlanned();
        if (step.attempt() > 1 || step.trigger() != null || held == null || times == null || isPlanned) {
            return 0;
        }
        Instant since = at(null).since(shard);
        Instant after = DueFiring.undecidedAfter(since, held.shardCount(), shard, claimed.through());
        return times.between(after, step.fireTime());
    }

    String path() {
        return layout.job(name);
    }

    /** Refuses whatever it travels with once the job is another one than the one decided under. */
    Write check() {
        return new Write.Check(path(), version());
    }

    /** Refuses whatever it travels with once the trigger was taken back. */
    Write checkOf(Trigger trigger) {
        return new Write.Check(layout.trigger(name, trigger.number()), triggerVersion(trigger.number()));
    }

    /** How many of its shards wait for a slot; the turn that the next one gets among the waiting. */
    int enqueue() {
        return waiting++;
    }

    void dequeue() {
        waiting--;
    }
}
