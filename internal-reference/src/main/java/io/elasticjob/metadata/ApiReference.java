package io.elasticjob.metadata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What users may build on: the public types whose Javadoc says since when they are there, with all that is public or
 * protected of them.
 */
public final class ApiReference {

    /** A top-level type whose own Javadoc, the last one before it, has the mark. */
    private static final Pattern MARKED = Pattern.compile(
            "^/\\*\\*(?:(?!\\*/).)*?@since \\S+(?:(?!\\*/).)*?\\*/\\s*(?:@[^\\n]*\\s+)*?public ",
            Pattern.DOTALL | Pattern.MULTILINE);

    /** What every record and enum has. */
    private static final Set<String> IMPLIED = Set.of("toString", "hashCode", "equals", "values", "valueOf");

    private static final Comparator<Class<?>> BY_NAME = Comparator.comparing(Class::getName);

    private final SortedSet<Class<?>> types = new TreeSet<>(BY_NAME);

    /** @param sources roots of source folders of the classes on the class path */
    public ApiReference(Collection<Path> sources) {
        sources.forEach(this::read);
    }

    private void read(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .filter(ApiReference::isMarked)
                    .map(file -> root.relativize(file).toString())
                    .map(file -> file.substring(0, file.length() - ".java".length()))
                    .map(file -> file.replace('/', '.').replace('\\', '.'))
                    .forEach(name -> types.add(type(name)));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static boolean isMarked(Path source) {
        try {
            return MARKED.matcher(Files.readString(source)).find();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name, false, ApiReference.class.getClassLoader());
        } catch (ClassNotFoundException notBuilt) {
            throw new IllegalStateException(name + " is in the sources and not on the class path", notBuilt);
        }
    }

    /** The top-level types. */
    public SortedSet<Class<?>> types() {
        return types;
    }

    /** All signatures, one a line, ordered by name. */
    public String text() {
        StringBuilder text = new StringBuilder();
        types.forEach(type -> append(text, type, ""));
        return text.toString();
    }

    /** For each type of the project that a signature names, though users may not build on it, one place that does. */
    public SortedMap<String, String> leaks() {
        SortedMap<String, String> leaks = new TreeMap<>();
        types.forEach(type -> leaks(type, leaks));
        return leaks;
    }

    private void leaks(Class<?> type, SortedMap<String, String> leaks) {
        leak(type.getGenericSuperclass(), type.getName(), leaks);
        Arrays.stream(type.getGenericInterfaces()).forEach(it -> leak(it, type.getName(), leaks));
        for (Field field : fields(type)) {
            leak(field.getGenericType(), type.getName() + "." + field.getName(), leaks);
        }
        for (Executable executable : executables(type)) {
            String place = type.getName() + "." + executable.getName();
            Stream.concat(
                            Arrays.stream(executable.getGenericParameterTypes()),
                            Arrays.stream(executable.getGenericExceptionTypes()))
                    .forEach(it -> leak(it, place, leaks));
            if (executable instanceof Method method) {
                leak(method.getGenericReturnType(), place, leaks);
            }
        }
        nested(type).forEach(it -> leaks(it, leaks));
    }

    private void leak(@Nullable Type type, String place, SortedMap<String, String> leaks) {
        if (type instanceof Class<?> plain) {
            Class<?> top = top(plain);
            if (top.getName().startsWith("io.elasticjob.") && !types.contains(top)) {
                leaks.putIfAbsent(top.getName(), place);
            }
        } else if (type instanceof ParameterizedType parameterized) {
            leak(parameterized.getRawType(), place, leaks);
            Arrays.stream(parameterized.getActualTypeArguments()).forEach(it -> leak(it, place, leaks));
        } else if (type instanceof GenericArrayType array) {
            leak(array.getGenericComponentType(), place, leaks);
        } else if (type instanceof WildcardType wildcard) {
            Stream.concat(Arrays.stream(wildcard.getUpperBounds()), Arrays.stream(wildcard.getLowerBounds()))
                    .forEach(it -> leak(it, place, leaks));
        }
    }

    private static Class<?> top(Class<?> type) {
        Class<?> top = type;
        while (top.isArray()) {
            top = top.getComponentType();
        }
        while (top.getEnclosingClass() != null) {
            top = top.getEnclosingClass();
        }
        return top;
    }

    private static void append(StringBuilder text, Class<?> type, String indent) {
        text.append(indent).append(head(type)).append('\n');
        String inside = indent + "    ";
        Stream.of(
                        fields(type).stream().map(ApiReference::line),
                        executables(type).stream().filter(it -> !isImplied(it)).map(ApiReference::line))
                .flatMap(lines -> lines.sorted())
                .forEach(line -> text.append(inside).append(line).append('\n'));
        nested(type).forEach(it -> append(text, it, inside));
    }

    private static String head(Class<?> type) {
        List<String> words = new ArrayList<>();
        int kind = type.isInterface() ? Modifier.ABSTRACT | Modifier.STATIC : Modifier.STATIC;
        words.add(Modifier.toString(type.getModifiers() & ~kind & ~Modifier.INTERFACE));
        words.add(type.isSealed() ? "sealed" : "");
        words.add(
                type.isAnnotation()
                        ? "@interface"
                        : type.isInterface()
                                ? "interface"
                                : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class");
        words.add((type.getEnclosingClass() == null ? type.getName() : type.getSimpleName())
                + variables(type.getTypeParameters()));
        if (type.getSuperclass() != null
                && !Set.of(Object.class, Record.class, Enum.class).contains(type.getSuperclass())) {
            words.add("extends " + name(type.getGenericSuperclass()));
        }
        if (type.getGenericInterfaces().length > 0 && !type.isAnnotation()) {
            words.add((type.isInterface() ? "extends " : "implements ") + names(type.getGenericInterfaces()));
        }
        return words.stream().filter(word -> !word.isEmpty()).collect(Collectors.joining(" "));
    }

    private static String line(Field field) {
        return modifiers(field) + nullness(field.getAnnotatedType()) + name(field.getGenericType()) + " "
                + field.getName();
    }

    private static String line(Executable executable) {
        StringBuilder line = new StringBuilder(modifiers(executable));
        String variables = variables(executable.getTypeParameters());
        line.append(variables).append(variables.isEmpty() ? "" : " ");
        if (executable instanceof Method method) {
            line.append(method.isDefault() ? "default " : "")
                    .append(nullness(method.getAnnotatedReturnType()))
                    .append(name(method.getGenericReturnType()))
                    .append(' ')
                    .append(method.getName());
        } else {
            line.append(executable.getDeclaringClass().getSimpleName());
        }
        line.append(Arrays.stream(executable.getParameters())
                .map(ApiReference::parameter)
                .collect(Collectors.joining(", ", "(", ")")));
        if (executable.getGenericExceptionTypes().length > 0) {
            line.append(" throws ").append(names(executable.getGenericExceptionTypes()));
        }
        if (executable instanceof Method method && method.getDefaultValue() != null) {
            Object value = method.getDefaultValue();
            line.append(" default ").append(value.getClass().isArray() ? "{}" : "\"" + value + "\"");
        }
        return line.toString();
    }

    private static String parameter(Parameter parameter) {
        return nullness(parameter.getAnnotatedType()) + name(parameter.getParameterizedType()) + " "
                + parameter.getName();
    }

    private static String modifiers(Member member) {
        int shown = member.getModifiers() & (Modifier.PROTECTED | Modifier.STATIC | Modifier.ABSTRACT);
        String text = Modifier.toString(member.getDeclaringClass().isInterface() ? shown & ~Modifier.ABSTRACT : shown);
        return text.isEmpty() ? "" : text + " ";
    }

    private static String nullness(AnnotatedElement type) {
        return type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "";
    }

    private static String variables(TypeVariable<?>[] variables) {
        return variables.length == 0
                ? ""
                : Arrays.stream(variables)
                        .map(it -> it.getBounds()[0] == Object.class
                                ? it.getName()
                                : it.getName() + " extends " + names(it.getBounds()))
                        .collect(Collectors.joining(", ", "<", ">"));
    }

    private static String names(Type[] types) {
        return Arrays.stream(types).map(ApiReference::name).collect(Collectors.joining(", "));
    }

    private static String name(Type type) {
        return type.getTypeName().replace("java.lang.", "").replace('$', '.');
    }

    private static List<Field> fields(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(ApiReference::isSeen)
                .toList();
    }

    private static List<Executable> executables(Class<?> type) {
        Stream<Constructor<?>> constructors = Arrays.stream(type.getDeclaredConstructors());
        return Stream.concat(constructors, Arrays.stream(type.getDeclaredMethods()))
                .filter(ApiReference::isSeen)
                .toList();
    }

    private static List<Class<?>> nested(Class<?> type) {
        return Arrays.stream(type.getDeclaredClasses())
                .filter(it -> (it.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0)
                .sorted(BY_NAME)
                .toList();
    }

    private static boolean isSeen(Member member) {
        boolean closed = Modifier.isProtected(member.getModifiers())
                && Modifier.isFinal(member.getDeclaringClass().getModifiers());
        return (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0
                && !member.isSynthetic()
                && !closed;
    }

    private static boolean isImplied(Executable executable) {
        Class<?> type = executable.getDeclaringClass();
        return (type.isRecord() || type.isEnum()) && IMPLIED.contains(executable.getName());
    }
}
