package io.elasticjob.testing.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules for what objects say of one another. */
final class ReferenceRules {

    /** Pods that something makes. */
    private record Workload(
            Decoded object,
            PodTemplateSpec template,
            @Nullable Integer replicas) {

        Map<String, String> labels() {
            return template.getMetadata() == null
                    ? Map.of()
                    : template.getMetadata().getLabels();
        }

        boolean isIn(Decoded other) {
            return object.namespace().equals(other.namespace());
        }

        boolean hasPort(String name) {
            return PodRules.containers(template.getSpec())
                    .flatMap(container -> container.getPorts().stream())
                    .anyMatch(port -> name.equals(port.getName()));
        }
    }

    private final List<Decoded> objects;
    private final List<Workload> workloads;
    private final Given given;

    ReferenceRules(List<Decoded> objects, Given given) {
        this.objects = objects;
        this.given = given;
        this.workloads = objects.stream().flatMap(ReferenceRules::workload).toList();
    }

    private static Stream<Workload> workload(Decoded object) {
        if (object.value() instanceof Deployment one) {
            return Stream.of(new Workload(
                    object, one.getSpec().getTemplate(), one.getSpec().getReplicas()));
        }
        if (object.value() instanceof StatefulSet one) {
            return Stream.of(new Workload(
                    object, one.getSpec().getTemplate(), one.getSpec().getReplicas()));
        }
        if (object.value() instanceof Job one) {
            return Stream.of(new Workload(
                    object, one.getSpec().getTemplate(), one.getSpec().getParallelism()));
        }
        return Stream.empty();
    }

    void check(Decoded object, Findings findings) {
        findings.unless(
                objects.stream()
                                .filter(other -> other.toString().equals(object.toString())
                                        && other.version().equals(object.version())
                                        && other.namespace().equals(object.namespace()))
                                .count()
                        == 1,
                Rule.TWICE,
                "",
                "is there more than once");
        workloads.stream()
                .filter(workload -> workload.object() == object)
                .forEach(workload -> pods(workload, findings));
        if (object.value() instanceof StatefulSet set) {
            headless(object, set, findings);
        } else if (object.value() instanceof Service service) {
            served(object, service, findings);
        } else if (object.value() instanceof PodDisruptionBudget budget) {
            drainable(object, budget, findings);
        } else if (object.value() instanceof NetworkPolicy policy) {
            selects(object, policy, findings);
        } else if (object.value() instanceof RoleBinding binding) {
            needs(object, binding.getRoleRef().getKind(), binding.getRoleRef().getName(), "roleRef", findings);
            binding.getSubjects().stream()
                    .filter(subject -> subject.getKind().equals("ServiceAccount"))
                    .forEach(subject -> needs(object, "ServiceAccount", subject.getName(), "subjects", findings));
        }
        if (object.kind().equals("ScaledObject")
                && object.tree().get("spec") instanceof Map<?, ?> spec
                && spec.get("scaleTargetRef") instanceof Map<?, ?> target) {
            needs(object, "Deployment", String.valueOf(target.get("name")), "spec.scaleTargetRef", findings);
        }
    }

    private Optional<Decoded> find(Decoded from, String kind, String name) {
        return objects.stream()
                .filter(one -> one.kind().equals(kind)
                        && one.name().equals(name)
                        && one.namespace().equals(from.namespace()))
                .findFirst();
    }

    private void needs(Decoded from, String kind, String name, String where, Findings findings) {
        boolean there = find(from, kind, name).isPresent()
                || (kind.equals("Secret") && given.secrets().contains(name));
        findings.unless(there, Rule.REFERENCE, where, "there is no " + kind + " " + name);
    }

    private void pods(Workload workload, Findings findings) {
        Decoded from = workload.object();
        PodSpec pod = workload.template().getSpec();
        if (pod.getServiceAccountName() != null) {
            needs(from, "ServiceAccount", pod.getServiceAccountName(), "serviceAccountName", findings);
        }
        pod.getImagePullSecrets().forEach(one -> needs(from, "Secret", one.getName(), "imagePullSecrets", findings));
        for (Volume volume : pod.getVolumes()) {
            String where = "volumes[" + volume.getName() + "]";
            if (volume.getConfigMap() != null
                    && !Boolean.TRUE.equals(volume.getConfigMap().getOptional())) {
                needs(from, "ConfigMap", volume.getConfigMap().getName(), where, findings);
            }
            if (volume.getSecret() != null
                    && !Boolean.TRUE.equals(volume.getSecret().getOptional())) {
                needs(from, "Secret", volume.getSecret().getSecretName(), where, findings);
            }
            if (volume.getPersistentVolumeClaim() != null) {
                needs(
                        from,
                        "PersistentVolumeClaim",
                        volume.getPersistentVolumeClaim().getClaimName(),
                        where,
                        findings);
            }
        }
        PodRules.containers(pod).forEach(container -> variables(from, container, findings));
    }

    private void variables(Decoded from, Container container, Findings findings) {
        for (EnvFromSource source : container.getEnvFrom()) {
            if (source.getConfigMapRef() != null
                    && !Boolean.TRUE.equals(source.getConfigMapRef().getOptional())) {
                needs(from, "ConfigMap", source.getConfigMapRef().getName(), "envFrom", findings);
            }
            if (source.getSecretRef() != null
                    && !Boolean.TRUE.equals(source.getSecretRef().getOptional())) {
                needs(from, "Secret", source.getSecretRef().getName(), "envFrom", findings);
            }
        }
        for (EnvVar variable : container.getEnv()) {
            EnvVarSource source = variable.getValueFrom();
            String where = "env[" + variable.getName() + "]";
            if (source != null && source.getSecretKeyRef() != null) {
                needs(from, "Secret", source.getSecretKeyRef().getName(), where, findings);
            }
            if (source != null && source.getConfigMapKeyRef() != null) {
                String name = source.getConfigMapKeyRef().getName();
                String key = source.getConfigMapKeyRef().getKey();
                needs(from, "ConfigMap", name, where, findings);
                find(from, "ConfigMap", name)
                        .map(one -> one.as(ConfigMap.class))
                        .ifPresent(config -> findings.unless(
                                config.getData().containsKey(key),
                                Rule.REFERENCE,
                                where,
                                "ConfigMap " + name + " has no key " + key));
            }
        }
    }

    private Stream<Workload> selected(Decoded from, LabelSelector selector) {
        return workloads.stream()
                .filter(workload -> workload.isIn(from) && Selectors.matches(selector, workload.labels()));
    }

    private void headless(Decoded from, StatefulSet set, Findings findings) {
        boolean there = find(from, "Service", String.valueOf(set.getSpec().getServiceName()))
                .map(one -> one.as(Service.class))
                .filter(service -> "None".equals(service.getSpec().getClusterIP())
                        && Selectors.matches(
                                service.getSpec().getSelector(),
                                set.getSpec().getTemplate().getMetadata().getLabels()))
                .isPresent();
        findings.unless(
                there, Rule.HEADLESS, "spec.serviceName", set.getSpec().getServiceName() + " is none that does");
    }

    private void served(Decoded from, Service service, Findings findings) {
        List<Workload> behind = workloads.stream()
                .filter(workload -> workload.isIn(from)
                        && Selectors.matches(service.getSpec().getSelector(), workload.labels()))
                .toList();
        findings.unless(
                service.getSpec().getSelector().isEmpty() || behind.size() == 1,
                Rule.SERVED,
                "spec.selector",
                "selects pods of " + behind.size() + " workloads");
        service.getSpec().getPorts().stream()
                .map(port -> port.getTargetPort())
                .filter(Objects::nonNull)
                .map(IntOrString::getStrVal)
                .filter(Objects::nonNull)
                .forEach(name -> findings.unless(
                        behind.stream().allMatch(workload -> workload.hasPort(name)),
                        Rule.SERVED,
                        "spec.ports",
                        "no container has a port " + name));
    }

    private void drainable(Decoded from, PodDisruptionBudget budget, Findings findings) {
        List<Workload> covered = selected(from, budget.getSpec().getSelector()).toList();
        findings.unless(
                covered.size() == 1, Rule.SELECTS, "spec.selector", "selects pods of " + covered.size() + " workloads");
        for (Workload workload : covered) {
            int replicas = Objects.requireNonNullElse(workload.replicas(), 1);
            findings.unless(
                    disruptions(budget, replicas) >= 1,
                    Rule.DRAINABLE,
                    "spec",
                    "none of " + replicas + " pods may ever be disrupted");
            long budgets = objects.stream()
                    .map(one -> one.as(PodDisruptionBudget.class))
                    .filter(Objects::nonNull)
                    .filter(one -> Selectors.matches(one.getSpec().getSelector(), workload.labels()))
                    .count();
            findings.unless(budgets == 1, Rule.DRAINABLE, "spec.selector", budgets + " budgets are for the same pods");
        }
    }

    private static int disruptions(PodDisruptionBudget budget, int replicas) {
        IntOrString most = budget.getSpec().getMaxUnavailable();
        return most != null
                ? amount(most, replicas)
                : replicas - amount(budget.getSpec().getMinAvailable(), replicas);
    }

    /** Percentages are rounded up, also those of disruptions. */
    private static int amount(@Nullable IntOrString number, int replicas) {
        if (number == null) {
            return 0;
        }
        if (number.getIntVal() != null) {
            return number.getIntVal();
        }
        if (!Forms.PERCENT.matcher(number.getStrVal()).matches()) {
            return 0; // another rule says so
        }
        return new BigDecimal(number.getStrVal().replace("%", ""))
                .multiply(BigDecimal.valueOf(replicas))
                .divide(BigDecimal.valueOf(100), RoundingMode.CEILING)
                .intValue();
    }

    private void selects(Decoded from, NetworkPolicy policy, Findings findings) {
        List<Workload> covered =
                selected(from, policy.getSpec().getPodSelector()).toList();
        findings.unless(!covered.isEmpty(), Rule.SELECTS, "spec.podSelector", "selects no pods");
        Set<String> names = new TreeSet<>();
        policy.getSpec().getIngress().stream()
                .flatMap(rule -> rule.getPorts().stream())
                .map(port -> port.getPort())
                .filter(port -> port != null && port.getStrVal() != null)
                .forEach(port -> names.add(port.getStrVal()));
        names.forEach(name -> findings.unless(
                covered.stream().allMatch(workload -> workload.hasPort(name)),
                Rule.SERVED,
                "spec.ingress.ports",
                "no container has a port " + name));
        policy.getSpec().getIngress().stream()
                .flatMap(rule -> rule.getFrom().stream())
                .filter(peer -> peer.getPodSelector() != null && peer.getNamespaceSelector() == null)
                .forEach(peer -> findings.unless(
                        selected(from, peer.getPodSelector()).findAny().isPresent(),
                        Rule.SELECTS,
                        "spec.ingress.from",
                        "selects no pods"));
    }
}
