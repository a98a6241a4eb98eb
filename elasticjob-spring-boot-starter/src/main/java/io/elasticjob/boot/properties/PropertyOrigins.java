package io.elasticjob.boot.properties;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Where the properties below {@code elasticjob} are written. What is in files, on the command line, in
 * {@code SPRING_APPLICATION_JSON}, in defaults and in tests was written for this application. What is in environment
 * variables, in system properties and in those of a servlet container is around it, and may be meant for something else.
 */
public final class PropertyOrigins {

    static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("elasticjob");

    private static final Set<String> AROUND = Set.of(
            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
            StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME,
            "servletConfigInitParams",
            "servletContextInitParams",
            "jndiProperties");

    /** Names of the variables by which Kubernetes and Docker tell each container of the services around it. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile(".*\\.(service\\.host|service\\.port(\\..*)?|port|port\\.\\d+\\.(tcp|udp|sctp)(\\..*)?)");

    /** A property that is written somewhere. */
    record Origin(ConfigurationProperty property, boolean ambient, boolean variable) {

        ConfigurationPropertyName name() {
            return property.getName();
        }
    }

    private PropertyOrigins() {}

    /** Tells each property below the root, the ones that win first; one that is written twice comes twice. */
    static void each(Environment environment, BiConsumer<ConfigurationPropertyName, Origin> told) {
        if (!(environment instanceof ConfigurableEnvironment)) {
            return;
        }
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource names) {
                boolean variable = source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
                boolean ambient = variable
                        || source.getUnderlyingSource() instanceof PropertySource<?> properties
                                && AROUND.contains(properties.getName());
                for (ConfigurationPropertyName name : names) {
                    boolean below = ROOT.isAncestorOf(name) || !variable && isLikeVariable(name);
                    ConfigurationProperty property = below ? source.getConfigurationProperty(name) : null;
                    if (property != null) {
                        told.accept(name, new Origin(property, ambient, variable));
                    }
                }
            }
        }
    }

    /** Whether a name in a file is written as one of a variable, which Spring Boot takes for another property. */
    private static boolean isLikeVariable(ConfigurationPropertyName name) {
        return name.getNumberOfElements() == 1
                && name.getElement(0, Form.ORIGINAL).toLowerCase(Locale.ROOT).startsWith("elasticjob_");
    }

    /** The names, without dots, dashes and case, of the properties that come from around the application only. */
    public static Set<String> ambient(Environment environment) {
        Map<String, Boolean> ambient = new LinkedHashMap<>();
        each(
                environment,
                (name, origin) -> ambient.merge(plain(name.toString()), origin.ambient(), Boolean::logicalAnd));
        ambient.values().removeIf(only -> !only);
        return Set.copyOf(ambient.keySet());
    }

    public static String plain(String name) {
        return name.replaceAll("[^\\p{Alnum}]", "").toLowerCase(Locale.ROOT);
    }

    /** Whether the name is one by which a container is told of a service. */
    public static boolean isServiceLink(String property) {
        return SERVICE_LINK.matcher(property.replace('[', '.').replace("]", "")).matches();
    }

    /** The name with dots between its parts, in lower case and without dashes. */
    static String dotted(ConfigurationPropertyName name) {
        StringBuilder dotted = new StringBuilder();
        for (int i = 0; i < name.getNumberOfElements(); i++) {
            dotted.append(i == 0 ? "" : ".").append(name.getElement(i, Form.UNIFORM));
        }
        return dotted.toString();
    }
}
