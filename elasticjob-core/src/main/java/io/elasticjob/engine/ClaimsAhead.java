package io.elasticjob.engine;

import io.elasticjob.ShardRecord;
import io.elasticjob.coordination.SessionDeadline;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.coordination.SlotTurnover;
import io.elasticjob.engine.ShardCell.Pending;
import io.elasticjob.engine.ShardCell.Phase;
import io.elasticjob.engine.ShardCell.Poised;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The claims that are made shortly before their fire time, so that executions start on the instant.
 *
 * <ul>
 *   <li>A claim ahead is a claim like any other, but that it takes no slot: the record says {@code RUNNING} from then on,
 *       {@code startedAt} is the fire time, and an owner that dies before it was a running owner that died. Of a job that
 *       is not monitored nothing is written.
 *   <li>With the claim acknowledged, or none needed, the shard is poised: in the {@link Backlog} it waits for its fire time,
 *       and then for a slot. So does one whose claim had a slot, which was given up while its outcome was unknown.
 *   <li>Only as many are claimed as will soon find a slot, judged by how long executions took of late: what is claimed can
 *       not go elsewhere. One that waits for a slot longer is given back.
 *   <li>Before anything begins under a claim, this instance makes sure that it still is who claimed it, whatever it has
 *       missed, that nothing of the job has changed since, and that it does not drain. Where it can not be sure to hold
 *       the claim, the record is read.
 *   <li>What does not begin is given back: the record is put back as it was, which costs no attempt.
 * </ul>
 *
 * <p>Knows what to claim and when that begins, or does not; what is done then is its {@link Fate}'s to say. Confined to the
 * loop.
 */
final class ClaimsAhead {

    /** How long a claimed shard may probably wait for a slot. */
    private static final Duration AHEAD_OF_SLOT = Duration.ofMillis(250);

    /** What becomes of shards that were poised, and are no more. */
    interface Fate {

        /**
         * It begins now: a slot is free, and the claim is surely held.
         *
         * @param token of the claim; null when the job is not monitored, so that nothing was claimed
         */
        void begins(ShardCell cell, Pending.Claim claim, @Nullable Long token);

        /** Nothing was begun: what the cell owes is to be given back, and then decided anew. */
        void comesToNothing(ShardCell cell);
    }

    private final Presence presence;
    private final Outbox outbox;
    private final RecordTraffic traffic;
    private final Backlog backlog;
    private final Fate fate;

    /** Those that may hold a claim ahead of its fire time or its slot; some of them do not any more. */
    private final Set<ShardCell> ahead = new LinkedHashSet<>();

    private SlotTurnover turnover = SlotTurnover.UNKNOWN;

    ClaimsAhead(Presence presence, Outbox outbox, RecordTraffic traffic, Backlog backlog, Fate fate) {
        this.presence = presence;
        this.outbox = outbox;
        this.traffic = traffic;
        this.backlog = backlog;
        this.fate = fate;
    }

    // ---- What is claimed ------------------------------------------------------------------------------------------

    /** An execution has ended here, and held its slot for so long. */
    void ended(Duration took) {
        turnover = turnover.then(took);
    }

    /**
     * This fire time of the job will come shortly: claims what will be due then.
     *
     * @param cells of the job, in the order of their shards
     * @param freeSlots how many slots are not held now
     */
    void comingUp(JobState job, List<ShardCell> cells, Instant fireTime, int freeSlots) {
        if (job.definition() == null || job.isRemoved() || presence.isDraining()) {
            return;
        }
        ShardStep.Job then = job.at(fireTime);
        for (ShardCell cell : cells) {
            if (cell.phase == Phase.RESTING && cell.mine && hasRoom(freeSlots)) {
                claim(cell, then, fireTime);
            }
        }
    }

    private boolean hasRoom(int freeSlots) {
        int most = turnover.begun(freeSlots, AHEAD_OF_SLOT);
        if (ahead.size() >= most) {
            ahead.removeIf(cell -> !cell.isAhead());
        }
        return ahead.size() < most;
    }

    private void claim(ShardCell cell, ShardStep.Job then, Instant fireTime) {
        ShardStep step = ShardStep.next(then, cell.shard, cell.record, ShardStep.Owner.UNKNOWN, fireTime);
        if (step instanceof ShardStep.Claim claim
                && claim.trigger() == null
                && claim.fireTime().equals(fireTime)) {
            Pending.Claim pending = cell.claim(claim, presence.currentId(), fireTime);
            if (cell.isMonitored()) {
                traffic.write(cell, pending);
                ahead.add(cell);
            } else {
                poise(cell, pending, null, null);
            }
        }
    }

    // ---- What is poised -------------------------------------------------------------------------------------------

    /**
     * It is claimed, without a slot: it begins as soon as its fire time has come and a slot is free.
     *
     * @param token of the claim; null when the job is not monitored, so that nothing was claimed
     * @param before the record that the claim was written over; null when that is not known
     */
    void poise(ShardCell cell, Pending.Claim claim, @Nullable Long token, @Nullable ShardRecord before) {
        Duration timeout = presence.usable()
                .map(over -> over.session().timeout())
                .orElse(Duration.ZERO); // without a connection nothing is sure
        cell.phase = Phase.POISED;
        ahead.add(cell);
        cell.poised = new Poised(claim, token, before, new SessionDeadline(outbox.now(), outbox.nanos(), timeout));
        backlog.add(cell, claim.step().fireTime());
    }

    /** The fire time of what the cell is poised for has come, and a slot is free. */
    void begin(ShardCell cell, Poised poised) {
        Pending.Claim claim = poised.claim();
        boolean surelyHeld = presence.isAlive()
                && presence.isSelf(String.valueOf(claim.next().owner()))
                && !poised.until().passed(outbox.now(), outbox.nanos());
        if (!surelyHeld && poised.token() == null) {
            giveBack(cell);
        } else if (!surelyHeld) {
            cell.poised = null;
            cell.pending = claim;
            traffic.settle(cell);
        } else if (presence.isDraining() || cell.job.version() != claim.jobVersion()) {
            giveBack(cell); // what now holds decides anew
        } else {
            cell.poised = null;
            fate.begins(cell, claim, poised.token());
        }
    }

    // ---- What does not begin --------------------------------------------------------------------------------------

    /**
     * Gives back what did not find a slot as soon as was thought, so that it waits for one like all others, and what was
     * claimed for a fire time that is far again since the clock was set.
     */
    void giveUp() {
        Instant now = outbox.now();
        giveBack(fireTime -> Duration.between(fireTime, now).abs().compareTo(AHEAD_OF_SLOT.multipliedBy(2)) > 0);
    }

    /** Gives back whatever has not begun: this instance takes nothing new. */
    void giveBackAll() {
        giveBack(any -> true);
    }

    private void giveBack(Predicate<Instant> fireTimes) {
        for (ShardCell cell : List.copyOf(ahead)) {
            Poised poised = cell.poised;
            if (poised != null && fireTimes.test(poised.claim().step().fireTime())) {
                giveBack(cell);
            }
        }
    }

    /** Puts the record back as it was, if the cell is poised: nothing was begun. */
    void giveBack(ShardCell cell) {
        if (cell.poised != null) {
            owe(cell);
            fate.comesToNothing(cell);
        }
    }

    /** The claim, if the cell is poised, comes to nothing; what has become of the record is to be found out first. */
    void owe(ShardCell cell) {
        Poised poised = cell.poised;
        if (poised != null) {
            cell.poised = null;
            cell.owed = poised.owed();
        }
    }
}
