package io.elasticjob.alert;

import io.elasticjob.text.NearestName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with placeholders in braces, such as <code>{headline}</code>. What is put in is not looked at again.
 *
 * @param text as written, with placeholders that exist
 */
public record AlertTemplate(String text) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Za-z-]+)}");

    private static final Map<String, Function<Alert, Object>> VALUES = values();

    /** All that an alert has to say. */
    public static final AlertTemplate WHOLE = new AlertTemplate("{text}");

    /** @throws IllegalArgumentException naming a placeholder that does not exist, continuing a sentence about the text */
    public AlertTemplate {
        Matcher placeholders = PLACEHOLDER.matcher(text);
        while (placeholders.find()) {
            if (!VALUES.containsKey(placeholders.group(1))) {
                throw new IllegalArgumentException("has the placeholder " + placeholders.group()
                        + ", which does not exist" + NearestName.hint(placeholders.group(1), VALUES.keySet()));
            }
        }
    }

    /** The text with what the alert says in place of the placeholders; what it does not say is left empty. */
    String of(Alert alert) {
        return PLACEHOLDER.matcher(text).replaceAll(found -> Matcher.quoteReplacement(value(found.group(1), alert)));
    }

    private static String value(String placeholder, Alert alert) {
        Function<Alert, Object> value = Objects.requireNonNull(VALUES.get(placeholder));
        return String.valueOf(value.apply(alert));
    }

    private static Map<String, Function<Alert, Object>> values() {
        Map<String, Function<Alert, Object>> values = new LinkedHashMap<>();
        values.put("text", Alert::text);
        values.put("headline", Alert::headline);
        values.put("what", alert -> alert.message().what());
        values.put("detail", alert -> alert.message().detail());
        values.put("condition", alert -> alert.condition().key());
        values.put("state", Alert::state);
        values.put("job", alert -> Objects.requireNonNullElse(alert.subject().job(), ""));
        values.put(
                "shard",
                alert -> Objects.requireNonNullElse((Object) alert.subject().shard(), ""));
        values.put(
                "execution",
                alert -> Objects.requireNonNullElse((Object) alert.subject().execution(), ""));
        values.put("namespace", alert -> alert.origin().namespace());
        values.put("application", alert -> alert.origin().application());
        values.put("instance", alert -> alert.origin().instance());
        values.put("at", alert -> alert.period().at());
        values.put("since", alert -> alert.period().since());
        values.put("suppressed", Alert::suppressed);
        return values;
    }
}
