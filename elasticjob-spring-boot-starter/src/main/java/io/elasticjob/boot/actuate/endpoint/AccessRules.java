package io.elasticjob.boot.actuate.endpoint;

import java.security.Principal;
import java.util.List;
import java.util.Set;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;

/**
 * Who may see what of a namespace, and do what with it, beside what the application's own security lets through. Without any
 * role, everybody may whom that lets through.
 *
 * @param roles who may look at everything, and steer everything
 * @param grants who may do so with a part
 * @param values who sees parameters
 */
public record AccessRules(Roles roles, List<Grant> grants, Values values) {

    /**
     * Roles of users.
     *
     * @param viewers who may look at everything; none when everybody may
     * @param operators who may look at everything and steer it; none when everybody may, unless somebody may a part
     */
    public record Roles(Set<String> viewers, Set<String> operators) {}

    /**
     * What is shown of parameters.
     *
     * @param roles who sees them, where only those do who are authorized; none when all do who are authenticated
     * @param sanitizer has the last word on what is shown
     */
    public record Values(Show show, Set<String> roles, Sanitizer sanitizer) {}

    /** Everybody may everything, and parameters are masked. */
    static final AccessRules NONE = new AccessRules(
            new Roles(Set.of(), Set.of()), List.of(), new Values(Show.NEVER, Set.of(), new Sanitizer()));

    public AccessRules {
        grants = List.copyOf(grants);
    }

    /** Of somebody who comes over HTTP. */
    Rights of(SecurityContext security) {
        Principal principal = security.getPrincipal();
        String name = principal == null ? null : principal.getName();
        List<Grant> own = grants.stream()
                .filter(grant -> security.isUserInRole(grant.role()))
                .toList();
        boolean operates = isAny(security, roles.operators())
                || roles.operators().isEmpty() && grants.stream().noneMatch(Grant::isToOperate);
        boolean views = operates
                || isAny(security, roles.viewers())
                || roles.viewers().isEmpty() && grants.stream().allMatch(Grant::isToOperate);
        return new Rights(
                name == null ? "" : name,
                new Rights.Everything(views, operates),
                own,
                values.show().isShown(security, values.roles()),
                values.sanitizer());
    }

    /** Of who comes over JMX, which has a guard of its own and knows no names. */
    Rights local() {
        return new Rights(
                "", new Rights.Everything(true, true), List.of(), values.show() == Show.ALWAYS, values.sanitizer());
    }

    private static boolean isAny(SecurityContext security, Set<String> roles) {
        return roles.stream().anyMatch(security::isUserInRole);
    }
}
