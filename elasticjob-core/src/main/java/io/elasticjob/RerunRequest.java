package io.elasticjob;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A request to run shards of past firings again, as those firings: with their ids and fire times, and the next attempt.
 *
 * @param which firings
 * @param shards that run again; empty for those that failed
 * @param id idempotency key: a second request of the same id for the same job is the same one, for as long as the job
 *     remembers it (32 requests); "" for a request that is never repeated
 * @since 0.1.0
 */
public record RerunRequest(
        String job, Which which, SortedSet<Integer> shards, Set<Option> options, String id, Operator by) {

    /** So many firings may run again by one request. */
    public static final int MOST_FIRINGS = 50;

    /** The longest id: ids of triggers that are made of it are longer. */
    public static final int MAX_ID_LENGTH = 50;

    /** Which firings run again. */
    public sealed interface Which {}

    /** These firings: all of them, or none. */
    public record Firings(List<Firing> firings) implements Which {

        /** @throws InvalidSettingException when there are none, or too many */
        public Firings {
            firings = List.copyOf(new LinkedHashSet<>(firings));
            if (firings.isEmpty() || firings.size() > MOST_FIRINGS) {
                throw tooMany(firings.size());
            }
        }
    }

    /**
     * Those with fire times in a span of which shards failed.
     *
     * @param from the first instant
     * @param to the last one
     */
    public record FailedBetween(Instant from, Instant to) implements Which {

        /** @throws InvalidSettingException when the span ends before it begins */
        public FailedBetween {
            if (to.isBefore(from)) {
                throw new InvalidSettingException("to", to.toString(), "must not be before from=" + from);
            }
        }
    }

    /** What else is wanted. */
    public enum Option {
        /** The jobs run that are to run after this one: once for each firing that is closed again. */
        SUCCESSORS,
        /** The parameters of the job and of its shards may have changed since: those of now are used. */
        PRESENT_PARAMETERS,
        /** It runs even if the job, or a shard of it, is disabled. */
        FORCED
    }

    /** @throws InvalidSettingException when the job's name is none, or the id cannot stand in a path */
    public RerunRequest {
        JobDefinition.checkedName("job", job);
        shards = Collections.unmodifiableSortedSet(new TreeSet<>(shards));
        options = Set.copyOf(options);
        if (!id.isEmpty()) {
            TriggerRequest.of(job).withId(id);
            if (id.length() > MAX_ID_LENGTH) {
                throw new InvalidSettingException("id", id, "must have at most " + MAX_ID_LENGTH + " characters");
            }
        }
    }

    /** The failed shards of a firing. */
    public static RerunRequest of(String job, Firing firing) {
        return of(job, List.of(firing));
    }

    /** The failed shards of these firings. */
    public static RerunRequest of(String job, List<Firing> firings) {
        return of(job, new Firings(firings));
    }

    /** The failed shards of all firings with fire times from one instant to another, both included. */
    public static RerunRequest failedBetween(String job, Instant from, Instant to) {
        return of(job, new FailedBetween(from, to));
    }

    private static RerunRequest of(String job, Which which) {
        return new RerunRequest(job, which, Collections.emptySortedSet(), Set.of(), "", Operator.UNKNOWN);
    }

    public RerunRequest withShards(SortedSet<Integer> only) {
        return new RerunRequest(job, which, only, options, id, by);
    }

    public RerunRequest with(Option... wanted) {
        return new RerunRequest(job, which, shards, Set.of(wanted), id, by);
    }

    public RerunRequest withId(String known) {
        return new RerunRequest(job, which, shards, options, known, by);
    }

    public RerunRequest by(Operator operator) {
        return new RerunRequest(job, which, shards, options, id, operator);
    }

    private static InvalidSettingException tooMany(int firings) {
        return new InvalidSettingException(
                "firings", Integer.toString(firings), "must be from 1 to " + MOST_FIRINGS + " firings at once");
    }
}
