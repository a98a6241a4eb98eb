package io.elasticjob.coordination;

import io.elasticjob.Firing;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which firings of a job were told as not ended by their deadline. Whoever notes one tells it: so each is told once, whoever
 * leads. Decides; never acts.
 *
 * @param through the latest firing by schedule that was told; null before the first
 * @param trigger the highest number of a firing by hand that was told; -1 before the first
 * @param last the one that was told last
 * @param fireTime of that one
 * @param by id of the instance that noted it, and tells it
 */
public record MissedDeadlines(@Nullable Instant through, long trigger, Firing last, Instant fireTime, String by) {

    /** A firing that is to be told of. */
    public record Late(Firing firing, Instant fireTime) {}

    /** Whether this firing was told of, or need not be any more. */
    public boolean has(Firing firing) {
        return firing instanceof Firing.Triggered triggered
                ? triggered.number() <= trigger
                : through != null
                        && firing instanceof Firing.Scheduled scheduled
                        && !scheduled.fireTime().isAfter(through);
    }

    /** The one that was told last, as long as it has not ended; empty when it has. */
    public static Optional<Late> open(FiringRecord record) {
        MissedDeadlines missed = record.marks().missed();
        if (missed == null) {
            return Optional.empty();
        }
        FiringRecord.Current current = record.current();
        boolean isOver = current != null && current.whole().firing().equals(missed.last)
                ? current.stage() instanceof FiringRecord.Closed
                : record.decided().has(missed.last);
        return isOver ? Optional.empty() : Optional.of(new Late(missed.last, missed.fireTime));
    }

    /**
     * The firing that has not ended by its deadline and was not told of: the one that is open, for which all others wait; or
     * else the one that is due next, though no instance opens it. Of several the latest by schedule: the others are
     * superseded.
     *
     * @param job at {@code then}
     * @param then the registry's time less the deadline: what came due by then should have ended
     */
    public static Optional<Late> of(ShardStep.Job job, FiringRecord record, Instant then) {
        FiringRecord.Current current = record.current();
        if (current != null && !(current.stage() instanceof FiringRecord.Closed)) {
            return late(record, current.whole().firing(), current.whole().fireTime(), then);
        }
        Optional<Late> due = DueFiring.of(job.asWhole(), 0, record.asOfShard(), then)
                .flatMap(firing -> late(record, new Firing.Scheduled(firing.fireTime()), firing.fireTime(), then));
        return due.or(() -> job.triggers().pending().tailMap(record.decided().trigger() + 1).values().stream()
                .filter(trigger -> job.mayRun(trigger))
                .flatMap(trigger ->
                        late(record, new Firing.Triggered(trigger.number()), trigger.requestedAt(), then).stream())
                .findFirst());
    }

    private static Optional<Late> late(FiringRecord record, Firing firing, Instant fireTime, Instant then) {
        MissedDeadlines told = record.marks().missed();
        return fireTime.isAfter(then) || (told != null && told.has(firing))
                ? Optional.empty()
                : Optional.of(new Late(firing, fireTime));
    }

    /** The record once this one is told by that instance. */
    public static FiringRecord noted(FiringRecord record, Late late, String by) {
        MissedDeadlines told = record.marks().missed();
        Instant through = told == null ? null : told.through;
        long trigger = told == null ? -1 : told.trigger;
        MissedDeadlines next = new MissedDeadlines(
                late.firing() instanceof Firing.Scheduled scheduled
                        ? FiringRecord.later(through, scheduled.fireTime())
                        : through,
                late.firing() instanceof Firing.Triggered triggered ? Math.max(trigger, triggered.number()) : trigger,
                late.firing(),
                late.fireTime(),
                by);
        return record.with(record.marks().missed(next));
    }

    /** The record that closes a firing, with a note where that ends too late and was not told of. */
    public static FiringRecord closing(FiringRecord closed, @Nullable Duration deadline, String by) {
        FiringRecord.Current current = closed.current();
        if (deadline == null || current == null || !(current.stage() instanceof FiringRecord.Closed end)) {
            return closed;
        }
        return late(
                        closed,
                        current.whole().firing(),
                        current.whole().fireTime(),
                        end.at().minus(deadline))
                .map(late -> noted(closed, late, by))
                .orElse(closed);
    }
}
