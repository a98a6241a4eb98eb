package io.elasticjob.gateway;

import io.elasticjob.gateway.wire.Attach;
import io.elasticjob.gateway.wire.ProblemException;

/**
 * Who asks, as the security of the application has found out.
 *
 * @param name of the principal
 * @param grants what it may do
 */
public record Caller(String name, Grants grants) {

    /** Whoever asks, where there is no security. */
    public static final Caller ANYBODY = new Caller("anybody on this machine", Grants.ALL);

    /** Whether it has shown nothing of itself, and need not. */
    boolean isAnybody() {
        return this == ANYBODY;
    }

    /** @throws ProblemException when it asks for more than it may */
    void check(Attach request) {
        if (!grants.joins(request.crew())) {
            throw ProblemException.forbidden("crew", request.crew(), "is not granted to " + name);
        }
        for (String handler : request.handlers()) {
            if (!grants.offers(handler)) {
                throw ProblemException.forbidden("handlers", handler, "is not granted to " + name);
            }
        }
    }
}
