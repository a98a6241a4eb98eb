package io.elasticjob.boot.actuate.endpoint;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.jmx.export.annotation.ManagedOperationParameter;

/**
 * What Boot's flat requests force: a parameter for each field that some aspect knows. It is written here once, for the
 * endpoint and for its extension over HTTP. JMX knows parameters by their place, and the annotations
 * name them: a new one comes last, before {@code security}.
 *
 * @param <R> what is answered
 */
interface FlatReads<R extends @Nullable Object> {

    /**
     * More about one of the {@code jobs}: {@code explain} says why it does not run, or did not at an instant;
     * {@code assignment} who would run its shards if instances left or joined; {@code executions} what ran, latest first,
     * also of a job that is no more; {@code log} what an execution has logged; {@code firetimes} when it fires.
     *
     * @param at an instant, for {@code explain}; null for now
     * @param without ids or names of instances, for {@code assignment}
     * @param with a number of instances, or ids, for {@code assignment}
     * @param shard of {@code executions}, as all that follow
     * @param outcome one of the names of outcomes, or {@code RUNNING}
     * @param firing as its executions name it; of {@code log} as well, as {@code shard} and {@code attempt}
     * @param from those that began at this instant, or later; of {@code firetimes}, those after it
     * @param to those that began before this instant; of {@code firetimes}, those before it
     * @param before what an earlier page gave as its {@code next}
     * @param size of the page, 50 by default
     * @param attempt of {@code log}; null for the latest
     * @param instance id or name of the one that ran it, of {@code executions}
     * @param error text in the error or the message, of {@code executions}
     * @param bucket of {@code statistics}: how long a part of the time is
     * @param task of {@code log}: number of one task of an array on a cluster
     * @param security who asks
     */
    @ReadOperation
    @ManagedOperationParameter(name = "jobsOrInstances", description = "jobs")
    @ManagedOperationParameter(name = "nameOrId", description = "Name of the job")
    @ManagedOperationParameter(name = "aspect", description = "What to show of it")
    @ManagedOperationParameter(name = "at", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "without", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "with", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "shard", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "outcome", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "firing", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "from", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "to", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "before", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "size", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "attempt", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "instance", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "error", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "bucket", description = "See the documentation of the endpoint")
    @ManagedOperationParameter(name = "task", description = "See the documentation of the endpoint")
    default @Nullable R about(
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
            @Nullable String size,
            @Nullable String attempt,
            @Nullable String instance,
            @Nullable String error,
            @Nullable String bucket,
            @Nullable String task,
            SecurityContext security) {
        OperationFields given = OperationFields.of(
                "at", at,
                "without", without,
                "with", with,
                "shard", shard,
                "outcome", outcome,
                "firing", firing,
                "from", from,
                "to", to,
                "before", before,
                "size", size,
                "attempt", attempt,
                "instance", instance,
                "error", error,
                "bucket", bucket,
                "task", task);
        return about(jobsOrInstances, nameOrId, aspect, given, security);
    }

    /** The same of the fields that were given. */
    @Nullable
    R about(String jobsOrInstances, String nameOrId, String aspect, OperationFields given, SecurityContext security);
}
