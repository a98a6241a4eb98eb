package io.elasticjob.engine;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.DueFiring;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Switches;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.coordination.Triggers;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import io.elasticjob.sharding.Assignment;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
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

    private final Layout layout;
    private final String name;
    private final long life;

    /** Of the job's node. */
    private int version;

    /** What the registry holds; null when this version can not read it. */
    private @Nullable StoredJob stored;

    /** What holds; null when what is stored makes no job for this version. */
    private @Nullable JobDefinition definition;

    /** Why this version can not use what is stored. */
    private @Nullable String unusable;

    private boolean replaceable;

    /** Why this instance's own declaration does not count. */
    private @Nullable String refused;

    private boolean removed;

    // Who may run it, and who should: what the last assignment was made from, and its result.
    private List<String> eligible = List.of();
    private @Nullable Assignment assignment;
    private SortedSet<Integer> owned = new TreeSet<>();

    /** Whether the folder of the records is known to be there. */
    private boolean recordsLaid;

    /** Those that are not done, by number; empty for what this version can not read. */
    private final SortedMap<Long, Optional<Trigger>> knownTriggers = new TreeMap<>();

    /** The readable ones among them; null until it is asked for again. */
    private @Nullable Triggers triggers = Triggers.NONE;

    /** The highest number of a trigger that was heard of: of all up to it is known whether they are there. */
    private long lastTrigger = -1;

    private @Nullable FireTimes fireTimes;
    private int waiting;

    JobState(Layout layout, String name, Stat stat) {
        this.layout = layout;
        this.name = name;
        this.life = stat.created();
        this.version = stat.version();
    }

    String name() {
        return name;
    }

    long life() {
        return life;
    }

    /** Takes over what was read of the job's node. */
    void read(int atVersion, StoredJob value, JobDefinition effective) {
        version = atVersion;
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
    void unusable(int atVersion, @Nullable StoredJob value, String why, boolean noVersionCan) {
        version = atVersion;
        stored = value;
        definition = null;
        unusable = why;
        replaceable = noVersionCan;
    }

    boolean isReplaceable() {
        return replaceable;
    }

    int version() {
        return version;
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
     * @throws IllegalStateException when this version can not read it
     */
    JobDefinition effective() {
        return definition == null && stored != null ? stored.effective() : usable();
    }

    JobDefinition usable() {
        if (definition == null) {
            throw new IllegalStateException("the job " + name + " can not be used: " + unusable);
        }
        return definition;
    }

    void refuse(@Nullable String reason) {
        refused = reason;
    }

    @Nullable
    String refused() {
        return refused;
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

    ShardCount shardCount() {
        return stored == null ? ShardCount.always(1) : stored.shardCount();
    }

    /** What operators have switched off of it. */
    Switches switches() {
        return stored == null ? Switches.NONE : stored.switches();
    }

    /** Whose code declares it; "" when an operator made it, so that any application may run it. */
    String application() {
        return stored == null ? "" : stored.application();
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

    /** All that are there, as far as is known; empty for those that this version can not read. */
    SortedMap<Long, Optional<Trigger>> knownTriggers() {
        return Collections.unmodifiableSortedMap(knownTriggers);
    }

    /** The highest number of a trigger that was heard of, be it there or gone; negative before the first. */
    long lastTrigger() {
        return lastTrigger;
    }

    /** These triggers are there, and of those up to this number no others. */
    void triggersListed(SortedMap<Long, Optional<Trigger>> there, long upTo) {
        knownTriggers.clear();
        knownTriggers.putAll(there);
        lastTrigger = Math.max(lastTrigger, upTo);
        triggers = null;
    }

    /** A trigger was created, and nobody has created another since the last that was heard of. */
    void triggerCame(Trigger next) {
        knownTriggers.put(next.number(), Optional.of(next));
        lastTrigger = next.number();
        triggers = null;
    }

    void triggerWent(long number) {
        knownTriggers.remove(number);
        triggers = null;
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
            throw new IllegalStateException("the job " + name + " can not be used: " + unusable);
        }
        return new ShardStep.Job(usable(), held.since(), held.shardCount(), held.switches(), triggers(), latest);
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
        if (step.attempt() > 1 || step.trigger() != null || held == null || times == null) {
            return 0;
        }
        Instant since = at(null).since(shard);
        Instant after = DueFiring.undecidedAfter(since, held.shardCount(), shard, claimed.through());
        return times.between(after, step.fireTime());
    }

    boolean recordsLaid() {
        return recordsLaid;
    }

    void recordsLaid(boolean there) {
        recordsLaid = there;
    }

    String recordsPath() {
        return layout.records(name, life);
    }

    String recordPath(int shard) {
        return layout.record(name, life, shard);
    }

    String path() {
        return layout.job(name);
    }

    /** Refuses whatever it travels with once the job is another one than the one decided under. */
    Write check() {
        return new Write.Check(path(), version);
    }

    /** Refuses whatever it travels with once the job was removed, though one of the same name may have been made since. */
    Write checkOfRecords() {
        return new Write.Check(recordsPath(), 0);
    }

    /**
     * The same for what may come before the first claim: whoever removes a job leaves the folder of its records behind,
     * marked.
     */
    Write guardOfLife() {
        return recordsLaid ? checkOfRecords() : new Write.Create(recordsPath(), new byte[0], Write.Life.PERSISTENT);
    }

    /** Refuses whatever it travels with once the trigger was taken back. */
    Write checkOf(Trigger trigger) {
        return new Write.Check(layout.trigger(name, trigger.number()), 0);
    }

    /** How many of its shards wait for a slot; the turn that the next one gets among the waiting. */
    int enqueue() {
        return waiting++;
    }

    void dequeue() {
        waiting--;
    }
}
