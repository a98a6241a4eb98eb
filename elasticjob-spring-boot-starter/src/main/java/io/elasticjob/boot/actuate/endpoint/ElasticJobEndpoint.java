package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.engine.NamespaceView;
import io.elasticjob.history.HistoryException;
import io.elasticjob.registry.RegistryException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * Shows the namespace, its jobs and its instances, alike on every instance. What the registry has to be asked for is
 * waited for no longer than {@link #PATIENCE}. An application without jobs shows an empty namespace.
 */
@Endpoint(id = "elasticjob", defaultAccess = Access.READ_ONLY)
public class ElasticJobEndpoint {

    public static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final String JOBS = "jobs";
    private static final String INSTANCES = "instances";
    private static final String EXECUTIONS = "executions";

    private final Supplier<Optional<NamespaceReader>> reader;
    private final InstantSource clock;
    private final @Nullable HistoryReader history;

    /**
     * @param reader of the application's engine, empty where there is none
     * @param history of executions, null where none is kept
     */
    public ElasticJobEndpoint(
            Supplier<Optional<NamespaceReader>> reader, InstantSource clock, @Nullable HistoryReader history) {
        this.reader = reader;
        this.clock = clock;
        this.history = history;
    }

    /** The namespace, and the instance that answers. */
    @ReadOperation
    public OperationResponseBody namespace() {
        return view().map(NamespaceDescriptor::of).orElse(NamespaceDescriptor.NONE);
    }

    /**
     * All {@code jobs}, or all {@code instances}.
     *
     * @return null for anything else
     */
    @ReadOperation
    public @Nullable OperationResponseBody list(@Selector String jobsOrInstances) {
        return switch (jobsOrInstances) {
            case JOBS -> jobs();
            case INSTANCES -> instances();
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

    /**
     * One of the {@code jobs} by name, or of the {@code instances} by id.
     *
     * @return null when there is none
     * @throws InvalidEndpointRequestException for what can be no job's name
     * @throws RegistryException when the registry gives no answer in time
     */
    @ReadOperation
    public @Nullable OperationResponseBody one(@Selector String jobsOrInstances, @Selector String name) {
        return switch (jobsOrInstances) {
            case JOBS -> job(name);
            case INSTANCES -> instance(name);
            default -> null;
        };
    }

    /**
     * The {@code executions} of one of the {@code jobs}, latest first; also of a job that is no more.
     *
     * @param outcome one of the names of outcomes, or {@code RUNNING}
     * @param firing as its executions name it
     * @param from those that began at this instant, or later
     * @param to those that began before this instant
     * @param before what an earlier page gave as its {@code next}
     * @param size of the page, 50 by default
     * @return null when there is no such job and nothing is known of one, or no history is kept
     * @throws InvalidEndpointRequestException for a parameter that makes no sense
     * @throws HistoryException when the history gives no answer in time
     */
    @ReadOperation
    public @Nullable OperationResponseBody executions(
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
        if (history == null || !jobs.equals(JOBS) || !executions.equals(EXECUTIONS)) {
            return null;
        }
        try {
            JobDefinition.checkedName("name", name);
            ExecutionsDescriptor page =
                    history.executions(name, new ExecutionFilter(shard, outcome, firing, from, to, before, size));
            boolean known = !page.executions().isEmpty() || isKnown(name) || history.knows(name);
            return known ? page : null;
        } catch (InvalidSettingException invalid) {
            throw refused(invalid);
        }
    }

    private boolean isKnown(String job) {
        return view().map(view -> view.jobs().containsKey(job)).orElse(false);
    }

    private static InvalidEndpointRequestException refused(InvalidSettingException invalid) {
        return new InvalidEndpointRequestException(String.valueOf(invalid.getMessage()), invalid.rule());
    }

    private @Nullable OperationResponseBody job(String name) {
        try {
            JobDefinition.checkedName("name", name);
        } catch (InvalidSettingException invalid) {
            throw refused(invalid);
        }
        return reader.get()
                .flatMap(namespace -> answer(namespace.job(name)))
                .map(detail -> JobDetailDescriptor.of(detail, clock.instant()))
                .orElse(null);
    }

    private @Nullable OperationResponseBody instance(String id) {
        return view().flatMap(view -> Optional.ofNullable(view.instances().get(id))
                        .map(instance -> InstanceDescriptor.of(instance, view)))
                .orElse(null);
    }

    private Optional<NamespaceView> view() {
        return reader.get().map(namespace -> answer(namespace.namespace()));
    }

    record JobsDescriptor(List<JobDescriptor> jobs) implements OperationResponseBody {}

    record InstancesDescriptor(List<InstanceDescriptor> instances) implements OperationResponseBody {}

    private static <T> T answer(CompletionStage<T> asked) {
        try {
            return asked.toCompletableFuture().get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RegistryException noAnswer) {
                throw noAnswer;
            }
            throw new IllegalStateException("The job engine could not answer", failed.getCause());
        } catch (TimeoutException slow) {
            throw new RegistryException("There was no answer within " + PATIENCE.toSeconds() + " s", slow);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new RegistryException("The request was interrupted", interrupted);
        }
    }
}
