package io.elasticjob.coordination;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.PlanRequest;
import io.elasticjob.PlanStatus;
import io.elasticjob.TriggerRequest;
import io.elasticjob.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Firings by hand that are to come: the leader makes a trigger of each, when its time has come and the one before it is done.
 * Making one and noting that is one transaction, so that each is made once, whoever leads. Decides; never acts.
 *
 * @param asked what runs, and who asked for it; its id is that of the plan
 * @param requestedAt registry time at which it was asked for
 * @param notBefore when its one firing may begin; null for a backfill
 * @param fireTimes of a backfill, ascending, settled when it is asked for; empty for one firing
 * @param before the fire time before the first of them; null when there is none
 * @param made for how many of them triggers were made
 * @param unknown fields of the stored form that this version has no name for
 */
public record Planned(
        TriggerRequest asked,
        Instant requestedAt,
        @Nullable Instant notBefore,
        List<Instant> fireTimes,
        @Nullable Instant before,
        int made,
        Map<String, Object> unknown) {

    /** So many of one job may be there. */
    public static final int MOST = 100;

    /** What is due for so long and cannot be made a trigger is given up. */
    public static final Duration TIME_TO_LIVE = Duration.ofDays(1);

    /** What the ids of triggers of a backfill have between the id of the request and the number of the fire time. */
    private static final String PART = ".";

    public Planned {
        fireTimes = List.copyOf(fireTimes);
        unknown = Map.copyOf(unknown);
    }

    /** What to do about it now. */
    public sealed interface Step {

        /** Make the trigger of the next firing, and note that. */
        record Make() implements Step {}

        /** All of its triggers were made, and the last one is done: remove it. */
        record Over() implements Step {}

        /** Nothing, before this time; null for as long as nothing changes. */
        record Wait(@Nullable Instant until) implements Step {}
    }

    /**
     * A request as it is stored.
     *
     * @param id of the request
     * @param schedule of its job
     * @param now registry time
     * @throws InvalidSettingException when it cannot be carried out, naming field, value and rule
     */
    public static Planned of(PlanRequest request, String id, Schedule schedule, Instant now) {
        TriggerRequest asked = request.trigger().withId(id);
        if (request.when() instanceof PlanRequest.Backfill span) {
            List<Instant> fireTimes = fireTimes(span, schedule, now);
            Instant before = schedule.latest(fireTimes.get(0).minusMillis(1))
                    .filter(at -> !at.isBefore(Instant.EPOCH)) // which nobody could read again
                    .orElse(null);
            return new Planned(asked, now, null, fireTimes, before, 0, Map.of());
        }
        Instant notBefore = request.when() instanceof PlanRequest.After after
                ? now.plus(after.delay())
                : ((PlanRequest.NotBefore) request.when()).instant();
        if (notBefore.isAfter(now.plus(PlanRequest.LONGEST_DELAY))) {
            throw new InvalidSettingException(
                    "notBefore",
                    notBefore.toString(),
                    "must be within " + PlanRequest.LONGEST_DELAY.toDays() + " days: by the clock of ZooKeeper it is "
                            + now);
        }
        return new Planned(asked, now, notBefore, List.of(), null, 0, Map.of());
    }

    private static List<Instant> fireTimes(PlanRequest.Backfill span, Schedule schedule, Instant now) {
        if (schedule instanceof Schedule.None || schedule.isByEnd()) {
            throw new InvalidSettingException(
                    "from",
                    span.from().toString(),
                    "needs a job with a schedule that names fire times, such as cron or every");
        }
        if (span.to().isAfter(now)) {
            throw new InvalidSettingException(
                    "to", span.to().toString(), "must be past: by the clock of ZooKeeper it is " + now);
        }
        List<Instant> fireTimes = new ArrayList<>();
        Instant next = schedule.next(span.from().minusMillis(1)).orElse(null);
        while (next != null && !next.isAfter(span.to())) {
            if (fireTimes.size() == PlanRequest.MOST_FIRE_TIMES) {
                throw new InvalidSettingException(
                        "to",
                        span.to().toString(),
                        "is too late: from " + span.from() + " on there are more than " + PlanRequest.MOST_FIRE_TIMES
                                + " fire times; ask for a shorter span, the last one that is possible ends at "
                                + fireTimes.get(fireTimes.size() - 1));
            }
            fireTimes.add(next);
            next = schedule.next(next).orElse(null);
        }
        if (fireTimes.isEmpty()) {
            throw new InvalidSettingException(
                    "from",
                    span.from().toString(),
                    "leaves nothing to run: there is no fire time up to to=" + span.to());
        }
        return fireTimes;
    }

    /**
     * What to do about it.
     *
     * @param triggers of its job that are not done, as far as they are known
     * @param now registry time
     */
    public Step next(SortedMap<Long, Trigger> triggers, Instant now) {
        if (made == count()) {
            return isPending(triggers) ? new Step.Wait(null) : new Step.Over();
        }
        Instant from = notBefore;
        if (from != null && now.isBefore(from)) {
            return new Step.Wait(from);
        }
        boolean waits = (made > 0 && isPending(triggers)) || isThere(triggers, request(made));
        return waits ? new Step.Wait(null) : new Step.Make();
    }

    /** How many triggers are made of it in all. */
    public int count() {
        return fireTimes.isEmpty() ? 1 : fireTimes.size();
    }

    /** Whether the trigger that was made last of it is not done. */
    private boolean isPending(SortedMap<Long, Trigger> triggers) {
        return isThere(triggers, request(made - 1));
    }

    private static boolean isThere(SortedMap<Long, Trigger> triggers, String request) {
        return triggers.values().stream().anyMatch(trigger -> trigger.request().equals(request));
    }

    /** Id of the request that stands in a trigger that is made of it. */
    private String request(int number) {
        return fireTimes.isEmpty() ? asked.id() : asked.id() + PART + number;
    }

    /** Whether a trigger is the next one that is to be made of it, and cannot be, for so long that nobody waits any more. */
    public boolean isTooOld(Instant now) {
        Instant due = notBefore == null ? requestedAt : notBefore;
        Duration patience = TIME_TO_LIVE.multipliedBy(made + 1L);
        return now.isAfter(due.plus(patience));
    }

    /** What is asked for by the next trigger that is made of it. */
    public TriggerRequest nextRequest() {
        return asked.withId(request(made));
    }

    /** The fire time and the one before it that the next trigger is for; empty when it is for no past one. */
    public Optional<Trigger.Interval> nextInterval() {
        return fireTimes.isEmpty()
                ? Optional.empty()
                : Optional.of(new Trigger.Interval(fireTimes.get(made), made == 0 ? before : fireTimes.get(made - 1)));
    }

    /** The same after one more trigger of it was made. */
    public Planned afterOneMore() {
        return new Planned(asked, requestedAt, notBefore, fireTimes, before, made + 1, unknown);
    }

    /** The same as everybody reads it. */
    public Planned at(Instant createdAt) {
        return new Planned(asked, createdAt, notBefore, fireTimes, before, made, unknown);
    }

    /** Whether the other is the same request, however far it is carried out. */
    public boolean isSameRequest(Planned other) {
        boolean sameTime = fireTimes.isEmpty() == other.fireTimes.isEmpty() && fireTimes.equals(other.fireTimes);
        return asked.equals(other.asked) && sameTime;
    }

    public PlanStatus status() {
        return new PlanStatus(asked.job(), asked.id(), requestedAt, notBefore, fireTimes, made, asked.by());
    }
}
