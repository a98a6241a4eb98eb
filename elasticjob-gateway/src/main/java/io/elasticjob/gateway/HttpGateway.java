package io.elasticjob.gateway;

import io.elasticjob.gateway.wire.Attach;
import io.elasticjob.gateway.wire.Attached;
import io.elasticjob.gateway.wire.Exchange;
import io.elasticjob.gateway.wire.Exchanged;
import io.elasticjob.gateway.wire.ProblemException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway as it is spoken to by HTTP, whatever the web server is. Never blocks. */
public final class HttpGateway {

    private static final Logger log = LoggerFactory.getLogger(HttpGateway.class);

    /** The only version that there is. */
    private static final String VERSION = "v1";

    private static final String EXCHANGE = "exchange";

    /**
     * An answer.
     *
     * @param status by HTTP
     * @param isProblem whether the body is a problem as RFC 9457 has it
     * @param retryAfterSeconds 0 where that is not said
     * @param body JSON; empty where there is nothing to say
     */
    public record Reply(int status, boolean isProblem, int retryAfterSeconds, byte[] body) {

        /** The type of the body. */
        public String contentType() {
            return isProblem ? "application/problem+json" : "application/json";
        }
    }

    /**
     * What is asked.
     *
     * @param base path of the gateway, such as {@code /elasticjob/workers}
     * @param path below it, as it was sent, such as {@code v1/resize-1.k3x9/exchange}
     * @param body what was sent, at most as long as {@link io.elasticjob.gateway.wire.WireLimits#BODY_BYTES}
     * @param authorization the header of that name; null where there is none
     * @param isPassed whether another gateway has passed it on
     */
    public record Request(
            String method,
            String base,
            String path,
            byte[] body,
            @Nullable String authorization,
            boolean isPassed) {

        /** The id of an attachment in its path; "" where there is none. */
        String worker() {
            String[] parts = path.split("/", -1);
            try {
                return parts.length < 2 ? "" : URLDecoder.decode(parts[1].replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException malformed) {
                return parts[1];
            }
        }
    }

    private final Gateway gateway;
    private final Peers peers;
    private final Consumer<WorkerEvent> audit;

    /** @param audit takes what becomes of attachments */
    HttpGateway(Gateway gateway, Peers peers, Consumer<WorkerEvent> audit) {
        this.gateway = gateway;
        this.peers = peers;
        this.audit = audit;
    }

    /**
     * Answers a request.
     *
     * @param caller who asks
     * @return completes with an answer in any case
     */
    public CompletionStage<Reply> handle(Request request, Caller caller) {
        CompletionStage<Reply> reply;
        try {
            Optional<String> holder = request.isPassed() ? Optional.empty() : peers.holder(request.worker());
            reply = holder.isPresent()
                    ? pass(caller, holder.get(), request)
                    : route(request, request.path().split("/", -1), caller);
        } catch (RuntimeException | Error refused) {
            reply = CompletableFuture.failedFuture(refused);
        }
        return reply.exceptionally(thrown -> {
            if (unwrapped(thrown) instanceof ProblemException problem && isForTheAudit(request.path(), problem)) {
                audit.accept(refused(caller, request.body(), problem));
            }
            return problem(thrown);
        });
    }

    /**
     * Answers somebody who is not served.
     *
     * @param path below the gateway's own
     */
    public CompletionStage<Reply> refuse(String path, ProblemException problem) {
        if (isForTheAudit(path, problem)) {
            audit.accept(refused(null, new byte[0], problem));
        }
        return CompletableFuture.completedFuture(problem(problem));
    }

    /** Each refused attachment, and whoever is not let in elsewhere. */
    private static boolean isForTheAudit(String path, ProblemException problem) {
        return path.equals(VERSION) ? problem.status() != 503 : problem.status() == 401 || problem.status() == 403;
    }

    private static WorkerEvent refused(@Nullable Caller caller, byte[] body, ProblemException problem) {
        String worker = "";
        String crew = "";
        if (problem.status() != 400 && caller != null && body.length > 0) { // what strangers send is not read
            try {
                Attach said = Attach.read(body);
                worker = said.name();
                crew = said.crew();
            } catch (ProblemException unreadable) {
                // it is not said who it is
            }
        }
        return new WorkerEvent.Refused(
                caller == null ? "" : caller.name(),
                worker,
                crew,
                problem.status(),
                problem.code(),
                String.valueOf(problem.getMessage()));
    }

    /** What a certificate shows cannot be passed on: who shows one is told where to go. */
    private CompletionStage<Reply> pass(Caller caller, String holder, Request request) {
        if (request.authorization() == null && !caller.isAnybody()) {
            throw ProblemException.cutOff("The worker is attached to another gateway", 0, List.of(holder));
        }
        return peers.pass(holder, request.base() + "/" + request.path(), request);
    }

    private CompletionStage<Reply> route(Request request, String[] path, Caller caller) {
        String method = request.method();
        byte[] body = request.body();
        if (!path[0].equals(VERSION) || path.length > 3) {
            throw ProblemException.noSuchAddress();
        }
        if (path.length == 1) {
            expect(method, "POST");
            Attach attach = Attach.read(body);
            return gateway.attach(caller, attach).thenApply(answer -> attached(caller, attach, answer));
        }
        if (path.length == 2) {
            expect(method, "DELETE");
            return gateway.detach(caller, request.worker()).thenApply(done -> new Reply(204, false, 0, new byte[0]));
        }
        if (!path[2].equals(EXCHANGE)) {
            throw ProblemException.noSuchAddress();
        }
        expect(method, "POST");
        return gateway.exchange(caller, request.worker(), Exchange.read(body)).thenApply(HttpGateway::exchanged);
    }

    private static void expect(String method, String expected) {
        if (!method.equals(expected)) {
            throw ProblemException.methodNotAllowed(method);
        }
    }

    private Reply attached(Caller caller, Attach request, Attached answer) {
        audit.accept(new WorkerEvent.Attached(
                caller.name(),
                request.name(),
                request.crew(),
                answer.worker(),
                request.handlers(),
                request.slots(),
                answer.held().adopted().size()));
        return new Reply(201, false, 0, answer.toJson());
    }

    private static Reply exchanged(Exchanged answer) {
        return new Reply(200, false, 0, answer.toJson());
    }

    private static Throwable unwrapped(Throwable thrown) {
        return Gateway.unwrapped(thrown);
    }

    /** What went wrong, as an answer. */
    public static Reply problem(Throwable thrown) {
        Throwable why = unwrapped(thrown);
        if (why instanceof ProblemException problem) {
            Integer retryAfter = problem.retryAfterSeconds();
            return new Reply(problem.status(), true, retryAfter == null ? 0 : retryAfter, problem.toJson());
        }
        log.error("The gateway failed to answer a request", why);
        ProblemException failed = ProblemException.failed();
        return new Reply(failed.status(), true, 0, failed.toJson());
    }
}
