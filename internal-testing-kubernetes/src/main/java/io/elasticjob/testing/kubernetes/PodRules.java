package io.elasticjob.testing.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules for a template of pods. */
final class PodRules {

    private static final String AT = "spec.template.spec";

    private final PodSpec pod;
    private final PodTemplateSpec template;
    private final List<PersistentVolumeClaim> claims;
    private final List<String> restarts;
    private final Findings findings;

    /**
     * @param claims volumes that are made for each pod
     * @param restarts the policies that its kind may have
     */
    PodRules(PodTemplateSpec template, List<PersistentVolumeClaim> claims, List<String> restarts, Findings findings) {
        this.template = template;
        this.pod = template.getSpec();
        this.claims = claims;
        this.restarts = restarts;
        this.findings = findings;
    }

    void check() {
        findings.unless(
                restarts.contains(Objects.requireNonNullElse(pod.getRestartPolicy(), "Always")),
                Rule.RESTART,
                AT + ".restartPolicy",
                "must be " + String.join(" or ", restarts));
        findings.unless(
                pod.getTerminationGracePeriodSeconds() == null || pod.getTerminationGracePeriodSeconds() >= 0,
                Rule.NUMBERS,
                AT + ".terminationGracePeriodSeconds",
                "must not be negative");
        List<Container> all = containers(pod).toList();
        findings.unless(
                !pod.getContainers().isEmpty(),
                Rule.CONTAINERS,
                AT + ".containers",
                "must have at least one container");
        findings.once(all.stream().map(Container::getName).toList(), Rule.CONTAINERS, AT + ".containers");
        all.forEach(container -> new ContainerRules(pod, container, findings).check());
        ports(all);
        volumes(all);
        readable();
        spread();
        restricted(all);
        findings.unless(
                Boolean.FALSE.equals(pod.getEnableServiceLinks()),
                Rule.SERVICE_LINKS,
                AT + ".enableServiceLinks",
                "must be false");
    }

    static Stream<Container> containers(PodSpec pod) {
        return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
    }

    private void ports(List<Container> all) {
        List<ContainerPort> ports =
                all.stream().flatMap(container -> container.getPorts().stream()).toList();
        findings.once(
                ports.stream()
                        .map(ContainerPort::getName)
                        .filter(Objects::nonNull)
                        .toList(),
                Rule.PORTS,
                AT + ".containers");
        findings.once(
                ports.stream()
                        .map(port ->
                                port.getContainerPort() + "/" + Objects.requireNonNullElse(port.getProtocol(), "TCP"))
                        .toList(),
                Rule.PORTS,
                AT + ".containers");
    }

    private void volumes(List<Container> all) {
        List<String> names = new ArrayList<>();
        pod.getVolumes().forEach(volume -> {
            names.add(volume.getName());
            findings.matches(Forms.LABEL_1123, 63, volume.getName(), Rule.VOLUMES, AT + ".volumes");
            findings.unless(
                    sources(volume) == 1,
                    Rule.VOLUMES,
                    AT + ".volumes[" + volume.getName() + "]",
                    "must have exactly one source, and has " + sources(volume));
            if (volume.getEmptyDir() != null && volume.getEmptyDir().getSizeLimit() != null) {
                ContainerRules.quantity(
                        String.valueOf(volume.getEmptyDir().getSizeLimit()),
                        AT + ".volumes[" + volume.getName() + "].emptyDir.sizeLimit",
                        findings);
            }
        });
        claims.forEach(claim -> names.add(claim.getMetadata().getName()));
        findings.once(names, Rule.VOLUMES, AT + ".volumes");
        Set<String> unused = new HashSet<>(names);
        for (Container container : all) {
            String at = AT + ".containers[" + container.getName() + "].volumeMounts";
            findings.once(
                    container.getVolumeMounts().stream()
                            .map(VolumeMount::getMountPath)
                            .toList(),
                    Rule.VOLUMES,
                    at);
            for (VolumeMount mount : container.getVolumeMounts()) {
                unused.remove(mount.getName());
                findings.unless(
                        names.contains(mount.getName()), Rule.VOLUMES, at, "there is no volume " + mount.getName());
                String path = String.valueOf(mount.getMountPath());
                findings.unless(
                        path.startsWith("/") && !path.contains(":") && !path.contains(".."),
                        Rule.VOLUMES,
                        at,
                        "\"" + path + "\" must be an absolute path without ':' and '..'");
            }
        }
        unused.forEach(name -> findings.add(Rule.VOLUMES, AT + ".volumes", "nothing mounts " + name));
    }

    /** Who is not root reads files that everybody may read, or the group that is said to be theirs. */
    private void readable() {
        boolean group =
                pod.getSecurityContext() != null && pod.getSecurityContext().getFsGroup() != null;
        pod.getVolumes().forEach(volume -> {
            Integer mode = volume.getSecret() != null
                    ? volume.getSecret().getDefaultMode()
                    : volume.getConfigMap() != null ? volume.getConfigMap().getDefaultMode() : null;
            findings.unless(
                    mode == null || (mode & 0004) != 0 || (group && (mode & 0040) != 0),
                    Rule.READABLE,
                    AT + ".volumes[" + volume.getName() + "].defaultMode",
                    "must let everybody read, or the group with fsGroup");
        });
    }

    private static long sources(Volume volume) {
        return Stream.<@Nullable Object>of(
                        volume.getConfigMap(),
                        volume.getSecret(),
                        volume.getEmptyDir(),
                        volume.getPersistentVolumeClaim(),
                        volume.getProjected(),
                        volume.getDownwardAPI(),
                        volume.getEphemeral(),
                        volume.getCsi(),
                        volume.getHostPath(),
                        volume.getNfs())
                .filter(Objects::nonNull)
                .count();
    }

    private void spread() {
        for (TopologySpreadConstraint constraint : pod.getTopologySpreadConstraints()) {
            String at = AT + ".topologySpreadConstraints";
            findings.unless(
                    constraint.getMaxSkew() != null && constraint.getMaxSkew() >= 1,
                    Rule.SPREAD,
                    at + ".maxSkew",
                    "must be at least 1");
            findings.unless(
                    constraint.getTopologyKey() != null
                            && !constraint.getTopologyKey().isEmpty(),
                    Rule.SPREAD,
                    at + ".topologyKey",
                    "must name a label of nodes");
            findings.unless(
                    Set.of("DoNotSchedule", "ScheduleAnyway")
                            .contains(String.valueOf(constraint.getWhenUnsatisfiable())),
                    Rule.SPREAD,
                    at + ".whenUnsatisfiable",
                    "must be DoNotSchedule or ScheduleAnyway");
            findings.unless(
                    constraint.getLabelSelector() != null
                            && Selectors.matches(
                                    constraint.getLabelSelector(),
                                    template.getMetadata().getLabels()),
                    Rule.SPREAD,
                    at + ".labelSelector",
                    "must select the pods of this template");
        }
    }

    private void restricted(List<Container> all) {
        findings.unless(
                !Boolean.TRUE.equals(pod.getHostNetwork())
                        && !Boolean.TRUE.equals(pod.getHostPID())
                        && !Boolean.TRUE.equals(pod.getHostIPC()),
                Rule.RESTRICTED,
                AT,
                "must not use namespaces of the host");
        pod.getVolumes()
                .forEach(volume -> findings.unless(
                        volume.getHostPath() == null && volume.getNfs() == null,
                        Rule.RESTRICTED,
                        AT + ".volumes[" + volume.getName() + "]",
                        "must not be of this type"));
        all.forEach(container -> new SecurityRules(pod, container, findings).check());
    }
}
