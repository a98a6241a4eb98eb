package io.elasticjob.testing.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules for one container. */
final class ContainerRules {

    private static final long GRACE_BY_DEFAULT = 30;
    private static final Set<String> RESOURCES = Set.of("cpu", "memory", "ephemeral-storage");
    private static final Set<String> OF_THE_POD = Set.of(
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs");
    private static final Pattern KEYED = Pattern.compile("metadata\\.(labels|annotations)\\['[^']+']");

    private final PodSpec pod;
    private final Container container;
    private final Findings findings;
    private final String at;

    ContainerRules(PodSpec pod, Container container, Findings findings) {
        this.pod = pod;
        this.container = container;
        this.findings = findings;
        this.at = "spec.template.spec.containers[" + container.getName() + "]";
    }

    void check() {
        findings.matches(Forms.LABEL_1123, 63, String.valueOf(container.getName()), Rule.CONTAINERS, at + ".name");
        String image = Objects.requireNonNullElse(container.getImage(), "");
        findings.unless(
                !image.isEmpty() && image.equals(image.strip()), Rule.CONTAINERS, at + ".image", "must name an image");
        container.getEnv().forEach(this::variable);
        findings.once(container.getEnv().stream().map(EnvVar::getName).toList(), Rule.ENV, at + ".env");
        container.getPorts().forEach(this::port);
        probe("startupProbe", container.getStartupProbe());
        probe("livenessProbe", container.getLivenessProbe());
        probe("readinessProbe", container.getReadinessProbe());
        if (container.getLifecycle() != null) {
            lifecycle("postStart", container.getLifecycle().getPostStart());
            lifecycle("preStop", container.getLifecycle().getPreStop());
        }
        if (container.getResources() != null) {
            resources(
                    container.getResources().getRequests(),
                    container.getResources().getLimits());
        }
    }

    private void variable(EnvVar variable) {
        String where = at + ".env[" + variable.getName() + "]";
        findings.matches(Forms.VARIABLE, 500, String.valueOf(variable.getName()), Rule.ENV, where);
        EnvVarSource from = variable.getValueFrom();
        if (from == null) {
            return;
        }
        long sources = Stream.<@Nullable Object>of(
                        from.getFieldRef(),
                        from.getConfigMapKeyRef(),
                        from.getSecretKeyRef(),
                        from.getResourceFieldRef(),
                        from.getFileKeyRef())
                .filter(Objects::nonNull)
                .count();
        findings.unless(
                variable.getValue() == null && sources == 1,
                Rule.ENV,
                where,
                "must have a value or one source, and not both");
        if (from.getFieldRef() != null) {
            String path = String.valueOf(from.getFieldRef().getFieldPath());
            findings.unless(
                    OF_THE_POD.contains(path) || KEYED.matcher(path).matches(),
                    Rule.ENV,
                    where + ".fieldRef",
                    "\"" + path + "\" is no field that a variable can show");
        }
    }

    private void port(ContainerPort port) {
        String where = at + ".ports";
        findings.unless(
                isPort(port.getContainerPort()),
                Rule.PORTS,
                where,
                port.getContainerPort() + " is not from 1 to 65535");
        if (port.getName() != null) {
            findings.matches(Forms.PORT_NAME, 15, port.getName(), Rule.PORTS, where);
        }
        findings.unless(
                port.getProtocol() == null || Set.of("TCP", "UDP", "SCTP").contains(port.getProtocol()),
                Rule.PORTS,
                where,
                port.getProtocol() + " is no protocol");
    }

    static boolean isPort(@Nullable Integer number) {
        return number != null && number >= 1 && number <= 65_535;
    }

    private void probe(String name, @Nullable Probe probe) {
        if (probe == null) {
            return;
        }
        String where = at + "." + name;
        long handlers = Stream.<@Nullable Object>of(
                        probe.getExec(), probe.getHttpGet(), probe.getTcpSocket(), probe.getGrpc())
                .filter(Objects::nonNull)
                .count();
        findings.unless(handlers == 1, Rule.PROBES, where, "must have exactly one handler, and has " + handlers);
        if (probe.getHttpGet() != null) {
            named(probe.getHttpGet().getPort(), Rule.PROBES, where + ".httpGet.port");
            findings.unless(
                    String.valueOf(probe.getHttpGet().getPath()).startsWith("/"),
                    Rule.PROBES,
                    where + ".httpGet.path",
                    "must begin with /");
        }
        if (probe.getTcpSocket() != null) {
            named(probe.getTcpSocket().getPort(), Rule.PROBES, where + ".tcpSocket.port");
        }
        if (probe.getExec() != null) {
            findings.unless(
                    !probe.getExec().getCommand().isEmpty(), Rule.PROBES, where + ".exec", "must have a command");
        }
        least(0, probe.getInitialDelaySeconds(), where + ".initialDelaySeconds");
        least(1, probe.getPeriodSeconds(), where + ".periodSeconds");
        least(1, probe.getTimeoutSeconds(), where + ".timeoutSeconds");
        least(1, probe.getFailureThreshold(), where + ".failureThreshold");
        least(1, probe.getSuccessThreshold(), where + ".successThreshold");
        boolean readiness = name.equals("readinessProbe");
        findings.unless(
                readiness || probe.getSuccessThreshold() == null || probe.getSuccessThreshold() == 1,
                Rule.PROBES,
                where + ".successThreshold",
                "must be 1");
        findings.unless(
                !readiness || probe.getTerminationGracePeriodSeconds() == null,
                Rule.PROBES,
                where + ".terminationGracePeriodSeconds",
                "must not be set");
    }

    private void least(int least, @Nullable Integer number, String where) {
        findings.unless(number == null || number >= least, Rule.PROBES, where, number + " must be at least " + least);
    }

    private void named(IntOrString port, Rule rule, String where) {
        boolean there = port != null
                && (port.getIntVal() != null
                        ? isPort(port.getIntVal())
                        : container.getPorts().stream()
                                .anyMatch(one -> Objects.equals(one.getName(), port.getStrVal())));
        findings.unless(there, rule, where, (port == null ? "nothing" : port.getValue()) + " is no port of it");
    }

    private void lifecycle(String name, @Nullable LifecycleHandler handler) {
        if (handler == null) {
            return;
        }
        String where = at + ".lifecycle." + name;
        long actions = Stream.<@Nullable Object>of(
                        handler.getExec(), handler.getHttpGet(), handler.getTcpSocket(), handler.getSleep())
                .filter(Objects::nonNull)
                .count();
        findings.unless(actions == 1, Rule.LIFECYCLE, where, "must have exactly one action, and has " + actions);
        if (handler.getSleep() != null) {
            long grace = Objects.requireNonNullElse(pod.getTerminationGracePeriodSeconds(), GRACE_BY_DEFAULT);
            Long seconds = handler.getSleep().getSeconds();
            findings.unless(
                    seconds != null && seconds > 0 && seconds <= grace,
                    Rule.LIFECYCLE,
                    where + ".sleep.seconds",
                    seconds + " must be from 1 to " + grace);
        }
    }

    private void resources(Map<String, Quantity> requests, Map<String, Quantity> limits) {
        Stream.of(Map.entry("requests", requests), Map.entry("limits", limits))
                .forEach(part -> part.getValue().forEach((resource, quantity) -> {
                    String where = at + ".resources." + part.getKey() + "." + resource;
                    findings.unless(
                            RESOURCES.contains(resource) || resource.contains("/"),
                            Rule.RESOURCES,
                            where,
                            "there is no such resource");
                    quantity(String.valueOf(quantity), where, findings);
                }));
        requests.forEach((resource, request) -> {
            Optional<BigDecimal> asked = Forms.quantity(String.valueOf(request));
            Optional<BigDecimal> most =
                    Optional.ofNullable(limits.get(resource)).flatMap(limit -> Forms.quantity(String.valueOf(limit)));
            findings.unless(
                    asked.isEmpty() || most.isEmpty() || asked.get().compareTo(most.get()) <= 0,
                    Rule.RESOURCES,
                    at + ".resources.requests." + resource,
                    request + " must not be more than the limit " + limits.get(resource));
        });
    }

    static void quantity(String text, String where, Findings findings) {
        findings.unless(
                Forms.quantity(text).filter(amount -> amount.signum() >= 0).isPresent(),
                Rule.RESOURCES,
                where,
                "\"" + text + "\" is no quantity");
    }
}
