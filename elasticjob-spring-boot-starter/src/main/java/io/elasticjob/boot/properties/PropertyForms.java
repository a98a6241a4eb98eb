package io.elasticjob.boot.properties;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.text.Durations;
import io.elasticjob.text.MalformedTextException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Reads durations below {@code elasticjob} by the rules of those of a job, and says what a value has to be that cannot be
 * read. Spring Boot takes a number without a unit for milliseconds, and passes on what a parser says of a text.
 */
public final class PropertyForms implements ConfigurationPropertiesBindHandlerAdvisor {

    private final Environment environment;

    public PropertyForms(Environment environment) {
        this.environment = environment;
    }

    @Override
    public BindHandler apply(BindHandler handler) {
        return new AbstractBindHandler(handler) {
            @Override
            public @Nullable Object onSuccess(
                    ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
                if (result instanceof Duration duration && !duration.isZero()) { // nothing is nothing in every unit
                    String text = written(name, context);
                    if (text != null && Durations.lacksUnit(text)) {
                        throw new InvalidSettingException(name.toString(), text, Durations.unitRule(text.strip()));
                    }
                }
                return super.onSuccess(name, target, context, result);
            }

            @Override
            public @Nullable Object onFailure(
                    ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error)
                    throws Exception {
                try {
                    return super.onFailure(name, target, context, error);
                } catch (ConversionException unreadable) {
                    String text = written(name, context);
                    if (text == null) {
                        throw unreadable;
                    }
                    return read(name, text, target.getType().resolve(Object.class), unreadable);
                }
            }
        };
    }

    /** What is written for the property itself; null when it is nothing of ours, or no single value. */
    private @Nullable String written(ConfigurationPropertyName name, BindContext context) {
        ConfigurationProperty property = context.getConfigurationProperty();
        if (property == null
                || !PropertyOrigins.ROOT.isAncestorOf(name)
                || !property.getName().equals(name)) {
            return null;
        }
        Object value = property.getValue();
        return value instanceof CharSequence || value instanceof Number || value instanceof Boolean
                ? environment.resolvePlaceholders(value.toString())
                : null;
    }

    private static Object read(
            ConfigurationPropertyName name, String text, Class<?> type, ConversionException unreadable) {
        Class<?> boxed = ClassUtils.resolvePrimitiveIfNecessary(type);
        String rule;
        if (boxed == Duration.class) {
            try {
                return Durations.parse(text);
            } catch (MalformedTextException malformed) {
                rule = malformed.rule();
            }
        } else if (boxed == Integer.class || boxed == Long.class) {
            rule = "must be a whole number"
                    + (boxed == Integer.class ? " of at most " + Integer.MAX_VALUE : " of at most " + Long.MAX_VALUE);
        } else if (boxed == Boolean.class) {
            rule = "must be true or false";
        } else if (Map.class.isAssignableFrom(boxed)) {
            rule = "must have names below it: write " + name + ".<name>=<value>";
        } else if (boxed.isEnum()) {
            rule = "must be one of "
                    + Arrays.stream(boxed.getEnumConstants())
                            .map(each -> ((Enum<?>) each)
                                    .name()
                                    .toLowerCase(Locale.ROOT)
                                    .replace('_', '-'))
                            .collect(Collectors.joining(", "));
        } else {
            throw unreadable;
        }
        throw new InvalidSettingException(name.toString(), text, rule);
    }
}
