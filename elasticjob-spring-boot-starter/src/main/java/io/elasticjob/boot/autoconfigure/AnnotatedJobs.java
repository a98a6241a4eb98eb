package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.UnusableJobException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.type.MethodMetadata;
import org.springframework.util.ClassUtils;

/**
 * Finds what carries {@code @ElasticJob} among the beans, without making any of them: a bean that is there is looked at
 * itself, behind its proxies; one that is not is judged by its definition.
 */
final class AnnotatedJobs {

    private final ConfigurableListableBeanFactory beans;

    AnnotatedJobs(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /**
     * All of them, in the order of their definitions.
     *
     * @throws UnusableJobException when a bean or a method with the annotation can not be a job
     * @throws InvalidSettingException when a placeholder can not be resolved
     */
    List<AnnotatedJob> find() {
        List<AnnotatedJob> found = new ArrayList<>();
        for (Candidate candidate : candidates()) {
            ofBean(candidate, found);
            ofMethods(candidate, found);
        }
        return found;
    }

    /**
     * The beans that could run a job and declare none, each as a handler of its own name: jobs that are made at run time,
     * or in the properties, can name them.
     */
    List<Handler> findHandlers() {
        return candidates().stream()
                .filter(candidate -> candidate.type() != null && SimpleJob.class.isAssignableFrom(candidate.type()))
                .filter(candidate -> !annotation(candidate).isPresent())
                .map(candidate ->
                        new Handler(candidate.name(), candidate.origin(), new BeanJob(beans, candidate.name()), true))
                .toList();
    }

    private List<Candidate> candidates() {
        Set<String> names = new LinkedHashSet<>(Arrays.asList(beans.getBeanDefinitionNames()));
        names.addAll(Arrays.asList(beans.getSingletonNames()));
        List<Candidate> candidates = new ArrayList<>();
        for (String name : names) {
            Candidate candidate = candidate(name);
            if (candidate != null) {
                candidates.add(candidate);
            }
        }
        return candidates;
    }

    /**
     * Makes the lazy beans whose definition shows an interface of jobs only: the annotation may be on the class behind
     * it, and a job that is never found would never run. To be called when all other singletons have been made.
     */
    void makeThoseThatHide() {
        for (String name : beans.getBeanNamesForType(SimpleJob.class, false, false)) {
            Candidate candidate = candidate(name);
            if (candidate != null
                    && candidate.instance() == null
                    && candidate.type() != null
                    && candidate.type().isInterface()
                    && !annotation(candidate).isPresent()) {
                beans.getBean(name);
            }
        }
    }

    /**
     * A bean that may carry the annotation.
     *
     * @param name of the bean to call: the scoped proxy, where there is one
     * @param definition of the bean that is meant; null when it was registered by hand
     * @param type its class, as far as it is known; null when it is not
     * @param instance the singleton, if it has been made
     */
    private record Candidate(
            String name,
            @Nullable BeanDefinition definition,
            @Nullable Class<?> type,
            @Nullable Object instance) {

        String origin() {
            return "bean \"" + name + "\"" + (type == null || type.isHidden() ? "" : " (" + type.getName() + ")");
        }
    }

    private @Nullable Candidate candidate(String name) {
        if (ScopedProxyUtils.isScopedTarget(name)) {
            return null; // reached through its proxy
        }
        String behindProxy = ScopedProxyUtils.getTargetBeanName(name);
        String meant = beans.containsBeanDefinition(behindProxy) ? behindProxy : name;
        BeanDefinition definition = beans.containsBeanDefinition(meant) ? beans.getBeanDefinition(meant) : null;
        if (definition != null && definition.isAbstract()) {
            return null;
        }
        Object instance = beans.containsSingleton(meant) ? beans.getSingleton(meant) : null;
        return new Candidate(name, definition, type(meant, instance), instance);
    }

    private @Nullable Class<?> type(String name, @Nullable Object instance) {
        if (instance != null && !(instance instanceof FactoryBean<?>)) {
            return AopProxyUtils.ultimateTargetClass(instance);
        }
        Class<?> type = beans.getType(name, false); // without making a factory to ask it
        return type == null ? null : ClassUtils.getUserClass(type);
    }

    private void ofBean(Candidate candidate, List<AnnotatedJob> found) {
        MergedAnnotation<ElasticJob> annotation = annotation(candidate);
        if (!annotation.isPresent()) {
            return;
        }
        refusePrototype(candidate);
        if (candidate.type() == null || !SimpleJob.class.isAssignableFrom(candidate.type())) {
            throw new UnusableJobException(
                    "The " + candidate.origin() + " carries @ElasticJob and does not implement "
                            + SimpleJob.class.getName() + ".",
                    "Implement it, or put the annotation on the method that does the work.");
        }
        found.add(job(candidate.name(), candidate.origin(), annotation, new BeanJob(beans, candidate.name()), true));
    }

    /** On the {@code @Bean} method, else on the class. */
    private static MergedAnnotation<ElasticJob> annotation(Candidate candidate) {
        MethodMetadata factory = candidate.definition() instanceof AnnotatedBeanDefinition annotated
                ? annotated.getFactoryMethodMetadata()
                : null;
        if (factory != null && factory.isAnnotated(ElasticJob.class.getName())) {
            return factory.getAnnotations().get(ElasticJob.class);
        }
        return candidate.type() == null
                ? MergedAnnotation.missing()
                : MergedAnnotations.from(candidate.type(), SearchStrategy.TYPE_HIERARCHY)
                        .get(ElasticJob.class);
    }

    private void ofMethods(Candidate candidate, List<AnnotatedJob> found) {
        Class<?> type = candidate.type();
        if (type == null
                || type.getName().startsWith("org.springframework.")
                || !AnnotationUtils.isCandidateClass(type, ElasticJob.class)) {
            return;
        }
        MethodIntrospector.selectMethods(type, AnnotatedJobs::onMethod)
                .forEach((method, annotation) -> found.add(ofMethod(candidate, method, annotation)));
    }

    /** On a {@code @Bean} method the annotation is meant for the bean. */
    private static @Nullable MergedAnnotation<ElasticJob> onMethod(Method method) {
        MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
        MergedAnnotation<ElasticJob> annotation = annotations.get(ElasticJob.class);
        return annotation.isPresent() && !annotations.isPresent(Bean.class) ? annotation : null;
    }

    private AnnotatedJob ofMethod(Candidate candidate, Method method, MergedAnnotation<ElasticJob> annotation) {
        String signature = method.getDeclaringClass().getName() + "." + method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
        MethodJob handler = new MethodJob(beans, candidate.name(), method);
        MethodJob.obstacle(method)
                .or(() -> candidate.instance() == null || candidate.instance() instanceof FactoryBean<?>
                        ? Optional.empty()
                        : handler.obstacle(candidate.instance()))
                .ifPresent(obstacle -> {
                    throw new UnusableJobException(
                            "The method " + signature + " of bean \"" + candidate.name() + "\" carries @ElasticJob and "
                                    + obstacle + ".",
                            "Make it a method that the bean's proxy has as well, if it has one, of the form"
                                    + " \"void work(ShardingContext context)\", or \"void work()\" for one shard.");
                });
        refusePrototype(candidate);
        return job(
                candidate.name() + "-" + method.getName(),
                "method " + signature + " of bean \"" + candidate.name() + "\"",
                annotation,
                handler,
                handler.takesContext());
    }

    private void refusePrototype(Candidate candidate) {
        if (candidate.definition() != null && candidate.definition().isPrototype()) {
            throw new UnusableJobException(
                    "The " + candidate.origin()
                            + " carries @ElasticJob and has the scope \"prototype\": there is no one"
                            + " bean that could be the job.",
                    "Make it a singleton, or put the annotation on a singleton that asks for a new one at each run.");
        }
    }

    private AnnotatedJob job(
            String defaultName,
            String origin,
            MergedAnnotation<ElasticJob> annotation,
            SimpleJob handler,
            boolean takesContext) {
        String name = resolved(annotation.getString("name"), "name", origin);
        Map<JobKey, Setting> settings = new EnumMap<>(JobKey.class);
        for (JobKey key : JobKey.values()) {
            if (key != JobKey.HANDLER && !annotation.hasDefaultValue(key.key())) {
                String written = annotation.getValue(key.key()).orElseThrow().toString();
                String value = resolved(written, key.key(), origin);
                if (!value.isEmpty()) {
                    settings.put(key, new Setting(value, Setting.Source.CODE));
                }
            }
        }
        return new AnnotatedJob(name.isEmpty() ? defaultName : name, origin, settings, handler, takesContext);
    }

    private String resolved(String written, String attribute, String origin) {
        try {
            String value = beans.resolveEmbeddedValue(written);
            return value == null ? "" : value;
        } catch (IllegalArgumentException unknown) {
            throw new InvalidSettingException(
                    "@ElasticJob(" + attribute + ") on " + origin,
                    written,
                    "names a property that is not there: " + unknown.getMessage());
        }
    }
}
