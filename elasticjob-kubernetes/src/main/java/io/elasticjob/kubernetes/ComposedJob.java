package io.elasticjob.kubernetes;

import io.elasticjob.Indexes;
import io.elasticjob.spi.ArrayResources;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ArrayRun;
import io.elasticjob.spi.ArrayTask;
import io.elasticjob.spi.ClusterException;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpecBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRuleBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A run as objects of Kubernetes: a suspended Job, and a ConfigMap with values where there are some that are long, or that
 * differ between tasks. Each pod carries the variables of its Job, so long values in them would be stored as often as there
 * are pods.
 *
 * @param values by their keys in the ConfigMap; empty when none is needed
 */
record ComposedJob(Job job, Map<String, String> values) {

    /** For how long a Job stays after its end when nobody records its result. */
    static final Duration KEPT = Duration.ofDays(7);

    /** Beyond so many, the API server wants few at once and few failures. */
    private static final int MANY = 100_000;

    private static final int FEW = 10_000;

    /** The longest value, in bytes, that each pod carries itself. */
    private static final int LONGEST_IN_POD = 4_096;

    /** A ConfigMap takes 1 MiB with all that is around the values. */
    private static final int MOST_IN_MAP = 1_000_000;

    ComposedJob {
        values = Map.copyOf(values);
    }

    /**
     * @param mark letters and digits that no other ConfigMap of the same run has in its name
     * @throws ClusterException.Refused when the values are too long
     */
    static ComposedJob of(ArrayRun run, JobTemplate template, String mark) {
        Map<String, String> values = new TreeMap<>();
        List<EnvVar> variables = new ArrayList<>();
        String map = run.id().name() + "-" + mark;
        new TreeMap<>(run.environment())
                .forEach((name, value) -> variables.add(
                        isLong(value)
                                ? fromMap(name, value, map, values)
                                : plain(name, Launcher.withoutReferences(value))));
        String shards = shards(run);
        if (isLong(shards)) {
            values.put(Launcher.SHARDS, shards);
        }
        String parameters = parameters(run);
        if (!parameters.isEmpty()) {
            values.put(Launcher.PARAMETERS, parameters);
        }
        variables.add(plain("EJ_SHARD_LIST", isLong(shards) ? "" : shards));
        variables.add(plain("EJ_VALUES", Launcher.FOLDER));
        check(values);
        Job job = template.job()
                .withMetadata(metadata(run, template, values.isEmpty() ? null : map))
                .withSpec(spec(run, template, new Filling(variables, map, List.copyOf(values.keySet()))))
                .withStatus(null)
                .build();
        return new ComposedJob(job, values);
    }

    /** The ConfigMap, which is deleted with the Job. */
    static ConfigMap map(Job created, Map<String, String> values) {
        ObjectMeta owner = created.getMetadata();
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(owner.getAnnotations().get(Marks.VALUES))
                .withNamespace(owner.getNamespace())
                .withLabels(Map.of(
                        Marks.MANAGED_BY,
                        Marks.OURS,
                        Marks.NAMESPACE_HASH,
                        owner.getLabels().get(Marks.NAMESPACE_HASH)))
                .addNewOwnerReference()
                .withApiVersion("batch/v1")
                .withKind("Job")
                .withName(owner.getName())
                .withUid(owner.getUid())
                .endOwnerReference()
                .endMetadata()
                .withImmutable(true)
                .withData(values)
                .build();
    }

    /** What the pods are filled with. */
    private record Filling(List<EnvVar> variables, String map, List<String> keys) {}

    private static boolean isLong(String value) {
        return value.length() > LONGEST_IN_POD || value.getBytes(StandardCharsets.UTF_8).length > LONGEST_IN_POD;
    }

    private static EnvVar plain(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    private static EnvVar fromMap(String name, String value, String map, Map<String, String> values) {
        values.put(name, value);
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewConfigMapKeyRef(name, map, false)
                .endValueFrom()
                .build();
    }

    /** The shard of an index is the number at this place of the list that the ranges stand for. */
    private static String shards(ArrayRun run) {
        int last = -1;
        for (ArrayTask task : run.tasks()) {
            if (task.shard() <= last) {
                throw new ClusterException.Refused("The tasks of " + run + " are not in the order of their shards");
            }
            last = task.shard();
        }
        return Indexes.of(run.tasks().stream().map(ArrayTask::shard).toList()).text();
    }

    private static String parameters(ArrayRun run) {
        StringBuilder lines = new StringBuilder();
        for (int index = 0; index < run.tasks().size(); index++) {
            String parameter = run.tasks().get(index).parameter();
            if (!parameter.isEmpty()) {
                lines.append(Launcher.line(index, parameter));
            }
        }
        return lines.toString();
    }

    private static void check(Map<String, String> values) {
        long bytes = values.values().stream()
                .mapToLong(value -> value.getBytes(StandardCharsets.UTF_8).length)
                .sum();
        if (bytes > MOST_IN_MAP) {
            throw new ClusterException.Refused("The parameters of the job and of its shards have " + bytes
                    + " bytes together. Kubernetes keeps at most " + MOST_IN_MAP
                    + " for one run: store the data elsewhere, and give each shard a key by which to find it");
        }
    }

    private static ObjectMeta metadata(ArrayRun run, JobTemplate template, @Nullable String map) {
        ObjectMeta given = template.job().buildMetadata();
        Map<String, String> labels = new LinkedHashMap<>();
        Map<String, String> annotations = new LinkedHashMap<>();
        if (given != null) {
            labels.putAll(given.getLabels());
            annotations.putAll(given.getAnnotations());
        }
        labels.putAll(Marks.labels(run.id().namespace()));
        annotations.putAll(Marks.annotations(run.id()));
        if (map != null) {
            annotations.put(Marks.VALUES, map);
        }
        return new ObjectMetaBuilder()
                .withName(run.id().name())
                .withLabels(labels)
                .withAnnotations(annotations)
                .build();
    }

    private static JobSpec spec(ArrayRun run, JobTemplate template, Filling filling) {
        JobSpec given = template.job().buildSpec();
        ArrayRules rules = run.rules();
        int tasks = run.tasks().size();
        int atOnce = rules.parallelism() == 0 ? tasks : Math.min(tasks, rules.parallelism());
        boolean many = tasks > MANY;
        return new JobSpecBuilder(given)
                .withSuspend(true)
                .withCompletionMode("Indexed")
                .withCompletions(tasks)
                .withParallelism(many ? Math.min(FEW, atOnce) : atOnce)
                .withBackoffLimitPerIndex(rules.retries())
                .withMaxFailedIndexes(many ? FEW : null)
                .withPodReplacementPolicy("Failed")
                .withPodFailurePolicy(failurePolicy(given.getPodFailurePolicy()))
                .withTtlSecondsAfterFinished((int) KEPT.toSeconds())
                .withTemplate(pods(given.getTemplate(), rules, template.values(), filling))
                .build();
    }

    /** A pod that Kubernetes itself ended is begun again, and that is no failure. */
    private static PodFailurePolicy failurePolicy(@Nullable PodFailurePolicy given) {
        List<PodFailurePolicyRule> rules = new ArrayList<>();
        rules.add(new PodFailurePolicyRuleBuilder()
                .withAction("Ignore")
                .addNewOnPodCondition("True", "DisruptionTarget")
                .build());
        if (given != null) {
            rules.addAll(given.getRules());
        }
        return new PodFailurePolicy(rules);
    }

    private static PodTemplateSpec pods(
            PodTemplateSpec given, ArrayRules rules, JobTemplate.Values how, Filling filling) {
        PodSpec pod = given.getSpec();
        List<Container> containers = new ArrayList<>(pod.getContainers());
        containers.set(0, task(containers.get(0), rules.resources(), how, filling));
        PodSpecBuilder spec = new PodSpecBuilder(pod).withContainers(containers).withRestartPolicy("Never");
        rules.taskTimeout().ifPresent(timeout -> spec.withActiveDeadlineSeconds(seconds(timeout)));
        if (!filling.keys().isEmpty()) {
            spec.addNewVolume()
                    .withName(JobTemplate.VOLUME)
                    .withNewConfigMap()
                    .withName(filling.map())
                    .withOptional(false)
                    .endConfigMap()
                    .endVolume();
        }
        return new PodTemplateSpecBuilder(given)
                .editOrNewMetadata()
                .addToLabels(Marks.MANAGED_BY, Marks.OURS)
                .endMetadata()
                .withSpec(spec.build())
                .build();
    }

    private static long seconds(Duration timeout) {
        return timeout.plusSeconds(1).minusNanos(1).toSeconds();
    }

    private static Container task(Container given, ArrayResources resources, JobTemplate.Values how, Filling filling) {
        List<EnvVar> variables = new ArrayList<>(filling.variables());
        variables.addAll(given.getEnv());
        ContainerBuilder task = new ContainerBuilder(given)
                .withEnv(variables)
                .withResources(resources(given.getResources(), resources));
        if (how == JobTemplate.Values.ENVIRONMENT) {
            task.withCommand(Launcher.command(given.getCommand()));
        }
        if (!filling.keys().isEmpty()) {
            task.addNewVolumeMount()
                    .withName(JobTemplate.VOLUME)
                    .withMountPath(Launcher.FOLDER)
                    .withReadOnly(true)
                    .endVolumeMount();
        }
        return task.build();
    }

    /** A limit of the template that is lower than what is asked for is raised to that. */
    private static @Nullable ResourceRequirements resources(
            @Nullable ResourceRequirements given, ArrayResources asked) {
        ResourceRequirements resources = given;
        if (asked.milliCpus() > 0) {
            resources = with(resources, "cpu", new Quantity(asked.milliCpus() + "m"), false);
        }
        if (asked.memoryBytes() > 0) {
            resources = with(resources, "memory", new Quantity(Long.toString(asked.memoryBytes())), true);
        }
        return resources;
    }

    private static ResourceRequirements with(
            @Nullable ResourceRequirements given, String resource, Quantity asked, boolean limited) {
        ResourceRequirementsBuilder builder =
                given == null ? new ResourceRequirementsBuilder() : new ResourceRequirementsBuilder(given);
        builder.addToRequests(resource, asked);
        Quantity limit = given == null ? null : given.getLimits().get(resource);
        if (limited || limit != null && limit.getNumericalAmount().compareTo(asked.getNumericalAmount()) < 0) {
            builder.addToLimits(resource, asked);
        }
        return builder.build();
    }
}
