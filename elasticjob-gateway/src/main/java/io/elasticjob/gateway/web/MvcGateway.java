package io.elasticjob.gateway.web;

import io.elasticjob.gateway.Caller;
import io.elasticjob.gateway.HttpGateway;
import io.elasticjob.gateway.Peers;
import io.elasticjob.gateway.wire.ProblemException;
import io.elasticjob.gateway.wire.WireLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** The gateway under Spring MVC. A parked exchange holds no thread. */
public final class MvcGateway {

    private MvcGateway() {}

    /** @param path of the gateway, such as {@code /elasticjob/workers} */
    public static RouterFunction<ServerResponse> routes(String path, HttpGateway gateway, Callers callers) {
        HandlerFunction<ServerResponse> handler = request ->
                ServerResponse.async(answer(path, gateway, callers, request).thenApply(MvcGateway::response));
        return RouterFunctions.route(RequestPredicates.path(path + "/**"), handler);
    }

    /** Who it is comes first: of strangers nothing is read that would have to be waited for. */
    private static CompletionStage<HttpGateway.Reply> answer(
            String path, HttpGateway gateway, Callers callers, ServerRequest request) {
        Caller caller;
        try {
            caller = callers.identify(
                    request.principal().orElse(null),
                    address(request.servletRequest().getRemoteAddr()),
                    Forwarding.isSaidBy(name -> request.headers().firstHeader(name)));
        } catch (ProblemException refused) {
            return gateway.refuse(path(path, request), refused);
        }
        byte[] body;
        try {
            body = body(request);
        } catch (ProblemException | IOException unread) {
            return CompletableFuture.completedFuture(HttpGateway.problem(
                    unread instanceof ProblemException problem
                            ? problem
                            : ProblemException.unreadable("it broke off")));
        }
        return gateway.handle(
                new HttpGateway.Request(
                        request.method().name(),
                        path,
                        path(path, request),
                        body,
                        request.headers().firstHeader("Authorization"),
                        request.headers().firstHeader(Peers.PASSED) != null),
                caller);
    }

    private static String path(String base, ServerRequest request) {
        return request.path().substring(base.length() + 1);
    }

    private static byte[] body(ServerRequest request) throws IOException {
        byte[] body = request.servletRequest().getInputStream().readNBytes(WireLimits.BODY_BYTES + 1);
        if (body.length > WireLimits.BODY_BYTES) {
            throw ProblemException.tooLarge(WireLimits.BODY_BYTES);
        }
        return body;
    }

    private static @Nullable InetAddress address(@Nullable String text) {
        try {
            return text == null || text.isEmpty()
                    ? null
                    : InetAddress.getByName(text); // a literal: nothing is looked up
        } catch (UnknownHostException unknown) {
            return null;
        }
    }

    private static ServerResponse response(HttpGateway.Reply reply) {
        ServerResponse.BodyBuilder response = ServerResponse.status(reply.status());
        if (reply.retryAfterSeconds() > 0) {
            response.header("Retry-After", String.valueOf(reply.retryAfterSeconds()));
        }
        return reply.body().length == 0
                ? response.build()
                : response.contentType(MediaType.parseMediaType(reply.contentType()))
                        .body(reply.body());
    }
}
