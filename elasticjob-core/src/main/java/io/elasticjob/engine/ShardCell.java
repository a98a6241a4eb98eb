package io.elasticjob.engine;

import io.elasticjob.ArrayKind;
import io.elasticjob.ArrayPlace;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.Pausing;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.registry.Stat;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What this instance knows and does about one shard: its {@link Activity}, the {@link Traffic} about its record, and the
 * record as it is known. Each changes by the transitions below, and no other way. Confined to the loop.
 */
final class ShardCell {

    /** The version of a record that is not there. */
    static final int ABSENT = -1;

    /** How far the record and its version, as they are known here, are the registry's. */
    private enum Trust {
        READ,
        /** They are not: of a job without monitoring the record is seldom read. */
        ASSUMED,
        /** They are from before data was lost: only up to when all is decided is believed. */
        DOUBTED
    }

    /**
     * The owner in the record was proven dead.
     *
     * @param over by which that was read: no proof over a later one, as an id returns where a backup is restored
     * @param token the fencing token of what it was running; null when that is not known
     * @param claimedAt when it had claimed the record, by its clock; null when the record does not tell
     */
    record Death(
            String owner,
            Connection over,
            @Nullable Long token,
            @Nullable Instant claimedAt) {

        /** Whether this is what it was running, under another instance. */
        boolean isAdopted(ShardState.Attempt latest) {
            return token != null && token == latest.token() && !owner.equals(latest.owner());
        }
    }

    final JobState job;
    final int shard;
    final HeldPermits permits = new HeldPermits();

    private boolean mine;
    private Traffic traffic = Traffic.UNREAD;
    private Activity activity = Activity.RESTING;

    private ShardRecord record = ShardRecord.NEW;
    private int version = ABSENT;
    private boolean triggerRefuted;
    private Trust trust = Trust.ASSUMED;
    private long modified;
    private @Nullable Death death;
    private @Nullable String laterVersion;

    /** Since when, by the stopwatch, the record's holder is known to be gone; null where that is not known. */
    private @Nullable Absence absence;

    private record Absence(String owner, long sinceNanos) {}

    /** What is to be adopted of the shard; null when there is nothing. */
    private Adoptions.@Nullable Asked asked;

    private int refusals;

    /** What offers the shard to others, or by others; null while nothing is known to do so. */
    private @Nullable String offer;

    /** Whether it is looked at only because another instance offers it. */
    private boolean guest;

    /** When it is looked at again though nothing rings, by the stopwatch; null while it is not. */
    private @Nullable Long wakesAt;

    ShardCell(JobState job, int shard) {
        this.job = job;
        this.shard = shard;
    }

    String path() {
        return job.life().record(shard);
    }

    ExecutionId executionId(Firing firing, int attempt) {
        return new ExecutionId(job.name(), job.life().name(), firing, shard, attempt);
    }

    /** Whether its executions are recorded. */
    boolean isMonitored() {
        JobDefinition definition = job.definition();
        return definition == null || definition.monitorExecution();
    }

    /** Whether the shard is assigned to this instance. */
    boolean isMine() {
        return mine;
    }

    void assign() {
        mine = true;
        guest = false;
    }

    // ---- Offers ---------------------------------------------------------------------------------------------------

    /** The node by which this instance offers the shard, or by which it is offered here; the claim deletes it. */
    Optional<String> offer() {
        return Optional.ofNullable(offer);
    }

    void offeredBy(@Nullable String path) {
        offer = path;
    }

    /** Another instance offers it: this one may run a firing of it. */
    void invite(String path) {
        guest = true;
        offer = path;
    }

    /** Whether it may be claimed because it is offered here, and was not yet. */
    boolean isGuest() {
        return guest;
    }

    /** What it was offered for is claimed, or does not come about. */
    void notGuestAnyMore() {
        guest = false;
        offer = null;
    }

    void disown() {
        mine = false;
    }

    // ---- Adoption -------------------------------------------------------------------------------------------------

    /** What is to be adopted, and not decided yet. */
    Optional<Adoptions.Asked> asked() {
        return Optional.ofNullable(asked);
    }

    void ask(Adoptions.@Nullable Asked now) {
        asked = now;
    }

    // ---- What is done with the shard ------------------------------------------------------------------------------

    Activity activity() {
        return activity;
    }

    /** The execution of this process, until its end is recorded. */
    Optional<Run> run() {
        return activity instanceof Activity.Running running ? Optional.of(running.run()) : Optional.empty();
    }

    boolean isRunning() {
        return activity instanceof Activity.Running;
    }

    /** Nothing is under way about the record: what is known of it holds, and what is done about it is decided from it. */
    void settleDown() {
        traffic = Traffic.IDLE;
        stop();
    }

    /** Whether what to do can be decided. */
    boolean isSettled() {
        return traffic instanceof Traffic.Idle
                && (isResting() || isUnfinished() || activity instanceof Activity.Limited);
    }

    /** Whether nothing is done, and nothing is under way. */
    boolean isResting() {
        return traffic instanceof Traffic.Idle && activity instanceof Activity.Resting;
    }

    /** It is due, and waits for a slot. */
    void await(Instant due, Instant now) {
        activity = new Activity.Waiting(due, now);
    }

    /** It is due, and waits until limits have room. */
    void await(Activity.Limited limited) {
        traffic = Traffic.IDLE;
        activity = limited;
    }

    /**
     * It is to be looked at again at this time by the stopwatch; false when it will be looked at before anyway, or as good as
     * then. The wall clock may have been another when the other time was settled.
     */
    boolean wakesAt(long nanos) {
        boolean isNews = wakesAt == null || wakesAt - nanos > 1_000_000;
        wakesAt = isNews ? Long.valueOf(nanos) : wakesAt;
        return isNews;
    }

    /** The look for this time has come; false when it was another one's. */
    boolean isAwakened(long nanos) {
        boolean isThis = wakesAt != null && wakesAt == nanos;
        wakesAt = isThis ? null : wakesAt;
        return isThis;
    }

    void poise(Activity.Poised poised) {
        traffic = Traffic.IDLE;
        activity = poised;
    }

    /** The claim, if the cell is poised, comes to nothing. */
    void unpoise() {
        if (activity instanceof Activity.Poised poised) {
            activity = poised.otherwise();
        }
    }

    void run(Run run) {
        traffic = Traffic.IDLE;
        activity = new Activity.Running(run);
    }

    /** The execution has ended, and it is known what became of its end. */
    void over() {
        activity = Activity.RESTING;
    }

    /** The execution has ended whose record says that it goes on. */
    void clear() {
        activity = Activity.CLEARING;
    }

    /** The record does not say any more that it goes on. */
    void isClear() {
        if (activity instanceof Activity.Clearing) {
            activity = Activity.RESTING;
        }
    }

    void owe(Activity.Owing owing) {
        activity = owing;
    }

    /** What was owed is given back, or somebody else's by now. */
    void owesNothing() {
        if (activity instanceof Activity.Owing) {
            activity = Activity.RESTING;
        }
    }

    void watch() {
        traffic = Traffic.IDLE;
        activity = Activity.WATCHING;
    }

    boolean isWatching() {
        return activity instanceof Activity.Watching;
    }

    /** What cannot go on without a record that is known is over; what was begun stays until its end is recorded. */
    private void stop() {
        if (!isUnfinished()) {
            activity = Activity.RESTING;
        }
    }

    private boolean isUnfinished() {
        return activity instanceof Activity.Running
                || activity instanceof Activity.Owing
                || activity instanceof Activity.Clearing;
    }

    /** Whether something is begun that has to be brought to its end, though the shard may have gone elsewhere. */
    boolean isBusy() {
        return isUnfinished()
                || activity instanceof Activity.Poised
                || traffic instanceof Traffic.OfWrite
                || asked != null;
    }

    // ---- What is under way about the record -----------------------------------------------------------------------

    Traffic traffic() {
        return traffic;
    }

    void unread() {
        traffic = Traffic.UNREAD;
        stop();
    }

    void reading() {
        traffic = Traffic.READING;
    }

    void asking() {
        traffic = Traffic.ASKING;
        stop();
    }

    void unreadable() {
        traffic = Traffic.UNREADABLE;
        stop();
    }

    void toWrite(RecordWrite write) {
        traffic = new Traffic.ToWrite(write);
        stop();
    }

    void writing() {
        traffic = new Traffic.Writing(write());
    }

    /** The outcome of this write is unknown. */
    void doubt(RecordWrite write) {
        traffic = new Traffic.Doubtful(write);
        stop();
    }

    boolean isUnread() {
        return traffic instanceof Traffic.Unread;
    }

    boolean isReading() {
        return traffic instanceof Traffic.Reading;
    }

    boolean isAsking() {
        return traffic instanceof Traffic.Asking;
    }

    boolean isUnreadable() {
        return traffic instanceof Traffic.Unreadable;
    }

    boolean isDoubtful() {
        return traffic instanceof Traffic.Doubtful;
    }

    /** The write that is under way, or has to be sent, or settled. */
    Optional<RecordWrite> pending() {
        return traffic instanceof Traffic.OfWrite ofWrite ? Optional.of(ofWrite.write()) : Optional.empty();
    }

    boolean isClaiming() {
        return pending().filter(RecordWrite.Claim.class::isInstance).isPresent();
    }

    /** As {@link #pending}, where there is one. */
    RecordWrite write() {
        return pending().orElseThrow(() -> new IllegalStateException(this + " has nothing to write"));
    }

    /** A write of this shard was refused; gives how often in a row that was so. */
    int refused() {
        return ++refusals;
    }

    /** How often in a row a write of this shard was refused. */
    int refusals() {
        return refusals;
    }

    // ---- What is known of the record ------------------------------------------------------------------------------

    ShardRecord record() {
        return record;
    }

    int version() {
        return version;
    }

    /** Transaction id of the last change. */
    long modified() {
        return modified;
    }

    /** Whether the record and its version are the registry's. */
    boolean isKnown() {
        return trust == Trust.READ;
    }

    /** The record, as it was read or written last, says of a trigger that it has run which there has never been. */
    void triggerRefuted() {
        triggerRefuted = true;
    }

    boolean isTriggerRefuted() {
        return triggerRefuted;
    }

    /** The record was written as it is now. */
    void wrote(ShardRecord now, Stat stat) {
        refusals = 0;
        permits.written();
        record = now;
        triggerRefuted = false;
        version = stat.version();
        modified = stat.modified();
        owesNothing();
    }

    void foundNothing() {
        found(ShardRecord.NEW, ABSENT);
    }

    void found(ShardRecord read, Stat stat) {
        found(read, stat.version());
        modified = stat.modified();
        laterVersion = null;
    }

    private void found(ShardRecord read, int readVersion) {
        record = isMonitored()
                ? read
                : read.decidedThrough(record.through()); // which was decided here, and not recorded
        triggerRefuted = false;
        version = readVersion;
        trust = Trust.READ;
        if (death != null && read.latest().filter(death::isAdopted).isPresent()) {
            ownerSucceeded(); // who has adopted it tells of its death
        }
    }

    /** There is a record that this version cannot read. */
    void foundUnreadable(Stat stat) {
        version = stat.version();
        trust = Trust.READ;
    }

    /** False when it was told already that only a later version can read the record, for this reason. */
    boolean isNewlyOfLaterVersion(String reason) {
        boolean isNews = !reason.equals(laterVersion);
        laterVersion = reason;
        return isNews;
    }

    /** What was decided without a write. */
    void decided(ShardRecord now) {
        record = now;
    }

    /** Connected again, and data was lost from the registry meanwhile. */
    void dataLost() {
        trust = Trust.DOUBTED;
        absence = null; // ids of instances return where a backup is restored
    }

    /** Connected again, to the data of before. */
    void reconnected() {
        if (trust == Trust.READ && !isMonitored()) {
            trust = Trust.ASSUMED;
        }
    }

    /** Of a job without monitoring: nobody knows what ran meanwhile, so that the next firing is the first. */
    void assume(Instant now) {
        forgetDoubted();
        record = record.decidedThrough(now);
        trust = Trust.ASSUMED;
    }

    /** Of a record from before data was lost only up to when all is decided is believed. */
    void forgetDoubted() {
        if (trust == Trust.DOUBTED) {
            trust = Trust.ASSUMED;
            record = ShardRecord.NEW.decidedThrough(record.through());
            version = ABSENT;
        }
    }

    /** @return how much is left of the time for which what a dead owner has begun may go on; by the stopwatch */
    Duration leaseLeft(String owner, long nanos) {
        Absence known = absence;
        Duration lease = record.lease();
        return known == null || !known.owner().equals(owner) ? lease : lease.minusNanos(nanos - known.sinceNanos());
    }

    /** Who is recorded as running the shard is dead, as is known since this time on the stopwatch, or for longer. */
    void ownerDied(String owner, Connection over, long nanos) {
        if (absence == null || !absence.owner().equals(owner)) {
            absence = new Absence(owner, nanos);
        }
        OptionalLong token = record.runningToken(modified);
        death = new Death(owner, over, token.isPresent() ? token.getAsLong() : null, record.startedAt());
    }

    /** @param over the present connection; null when there is none */
    boolean isDead(String owner, @Nullable Connection over) {
        Death known = death;
        return known != null && known.owner().equals(owner) && known.over() == over;
    }

    /** Of the owner that died last; empty when none did since the last claim for it. */
    Optional<Death> death() {
        return Optional.ofNullable(death);
    }

    /** The death of who runs the shard, by what is known of its record; empty when that lives, or went on elsewhere since. */
    Optional<Death> deathOfOwner() {
        return death().filter(known -> record.isRunningBy(known.owner()::equals));
    }

    void ownerSucceeded() {
        death = null;
    }

    // ---- Claims ---------------------------------------------------------------------------------------------------

    /**
     * The claim of this step, under the settings of now.
     *
     * @param owner the id of this instance
     * @param begin when what is claimed begins, as the record will say
     * @param lease for how long it may go on when this instance is gone
     */
    RecordWrite.Claim claim(ShardStep.Claim step, String owner, Instant begin, Duration lease) {
        ShardRecord next = Pausing.claimed(
                job.at(null),
                shard,
                arrayOf(before(step.firing()).claimed(step.firing(), owner, step.attempt(), step.deaths(), begin))
                        .withLease(lease)
                        .withPermits(job.limits()));
        long superseded = job.superseded(shard, record, step);
        return new RecordWrite.Claim(next, owner, step, job.usable(), job.version(), superseded, record.finishedAt());
    }

    /** Without the checkpoint of an earlier firing, where that was another part. */
    private ShardRecord before(Firing next) {
        boolean isOtherPart = job.usable().plannedShards().arePlanned() && !next.equals(record.firing());
        return isOtherPart ? record.withCheckpoint(null) : record;
    }

    /** With what is to run of an array, where it is one; what an earlier attempt has brought to a good end is not. */
    private ShardRecord arrayOf(ShardRecord claimed) {
        if (!ArrayKind.runs(job.usable())) {
            return claimed.withArray(null);
        }
        int size = ArrayKind.size(job.usable());
        ArrayPlace kept = claimed.array();
        return claimed.withArray(kept == null ? ArrayPlace.none(size) : kept.again(size));
    }

    @Override
    public String toString() {
        return job.name() + "/" + shard + " " + activity + " " + traffic;
    }
}
