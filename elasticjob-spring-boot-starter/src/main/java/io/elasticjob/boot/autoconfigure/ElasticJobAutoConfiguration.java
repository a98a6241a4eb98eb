package io.elasticjob.boot.autoconfigure;

import io.elasticjob.ExecutionScope;
import io.elasticjob.FiringListener;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobErrorHandler;
import io.elasticjob.JobOperations;
import io.elasticjob.ShardPlanner;
import io.elasticjob.boot.JobEngineCustomizer;
import io.elasticjob.boot.JobEngineFactory;
import io.elasticjob.boot.RegistryFactory;
import io.elasticjob.boot.RemoteHandlers;
import io.elasticjob.boot.ShardRunnerFactory;
import io.elasticjob.boot.UnusableJobException;
import io.elasticjob.boot.discovery.AdditionalJobs;
import io.elasticjob.boot.discovery.AnnotatedJob;
import io.elasticjob.boot.discovery.AnnotatedJobs;
import io.elasticjob.boot.discovery.DeclaredJobs;
import io.elasticjob.boot.discovery.Handler;
import io.elasticjob.boot.properties.PropertyOrigins;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.quartz.QuartzFireSource;
import io.elasticjob.registry.Registry;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.schedule.FireCalendar;
import io.elasticjob.sharding.ShardingStrategy;
import io.elasticjob.sharding.StrategyCatalog;
import io.elasticjob.spi.FireSource;
import io.elasticjob.spi.OutsideCall;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The job engine of an application context and its parts, each of which a bean of the application replaces. All but the
 * lifecycle are made when they are asked for: an application without a job or a handler gets none of them, unless it asks for one.
 */
@AutoConfiguration(after = LifecycleAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "elasticjob.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ElasticJobProperties.class, ElasticJobKindProperties.class})
@Import({ZooKeeperConfiguration.class, ExecutionLogsConfiguration.class, ClusterConfiguration.class})
public final class ElasticJobAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ElasticJobAutoConfiguration.class);

    @Bean
    @Lazy
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    DeclaredJobs elasticJobDeclaredJobs(
            ConfigurableListableBeanFactory beans,
            ElasticJobProperties properties,
            ElasticJobKindProperties templates,
            Environment environment,
            ObjectProvider<SslBundles> bundles,
            ObjectProvider<StrategyCatalog> strategies,
            ObjectProvider<RemoteHandlers> remote,
            ObjectProvider<AdditionalJobs> additional) {
        PropertyBounds.check(properties);
        AnnotatedJobs jobs = new AnnotatedJobs(beans);
        List<AnnotatedJob> annotated = new ArrayList<>(jobs.find());
        additional.orderedStream().forEach(more -> annotated.addAll(more.find()));
        List<Handler> handlers = new ArrayList<>(jobs.findHandlers());
        handlers.addAll(DeclaredTemplates.handlers(templates, bundles.getIfAvailable()));
        if (annotated.isEmpty() && handlers.isEmpty() && properties.jobs().isEmpty()) {
            return new DeclaredJobs(List.of(), Map.of());
        }
        Set<String> ambient = PropertyOrigins.ambient(environment);
        DeclaredJobs declared = DeclaredJobs.of(
                annotated,
                properties.jobs(),
                new DeclaredJobs.Surroundings(
                        strategies.getObject().names(),
                        properties.getRegistry().getSessionTimeout(),
                        handlers,
                        properties.getUnknownJobs(),
                        property -> ambient.contains(PropertyOrigins.plain(property)),
                        names(remote)));
        declared.warnings(InstantSource.system().instant()).forEach(log::warn);
        declared.remarks().forEach(log::info);
        return declared;
    }

    private static Set<String> names(ObjectProvider<RemoteHandlers> remote) {
        return remote.stream().flatMap(some -> some.names().stream()).collect(Collectors.toSet());
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @Conditional(NotInheritedCondition.class)
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

    /** Made first of all, so that the definitions of others can be put into it. */
    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    static EngineScope elasticJobScope() {
        return new EngineScope();
    }

    @Bean(destroyMethod = "") // closed by the engine
    @Scope(EngineScope.NAME)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @Conditional(NotInheritedCondition.class)
    FireSource elasticJobFireSource() {
        return new QuartzFireSource(InstantSource.system());
    }

    @Bean(destroyMethod = "") // closed by the engine
    @Scope(EngineScope.NAME)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @Conditional(NotInheritedCondition.class)
    ShardRunner elasticJobShardRunner(ShardRunnerFactory factory) {
        return factory.create();
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    ShardRunnerFactory elasticJobShardRunnerFactory(
            DeclaredJobs jobs,
            ElasticJobProperties properties,
            Environment environment,
            ObjectProvider<ExecutionScope> scopes,
            ConfigurableListableBeanFactory beans,
            ObjectProvider<JobEngineLifecycle> lifecycle) {
        boolean virtual = Threading.VIRTUAL.isActive(environment);
        return () -> {
            int slots = slots(properties.getExecution().getSlots(), virtual);
            Map<String, Integer> groups = groups(properties.getExecution());
            InProcessShardRunner runner = virtual
                    ? InProcessShardRunner.virtual(jobs.handlers(), slots).withGroups(groups)
                    : InProcessShardRunner.platform(jobs.handlers(), slots, groups);
            return ClusterConfiguration.around(
                    runner.within(Stream.concat(Stream.of(new InstanceInLogs(lifecycle)), scopes.orderedStream())
                                    .toList())
                            .withErrorHandlers(
                                    BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, JobErrorHandler.class),
                                    properties.getExecution().getErrorHandler())
                            .inApplication(beans.getBeanClassLoader(), OutsideCall::closesApplication),
                    () -> namespace(properties, environment),
                    beans);
        };
    }

    private static Map<String, Integer> groups(ElasticJobProperties.Execution execution) {
        Map<String, Integer> groups = new TreeMap<>();
        execution.getGroups().forEach((name, group) -> {
            String key = "elasticjob.execution.groups." + name + ".slots";
            Integer slots = group.getSlots();
            if (slots == null) {
                throw new InvalidSettingException(key, "", "is missing: an execution group needs a number of slots");
            }
            PropertyBounds.number(key, slots, 1, PropertyBounds.MAX_SLOTS);
            groups.put(name, slots);
        });
        return groups;
    }

    private static int slots(@Nullable Integer configured, boolean virtual) {
        if (configured == null) {
            return virtual ? 1024 : 64;
        }
        if (configured < 1) {
            throw new InvalidSettingException(
                    "elasticjob.execution.slots", configured.toString(), "must be at least 1, or no shard ever starts");
        }
        PropertyBounds.number("elasticjob.execution.slots", configured, 1, PropertyBounds.MAX_SLOTS);
        return configured;
    }

    @Bean
    @Scope(EngineScope.NAME)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @Conditional(NotInheritedCondition.class)
    JobEngine elasticJobEngine(
            ConfigurableListableBeanFactory beans,
            DeclaredJobs jobs,
            ObjectProvider<JobEngineCustomizer> customizers,
            ObjectProvider<RemoteHandlers> remote,
            EngineScope scope) {
        // Asked of the factory, which prefers those of this context to those of contexts above.
        JobEngineBuilder engine = JobEngine.builder()
                .strategies(beans.getBean(StrategyCatalog.class))
                .calendars(BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, FireCalendar.class))
                .firingListeners(BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, FiringListener.class))
                .shardPlanners(BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, ShardPlanner.class))
                .firingListenerExecutor(
                        OutsideCall.threadEach("elasticjob-firing-listener", beans.getBeanClassLoader()))
                .registry(scope.taken(beans.getBean(Registry.class), Registry.class))
                .fireSource(scope.taken(beans.getBean(FireSource.class), FireSource.class))
                .runner(scope.taken(beans.getBean(ShardRunner.class), ShardRunner.class));
        engine.remoteHandlers(names(remote));
        jobs.definitions().forEach(engine::job);
        customizers.orderedStream().forEach(customizer -> customizer.customize(engine));
        return engine.build();
    }

    /** For whoever takes part in the namespace as further instances. */
    @Bean
    @Lazy
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    JobEngineFactory elasticJobEngineFactory(
            ConfigurableListableBeanFactory beans,
            ObjectProvider<RegistryFactory> registries,
            ObjectProvider<JobEngineCustomizer> customizers) {
        // Who has no namespace is told at the start, and not the first who takes part.
        beans.getBean("elasticJobIdentity", JobEngineCustomizer.class).customize(JobEngine.builder());
        return () -> {
            JobEngineBuilder engine = JobEngine.builder()
                    .strategies(beans.getBean(StrategyCatalog.class))
                    .calendars(BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, FireCalendar.class))
                    .firingListeners(BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, FiringListener.class))
                    .shardPlanners(BeanFactoryUtils.beansOfTypeIncludingAncestors(beans, ShardPlanner.class))
                    .firingListenerExecutor(
                            OutsideCall.threadEach("elasticjob-firing-listener", beans.getBeanClassLoader()))
                    .registry(registries.getObject().create())
                    .fireSource(new QuartzFireSource(InstantSource.system()));
            customizers.orderedStream().forEach(customizer -> customizer.customize(engine));
            return engine;
        };
    }

    /** Who this instance is. Comes first, so that the application's customizers can say otherwise. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnMissingBean(name = "elasticJobIdentity", search = SearchStrategy.CURRENT)
    JobEngineCustomizer elasticJobIdentity(
            ElasticJobProperties properties,
            Environment environment,
            JobEngineLifecycle lifecycle,
            ObjectProvider<BuildProperties> build) {
        return engine -> {
            engine.namespace(namespace(properties, environment));
            String application = environment.getProperty("spring.application.name");
            if (StringUtils.hasText(application)) {
                engine.application(application);
            }
            String name = properties.getInstance().getName();
            if (name != null) {
                engine.instanceName(name + lifecycle.suffix());
            }
            engine.labels(properties.getInstance().getLabels());
            engine.limits(properties.getLimits());
            Duration starvedAfter = properties.getExecution().getStarvedAfter();
            if (!starvedAfter.isZero()) {
                engine.offerStarvedShardsAfter(starvedAfter);
            }
            engine.version(version(properties, environment, build.getIfUnique()));
        };
    }

    /** As it is set, else that of the build, else that of the manifest; "" when nobody knows it. */
    private static String version(
            ElasticJobProperties properties, Environment environment, @Nullable BuildProperties build) {
        String set = properties.getInstance().getVersion();
        if (StringUtils.hasText(set)) {
            return set;
        }
        String built = build == null ? null : build.getVersion();
        return StringUtils.hasText(built) ? built : environment.getProperty("spring.application.version", "");
    }

    /** What all applications of a namespace should say alike. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnMissingBean(name = "elasticJobNamespaceRules", search = SearchStrategy.CURRENT)
    JobEngineCustomizer elasticJobNamespaceRules(ElasticJobProperties properties) {
        return engine -> {
            engine.maxTimeDiff(properties.getMaxTimeDiff());
            engine.clock(properties.getClock());
            Duration forgetAfter = properties.getLeftovers().getForgetJobsAfter();
            if (!forgetAfter.isZero()) {
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
    @ConditionalOnMissingBean(name = "elasticJobEvents", search = SearchStrategy.CURRENT)
    JobEngineCustomizer elasticJobEvents(ApplicationEventPublisher publisher, ConfigurableListableBeanFactory beans) {
        return engine -> engine.listener(event -> {
            Thread.currentThread().setContextClassLoader(beans.getBeanClassLoader());
            publisher.publishEvent(event);
        });
    }

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    JobEngineLifecycle elasticJobLifecycle(
            ConfigurableListableBeanFactory beans,
            ElasticJobProperties properties,
            ObjectProvider<LifecycleProperties> lifecycle,
            EngineScope scope) {
        Duration phase = lifecycle.getIfAvailable(LifecycleProperties::new).getTimeoutPerShutdownPhase();
        return new JobEngineLifecycle(
                () -> isWanted(beans),
                () -> scope.taken(beans.getBean(JobEngine.class), JobEngine.class),
                properties.isAutoStartup(),
                patience(phase),
                scope::end,
                above(beans));
    }

    /** Lazy, so that it shows whether somebody has asked for it; and over the lifecycle, which makes the engine in time. */
    @Bean
    @Lazy
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @Conditional(NotInheritedCondition.class)
    JobOperations elasticJobOperations(JobEngineLifecycle lifecycle, ObjectProvider<Audit> audit) {
        return new ApplicationJobOperations(
                () -> lifecycle.engine().map(engine -> AuditedJobOperations.of(engine, audit, false)));
    }

    /** Refuses jobs in contexts below that would never run. */
    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    ChildContexts elasticJobChildContexts(ApplicationContext context) {
        return new ChildContexts(context);
    }

    /** What remains of a shutdown phase when running shards have been interrupted and the session has been closed. */
    static Duration patience(Duration phase) {
        Duration quarter = phase.dividedBy(4);
        Duration margin = Duration.ofSeconds(2);
        return phase.minus(quarter.compareTo(margin) < 0 ? quarter : margin);
    }

    /** There is a job or a handler, or somebody has asked for the engine or what it can do. */
    private static boolean isWanted(ConfigurableListableBeanFactory beans) {
        boolean askedBefore = isThere(beans, DeclaredJobs.class);
        AnnotatedJobs annotated = new AnnotatedJobs(beans);
        annotated.makeThoseThatHide();
        DeclaredJobs jobs = beans.getBean(DeclaredJobs.class);
        if (askedBefore) {
            refuseOverlooked(jobs, annotated);
        }
        return !jobs.isEmpty() || isThere(beans, JobEngine.class) || isThere(beans, JobOperations.class);
    }

    private static boolean isThere(ConfigurableListableBeanFactory beans, Class<?> type) {
        EngineScope scope = beans.getBean(EngineScope.class);
        return Arrays.stream(beans.getBeanNamesForType(type, true, false))
                .anyMatch(name -> beans.containsSingleton(name) || scope.contains(name));
    }

    private static @Nullable JobEngineLifecycle above(ConfigurableListableBeanFactory beans) {
        BeanFactory parent = beans.getParentBeanFactory();
        return parent == null
                ? null
                : parent.getBeanProvider(JobEngineLifecycle.class).getIfAvailable();
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
