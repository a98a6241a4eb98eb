package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.codec.Json;
import io.elasticjob.text.Pairs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The lines of a document that {@link ExportDescriptor} has written, or somebody like it. */
final class ImportedLines {

    static final int MAX_LINES = 10_000;
    private static final int MAX_LENGTH = 1024 * 1024;

    private static final Set<String> OPERATIONS = Set.of("create", "configure", "disable");
    private static final Set<String> KNOWN =
            Set.of("job", "operation", "set", "withheld", "shard", "instance", "who", "when", "why");

    private ImportedLines() {}

    /**
     * One of them.
     *
     * @param fields of the request that does it
     * @param wrong why it cannot be understood; null when it can
     */
    record Line(
            String job,
            String operation,
            Map<String, String> fields,
            @Nullable InvalidSettingException wrong) {}

    /** @throws InvalidSettingException when the document as a whole cannot be understood */
    static List<Line> of(String document) {
        if (document.length() > MAX_LENGTH) {
            throw invalid("", "must have at most " + MAX_LENGTH + " characters: import it in pages, as it is exported");
        }
        Map<String, Object> read;
        try {
            read = Json.read(document.getBytes(StandardCharsets.UTF_8));
        } catch (RuntimeException unreadable) {
            throw invalid("", "is not JSON, as GET /export gives it");
        }
        Object format = read.get("format");
        if (!(format instanceof Number number) || number.intValue() != ExportDescriptor.FORMAT) {
            throw invalid(
                    String.valueOf(format),
                    "must have format " + ExportDescriptor.FORMAT + "; a later version may have exported it");
        }
        if (!(read.get("lines") instanceof List<?> lines)) {
            throw invalid("", "must have lines, as GET /export gives them");
        }
        if (lines.size() > MAX_LINES) {
            throw invalid(lines.size() + " lines", "may have " + MAX_LINES + " lines at most");
        }
        List<Line> all = new ArrayList<>();
        lines.forEach(line -> all.add(line(line)));
        return all;
    }

    private static InvalidSettingException invalid(String value, String rule) {
        return OperationFields.invalid("document", value, rule);
    }

    private static Line line(Object written) {
        if (!(written instanceof Map<?, ?> given)) {
            return new Line("", "", Map.of(), invalid("", "has a line that is no object"));
        }
        String job = String.valueOf(given.get("job"));
        String operation = String.valueOf(given.get("operation"));
        try {
            return new Line(job, operation, fields(given, operation), null);
        } catch (InvalidSettingException wrong) {
            return new Line(job, operation, Map.of(), wrong);
        }
    }

    private static Map<String, String> fields(Map<?, ?> given, String operation) {
        given.keySet().stream()
                .map(String::valueOf)
                .filter(key -> !KNOWN.contains(key))
                .findFirst()
                .ifPresent(key -> {
                    throw invalid(key, "has a line with a field that is not known");
                });
        if (!(given.get("job") instanceof String) || !OPERATIONS.contains(operation)) {
            throw invalid(
                    operation, "has a line without a job, or with another operation than create, configure, disable");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        Object set = given.get("set");
        if (set instanceof Map<?, ?> settings) {
            fields.put("set", text(settings));
        }
        for (String part : List.of("shard", "instance")) {
            Object value = given.get(part);
            if (value != null) {
                fields.put(part, String.valueOf(value));
            }
        }
        return fields;
    }

    /** As a request writes it: each value in quotes, so that it means what it says. */
    private static String text(Map<?, ?> settings) {
        StringBuilder text = new StringBuilder();
        settings.forEach((key, value) -> text.append(key)
                .append('=')
                .append(Pairs.quoted(String.valueOf(value)))
                .append('\n'));
        return text.toString();
    }
}
