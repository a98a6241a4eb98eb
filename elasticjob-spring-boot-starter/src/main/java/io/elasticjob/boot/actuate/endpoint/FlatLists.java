package io.elasticjob.boot.actuate.endpoint;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.jmx.export.annotation.ManagedOperationParameter;

/**
 * What Boot's flat requests force for lists, as {@link FlatReads} does for what is about one job.
 *
 * @param <R> what is answered
 */
interface FlatLists<R extends @Nullable Object> {

    /**
     * A list: {@code jobs}, {@code instances}, {@code executions} of all jobs; or a document: {@code overview},
     * {@code preview} of a schedule, {@code snapshot} of everything, {@code changes} since an earlier answer, {@code audit},
     * {@code chains} of jobs, {@code demand} for autoscalers. JMX knows parameters by their place, and the annotations name them: a new one comes last,
     * before {@code security}.
     *
     * @param q text in the name, the description, the handler or the application of jobs
     * @param application of jobs
     * @param state of jobs: one of the words that the answer to another one lists, or several with commas between
     * @param handler of jobs; of {@code demand}, several with commas between
     * @param instance id or name: jobs that it should run shards of, or executions that it ran
     * @param sort of jobs: {@code name}, {@code next}, {@code last}, {@code state} or {@code application}, after a minus the other way
     *     round
     * @param size of a page
     * @param after of jobs: what an earlier page gave as its {@code next}
     * @param names of jobs, with commas between
     * @param include of jobs: {@code assignment}, {@code records}, {@code outcomes}, with commas between
     * @param job of executions
     * @param outcome of executions: one of the names of outcomes, or {@code RUNNING}
     * @param from executions that began at this instant, or later; of {@code preview}, fire times after it
     * @param to executions that began before this instant
     * @param error text in the error or the message of executions
     * @param before of executions: what an earlier page gave as its {@code next}
     * @param set settings for {@code preview}, as a job is created with
     * @param jobs of {@code changes}: names of those whose records count
     * @param wait of {@code changes}: how long an answer may be awaited, over HTTP
     * @param who has asked for it, of {@code audit}
     * @param operation that was asked for, of {@code audit}
     * @param label of jobs, with a value: those that require it of their instances
     * @param security who asks
     */
    @ReadOperation
    @ManagedOperationParameter(name = "jobsOrInstances", description = "What to list")
    @ManagedOperationParameter(name = "q", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "application", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "state", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "handler", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "instance", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "sort", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "size", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "after", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "names", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "include", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "job", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "outcome", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "from", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "to", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "error", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "before", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "set", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "jobs", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "wait", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "who", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "operation", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "label", description = "See the documentation of the endpoint")
    default @Nullable R list(
            @Selector String jobsOrInstances,
            @Nullable String q,
            @Nullable String application,
            @Nullable String state,
            @Nullable String handler,
            @Nullable String instance,
            @Nullable String sort,
            @Nullable String size,
            @Nullable String after,
            @Nullable String names,
            @Nullable String include,
            @Nullable String job,
            @Nullable String outcome,
            @Nullable String from,
            @Nullable String to,
            @Nullable String error,
            @Nullable String before,
            @Nullable String set,
            @Nullable String jobs,
            @Nullable String wait,
            @Nullable String who,
            @Nullable String operation,
            @Nullable String label,
            SecurityContext security) {
        OperationFields given = OperationFields.of(
                "q", q,
                "application", application,
                "state", state,
                "handler", handler,
                "instance", instance,
                "sort", sort,
                "size", size,
                "after", after,
                "names", names,
                "include", include,
                "job", job,
                "outcome", outcome,
                "from", from,
                "to", to,
                "error", error,
                "before", before,
                "set", set,
                "jobs", jobs,
                "wait", wait,
                "who", who,
                "operation", operation,
                "label", label);
        return list(jobsOrInstances, given, security);
    }

    /** The same without any field, for who comes with nothing. */
    default @Nullable R list(String jobsOrInstances) {
        return list(jobsOrInstances, OperationFields.of(), SecurityContext.NONE);
    }

    /** The same of the fields that were given. */
    @Nullable
    R list(String jobsOrInstances, OperationFields given, SecurityContext security);
}
