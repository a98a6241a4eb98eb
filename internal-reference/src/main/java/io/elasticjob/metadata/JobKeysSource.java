package io.elasticjob.metadata;

import io.elasticjob.JobKey;
import io.elasticjob.boot.ElasticJob;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The class of which editors read the keys of a job, their types and what they are for. A function of the keys.
 *
 * <p>Boot's metadata cannot describe the values of a map, but editors follow the type of the values, as that of any bean.
 */
public final class JobKeysSource {

    private static final int WIDTH = 125;

    /** Of those that the annotation has as a text. Texts and maps alike are accepted of pairs: no editor knows a type for that. */
    private static final Map<String, Class<?>> TYPES = Map.ofEntries(
            Map.entry("every", Duration.class),
            Map.entry("firingDeadline", Duration.class),
            Map.entry("fixedDelay", Duration.class),
            Map.entry("timeout", Duration.class),
            Map.entry("at", Instant.class),
            Map.entry("validFrom", Instant.class),
            Map.entry("validUntil", Instant.class),
            Map.entry("zone", ZoneId.class),
            Map.entry("retryFactor", Double.class),
            Map.entry("retryJitter", Double.class),
            Map.entry("maxConcurrentShards", Integer.class),
            Map.entry("streaming", Boolean.class));

    private JobKeysSource() {}

    /** What an editor takes a value for. */
    public static Class<?> type(JobKey key) {
        if (TYPES.containsKey(key.key())) {
            return TYPES.get(key.key());
        }
        if (key.isPairs()) {
            return Object.class;
        }
        Class<?> ofAnnotation = Arrays.stream(ElasticJob.class.getDeclaredMethods())
                .filter(attribute -> attribute.getName().equals(key.key()))
                .<Class<?>>map(Method::getReturnType)
                .findFirst()
                .orElse(String.class);
        if (ofAnnotation == boolean.class) {
            return Boolean.class;
        }
        String value = key.defaultValue().orElse("");
        if (ofAnnotation == int.class || value.matches("\\d+")) {
            return Integer.class;
        }
        return value.matches("\\d+(ms|s|m|h|d)") ? Duration.class : ofAnnotation;
    }

    /** The whole file. */
    public static String java() {
        SortedSet<String> imports = new TreeSet<>();
        StringBuilder setters = new StringBuilder();
        for (JobKey key : JobKey.values()) {
            Class<?> type = type(key);
            if (!type.getPackageName().equals("java.lang")) {
                imports.add("import " + type.getName() + ";\n");
            }
            String name = Character.toUpperCase(key.key().charAt(0)) + key.key().substring(1);
            setters.append("\n")
                    .append(javadoc(key.documentation()))
                    .append("    public void set%s(%s value) {}\n".formatted(name, type.getSimpleName()));
        }
        return """
                package io.elasticjob.boot.autoconfigure;

                %s
                /**
                 * The keys of a job below {@code elasticjob.jobs}, for editors only: see {@link JobsMetadata}. Generated from {@code JobKey} by
                 * the module internal-reference; do not edit.
                 */
                final class JobKeys {

                    private JobKeys() {}
                %s}
                """.formatted(String.join("", imports), setters);
    }

    private static String javadoc(String text) {
        String safe = text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("@", "&#64;");
        String one = "    /** " + safe + " */\n";
        if (one.length() <= WIDTH) {
            return one;
        }
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : safe.split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH - "     * ".length()) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return "    /**\n     * " + String.join("\n     * ", lines) + "\n     */\n";
    }
}
