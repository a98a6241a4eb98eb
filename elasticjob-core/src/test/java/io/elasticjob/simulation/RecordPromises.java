package io.elasticjob.simulation;

import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.coordination.Switches;
import io.elasticjob.memory.Change;
import io.elasticjob.registry.Read;
import io.elasticjob.simulation.Observed.History;
import io.elasticjob.simulation.Observed.Job;
import io.elasticjob.simulation.Observed.Written;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** What is promised of each write of a record: claims, checkpoints, ends, and what is decided. */
final class RecordPromises {

    private final Observed seen;
    private final JobPromises declared;
    private final TriggerPromises triggers;
    private final DelayPromises delays;
    private final Others others;

    RecordPromises(Observed seen, JobPromises declared, TriggerPromises triggers, DelayPromises delays, Others others) {
        this.others = others;
        this.seen = seen;
        this.declared = declared;
        this.triggers = triggers;
        this.delays = delays;
    }

    /** Who else is told of writes. */
    record Others(CutPromises cuts, PausePromises pauses, OverlapPromises overlaps, BroadcastPromises broadcasts) {}

    void changed(History history, Change change) {
        if (change.after() instanceof Read.Absent) {
            checkDeleted(history);
            delays.gone(history.path);
            history.last = ShardRecord.NEW;
            return;
        }
        ShardRecord after = seen.record(change.after());
        if (after == null) {
            return; // made in the same transaction that claims it
        }
        ShardRecord before = history.last;
        history.last = after;
        seen.trace.note(() -> "registry: " + change.path() + " " + after.state() + " through " + after.through()
                + " zxid " + change.zxid());
        boolean ownerLived = before.holder().filter(seen::isLive).isPresent();
        Written written = new Written(change.zxid(), before, after, ownerLived);
        if (BroadcastPromises.isTakenBack(history, seen.jobs.get(history.of.job()), after)) {
            others.broadcasts().takenBack(history, written);
            checkThrough(history, written);
            history.writes.add(written);
            return;
        }
        if (CutPromises.isStop(before, after, history.claim)) {
            seen.trace.note(() -> history.path + " is told to end: " + after.stop());
        } else if (written.isCheckpoint()) {
            checkCheckpoint(history, written);
        } else if (written.isAdoption()) {
            checkAdoption(history, written);
        } else if (after.isRunning()) {
            checkClaim(history, written);
            history.claim = change.zxid();
            history.claims.add(change.zxid());
        } else if (before.isRunning() && isPutBack(history, after)) {
            history.putBack.add(history.claim);
        } else if (before.isRunning()) {
            checkEnd(history, written);
        } else if (!CutPromises.isSettlement(before, after)) {
            checkSettlement(history, written);
        }
        checkThrough(history, written);
        triggers.written(history.of, history.shard, before, after);
        Job job = seen.jobs.get(history.of.job());
        delays.written(history.path, job == null ? null : job.definition(), before, after);
        others.cuts().written(history, written, job == null ? null : job.definition());
        others.pauses().written(history, written, job);
        others.overlaps().written(history, written, job);
        if (after.state() instanceof ShardState.Done && after.firing() != null) {
            history.ended.add(after.firing());
        }
        history.writes.add(written);
    }

    private void checkDeleted(History history) {
        Job job = seen.jobs.get(history.of.job());
        if (job != null && job.life().equals(history.of.life())) {
            seen.violated("the record " + history.path + " was deleted while its job lives");
        } else if (history.last.isRunningBy(seen::isLive)) {
            seen.violated("the record " + history.path + " was deleted while a live instance held it: " + history.last);
        }
    }

    /** A checkpoint changes nothing else, and only the execution whose claim holds the record writes one. */
    private void checkCheckpoint(History history, Written written) {
        ShardRecord after = written.after();
        if (!after.equals(written.before().withToken(history.claim).withCheckpoint(after.checkpoint()))) {
            seen.violated(history, "was changed while it ran", written);
        }
        if (after.checkpoint() == null || !after.checkpoint().startsWith(history.claim + ":")) {
            seen.violated(history, "got a checkpoint of an execution that does not hold it", written);
        }
    }

    /** Only the process that runs it goes on with it, as another instance, under the token of its claim. */
    private void checkAdoption(History history, Written written) {
        ShardRecord before = written.before();
        ShardRecord after = written.after();
        String former = before.owner().orElseThrow();
        String now = after.owner().orElseThrow();
        if (!seen.isLive(now) || !processOf(now).equals(processOf(former))) { // whose former node may be there still
            seen.violated(history, "was adopted by one that does not run it", written);
        }
        if (!after.equals(before.adopted(now, history.claim, before.lease()))) {
            seen.violated(history, "was changed, or lost its token, when it was adopted", written);
        }
    }

    private static String processOf(String instance) {
        return instance.substring(0, instance.lastIndexOf('.'));
    }

    /** Its attempts go on from those of the past firing: see {@link RerunPromises}. */
    private static boolean isRerun(ShardRecord after) {
        return after.firing() instanceof Firing.Triggered triggered && triggered.again() != null;
    }

    private void checkClaim(History history, Written written) {
        ShardRecord before = written.before();
        ShardRecord after = written.after();
        Firing firing = Objects.requireNonNull(after.firing());
        if (!after.isRunningBy(seen::isLive)) {
            seen.violated(history, "was claimed by one that is not registered", written);
        }
        if (written.ownerLived()) {
            seen.violated(history, "was claimed while a live instance held it", written);
        }
        if (history.ended.contains(firing)) {
            seen.violated(history, "was claimed for a firing that had ended", written);
        }
        boolean again = firing.equals(before.firing());
        if (after.attempt() != (again ? before.attempt() + 1 : 1) && (again || !isRerun(after))) {
            seen.violated(history, "was claimed under another attempt than the next", written);
        }
        if (after.deaths() != (before.isRunning() ? before.deaths() + 1 : again ? before.deaths() : 0)) {
            seen.violated(history, "was claimed with a wrong number of deaths", written);
        }
        Job job = seen.jobs.get(history.of.job());
        if (job == null || !job.life().equals(history.of.life())) {
            seen.violated(history, "was claimed though its job is gone", written);
            return;
        }
        JobDefinition definition = job.definition();
        checkOwnerMayClaim(history, job, written);
        others.broadcasts().claimed(history, job, written);
        declared.checkIsDeclared(history, job, written);
        if (before.isRunning()
                && !(definition.failover().wanted()
                        && again
                        && after.deaths() <= definition.failover().limit())) {
            seen.violated(history, "was taken over though its job does not ask for that", written);
        }
        if (firing instanceof Firing.Scheduled scheduled) {
            checkFireTime(history, job, scheduled.fireTime(), written);
        } else if (firing instanceof Firing.Triggered triggered) {
            triggers.claimed(history.of, job.stored(), history.shard, before, triggered.number());
        }
    }

    /** Who is drained, or switched off for a job, takes nothing from the moment on that the registry says so. */
    private void checkOwnerMayClaim(History history, Job job, Written written) {
        Instance owner = written.after().owner().flatMap(seen::instance).orElse(null);
        if (owner != null && owner.drained().isPresent()) {
            seen.violated(history, "was claimed by one that is drained", written);
        }
        if (owner != null && job.stored().switches().off(owner.name()).isPresent()) {
            seen.violated(history, "was claimed by one that is switched off for the job", written);
        }
    }

    private void checkFireTime(History history, Job job, Instant fireTime, Written written) {
        ShardRecord before = written.before();
        Switches switches = job.stored().switches();
        if (!job.definition().enabled() || switches.isOff(history.shard)) {
            seen.violated(history, "was claimed though it is disabled", written);
        }
        if (!job.definition().monitorExecution()) {
            seen.violated(history, "was claimed though its job is not monitored", written);
        }
        if (switches.onSince(history.shard).filter(fireTime::isBefore).isPresent()) {
            seen.violated(history, "was claimed for a firing of before it was enabled", written);
        }
        if (before.through() != null && !fireTime.isAfter(before.through())) {
            seen.violated(history, "was claimed for a firing that was decided before", written);
        }
        if (fireTime.isAfter(seen.clock.now().plus(Observed.EARLY))) {
            seen.violated(history, "was claimed for a firing to come", written);
        }
        if (fireTime.isBefore(job.stored().since())) {
            seen.violated(history, "was claimed for a firing of before its job began", written);
        }
        boolean isOpened = job.definition().schedule().isByEnd()
                && job.definition().wholeFirings().areRecorded(); // whose fire times are held to that of the whole
        boolean fires = DelayPromises.concerns(job.definition())
                ? fireTime.equals(delays.named(history.path, job.stored(), job.definition(), history.shard))
                : Optional.of(fireTime).equals(job.definition().schedule().next(fireTime.minusNanos(1)));
        if (!before.isRunning() && !isOpened && !fires) {
            seen.violated(history, "was claimed for what is no fire time", written);
        }
        boolean isPlanned = job.definition().plannedShards().arePlanned(); // then it is held to what is open
        if (!before.isRunning() && !isPlanned && !job.stored().shardCount().has(history.shard, fireTime)) {
            seen.violated(history, "was claimed for a firing that does not have this shard", written);
        }
    }

    /** Whether the record is again as it was before its claim, which was ahead of its fire time. */
    private static boolean isPutBack(History history, ShardRecord after) {
        return history.writes.stream()
                .anyMatch(
                        write -> write.zxid() == history.claim && write.before().equals(after));
    }

    /** Only the execution that holds it ends it, or somebody else in its place once it is dead. */
    private void checkEnd(History history, Written written) {
        ShardRecord before = written.before();
        ShardRecord after = written.after();
        if (!Observed.isSameExecution(before, after)) {
            seen.violated(history, "was ended by an execution that does not hold it", written);
        }
        boolean lost = after.state() instanceof ShardState.Done && "LOST".equals(after.outcome());
        if (lost && written.ownerLived()) {
            seen.violated(history, "was given up though its owner lives", written);
        }
        checkKeepsCheckpoint(history, written);
    }

    private void checkSettlement(History history, Written written) {
        ShardRecord after = written.after();
        Instant through = after.through();
        if (through == null || !after.equals(written.before().correctedThrough(through))) {
            seen.violated(history, "was changed though nobody ran it", written);
        }
        checkKeepsCheckpoint(history, written);
    }

    private void checkKeepsCheckpoint(History history, Written written) {
        boolean cleared = written.after().checkpoint() == null
                && "SUCCEEDED".equals(written.after().outcome());
        if (!cleared
                && !Objects.equals(
                        written.before().checkpoint(), written.after().checkpoint())) {
            seen.violated(history, "lost its checkpoint, or got one, though it did not succeed", written);
        }
    }

    /** What is decided stays decided, but for what a wrong clock has written far ahead. */
    private void checkThrough(History history, Written written) {
        Instant before = written.before().through();
        Instant after = written.after().through();
        boolean back = before != null && (after == null || after.isBefore(before));
        if (back
                && (written.before().isRunning()
                        || before.isBefore(seen.clock.now().plus(Simulation.MAX_TIME_DIFF)))) {
            seen.violated(history, "went back in what is decided", written);
        }
        if (back && Observed.isBefore(after, written.before().lastSucceeded())) {
            seen.violated(history, "went back behind what it has run", written);
        }
    }
}
