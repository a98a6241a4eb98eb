package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.history.HistoryException;
import io.elasticjob.registry.RegistryException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link ElasticJobEndpoint} over HTTP: what is no name is 400, and what the registry or the history could not be
 * asked for is 503, not an
 * empty answer; either says why.
 */
@EndpointWebExtension(endpoint = ElasticJobEndpoint.class)
public class ElasticJobEndpointWebExtension {

    private final ElasticJobEndpoint endpoint;

    public ElasticJobEndpointWebExtension(ElasticJobEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> namespace() {
        return response(endpoint::namespace);
    }

    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> list(@Selector String jobsOrInstances) {
        return response(() -> endpoint.list(jobsOrInstances));
    }

    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> one(@Selector String jobsOrInstances, @Selector String name) {
        return response(() -> endpoint.one(jobsOrInstances, name));
    }

    /** As {@link ElasticJobEndpoint#executions}. */
    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> executions(
            @Selector String jobs,
            @Selector String name,
            @Selector String executions,
            @Nullable String shard,
            @Nullable String outcome,
            @Nullable String firing,
            @Nullable String from,
            @Nullable String to,
            @Nullable String before,
            @Nullable String size) {
        return response(
                () -> endpoint.executions(jobs, name, executions, shard, outcome, firing, from, to, before, size));
    }

    /** @param message why there is no answer */
    record Problem(String message) implements OperationResponseBody {}

    private static WebEndpointResponse<OperationResponseBody> response(Supplier<@Nullable OperationResponseBody> read) {
        try {
            OperationResponseBody body = read.get();
            return body == null
                    ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND)
                    : new WebEndpointResponse<>(body);
        } catch (InvalidEndpointRequestException invalid) {
            return new WebEndpointResponse<>(
                    new Problem(String.valueOf(invalid.getMessage())), WebEndpointResponse.STATUS_BAD_REQUEST);
        } catch (RegistryException noAnswer) {
            return new WebEndpointResponse<>(
                    new Problem("The registry can not be asked now: " + noAnswer.getMessage()),
                    WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
        } catch (HistoryException noAnswer) {
            return new WebEndpointResponse<>(
                    new Problem("The history can not be read now: " + noAnswer.getMessage()),
                    WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
        }
    }
}
