package io.elasticjob.gateway.web;

import io.elasticjob.gateway.Caller;
import io.elasticjob.gateway.wire.ProblemException;
import java.net.InetAddress;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/** Without any security: serves whoever is on this machine, and nobody who comes through a proxy. For development. */
public final class LoopbackCallers implements Callers {

    @Override
    public Caller identify(@Nullable Principal principal, @Nullable InetAddress from, boolean isForwarded) {
        if (from == null || !from.isLoopbackAddress()) {
            throw ProblemException.forbidden(
                    "address",
                    from == null ? "" : from.getHostAddress(),
                    "is not served: elasticjob.gateway.insecure=true serves callers on the same machine only");
        }
        if (isForwarded) {
            throw ProblemException.forbidden(
                    "Forwarded",
                    "",
                    "is not served: elasticjob.gateway.insecure=true serves nobody who comes through a proxy");
        }
        return Caller.ANYBODY;
    }
}
