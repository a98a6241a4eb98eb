package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobOperations;
import io.elasticjob.engine.JobDetail;
import io.elasticjob.engine.JobView;
import io.elasticjob.engine.NamespaceView;
import io.elasticjob.history.HistoryException;
import io.elasticjob.registry.RegistryException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Shows and steers the namespace, its jobs and its instances, alike on every instance. What the registry has to be asked
 * for is waited for no longer than {@link #PATIENCE}, a change no longer than {@link Steering#PATIENCE}. An application
 * without jobs shows an empty namespace. What changes something needs more than the default access, and is audited.
 *
 * <p>An operation fails with
 *
 * <ul>
 *   <li>{@link InvalidSettingException} for what can not be understood, or used; nothing is changed then,
 *   <li>{@link io.elasticjob.NoSuchJobException} or another {@code RuntimeException} that says so for what is not there,
 *   <li>{@link io.elasticjob.OperationRefusedException} when it does not go with how things are,
 *   <li>{@link RegistryException} when the registry gives no answer in time; of a change nobody knows then whether it was
 *       made.
 * </ul>
 */
@Endpoint(id = "elasticjob", defaultAccess = Access.READ_ONLY)
public class ElasticJobEndpoint {

    public static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final String JOBS = "jobs";
    private static final String INSTANCES = "instances";
    private static final String EXECUTIONS = "executions";
    private static final String SNAPSHOT = "snapshot";
    private static final String EXPLAIN = "explain";
    private static final String ASSIGNMENT = "assignment";
    private static final String TRIGGERS = "triggers";

    private final Supplier<Optional<NamespaceReader>> reader;
    private final JobOperations operations;
    private final Steering steering;
    private final InstantSource clock;
    private final @Nullable HistoryReader history;

    /**
     * @param reader of the application's engine, empty where there is none
     * @param history of executions, null where none is kept
     * @param audit told of every change that is asked for
     */
    public ElasticJobEndpoint(
            Supplier<Optional<NamespaceReader>> reader,
            JobOperations operations,
            @Nullable HistoryReader history,
            ApplicationEventPublisher audit,
            InstantSource clock) {
        this.reader = reader;
        this.operations = operations;
        this.steering = new Steering(operations, this::view, new Audit(audit));
        this.clock = clock;
        this.history = history;
    }

    // ---- What is shown --------------------------------------------------------------------------------------------

    /** The namespace, and the instance that answers. */
    @ReadOperation
    public OperationResponseBody namespace() {
        return view().map(NamespaceDescriptor::of).orElse(NamespaceDescriptor.NONE);
    }

    /**
     * All {@code jobs}, all {@code instances}, or a {@code snapshot} of everything.
     *
     * @return null for anything else
     */
    @ReadOperation
    public @Nullable OperationResponseBody list(@Selector String jobsOrInstances) {
        return switch (jobsOrInstances) {
            case JOBS -> jobs();
            case INSTANCES -> instances();
            case SNAPSHOT -> snapshot();
            default -> null;
        };
    }

    private JobsDescriptor jobs() {
        Instant now = clock.instant();
        return new JobsDescriptor(view().map(view -> view.jobs().values().stream()
                        .map(job -> JobDescriptor.of(job, now))
                        .toList())
                .orElse(List.of()));
    }

    private InstancesDescriptor instances() {
        return new InstancesDescriptor(view().map(view -> view.instances().values().stream()
                        .map(instance -> InstanceDescriptor.of(instance, view))
                        .toList())
                .orElse(List.of()));
    }

    private SnapshotDescriptor snapshot() {
        Instant now = clock.instant();
        return reader.get()
                .map(namespace -> new SnapshotReader(namespace, PATIENCE).read(now))
                .orElseGet(() -> SnapshotDescriptor.none(now));
    }

    /**
     * One of the {@code jobs} by name, or of the {@code instances} by id.
     *
     * @return null when there is none
     */
    @ReadOperation
    public @Nullable OperationResponseBody one(@Selector String jobsOrInstances, @Selector String nameOrId) {
        return switch (jobsOrInstances) {
            case JOBS -> job(nameOrId);
            case INSTANCES -> instance(nameOrId);
            default -> null;
        };
    }

    private @Nullable OperationResponseBody job(String name) {
        return detail(name)
                .map(detail -> JobDetailDescriptor.of(detail, clock.instant()))
                .orElse(null);
    }

    private @Nullable OperationResponseBody instance(String id) {
        return view().flatMap(view -> Optional.ofNullable(view.instances().get(id))
                        .map(instance -> InstanceDescriptor.of(instance, view)))
                .orElse(null);
    }

    /**
     * More about one of the {@code jobs}: {@code explain} says why it does not run, or did not at an instant;
     * {@code assignment} who would run its shards if instances left or joined; {@code executions} what ran, latest first,
     * also of a job that is no more.
     *
     * @param at an instant, for {@code explain}; null for now
     * @param without ids or names of instances, for {@code assignment}
     * @param with a number of instances, or ids, for {@code assignment}
     * @param shard of {@code executions}, as all that follow
     * @param outcome one of the names of outcomes, or {@code RUNNING}
     * @param firing as its executions name it
     * @param from those that began at this instant, or later
     * @param to those that began before this instant
     * @param before what an earlier page gave as its {@code next}
     * @param size of the page, 50 by default
     * @return null when there is no such job, or no such thing about it
     * @throws HistoryException when the history gives no answer in time
     */
    @ReadOperation
    public @Nullable OperationResponseBody about(
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
        if (!jobsOrInstances.equals(JOBS)) {
            return null;
        }
        return switch (aspect) {
            case EXPLAIN -> explanation(checked(nameOrId), at == null ? null : instant(at));
            case ASSIGNMENT -> assignment(checked(nameOrId), without, with);
            case EXECUTIONS ->
                executions(checked(nameOrId), new ExecutionFilter(shard, outcome, firing, from, to, before, size));
            default -> null;
        };
    }

    /** Null when there is no such job and nothing is known of one, or no history is kept. */
    private @Nullable OperationResponseBody executions(String name, ExecutionFilter filter) {
        if (history == null) {
            return null;
        }
        ExecutionsDescriptor page = history.executions(name, filter);
        boolean known = !page.executions().isEmpty()
                || view().map(view -> view.jobs().containsKey(name)).orElse(false)
                || history.knows(name);
        return known ? page : null;
    }

    private @Nullable OperationResponseBody explanation(String name, @Nullable Instant at) {
        NamespaceView view = view().orElse(null);
        if (view == null) {
            return null;
        }
        JobDetail detail = null;
        JobView job;
        try {
            detail = detail(name).orElse(null);
            job = detail == null ? null : detail.job();
        } catch (RegistryException noAnswer) {
            job = view.jobs().get(name); // what is known without it is worth telling
            if (job == null) {
                throw noAnswer;
            }
        }
        return job == null ? null : ExplanationDescriptor.of(view, job, detail, at, clock.instant());
    }

    private static Instant instant(String written) {
        try {
            return Instant.parse(written.strip());
        } catch (DateTimeException unreadable) {
            throw Fields.invalid("at", written, "is no instant, such as 2027-01-01T00:00:00Z");
        }
    }

    private @Nullable OperationResponseBody assignment(String name, @Nullable String without, @Nullable String with) {
        NamespaceReader namespace = reader.get().orElse(null);
        NamespaceView view = view().orElse(null);
        JobView job = view == null ? null : view.jobs().get(name);
        return namespace == null || view == null || job == null
                ? null
                : AssignmentDescriptor.of(view, job, namespace.strategies(), without, with);
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
        if (!isTrigger(jobsOrInstances, aspect)
                || !number.matches("\\d{1,10}")
                || reader.get().isEmpty()) {
            return null;
        }
        return answer(operations.triggerStatus(checked(nameOrId), Long.parseLong(number)))
                .map(TriggerDescriptor::of)
                .orElse(null);
    }

    private static boolean isTrigger(String jobsOrInstances, String aspect) {
        return jobsOrInstances.equals(JOBS) && aspect.equals(TRIGGERS);
    }

    // ---- What is steered ------------------------------------------------------------------------------------------

    /**
     * Does something with one of the {@code jobs} by name, or of the {@code instances} by id or name.
     *
     * @param operation what is to be done
     * @param reason why; shown beside what it changes
     * @return what is to be told of it; null for nothing
     */
    @WriteOperation
    public @Nullable OperationResponseBody change(
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
        return change(jobsOrInstances, nameOrId, operation, new Steering.Request("", fields));
    }

    @Nullable
    OperationResponseBody change(
            String jobsOrInstances, String nameOrId, @Nullable String operation, Steering.Request request) {
        return switch (jobsOrInstances) {
            case JOBS -> steering.job(nameOrId, operation, request);
            case INSTANCES -> steering.instance(nameOrId, operation, request);
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
        return remove(jobsOrInstances, nameOrId, new Steering.Request("", Fields.of(Fields.REASON, reason)));
    }

    @Nullable
    OperationResponseBody remove(String jobsOrInstances, String nameOrId, Steering.Request request) {
        if (!jobsOrInstances.equals(JOBS)) {
            throw new NotThereException("Nothing can be removed there");
        }
        return steering.removal(nameOrId, request);
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
        return cancel(
                jobsOrInstances,
                nameOrId,
                aspect,
                new Steering.Request("", Fields.of("number", number, Fields.REASON, reason)));
    }

    @Nullable
    OperationResponseBody cancel(String jobsOrInstances, String nameOrId, String aspect, Steering.Request request) {
        if (!isTrigger(jobsOrInstances, aspect)) {
            throw new NotThereException("Nothing can be cancelled there");
        }
        return steering.cancellation(nameOrId, request);
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private static String checked(String job) {
        return JobDefinition.checkedName("name", job);
    }

    private Optional<JobDetail> detail(String name) {
        checked(name);
        return reader.get().flatMap(namespace -> answer(namespace.job(name)));
    }

    private Optional<NamespaceView> view() {
        return reader.get().map(namespace -> answer(namespace.namespace()));
    }

    private static <T> T answer(CompletionStage<T> asked) {
        return Answers.within(PATIENCE, asked);
    }

    record JobsDescriptor(List<JobDescriptor> jobs) implements OperationResponseBody {}

    record InstancesDescriptor(List<InstanceDescriptor> instances) implements OperationResponseBody {}
}
