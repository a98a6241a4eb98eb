package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobOperations;
import io.elasticjob.RegistryException;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.history.HistoryException;
import io.elasticjob.kind.ArrayRuns;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Shows and steers the namespace, its jobs and its instances, alike on every instance. What the registry has to be asked
 * for is waited for no longer than {@link #PATIENCE}, a change no longer than {@link EndpointRequests#PATIENCE}. An
 * application without jobs shows an empty namespace. What changes something needs more than the default access, and is audited.
 *
 * <p>An operation fails with
 *
 * <ul>
 *   <li>{@link InvalidSettingException} for what cannot be understood, or used; nothing is changed then,
 *   <li>{@link io.elasticjob.NoSuchJobException} or another {@code RuntimeException} that says so for what is not there,
 *   <li>{@link io.elasticjob.OperationRefusedException} when it does not go with how things are,
 *   <li>{@link RegistryException} when the registry gives no answer in time; of a change nobody knows then whether it was
 *       made.
 * </ul>
 */
@Endpoint(id = "elasticjob", defaultAccess = Access.READ_ONLY)
public class ElasticJobEndpoint
        implements FlatReads<@Nullable OperationResponseBody>,
                FlatLists<@Nullable OperationResponseBody>,
                FlatChanges<@Nullable OperationResponseBody>,
                FlatMany<@Nullable OperationResponseBody> {

    public static final Duration PATIENCE = Duration.ofSeconds(5);

    static final String CHANGES = "changes";

    private final EndpointReads reads;
    private final EndpointRequests requests;
    private final ManyRequests many;
    private final AccessRules rules;

    /**
     * @param reader of the application's engine, empty where there is none
     * @param beside what is known beside the engine
     * @param audit told of every change that is asked for
     * @param rules who may see what and do what
     */
    public ElasticJobEndpoint(
            Supplier<Optional<NamespaceReader>> reader,
            JobOperations operations,
            Beside beside,
            ApplicationEventPublisher audit,
            AccessRules rules,
            CapabilitiesDescriptor.Source capabilities,
            InstantSource clock) {
        this.rules = rules;
        this.reads = new EndpointReads(reader, operations, beside, clock);
        this.requests = new EndpointRequests(operations, reads::view, new Audit(audit));
        this.many = new ManyRequests(requests, reads::view, clock);
        reads.add(
                "capabilities",
                asks -> capabilities.of(
                        reads.view(),
                        asks,
                        new CapabilitiesDescriptor.Offered(reads.listings(), reads.aspects(), operations())));
    }

    /** What can be done, by request. */
    Map<String, Set<String>> operations() {
        Map<String, Set<String>> all = new TreeMap<>(requests.operations());
        all.putAll(ManyRequests.operations());
        return all;
    }

    /**
     * What is known beside the engine.
     *
     * @param history of executions, null where none is kept
     * @param logs of the executions of this instance
     * @param workers of the application's gateway, null where it has none
     * @param arrays of tasks on clusters
     */
    public record Beside(
            @Nullable HistoryReader history,
            ExecutionLogs logs,
            @Nullable WorkersReader workers,
            ArrayRuns arrays) {

        /** In an application without clusters. */
        public Beside(@Nullable HistoryReader history, ExecutionLogs logs, @Nullable WorkersReader workers) {
            this(history, logs, workers, new ArrayRuns(List::of));
        }
    }

    EndpointReads reads() {
        return reads;
    }

    EndpointRequests requests() {
        return requests;
    }

    AccessRules rules() {
        return rules;
    }

    // ---- What is shown --------------------------------------------------------------------------------------------

    /** The namespace, and the instance that answers. */
    @ReadOperation
    public OperationResponseBody namespace() {
        return reads.namespace(rules.local());
    }

    /**
     * As {@link FlatLists} says.
     *
     * @return null for anything else, and for executions where no history is kept
     */
    @Override
    public @Nullable OperationResponseBody list(
            String jobsOrInstances, OperationFields given, SecurityContext security) {
        return reads.list(jobsOrInstances, given, rules.local());
    }

    /**
     * One of the {@code jobs} by name, or of the {@code instances} by id, or by a name that only one has.
     *
     * @return null when there is none
     */
    @ReadOperation
    public @Nullable OperationResponseBody one(@Selector String jobsOrInstances, @Selector String nameOrId) {
        return reads.one(jobsOrInstances, nameOrId, rules.local());
    }

    /**
     * As {@link FlatReads} says.
     *
     * @return null when there is no such job, or no such thing about it
     * @throws HistoryException when the history gives no answer in time
     */
    @Override
    public @Nullable OperationResponseBody about(
            String jobsOrInstances, String nameOrId, String aspect, OperationFields given, SecurityContext security) {
        return reads.about(jobsOrInstances, nameOrId, aspect, given, rules.local());
    }

    /**
     * One of the {@code triggers} of one of the {@code jobs}, by its number.
     *
     * @return null when there is none, or it is done
     */
    @ReadOperation
    public @Nullable OperationResponseBody item(
            @Selector String jobsOrInstances,
            @Selector String nameOrId,
            @Selector String aspect,
            @Selector String number) {
        return reads.trigger(jobsOrInstances, nameOrId, aspect, number, rules.local());
    }

    // ---- What operators do -----------------------------------------------------------------------------------------

    /** As {@link FlatChanges} says; null where there is nothing to tell. */
    @Override
    public @Nullable OperationResponseBody change(
            String jobsOrInstances,
            String nameOrId,
            @Nullable String operation,
            OperationFields given,
            SecurityContext security) {
        return change(jobsOrInstances, nameOrId, operation, new EndpointRequests.Request(rules.local(), given));
    }

    @Nullable
    OperationResponseBody change(
            String jobsOrInstances, String nameOrId, @Nullable String operation, EndpointRequests.Request request) {
        return switch (jobsOrInstances) {
            case EndpointReads.JOBS -> requests.job(nameOrId, operation, request);
            case EndpointReads.INSTANCES -> requests.instance(nameOrId, operation, request);
            default -> throw new NotThereException("Nothing can be changed there");
        };
    }

    /** As {@link FlatMany} says. */
    @Override
    public @Nullable OperationResponseBody many(
            String jobsOrImport, @Nullable String operation, OperationFields given, SecurityContext security) {
        return many(jobsOrImport, operation, new EndpointRequests.Request(rules.local(), given));
    }

    @Nullable
    OperationResponseBody many(String jobsOrImport, @Nullable String operation, EndpointRequests.Request request) {
        return switch (jobsOrImport) {
            case EndpointReads.JOBS -> many.jobs(operation, request);
            case "import" -> many.imported(request);
            default -> throw new NotThereException("Nothing can be changed there");
        };
    }

    /**
     * Removes one of the {@code jobs}.
     *
     * @param reason why; told with the removal
     * @return null
     */
    @DeleteOperation
    public @Nullable OperationResponseBody remove(
            @Selector String jobsOrInstances, @Selector String nameOrId, @Nullable String reason) {
        OperationFields given = OperationFields.of(OperationFields.REASON, reason);
        return remove(jobsOrInstances, nameOrId, new EndpointRequests.Request(rules.local(), given));
    }

    @Nullable
    OperationResponseBody remove(String jobsOrInstances, String nameOrId, EndpointRequests.Request request) {
        if (!jobsOrInstances.equals(EndpointReads.JOBS)) {
            throw new NotThereException("Nothing can be removed there");
        }
        return requests.removal(nameOrId, request);
    }

    /**
     * Takes one of the {@code triggers} of one of the {@code jobs} back.
     *
     * @param reason why; told with it
     * @return how it stood
     */
    @DeleteOperation
    public @Nullable OperationResponseBody cancel(
            @Selector String jobsOrInstances,
            @Selector String nameOrId,
            @Selector String aspect,
            @Selector String number,
            @Nullable String reason) {
        OperationFields given = OperationFields.of("number", number, OperationFields.REASON, reason);
        return cancel(jobsOrInstances, nameOrId, aspect, new EndpointRequests.Request(rules.local(), given));
    }

    @Nullable
    OperationResponseBody cancel(
            String jobsOrInstances, String nameOrId, String aspect, EndpointRequests.Request request) {
        if (!jobsOrInstances.equals(EndpointReads.JOBS) || !aspect.equals(EndpointReads.TRIGGERS)) {
            throw new NotThereException("Nothing can be cancelled there");
        }
        return requests.cancellation(nameOrId, request);
    }
}
