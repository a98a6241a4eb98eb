package io.elasticjob.boot.autoconfigure;

import io.elasticjob.boot.discovery.AdditionalJobs;
import io.elasticjob.boot.discovery.ScheduledJobs;
import io.elasticjob.boot.scheduled.LocalScheduledTasks;
import java.util.Set;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.config.TaskManagementConfigUtils;

/** Runs methods with Spring's {@code @Scheduled} as jobs, where {@code elasticjob.scheduled.take-over} says so. */
@AutoConfiguration(before = ElasticJobAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "elasticjob.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "elasticjob.scheduled.take-over")
@EnableConfigurationProperties(ElasticJobScheduledProperties.class)
public final class ElasticJobScheduledAutoConfiguration {

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    AdditionalJobs elasticJobScheduledJobs(
            ConfigurableListableBeanFactory beans, ElasticJobScheduledProperties properties) {
        return new ScheduledJobs(beans, properties.getKeep());
    }

    @Bean
    @ConditionalOnMissingBean(name = "elasticJobLocalScheduledTasks")
    static BeanDefinitionRegistryPostProcessor elasticJobLocalScheduledTasks() {
        return new Replacement();
    }

    /** Puts another scheduler of such methods in the place of Spring's, if the application has that. */
    private static final class Replacement implements BeanDefinitionRegistryPostProcessor, EnvironmentAware {

        private static final String SPRINGS = TaskManagementConfigUtils.SCHEDULED_ANNOTATION_PROCESSOR_BEAN_NAME;

        private Set<String> kept = Set.of();

        @Override
        public void setEnvironment(Environment environment) {
            kept = Binder.get(environment)
                    .bind("elasticjob.scheduled.keep", Bindable.setOf(String.class))
                    .orElse(Set.of());
        }

        @Override
        public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
            if (!registry.containsBeanDefinition(SPRINGS)) {
                return;
            }
            registry.removeBeanDefinition(SPRINGS);
            RootBeanDefinition ours = new RootBeanDefinition(LocalScheduledTasks.class);
            ours.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
            ours.getConstructorArgumentValues().addIndexedArgumentValue(0, kept);
            registry.registerBeanDefinition(SPRINGS, ours);
        }
    }
}
