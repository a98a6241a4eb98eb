package io.elasticjob.kubernetes;

import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the Role of {@code deploy/kubernetes} lets an application ask. */
final class AccessRules {

    private static final Path COMPONENTS = Path.of("../deploy/kubernetes/components");
    private static final Pattern PATH = Pattern.compile(
            "/(?:api|apis/(?<group>[a-z.]+))/v1/namespaces/[^/]+/(?<resource>[a-z]+)(?:/(?<name>[^/?]+)(?<sub>/[a-z]+)?)?(?<query>\\?.*)?");

    private final Role role;

    /** @param component whose Role it is */
    AccessRules(String component) {
        Path file = COMPONENTS.resolve(component).resolve("role.yaml");
        try {
            String first = Files.readString(file).split("(?m)^---$")[0];
            role = Serialization.unmarshal(first, Role.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is missing in the Role; empty when the request is allowed. */
    Optional<String> missing(String method, String path) {
        Matcher request = PATH.matcher(path);
        if (!request.matches()) {
            return Optional.of(method + " " + path);
        }
        String group = Optional.ofNullable(request.group("group")).orElse("");
        String sub = Optional.ofNullable(request.group("sub")).orElse("");
        String verb = verb(method, request);
        String resource = request.group("resource") + sub;
        boolean allowed = role.getRules().stream()
                .anyMatch(rule -> rule.getApiGroups().contains(group)
                        && rule.getResources().contains(resource)
                        && rule.getVerbs().contains(verb));
        return allowed ? Optional.empty() : Optional.of(verb + " " + resource);
    }

    private static String verb(String method, Matcher request) {
        return switch (method) {
            case "POST" -> "create";
            case "PATCH" -> "patch";
            case "DELETE" -> request.group("name") == null ? "deletecollection" : "delete";
            case "GET" ->
                request.group("name") != null
                        ? "get"
                        : String.valueOf(request.group("query")).contains("watch=true") ? "watch" : "list";
            default -> "update";
        };
    }
}
