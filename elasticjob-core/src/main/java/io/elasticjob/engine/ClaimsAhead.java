package io.elasticjob.engine;

import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.SessionDeadline;
import io.elasticjob.coordination.ShardStep;
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
 *       missed, that nothing of the job has changed since, and that it does not drain. Where it cannot be sure to hold
 *       the claim, the record is read.
 *   <li>What does not begin is given back: the record is put back as it was, which costs no attempt.
 * </ul>
 *
 * <p>Confined to the loop.
 */
final class ClaimsAhead {

    /** How long a claimed shard may probably wait for a slot. */
    private static final Duration AHEAD_OF_SLOT = Duration.ofMillis(250);

    private final Registration registration;
    private final Outbox outbox;
    private final Agenda agenda;
    private final Slots slots;
    private final ShardExecutions executions;
    private final Predicate<ShardCell> goesOnFirst;

    /** Those that may hold a claim ahead of its fire time or its slot; some of them do not any more, for a second. */
    private final Set<ShardCell> ahead = new LinkedHashSet<>();

    /** @param goesOnFirst whether something of the shard goes on, or may have to, that was begun before */
    ClaimsAhead(
            Registration registration,
            Outbox outbox,
            Agenda agenda,
            Slots slots,
            ShardExecutions executions,
            Predicate<ShardCell> goesOnFirst) {
        this.registration = registration;
        this.outbox = outbox;
        this.agenda = agenda;
        this.slots = slots;
        this.executions = executions;
        this.goesOnFirst = goesOnFirst;
    }

    // ---- What is claimed ------------------------------------------------------------------------------------------

    /**
     * This fire time of the job will come shortly: claims what will be due then.
     *
     * @param cells of the job, in the order of their shards
     */
    void comingUp(JobState job, List<ShardCell> cells, Instant fireTime) {
        JobDefinition definition = job.definition();
        if (definition == null || job.isRemoved() || !registration.takes(definition)) {
            return;
        }
        if (definition.concurrency().isLimited()) {
            return; // it would be counted before it begins
        }
        if (definition.plannedShards().arePlanned()) {
            return; // what a part is to run says the plan, which may not be read yet
        }
        ShardStep.Job then = job.at(fireTime);
        for (ShardCell cell : cells) {
            if (cell.isResting() && cell.isMine() && hasRoom(definition) && !goesOnFirst.test(cell)) {
                claim(cell, then, fireTime);
            }
        }
    }

    private boolean hasRoom(JobDefinition definition) {
        int most = slots.foundWithin(definition, AHEAD_OF_SLOT);
        if (ahead.size() >= most) {
            ahead.removeIf(cell -> !isAhead(cell));
        }
        return ahead.size() < most || countAhead(definition) < most;
    }

    /** How many of them will take slots of the same group. */
    private long countAhead(JobDefinition definition) {
        return ahead.stream()
                .filter(cell -> slots.shareSlots(definition, cell.job.definition()))
                .count();
    }

    /** Whether it holds a claim, or is about to, that is ahead of its fire time or of a slot. */
    private boolean isAhead(ShardCell cell) {
        return cell.activity() instanceof Activity.Poised || (cell.isClaiming() && !slots.isHeldBy(cell));
    }

    private void claim(ShardCell cell, ShardStep.Job then, Instant fireTime) {
        ShardStep step = ShardStep.next(then, cell.shard, cell.record(), ShardStep.Owner.UNKNOWN, fireTime);
        if (step instanceof ShardStep.Claim claim
                && claim.trigger() == null
                && claim.fireTime().equals(fireTime)) {
            RecordWrite.Claim pending =
                    cell.claim(claim, registration.currentId(), fireTime, slots.lease(registration.sessionTimeout()));
            if (cell.isMonitored()) {
                agenda.write(cell, pending);
                ahead.add(cell);
            } else {
                poise(cell, pending, null, Activity.RESTING);
            }
        }
    }

    // ---- What is poised -------------------------------------------------------------------------------------------

    /**
     * It is claimed, without a slot: it begins as soon as its fire time has come and a slot is free.
     *
     * @param token of the claim; null when the job is not monitored, so that nothing was claimed
     * @param otherwise what is left to do if it does not begin
     */
    void poise(ShardCell cell, RecordWrite.Claim claim, @Nullable Long token, Activity otherwise) {
        Duration timeout = registration
                .usable()
                .map(over -> over.session().timeout())
                .orElse(Duration.ZERO); // without a connection nothing is sure
        cell.poise(new Activity.Poised(
                claim, token, otherwise, SessionDeadline.ofClaim(outbox.wall(), outbox.nanos(), timeout)));
        ahead.add(cell);
        slots.await(cell, claim.step().fireTime());
    }

    /** The fire time of what the cell is poised for has come, and a slot is free. */
    void begin(ShardCell cell, Activity.Poised poised) {
        RecordWrite.Claim claim = poised.claim();
        boolean surelyHeld = registration.isAlive()
                && registration.isSelf(claim.owner())
                && !poised.until().passed(outbox.wall(), outbox.nanos());
        if (!surelyHeld && poised.token() == null) {
            giveBack(cell);
        } else if (!surelyHeld) {
            agenda.settle(cell, claim);
        } else if (!registration.takes(claim.definition()) || cell.job.version() != claim.jobVersion()) {
            giveBack(cell); // it is decided again under what now holds
        } else {
            executions.begin(cell, claim, poised.token());
        }
    }

    // ---- What does not begin --------------------------------------------------------------------------------------

    /**
     * Gives back what did not find a slot as soon as was thought, so that it waits for one like all others, and what was
     * claimed for a fire time that is far again since the clock was set.
     */
    void giveUp() {
        Instant now = outbox.now();
        ahead.removeIf(cell -> !isAhead(cell)); // their jobs may be gone
        giveBack(fireTime -> Duration.between(fireTime, now).abs().compareTo(AHEAD_OF_SLOT.multipliedBy(2)) > 0);
    }

    /** Gives back whatever has not begun: this instance takes nothing new. */
    void giveBackAll() {
        giveBack(any -> true);
    }

    private void giveBack(Predicate<Instant> fireTimes) {
        for (ShardCell cell : List.copyOf(ahead)) {
            if (cell.activity() instanceof Activity.Poised poised
                    && fireTimes.test(poised.claim().step().fireTime())) {
                giveBack(cell);
            }
        }
    }

    /** Puts the record back as it was, if the cell is poised: nothing was begun. */
    void giveBack(ShardCell cell) {
        if (cell.activity() instanceof Activity.Poised) {
            cell.unpoise();
            agenda.consider(cell);
        }
    }
}
