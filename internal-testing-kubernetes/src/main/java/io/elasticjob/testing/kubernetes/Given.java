package io.elasticjob.testing.kubernetes;

import java.util.Set;

/**
 * What objects may name although it is not among them.
 *
 * @param secrets that the user creates
 */
public record Given(Set<String> secrets) {

    /** Nothing. */
    public static final Given NOTHING = new Given(Set.of());

    public Given {
        secrets = Set.copyOf(secrets);
    }
}
