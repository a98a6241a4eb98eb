package io.elasticjob.gateway.web;

import io.elasticjob.gateway.Caller;
import io.elasticjob.gateway.HttpGateway;
import io.elasticjob.gateway.Peers;
import io.elasticjob.gateway.wire.ProblemException;
import io.elasticjob.gateway.wire.WireLimits;
import java.net.InetAddress;
import java.security.Principal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The gateway under Spring WebFlux. */
public final class WebFluxGateway {

    private WebFluxGateway() {}

    /** @param path of the gateway, such as {@code /elasticjob/workers} */
    public static RouterFunction<ServerResponse> routes(String path, HttpGateway gateway, Callers callers) {
        BodyBudget budget = new BodyBudget(BodyBudget.BYTES, WireLimits.BODY_BYTES);
        HandlerFunction<ServerResponse> handler = request -> request.principal()
                .<Optional<Principal>>map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(principal -> answer(path, gateway, callers, budget, request, principal.orElse(null)))
                .onErrorResume(failed -> Mono.just(HttpGateway.problem(failed)))
                .flatMap(WebFluxGateway::response);
        return RouterFunctions.route(RequestPredicates.path(path + "/**"), handler);
    }

    /** Who it is comes first: of strangers nothing is read that would have to be waited for. */
    private static Mono<HttpGateway.Reply> answer(
            String path,
            HttpGateway gateway,
            Callers callers,
            BodyBudget budget,
            ServerRequest request,
            @Nullable Principal principal) {
        Caller caller;
        try {
            caller = callers.identify(
                    principal,
                    address(request),
                    Forwarding.isSaidBy(name -> request.headers().firstHeader(name)));
        } catch (ProblemException refused) {
            return Mono.fromCompletionStage(gateway.refuse(path(path, request), refused));
        }
        return body(request.body(BodyExtractors.toDataBuffers()), WireLimits.BODY_ARRIVES, budget.share(caller.name()))
                .flatMap(body -> Mono.fromCompletionStage(gateway.handle(
                        new HttpGateway.Request(
                                request.method().name(),
                                path,
                                path(path, request),
                                body,
                                request.headers().firstHeader("Authorization"),
                                request.headers().firstHeader(Peers.PASSED) != null),
                        caller)));
    }

    private static String path(String base, ServerRequest request) {
        return request.path().substring(base.length() + 1);
    }

    /**
     * The whole of a body.
     *
     * @param patience how long it may take to arrive
     * @param share what it takes until it is there as a whole
     */
    static Mono<byte[]> body(Flux<DataBuffer> arriving, Duration patience, BodyBudget.Share share) {
        return DataBufferUtils.join(arriving.map(part -> taken(part, share)), WireLimits.BODY_BYTES)
                .map(WebFluxGateway::bytes)
                .defaultIfEmpty(new byte[0])
                .timeout(patience)
                .onErrorMap(TimeoutException.class, late -> ProblemException.late())
                .onErrorMap(DataBufferLimitException.class, tooLong -> ProblemException.tooLarge(WireLimits.BODY_BYTES))
                .doFinally(end -> share.end());
    }

    private static DataBuffer taken(DataBuffer part, BodyBudget.Share share) {
        if (share.take(part.readableByteCount())) {
            return part;
        }
        DataBufferUtils.release(part);
        throw ArrivingBody.tooMuchAtATime();
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    private static @Nullable InetAddress address(ServerRequest request) {
        return request.remoteAddress().map(address -> address.getAddress()).orElse(null);
    }

    private static Mono<ServerResponse> response(HttpGateway.Reply reply) {
        ServerResponse.BodyBuilder response = ServerResponse.status(reply.status());
        if (reply.retryAfterSeconds() > 0) {
            response.header("Retry-After", String.valueOf(reply.retryAfterSeconds()));
        }
        return reply.body().length == 0
                ? response.build()
                : response.contentType(MediaType.parseMediaType(reply.contentType()))
                        .bodyValue(reply.body());
    }
}
