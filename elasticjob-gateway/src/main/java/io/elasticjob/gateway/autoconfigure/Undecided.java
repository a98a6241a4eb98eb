package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.gateway.wire.ProblemException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said while it cannot be told whose a token is: a worker must not take that for a refusal, and end what it runs. */
final class Undecided {

    private static final Logger log = LoggerFactory.getLogger(Undecided.class);

    private Undecided() {}

    static ProblemException because(Throwable cause) {
        log.warn("It cannot be told whose a JWT is; the worker is asked to try again", cause);
        return ProblemException.cutOff("This gateway cannot reach the issuer of the token", 0, List.of());
    }
}
