package io.elasticjob.gateway.web;

import io.elasticjob.gateway.Caller;
import java.net.InetAddress;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/** Finds out who asks. */
@FunctionalInterface
public interface Callers {

    /**
     * @param principal that the application's security has authenticated; null when it has none
     * @param from the address at the other end of the connection; null when it is not known
     * @param isForwarded whether the request says that it came through a proxy
     * @throws io.elasticjob.gateway.wire.ProblemException when nobody is to be served who asks like that
     */
    Caller identify(@Nullable Principal principal, @Nullable InetAddress from, boolean isForwarded);
}
