package io.elasticjob.boot.actuate.endpoint;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.jmx.export.annotation.ManagedOperationParameter;

/**
 * What Boot's flat requests force of changes to many at once, as {@link FlatChanges} does for one.
 *
 * @param <R> what is answered
 */
interface FlatMany<R extends @Nullable Object> {

    /**
     * Does something with many {@code jobs} at once, or does again what was exported: {@code import}. Each is answered on its
     * own. Callers over JMX name parameters by their place, so a new one comes last, before {@code security}.
     *
     * @param operation what is to be done with the jobs
     * @param names of the jobs, with commas between
     * @param document to be imported
     * @param dryRun true to hear what importing it would come to
     * @param reason why; shown beside what it changes
     * @param security who asks
     */
    @WriteOperation
    @ManagedOperationParameter(name = "jobsOrImport", description = "jobs or import")
    @ManagedOperationParameter(name = "operation", description = "enable, disable or trigger, for jobs")
    @ManagedOperationParameter(name = "names", description = "Names of jobs with commas between, for jobs")
    @ManagedOperationParameter(name = "document", description = "What was exported, for import")
    @ManagedOperationParameter(name = "dryRun", description = "true to rehearse, for import")
    @ManagedOperationParameter(name = "reason", description = "Why; shown beside what is changed")
    default @Nullable R many(
            @Selector String jobsOrImport,
            @Nullable String operation,
            @Nullable String names,
            @Nullable String document,
            @Nullable String dryRun,
            @Nullable String reason,
            SecurityContext security) {
        OperationFields given = OperationFields.of(
                "names", names, "document", document, "dryRun", dryRun, OperationFields.REASON, reason);
        return many(jobsOrImport, operation, given, security);
    }

    /** The same of the fields that were given. */
    @Nullable
    R many(String jobsOrImport, @Nullable String operation, OperationFields given, SecurityContext security);
}
