package io.elasticjob.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What is run in Kubernetes for each shard: a Job, without what ElasticJob says itself. It is immutable.
 *
 * <p>Given may be labels and annotations, the template of the pods, and rules of a {@code podFailurePolicy}. The first container
 * runs the task.
 *
 * @since 0.1.0
 */
public final class JobTemplate {

    /** Annotation of the Job that says how a task gets its number and its parameter: one of {@link Values}. */
    public static final String VALUES = "elasticjob.io/task-values";

    static final String VOLUME = "elasticjob";

    /** How a task gets its number and its parameter. */
    public enum Values {
        /**
         * In variables of its environment, EJ_SHARD and EJ_SHARD_PARAMETER, for which a few lines of shell set them before the
         * command of the container begins. So the container has a command, and its image {@code /bin/sh} and {@code sed}. This is the default.
         */
        ENVIRONMENT,
        /** The command reads them: EJ_SHARD_LIST and JOB_COMPLETION_INDEX, and files in the folder EJ_VALUES. */
        FILE
    }

    private static final YAMLMapper STRICT = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .annotationIntrospector(new OnlyKnownFields())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Job job;
    private final Values values;

    private JobTemplate(Job job) {
        this.job = new JobBuilder(job).build();
        this.values = values(job);
    }

    /**
     * Reads a manifest of kind Job.
     *
     * @throws IllegalArgumentException naming the field, when it is none, has a field that there is not, or says what ElasticJob
     *     says itself
     */
    public static JobTemplate parse(String yaml) {
        Job job;
        try {
            job = STRICT.readValue(yaml, Job.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "cannot be read as a manifest of kind Job: "
                            + String.valueOf(e.getOriginalMessage())
                                    .lines()
                                    .findFirst()
                                    .orElse("it is empty"),
                    e);
        }
        if (job == null || !yaml.contains("kind")) {
            throw new IllegalArgumentException("must be a manifest with apiVersion: batch/v1 and kind: Job");
        }
        return of(job);
    }

    /**
     * The template that a program has composed.
     *
     * @throws IllegalArgumentException naming the field that cannot be in a template
     */
    public static JobTemplate of(Job job) {
        refuse(
                !"batch/v1".equals(job.getApiVersion()) || !"Job".equals(job.getKind()),
                "kind",
                "must be Job of batch/v1");
        check(job.getSpec());
        return new JobTemplate(job);
    }

    private static void check(@Nullable JobSpec spec) {
        PodTemplateSpec template = spec == null ? null : spec.getTemplate();
        PodSpec pod = template == null ? null : template.getSpec();
        if (spec == null || pod == null || pod.getContainers().isEmpty()) {
            throw new IllegalArgumentException(
                    "spec.template.spec.containers must have the container that runs a task");
        }
        Map<String, @Nullable Object> ours = new LinkedHashMap<>();
        ours.put("suspend", spec.getSuspend());
        ours.put("completions", spec.getCompletions());
        ours.put("completionMode", spec.getCompletionMode());
        ours.put("parallelism", spec.getParallelism());
        ours.put("backoffLimit", spec.getBackoffLimit());
        ours.put("backoffLimitPerIndex", spec.getBackoffLimitPerIndex());
        ours.put("maxFailedIndexes", spec.getMaxFailedIndexes());
        ours.put("activeDeadlineSeconds", spec.getActiveDeadlineSeconds());
        ours.put("ttlSecondsAfterFinished", spec.getTtlSecondsAfterFinished());
        ours.put("podReplacementPolicy", spec.getPodReplacementPolicy());
        ours.put("successPolicy", spec.getSuccessPolicy());
        ours.put("selector", spec.getSelector());
        ours.put("manualSelector", spec.getManualSelector());
        ours.forEach((field, value) -> refuse(value != null, "spec." + field, "is set by ElasticJob: leave it out"));
        refuse(
                !"Never".equals(Objects.requireNonNullElse(pod.getRestartPolicy(), "Never")),
                "spec.template.spec.restartPolicy",
                "must be Never, or left out");
        for (Volume volume : pod.getVolumes()) {
            refuse(
                    VOLUME.equals(volume.getName()),
                    "spec.template.spec.volumes",
                    "cannot have one of the name " + VOLUME);
        }
        for (EnvVar variable : pod.getContainers().get(0).getEnv()) {
            String name = String.valueOf(variable.getName());
            refuse(
                    name.startsWith("EJ_") || name.equals("JOB_COMPLETION_INDEX"),
                    "spec.template.spec.containers[0].env",
                    "cannot set " + name + ", which ElasticJob and Kubernetes set");
        }
    }

    private static Values values(Job job) {
        String said = annotations(job.getMetadata()).getOrDefault(VALUES, "environment");
        Values values = switch (said) {
            case "environment" -> Values.ENVIRONMENT;
            case "file" -> Values.FILE;
            default ->
                throw new IllegalArgumentException("metadata.annotations[" + VALUES + "] must be environment or file");
        };
        Container task = job.getSpec().getTemplate().getSpec().getContainers().get(0);
        refuse(
                values == Values.ENVIRONMENT && task.getCommand().isEmpty(),
                "spec.template.spec.containers[0].command",
                "must be set, since a shell starts it once it has set EJ_SHARD and EJ_SHARD_PARAMETER. Repeat the entry point of"
                        + " the image there, or, if the program reads its values itself, annotate the Job with "
                        + VALUES
                        + ": file");
        return values;
    }

    private static void refuse(boolean broken, String field, String rule) {
        if (broken) {
            throw new IllegalArgumentException(field + " " + rule);
        }
    }

    private static Map<String, String> annotations(@Nullable ObjectMeta meta) {
        return meta == null ? Map.of() : meta.getAnnotations();
    }

    /** How its tasks get their values. */
    public Values values() {
        return values;
    }

    /** A Job to be completed, which belongs to the caller. */
    JobBuilder job() {
        return new JobBuilder(job);
    }

    /** The model has a place for fields that it does not know. */
    private static final class OnlyKnownFields extends JacksonAnnotationIntrospector {

        private static final long serialVersionUID = 1L;

        @Override
        public Boolean hasAnySetter(MapperConfig<?> config, Annotated annotated) {
            return false;
        }
    }
}
