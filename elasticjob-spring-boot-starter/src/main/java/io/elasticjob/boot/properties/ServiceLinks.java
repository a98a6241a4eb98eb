package io.elasticjob.boot.properties;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Keeps the variables by which Kubernetes and Docker tell each container of the services around it from the properties below
 * {@code elasticjob} whose names they happen to have: a Service named {@code elasticjob-registry-embedded} sets
 * {@code ELASTICJOB_REGISTRY_EMBEDDED_PORT=tcp://10.0.0.1:2181}. The property is what the other sources say, or its default.
 */
public final class ServiceLinks implements ConfigurationPropertiesBindHandlerAdvisor {

    private final Environment environment;

    public ServiceLinks(Environment environment) {
        this.environment = environment;
    }

    @Override
    public BindHandler apply(BindHandler handler) {
        return new AbstractBindHandler(handler) {
            @Override
            public <T> @Nullable Bindable<T> onStart(
                    ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
                boolean unset = isLink(name, context)
                        && others(context).stream().noneMatch(source -> saysSomething(source, name));
                return unset ? null : super.onStart(name, target, context);
            }

            @Override
            public @Nullable Object onSuccess(
                    ConfigurationPropertyName name, Bindable<?> target, BindContext context, Object result) {
                Object meant = isLink(name, context) ? bound(name, target, context) : result;
                return meant == null ? null : super.onSuccess(name, target, context, meant);
            }

            @Override
            public @Nullable Object onFailure(
                    ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error)
                    throws Exception {
                return isLink(name, context)
                        ? bound(name, target, context)
                        : super.onFailure(name, target, context, error);
            }
        };
    }

    private @Nullable Object bound(ConfigurationPropertyName name, Bindable<?> target, BindContext context) {
        return new Binder(others(context), new PropertySourcesPlaceholdersResolver(environment))
                .bind(name, target)
                .orElse(null);
    }

    private static boolean isLink(ConfigurationPropertyName name, BindContext context) {
        if (!PropertyOrigins.ROOT.isAncestorOf(name)) {
            return false;
        }
        for (ConfigurationPropertySource source : context.getSources()) {
            ConfigurationProperty property = source.getConfigurationProperty(name);
            if (property != null) {
                return isVariables(source) && PropertyOrigins.isLink(source, property);
            }
        }
        return false;
    }

    private static boolean isVariables(ConfigurationPropertySource source) {
        return source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
    }

    /** The sources without environment variables. */
    private static List<ConfigurationPropertySource> others(BindContext context) {
        List<ConfigurationPropertySource> others = new ArrayList<>();
        context.getSources().forEach(source -> {
            if (!isVariables(source)) {
                others.add(source);
            }
        });
        return others;
    }

    private static boolean saysSomething(ConfigurationPropertySource source, ConfigurationPropertyName name) {
        return source.getConfigurationProperty(name) != null
                || source.containsDescendantOf(name) == ConfigurationPropertyState.PRESENT;
    }
}
