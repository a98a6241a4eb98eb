package io.elasticjob.gateway.autoconfigure;

import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A client of the gateway that has shown who it is. Says nothing of how. */
final class GatewayAuthentication extends AbstractAuthenticationToken {

    private static final long serialVersionUID = 1L;

    private final String client;

    GatewayAuthentication(String client) {
        super(List.of());
        this.client = client;
        setAuthenticated(true);
    }

    @Override
    public String getCredentials() {
        return "";
    }

    @Override
    public String getPrincipal() {
        return client;
    }
}
