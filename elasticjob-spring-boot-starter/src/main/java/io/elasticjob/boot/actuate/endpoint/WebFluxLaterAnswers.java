package io.elasticjob.boot.actuate.endpoint;

import java.util.concurrent.CompletableFuture;
import reactor.core.publisher.Mono;

/** On Spring WebFlux, which cancels what a client does not wait for any more. */
public final class WebFluxLaterAnswers implements LaterAnswers {

    @Override
    public Object of(CompletableFuture<?> answer) {
        return Mono.fromFuture(answer);
    }
}
