package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.history.HistoryException;
import io.elasticjob.registry.RegistryException;
import java.security.Principal;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link ElasticJobEndpoint} over HTTP. Whatever goes wrong is an answer that says why, never an exception: 400 for what can
 * not be understood, 404 for what is not there, 409 for what does not go with how things are, and 503 for what the registry
 * or the history could not be asked for. Whoever is authenticated is noted with what they change.
 */
@EndpointWebExtension(endpoint = ElasticJobEndpoint.class)
public class ElasticJobEndpointWebExtension {

    private static final int STATUS_ACCEPTED = 202;
    private static final int STATUS_CONFLICT = 409;

    private final ElasticJobEndpoint endpoint;

    public ElasticJobEndpointWebExtension(ElasticJobEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> namespace() {
        return shown(endpoint::namespace);
    }

    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> list(@Selector String jobsOrInstances) {
        return shown(() -> endpoint.list(jobsOrInstances));
    }

    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> one(@Selector String jobsOrInstances, @Selector String nameOrId) {
        return shown(() -> endpoint.one(jobsOrInstances, nameOrId));
    }

    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> about(
            @Selector String jobsOrInstances,
            @Selector String nameOrId,
            @Selector String aspect,
            @Nullable String at,
            @Nullable String without,
            @Nullable String with,
            @Nullable String shard,
            @Nullable String outcome,
            @Nullable String firing,
            @Nullable String from,
            @Nullable String to,
            @Nullable String before,
            @Nullable String size) {
        return shown(() -> endpoint.about(
                jobsOrInstances, nameOrId, aspect, at, without, with, shard, outcome, firing, from, to, before, size));
    }

    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> item(
            @Selector String jobsOrInstances,
            @Selector String nameOrId,
            @Selector String aspect,
            @Selector String number) {
        return shown(() -> endpoint.item(jobsOrInstances, nameOrId, aspect, number));
    }

    @WriteOperation
    public WebEndpointResponse<OperationResponseBody> change(
            SecurityContext security,
            @Selector String jobsOrInstances,
            @Selector String nameOrId,
            @Nullable String operation,
            @Nullable String shards,
            @Nullable String parameter,
            @Nullable String force,
            @Nullable String id,
            @Nullable String set,
            @Nullable String keys,
            @Nullable String shard,
            @Nullable String instance,
            @Nullable String reason) {
        Fields fields = Fields.ofChange(shards, parameter, force, id, set, keys, shard, instance, reason);
        return done(() -> endpoint.change(jobsOrInstances, nameOrId, operation, request(security, fields)));
    }

    @DeleteOperation
    public WebEndpointResponse<OperationResponseBody> remove(
            SecurityContext security,
            @Selector String jobsOrInstances,
            @Selector String nameOrId,
            @Nullable String reason) {
        Fields fields = Fields.of(Fields.REASON, reason);
        return done(() -> endpoint.remove(jobsOrInstances, nameOrId, request(security, fields)));
    }

    @DeleteOperation
    public WebEndpointResponse<OperationResponseBody> cancel(
            SecurityContext security,
            @Selector String jobsOrInstances,
            @Selector String nameOrId,
            @Selector String aspect,
            @Selector String number,
            @Nullable String reason) {
        Fields fields = Fields.of("number", number, Fields.REASON, reason);
        return done(() -> endpoint.cancel(jobsOrInstances, nameOrId, aspect, request(security, fields)));
    }

    private static Steering.Request request(SecurityContext security, Fields fields) {
        Principal principal = security.getPrincipal();
        String name = principal == null ? null : principal.getName();
        return new Steering.Request(name == null ? "" : name, fields);
    }

    /**
     * Why there is nothing else to answer.
     *
     * @param key of what can not be used; null when it is not about that
     * @param value that was given for it
     * @param rule that it breaks
     */
    record Problem(
            String message,
            @Nullable String key,
            @Nullable String value,
            @Nullable String rule) implements OperationResponseBody {

        Problem(@Nullable String message) {
            this(String.valueOf(message), null, null, null);
        }

        static Problem of(InvalidSettingException invalid) {
            return new Problem(String.valueOf(invalid.getMessage()), invalid.key(), invalid.value(), invalid.rule());
        }
    }

    private static WebEndpointResponse<OperationResponseBody> shown(Supplier<@Nullable OperationResponseBody> read) {
        return response(read, WebEndpointResponse.STATUS_NOT_FOUND);
    }

    private static WebEndpointResponse<OperationResponseBody> done(Supplier<@Nullable OperationResponseBody> change) {
        return response(change, WebEndpointResponse.STATUS_NO_CONTENT);
    }

    /** @param empty the status of an answer without a body */
    private static WebEndpointResponse<OperationResponseBody> response(
            Supplier<@Nullable OperationResponseBody> question, int empty) {
        try {
            OperationResponseBody body = question.get();
            if (body == null) {
                return new WebEndpointResponse<>(empty);
            }
            boolean goesOn = body instanceof TriggerDescriptor.Accepted;
            return new WebEndpointResponse<>(body, goesOn ? STATUS_ACCEPTED : WebEndpointResponse.STATUS_OK);
        } catch (InvalidSettingException invalid) {
            return new WebEndpointResponse<>(Problem.of(invalid), WebEndpointResponse.STATUS_BAD_REQUEST);
        } catch (NoSuchJobException | NotThereException absent) {
            return new WebEndpointResponse<>(new Problem(absent.getMessage()), WebEndpointResponse.STATUS_NOT_FOUND);
        } catch (OperationRefusedException refused) {
            return new WebEndpointResponse<>(new Problem(refused.getMessage()), STATUS_CONFLICT);
        } catch (RegistryException noAnswer) {
            return unavailable("The registry can not be asked now: ", noAnswer);
        } catch (HistoryException noAnswer) {
            return unavailable("The history can not be read now: ", noAnswer);
        }
    }

    private static WebEndpointResponse<OperationResponseBody> unavailable(String what, RuntimeException noAnswer) {
        return new WebEndpointResponse<>(
                new Problem(what + noAnswer.getMessage()), WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
    }
}
