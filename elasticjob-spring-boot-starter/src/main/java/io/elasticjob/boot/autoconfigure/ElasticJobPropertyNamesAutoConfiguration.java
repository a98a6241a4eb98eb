package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.properties.KnownProperties;
import io.elasticjob.boot.properties.PropertyForms;
import io.elasticjob.boot.properties.PropertyNames;
import io.elasticjob.boot.properties.ServiceLinks;
import io.elasticjob.boot.properties.Switches;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/** Looks at the names of all properties below {@code elasticjob} before anything is made from them. */
@AutoConfiguration
public final class ElasticJobPropertyNamesAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ElasticJobPropertyNamesAutoConfiguration.class);

    /** What the names of our own classes of properties begin with. */
    private static final String OURS = "io.elasticjob.boot.autoconfigure.ElasticJob";

    /** Of modules that may be there as well, by their prefix: known also while the module is switched off. */
    private static final Map<String, String> FURTHER = Map.of(
            "elasticjob.console", "io.elasticjob.console.autoconfigure.ElasticJobConsoleProperties",
            "elasticjob.gateway", "io.elasticjob.gateway.autoconfigure.ElasticJobGatewayProperties",
            "elasticjob.kubernetes", "io.elasticjob.kubernetes.autoconfigure.ElasticJobKubernetesProperties",
            "elasticjob.kubernetes.known-deaths", "io.elasticjob.kubernetes.autoconfigure.KnownDeathsProperties",
            "elasticjob.slurm", "io.elasticjob.slurm.autoconfigure.ElasticJobSlurmProperties");

    /** Also where jobs are switched off: perhaps nobody wanted that. */
    @Bean
    @ConditionalOnMissingBean(name = "elasticJobSwitches")
    static BeanFactoryPostProcessor elasticJobSwitches(Environment environment) {
        return beans -> Switches.check(environment);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "elasticjob.enabled", matchIfMissing = true)
    @ConditionalOnMissingBean(name = "elasticJobPropertyNames")
    static BeanFactoryPostProcessor elasticJobPropertyNames(Environment environment) {
        return beans ->
                PropertyNames.check(environment, known(), () -> prefixes(beans)).forEach(log::warn);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "elasticjob.enabled", matchIfMissing = true)
    @ConditionalOnMissingBean(name = "elasticJobServiceLinks")
    static ConfigurationPropertiesBindHandlerAdvisor elasticJobServiceLinks(Environment environment) {
        return new ServiceLinks(environment);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "elasticjob.enabled", matchIfMissing = true)
    @ConditionalOnMissingBean(name = "elasticJobPropertyForms")
    static ConfigurationPropertiesBindHandlerAdvisor elasticJobPropertyForms(Environment environment) {
        return new PropertyForms(environment);
    }

    static KnownProperties known() {
        KnownProperties known = new KnownProperties()
                .with("elasticjob", ElasticJobProperties.class)
                .withAllBelow("elasticjob.jobs") // Its keys are checked where the jobs are known.
                .with("elasticjob", ElasticJobKindProperties.class)
                .with("elasticjob.scheduled", ElasticJobScheduledProperties.class)
                .with("elasticjob.console", ElasticJobConsoleAccessProperties.class)
                .with("elasticjob.alerts", ElasticJobAlertProperties.class)
                .with("elasticjob.history", ElasticJobHistoryProperties.class);
        boolean jdbc = ClassUtils.isPresent(
                "org.springframework.boot.jdbc.init.DatabaseInitializationProperties",
                ElasticJobProperties.class.getClassLoader());
        FURTHER.forEach((prefix, type) -> {
            if (ClassUtils.isPresent(type, ElasticJobProperties.class.getClassLoader())) {
                known.withModule(
                        prefix, ClassUtils.resolveClassName(type, ElasticJobProperties.class.getClassLoader()));
            }
        });
        return jdbc ? Jdbc.in(known) : known.withAllBelow("elasticjob.history.jdbc");
    }

    /** Apart, since its class needs one of spring-boot-jdbc. */
    private static final class Jdbc {

        static KnownProperties in(KnownProperties known) {
            return known.with("elasticjob.history.jdbc", ElasticJobHistoryJdbcProperties.class);
        }
    }

    /** Of further modules, and of the application, whose classes say that they are below {@code elasticjob}. */
    private static List<String> prefixes(ConfigurableListableBeanFactory beans) {
        List<String> prefixes = new ArrayList<>();
        for (String name : beans.getBeanDefinitionNames()) {
            ConfigurationProperties annotation = beans.findAnnotationOnBean(name, ConfigurationProperties.class, false);
            Class<?> type = beans.getType(name, false);
            boolean ours = type != null && (type.getName().startsWith(OURS) || FURTHER.containsValue(type.getName()));
            if (annotation != null && !ours && annotation.prefix().startsWith("elasticjob.")) {
                prefixes.add(annotation.prefix());
            }
        }
        return prefixes;
    }
}
