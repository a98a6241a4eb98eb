package io.elasticjob.coordination;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How many claims are counted in a limit at most, as the registry holds it.
 *
 * @param most at least 1
 * @param order of start of the process that declared it so; who started later has a larger one
 * @param unknown fields of the stored form that this version has no name for; they are written back as they were
 */
public record Limit(int most, long order, Map<String, Object> unknown) {

    public Limit {
        unknown = Map.copyOf(unknown);
    }

    public Limit(int most, long order) {
        this(most, order, Map.of());
    }

    /** Less than that of any process. */
    private static final long NOBODYS = 0;

    /** Whether a process may have written it: each was there before it wrote, so that its order is that of an earlier write. */
    public boolean isCredible(long modified) {
        return order <= modified;
    }

    /**
     * The same as it is compared with what a process declares. An order that nobody can have would hold for good, since no
     * process would ever have a higher one: it counts as nobody's.
     *
     * @param modified by which transaction it was written
     */
    public Limit asOf(long modified) {
        return isCredible(modified) ? this : new Limit(most, NOBODYS, unknown);
    }

    /**
     * What is to be written for what a process declares; empty when that holds, or a process that started later has declared
     * something else. So deployments and rollbacks take effect, and two versions do not write against each other.
     *
     * @param stored null when there is nothing, or nothing that any version can read
     */
    public static Optional<Limit> declared(@Nullable Limit stored, int most, long order) {
        if (stored == null) {
            return Optional.of(new Limit(most, order));
        }
        return most == stored.most() || order < stored.order()
                ? Optional.empty()
                : Optional.of(new Limit(most, order, stored.unknown()));
    }
}
