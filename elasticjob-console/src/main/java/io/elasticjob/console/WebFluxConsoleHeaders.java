package io.elasticjob.console;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** {@link ConsoleHeaders} on Spring WebFlux. */
public final class WebFluxConsoleHeaders implements WebFilter, Ordered {

    private final ConsoleHeaders headers;

    public WebFluxConsoleHeaders(ConsoleHeaders headers) {
        this.headers = headers;
    }

    /** After all security: who may not see the console learns nothing of it. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE - 10;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ConsoleHeaders.Answer answer = headers.of(
                        exchange.getRequest().getPath().pathWithinApplication().value(),
                        exchange.getRequest().getURI().getRawPath())
                .orElse(null);
        if (answer == null) {
            return chain.filter(exchange);
        }
        ServerHttpResponse response = exchange.getResponse();
        answer.headers().forEach(response.getHeaders()::set);
        if (answer.status() != null) {
            response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
            return response.setComplete();
        }
        return chain.filter(exchange);
    }
}
