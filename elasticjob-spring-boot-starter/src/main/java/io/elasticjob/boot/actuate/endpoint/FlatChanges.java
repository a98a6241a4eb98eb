package io.elasticjob.boot.actuate.endpoint;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.jmx.export.annotation.ManagedOperationParameter;

/**
 * What Boot's flat requests force of changes: a parameter for each field that some operation knows. It is written here once,
 * for the endpoint and for its extension over HTTP.
 *
 * @param <R> what is answered
 */
interface FlatChanges<R extends @Nullable Object> {

    /**
     * Does something with one of the {@code jobs} by name, or of the {@code instances} by id or name. The annotations name
     * what JMX shows: all but who asks, which is never known there. Callers over JMX name parameters by their place, so a new one
     * comes last, before {@code security}.
     *
     * @param operation what is to be done
     * @param reason why; shown beside what it changes
     * @param security who asks
     * @return what is to be told of it
     */
    @WriteOperation
    @ManagedOperationParameter(name = "jobsOrInstances", description = "jobs or instances")
    @ManagedOperationParameter(name = "nameOrId", description = "Name of the job; id or name of the instance")
    @ManagedOperationParameter(name = "operation", description = "What to do")
    @ManagedOperationParameter(name = "shards", description = "Numbers of shards with commas between, for trigger")
    @ManagedOperationParameter(name = "parameter", description = "In place of the job's own parameter, for trigger")
    @ManagedOperationParameter(name = "force", description = "true to run what is disabled, for trigger")
    @ManagedOperationParameter(name = "id", description = "Idempotency key, for trigger")
    @ManagedOperationParameter(name = "set", description = "Settings, one key=value a line")
    @ManagedOperationParameter(name = "keys", description = "Keys with commas between, for reset")
    @ManagedOperationParameter(name = "shard", description = "Number of a shard, for disable and enable")
    @ManagedOperationParameter(name = "instance", description = "Name of an instance, for disable and enable")
    @ManagedOperationParameter(name = "reason", description = "Why; shown beside what is changed")
    @ManagedOperationParameter(
            name = "firing",
            description = "The firing whose executions end, for cancel; firings with commas between, for rerun")
    @ManagedOperationParameter(name = "notBefore", description = "Instant, or delay such as 2h, for trigger")
    @ManagedOperationParameter(name = "from", description = "First instant, for backfill and rerun")
    @ManagedOperationParameter(name = "to", description = "Last instant, for backfill and rerun")
    @ManagedOperationParameter(name = "successors", description = "true to run the jobs after it, too, for rerun")
    @ManagedOperationParameter(name = "parameters", description = "present to take those of now, for rerun")
    default @Nullable R change(
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
            @Nullable String reason,
            @Nullable String firing,
            @Nullable String notBefore,
            @Nullable String from,
            @Nullable String to,
            @Nullable String successors,
            @Nullable String parameters,
            SecurityContext security) {
        OperationFields fields = OperationFields.ofChange(
                shards,
                parameter,
                force,
                id,
                set,
                keys,
                shard,
                instance,
                reason,
                firing,
                notBefore,
                from,
                to,
                successors,
                parameters);
        return change(jobsOrInstances, nameOrId, operation, fields, security);
    }

    /** The same of the fields that were given. */
    @Nullable
    R change(
            String jobsOrInstances,
            String nameOrId,
            @Nullable String operation,
            OperationFields given,
            SecurityContext security);
}
