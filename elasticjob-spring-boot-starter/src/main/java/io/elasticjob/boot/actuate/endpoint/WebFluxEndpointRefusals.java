package io.elasticjob.boot.actuate.endpoint;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.core.Ordered;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/** On Spring WebFlux, gives what is refused before the endpoint is asked the body that its own refusals have. */
public final class WebFluxEndpointRefusals implements WebExceptionHandler, Ordered {

    private final EndpointRefusals refusals;

    /** @param endpoints of this application, once they are known; null where there are none */
    public WebFluxEndpointRefusals(Supplier<@Nullable PathMappedEndpoints> endpoints) {
        this.refusals = new EndpointRefusals(endpoints);
    }

    /** Before Boot's own, which answers everything. */
    @Override
    public int getOrder() {
        return -100;
    }

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        ServerHttpRequest request = exchange.getRequest();
        ServerHttpResponse response = exchange.getResponse();
        EndpointRefusals.Refusal refusal = refusals.of(
                        failure,
                        request.getMethod().name(),
                        request.getPath().pathWithinApplication().value())
                .orElse(null);
        if (refusal == null || !response.setStatusCode(refusal.status())) {
            return Mono.error(failure);
        }
        response.getHeaders().putAll(refusal.headers());
        response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(refusal.body())));
    }
}
