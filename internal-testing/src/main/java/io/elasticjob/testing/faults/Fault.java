package io.elasticjob.testing.faults;

import java.time.Instant;

/**
 * Something that was done to a process, from its beginning to its end.
 *
 * @param instance {@link #ALL} when it was done to all of them
 * @param until the same as {@code from} for what happens at once
 */
public record Fault(Kind kind, String instance, Instant from, Instant until) {

    public static final String ALL = "all";

    public enum Kind {
        /** Gone without a word. */
        KILLED,
        /** Stood still, and could not know it. */
        FROZEN,
        /** Its session was ended on the side of the registry, which it learns only afterwards. */
        EXPIRED,
        /** Out of reach of the registry, which it notices: it gives itself up before others may take over. */
        CUT
    }

    public static Fault killed(String instance, Instant at) {
        return new Fault(Kind.KILLED, instance, at, at);
    }

    boolean hits(String other) {
        return instance.equals(ALL) || instance.equals(other);
    }

    /** Others may take over while it still believes that it is alive. */
    boolean deceives() {
        return kind != Kind.CUT;
    }
}
