package io.elasticjob.gateway.web;

import io.elasticjob.gateway.Caller;
import io.elasticjob.gateway.Grants;
import io.elasticjob.gateway.wire.ProblemException;
import java.net.InetAddress;
import java.security.Principal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Serves those whom the application's security has authenticated, and who are granted something. */
public final class GrantedCallers implements Callers {

    private final Map<String, Grants> grants;

    /** @param grants by the name of the principal */
    public GrantedCallers(Map<String, Grants> grants) {
        this.grants = Map.copyOf(grants);
    }

    @Override
    public Caller identify(@Nullable Principal principal, @Nullable InetAddress from, boolean isForwarded) {
        if (principal == null) {
            throw ProblemException.unauthenticated();
        }
        String name = principal.getName();
        Grants granted = grants.get(name);
        if (granted == null) {
            throw ProblemException.forbidden(
                    "principal", name, "is granted nothing: see elasticjob.gateway.clients." + name);
        }
        return new Caller(name, granted);
    }
}
