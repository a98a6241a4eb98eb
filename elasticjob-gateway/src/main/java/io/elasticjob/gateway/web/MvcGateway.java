package io.elasticjob.gateway.web;

import io.elasticjob.gateway.Caller;
import io.elasticjob.gateway.HttpGateway;
import io.elasticjob.gateway.Peers;
import io.elasticjob.gateway.wire.ProblemException;
import io.elasticjob.gateway.wire.WireLimits;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.util.MultiValueMap;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** The gateway under Spring MVC. Neither an exchange that is parked nor a body that has not arrived yet holds a thread. */
public final class MvcGateway {

    /** Longer than a body may take to arrive, and an exchange may be parked. */
    private static final Duration PATIENCE =
            WireLimits.BODY_ARRIVES.plusMillis(WireLimits.WAIT_MS).plusSeconds(30);

    /** An attribute of requests of which it cannot be told at present who asks: the {@link ProblemException} that says so. */
    public static final String UNDECIDED = MvcGateway.class.getName() + ".undecided";

    private MvcGateway() {}

    /** @param path of the gateway, such as {@code /elasticjob/workers} */
    public static RouterFunction<ServerResponse> routes(String path, HttpGateway gateway, Callers callers) {
        BodyBudget budget = new BodyBudget(BodyBudget.BYTES, WireLimits.BODY_BYTES);
        HandlerFunction<ServerResponse> handler = request -> answer(path, gateway, callers, budget, request);
        return RouterFunctions.route(RequestPredicates.path(path + "/**"), handler);
    }

    /** Who it is comes first: of what strangers send nothing is kept, and nothing is looked at. */
    private static ServerResponse answer(
            String path, HttpGateway gateway, Callers callers, BodyBudget budget, ServerRequest request) {
        Caller caller;
        try {
            mustBeDecided(request.servletRequest());
            caller = callers.identify(
                    request.principal().orElse(null),
                    address(request.servletRequest().getRemoteAddr()),
                    Forwarding.isSaidBy(name -> request.headers().firstHeader(name)));
        } catch (ProblemException refused) {
            CompletionStage<HttpGateway.Reply> reply = gateway.refuse(path(path, request), refused);
            ArrivingBody dropped = ArrivingBody.dropped(WireLimits.BODY_ARRIVES);
            return later(
                    dropped,
                    dropped.whole()
                            .handle((arrived, failed) -> reply.thenApply(said -> response(said, failed != null)))
                            .thenCompose(answer -> answer));
        }
        String method = request.method().name();
        String below = path(path, request);
        String authorization = request.headers().firstHeader("Authorization");
        boolean isPassed = request.headers().firstHeader(Peers.PASSED) != null;
        ArrivingBody body = ArrivingBody.kept(WireLimits.BODY_ARRIVES, budget.share(caller.name()));
        return later(
                body,
                body.whole()
                        .handle((arrived, failed) -> failed == null
                                ? gateway.handle(
                                                new HttpGateway.Request(
                                                        method, path, below, arrived, authorization, isPassed),
                                                caller)
                                        .thenApply(said -> response(said, false))
                                : CompletableFuture.completedFuture(
                                        response(HttpGateway.problem(ArrivingBody.problem(failed)), true)))
                        .thenCompose(answer -> answer));
    }

    private static void mustBeDecided(HttpServletRequest request) {
        if (request.getAttribute(UNDECIDED) instanceof ProblemException undecided) {
            throw undecided;
        }
    }

    private static ServerResponse later(ArrivingBody body, CompletionStage<ServerResponse> answer) {
        return new OnceItArrives(ServerResponse.async(answer.toCompletableFuture(), PATIENCE), body);
    }

    /** Only a request that is asynchronous already can be read as it arrives. */
    private record OnceItArrives(ServerResponse answer, ArrivingBody body) implements ServerResponse {

        @Override
        public HttpStatusCode statusCode() {
            return answer.statusCode();
        }

        @Override
        public HttpHeaders headers() {
            return answer.headers();
        }

        @Override
        public MultiValueMap<String, Cookie> cookies() {
            return answer.cookies();
        }

        @Override
        public @Nullable ModelAndView writeTo(HttpServletRequest request, HttpServletResponse response, Context context)
                throws ServletException, IOException {
            ModelAndView nothing = answer.writeTo(request, response, context);
            body.readFrom(request);
            return nothing;
        }
    }

    private static String path(String base, ServerRequest request) {
        return request.path().substring(base.length() + 1);
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

    /** @param isLeft whether something of the body was not read: what follows it on the connection is no request */
    private static ServerResponse response(HttpGateway.Reply reply, boolean isLeft) {
        ServerResponse.BodyBuilder response = ServerResponse.status(reply.status());
        if (isLeft) {
            response.header("Connection", "close");
        }
        if (reply.retryAfterSeconds() > 0) {
            response.header("Retry-After", String.valueOf(reply.retryAfterSeconds()));
        }
        return reply.body().length == 0
                ? response.build()
                : response.contentType(MediaType.parseMediaType(reply.contentType()))
                        .body(reply.body());
    }
}
