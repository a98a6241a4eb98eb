package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.EngineBusyException;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.RegistryException;
import io.elasticjob.history.HistoryException;
import io.elasticjob.text.MalformedTextException;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link ElasticJobEndpoint} over HTTP. Whatever goes wrong is an answer that says why, never an exception: 400 for what can
 * not be understood, 403 for what they may not do or see, 404 for what is not there, 409 for what does not go with how things are, and 503 for what the registry
 * or the history could not be asked for. The one who is authenticated is noted with what they change.
 */
@EndpointWebExtension(endpoint = ElasticJobEndpoint.class)
public class ElasticJobEndpointWebExtension
        implements FlatReads<WebEndpointResponse<OperationResponseBody>>,
                FlatLists<Object>,
                FlatChanges<WebEndpointResponse<OperationResponseBody>>,
                FlatMany<WebEndpointResponse<OperationResponseBody>> {

    private static final int STATUS_ACCEPTED = 202;
    private static final int STATUS_FORBIDDEN = 403;
    private static final int STATUS_CONFLICT = 409;

    private final ElasticJobEndpoint endpoint;
    private final ChangeWatch watch;
    private final LaterAnswers later;

    /**
     * @param watch where changes are waited for
     * @param later how answers are given that come later
     */
    public ElasticJobEndpointWebExtension(ElasticJobEndpoint endpoint, ChangeWatch watch, LaterAnswers later) {
        this.endpoint = endpoint;
        this.watch = watch;
        this.later = later;
    }

    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> namespace(SecurityContext security) {
        return shown(() -> endpoint.reads().namespace(rights(security)), () -> "There is no namespace");
    }

    @Override
    public Object list(String jobsOrInstances, OperationFields given, SecurityContext security) {
        if (jobsOrInstances.equals(ElasticJobEndpoint.CHANGES)) {
            return asked(() -> {
                Rights rights = rights(security);
                rights.checkViews();
                return later.of(watch.ask(ChangesQuery.of(given), rights));
            });
        }
        return shown(
                () -> endpoint.reads().list(jobsOrInstances, given, rights(security)),
                () -> jobsOrInstances.equals("executions") ? "No history is kept" : nothing(jobsOrInstances));
    }

    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> one(
            SecurityContext security, @Selector String jobsOrInstances, @Selector String nameOrId) {
        return shown(
                () -> endpoint.reads().one(jobsOrInstances, nameOrId, rights(security)),
                () -> switch (jobsOrInstances) {
                    case "jobs" -> noJob(nameOrId);
                    case "instances" -> "There is no live instance with the id or name \"" + shortened(nameOrId) + "\"";
                    default -> nothing(jobsOrInstances);
                });
    }

    @Override
    public WebEndpointResponse<OperationResponseBody> about(
            String jobsOrInstances, String nameOrId, String aspect, OperationFields given, SecurityContext security) {
        return shown(
                () -> endpoint.reads().about(jobsOrInstances, nameOrId, aspect, given, rights(security)),
                () -> switch (aspect) {
                    case "explain", "assignment", "firetimes", "firings" -> noJob(nameOrId);
                    case "executions", "statistics" ->
                        noJob(nameOrId) + ", and no execution of one is known, or no history is kept";
                    case "log" -> "No such execution of a job \"" + shortened(nameOrId) + "\" is known";
                    default ->
                        "There is no \"" + shortened(aspect) + "\" of a job: there are "
                                + inWords(endpoint.reads().aspects());
                });
    }

    @ReadOperation
    public WebEndpointResponse<OperationResponseBody> item(
            SecurityContext security,
            @Selector String jobsOrInstances,
            @Selector String nameOrId,
            @Selector String aspect,
            @Selector String number) {
        return shown(
                () -> endpoint.reads().trigger(jobsOrInstances, nameOrId, aspect, number, rights(security)),
                () -> aspect.equals("firings")
                        ? "Nothing is known of such a firing of \"" + shortened(nameOrId) + "\""
                        : aspect.equals("triggers")
                                ? "There is no trigger " + shortened(number) + " of \"" + shortened(nameOrId)
                                        + "\", or it is done: then it is in the history"
                                : "There is no \"" + shortened(aspect) + "\" here: there are triggers and firings");
    }

    @Override
    public WebEndpointResponse<OperationResponseBody> change(
            String jobsOrInstances,
            String nameOrId,
            @Nullable String operation,
            OperationFields given,
            SecurityContext security) {
        return done(() -> endpoint.change(jobsOrInstances, nameOrId, operation, request(security, given)));
    }

    @Override
    public WebEndpointResponse<OperationResponseBody> many(
            String jobsOrImport, @Nullable String operation, OperationFields given, SecurityContext security) {
        return done(() -> endpoint.many(jobsOrImport, operation, request(security, given)));
    }

    @DeleteOperation
    public WebEndpointResponse<OperationResponseBody> remove(
            SecurityContext security,
            @Selector String jobsOrInstances,
            @Selector String nameOrId,
            @Nullable String reason) {
        OperationFields fields = OperationFields.of(OperationFields.REASON, reason);
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
        OperationFields fields = OperationFields.of("number", number, OperationFields.REASON, reason);
        return done(() -> endpoint.cancel(jobsOrInstances, nameOrId, aspect, request(security, fields)));
    }

    private Rights rights(SecurityContext security) {
        return endpoint.rules().of(security);
    }

    private EndpointRequests.Request request(SecurityContext security, OperationFields given) {
        return new EndpointRequests.Request(rights(security), given);
    }

    private static String inWords(Collection<String> names) {
        List<String> all = List.copyOf(names);
        return String.join(", ", all.subList(0, all.size() - 1)) + " and " + all.get(all.size() - 1);
    }

    /** What kind of answer a problem is, for programs. */
    enum Code {
        INVALID(WebEndpointResponse.STATUS_BAD_REQUEST),
        NOT_THERE(WebEndpointResponse.STATUS_NOT_FOUND),
        REFUSED(STATUS_CONFLICT),
        FORBIDDEN(STATUS_FORBIDDEN),
        BUSY(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE),
        NO_REGISTRY(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE),
        NO_HISTORY(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);

        private final int status;

        Code(int status) {
            this.status = status;
        }
    }

    /**
     * Why there is nothing else to answer.
     *
     * @param code what kind of answer it is
     * @param key of what cannot be used; null when it is not about that
     * @param value that was given for it
     * @param rule that it breaks
     */
    record Problem(
            String message,
            Code code,
            @Nullable String key,
            @Nullable String value,
            @Nullable String rule) implements OperationResponseBody {

        static Problem of(Code code, @Nullable String message) {
            return new Problem(String.valueOf(message), code, null, null, null);
        }

        /** @throws RuntimeException the same, when it is no answer */
        static Problem of(RuntimeException why) {
            if (why instanceof InvalidSettingException invalid) {
                return of(invalid);
            } else if (why instanceof ForbiddenException forbidden) {
                return of(forbidden);
            } else if (why instanceof NoSuchJobException || why instanceof NotThereException) {
                return of(Code.NOT_THERE, why.getMessage());
            } else if (why instanceof OperationRefusedException) {
                return of(Code.REFUSED, why.getMessage());
            } else if (why instanceof RegistryException) {
                return of(Code.NO_REGISTRY, "ZooKeeper cannot be asked now: " + why.getMessage());
            } else if (why instanceof EngineBusyException) {
                return of(Code.BUSY, "Too much is asked of this instance now: " + why.getMessage());
            } else if (why instanceof MalformedTextException) { // such as by a calendar that fails
                return of(Code.REFUSED, OneLine.of(String.valueOf(why.getMessage()), 300));
            } else if (why instanceof HistoryException) {
                return of(Code.NO_HISTORY, "The history cannot be read now: " + why.getMessage());
            }
            throw why;
        }

        static Problem of(ForbiddenException forbidden) {
            String why = String.valueOf(forbidden.getMessage());
            return new Problem(why, Code.FORBIDDEN, forbidden.key(), OneLine.of(forbidden.value(), 80), null);
        }

        static Problem of(InvalidSettingException invalid) {
            InvalidSettingException told = OperationFields.invalid(invalid.key(), invalid.value(), invalid.rule());
            return new Problem(String.valueOf(told.getMessage()), Code.INVALID, told.key(), told.value(), told.rule());
        }
    }

    private String nothing(String what) {
        return "There is no \"" + shortened(what) + "\" here: there are "
                + inWords(endpoint.reads().listings());
    }

    private static String noJob(String name) {
        return "There is no job \"" + shortened(name) + "\" in this namespace";
    }

    private static String shortened(String text) {
        return OneLine.of(text, 80);
    }

    /** @param absent says what is not there */
    private static WebEndpointResponse<OperationResponseBody> shown(
            Supplier<@Nullable OperationResponseBody> read, Supplier<String> absent) {
        return response(() -> {
            OperationResponseBody body = read.get();
            if (body == null) {
                throw new NotThereException(absent.get());
            }
            return body;
        });
    }

    private static WebEndpointResponse<OperationResponseBody> done(Supplier<@Nullable OperationResponseBody> change) {
        return response(change);
    }

    private static WebEndpointResponse<OperationResponseBody> response(
            Supplier<@Nullable OperationResponseBody> question) {
        try {
            OperationResponseBody body = question.get();
            if (body == null) {
                return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
            }
            boolean goesOn = body instanceof TriggerDescriptor.Accepted
                    || body instanceof CancelDescriptor
                    || body instanceof RerunDescriptor;
            return new WebEndpointResponse<>(body, goesOn ? STATUS_ACCEPTED : WebEndpointResponse.STATUS_OK);
        } catch (RuntimeException why) {
            return problem(why);
        }
    }

    /** An answer that may come later, or why there will be none. */
    private static Object asked(Supplier<Object> question) {
        try {
            return question.get();
        } catch (RuntimeException why) {
            return problem(why);
        }
    }

    /** @throws RuntimeException what is no answer */
    private static WebEndpointResponse<OperationResponseBody> problem(RuntimeException why) {
        Problem problem = Problem.of(why);
        return new WebEndpointResponse<>(problem, problem.code().status);
    }
}
