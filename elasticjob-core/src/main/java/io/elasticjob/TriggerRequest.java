package io.elasticjob;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request to run shards of a job once.
 *
 * @param shards to run; empty for all that the job has at the time of the request
 * @param parameter that replaces the job's own; null for the job's own
 * @param forced whether it runs even if the job, or a shard of it, is disabled
 * @param id idempotency key of the request: as long as its trigger is there, a second request of the same id for
 *     the same job is the same one; "" for a request that is never repeated
 * @since 0.1.0
 */
public record TriggerRequest(
        String job, SortedSet<Integer> shards, @Nullable String parameter, boolean forced, String id, Operator by) {

    /** The longest parameter, in characters. */
    public static final int MAX_PARAMETER_LENGTH = 4_000;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /**
     * @throws InvalidSettingException when the job's name is none, the parameter is too long, or the id cannot stand in a path
     */
    public TriggerRequest {
        JobDefinition.checkedName("job", job);
        shards = Collections.unmodifiableSortedSet(new TreeSet<>(shards));
        if (parameter != null && parameter.length() > MAX_PARAMETER_LENGTH) {
            throw new InvalidSettingException(
                    "parameter",
                    InvalidSettingException.hidden(parameter),
                    "must have at most " + MAX_PARAMETER_LENGTH + " characters");
        }
        if (!id.isEmpty() && !ID.matcher(id).matches()) {
            throw new InvalidSettingException(
                    "id", id, "must be 1 to 64 letters, digits, dots, dashes and underscores of ASCII");
        }
    }

    /** Without the parameter, which may be secret. */
    @Override
    public String toString() {
        return "TriggerRequest[job=" + job + ", shards=" + shards + ", parameter="
                + (parameter == null ? "the job's own" : InvalidSettingException.hidden(parameter)) + ", forced="
                + forced
                + ", id=" + id + ", by=" + by + "]";
    }

    /** All shards, with the job's own parameter. */
    public static TriggerRequest of(String job) {
        return new TriggerRequest(job, Collections.emptySortedSet(), null, false, "", Operator.UNKNOWN);
    }

    public TriggerRequest withShards(SortedSet<Integer> only) {
        return new TriggerRequest(job, only, parameter, forced, id, by);
    }

    public TriggerRequest withParameter(@Nullable String other) {
        return new TriggerRequest(job, shards, other, forced, id, by);
    }

    public TriggerRequest withForce(boolean force) {
        return new TriggerRequest(job, shards, parameter, force, id, by);
    }

    public TriggerRequest withId(String known) {
        return new TriggerRequest(job, shards, parameter, forced, known, by);
    }

    public TriggerRequest by(Operator operator) {
        return new TriggerRequest(job, shards, parameter, forced, id, operator);
    }
}
