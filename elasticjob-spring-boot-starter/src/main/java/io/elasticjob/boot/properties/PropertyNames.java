package io.elasticjob.boot.properties;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.text.NearestName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
    /** A longer name is near to none: to compare long texts takes long. */
    private static final int LONGEST = 200;

    private record Candidate(String name, int edits, int otherParts) {}

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
        return !origin.link()
                && (known.has(parts)
                        || origin.variable() && known.hasVariable(parts)
                        || empty && known.hasBelow(parts));
    }

    private static List<String> parts(ConfigurationPropertyName name, Form form) {
        return IntStream.range(0, name.getNumberOfElements())
                .mapToObj(i -> name.getElement(i, form))
                .toList();
    }

    private void judge(PropertyOrigins.Origin origin) {
        String name = origin.name().toString();
        List<String> parts = parts(origin.name(), Form.UNIFORM);
        String module = parts.size() < 2 || isThere(parts.get(1)) ? null : MODULES.get(parts.get(1));
        boolean ofStarter = parts.size() > 2 && known.hasBelow(parts.subList(0, 3));
        Optional<String> variable = origin.variable() ? known.meantVariable(parts) : Optional.empty();
        if (origin.link() || origin.ambient() && PropertyOrigins.isServiceLink(PropertyOrigins.dotted(origin.name()))) {
            ignored.add(written(origin));
        } else if (module != null && !ofStarter) {
            ofModules.add(name + " (" + module + ")");
        } else if (variable.isPresent()) {
            meant.put(name, variable.get());
            refused.add(name);
        } else if (origin.ambient() && !isNear(origin.name())) {
            ignored.add(written(origin));
        } else {
            refused.add(name);
        }
    }

    private boolean isThere(String module) {
        return known.hasModule("elasticjob." + module);
    }

    private boolean isNear(ConfigurationPropertyName name) {
        return former.wayOut(name.toString()).isPresent()
                || nearest(name).filter(near -> near.edits() <= NEAR).isPresent();
    }

    /** The name that is the fewest edits away; empty when each has another third of its letters, but for what is typed in it. */
    private Optional<Candidate> nearest(ConfigurationPropertyName name) {
        String plain = PropertyOrigins.plain(name.toString());
        if (plain.length() > LONGEST) {
            return Optional.empty();
        }
        List<String> typed = IntStream.range(0, name.getNumberOfElements())
                .mapToObj(i -> name.chop(i + 1).isLastElementIndexed()
                        ? "[" + name.getElement(i, Form.ORIGINAL) + "]"
                        : name.getElement(i, Form.ORIGINAL))
                .toList();
        Stream<KnownProperties.Fitted> ofModules = MODULES.keySet().stream()
                .filter(module -> !isThere(module) && !parts(name, Form.UNIFORM).contains(module))
                .map(module -> KnownProperties.fitted(List.of("elasticjob", module, "**"), typed));
        return Stream.concat(known.fittedTo(typed).stream(), ofModules)
                .flatMap(there -> {
                    int edits = NearestName.edits(plain, PropertyOrigins.plain(there.name()));
                    return edits <= Math.max(1, there.fixed() / 3)
                            ? Stream.of(new Candidate(there.name(), edits, there.otherParts()))
                            : Stream.<Candidate>empty();
                })
                .min(Comparator.comparingInt(Candidate::edits).thenComparingInt(Candidate::otherParts));
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
            warnings.add("Ignored environment variables and system properties that set nothing of ElasticJob: "
                    + String.join(", ", ignored)
                    + ". In Kubernetes, a Service whose name begins"
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
        return nearest(ConfigurationPropertyName.of(name))
                .map(near -> "; did you mean \"" + near.name() + "\"?")
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
