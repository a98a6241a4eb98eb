package io.elasticjob.testing.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.Objects;
import java.util.Set;

/** Rules for as whom, and with which rights, a container runs. */
final class SecurityRules {

    private final PodSecurityContext pod;
    private final SecurityContext own;
    private final Findings findings;
    private final String at;

    SecurityRules(PodSpec spec, Container container, Findings findings) {
        this.pod = Objects.requireNonNullElseGet(spec.getSecurityContext(), PodSecurityContext::new);
        this.own = Objects.requireNonNullElseGet(container.getSecurityContext(), SecurityContext::new);
        this.findings = findings;
        this.at = "spec.template.spec.containers[" + container.getName() + "].securityContext";
    }

    void check() {
        boolean nonRoot =
                Boolean.TRUE.equals(own.getRunAsNonRoot() != null ? own.getRunAsNonRoot() : pod.getRunAsNonRoot());
        Long user = own.getRunAsUser() != null ? own.getRunAsUser() : pod.getRunAsUser();
        findings.unless(
                !(nonRoot && user != null && user == 0),
                Rule.SECURITY_CONTEXT,
                at,
                "runAsUser must not be 0 with runAsNonRoot");
        findings.unless(nonRoot, Rule.RESTRICTED, at + ".runAsNonRoot", "must be true");
        findings.unless(
                Boolean.FALSE.equals(own.getAllowPrivilegeEscalation()),
                Rule.RESTRICTED,
                at + ".allowPrivilegeEscalation",
                "must be false");
        findings.unless(
                !Boolean.TRUE.equals(own.getPrivileged()), Rule.RESTRICTED, at + ".privileged", "must not be true");
        findings.unless(
                own.getCapabilities() != null
                        && own.getCapabilities().getDrop().contains("ALL")
                        && Set.of("NET_BIND_SERVICE")
                                .containsAll(own.getCapabilities().getAdd()),
                Rule.RESTRICTED,
                at + ".capabilities",
                "must drop ALL, and add nothing but NET_BIND_SERVICE");
        String seccomp = own.getSeccompProfile() != null
                ? own.getSeccompProfile().getType()
                : pod.getSeccompProfile() != null ? pod.getSeccompProfile().getType() : "";
        findings.unless(
                Set.of("RuntimeDefault", "Localhost").contains(String.valueOf(seccomp)),
                Rule.RESTRICTED,
                at + ".seccompProfile",
                "must be RuntimeDefault or Localhost");
    }
}
