package io.elasticjob.boot.properties;

import java.beans.PropertyDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.core.ResolvableType;

/** Which properties there are below {@code elasticjob}: read from the classes that they are bound to. */
public final class KnownProperties {

    /** Stands for any one part of a name. */
    private static final String ANY = "*";
    /** Stands for whatever follows. */
    private static final String REST = "**";

    private final List<List<String>> names = new ArrayList<>();
    private final Set<String> modules = new LinkedHashSet<>();
    /** Names with what a file says in place of {@link #ANY}: variables have no dashes to show what belongs together. */
    private final Set<List<String>> learnt = new LinkedHashSet<>();

    /** Those of a class of properties, below a prefix. */
    public KnownProperties with(String prefix, Class<?> type) {
        walk(List.of(prefix.split("\\.")), ResolvableType.forClass(type));
        return this;
    }

    /** The same of a further module, which is there. */
    public KnownProperties withModule(String prefix, Class<?> type) {
        modules.add(prefix);
        return with(prefix, type);
    }

    /** Whether the module is there whose properties have this prefix. */
    boolean hasModule(String prefix) {
        return modules.contains(prefix);
    }

    /** Whatever there is below a prefix. */
    public KnownProperties withAllBelow(String prefix) {
        modules.add(prefix);
        names.add(plus(List.of(prefix.split("\\.")), REST));
        return this;
    }

    /** Takes note of what a property of a file has in the place of a part that may be anything. */
    void learn(List<String> dashed) {
        for (List<String> known : names) {
            int any = known.indexOf(ANY);
            if (any > 0
                    && any < known.size() - 1
                    && any < dashed.size()
                    && undashed(known.subList(0, any)).equals(undashed(dashed.subList(0, any)))) {
                List<String> concrete = new ArrayList<>(known);
                concrete.set(any, dashed.get(any));
                learnt.add(List.copyOf(concrete));
            }
        }
    }

    /** The variable that is meant by one whose name in the place of a part that may be anything has several parts. */
    Optional<String> meantVariable(List<String> parts) {
        for (List<String> known : names) {
            int any = known.indexOf(ANY);
            if (any > 0 && any < known.size() - 1) {
                List<String> before = undashed(known.subList(0, any));
                List<String> after = known.subList(any + 1, known.size());
                for (List<String> end : List.of(undashed(after), split(after))) {
                    int upTo = parts.size() - end.size();
                    if (upTo > any + 1
                            && parts.subList(0, any).equals(before)
                            && parts.subList(upTo, parts.size()).equals(end)) {
                        return Optional.of((String.join("_", before) + "_" + String.join("", parts.subList(any, upTo))
                                        + "_" + String.join("_", undashed(after)))
                                .toUpperCase(Locale.ROOT));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The names in kebab case, an asterisk for a part that may be anything. */
    public List<String> names() {
        return names.stream().map(name -> String.join(".", name)).toList();
    }

    /**
     * A name with what somebody typed in the place of a part that may be anything.
     *
     * @param fixed how many letters and digits of it are the same whatever was typed, without the root
     * @param otherParts how many parts it has more, or less, than what was typed
     */
    record Fitted(String name, int fixed, int otherParts) {}

    /** The names as near to what was typed as they may be. */
    List<Fitted> fittedTo(List<String> typed) {
        return names.stream().map(known -> fitted(known, typed)).toList();
    }

    /** @param typed a part in square brackets as it is */
    static Fitted fitted(List<String> known, List<String> typed) {
        StringBuilder name = new StringBuilder();
        int fixed = 0;
        for (int i = 0; i < known.size(); i++) {
            String part = known.get(i);
            if (part.equals(REST)) {
                typed.subList(Math.min(i, typed.size()), typed.size()).forEach(each -> append(name, each));
            } else if (part.equals(ANY)) {
                append(name, i < typed.size() ? typed.get(i) : ANY);
            } else {
                append(name, part);
                fixed += i == 0 ? 0 : PropertyOrigins.plain(part).length();
            }
        }
        boolean isOpen = known.get(known.size() - 1).equals(REST);
        return new Fitted(name.toString(), fixed, isOpen ? 0 : Math.abs(known.size() - typed.size()));
    }

    private static void append(StringBuilder name, String part) {
        name.append(name.isEmpty() || part.startsWith("[") ? "" : ".").append(part);
    }

    /** Whether a property of a file is one of them. */
    boolean has(List<String> parts) {
        return names.stream().anyMatch(known -> matches(undashed(known), parts));
    }

    /** Whether an environment variable stands for one of them, its parts separated by underscores. */
    boolean hasVariable(List<String> parts) {
        return Stream.concat(names.stream(), learnt.stream())
                .anyMatch(known -> matches(undashed(known), parts) || matches(split(known), parts));
    }

    /** Whether there is one below. */
    boolean hasBelow(List<String> parts) {
        return names.stream()
                .anyMatch(known ->
                        known.size() > parts.size() && matches(undashed(known).subList(0, parts.size()), parts));
    }

    private static boolean matches(List<String> known, List<String> parts) {
        for (int i = 0; i < known.size(); i++) {
            if (known.get(i).equals(REST)) {
                return true;
            }
            if (i >= parts.size() || !known.get(i).equals(ANY) && !known.get(i).equals(parts.get(i))) {
                return false;
            }
        }
        return known.size() == parts.size();
    }

    private static List<String> undashed(List<String> name) {
        return name.stream().map(part -> part.replace("-", "")).toList();
    }

    private static List<String> split(List<String> name) {
        return name.stream().flatMap(part -> Arrays.stream(part.split("-"))).toList();
    }

    private void walk(List<String> path, ResolvableType type) {
        Class<?> raw = type.toClass();
        if (Map.class.isAssignableFrom(raw)) {
            ResolvableType value = type.asMap().getGeneric(1);
            if (isOurs(value.toClass())) {
                walk(plus(path, ANY), value);
            } else {
                names.add(plus(path, REST));
            }
        } else if (Collection.class.isAssignableFrom(raw) || raw.isArray()) {
            names.add(path);
            ResolvableType element = raw.isArray()
                    ? type.getComponentType()
                    : type.asCollection().getGeneric(0);
            if (isOurs(element.toClass())) {
                walk(plus(path, ANY), element);
            } else {
                names.add(plus(path, ANY));
            }
        } else if (isOurs(raw)) {
            for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(raw)) {
                if (property.getReadMethod() != null && property.getReadMethod().getDeclaringClass() != Object.class) {
                    ResolvableType read = ResolvableType.forMethodReturnType(property.getReadMethod(), raw);
                    boolean settable = property.getWriteMethod() != null
                            || isOurs(read.toClass())
                            || Map.class.isAssignableFrom(read.toClass());
                    if (settable) {
                        walk(plus(path, DataObjectPropertyName.toDashedForm(property.getName())), read);
                    }
                }
            }
        } else {
            names.add(path);
        }
    }

    private static boolean isOurs(Class<?> type) {
        return type.getName().startsWith("io.elasticjob.") && !type.isEnum();
    }

    private static List<String> plus(List<String> path, String part) {
        List<String> longer = new ArrayList<>(path);
        longer.add(part);
        return List.copyOf(longer);
    }
}
