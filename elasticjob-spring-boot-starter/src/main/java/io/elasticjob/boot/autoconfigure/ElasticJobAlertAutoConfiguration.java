package io.elasticjob.boot.autoconfigure;

import io.elasticjob.JobDefinition;
import io.elasticjob.alert.Alert;
import io.elasticjob.alert.AlertChannel;
import io.elasticjob.alert.AlertNotifier;
import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.boot.discovery.DeclaredJobs;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/**
 * Tells people what happens to jobs, through the channels that are configured and those that are beans. Made as the engine
 * is, and so in an application with jobs only.
 */
@AutoConfiguration(
        after = ElasticJobAutoConfiguration.class,
        afterName = "org.springframework.boot.mail.autoconfigure.MailSenderAutoConfiguration")
@ConditionalOnBean(JobEngineLifecycle.class)
@EnableConfigurationProperties(ElasticJobAlertProperties.class)
public final class ElasticJobAlertAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger("io.elasticjob.alerts");

    @Bean
    @Lazy
    @ConditionalOnMissingBean({AlertConfiguration.class, AlertNotifier.class}) // a notifier of one's own has its own
    AlertConfiguration elasticJobAlertConfiguration(
            ElasticJobAlertProperties alerts,
            Map<String, AlertChannel> channels,
            ConfigurableListableBeanFactory beans,
            ObjectProvider<SslBundles> bundles) {
        return AlertConfiguration.of(
                alerts,
                channels,
                () -> MailAlerts.channel(alerts.getMail(), beans, beans.getBeanClassLoader()),
                bundles.getIfAvailable());
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    AlertNotifier elasticJobAlertNotifier(
            AlertConfiguration configuration, ElasticJobProperties properties, Environment environment) {
        Alert.Origin origin = new Alert.Origin(
                ElasticJobAutoConfiguration.namespace(properties, environment),
                environment.getProperty("spring.application.name", ""),
                "");
        return new AlertNotifier(configuration.settings(), origin, configuration.channels());
    }

    /** Whether anybody is told: by the application's own notifier, or by a channel. */
    static boolean isTold(ObjectProvider<AlertConfiguration> configuration) {
        AlertConfiguration channels = configuration.getIfAvailable();
        return channels == null || !channels.channels().isEmpty();
    }

    /** The notifier hears whatever happens to jobs here, where it has anybody to tell; elsewhere there is none. */
    @Bean
    @ConditionalOnMissingBean(name = "elasticJobAlerts")
    JobEngineCustomizer elasticJobAlerts(
            ObjectProvider<AlertConfiguration> configuration,
            ObjectProvider<AlertNotifier> notifier,
            ObjectProvider<DeclaredJobs> jobs,
            ElasticJobAlertProperties alerts) {
        return engine -> {
            if (!isTold(configuration)) {
                return;
            }
            engine.listener(notifier.getObject());
            List<String> declared = jobs.getObject().definitions().stream()
                    .map(JobDefinition::name)
                    .toList();
            AlertConfiguration.doubts(alerts, declared).forEach(log::warn);
        };
    }
}
