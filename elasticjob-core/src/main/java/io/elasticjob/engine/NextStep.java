package io.elasticjob.engine;

import io.elasticjob.ArrayPlace;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.FutureRecord;
import io.elasticjob.coordination.ShardStep;
import java.time.Duration;
import java.time.Instant;

/** Asks {@link ShardStep} what to do about a shard, with what is known at the time of the turn. Confined to the loop. */
final class NextStep {

    /** Where it is not known whether a trigger is there, that is asked again after so long: not all rings that tell it. */
    private static final Duration UNHEARD = Duration.ofSeconds(1);

    private final Registration registration;
    private final Namespace namespace;
    private final Slots slots;
    private final Outbox outbox;

    NextStep(Registration registration, Namespace namespace, Slots slots, Outbox outbox) {
        this.registration = registration;
        this.namespace = namespace;
        this.slots = slots;
        this.outbox = outbox;
    }

    /** Only for cells whose job this version can use. */
    ShardStep of(ShardCell cell) {
        Instant now = outbox.now();
        if (ShardStep.isToBeAdopted(cell.job.usable(), cell.record(), ownerOf(cell))) {
            ArrayPlace place = cell.record().array();
            if (place == null || slots.canGoOn(cell.record())) {
                return new ShardStep.Adopt(); // what is to be stopped is stopped where it runs
            }
            return cell.job
                    .cancels() // though nobody may have its cluster any more
                    .ended(cell.job.forDecision(now), cell.shard, cell.record(), ownerOf(cell), now)
                    .orElseGet(() -> new ShardStep.AwaitCluster(place.cluster()));
        }
        if (cell.job.isSplitUnknown()) {
            return new ShardStep.Rest(); // until its parts are read
        }
        ShardStep.Job job = cell.job.forDecision(now);
        if (cell.isTriggerRefuted() && !cell.record().isRunning()) {
            return new ShardStep.Settle(
                    cell.record().withoutTriggersFrom(cell.job.given()),
                    new ElasticJobEvent.ValueUnreadable(
                            cell.path(),
                            "it says that trigger " + cell.record().trigger() + " has run, and there have been "
                                    + cell.job.given(),
                            "it is corrected; triggers that are not done run"));
        }
        RegistryTime time = outbox.time();
        return time.told()
                .flatMap(told -> FutureRecord.corrected(job, cell.shard, cell.record(), time.horizon()))
                .or(() -> cell.job.cancels().ended(job, cell.shard, cell.record(), ownerOf(cell), now))
                .orElseGet(() -> onceItsFiringIsRead(
                        cell, ShardStep.next(job, cell.shard, cell.record(), ownerOf(cell), now), now));
    }

    /**
     * Which part a shard has begun is decided by the firing that is open now, and not by one before. What was begun by hand
     * is not given up because its trigger has not been heard of.
     */
    private ShardStep onceItsFiringIsRead(ShardCell cell, ShardStep step, Instant now) {
        boolean isDecision = step instanceof ShardStep.Claim || step instanceof ShardStep.Settle;
        if (isDecision && isTriggerUnheard(cell)) {
            return new ShardStep.Rest(now.plus(UNHEARD));
        }
        return isDecision && cell.job.isPartUnread(cell.record()) ? new ShardStep.Rest() : step;
    }

    /** Whether a firing by hand that the shard has begun, and is to go on with, may have been cancelled or not. */
    boolean isTriggerUnheard(ShardCell cell) {
        return cell.record().state() instanceof ShardState.Idle
                && cell.record().firing() instanceof Firing.Triggered triggered
                && triggered.number() > cell.record().trigger()
                && namespace.isUnheard(cell.job, triggered.number());
    }

    private ShardStep.Owner ownerOf(ShardCell cell) {
        String owner = cell.record().holder().orElse(null);
        if (owner == null) {
            return ShardStep.Owner.UNKNOWN;
        }
        if (registration.isSelf(owner)) {
            return ShardStep.Owner.SELF;
        }
        if (cell.isDead(owner, registration.usable().orElse(null))) {
            boolean isOver = cell.leaseLeft(owner, outbox.nanos()).compareTo(Duration.ZERO) <= 0;
            return isOver ? ShardStep.Owner.DEAD : ShardStep.Owner.LEASED;
        }
        return namespace.roster().isLive(owner) ? ShardStep.Owner.LIVE : ShardStep.Owner.UNKNOWN;
    }
}
