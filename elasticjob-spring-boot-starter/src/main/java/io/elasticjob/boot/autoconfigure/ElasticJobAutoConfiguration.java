package io.elasticjob.boot.autoconfigure;

import io.elasticjob.ExecutionScope;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobOperations;
import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.boot.UnusableJobException;
import io.elasticjob.engine.FireSource;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.ShardRunner;
import io.elasticjob.quartz.QuartzFireSource;
import io.elasticjob.registry.Registry;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.sharding.ShardingStrategy;
import io.elasticjob.sharding.StrategyCatalog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The job engine of an application and its parts, each of which a bean of the application replaces. All but the
 * lifecycle are lazy: an application without a job or a handler gets none of them, unless it asks for one.
 */
@AutoConfiguration(after = LifecycleAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "elasticjob.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ElasticJobProperties.class)
@Import(ZooKeeperConfiguration.class)
public final class ElasticJobAutoConfiguration {

    private static final String DECLARED_JOBS = "elasticJobDeclaredJobs";

    @Bean(DECLARED_JOBS)
    @Lazy
    DeclaredJobs elasticJobDeclaredJobs(
            ConfigurableListableBeanFactory beans,
            ElasticJobProperties properties,
            ObjectProvider<StrategyCatalog> strategies) {
        AnnotatedJobs jobs = new AnnotatedJobs(beans);
        List<AnnotatedJob> annotated = jobs.find();
        List<Handler> handlers = jobs.findHandlers();
        if (annotated.isEmpty() && handlers.isEmpty() && properties.getJobs().isEmpty()) {
            return new DeclaredJobs(List.of(), Map.of());
        }
        return DeclaredJobs.of(
                annotated,
                properties.getJobs(),
                new DeclaredJobs.Surroundings(
                        strategies.getObject().names(), properties.getRegistry().getSessionTimeout(), handlers));
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    StrategyCatalog elasticJobStrategies(Map<String, ShardingStrategy> beans) {
        StrategyCatalog catalog = StrategyCatalog.builtIn();
        for (Map.Entry<String, ShardingStrategy> bean : beans.entrySet()) {
            if (catalog.names().contains(bean.getKey())) {
                throw new InvalidSettingException(
                        "name of a ShardingStrategy bean",
                        bean.getKey(),
                        "is that of a built-in strategy, whose results other instances rely on: choose another");
            }
            catalog = catalog.with(bean.getKey(), bean.getValue());
        }
        return catalog;
    }

    @Bean(destroyMethod = "") // closed by the engine
    @Lazy
    @ConditionalOnMissingBean
    FireSource elasticJobFireSource() {
        return new QuartzFireSource(InstantSource.system());
    }

    @Bean(destroyMethod = "") // closed by the engine
    @Lazy
    @ConditionalOnMissingBean
    ShardRunner elasticJobShardRunner(
            DeclaredJobs jobs,
            ElasticJobProperties properties,
            Environment environment,
            ObjectProvider<ExecutionScope> scopes) {
        boolean virtual = Threading.VIRTUAL.isActive(environment);
        int slots = slots(properties.getExecution().getSlots(), virtual);
        InProcessShardRunner runner = virtual
                ? InProcessShardRunner.virtual(jobs.handlers(), slots)
                : InProcessShardRunner.platform(jobs.handlers(), slots);
        return runner.within(scopes.orderedStream().toList());
    }

    private static int slots(@Nullable Integer configured, boolean virtual) {
        if (configured == null) {
            return virtual ? 1024 : 64;
        }
        if (configured < 1) {
            throw new InvalidSettingException(
                    "elasticjob.execution.slots", configured.toString(), "must be at least 1, or no shard ever starts");
        }
        return configured;
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    JobEngine elasticJobEngine(
            DeclaredJobs jobs,
            StrategyCatalog strategies,
            Registry registry,
            FireSource fireSource,
            ShardRunner runner,
            ObjectProvider<JobEngineCustomizer> customizers) {
        JobEngine.Builder engine = JobEngine.builder()
                .strategies(strategies)
                .registry(registry)
                .fireSource(fireSource)
                .runner(runner);
        jobs.definitions().forEach(engine::job);
        customizers.orderedStream().forEach(customizer -> customizer.customize(engine));
        return engine.build();
    }

    /** Who this instance is. Comes first, so that the application's customizers can say otherwise. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    JobEngineCustomizer elasticJobIdentity(ElasticJobProperties properties, Environment environment) {
        return engine -> {
            engine.namespace(namespace(properties, environment));
            String application = environment.getProperty("spring.application.name");
            if (StringUtils.hasText(application)) {
                engine.application(application);
            }
            String name = properties.getInstance().getName();
            if (name != null) {
                engine.instanceName(name);
            }
            engine.labels(properties.getInstance().getLabels());
            engine.version(environment.getProperty("spring.application.version", ""));
        };
    }

    /** What all applications of a namespace should say alike. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    JobEngineCustomizer elasticJobNamespaceRules(ElasticJobProperties properties) {
        return engine -> {
            engine.maxTimeDiff(properties.getMaxTimeDiff());
            Duration forgetAfter = properties.getLeftovers().getForgetJobsAfter();
            if (forgetAfter != null) {
                engine.forgetUndeclaredAfter(forgetAfter);
            }
        };
    }

    static String namespace(ElasticJobProperties properties, Environment environment) {
        String namespace = properties.getNamespace();
        if (namespace != null) {
            return JobDefinition.checkedName("elasticjob.namespace", namespace);
        }
        String application = environment.getProperty("spring.application.name");
        if (!StringUtils.hasText(application)) {
            throw new InvalidSettingException(
                    "elasticjob.namespace",
                    "",
                    "must be set, since spring.application.name is not: it is where the copies of an application meet");
        }
        return JobDefinition.checkedName("spring.application.name", application);
    }

    /** Whatever happens to jobs here is an application event as well. */
    @Bean
    JobEngineCustomizer elasticJobEvents(ApplicationEventPublisher publisher) {
        return engine -> engine.listener(publisher::publishEvent);
    }

    @Bean
    @ConditionalOnMissingBean
    JobEngineLifecycle elasticJobLifecycle(
            ConfigurableListableBeanFactory beans,
            ObjectProvider<JobEngine> engine,
            ElasticJobProperties properties,
            ObjectProvider<LifecycleProperties> lifecycle) {
        Duration phase = lifecycle.getIfAvailable(LifecycleProperties::new).getTimeoutPerShutdownPhase();
        return new JobEngineLifecycle(
                () -> isWanted(beans), engine::getObject, properties.isAutoStartup(), patience(phase));
    }

    /** Lazy, so that it shows whether somebody has asked for it; and over the lifecycle, which makes the engine in time. */
    @Bean
    @Lazy
    @ConditionalOnMissingBean
    JobOperations elasticJobOperations(JobEngineLifecycle lifecycle) {
        return new ApplicationOperations(lifecycle::engine);
    }

    /** What remains of a shutdown phase when running shards have been interrupted and the session has been closed. */
    static Duration patience(Duration phase) {
        Duration quarter = phase.dividedBy(4);
        Duration margin = Duration.ofSeconds(2);
        return phase.minus(quarter.compareTo(margin) < 0 ? quarter : margin);
    }

    /** There is a job or a handler, or somebody has asked for the engine or what it can do. */
    private static boolean isWanted(ConfigurableListableBeanFactory beans) {
        boolean askedBefore = beans.containsSingleton(DECLARED_JOBS);
        AnnotatedJobs annotated = new AnnotatedJobs(beans);
        annotated.makeThoseThatHide();
        DeclaredJobs jobs = beans.getBean(DECLARED_JOBS, DeclaredJobs.class);
        if (askedBefore) {
            refuseOverlooked(jobs, annotated);
        }
        return !jobs.isEmpty() || isThere(beans, JobEngine.class) || isThere(beans, JobOperations.class);
    }

    private static boolean isThere(ConfigurableListableBeanFactory beans, Class<?> type) {
        return Arrays.stream(beans.getBeanNamesForType(type, true, false)).anyMatch(beans::containsSingleton);
    }

    /** A job that shows only on the bean itself is not to be left out silently. */
    private static void refuseOverlooked(DeclaredJobs jobs, AnnotatedJobs now) {
        now.find().stream()
                .filter(job -> jobs.definitions().stream()
                        .noneMatch(known -> known.name().equals(job.name())))
                .findFirst()
                .ifPresent(job -> {
                    throw new UnusableJobException(
                            "The " + job.origin() + " carries @ElasticJob, which its definition does not show, and"
                                    + " another bean asked for the job engine before this one was made.",
                            "Let its @Bean method return the class with the annotation, or have the JobEngine injected"
                                    + " as an ObjectProvider.");
                });
    }
}
