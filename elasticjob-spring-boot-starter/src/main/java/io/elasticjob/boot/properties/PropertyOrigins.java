package io.elasticjob.boot.properties;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
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

    /** The same without the one that may be a property of its own: it is told apart by its value. */
    private static final Pattern BESIDE_A_PORT =
            Pattern.compile("(.*)\\.(service\\.host|service\\.port(\\..*)?|port\\.\\d+\\.(tcp|udp|sctp)(\\..*)?)");

    /** The address of a service, which no property below {@code elasticjob} takes that a variable can set by accident. */
    private static final Pattern ADDRESS = Pattern.compile("(tcp|udp|sctp)://\\S+:\\d+");

    /**
     * A property that is written somewhere.
     *
     * @param link whether it is a variable that tells of a service, whatever property has that name
     */
    record Origin(ConfigurationProperty property, boolean ambient, boolean variable, boolean link) {

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
                        boolean link = variable && isLink(source, property);
                        told.accept(name, new Origin(property, ambient, variable, link));
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

    /** Whether a variable is there because of a service: by its value, or since the address of that service is beside it. */
    static boolean isLink(ConfigurationPropertySource source, ConfigurationProperty property) {
        String name = dotted(property.getName());
        if (!isServiceLink(name)) {
            return false;
        }
        if (property.getValue() instanceof CharSequence value
                && ADDRESS.matcher(value).matches()) {
            return true;
        }
        Matcher beside = BESIDE_A_PORT.matcher(name);
        ConfigurationPropertyName port =
                beside.matches() ? ConfigurationPropertyName.ofIfValid(beside.group(1) + ".port") : null;
        ConfigurationProperty address = port == null ? null : source.getConfigurationProperty(port);
        return address != null
                && address.getValue() instanceof CharSequence value
                && ADDRESS.matcher(value).matches();
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
