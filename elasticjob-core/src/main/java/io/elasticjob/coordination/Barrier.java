package io.elasticjob.coordination;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.Misfire;
import io.elasticjob.ShardRecord;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a shard of a job whose firings are recorded as wholes to the firing that is open: it is due for that one, or for
 * nothing. What it has missed beside that, it has missed with its job.
 *
 * @param known the job's record of firings; null while it is not known
 */
public record Barrier(@Nullable FiringRecord known) {

    /** Nothing is known of the firings of the job: nothing is begun. */
    public static final Barrier UNKNOWN = new Barrier(null);

    /** What a shard begins that neither runs nor has anything to go on with. */
    ShardStep begin(ShardStep.Job job, int shard, ShardRecord record, Instant now) {
        if (known == null) {
            return new ShardStep.Rest();
        }
        FiringRecord.Whole open = known.open().orElse(null);
        long over = known.decided().trigger();
        boolean isOver = job.triggers()
                .next(shard, record)
                .filter(next -> next.number() <= over)
                .filter(next -> open == null || !open.firing().equals(new Firing.Triggered(next.number())))
                .isPresent();
        if (isOver) { // it was closed without this shard, which was switched off
            return new ShardStep.Settle(record.decidedUpTo(over), null);
        }
        if (open == null || !open.has(shard)) {
            return new ShardStep.Rest();
        } else if (open.plan() != null && !arePlanned(job)) {
            return new ShardStep.Rest(); // the close counts it as decided
        }
        return isNobodys(job, open.firing()) ? notRun(job, shard, record, open) : begin(job, shard, record, open, now);
    }

    /**
     * Whether nobody knows what a shard of this firing is to do, though it may have begun it: its plan is lost, the job was or
     * is split without a planner, or the firing is over and its plan is gone.
     */
    boolean isNobodys(ShardStep.Job job, Firing firing) {
        if (known == null) {
            return false;
        }
        FiringRecord.Current current = known.current();
        boolean isBegun = current != null
                && !(current.stage() instanceof FiringRecord.Closed)
                && current.whole().firing().equals(firing);
        FiringRecord.Plan plan = current != null && isBegun ? current.whole().plan() : null;
        return plan == null ? arePlanned(job) && !hasOwnParts(job, firing) : plan.lost() || !arePlanned(job);
    }

    /** Whether its trigger says what each shard is to do; what there is no trigger for any more, nobody begins. */
    private static boolean hasOwnParts(ShardStep.Job job, Firing firing) {
        Trigger trigger =
                firing instanceof Firing.Triggered triggered ? job.triggers().get(triggered.number()) : null;
        return firing instanceof Firing.Triggered && (trigger == null || !trigger.isPlanned());
    }

    private static boolean arePlanned(ShardStep.Job job) {
        return job.definition().plannedShards().arePlanned();
    }

    /** It is decided by each shard for itself, as all else: so nothing begins that is closed meanwhile. */
    private static ShardStep notRun(ShardStep.Job job, int shard, ShardRecord record, FiringRecord.Whole open) {
        if (open.firing() instanceof Firing.Triggered triggered) {
            return record.trigger() >= triggered.number()
                    ? new ShardStep.Rest()
                    : new ShardStep.Settle(record.decidedUpTo(triggered.number()), null);
        }
        Instant through = record.through();
        boolean isDecided = through != null && !open.fireTime().isAfter(through);
        return isDecided || !job.wants(shard, open.fireTime())
                ? new ShardStep.Rest()
                : new ShardStep.Settle(record.decidedThrough(open.fireTime()), null);
    }

    private ShardStep begin(ShardStep.Job job, int shard, ShardRecord record, FiringRecord.Whole open, Instant now) {
        if (open.firing() instanceof Firing.Triggered triggered) {
            Trigger trigger = job.triggers().get(triggered.number());
            return trigger == null || trigger.isDecidedBy(record) || !job.mayRun(trigger, shard)
                    ? new ShardStep.Rest()
                    : ShardStep.claim(record, shard, trigger);
        }
        Optional<DueFiring> due = due(job, shard, record, now);
        if (due.isEmpty()) {
            return now.isBefore(open.fireTime()) ? new ShardStep.Rest(open.fireTime()) : new ShardStep.Rest();
        } else if (due.get().skipped()) {
            return new ShardStep.Settle(
                    record.decidedThrough(open.fireTime()),
                    new ElasticJobEvent.FiringSkipped(
                            job.definition().name(), shard, open.fireTime(), DueFiring.whySkipped(job.definition())));
        }
        return ShardStep.claim(record, open.fireTime());
    }

    /** The trigger that is open, and has this shard by its plan, which it has not begun. */
    Optional<Trigger> planned(ShardStep.Job job, int shard, ShardRecord record) {
        FiringRecord.Whole open = known == null ? null : known.open().orElse(null);
        return open != null && open.has(shard) && open.firing() instanceof Firing.Triggered triggered
                ? Optional.ofNullable(job.triggers().get(triggered.number()))
                        .filter(Trigger::isPlanned)
                        .filter(trigger -> !trigger.isDecidedBy(record))
                : Optional.empty();
    }

    /** The firing by schedule that the shard is due for. */
    Optional<DueFiring> due(ShardStep.Job job, int shard, ShardRecord record, Instant now) {
        FiringRecord.Whole open = known == null ? null : known.open().orElse(null);
        if (open == null || !(open.firing() instanceof Firing.Scheduled) || !open.has(shard)) {
            return Optional.empty();
        }
        Instant fireTime = open.fireTime();
        Instant through = record.through();
        boolean isDecided = through != null && !fireTime.isAfter(through);
        if (isDecided || now.isBefore(fireTime) || !job.wants(shard, fireTime)) {
            return Optional.empty();
        }
        boolean isSkipped = open.plan() == null // else it was planned in time
                && job.definition().misfire() == Misfire.SKIP
                && DueFiring.isTooLate(job.definition(), fireTime, now);
        return Optional.of(new DueFiring(fireTime, isSkipped));
    }
}
