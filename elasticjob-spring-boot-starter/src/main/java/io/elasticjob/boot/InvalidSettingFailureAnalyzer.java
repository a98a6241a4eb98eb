package io.elasticjob.boot;

import io.elasticjob.InvalidSettingException;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.Origin;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Explains a start-up that failed on a setting, with file and line of where it is written. Adapters name the property at the
 * beginning of their message.
 */
@Order(0) // before that of Spring Boot for what cannot be bound
final class InvalidSettingFailureAnalyzer extends AbstractFailureAnalyzer<IllegalArgumentException> {

    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("elasticjob");

    private final @Nullable Environment environment;

    /** @param environment of the application; null where there is none yet */
    InvalidSettingFailureAnalyzer(@Nullable Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable failure, IllegalArgumentException cause) {
        String message = String.valueOf(cause.getMessage());
        if (!(cause instanceof InvalidSettingException) && !message.startsWith("elasticjob.")) {
            return null;
        }
        String key = cause instanceof InvalidSettingException invalid
                ? invalid.key()
                : message.substring(0, message.indexOf(':') < 0 ? message.length() : message.indexOf(':'));
        Set<String> places = places(key);
        return new FailureAnalysis(
                places.isEmpty() ? message : message + "\n\nIt is written in " + String.join(", and in ", places) + ".",
                "Correct " + key + ". To start without any job meanwhile, set elasticjob.enabled=false.",
                cause);
    }

    /** Where a property of this name is written, the place that wins first. */
    private Set<String> places(String key) {
        Set<String> places = new LinkedHashSet<>();
        Environment searched = environment;
        if (searched == null || !plain(key).startsWith(plain(ROOT.toString()))) {
            return places;
        }
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(searched)) {
            if (source instanceof IterableConfigurationPropertySource names) {
                for (ConfigurationPropertyName name : names) {
                    if (ROOT.isAncestorOf(name) && plain(name.toString()).equals(plain(key))) {
                        ConfigurationProperty property = source.getConfigurationProperty(name);
                        Origin origin = property == null ? null : property.getOrigin();
                        if (origin != null) {
                            places.add(origin.toString());
                        }
                    }
                }
            }
        }
        return places;
    }

    /** Without dots, dashes and case, in which spellings of one property differ. */
    private static String plain(String name) {
        return name.replaceAll("[^\\p{Alnum}]", "").toLowerCase(Locale.ROOT);
    }
}
