package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.codec.Json;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.core.codec.DecodingException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;

/**
 * What is said of requests that never get to the endpoint, because Spring cannot make a call of them: a body that is no JSON
 * object of plain values, another content type, a method that is not offered, a path that leads nowhere. Decides; the
 * adapters for Spring MVC and Spring WebFlux send it.
 */
final class EndpointRefusals {

    private static final EndpointId ID = EndpointId.of("elasticjob");

    private static final String BODY =
            "The body is not understood: it must be a JSON object whose values are texts, numbers,"
                    + " true or false, such as {\"operation\": \"disable\", \"shard\": \"1\"}";

    private final Supplier<@Nullable PathMappedEndpoints> endpoints;

    /** @param endpoints of this application, once they are known; null where there are none */
    EndpointRefusals(Supplier<@Nullable PathMappedEndpoints> endpoints) {
        this.endpoints = endpoints;
    }

    /**
     * An answer.
     *
     * @param headers that go with the status, such as the methods that are allowed
     */
    record Refusal(HttpStatusCode status, HttpHeaders headers, String message) {

        byte[] body() {
            return Json.write(Map.of("message", message));
        }
    }

    /**
     * Decides what is answered.
     *
     * @param path within the application
     * @return empty for what is none of the endpoint's business, or no refusal of a request
     */
    Optional<Refusal> of(Throwable failure, String method, String path) {
        PathMappedEndpoints known = endpoints.get();
        String root = known == null || known.getEndpoint(ID) == null ? null : known.getPath(ID);
        return root != null && (path.equals(root) || path.startsWith(root + "/"))
                ? refusal(failure, method, path.substring(root.length()))
                : Optional.empty();
    }

    private static Optional<Refusal> refusal(Throwable failure, String method, String below) {
        if (failure instanceof ErrorResponse response) {
            HttpStatusCode status = response.getStatusCode();
            return status.is4xxClientError() && status.value() != 406 // who takes no JSON gets none
                    ? Optional.of(new Refusal(status, response.getHeaders(), words(status.value(), method, below)))
                    : Optional.empty();
        }
        if (failure instanceof InvalidEndpointRequestException invalid) {
            return Optional.of(bad(invalid.getReason() == null ? BODY : invalid.getReason()));
        }
        return failure instanceof HttpMessageNotReadableException || failure instanceof DecodingException
                ? Optional.of(bad(BODY))
                : Optional.empty();
    }

    private static Refusal bad(String message) {
        return new Refusal(HttpStatusCode.valueOf(400), new HttpHeaders(), message);
    }

    private static String words(int status, String method, String below) {
        return switch (status) {
            case 400 -> BODY;
            case 404 -> "There is nothing at " + OneLine.of(below, 200) + " of this endpoint";
            case 405 ->
                "A " + OneLine.of(method, 20) + " is not possible here. What changes something needs"
                        + " management.endpoint.elasticjob.access=unrestricted";
            case 413 -> "The body is larger than this server takes";
            case 415 -> "The body must be JSON, with the header Content-Type: application/json";
            default -> "The request was refused with status " + status;
        };
    }
}
