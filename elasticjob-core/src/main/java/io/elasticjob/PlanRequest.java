package io.elasticjob;

import io.elasticjob.text.Durations;
import java.time.Duration;
import java.time.Instant;

/**
 * A request to run shards of a job later: once, not before a time, or for each fire time of a span that is past.
 *
 * @param trigger what runs, and who asks for it
 * @param when it runs
 * @since 0.1.0
 */
public record PlanRequest(TriggerRequest trigger, When when) {

    /** The longest time from the request to a run. */
    public static final Duration LONGEST_DELAY = Duration.ofDays(366);

    /** The most fire times that a request may have. */
    public static final int MOST_FIRE_TIMES = 1_000;

    /** The longest id of such a request: ids of triggers that are made of it are longer. */
    public static final int MAX_ID_LENGTH = 58;

    /** @throws InvalidSettingException when the id is too long */
    public PlanRequest {
        if (!trigger.id().isEmpty()) {
            checkedId(trigger.id());
        }
    }

    /**
     * An id that a plan may have.
     *
     * @throws InvalidSettingException when it may not
     */
    public static String checkedId(String id) {
        TriggerRequest.of("job").withId(id);
        if (id.isEmpty() || id.length() > MAX_ID_LENGTH) {
            throw new InvalidSettingException("id", id, "must have 1 to " + MAX_ID_LENGTH + " characters for a plan");
        }
        return id;
    }

    /** When it runs. */
    public sealed interface When {}

    /**
     * Once, as soon as shards are free after this time.
     *
     * @param instant by ZooKeeper's clock
     */
    public record NotBefore(Instant instant) implements When {

        /** @throws InvalidSettingException when it is before 1970 */
        public NotBefore {
            checkStorable("notBefore", instant);
        }
    }

    /** Once, as soon as shards are free after this delay. */
    public record After(Duration delay) implements When {

        /** @throws InvalidSettingException when it is negative, or longer than {@link #LONGEST_DELAY} */
        public After {
            if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
                throw new InvalidSettingException(
                        "notBefore", Durations.format(delay), "must be from 0s to " + Durations.format(LONGEST_DELAY));
            }
        }
    }

    /**
     * Once for each fire time of the job's schedule in a span that is past, in their order, between its regular firings.
     *
     * @param from the first instant
     * @param to the last one
     */
    public record Backfill(Instant from, Instant to) implements When {

        /** @throws InvalidSettingException when the span begins before 1970, or ends before it begins */
        public Backfill {
            checkStorable("from", from);
            if (to.isBefore(from)) {
                throw new InvalidSettingException("to", to.toString(), "must not be before from=" + from);
            }
        }
    }

    /** Nobody could read it again; the latest that is allowed depends on the present time. */
    private static void checkStorable(String name, Instant instant) {
        if (instant.isBefore(Instant.EPOCH)) {
            throw new InvalidSettingException(name, instant.toString(), "must not be before 1970");
        }
    }

    /** Runs all shards of the trigger once, not before this time. */
    public static PlanRequest notBefore(Instant instant, TriggerRequest trigger) {
        return new PlanRequest(trigger, new NotBefore(instant));
    }

    /** Runs all shards of the trigger once, after this delay. */
    public static PlanRequest after(Duration delay, TriggerRequest trigger) {
        return new PlanRequest(trigger, new After(delay));
    }

    /** Runs all shards of the trigger for each fire time from one instant to another, both included. */
    public static PlanRequest backfill(Instant from, Instant to, TriggerRequest trigger) {
        return new PlanRequest(trigger, new Backfill(from, to));
    }
}
