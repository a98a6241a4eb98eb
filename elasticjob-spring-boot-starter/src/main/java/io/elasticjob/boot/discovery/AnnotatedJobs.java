package io.elasticjob.boot.discovery;

import static java.util.Objects.requireNonNull;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.UnusableJobException;
import io.elasticjob.text.NearestName;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.Bean;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.type.MethodMetadata;
import org.springframework.util.ClassUtils;
import org.springframework.util.PlaceholderResolutionException;

/**
 * Finds what carries {@code @ElasticJob} among the beans, without making any of them: a bean that is there is looked at
 * itself, behind its proxies; one that is not is judged by its definition.
 */
public final class AnnotatedJobs {

    private static final MergedAnnotations NONE = MergedAnnotations.of(List.of());

    private final ConfigurableListableBeanFactory beans;

    public AnnotatedJobs(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /**
     * All of them, in the order of their definitions.
     *
     * @throws UnusableJobException when a bean or a method with the annotation cannot be a job
     * @throws InvalidSettingException when a placeholder cannot be resolved
     */
    public List<AnnotatedJob> find() {
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
    public List<Handler> findHandlers() {
        return candidates().stream()
                .filter(candidate -> candidate.type() != null && SimpleJob.class.isAssignableFrom(candidate.type()))
                .filter(candidate -> annotations(candidate).isEmpty())
                .peek(candidate -> refuseHandover(candidate, "is a job"))
                .map(candidate ->
                        new Handler(candidate.name(), candidate.origin(), new BeanJob(beans, candidate.name()), true))
                .toList();
    }

    /** The classes of beans that are jobs, or carry some; nothing is resolved, refused or made. */
    Set<Class<?>> types() {
        Set<Class<?>> types = new LinkedHashSet<>();
        for (Candidate candidate : candidates()) {
            Class<?> type = candidate.type();
            if (type != null
                    && (SimpleJob.class.isAssignableFrom(type)
                            || !annotations(candidate).isEmpty())) {
                types.add(type);
            }
        }
        methods().forEach(method -> types.add(method.getDeclaringClass()));
        return types;
    }

    /** The methods that carry the annotation themselves; nothing is resolved, refused or made. */
    Set<Method> methods() {
        Set<Method> methods = new LinkedHashSet<>();
        candidates().forEach(candidate -> methods.addAll(methods(candidate).keySet()));
        return methods;
    }

    /** The {@code @Bean} methods that carry the annotation for their beans; nothing is resolved, refused or made. */
    Set<Method> beanMethods() {
        Set<Method> methods = new LinkedHashSet<>();
        for (Candidate candidate : candidates()) {
            Method method = candidate.factoryMethod();
            if (method != null && !Declarations.in(candidate.ofFactoryMethod()).isEmpty()) {
                methods.add(method);
            }
        }
        return methods;
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
    public void makeThoseThatHide() {
        for (String name : beans.getBeanNamesForType(SimpleJob.class, false, false)) {
            Candidate candidate = candidate(name);
            if (candidate != null
                    && candidate.instance() == null
                    && candidate.type() != null
                    && candidate.type().isInterface()
                    && annotations(candidate).isEmpty()) {
                beans.getBean(name);
            }
        }
    }

    /**
     * A bean that may carry the annotation.
     *
     * @param name of the bean to call: the scoped proxy, where there is one
     * @param definition of the bean that is meant; null when it was registered by hand
     * @param factoryMethod that makes it, as far as the definition has found it; null else
     * @param type its class, as far as it is known; null when it is not
     * @param instance the singleton, if it has been made
     */
    private record Candidate(
            String name,
            @Nullable BeanDefinition definition,
            @Nullable Method factoryMethod,
            @Nullable Class<?> type,
            @Nullable Object instance) {

        /**
         * Those of the {@code @Bean} method. A definition that was made ahead of time has no metadata, and knows its
         * method.
         */
        MergedAnnotations ofFactoryMethod() {
            if (definition instanceof AnnotatedBeanDefinition annotated) {
                MethodMetadata factory = annotated.getFactoryMethodMetadata();
                return factory == null ? NONE : factory.getAnnotations();
            }
            return factoryMethod == null ? NONE : MergedAnnotations.from(factoryMethod);
        }

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
        Class<?> type = type(meant, instance);
        return new Candidate(name, definition, definition == null ? null : factoryMethod(meant), type, instance);
    }

    /** Found with the bean's type, which is asked for before. */
    private @Nullable Method factoryMethod(String name) {
        return beans.getMergedBeanDefinition(name) instanceof RootBeanDefinition merged
                ? merged.getResolvedFactoryMethod()
                : null;
    }

    private @Nullable Class<?> type(String name, @Nullable Object instance) {
        if (instance != null && !(instance instanceof FactoryBean<?>)) {
            return AopProxyUtils.ultimateTargetClass(instance);
        }
        Class<?> type = beans.getType(name, false); // without making a factory to ask it
        return type == null ? null : ClassUtils.getUserClass(type);
    }

    private void ofBean(Candidate candidate, List<AnnotatedJob> found) {
        List<MergedAnnotation<ElasticJob>> annotations = annotations(candidate);
        if (annotations.isEmpty()) {
            return;
        }
        boolean isJob = candidate.type() != null && SimpleJob.class.isAssignableFrom(candidate.type());
        if (!isJob && annotations.stream().allMatch(AnnotatedJobs::namesHandler)) {
            annotations.forEach(
                    annotation -> found.add(job(candidate.name(), candidate.origin(), annotation, null, true)));
            return;
        }
        refusePrototype(candidate);
        if (!isJob) {
            throw new UnusableJobException(
                    "The " + candidate.origin() + " carries @ElasticJob and does not implement "
                            + SimpleJob.class.getName() + ".",
                    "Implement it, or put the annotation on the method that does the work.");
        }
        refuseHandover(candidate, "carries @ElasticJob");
        BeanJob handler = new BeanJob(beans, candidate.name());
        annotations.forEach(
                annotation -> found.add(job(candidate.name(), candidate.origin(), annotation, handler, true)));
    }

    /** Whether it names what runs the job, such as a script, so that what carries it need not. */
    private static boolean namesHandler(MergedAnnotation<ElasticJob> annotation) {
        return Arrays.stream(annotation.getStringArray("settings"))
                .map(setting ->
                        setting.substring(0, Math.max(0, setting.indexOf('='))).strip())
                .flatMap(key -> JobKey.of(key).stream())
                .anyMatch(key -> key.namesHandler() && !JobKey.common().contains(key));
    }

    /** @param being what makes it a job, in words that continue "the bean" */
    private static void refuseHandover(Candidate candidate, String being) {
        Class<?> type = candidate.type();
        Optional<String> annotation = Handover.asynchronous(candidate.ofFactoryMethod())
                .map(name -> name + " on its @Bean method")
                .or(() -> type == null
                        ? Optional.empty()
                        : BeanJob.calledOf(type).stream()
                                .flatMap(method -> Handover.annotation(method, type).stream())
                                .findFirst());
        boolean advised = type != null
                && candidate.instance() != null
                && BeanJob.calledOf(type).stream().anyMatch(method -> Handover.isAdvised(candidate.instance(), method));
        if (annotation.isPresent() || advised) {
            throw new UnusableJobException(
                    "The " + candidate.origin() + " " + being + " and "
                            + annotation.map(where -> "carries " + where).orElse("is advised to run asynchronously")
                            + ": "
                            + Handover.CONSEQUENCE + ".",
                    Handover.WAY_OUT);
        }
    }

    /** On the {@code @Bean} method, else on the class. */
    private static List<MergedAnnotation<ElasticJob>> annotations(Candidate candidate) {
        List<MergedAnnotation<ElasticJob>> ofFactory = Declarations.in(candidate.ofFactoryMethod());
        return !ofFactory.isEmpty() || candidate.type() == null
                ? ofFactory
                : Declarations.in(Declarations.of(candidate.type()));
    }

    private void ofMethods(Candidate candidate, List<AnnotatedJob> found) {
        methods(candidate)
                .forEach((method, annotations) ->
                        annotations.forEach(annotation -> found.add(ofMethod(candidate, method, annotation))));
    }

    private static Map<Method, List<MergedAnnotation<ElasticJob>>> methods(Candidate candidate) {
        Class<?> type = candidate.type();
        return type == null
                        || type.getName().startsWith("org.springframework.")
                        || !AnnotationUtils.isCandidateClass(type, ElasticJob.class)
                ? Map.of()
                : MethodIntrospector.selectMethods(type, AnnotatedJobs::onMethod);
    }

    /** On a {@code @Bean} method the annotation is meant for the bean. */
    private static @Nullable List<MergedAnnotation<ElasticJob>> onMethod(Method method) {
        MergedAnnotations annotations = Declarations.of(method);
        List<MergedAnnotation<ElasticJob>> declared = Declarations.in(annotations);
        return declared.isEmpty() || annotations.isPresent(Bean.class) ? null : declared;
    }

    private AnnotatedJob ofMethod(Candidate candidate, Method method, MergedAnnotation<ElasticJob> annotation) {
        String signature = method.getDeclaringClass().getName() + "." + method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
        MethodJob handler = new MethodJob(beans, candidate.name(), method);
        MethodJob.obstacle(method, requireNonNull(candidate.type()))
                .or(() -> candidate.instance() == null || candidate.instance() instanceof FactoryBean<?>
                        ? Optional.empty()
                        : handler.obstacle(candidate.instance()))
                .ifPresent(obstacle -> {
                    throw new UnusableJobException(
                            "The method " + signature + " of bean \"" + candidate.name() + "\" carries @ElasticJob and "
                                    + obstacle.why() + ".",
                            obstacle.wayOut());
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
            @Nullable SimpleJob handler,
            boolean takesContext) {
        String name = resolved(annotation.getString("name"), "name", origin);
        Map<JobKey, Setting> settings = new TreeMap<>();
        for (JobKey key : JobKey.common()) {
            if (key != JobKey.HANDLER && !annotation.hasDefaultValue(key.key())) {
                String written = annotation.getValue(key.key()).orElseThrow().toString();
                String value = resolved(written, key.key(), origin);
                if (!value.isEmpty()) {
                    settings.put(key, new Setting(value, Setting.Source.CODE));
                }
            }
        }
        for (String setting : annotation.getStringArray("settings")) {
            addBrought(setting, origin, settings, handler == null);
        }
        return new AnnotatedJob(name.isEmpty() ? defaultName : name, origin, settings, handler, takesContext);
    }

    /**
     * Adds a setting that a kind of handlers brings, of which nothing is repeated that may be secret.
     *
     * @param isFree whether it may say what runs the job
     */
    private void addBrought(String setting, String origin, Map<JobKey, Setting> settings, boolean isFree) {
        int equals = setting.indexOf('=');
        String written = setting.substring(0, Math.max(0, equals)).strip();
        JobKey key = JobKey.of(written)
                .orElseThrow(() -> invalid(
                        origin,
                        equals < 0 ? InvalidSettingException.hidden(setting) : written,
                        equals < 0
                                ? "is no setting: write key=value"
                                : "is no key of a job"
                                        + NearestName.hint(
                                                written,
                                                JobKey.values().stream()
                                                        .map(JobKey::key)
                                                        .toList())));
        if (JobKey.common().contains(key)) {
            throw invalid(
                    origin,
                    written,
                    key.equals(JobKey.HANDLER)
                            ? "cannot be set here: what carries the annotation is the handler"
                            : "has an attribute of its own: write @ElasticJob(" + key.key() + " = …)");
        }
        if (key.namesHandler() && !isFree) {
            throw invalid(
                    origin,
                    written,
                    "cannot be set here: what carries the annotation is the handler. A job that is run by a "
                            + key.handlerNoun() + " is declared on a class that is no job, such as a @Configuration");
        }
        String value = resolved(setting.substring(equals + 1).strip(), key.key(), origin);
        if (settings.put(key, new Setting(value, Setting.Source.CODE)) != null) {
            throw invalid(origin, written, "is set twice");
        }
    }

    private static InvalidSettingException invalid(String origin, String value, String rule) {
        return new InvalidSettingException("@ElasticJob(settings) on " + origin, value, rule);
    }

    private static String shown(String attribute, String written) {
        boolean confidential =
                JobKey.of(attribute).filter(JobKey::isConfidential).isPresent();
        return confidential ? InvalidSettingException.hidden(written) : written;
    }

    private String resolved(String written, String attribute, String origin) {
        try {
            String value = beans.resolveEmbeddedValue(written);
            return value == null ? "" : value;
        } catch (IllegalArgumentException unknown) {
            throw new InvalidSettingException(
                    "@ElasticJob(" + attribute + ") on " + origin,
                    shown(attribute, written),
                    "names a property that is not there"
                            + (unknown instanceof PlaceholderResolutionException missing
                                    ? ": " + missing.getPlaceholder()
                                    : ""));
        }
    }
}
