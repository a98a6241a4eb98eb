package io.elasticjob.boot.properties;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.text.NearestName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.boot.origin.SystemEnvironmentOrigin;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Refuses properties below {@code elasticjob} that there are not: a misspelt {@code elasticjob.registry.connect-string} that
 * is ignored gives each host a cluster of its own. What is set around the application, for something else perhaps, is told in
 * one warning, unless it is a known name but for two characters. Properties of a module that is not on the class path are
 * told in a warning that names it.
 */
public final class PropertyNames {

    /** By the first part below the root. */
    private static final Map<String, String> MODULES = Map.of(
            "console", "elasticjob-console",
            "gateway", "elasticjob-gateway",
            "kubernetes", "elasticjob-kubernetes",
            "slurm", "elasticjob-slurm");

    private static final int NEAR = 2;

    private final KnownProperties known;
    private final FormerProperties former = FormerProperties.read();
    private final Set<String> refused = new LinkedHashSet<>();
    private final Set<String> ignored = new LinkedHashSet<>();
    private final Set<String> ofModules = new LinkedHashSet<>();
    private final Map<String, String> meant = new HashMap<>();

    private PropertyNames(KnownProperties known) {
        this.known = known;
    }

    /**
     * Looks at all names.
     *
     * @param further prefixes that are known as well, asked for only when there is an unknown name
     * @return what is to be told in warnings
     * @throws InvalidSettingException naming the first property that there is not, and those that there are not beside it
     */
    public static List<String> check(
            Environment environment, KnownProperties known, Supplier<? extends Collection<String>> further) {
        List<PropertyOrigins.Origin> unknown = new ArrayList<>();
        PropertyOrigins.each(environment, (name, origin) -> {
            if (!origin.variable()) {
                known.learn(parts(name, Form.DASHED));
            }
            unknown.add(origin);
        });
        unknown.removeIf(origin -> isKnown(known, origin.name(), origin));
        if (unknown.isEmpty()) {
            return List.of();
        }
        further.get().forEach(known::withAllBelow);
        unknown.removeIf(origin -> isKnown(known, origin.name(), origin));
        PropertyNames names = new PropertyNames(known);
        unknown.forEach(names::judge);
        return names.told(unknown);
    }

    private static boolean isKnown(
            KnownProperties known, ConfigurationPropertyName name, PropertyOrigins.Origin origin) {
        List<String> parts = parts(name, Form.UNIFORM);
        boolean empty = !StringUtils.hasText(String.valueOf(origin.property().getValue()));
        return known.has(parts) || origin.variable() && known.hasVariable(parts) || empty && known.hasBelow(parts);
    }

    private static List<String> parts(ConfigurationPropertyName name, Form form) {
        return IntStream.range(0, name.getNumberOfElements())
                .mapToObj(i -> name.getElement(i, form))
                .toList();
    }

    private void judge(PropertyOrigins.Origin origin) {
        String name = origin.name().toString();
        String module = origin.name().getNumberOfElements() < 2
                ? null
                : MODULES.get(origin.name().getElement(1, Form.UNIFORM));
        Optional<String> variable =
                origin.variable() ? known.meantVariable(parts(origin.name(), Form.UNIFORM)) : Optional.empty();
        if (origin.ambient() && PropertyOrigins.isServiceLink(PropertyOrigins.dotted(origin.name()))) {
            ignored.add(written(origin));
        } else if (module != null) {
            ofModules.add(name + " (" + module + ")");
        } else if (variable.isPresent()) {
            meant.put(name, variable.get());
            refused.add(name);
        } else if (origin.ambient() && !isNear(name)) {
            ignored.add(written(origin));
        } else {
            refused.add(name);
        }
    }

    private boolean isNear(String name) {
        String plain = PropertyOrigins.plain(name);
        return former.wayOut(name).isPresent()
                || known.names().stream()
                        .map(PropertyOrigins::plain)
                        .anyMatch(there -> NearestName.edits(plain, there) <= NEAR);
    }

    private List<String> told(List<PropertyOrigins.Origin> unknown) {
        if (!refused.isEmpty()) {
            throw refusal(unknown);
        }
        List<String> warnings = new ArrayList<>();
        if (!ofModules.isEmpty()) {
            warnings.add(
                    "Ignored properties of modules that are not on the class path: " + String.join(", ", ofModules));
        }
        if (!ignored.isEmpty()) {
            warnings.add("Ignored properties that ElasticJob does not have: " + String.join(", ", ignored)
                    + ". They come from environment variables or system properties. In Kubernetes, a Service whose name begins"
                    + " with elasticjob sets such variables, unless the pod sets enableServiceLinks: false");
        }
        return warnings;
    }

    private InvalidSettingException refusal(List<PropertyOrigins.Origin> unknown) {
        String first = refused.iterator().next();
        PropertyOrigins.Origin origin = unknown.stream()
                .filter(each -> each.name().toString().equals(first))
                .findFirst()
                .orElseThrow();
        String value = String.valueOf(origin.property().getValue());
        List<String> others = refused.stream().skip(1).toList();
        return new InvalidSettingException(
                origin.variable() ? written(origin) : first,
                InvalidSettingException.hidden(value),
                "is set" + where(origin) + ", and there is no such property" + wayOut(first)
                        + (others.isEmpty() ? "" : ". There is no " + String.join(", no ", others) + " either"));
    }

    private String wayOut(String name) {
        Optional<String> instead = former.wayOut(name);
        if (instead.isPresent()) {
            return ": " + instead.get();
        }
        String variable = meant.get(name);
        if (variable != null) {
            return ": write " + variable + ", since a variable does not tell which of its parts are one name";
        }
        return NearestName.to(name, known.names())
                .map(near -> "; did you mean \"" + near.replace(".**", "") + "\"?")
                .orElse(": docs/reference/properties.md lists all; properties of your own need another prefix");
    }

    private static String where(PropertyOrigins.Origin origin) {
        Origin where = origin.property().getOrigin();
        return where == null || origin.variable() ? "" : " in " + where;
    }

    private static String written(PropertyOrigins.Origin origin) {
        Origin where = origin.property().getOrigin();
        if (where instanceof SystemEnvironmentOrigin variable) {
            return variable.getProperty();
        }
        return where instanceof PropertySourceOrigin source
                ? source.getPropertyName()
                : origin.name().toString();
    }
}
