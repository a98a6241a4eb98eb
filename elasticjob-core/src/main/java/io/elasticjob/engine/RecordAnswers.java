package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.DataLoss;
import io.elasticjob.coordination.OwnWrite;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Stat;
import io.elasticjob.registry.Write;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the registry says of the records of shards, and what that means for what runs here. Confined to the loop. */
final class RecordAnswers {

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Registration registration;
    private final Landmarks landmarks;
    private final Finished finished;
    private final Outbox outbox;
    private final Agenda agenda;
    private final Slots slots;
    private final ShardExecutions executions;
    private final ClaimsAhead ahead;

    RecordAnswers(
            Presence presence,
            Finished finished,
            Outbox outbox,
            Agenda agenda,
            Slots slots,
            ShardExecutions executions,
            ClaimsAhead ahead) {
        this.registration = presence.registration();
        this.landmarks = presence.landmarks();
        this.finished = finished;
        this.outbox = outbox;
        this.agenda = agenda;
        this.slots = slots;
        this.executions = executions;
        this.ahead = ahead;
    }

    // ---- Writes ---------------------------------------------------------------------------------------------------

    /** The pending write is in the registry. */
    void written(ShardCell cell, Stat stat, Arrival arrival) {
        RecordWrite write = cell.write();
        landmarks.wrote(cell.path(), stat);
        if (write instanceof RecordWrite.Claim
                && (arrival == Arrival.LATE || !write.next().isRunningBy(registration::isSelf))) {
            agenda.settle(cell); // acknowledged to an instance that is no more, or may be
            return;
        }
        ShardRecord before = cell.record();
        ShardCell.Death died = cell.deathOfOwner().orElse(null);
        finished.recorded(cell.job, before, write.next());
        cell.wrote(write.next(), stat);
        askWhatWasGiven(cell);
        cell.settleDown();
        if (write instanceof RecordWrite.Claim claim) {
            cell.notGuestAnyMore();
            tellOfDeath(cell, claim, died);
            claimed(cell, claim, stat, Activity.Owing.of(claim.next(), before));
            return;
        }
        if (write instanceof RecordWrite.Settlement settlement) {
            tell(settlement);
        }
        cell.run().ifPresent(run -> executions.recorded(cell, run, write));
        agenda.consider(cell);
    }

    /** @param otherwise what is left to do if what was claimed does not begin */
    private void claimed(ShardCell cell, RecordWrite.Claim claim, Stat stat, Activity.Owing otherwise) {
        if (cell.job.isRemoved()) {
            slots.release(cell);
            cell.owe(Activity.Owing.of(claim.next()));
            agenda.consider(cell);
        } else if (slots.isHeldBy(cell)) {
            slots.release(cell); // and held again by what begins, if it does
            executions.begin(cell, claim, stat.modified());
        } else {
            ahead.poise(cell, claim, stat.modified(), otherwise);
        }
    }

    /** @param death of the owner whose record was claimed; null where nobody has died, or the execution went on all the same */
    private void tellOfDeath(ShardCell cell, RecordWrite.Claim claim, ShardCell.@Nullable Death death) {
        if (claim.step().deaths() > 0 && death != null) {
            cell.ownerSucceeded();
            ExecutionId lost =
                    cell.executionId(claim.step().firing(), claim.step().attempt() - 1);
            outbox.publish(new ElasticJobEvent.OwnerDied(lost, death.owner(), true, death.token(), death.claimedAt()));
        }
    }

    /**
     * The pending write was not done; the record will be read again.
     *
     * @param first that was refused of those that travelled together
     */
    void refused(ShardCell cell, Write first) {
        if (cell.isClaiming()) {
            slots.release(cell);
            if (cell.offer().filter(first.path()::equals).isPresent()) {
                cell.notGuestAnyMore(); // somebody else has claimed what was offered
            }
            if (first.path().equals(cell.path())) {
                outbox.publish(new ElasticJobEvent.ClaimRefused(cell.job.name(), cell.shard));
            }
        }
    }

    /**
     * The truth about a write whose outcome was unknown: what is there, caught up with all that was written before. Settled
     * for shards that went elsewhere, too.
     */
    void settled(ShardCell cell, Read read) {
        RecordWrite write = cell.write();
        ShardCell.Death died = cell.deathOfOwner().orElse(null);
        if (write instanceof RecordWrite.Claim) {
            slots.release(cell);
        }
        if (!take(cell, read)) {
            return;
        }
        if (write instanceof RecordWrite.Claim claim
                && new OwnWrite(claim.next()).isHeldIn(cell.record())
                && read instanceof Read.Present present) {
            if (registration.isSelf(claim.owner()) && !registration.isDraining()) {
                tellOfDeath(cell, claim, died);
                claimed(cell, claim, present.stat(), Activity.Owing.of(claim.next()));
                return;
            }
            cell.owe(Activity.Owing.of(claim.next()));
        }
        if (write instanceof RecordWrite.Settlement settlement && cell.record().equals(settlement.next())) {
            tell(settlement);
        }
        cell.run().ifPresent(run -> settled(cell, run, write));
        agenda.consider(cell);
    }

    private void settled(ShardCell cell, Run run, RecordWrite write) {
        if (write instanceof RecordWrite.Adoption && new OwnWrite(write.next()).isHeldIn(cell.record())) {
            return; // it goes on as what it is now
        }
        if (new OwnWrite(run.claimed()).isHeldIn(cell.record())) {
            if (write instanceof RecordWrite.Progress progress
                    && progress.checkpoint().in(cell.record()).equals(cell.record())) {
                executions.recorded(cell, run, write);
            }
        } else if (write instanceof RecordWrite.Completion && new OwnWrite(write.next()).isAppliedIn(cell.record())) {
            executions.recorded(cell, run, write);
        } else {
            executions.notHeld(cell, run);
        }
    }

    private void tell(RecordWrite.Settlement settlement) {
        if (settlement.event() != null) {
            outbox.publish(settlement.event());
        }
    }

    // ---- Reads ----------------------------------------------------------------------------------------------------

    /** The record was read, because that was asked for. */
    void read(ShardCell cell, Read read) {
        if (take(cell, read)) {
            cell.run()
                    .filter(run -> !new OwnWrite(run.claimed()).isHeldIn(cell.record()))
                    .ifPresent(run -> executions.notHeld(cell, run));
            agenda.consider(cell);
        }
    }

    /** Takes over what was read. False when nothing more can be decided from it. */
    private boolean take(ShardCell cell, Read read) {
        suspectLoss(cell, read);
        if (!(read instanceof Read.Present present)) {
            cell.foundNothing();
            return true;
        }
        cell.job.life().laid();
        Decoded<ShardRecord> decoded = ShardRecordCodec.decode(present.data());
        if (decoded instanceof Decoded.Value<ShardRecord> value) {
            cell.found(value.value(), present.stat());
            askWhatWasGiven(cell);
            return true;
        }
        cell.foundUnreadable(present.stat());
        cell.run().ifPresent(run -> {
            if (run.hasEndedElsewhere()) { // whether its end is recorded, nobody here can tell
                executions.refuse(cell, run, new RegistryException(cell.path() + " cannot be read at present"));
            } else {
                executions.overtaken(cell, run);
            }
        });
        if (!cell.isRunning()) { // else it is looked at again when it has ended
            unreadable(cell, decoded);
        }
        return false;
    }

    private void unreadable(ShardCell cell, Decoded<ShardRecord> decoded) {
        if (decoded instanceof Decoded.Newer<ShardRecord> newer) {
            // A later version may write it again, or one may that this version can read: the change will ring.
            agenda.leaveAlone(cell);
            if (cell.isNewlyOfLaterVersion(newer.reason())) {
                outbox.publish(
                        new ElasticJobEvent.ValueUnreadable(cell.path(), newer.reason(), "the shard is left alone"));
            }
        } else if (decoded instanceof Decoded.Broken<ShardRecord> broken) {
            // What ran last cannot be told: begin with the next firing, rather than do something twice.
            agenda.write(
                    cell,
                    new RecordWrite.Settlement(
                            ShardRecord.NEW.decidedThrough(outbox.now()),
                            new ElasticJobEvent.ValueUnreadable(
                                    cell.path(), broken.reason(), "it is replaced; the next firing runs")));
        }
    }

    /**
     * Who has run firings by hand up to a number has that from ZooKeeper. With a number that it has never given, the shard
     * would run none until it has given as many. What was created before the record was written counts in a read after it.
     */
    private void askWhatWasGiven(ShardCell cell) {
        if (cell.job.isGiven(cell.record().trigger())) {
            return;
        }
        int version = cell.version();
        registration
                .usable()
                .ifPresent(over -> outbox.read(over, List.of(cell.job.path()), result -> {
                    if (registration.isUsable(over)
                            && result instanceof Result.Told<List<Read>> told
                            && told.answer().get(0) instanceof Read.Present job
                            && cell.job.node().isSameNode(Landmarks.of(cell.job.path(), job.stat()))) {
                        cell.job.gave(job.stat().childrenMade());
                        if (cell.isKnown()
                                && cell.version() == version
                                && !cell.job.isGiven(cell.record().trigger())) {
                            cell.triggerRefuted(); // what is under way comes first, and then it is considered anyway
                            if (cell.isSettled() && !cell.isRunning()) {
                                agenda.consider(cell);
                            }
                        }
                    }
                }));
    }

    /**
     * No record is deleted, and no version goes back, as long as the job lives. If its node is still there, read after this,
     * data was lost from the registry.
     */
    private void suspectLoss(ShardCell cell, Read read) {
        if (!cell.isKnown() || cell.version() == ShardCell.ABSENT) {
            return;
        }
        DataLoss loss;
        if (!(read instanceof Read.Present present)) {
            loss = new DataLoss.Deleted(cell.path() + " was deleted");
        } else if (present.stat().version() < cell.version()) {
            loss = new DataLoss.WentBack(cell.path() + " has version "
                    + present.stat().version() + ", though version " + cell.version() + " was read before");
        } else {
            return;
        }
        registration
                .usable()
                .ifPresent(over -> outbox.read(over, List.of(cell.job.path()), result -> {
                    if (result instanceof Result.Told<List<Read>> told
                            && told.answer().get(0) instanceof Read.Present job
                            && cell.job.node().isSameNode(Landmarks.of(cell.job.path(), job.stat()))) {
                        landmarks.suspect(over, loss);
                    }
                }));
    }

    // ---- Owners ---------------------------------------------------------------------------------------------------

    /** Who is recorded as running the shard lives. */
    void ownerLives(ShardCell cell) {
        agenda.watch(cell);
    }

    /**
     * Who was recorded as running the shard is dead.
     *
     * @param over by which that was read
     * @param isTriggerThere whether it ran a firing by hand whose trigger is there
     */
    void ownerDied(Connection over, ShardCell cell, String owner, boolean isTriggerThere) {
        boolean isListed = cell.record().firing() instanceof Firing.Triggered triggered
                && cell.job.triggers().pending().containsKey(triggered.number());
        if (isTriggerThere && !isListed) { // it is about to be listed
            registration.usable().ifPresentOrElse(now -> agenda.readLater(now, cell, RETRY), () -> agenda.doubt(cell));
            return;
        }
        cell.ownerDied(owner, over, outbox.nanos());
        agenda.consider(cell);
    }
}
