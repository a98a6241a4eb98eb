package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.coordination.OwnWrite;
import io.elasticjob.coordination.ShardStep;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides what to do about a shard, once at the end of a turn, and has it done. Confined to the loop. */
final class ShardSteps {

    private static final Logger log = LoggerFactory.getLogger(ShardSteps.class);

    /** What is due is looked at again after so long while this instance takes nothing. */
    private static final Duration NOT_TAKEN = Duration.ofSeconds(1);

    private final Registration registration;
    private final Outbox outbox;
    private final Agenda agenda;
    private final Room room;
    private final ShardExecutions executions;
    private final Adoptions adoptions;
    private final Pauses pauses;
    private final FormerRuns former;
    private final NextStep nextStep;

    ShardSteps(
            Registration registration,
            Outbox outbox,
            Agenda agenda,
            Room room,
            ShardExecutions executions,
            Aside aside,
            NextStep nextStep) {
        this.registration = registration;
        this.outbox = outbox;
        this.agenda = agenda;
        this.room = room;
        this.executions = executions;
        this.adoptions = aside.adoptions();
        this.pauses = aside.pauses();
        this.former = aside.former();
        this.nextStep = nextStep;
    }

    /** What a shard has to find before it begins: a slot here, and room in the limits of its job. */
    record Room(Slots slots, LimitTable limits) {}

    /**
     * What may be to be done beside claims and settlements: what is held comes first, jobs that fail pause, and what goes on of
     * a job that had the same name is waited for.
     */
    record Aside(Adoptions adoptions, Pauses pauses, FormerRuns former) {}

    /** Decides from the record as known. Only for settled cells. */
    void consider(ShardCell cell) {
        Optional<Run> run = cell.run();
        if (run.isPresent()) {
            executions.goOn(cell, run.get());
            pauseThoughItGoesOn(cell, run.get());
        } else if (clears(cell)) {
            return; // what follows is decided when that is written
        } else if (adoptions.consider(cell)) {
            return; // what is held of the shard comes first
        } else if (cell.isGuest()) {
            takeOffered(cell);
        } else if (!givesBack(cell) && cell.isMine() && isUsable(cell.job)) {
            decide(cell);
        }
    }

    /** The end of a run that goes on is recorded, and may have been one failure too many. */
    private void pauseThoughItGoesOn(ShardCell cell, Run run) {
        if (run.isRecorded() && cell.isMine() && isUsable(cell.job) && nextStep.of(cell) instanceof ShardStep.Pause) {
            pauses.pause(cell);
        }
    }

    private static boolean isUsable(JobState job) {
        return !job.isRemoved() && job.definition() != null;
    }

    /** Gives back what the cell owes, as far as it holds it. */
    private boolean givesBack(ShardCell cell) {
        if (cell.activity() instanceof Activity.Owing owing && new OwnWrite(owing.claimed()).isHeldIn(cell.record())) {
            agenda.write(cell, new RecordWrite.GiveBack(owing.givenBack()));
            return true;
        }
        cell.owesNothing();
        return false;
    }

    /** Claims what another instance offers, in the slot that is kept for it, if it still is to be run. */
    private void takeOffered(ShardCell cell) {
        if (room.slots().isHeldBy(cell)
                && isUsable(cell.job)
                && registration.takes(cell.job.usable())
                && registration.usable().isPresent()
                && !former.isRunBefore(cell)
                && nextStep.of(cell) instanceof ShardStep.Claim claim) {
            write(cell, claimOf(cell, claim));
        } else {
            cell.notGuestAnyMore();
            room.slots().release(cell);
        }
    }

    /** What could not be ended here has ended, be the shard this instance's or not. */
    private boolean clears(ShardCell cell) {
        boolean isOver = cell.record().lingers()
                && cell.record().holder().filter(registration::isSelf).isPresent();
        if (isOver) {
            agenda.write(cell, new RecordWrite.GiveBack(cell.record().lingering(false)));
        } else {
            cell.isClear();
        }
        return isOver;
    }

    private void decide(ShardCell cell) {
        ShardStep step = decided(cell);
        if (step instanceof ShardStep.Claim && former.isRunBefore(cell)) {
            return; // it is considered again when that has ended
        }
        if (step instanceof ShardStep.Claim && !registration.takes(cell.job.usable())) {
            // A drain may be taken back before the shard goes elsewhere, and then nothing else tells of it.
            agenda.considerAt(cell, outbox.now().plus(NOT_TAKEN));
        } else if (step instanceof ShardStep.Claim claim) {
            if (claim.trigger() != null && !cell.isKnown()) {
                agenda.read(cell); // firings by hand are recorded, also where those by schedule are not
            } else {
                Instant due = hasCome(claim.fireTime());
                cell.await(due, outbox.now());
                room.slots().await(cell, due);
            }
        } else if (step instanceof ShardStep.Settle settle && !isForARightClock(cell)) {
            agenda.write(cell, new RecordWrite.Settlement(settle.next(), identified(cell, settle)));
        } else if (step instanceof ShardStep.Pause) {
            pauses.pause(cell);
        } else if (step instanceof ShardStep.Adopt) {
            adoptions.adopt(cell);
        } else if (step instanceof ShardStep.AwaitCluster cluster) {
            log.warn(
                    "{} runs on the cluster {}, which this instance does not have: an instance that has it takes it over",
                    cell.job.name() + "/" + cell.shard,
                    cluster.cluster());
            agenda.watch(cell);
        } else if (step instanceof ShardStep.Await) {
            agenda.watch(cell);
        } else if (step instanceof ShardStep.AwaitLease lease) {
            agenda.watchFor(cell, cell.leaseLeft(lease.owner(), outbox.nanos()));
        } else if (step instanceof ShardStep.AskFor ask) {
            agenda.ask(cell, ask.owner());
        } else if (step instanceof ShardStep.Rest rest && rest.until() != null) {
            agenda.considerAt(cell, rest.until());
        }
    }

    /** What was asked for by hand is due, though the registry that stamped it may be a little ahead of what is known here. */
    private Instant hasCome(Instant fireTime) {
        return fireTime.isAfter(outbox.now()) ? outbox.now() : fireTime;
    }

    /** What came due too long ago is for a right clock to say: it is looked at again then. */
    private boolean isForARightClock(ShardCell cell) {
        return outbox.time().isOff() && !cell.record().isRunning();
    }

    /** What is next, after all that is decided without a write: of what is not recorded nobody else need know. */
    private ShardStep decided(ShardCell cell) {
        ShardStep step = nextStep.of(cell);
        while (step instanceof ShardStep.Settle settle
                && !cell.isMonitored()
                && !cell.isTriggerRefuted()
                && !cell.record().isRunning()
                && !isForARightClock(cell)) {
            cell.decided(settle.next());
            if (settle.event() != null) {
                outbox.publish(settle.event());
            }
            step = nextStep.of(cell);
        }
        return step;
    }

    private static @Nullable ElasticJobEvent identified(ShardCell cell, ShardStep.Settle settle) {
        return settle.event() instanceof ElasticJobEvent.OwnerDied died
                ? died.identified(
                        cell.job.life().name(),
                        cell.death().map(ShardCell.Death::token).orElse(null))
                : settle.event();
    }

    /** A slot is free, and it is the cell's turn, which has waited for it. */
    void takeSlot(ShardCell cell, Knowledge known) {
        cell.settleDown();
        if (cell.isMine()
                && isUsable(cell.job)
                && registration.takes(cell.job.usable())
                && nextStep.of(cell) instanceof ShardStep.Claim claim
                && (claim.trigger() == null || cell.isKnown())) {
            claim(cell, claim, known);
        } else {
            agenda.consider(cell); // it is another step by now
        }
    }

    /** Where it has to be counted, that is decided with all others of this turn. */
    private void write(ShardCell cell, RecordWrite.Claim claim) {
        if (room.limits().concerns(cell, claim)) {
            room.limits().ask(cell, claim);
        } else {
            agenda.write(cell, claim);
        }
    }

    private RecordWrite.Claim claimOf(ShardCell cell, ShardStep.Claim claim) {
        Duration lease = room.slots().lease(registration.sessionTimeout());
        return cell.claim(claim, registration.currentId(), outbox.now(), lease);
    }

    /** What cannot begin now is looked at again when the registry is back, or at the next firing. */
    private void claim(ShardCell cell, ShardStep.Claim claim, Knowledge known) {
        boolean isRecorded = cell.isMonitored() || claim.trigger() != null;
        if (isRecorded ? known.isWhole() : registration.isAlive()) {
            RecordWrite.Claim write = claimOf(cell, claim);
            if (isRecorded) {
                room.slots().hold(cell, write.definition());
                write(cell, write);
            } else {
                executions.begin(cell, write, null);
            }
        }
    }
}
