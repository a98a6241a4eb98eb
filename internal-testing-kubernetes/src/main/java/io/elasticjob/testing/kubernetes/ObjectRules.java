package io.elasticjob.testing.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rules for one object, whatever else there is. */
final class ObjectRules {

    private static final int MOST_BYTES = 1024 * 1024;
    private static final int MOST_BYTES_OF_ANNOTATIONS = 256 * 1024;

    private final Decoded object;
    private final Findings findings;

    ObjectRules(Decoded object, Findings findings) {
        this.object = object;
        this.findings = findings;
    }

    void check() {
        name();
        labels("metadata.labels", strings("labels"));
        annotations();
        if (object.value() instanceof Deployment deployment) {
            deployment(deployment);
        } else if (object.value() instanceof StatefulSet set) {
            statefulSet(set);
        } else if (object.value() instanceof Job job) {
            labels("spec.template.metadata.labels", templateLabels(job));
            new JobRules(job, findings).check();
        } else if (object.value() instanceof Service service) {
            service(service);
        } else if (object.value() instanceof ConfigMap config) {
            configMap(config);
        } else if (object.value() instanceof PodDisruptionBudget budget) {
            budget(budget);
        } else if (object.value() instanceof NetworkPolicy policy) {
            networkPolicy(policy);
        } else if (object.value() instanceof Role role) {
            role(role);
        } else if (object.value() instanceof RoleBinding binding) {
            roleBinding(binding);
        }
    }

    private void name() {
        switch (object.kind()) {
            case "Service" -> findings.matches(Forms.LABEL_1035, 63, object.name(), Rule.NAME, "metadata.name");
            case "Namespace" -> findings.matches(Forms.LABEL_1123, 63, object.name(), Rule.NAME, "metadata.name");
            // The label of its revisions ends with a hash of ten characters.
            case "StatefulSet" -> findings.matches(Forms.LABEL_1123, 52, object.name(), Rule.NAME, "metadata.name");
            case "Role", "RoleBinding" ->
                findings.matches(Forms.PATH_SEGMENT, 253, object.name(), Rule.NAME, "metadata.name");
            default -> findings.matches(Forms.SUBDOMAIN, 253, object.name(), Rule.NAME, "metadata.name");
        }
        findings.matches(Forms.LABEL_1123, 63, object.namespace(), Rule.NAME, "metadata.namespace");
    }

    private Map<?, ?> strings(String key) {
        return object.metadata().get(key) instanceof Map<?, ?> strings ? strings : Map.of();
    }

    private void labels(String where, Map<?, ?> labels) {
        labels.forEach((key, value) -> {
            findings.matches(Forms.QUALIFIED, 317, String.valueOf(key), Rule.LABELS, where);
            findings.matches(Forms.LABEL_VALUE, 63, String.valueOf(value), Rule.LABELS, where + "." + key);
        });
    }

    private void annotations() {
        int bytes = 0;
        for (Map.Entry<?, ?> one : strings("annotations").entrySet()) {
            findings.matches(Forms.QUALIFIED, 317, String.valueOf(one.getKey()), Rule.LABELS, "metadata.annotations");
            bytes += bytes(one.getKey()) + bytes(one.getValue());
        }
        findings.unless(
                bytes <= MOST_BYTES_OF_ANNOTATIONS, Rule.LABELS, "metadata.annotations", "are " + bytes + " bytes");
    }

    private static int bytes(@Nullable Object text) {
        return String.valueOf(text).getBytes(StandardCharsets.UTF_8).length;
    }

    private void deployment(Deployment deployment) {
        workload(deployment.getSpec().getSelector(), deployment.getSpec().getTemplate(), List.of());
        atLeastNone("spec.replicas", deployment.getSpec().getReplicas());
        if (deployment.getSpec().getStrategy() == null) {
            return;
        }
        String type =
                Objects.requireNonNullElse(deployment.getSpec().getStrategy().getType(), "RollingUpdate");
        var rolling = deployment.getSpec().getStrategy().getRollingUpdate();
        findings.unless(
                type.equals("RollingUpdate") || (type.equals("Recreate") && rolling == null),
                Rule.STRATEGY,
                "spec.strategy",
                "must be RollingUpdate, or Recreate without rollingUpdate");
        if (rolling != null) {
            countOrShare(rolling.getMaxSurge(), Rule.STRATEGY, "spec.strategy.rollingUpdate.maxSurge");
            countOrShare(rolling.getMaxUnavailable(), Rule.STRATEGY, "spec.strategy.rollingUpdate.maxUnavailable");
            findings.unless(
                    !isNone(rolling.getMaxSurge()) || !isNone(rolling.getMaxUnavailable()),
                    Rule.STRATEGY,
                    "spec.strategy.rollingUpdate",
                    "maxSurge and maxUnavailable must not both be 0");
        }
    }

    private void statefulSet(StatefulSet set) {
        List<PersistentVolumeClaim> claims = set.getSpec().getVolumeClaimTemplates();
        workload(set.getSpec().getSelector(), set.getSpec().getTemplate(), claims);
        atLeastNone("spec.replicas", set.getSpec().getReplicas());
        findings.unless(
                set.getSpec().getPodManagementPolicy() == null
                        || Set.of("OrderedReady", "Parallel")
                                .contains(set.getSpec().getPodManagementPolicy()),
                Rule.STRATEGY,
                "spec.podManagementPolicy",
                "must be OrderedReady or Parallel");
        claims.forEach(claim -> {
            String where = "spec.volumeClaimTemplates[" + claim.getMetadata().getName() + "]";
            List<String> modes = claim.getSpec().getAccessModes();
            findings.unless(
                    !modes.isEmpty()
                            && Set.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
                                    .containsAll(modes),
                    Rule.CLAIM,
                    where + ".spec.accessModes",
                    "must name a mode of access");
            Object storage = claim.getSpec().getResources() == null
                    ? null
                    : claim.getSpec().getResources().getRequests().get("storage");
            findings.unless(
                    Forms.quantity(String.valueOf(storage))
                            .filter(amount -> amount.signum() > 0)
                            .isPresent(),
                    Rule.CLAIM,
                    where + ".spec.resources.requests.storage",
                    storage + " must be a quantity");
        });
    }

    private void workload(LabelSelector selector, PodTemplateSpec template, List<PersistentVolumeClaim> claims) {
        labels("spec.template.metadata.labels", template.getMetadata().getLabels());
        findings.unless(
                selector != null
                        && !Selectors.isEmpty(selector)
                        && Selectors.matches(selector, template.getMetadata().getLabels()),
                Rule.SELECTOR,
                "spec.selector",
                "must match the labels of the template");
        new PodRules(template, claims, List.of("Always"), findings).check();
    }

    private static Map<?, ?> templateLabels(Job job) {
        return job.getSpec().getTemplate().getMetadata() == null
                ? Map.of()
                : job.getSpec().getTemplate().getMetadata().getLabels();
    }

    private void atLeastNone(String where, @Nullable Integer number) {
        findings.unless(number == null || number >= 0, Rule.NUMBERS, where, number + " must not be negative");
    }

    private void countOrShare(@Nullable IntOrString number, Rule rule, String where) {
        findings.unless(
                number == null
                        || (number.getIntVal() != null
                                ? number.getIntVal() >= 0
                                : Forms.PERCENT
                                        .matcher(String.valueOf(number.getStrVal()))
                                        .matches()),
                rule,
                where,
                (number == null ? "" : number.getValue()) + " must be a number or a percentage");
    }

    private static boolean isNone(@Nullable IntOrString number) {
        return number != null && String.valueOf(number.getValue()).matches("0%?");
    }

    private void service(Service service) {
        List<ServicePort> ports = service.getSpec().getPorts();
        String type = Objects.requireNonNullElse(service.getSpec().getType(), "ClusterIP");
        findings.unless(
                Set.of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName").contains(type),
                Rule.SERVICE,
                "spec.type",
                type + " is no type of a Service");
        findings.unless(
                Set.of("None", "ClientIP")
                        .contains(Objects.requireNonNullElse(service.getSpec().getSessionAffinity(), "None")),
                Rule.SERVICE,
                "spec.sessionAffinity",
                "must be None or ClientIP");
        findings.unless(
                !ports.isEmpty() || "None".equals(service.getSpec().getClusterIP()) || type.equals("ExternalName"),
                Rule.SERVICE,
                "spec.ports",
                "must have a port");
        findings.unless(
                ports.size() < 2 || ports.stream().allMatch(port -> port.getName() != null),
                Rule.PORTS,
                "spec.ports",
                "must have names, as there are several");
        findings.once(
                ports.stream()
                        .map(ServicePort::getName)
                        .filter(Objects::nonNull)
                        .toList(),
                Rule.PORTS,
                "spec.ports");
        findings.once(
                ports.stream()
                        .map(port -> port.getPort() + "/" + Objects.requireNonNullElse(port.getProtocol(), "TCP"))
                        .toList(),
                Rule.PORTS,
                "spec.ports");
        ports.forEach(port -> {
            findings.unless(
                    ContainerRules.isPort(port.getPort()),
                    Rule.PORTS,
                    "spec.ports",
                    port.getPort() + " is not from 1 to 65535");
            if (port.getName() != null) {
                findings.matches(Forms.LABEL_1123, 63, port.getName(), Rule.PORTS, "spec.ports");
            }
        });
    }

    private void configMap(ConfigMap config) {
        int bytes = 0;
        for (Map.Entry<String, String> one : config.getData().entrySet()) {
            findings.matches(Forms.CONFIG_KEY, 253, one.getKey(), Rule.CONFIG_DATA, "data");
            bytes += bytes(one.getKey()) + bytes(one.getValue());
        }
        findings.unless(bytes <= MOST_BYTES, Rule.CONFIG_DATA, "data", "is " + bytes + " bytes");
    }

    private void budget(PodDisruptionBudget budget) {
        var spec = budget.getSpec();
        findings.unless(
                (spec.getMaxUnavailable() == null) != (spec.getMinAvailable() == null),
                Rule.BUDGET,
                "spec",
                "must have either minAvailable or maxUnavailable");
        countOrShare(spec.getMaxUnavailable(), Rule.BUDGET, "spec.maxUnavailable");
        countOrShare(spec.getMinAvailable(), Rule.BUDGET, "spec.minAvailable");
        findings.unless(
                spec.getUnhealthyPodEvictionPolicy() == null
                        || Set.of("IfHealthyBudget", "AlwaysAllow").contains(spec.getUnhealthyPodEvictionPolicy()),
                Rule.BUDGET,
                "spec.unhealthyPodEvictionPolicy",
                "must be IfHealthyBudget or AlwaysAllow");
    }

    private void networkPolicy(NetworkPolicy policy) {
        var spec = policy.getSpec();
        findings.unless(
                Set.of("Ingress", "Egress").containsAll(spec.getPolicyTypes()),
                Rule.NETWORK_POLICY,
                "spec.policyTypes",
                "must be Ingress or Egress");
        spec.getIngress().forEach(rule -> {
            rule.getFrom().forEach(peer -> peer(peer, "spec.ingress.from"));
            rule.getPorts().forEach(port -> port(port, "spec.ingress.ports"));
        });
        spec.getEgress().forEach(rule -> {
            rule.getTo().forEach(peer -> peer(peer, "spec.egress.to"));
            rule.getPorts().forEach(port -> port(port, "spec.egress.ports"));
        });
    }

    private void peer(NetworkPolicyPeer peer, String where) {
        boolean selects = peer.getPodSelector() != null || peer.getNamespaceSelector() != null;
        findings.unless(
                selects != (peer.getIpBlock() != null),
                Rule.NETWORK_POLICY,
                where,
                "must have either selectors or an ipBlock");
    }

    private void port(NetworkPolicyPort port, String where) {
        IntOrString value = port.getPort();
        findings.unless(
                value == null
                        || (value.getIntVal() != null
                                ? ContainerRules.isPort(value.getIntVal())
                                : Forms.PORT_NAME
                                        .matcher(String.valueOf(value.getStrVal()))
                                        .matches()),
                Rule.NETWORK_POLICY,
                where,
                (value == null ? "" : value.getValue()) + " must be a number or a name of a port");
        findings.unless(
                port.getEndPort() == null || (value != null && value.getIntVal() != null),
                Rule.NETWORK_POLICY,
                where + ".endPort",
                "needs a port that is a number");
    }

    private void role(Role role) {
        role.getRules()
                .forEach(rule -> findings.unless(
                        !rule.getVerbs().isEmpty()
                                && !rule.getResources().isEmpty()
                                && !rule.getApiGroups().isEmpty()
                                && rule.getNonResourceURLs().isEmpty(),
                        Rule.ACCESS,
                        "rules",
                        "must have apiGroups, resources and verbs"));
    }

    private void roleBinding(RoleBinding binding) {
        findings.unless(
                Set.of("Role", "ClusterRole")
                                .contains(String.valueOf(binding.getRoleRef().getKind()))
                        && "rbac.authorization.k8s.io"
                                .equals(binding.getRoleRef().getApiGroup()),
                Rule.ACCESS,
                "roleRef",
                "must name a Role or a ClusterRole");
        binding.getSubjects()
                .forEach(subject -> findings.unless(
                        Set.of("User", "Group", "ServiceAccount").contains(String.valueOf(subject.getKind()))
                                && (!"ServiceAccount".equals(subject.getKind()) || subject.getNamespace() != null),
                        Rule.ACCESS,
                        "subjects",
                        "must be a User, a Group, or a ServiceAccount with its namespace"));
    }
}
