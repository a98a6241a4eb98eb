package io.elasticjob.kubernetes;

import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.Cluster;
import io.elasticjob.spi.ClusterException;
import io.elasticjob.spi.Created;
import io.elasticjob.spi.LogReads;
import io.elasticjob.spi.RunId;
import io.elasticjob.spi.RunStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs each {@link ArrayRun} as one Indexed Job of Kubernetes. Jobs are created suspended. What they are identified by is the
 * uid of the Job, on which each later request is conditional.
 *
 * @since 0.1.0
 */
public final class KubernetesCluster implements Cluster {

    private static final String FIELD_VALIDATION = "Strict";
    private static final long PAGE = 500;

    private final KubernetesClient client;
    private final KubernetesOptions options;
    private final Supplier<Map<String, JobTemplate>> templates;
    private final Clock clock;
    private final Calls calls;
    private final LogReads logReads;
    private final PodLogs logs;
    private final Pods pods;
    private final JobWatch watch;

    /**
     * @param client which stays open when this is closed
     * @param templates by their names, asked for with each run: answered at once
     */
    public KubernetesCluster(
            KubernetesClient client, KubernetesOptions options, Supplier<Map<String, JobTemplate>> templates) {
        this(client, options, templates, Clock.systemUTC());
    }

    KubernetesCluster(
            KubernetesClient client,
            KubernetesOptions options,
            Supplier<Map<String, JobTemplate>> templates,
            Clock clock) {
        this.client = client;
        this.options = options;
        this.templates = templates;
        this.clock = clock;
        calls = new Calls(options.name(), options.callsPerSecond());
        pods = new Pods(client, options.namespace(), calls);
        logReads = new LogReads(options.name(), Calls::asAnswer);
        logs = new PodLogs(client, options.namespace(), calls, pods);
        watch = new JobWatch(client, options.namespace(), calls, pods);
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public Set<Ability> abilities() {
        return EnumSet.of(Ability.RETRY);
    }

    @Override
    public Set<String> templates() {
        return templates.get().keySet();
    }

    @Override
    public CompletionStage<Created> prepare(ArrayRun run) {
        return calls.ask(() -> {
            JobTemplate template = templates.get().get(run.template());
            if (template == null) {
                throw new ClusterException.Refused("There is no template \"" + run.template() + "\" for " + name());
            }
            String mark = UUID.randomUUID().toString().substring(0, 8);
            ComposedJob composed = ComposedJob.of(run, template, mark);
            Job job = create(run.id(), composed.job());
            if (Boolean.TRUE.equals(job.getSpec().getSuspend())
                    && job.getMetadata().getAnnotations().containsKey(Marks.VALUES)) {
                create(ComposedJob.map(job, composed.values()));
            }
            return new Created(run.id(), job.getMetadata().getUid());
        });
    }

    private Job create(RunId run, Job composed) throws Exception {
        try {
            return calls.request(() -> client.batch()
                    .v1()
                    .jobs()
                    .inNamespace(options.namespace())
                    .resource(composed)
                    .fieldValidation(Validation.STRICT)
                    .create());
        } catch (KubernetesClientException e) {
            if (!Calls.isConflict(e)) {
                throw e;
            }
        }
        Job there = get(run);
        if (there == null) {
            throw new ClusterException(run.name() + " was there and went at that moment");
        }
        if (!Marks.run(there).equals(Optional.of(run))) {
            throw new ClusterException.Refused(
                    "The Job " + run.name() + " in the namespace " + options.namespace() + " has the name of " + run
                            + " and is something else: delete it, or give this namespace to ElasticJob alone");
        }
        return there;
    }

    private void create(ConfigMap map) throws Exception {
        try {
            calls.request(() -> client.configMaps()
                    .inNamespace(options.namespace())
                    .resource(map)
                    .fieldValidation(Validation.STRICT)
                    .create());
        } catch (KubernetesClientException e) {
            if (!Calls.isConflict(e)) { // else it is there: its name is that of this one Job
                throw e;
            }
        }
    }

    @Override
    public CompletionStage<Void> release(Created run) {
        return calls.ask(() -> {
            patch(run, "\"suspend\":false");
            return null;
        });
    }

    /** A patch with the uid is conditional on it: of another Job the uid cannot be changed. */
    private void patch(Created run, String spec) throws Exception {
        String patch = "{\"metadata\":{\"uid\":\"" + run.identity() + "\"},\"spec\":{" + spec + "}}";
        PatchContext how = new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldValidation(FIELD_VALIDATION)
                .build();
        try {
            calls.request(() -> known(run.run()).patch(how, patch));
        } catch (KubernetesClientException e) {
            if (Calls.isNotFound(e) || !isThere(run)) {
                throw new ClusterException.Gone(run + " is not there any more");
            }
            throw e;
        }
    }

    private boolean isThere(Created run) throws Exception {
        Job there = get(run.run());
        return there != null && run.identity().equals(there.getMetadata().getUid());
    }

    @Override
    public CompletionStage<Optional<RunStatus>> find(RunId run) {
        return calls.ask(() -> {
            Job job = get(run);
            if (job == null) {
                return leaving(run);
            }
            Optional<RunId> said = Marks.run(job);
            if (said.isEmpty() && Marks.isOurs(job)) {
                throw new ClusterException(
                        "The Job " + run.name() + " was made by another version, and cannot be read");
            }
            return said.equals(Optional.of(run)) ? Optional.of(status(job, run)) : Optional.<RunStatus>empty();
        });
    }

    private Optional<RunStatus> leaving(RunId run) throws Exception {
        List<Pod> left = pods.unfinished(Pods.OF_JOB_NAME, run.name());
        return left.stream()
                .map(pod -> pod.getMetadata().getLabels().get(Pods.OF_JOB))
                .filter(Objects::nonNull)
                .findFirst()
                .map(uid -> JobStatuses.leaving(new Created(run, uid), left.size()));
    }

    private static RunStatus status(Job job, RunId run) {
        try {
            return JobStatuses.of(job, run);
        } catch (IllegalArgumentException e) {
            throw new ClusterException("The Job " + run.name() + " says what cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public CompletionStage<List<RunStatus>> list(String namespace) {
        return calls.ask(() -> {
            List<RunStatus> found = new ArrayList<>();
            String next = null;
            do {
                ListOptions page = new ListOptionsBuilder()
                        .withLimit(PAGE)
                        .withContinue(next)
                        .build();
                JobList jobs = calls.request(() -> client.batch()
                        .v1()
                        .jobs()
                        .inNamespace(options.namespace())
                        .withLabels(Marks.labels(namespace))
                        .list(page));
                for (Job job : jobs.getItems()) {
                    readable(job)
                            .filter(status -> status.run().run().namespace().equals(namespace))
                            .ifPresent(found::add);
                }
                next = jobs.getMetadata().getContinue();
            } while (next != null && !next.isEmpty());
            return List.copyOf(found);
        });
    }

    static Optional<RunStatus> readable(Job job) {
        try {
            return Marks.run(job).map(run -> JobStatuses.of(job, run));
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    @Override
    public void watch(String namespace, Consumer<RunStatus> changes) {
        watch.add(namespace, changes);
    }

    /**
     * Deletes the Job. It stays until its pods are gone ({@code Foreground}), so that nobody takes it for over while they still
     * end.
     */
    @Override
    public CompletionStage<Void> cancel(Created run) {
        return calls.ask(() -> {
            Job job = get(run.run());
            if (job == null
                    || !run.identity().equals(job.getMetadata().getUid())
                    || job.getMetadata().getDeletionTimestamp() != null
                    || JobStatuses.hasEnded(job)) {
                return null;
            }
            String path = "/apis/batch/v1/namespaces/" + options.namespace() + "/jobs/"
                    + run.run().name();
            var how = new DeleteOptionsBuilder()
                    .withPropagationPolicy("Foreground")
                    .withNewPreconditions()
                    .withUid(run.identity())
                    .endPreconditions()
                    .build();
            try {
                calls.request(() -> client.raw(path, "DELETE", how));
            } catch (KubernetesClientException e) {
                if (!Calls.isNotFound(e) && isThere(run)) {
                    throw e;
                }
            }
            return null;
        });
    }

    /** Kubernetes counts from the end of the Job, and {@code keep} from now. */
    @Override
    public CompletionStage<Void> forget(Created run, Duration keep) {
        return calls.ask(() -> {
            Job job = get(run.run());
            if (job != null && run.identity().equals(job.getMetadata().getUid())) {
                Duration all = keep.plus(sinceEnd(job)).plusSeconds(1);
                long seconds = Math.min(all.toSeconds(), Integer.MAX_VALUE);
                Integer before = job.getSpec().getTtlSecondsAfterFinished();
                if (before != null && before <= seconds) {
                    return null; // somebody has said so before: the earliest holds
                }
                try {
                    patch(run, "\"ttlSecondsAfterFinished\":" + seconds);
                } catch (ClusterException.Gone gone) {
                    return null; // which is what was wanted
                }
            }
            return null;
        });
    }

    private Duration sinceEnd(Job job) {
        if (job.getStatus() == null) {
            return Duration.ZERO;
        }
        Instant now = clock.instant();
        return job.getStatus().getConditions().stream()
                .filter(each -> Set.of("Complete", "Failed").contains(each.getType()))
                .map(each -> since(each.getLastTransitionTime(), now))
                .filter(passed -> !passed.isNegative())
                .findFirst()
                .orElse(Duration.ZERO);
    }

    private static Duration since(@Nullable String time, Instant now) {
        try {
            return time == null ? Duration.ZERO : Duration.between(Instant.parse(time), now);
        } catch (DateTimeParseException unreadable) {
            return Duration.ZERO;
        }
    }

    @Override
    public CompletionStage<String> log(Created run, int index, int bytes) {
        return logReads.ask(() -> {
            Optional<String> log = logs.last(run.identity(), index, bytes);
            if (log.isEmpty() && !isThere(run)) {
                throw new ClusterException.Gone(run + " is not there any more, and neither are its logs");
            }
            return log.orElse("");
        });
    }

    private @Nullable Job get(RunId run) throws Exception {
        return calls.request(() -> job(run).get());
    }

    /** For a patch, before which the client otherwise asks for the whole Job. */
    private ScalableResource<Job> known(RunId run) {
        Job named = new JobBuilder()
                .withNewMetadata()
                .withName(run.name())
                .withNamespace(options.namespace())
                .endMetadata()
                .build();
        return client.batch().v1().jobs().inNamespace(options.namespace()).resource(named);
    }

    private ScalableResource<Job> job(RunId run) {
        return client.batch().v1().jobs().inNamespace(options.namespace()).withName(run.name());
    }

    @Override
    public void close() {
        watch.close();
        logReads.close();
        calls.close();
    }
}
